"""Compare: national and provincial measures become comparison nodes, by the CONSTRUCT files of data/comparisons/.

Place in the flow: map -> **compare** -> validate. The comparisons are data: published, queryable, and what the shapes
judge.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock

import pyoxigraph as ox

from gongfu.codes import codelist_triples
from gongfu.facts import ROW, Graph, Row, construct, load, loaded, written
from gongfu.kept import kept
from gongfu.settings import DEFINITIONS, house, program, unchanged
from gongfu.thresholds import thresholds

_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>")
_NAME = re.compile(r"(?<![\w-])([\w-]*):([\w-]+)|<([^>\s]+)>")
CATALOGUE = ox.NamedNode("https://w3id.org/bps-cn/row#catalogue")  # the graph of the catalogue in a store
_MEETINGS, _LAST = 8, 99
# Tables whose nodes no query and no shape names or leads to: half a megabyte that nobody looks at in a check.
UNREACHED = frozenset({"cell"})
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Meeting:
    """A store in which a catalogue meets the nation and the code lists.

    Reading the nation in takes as long as all queries together, so it stays, and one catalogue after the other is added
    as a graph of its own and taken away again. No triple may stand twice, for the engine would count it twice: what the
    catalogue shares with the nation (criteria, codes) is left out of it. Who comes while another is in has an own one.
    """

    def __init__(self, asked: bytes) -> None:
        self._common = asked + _codes()
        self._lines = frozenset(self._common.splitlines(keepends=True))
        self._store: ox.Store | None = None
        self._met, self._lock = 0, Lock()

    @contextmanager
    def with_catalogue(self, lines: bytes) -> Iterator[ox.Store]:
        """Give the store with the lines of a catalogue in it, which are taken away at the end."""
        if not self._lock.acquire(blocking=False):
            yield self._filled(lines)
            return
        try:
            # What is taken away leaves traces that queries go through: eight of them cost as much as a new store.
            if self._store is None or self._met == _MEETINGS:
                self._store, self._met = self._filled(b""), 0
            self._met += 1
            add(self._store, self._own(lines))
            yield self._store
        finally:
            if self._store is not None:
                self._store.remove_graph(CATALOGUE)
            self._lock.release()

    def _filled(self, lines: bytes) -> ox.Store:
        store = ox.Store()
        load(store, self._common)
        add(store, self._own(lines))
        return store

    def _own(self, lines: bytes) -> bytes:
        return b"".join(line for line in lines.splitlines(keepends=True) if line not in self._lines)


def add(store: ox.Store, lines: bytes) -> None:
    """Add lines of N-Triples to the catalogue in a store; their IRIs were looked at when they were made."""
    if lines:
        store.bulk_load(lines, format=ox.RdfFormat.N_TRIPLES, to_graph=CATALOGUE, lenient=True)


def comparisons(store: ox.Store, base: str) -> Graph:
    """Return the comparison nodes of the catalogue and the nation that meet in a store; the catalogue keeps them."""
    return _constructed(store, _comparison_files(), {"base": base, "certain": thresholds()["certain"]})


def about(store: ox.Store, foci: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what the graph knows of each focus node: identifiers, orders, texts, place. One query for all of them."""
    settings, focus = ox.NamedNode(ROW + "settings"), ox.NamedNode(ROW + "focus")
    nodes = {ox.NamedNode(one) for one in foci if "://" in one}
    store.extend(ox.Quad(settings, focus, one, CATALOGUE) for one in nodes)
    query = (house().data / "report" / "finding.rq").read_text("utf-8")
    rows = store.query(query, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    ranks: dict[tuple[str, str], int] = {}
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        node, name, value, rank = row["focus"].value, row["name"].value, row["value"], int(row["rank"].value)
        if isinstance(value, (ox.NamedNode, ox.Literal)) and rank < ranks.get((node, name), _LAST):
            ranks[node, name] = rank
            said = {} if row["sentences"] is None else {f"{name}Sentences": row["sentences"].value}
            found.setdefault(node, {}).update({name: value.value, **said})
    return found


def _constructed(store: ox.Store, files: Iterable[Path], settings: Row) -> Graph:
    """Run CONSTRUCT files in order; the store keeps what each makes, for a later one may ask for it."""
    found = Graph()
    for file in files:
        made = construct(store, file, settings)
        add(store, made.lines())
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


def of_codes(predicates: Collection[str]) -> bytes:
    """Return what the code lists say with these predicates."""
    return written(triple for triple in codelist_triples() if triple.predicate.value in predicates)


@lru_cache(maxsize=1)
def _counterparts() -> bytes:
    return kept("counterparts", program(), lambda: of_codes({DEFINITIONS + "counterpartOf"}), unchanged)


@lru_cache(maxsize=1)
def _codes() -> bytes:
    return kept("codes-asked", program(), lambda: of_codes(asked_predicates()), unchanged)


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
