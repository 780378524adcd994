"""Facts: rows of any table become triples through the table's CONSTRUCT file.

Place in the flow: **map**. The CONSTRUCT beside a table's description makes the triples; IRI patterns and vocabulary
stand in those files only. Most are run as Python functions made of them (row_writer); what asks more goes to the
engine, to which a row is one blank node with one predicate a column.
"""

import marshal
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

import pyoxigraph as ox

from gongfu.kept import kept
from gongfu.row_terms import ROW, Cell, Iri, Row, Rows, Tables, Write, function_of
from gongfu.settings import house, program, unchanged

__all__ = ["ROW", "Cell", "Graph", "Iri", "Row", "Triples", "construct", "graph_of", "load", "loaded", "mapped",
           "of_predicates", "term", "triples", "written"]  # fmt: skip
_XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True)
class Table:
    """Rows of a table, not yet triples."""

    name: str
    rows: tuple[Row, ...]
    base: str

    def lines(self, predicates: frozenset[str] | None) -> bytes:
        """Return the triples as N-Triples, each once: those of these predicates, all for None."""
        write = _writer(self.name, predicates)
        if write:
            return "".join(dict.fromkeys(write(Rows(self.rows), self.base, None))).encode()
        return written(one for one in by_engine(self.name, self.rows, self.base)
                       if predicates is None or one.predicate.value in predicates)  # fmt: skip

    def meet(self, tables: Tables, asked: frozenset[str], judged: frozenset[str]) -> str:
        """Put the triples of some predicates into tables, and return those of others as Turtle."""
        write = _meeting(self.name, asked, judged)
        if write:
            return "".join(dict.fromkeys(write(Rows(self.rows), self.base, tables)))
        return _met(self.lines(asked | judged), tables, asked, judged)


def _met(lines: bytes, tables: Tables, asked: frozenset[str], judged: frozenset[str]) -> str:
    """Do as Table.meet with lines of N-Triples."""
    for line in of_predicates(lines, asked).decode().split("\n"):
        if line:
            subject, predicate, value = line[:-2].split(" ", 2)
            tables[predicate][subject][value] = None
    return of_predicates(lines, judged).decode()


@dataclass(frozen=True)
class Triples:
    """Triples as the texts of their terms, each once."""

    given: tuple[tuple[str, str, str], ...]

    def lines(self, predicates: frozenset[str] | None) -> bytes:
        """Return the triples as N-Triples: those of these predicates, all for None."""
        wanted = None if predicates is None else {f"<{one}>" for one in predicates}
        return "".join([
            f"{subject} {predicate} {value} .\n" for subject, predicate, value in self.given
            if wanted is None or predicate in wanted
        ]).encode()  # fmt: skip

    def turtle(self, predicates: frozenset[str]) -> str:
        """Return those of these predicates as Turtle, subject by subject."""
        wanted, subjects = {f"<{one}>" for one in predicates}, defaultdict[str, list[str]](list)
        for subject, predicate, value in self.given:
            if predicate in wanted:
                subjects[subject].append(f"{predicate} {value} ;\n")
        return "".join([f"{subject} {''.join(said)}.\n" for subject, said in subjects.items()])


@dataclass(frozen=True)
class Graph:
    """A graph as it came about: rows of tables, and triples made already. Objects are made where they are asked for.

    A check asks for half of the triples only, and as text: the engines read that faster than objects are made.
    """

    parts: tuple[Table | Triples | bytes, ...] = ()

    def lines(self, predicates: frozenset[str] | None = None, without: Collection[str] = ()) -> bytes:
        """Return the graph as N-Triples; ``predicates`` are those that are asked for, None for all.

        Tables that are named in ``without`` are left out. Parts that are lines already are given whole.
        """
        return b"".join(
            one if isinstance(one, bytes) else one.lines(predicates) for one in self.parts
            if not isinstance(one, Table) or one.name not in without
        )  # fmt: skip

    def meet(
        self, tables: Tables, asked: frozenset[str], judged: frozenset[str], without: Collection[str] = ()
    ) -> str:  # fmt: skip
        """Put what is asked of a graph into tables and return what is judged of it as Turtle, in one pass."""
        return "".join([
            one.meet(tables, asked, judged) if isinstance(one, Table) else
            _met(one if isinstance(one, bytes) else one.lines(None), tables, asked, judged)
            for one in self.parts if not isinstance(one, Table) or one.name not in without
        ])  # fmt: skip

    @cached_property
    def triples(self) -> tuple[ox.Triple, ...]:
        """Return all triples, each once, in the order in which they came about."""
        return tuple(dict.fromkeys(quad.triple for quad in ox.parse(self.lines(), format=ox.RdfFormat.N_TRIPLES)))

    def __iter__(self) -> Iterator[ox.Triple]:
        return iter(self.triples)

    def __add__(self, other: "Graph") -> "Graph":
        return Graph((*self.parts, *other.parts))

    def __bool__(self) -> bool:
        return bool(self.parts)


def mapped(table: str, rows: Iterable[Row], base: str) -> Graph:
    """Return the graph that data/tables/<table>.rq makes of the rows; ``base`` is the base of data IRIs."""
    given = tuple(rows)
    return Graph((Table(table, given, base),) if given else ())


def graph_of(graphs: Iterable[Graph]) -> Graph:
    """Return graphs as one."""
    return Graph(tuple(part for graph in graphs for part in graph.parts))


