"""Row terms: how the values of rows are written in N-Triples, and the SPARQL functions that table files use on them.

Place in the flow: **map**, below facts. A function gives None where SPARQL has an error: the variable stays unbound.
"""

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import CodeType
from urllib.parse import quote

import pyoxigraph as ox

ROW = "https://w3id.org/bps-cn/row#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE = re.compile(r'["\\\n\r]')
_INTEGER = re.compile(r"[+-]?[0-9]+")
_INTEGER_MAX = 2**63


class Iri(str):
    """An IRI as the value of a cell."""

    __slots__ = ()


Cell = str | int | bool | Decimal | date | Iri | None
Row = Mapping[str, Cell]


def escaped(text: str) -> str:
    """Return a text as it stands between the quotation marks of a literal."""
    return _TO_ESCAPE.sub(lambda found: _ESCAPED[found[0]], text) if _TO_ESCAPE.search(text) else text


def written(value: Cell) -> str | None:
    """Return a cell's value as a term of N-Triples: text plain, numbers and dates typed; None for none."""
    kind = type(value)
    if value is None:
        return None
    if kind is str:
        return f'"{escaped(str(value))}"'
    if kind is Iri:
        return f"<{value}>"
    return f'"{lexical(value)}"^^<{XSD}{_TYPES[kind]}>'


_TYPES = {bool: "boolean", int: "integer", Decimal: "decimal", date: "date"}


def lexical(value: Cell) -> str | None:
    """Return what STR gives: the lexical form, as the engine writes it after it has read it."""
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is Decimal:
        assert isinstance(value, Decimal)
        return format(value.normalize(), "f")
    if kind is date:
        assert isinstance(value, date)
        return value.isoformat()
    return None if value is None else str(value)


@lru_cache(maxsize=65_536)  # a row's item and edition are named in most of its triples
def iri(text: str) -> str | None:
    """Return a text that is an IRI, None for one that is none: the engine's own parser decides."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return None
    return text


@lru_cache(maxsize=16_384)
def encoded(text: str) -> str:
    """Return a text as ENCODE_FOR_URI gives it."""
    return quote(text, safe="")


def tagged(text: str, language: str) -> str | None:
    """Return a text in a language as a term of N-Triples, None for what is no language."""
    try:
        return str(ox.Literal(text, language=language))
    except ValueError:
        return None


def integer(text: str) -> int | None:
    """Return what the cast to xsd:integer gives of a text."""
    number = int(text) if _INTEGER.fullmatch(text) and len(text) < len(str(_INTEGER_MAX)) + 2 else None
    return number if number is not None and -_INTEGER_MAX <= number < _INTEGER_MAX else None


def same(left: Cell, right: Cell) -> bool | None:
    """Say whether two texts or two IRIs are the same; of other values the table files ask nothing."""
    if left is None or right is None:
        return None
    if type(left) not in {str, Iri} or type(right) not in {str, Iri}:
        raise TypeError(f"{left!r} and {right!r} are not compared here")
    return type(left) is type(right) and left == right


def true(value: Cell) -> bool | None:
    """Return the truth of a truth value; None where there is none."""
    if value is None or type(value) is bool:
        return value
    raise TypeError(f"{value!r} is no truth value")


def unless(value: bool | None) -> bool | None:
    """Return what ``!`` gives."""
    return None if value is None else not value


def both(left: bool | None, right: bool | None) -> bool | None:
    """Return what ``&&`` gives: false wins over an error."""
    return False if left is False or right is False else None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    """Return what ``||`` gives: true wins over an error."""
    return True if left is True or right is True else None if left is None or right is None else False


def filled(row: Row, columns: Sequence[str]) -> list[Cell]:
    """Return the values that a row has in these columns."""
    return [value for column in columns if (value := row.get(column)) is not None and value != ""]


class Rows:
    """The rows of a table; those that have a value in a column are looked up at once."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.all = tuple(rows)
        self._by_column: dict[str, dict[str | None, list[Row]]] = {}

    def with_column(self, column: str) -> list[Row]:
        """Return the rows that have this column."""
        return [row for rows in self._index(column).values() for row in rows]

    def with_value(self, column: str, value: Cell) -> list[Row]:
        """Return the rows that have this value in a column."""
        return self._index(column).get(written(value), [])

    def _index(self, column: str) -> dict[str | None, list[Row]]:
        if column not in self._by_column:
            found: dict[str | None, list[Row]] = {}
            for row in self.all:
                if filled(row, [column]):
                    found.setdefault(written(row[column]), []).append(row)
            self._by_column[column] = found
        return self._by_column[column]


Tables = MutableMapping[
    str, MutableMapping[str, dict[str, None]]
]  # {predicate: {subject: {object: None}}} in N-Triples
Write = Callable[[Rows, str, Tables | None], list[str]]


def function_of(code: CodeType) -> Write:
    """Return the function that ``row_writer`` made of a table file: it takes rows and the base of data IRIs."""
    names = globals().copy()
    exec(code, names)  # noqa: S102  # our own code, made of our own file
    write: Write = names["write"]
    return write
