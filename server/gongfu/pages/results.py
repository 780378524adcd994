"""Results: the answer of the endpoint as a page shows it: a table of cells, the triples of a graph, or yes or no.

Place in the flow: HTTP, pages; pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice

import pyoxigraph as ox

from gongfu.pages.asking import Said
from gongfu.sparql.answering import Answer

RESULT_TYPE = "application/sparql-results+json"
GRAPH_TYPE = "application/n-triples"
SHOWN = 200  # rows of a page, which stays under 300 kB
_COUNTED = 20_000  # beyond that a page says "more than", so that counting takes no time
_SHORT = 10
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMERIC = frozenset(_XSD + name for name in ("integer", "decimal", "double", "float", "int", "long"))
_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None


@dataclass(frozen=True)
class Cell:
    """A term: an IRI or a text with its language; ``number`` is the value of a number, ``node`` no literal."""

    text: Said
    iri: bool = False
    number: Decimal | None = None
    node: bool = False


@dataclass(frozen=True)
class Table:
    """The first rows of a result; ``count`` is how many there are, ``more`` that there are more than were counted."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    count: int
    more: bool

    def is_number(self, column: int) -> bool:
        """Say whether every value of a column is a number, and there is one."""
        cells = [row[column] for row in self.rows if row[column].text]
        return bool(cells) and all(cell.number is not None for cell in cells)

    def is_short(self, column: int) -> bool:
        """Say whether no value of a column is longer than a few words, so that none need be broken."""
        return all(len(row[column].text) <= _SHORT for row in self.rows if not row[column].iri)


@dataclass(frozen=True)
class Graph:
    """The first triples of a graph, by subject: for each subject its pairs of property and value."""

    subjects: Mapping[Cell, Sequence[tuple[Cell, Cell]]]
    shown: int
    count: int
    more: bool


@dataclass(frozen=True)
class Truth:
    """The answer to ASK."""

    holds: bool


def read(answer: Answer) -> Table | Graph | Truth:
    """Read an answer in ``RESULT_TYPE`` or ``GRAPH_TYPE``."""
    if answer.media_type == GRAPH_TYPE:
        return _graph(ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES))
    found = ox.parse_query_results(answer.body, format=ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QueryBoolean):
        return Truth(bool(found))
    columns = [variable.value for variable in found.variables]
    rows = [[_cell(term) for term in solution] for solution in islice(found, SHOWN)]
    rest = sum(1 for _ in islice(found, _COUNTED))
    return Table(columns, rows, len(rows) + rest, rest == _COUNTED)


def _graph(quads: Iterable[ox.Quad]) -> Graph:
    iterator = iter(quads)
    subjects: dict[Cell, list[tuple[Cell, Cell]]] = {}
    shown = 0
    for shown, quad in enumerate(islice(iterator, SHOWN), 1):  # noqa: B007
        subjects.setdefault(_cell(quad.subject), []).append((_cell(quad.predicate), _cell(quad.object)))
    rest = sum(1 for _ in islice(iterator, _COUNTED))
    return Graph(subjects, shown, shown + rest, rest == _COUNTED)


def _cell(term: _Term) -> Cell:
    if isinstance(term, ox.NamedNode):
        return Cell(Said(term.value), iri=True, node=True)
    if isinstance(term, ox.Literal):
        return Cell(Said(term.value, term.language or ""), number=_number(term))
    return Cell(Said("" if term is None else str(term)), node=isinstance(term, ox.BlankNode))


def _number(literal: ox.Literal) -> Decimal | None:
    if literal.datatype.value not in _NUMERIC:
        return None
    try:
        value = Decimal(literal.value)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
