"""Metadata: what the dataset says of itself, as data: VoID statistics, DCAT, provenance, example queries, prefixes.

Place in the flow: build, once all other graphs are made; the endpoint gives it as a part of its description.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from gongfu.dumps import Dump, quads_of
from gongfu.examples import Example, examples
from gongfu.facts import Row, construct, triples
from gongfu.graph import node
from gongfu.settings import house
from gongfu.sparql.prefixes import PREFIXES
from gongfu.sparql.tokens import tokens

_KNOWN = "graph/dataset/known"  # holds what the queries may ask for while they run
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def metadata(store: ox.Store, dumps: Iterable[Dump], base: str) -> list[ox.Triple]:
    """Return the triples of the metadata graph of a store that holds all other graphs; reads it about five times.

    The store is left as it was, without the metadata.
    """
    folder = house().data / "metadata"
    known = [*_fixed(base), *_dumped(dumps, base), *_asked(base)]
    store.extend(quads_of({base + _KNOWN: known}))
    computed = [one for file in sorted(folder.glob("*.rq")) for one in construct(store, file, {"base": base})]
    store.remove_graph(ox.NamedNode(base + _KNOWN))
    return sorted({one for one in (*known, *computed) if f"<{base}{_KNOWN}" not in str(one)}, key=str)


def _fixed(base: str) -> list[ox.Triple]:
    file = house().data / "metadata" / "dataset.ttl"
    return [quad.triple for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=base)]


def _dumped(dumps: Iterable[Dump], base: str) -> list[ox.Triple]:
    rows: list[Row] = [
        {"name": one.name, "of": node(one.of), "mediaType": one.media_type, "bytes": one.bytes, "sha256": one.sha256}
        for one in dumps
    ]
    return triples("dump", rows, base)


def _asked(base: str) -> list[ox.Triple]:
    questions = [_question(one) for one in examples(house().ontology / "questions")]
    prefixes: list[Row] = [{"prefix": prefix, "namespace": iri} for prefix, iri in PREFIXES.items()]
    return [*triples("question", questions, base), *triples("prefix", prefixes, base)]


def _question(one: Example) -> Row:
    words = (token.text.upper() for token in tokens(one.query) if token.kind == "word")
    return {
        "name": one.name, "query": one.query, "form": next((word for word in words if word in _FORMS), None),
        "titleZh": one.titles.get("zh"), "titleEn": one.titles.get("en"),
        "descriptionZh": one.descriptions.get("zh"), "descriptionEn": one.descriptions.get("en"),
    }  # fmt: skip
