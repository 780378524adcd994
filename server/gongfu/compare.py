"""Compare: national and provincial measures become comparison nodes, by the CONSTRUCT files of data/comparisons/.

Place in the flow: map -> **compare** -> validate. The comparisons are data: published, queryable, and what the shapes
judge.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from gongfu.codes import codelist_triples
from gongfu.facts import ROW, Graph, Iri, Row, Triples, construct, load, loaded, written
from gongfu.graph_answers import Construction, Selection
from gongfu.graph_query import Construct, Select, parse_query
from gongfu.graph_values import term_of, text_of, value_of
from gongfu.kept import kept, kept_object
from gongfu.settings import DEFINITIONS, house, program, unchanged
from gongfu.thresholds import thresholds
from gongfu.triple_index import TripleIndex, tables

_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>")
_NAME = re.compile(r"(?<![\w-])([\w-]*):([\w-]+)|<([^>\s]+)>")
_LAST = 99
# Tables whose nodes no query and no shape names or leads to: half a megabyte that nobody looks at in a check.
UNREACHED = frozenset({"cell"})
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Meeting:
    """Where catalogues meet the nation and the code lists, of which the index is made once."""

    def __init__(self, asked: bytes, edition: str) -> None:
        both, depends_on = _queries().both, f"{program()} {hashlib.sha256(asked).hexdigest()}"
        content = kept(f"meeting-{edition}", depends_on, lambda: TripleIndex(asked + _codes(), both).write(), unchanged)
        self._nation = TripleIndex.read(content, both)

    def with_catalogue(self, lines: bytes = b"") -> TripleIndex:
        """Return an index of the nation and of a catalogue given as N-Triples."""
        return TripleIndex(lines, _queries().both, self._nation)


@dataclass(frozen=True)
class _Queries:
    """The comparisons in order and the findings' query, ready to answer; ``both`` are looked up by object, too."""

    comparisons: tuple[Construction, ...]
    finding: Selection

    @property
    def both(self) -> frozenset[str]:
        """Return the predicates that are looked up by their objects."""
        return self.finding.steps.both.union(*(one.steps.both for one in self.comparisons))


@lru_cache(maxsize=1)
def _queries() -> _Queries:
    constructs, select = kept_object("comparison-queries", program(), _parsed, unchanged)
    return _Queries(tuple(map(Construction, constructs)), Selection(select))


def _parsed() -> tuple[list[Construct | Select], Construct | Select]:
    *constructs, select = (parse_query(file.read_text("utf-8")) for file in (*_comparison_files(), _finding_file()))
    return constructs, select


def meet(index: TripleIndex, graph: Graph, judged: frozenset[str]) -> str:
    """Put into an index what is asked of a graph, and return as Turtle what is judged of it."""
    own = tables()
    turtle = graph.meet(own, asked_predicates(), judged, UNREACHED)
    index.take(own)
    return turtle


def comparisons(index: TripleIndex, base: str) -> Triples:
    """Return the comparison nodes of the catalogue and the nation that meet in an index, which keeps them."""
    _settle(index, {"base": base, "certain": thresholds()["certain"]})
    found: dict[tuple[str, str, str], None] = {}
    for query in _queries().comparisons:
        made = query.triples(index)
        index.add(made)  # for a later query may ask of it
        found |= made
    return Triples(tuple(found))


def _settle(index: TripleIndex, settings: Row) -> None:
    """Put what the files may ask of the program into the graph: ``row:settings`` carries it."""
    index.add((f"<{ROW}settings>", f"<{ROW}{name}>", str(term_of(value))) for name, value in settings.items())


def about(index: TripleIndex, foci: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what the graph knows of each focus node: identifiers, orders, texts, place. One query for all of them."""
    for one in foci:
        if "://" in one:
            _settle(index, {"focus": Iri(one)})
    selection = _queries().finding
    ranks: dict[tuple[str, str], int] = {}
    found: dict[str, dict[str, str]] = {}
    for terms in selection.rows(index):
        row = {name: str(text_of(value_of(term))) for name, term in zip(selection.names, terms, strict=True) if term}
        node, name, rank = row["focus"], row["name"], int(row["rank"])
        if rank < ranks.get((node, name), _LAST):
            ranks[node, name] = rank
            said = {f"{name}Sentences": row["sentences"]} if "sentences" in row else {}
            found.setdefault(node, {}).update({name: row["value"], **said})
    return found


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


def _finding_file() -> Path:
    return house().data / "report" / "finding.rq"


@lru_cache(maxsize=1)
def asked_predicates() -> frozenset[str]:
    """Return what the comparisons and the findings may ask of a graph: every IRI that a query names.

    Half of a graph (cells, offsets) answers none. No query has a variable for a predicate (tests/test_compare.py).
    """
    files = [*_comparison_files(), _finding_file()]
    return frozenset({_TYPE}).union(*(_named(file.read_text("utf-8")) for file in files))


def _named(query: str) -> set[str]:
    spaces = dict(_PREFIX.findall(query))
    return {iri or spaces.get(prefix, "") + name for prefix, name, iri in _NAME.findall(query)}