def triples(table: str, rows: Iterable[Row], base: str) -> list[ox.Triple]:
    """Return the triples that data/tables/<table>.rq makes of the rows."""
    return list(mapped(table, rows, base))


@lru_cache(maxsize=256)  # a function for each table and each set of predicates that is asked for
def _writer(table: str, predicates: frozenset[str] | None) -> Write | None:
    some = "all" if predicates is None else "asked"
    depends_on = f"{program()} {sorted(predicates or ())}"
    code = kept(f"rows-{table}-{some}", depends_on, lambda: _code(table, predicates), unchanged)
    return function_of(marshal.loads(code)) if code else None  # noqa: S302  # our own


@lru_cache(maxsize=64)
def _meeting(table: str, asked: frozenset[str], judged: frozenset[str]) -> Write | None:
    depends_on = f"{program()} {sorted(asked)} {sorted(judged)}"
    code = kept(f"rows-{table}-met", depends_on, lambda: _meeting_code(table, asked, judged), unchanged)
    return function_of(marshal.loads(code)) if code else None  # noqa: S302  # our own


def _meeting_code(table: str, asked: frozenset[str], judged: frozenset[str]) -> bytes:
    from gongfu.row_query import BeyondRows, parse
    from gongfu.row_writer import meeting_code

    try:
        return marshal.dumps(meeting_code(parse(_file(table).read_text("utf-8")), asked, judged))
    except BeyondRows:
        return b""


def _code(table: str, predicates: frozenset[str] | None) -> bytes:
    """Return the function of a table; empty where only the engine will do."""
    from gongfu.row_query import BeyondRows, parse  # needed once a change of the sources, and slow to import
    from gongfu.row_writer import row_code

    try:
        return marshal.dumps(row_code(parse(_file(table).read_text("utf-8")), predicates))
    except BeyondRows:
        return b""


def by_engine(table: str, rows: Sequence[Row], base: str) -> list[ox.Triple]:
    """Return the triples that the SPARQL engine makes of the rows: for files that ask more than rows, and for tests."""
    store = ox.Store()
    columns = {column: ox.NamedNode(ROW + column) for row in rows for column in row}
    store.extend(ox.Quad(subject, columns[column], term(value))
                 for row in rows if (subject := ox.BlankNode())
                 for column, value in row.items() if value is not None and value != "")  # fmt: skip
    return list(construct(store, _file(table), {"base": base}).triples)


def _file(table: str) -> Path:
    return house().data / "tables" / f"{table}.rq"


def term(value: str | int | bool | Decimal | date | Iri) -> ox.Literal | ox.NamedNode:
    """Return the RDF term of a cell's value: text plain, numbers and dates typed."""
    if isinstance(value, Iri):
        return ox.NamedNode(value)
    if isinstance(value, str):
        return ox.Literal(value)
    if isinstance(value, bool):
        return ox.Literal("true" if value else "false", datatype=ox.NamedNode(_XSD + "boolean"))
    if isinstance(value, int):
        return ox.Literal(str(value), datatype=ox.NamedNode(_XSD + "integer"))
    if isinstance(value, Decimal):
        return ox.Literal(_plain(value), datatype=ox.NamedNode(_XSD + "decimal"))
    return ox.Literal(value.isoformat(), datatype=ox.NamedNode(_XSD + "date"))


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text if "." in text else text + ".0"


def loaded(graphs: Iterable[Iterable[ox.Triple]]) -> ox.Store:
    """Return a store with these graphs; graphs hold no blank nodes."""
    store = ox.Store()
    for graph in graphs:
        load(store, graph.lines() if isinstance(graph, Graph) else written(graph))
    return store


def load(store: ox.Store, lines: bytes) -> None:
    """Add lines of N-Triples to a store, in bulk: half the time of adding quad by quad.

    Whoever made the lines looked at their IRIs: to do so again takes a quarter of the time.
    """
    if lines:
        store.bulk_load(lines, format=ox.RdfFormat.N_TRIPLES, lenient=True)


def of_predicates(lines: bytes, predicates: frozenset[str]) -> bytes:
    """Return the lines of N-Triples with these predicates."""
    wanted = {f"<{one}>".encode() for one in predicates}
    return b"".join(line for line in lines.splitlines(keepends=True) if line.split(b" ", 2)[1] in wanted)


def written(graph: Iterable[ox.Triple]) -> bytes:
    """Return a graph as N-Triples."""
    text = ox.serialize(graph, format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    return text


def construct(store: ox.Store, file: Path, settings: Row) -> Graph:
    """Run a CONSTRUCT file on a store (all its graphs as one); ``row:settings`` carries what the file may ask for.

    Settings are facts, for variable substitution of the engine does not reach variables used in expressions only.
    """
    subject = ox.NamedNode(ROW + "settings")
    given = [
        ox.Quad(subject, ox.NamedNode(ROW + name), term(value)) for name, value in settings.items() if value is not None
    ]
    store.extend(given)
    result = store.query(file.read_text("utf-8"), use_default_graph_as_union=True)
    assert isinstance(result, ox.QueryTriples)
    lines = result.serialize(format=ox.RdfFormat.N_TRIPLES)
    for quad in given:
        store.remove(quad)
    return Graph((lines,) if lines else ())
