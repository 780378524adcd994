"""Tables: SELECT results as an Excel workbook of text cells and as Parquet with typed columns.

Place in the flow: runs in a worker. The libraries are imported when a table is asked for; Parquet is offered only where
pyarrow, an extra of the installation, is there.
"""

import importlib.util
import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from gongfu.sparql.rows import TooManyRows

if TYPE_CHECKING:
    import pyarrow as pa

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
EXTENSIONS = MappingProxyType({XLSX: "xlsx", PARQUET: "parquet"})
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None

# What a worksheet can hold, ECMA-376 and Excel's own limit of a cell.
_ROWS, _COLUMNS, _CHARACTERS = 1_048_576, 16_384, 32_767
_XSD = "http://www.w3.org/2001/XMLSchema#"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # the same result gives the same bytes


class TableTooLarge(Exception):
    """The result does not fit into the form; the message says why, in figures."""


@cache
def table_types() -> tuple[str, ...]:
    """Return the media types of tables that this installation can write."""
    return (XLSX, PARQUET) if importlib.util.find_spec("pyarrow") else (XLSX,)


def table(solutions: ox.QuerySolutions, media_type: str, most: int = _ROWS) -> bytes:
    """Return solutions as a table. Raises TableTooLarge, and TooManyRows where there are more than ``most``."""
    return _workbook(solutions, most) if media_type == XLSX else _parquet(solutions, most)


def _workbook(solutions: ox.QuerySolutions, most: int) -> bytes:
    """Write every value as text, so that no number is rounded, no date turned and no formula run.

    In memory, since a worker that is killed would leave its temporary files behind; its memory limit holds.
    """
    import xlsxwriter

    written = io.BytesIO()
    names = [variable.value for variable in solutions.variables]
    if len(names) > _COLUMNS:
        raise TableTooLarge(f"{len(names)} > {_COLUMNS}")
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"created": _EPOCH})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, bold)
        for row, solution in enumerate(solutions, 1):
            if row > most:
                raise TooManyRows
            if row >= _ROWS:
                raise TableTooLarge(f"> {_ROWS}")
            for column, term in enumerate(solution):
                text = _text(term)
                if len(text) > _CHARACTERS:
                    raise TableTooLarge(f"{len(text)} > {_CHARACTERS}")
                if text:
                    sheet.write_string(row, column, text)
        sheet.freeze_panes(1, 0)
    return written.getvalue()


def _text(term: Term) -> str:
    if term is None:
        return ""
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


def _parquet(solutions: ox.QuerySolutions, most: int) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    names = [variable.value for variable in solutions.variables]
    columns: list[list[Term]] = [[] for _ in names]
    for row, solution in enumerate(solutions, 1):
        if row > most:
            raise TooManyRows
        for column, term in zip(columns, solution, strict=True):
            column.append(term)
    written = pa.BufferOutputStream()
    parquet.write_table(pa.table([_column(one) for one in columns], names=names), written, compression="zstd")
    return bytes(written.getvalue())


def _column(terms: Sequence[Term]) -> "pa.Array[Any]":
    """Return a column of the narrowest type that holds all its values exactly; text where there is none.

    Integers are int64, decimals decimal128, floating numbers double, then booleans, dates, and instants in UTC.
    """
    import pyarrow as pa

    datatypes = {one.datatype.value if isinstance(one, ox.Literal) else "" for one in terms if one is not None}
    read = _READERS.get(frozenset(name.removeprefix(_XSD) for name in datatypes))
    if read is None:
        return pa.array([None if one is None else _text(one) for one in terms], pa.string())
    kind, value = read
    try:
        found = [None if one is None else value(_text(one)) for one in terms]
        return pa.array(found, {"decimal": None, "instant": pa.timestamp("us", "UTC")}.get(kind, kind))
    except (ValueError, KeyError, ArithmeticError, pa.ArrowException):
        return pa.array([None if one is None else _text(one) for one in terms], pa.string())


def _instant(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("no time zone")
    return read.astimezone(UTC)


def _truth(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


def _number(text: str) -> float:
    return float(text.replace("INF", "inf"))


_READERS: dict[frozenset[str], tuple[str, Callable[[str], Any]]] = {
    frozenset({"integer"}): ("int64", int), frozenset({"int"}): ("int64", int), frozenset({"long"}): ("int64", int),
    frozenset({"decimal"}): ("decimal", Decimal), frozenset({"integer", "decimal"}): ("decimal", Decimal),
    frozenset({"double"}): ("float64", _number), frozenset({"float"}): ("float64", _number),
    frozenset({"boolean"}): ("bool", _truth), frozenset({"date"}): ("date32", date.fromisoformat),
    frozenset({"dateTime"}): ("instant", _instant),
}  # fmt: skip
