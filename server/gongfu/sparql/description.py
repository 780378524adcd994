"""Description: what the endpoint says of itself, in the SPARQL 1.1 Service Description vocabulary.

Place in the flow: HTTP, the answer to a request without a query; pure.
"""

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from gongfu.sparql.answering import GRAPH_TYPES, RESULT_TYPES
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.pool import Limits
from gongfu.sparql.prefixes import PREFIXES
from gongfu.sparql.stores import open_data

_SCHEMA = "http://schema.org/"
_NAMES = {**PREFIXES, "ent": "http://www.w3.org/ns/entailment/", "format": "http://www.w3.org/ns/formats/",
          "schema": _SCHEMA}  # fmt: skip
METADATA = "graph/dataset"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_TITLES = {
    "zh": "公服：国家和地方基本公共服务清单查询服务",
    "en": "gongfu: China's basic public service catalogues, SPARQL endpoint",
}
_LIMITS = (
    ("seconds", "SEC", "一个查询可用的时间", "time of a query"),
    ("workers", "C62", "同时运行的查询", "queries at once"),
    (
        "quick_seconds",
        "SEC",
        "有别的查询等待时，一个查询先用的时间，此后让路",
        "time of a query before it gives way to others that wait",
    ),
    ("long_workers", "C62", "同时运行的让路的查询", "queries at once that gave way"),
    ("waiting", "C62", "等待的查询", "queries that wait"),
    ("query_bytes", "AD", "查询语句的大小", "size of a query"),
    ("rows", "C62", "结果的行数", "rows of a result"),
    ("result_bytes", "AD", "结果的大小", "size of a result"),
    ("memory_bytes", "AD", "一个查询可用的内存", "memory of a query"),
)


def service_description(
    endpoint: str, dataset: Dataset, limits: Limits, metadata: Sequence[ox.Triple], callable_: Sequence[str] = ()
) -> list[ox.Triple]:
    """Return the service description of the endpoint at an IRI, with the dataset's own metadata.

    ``callable_`` are the endpoints that its queries may call by SERVICE.

    Raises ValueError where that is no IRI.
    """
    service = ox.NamedNode(endpoint)
    served = ox.NamedNode(dataset.base + "dataset")
    return [
        *_service(service), *_default_dataset(dataset), *_limits(service, limits),
        *_federation(service, callable_), *metadata,
        ox.Triple(service, _term("dcat", "servesDataset"), served),
        ox.Triple(served, _term("void", "sparqlEndpoint"), service),
        ox.Triple(served, _term("void", "triples"), ox.Literal(dataset.triples)),
        *_targets(service, metadata),
    ]  # fmt: skip


def metadata_of(dataset: Dataset) -> list[ox.Triple]:
    """Read what the dataset says of itself: VoID, DCAT, provenance, examples, prefixes; empty for a bare store."""
    graph = ox.NamedNode(dataset.base + METADATA)
    return [quad.triple for quad in open_data(dataset).quads_for_pattern(None, None, None, graph)]


def _targets(service: ox.NamedNode, metadata: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield where each example query is to be sent."""
    for triple in metadata:
        if triple.predicate == _TYPE and triple.object == _term("sh", "SPARQLExecutable"):
            yield ox.Triple(triple.subject, _term("schema", "target"), service)


def _limits(service: ox.NamedNode, limits: Limits) -> Iterator[ox.Triple]:
    """Yield the limits as property values; units are those of UN/CEFACT: seconds, bytes, pieces."""
    for order, (name, unit, zh, en) in enumerate(_LIMITS, 1):
        node = ox.BlankNode(f"limit{order}")
        yield ox.Triple(service, _term("schema", "additionalProperty"), node)
        yield ox.Triple(node, _TYPE, _term("schema", "PropertyValue"))
        yield ox.Triple(node, _term("schema", "propertyID"), ox.Literal(name))
        yield ox.Triple(node, _term("schema", "name"), ox.Literal(zh, language="zh"))
        yield ox.Triple(node, _term("schema", "name"), ox.Literal(en, language="en"))
        yield ox.Triple(node, _term("schema", "maxValue"), ox.Literal(getattr(limits, name)))
        yield ox.Triple(node, _term("schema", "unitCode"), ox.Literal(unit))


def _federation(service: ox.NamedNode, callable_: Sequence[str]) -> Iterator[ox.Triple]:
    """Yield the endpoints that queries may call; without any, federation is no feature."""
    if callable_:
        yield ox.Triple(service, _sd("feature"), _sd("BasicFederatedQuery"))
    for order, endpoint in enumerate(callable_, 1):
        node = ox.BlankNode(f"callable{order}")
        yield ox.Triple(service, _term("schema", "additionalProperty"), node)
        yield ox.Triple(node, _TYPE, _term("schema", "PropertyValue"))
        yield ox.Triple(node, _term("schema", "propertyID"), ox.Literal("service"))
        yield ox.Triple(node, _term("schema", "name"), ox.Literal("可用 SERVICE 查询的端点", language="zh"))
        yield ox.Triple(node, _term("schema", "name"), ox.Literal("endpoint that SERVICE may call", language="en"))
        yield ox.Triple(node, _term("schema", "value"), ox.NamedNode(endpoint))


def written(triples: list[ox.Triple], media_type: str) -> bytes:
    """Return triples in one of the graph formats."""
    form = ox.RdfFormat.from_media_type(media_type)
    return ox.serialize(triples, format=form, prefixes=_NAMES) or b""


def _service(service: ox.NamedNode) -> Iterator[ox.Triple]:
    yield ox.Triple(service, _TYPE, _sd("Service"))
    yield ox.Triple(service, _TYPE, _term("dcat", "DataService"))
    yield ox.Triple(service, _term("dcat", "endpointURL"), service)
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
    known = {ox.RdfFormat.JSON_LD.iri: _NAMES["format"] + "JSON-LD"}
    return {known.get(form.iri, form.iri) for form in (*results, *graphs) if form}


def _default_dataset(dataset: Dataset) -> Iterator[ox.Triple]:
    whole, union = ox.BlankNode("dataset"), ox.BlankNode("union")
    yield ox.Triple(whole, _TYPE, _sd("Dataset"))
    yield ox.Triple(whole, _sd("defaultGraph"), union)
    yield from _graph(union, dataset.triples)
    for order, (name, count) in enumerate(dataset.graphs.items(), 1):
        named, graph = ox.BlankNode(f"named{order}"), ox.NamedNode(name)
        yield ox.Triple(whole, _sd("namedGraph"), named)
        yield ox.Triple(named, _TYPE, _sd("NamedGraph"))
        yield ox.Triple(named, _sd("name"), ox.NamedNode(name))
        yield ox.Triple(named, _sd("graph"), graph)
        yield from _graph(graph, count)


def _graph(graph: ox.BlankNode | ox.NamedNode, triples: int) -> Iterator[ox.Triple]:
    yield ox.Triple(graph, _TYPE, _sd("Graph"))
    yield ox.Triple(graph, _term("void", "triples"), ox.Literal(triples))


def _sd(name: str) -> ox.NamedNode:
    return _term("sd", name)


def _term(prefix: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(_NAMES[prefix] + name)
