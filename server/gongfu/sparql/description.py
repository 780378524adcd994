"""Description: what the endpoint says of itself, in the SPARQL 1.1 Service Description vocabulary.

Place in the flow: HTTP, the answer to a request without a query; pure.
"""

from collections.abc import Iterator

import pyoxigraph as ox

from gongfu.sparql.answering import GRAPH_TYPES, RESULT_TYPES
from gongfu.sparql.dataset import Dataset

PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "ent": "http://www.w3.org/ns/entailment/",
    "format": "http://www.w3.org/ns/formats/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_TITLES = {
    "zh": "公服：国家和地方基本公共服务清单查询服务",
    "en": "gongfu: China's basic public service catalogues, SPARQL endpoint",
}


def service_description(endpoint: str, dataset: Dataset) -> list[ox.Triple]:
    """Return the service description of the endpoint at an IRI. Raises ValueError where that is no IRI."""
    return [*_service(ox.NamedNode(endpoint)), *_default_dataset(dataset)]


def written(triples: list[ox.Triple], media_type: str) -> bytes:
    """Return triples in one of the graph formats."""
    form = ox.RdfFormat.from_media_type(media_type)
    return ox.serialize(triples, format=form, prefixes=PREFIXES) or b""


def _service(service: ox.NamedNode) -> Iterator[ox.Triple]:
    yield ox.Triple(service, _TYPE, _sd("Service"))
    for language, title in _TITLES.items():
        yield ox.Triple(service, _term("dct", "title"), ox.Literal(title, language=language))
    yield ox.Triple(service, _sd("endpoint"), service)
    yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    yield ox.Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    yield ox.Triple(service, _sd("defaultEntailmentRegime"), _term("ent", "Simple"))
    for form in sorted(_formats()):
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(form))
    yield ox.Triple(service, _sd("defaultDataset"), ox.BlankNode("dataset"))


def _formats() -> set[str]:
    results = (ox.QueryResultsFormat.from_media_type(kind) for kind in RESULT_TYPES)
    graphs = (ox.RdfFormat.from_media_type(kind) for kind in GRAPH_TYPES)
    # The engine names JSON-LD by an IRI that is not the one of W3C's registry of formats.
    known = {ox.RdfFormat.JSON_LD.iri: PREFIXES["format"] + "JSON-LD"}
    return {known.get(form.iri, form.iri) for form in (*results, *graphs) if form}


def _default_dataset(dataset: Dataset) -> Iterator[ox.Triple]:
    whole, union = ox.BlankNode("dataset"), ox.BlankNode("union")
    yield ox.Triple(whole, _TYPE, _sd("Dataset"))
    yield ox.Triple(whole, _sd("defaultGraph"), union)
    yield from _graph(union, dataset.triples)
    for order, (name, count) in enumerate(dataset.graphs.items(), 1):
        named, graph = ox.BlankNode(f"named{order}"), ox.BlankNode(f"graph{order}")
        yield ox.Triple(whole, _sd("namedGraph"), named)
        yield ox.Triple(named, _TYPE, _sd("NamedGraph"))
        yield ox.Triple(named, _sd("name"), ox.NamedNode(name))
        yield ox.Triple(named, _sd("graph"), graph)
        yield from _graph(graph, count)


def _graph(graph: ox.BlankNode, triples: int) -> Iterator[ox.Triple]:
    yield ox.Triple(graph, _TYPE, _sd("Graph"))
    yield ox.Triple(graph, _term("void", "triples"), ox.Literal(triples))


def _sd(name: str) -> ox.NamedNode:
    return _term("sd", name)


def _term(prefix: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(PREFIXES[prefix] + name)
