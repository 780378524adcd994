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
from gongfu.facts import Row, construct, load, loaded, written
from gongfu.settings import DEFINITIONS, house
from gongfu.thresholds import thresholds

_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>")
_NAME = re.compile(r"(?<![\w-])([\w-]*):([\w-]+)|<([^>\s]+)>")
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def comparisons(store: ox.Store, base: str) -> list[ox.Triple]:
    """Return the comparison nodes of a catalogue graph and the national graph, given together; the store keeps them."""
    store.bulk_load(_codes(), format=ox.RdfFormat.N_TRIPLES)
    values: Row = {"base": base, "certain": thresholds()["certain"]}
    found: list[ox.Triple] = []
    for file in _comparison_files():
        made = construct(store, file, values)
        load(store, made)  # a later file may ask what an earlier one found
        found += made
    return list(dict.fromkeys(found))


def plan_comparisons(graphs: Iterable[Iterable[ox.Triple]], base: str) -> list[ox.Triple]:
    """Return the comparison nodes of two plans' indicator tables and tasks, given with what answers what.

    They are asked in a store of their own: it is small, and the catalogues say nothing to them.
    """
    store = loaded(graphs)
    if len(store) == 0:
        return []
    store.bulk_load(_counterparts(), format=ox.RdfFormat.N_TRIPLES)
    found: list[ox.Triple] = []
    for file in sorted((house().data / "comparisons" / "plan").glob("*.rq")):
        made = construct(store, file, {"base": base})
        load(store, made)
        found += made
    return list(dict.fromkeys(found))


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


def asked(graph: Iterable[ox.Triple]) -> bytes:
    """Return as N-Triples what the comparisons and the findings may ask of a graph: the predicates that they name.

    The national graph is asked with every catalogue; half of it (cells, offsets) answers no question.
    """
    return written(triple for triple in graph if triple.predicate.value in _terms())


@lru_cache(maxsize=1)
def _counterparts() -> bytes:
    return written(triple for triple in codelist_triples() if triple.predicate.value == DEFINITIONS + "counterpartOf")


@lru_cache(maxsize=1)
def _codes() -> bytes:
    return asked(codelist_triples())


def _comparison_files() -> list[Path]:
    return sorted((house().data / "comparisons").glob("*.rq"))


@lru_cache(maxsize=1)
def _terms() -> frozenset[str]:
    """Return every IRI that a query names. No query has a variable for a predicate (tests/test_compare.py)."""
    files = [*_comparison_files(), house().data / "report" / "finding.rq"]
    return frozenset({_TYPE}).union(*(_named(file.read_text("utf-8")) for file in files))


def _named(query: str) -> set[str]:
    spaces = dict(_PREFIX.findall(query))
    return {iri or spaces.get(prefix, "") + name for prefix, name, iri in _NAME.findall(query)}
