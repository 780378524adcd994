"""Compare: national and provincial measures become comparison nodes, by the CONSTRUCT files of data/comparisons/.

Place in the flow: map -> **compare** -> validate. The comparisons are data: published, queryable, and what the shapes
judge.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from gongfu.codes import codelist_triples
from gongfu.facts import Graph, Row, construct, load, loaded, written
from gongfu.settings import DEFINITIONS, house
from gongfu.thresholds import thresholds

_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>")
_NAME = re.compile(r"(?<![\w-])([\w-]*):([\w-]+)|<([^>\s]+)>")
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def comparisons(store: ox.Store, base: str) -> Graph:
    """Return the comparison nodes of a catalogue graph and the national graph, given together; the store keeps them."""
    load(store, _codes())
    return _constructed(store, _comparison_files(), {"base": base, "certain": thresholds()["certain"]})


def _constructed(store: ox.Store, files: Iterable[Path], settings: Row) -> Graph:
    """Run CONSTRUCT files in order; the store keeps what each makes, for a later one may ask for it."""
    found = Graph()
    for file in files:
        made = construct(store, file, settings)
        load(store, made.lines())
        found += made
    return found


def plan_comparisons(graphs: Iterable[Graph], base: str) -> Graph:
    """Return the comparison nodes of two plans' indicator tables and tasks, given with what answers what.

    They are asked in a store of their own: it is small, and the catalogues say nothing to them.
    """
    store = loaded(graphs)
    if len(store) == 0:
        return Graph()
    load(store, _counterparts())
    return _constructed(store, sorted((house().data / "comparisons" / "plan").glob("*.rq")), {"base": base})


def sums(graphs: Iterable[Iterable[ox.Triple]], base: str) -> list[ox.Triple]:
    """Return the provinces' counts added up, given the graphs of all editions and of their comparisons."""
    total, known = DEFINITIONS + "nationalTotal", {DEFINITIONS + "jurisdiction", DEFINITIONS + "level"}
    found = [list(graph) for graph in graphs]
    parts = {triple.subject for graph in found for triple in graph if triple.predicate.value == total}
    kept = (triple for graph in found for triple in graph
            if triple.subject in parts or triple.predicate.value in known)  # fmt: skip
    store = loaded([kept])
    files = sorted((house().data / "comparisons" / "across").glob("*.rq"))
    return [triple for file in files for triple in construct(store, file, {"base": base})]


@lru_cache(maxsize=1)
def _counterparts() -> bytes:
    return written(triple for triple in codelist_triples() if triple.predicate.value == DEFINITIONS + "counterpartOf")


@lru_cache(maxsize=1)
def _codes() -> bytes:
    return written(triple for triple in codelist_triples() if triple.predicate.value in asked_predicates())


def _comparison_files() -> list[Path]:
    return sorted((house().data / "comparisons").glob("*.rq"))


@lru_cache(maxsize=1)
def asked_predicates() -> frozenset[str]:
    """Return what the comparisons and the findings may ask of a graph: every IRI that a query names.

    Half of a graph (cells, offsets) answers none. No query has a variable for a predicate (tests/test_compare.py).
    """
    files = [*_comparison_files(), house().data / "report" / "finding.rq"]
    return frozenset({_TYPE}).union(*(_named(file.read_text("utf-8")) for file in files))


def _named(query: str) -> set[str]:
    spaces = dict(_PREFIX.findall(query))
    return {iri or spaces.get(prefix, "") + name for prefix, name, iri in _NAME.findall(query)}
