"""Charts: the shapes in which numbers are drawn; widths and places are percentages, so that a chart fits any screen.

Place in the flow: HTTP, pages; pure. The drawing is done by templates, as SVG without any style of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfu.pages.results import Cell, Table

_FEW, _MANY = 3, 40  # fewer bars say no more than the table does


@dataclass(frozen=True)
class Bar:
    """A bar: what it is of, its value as printed, where it begins and how long it is in percent."""

    of: Cell
    value: str
    start: float
    length: float


@dataclass(frozen=True)
class Bars:
    """Bars on one scale: the columns they are drawn from, and where zero stands in percent."""

    label: str
    measure: str
    zero: float
    bars: Sequence[Bar]


def bars(table: Table) -> Bars | None:
    """Return the chart that suits a table: one thing a row and a number for it; None where the shape suits none.

    The things are named by the first column that is no number and whose values differ. The number is the last column
    of numbers: what stands before it is mostly an order or a code. A row that leaves cells empty which others fill is a
    sum or a heading and no bar.
    """
    columns = range(len(table.columns))
    numbers = [column for column in columns if table.is_number(column)]
    names = [column for column in columns if column not in numbers and _tells_apart(table, column)]
    if not (numbers and names and _FEW <= table.count <= _MANY):
        return None
    name, number = names[0], numbers[-1]
    filled = [column for column in columns if sum(bool(row[column].text) for row in table.rows) * 2 > len(table.rows)]
    whole = [row for row in table.rows if all(row[column].text for column in {*filled, name, number})]
    found = [(row[name], row[number]) for row in whole]
    if len(found) < _FEW:
        return None
    values = [cell.number for _, cell in found if cell.number is not None]
    low, high = min(Decimal(0), *values), max(Decimal(0), *values)
    if low == high:
        return None
    drawn = [_bar(of, cell, low, high) for of, cell in found]
    return Bars(table.columns[name], table.columns[number], share(Decimal(0), low, high), drawn)


def share(value: Decimal, low: Decimal, high: Decimal) -> float:
    """Return where a value stands between two others, in percent."""
    return round(float((value - low) / (high - low) * 100), 2)


def _bar(of: Cell, cell: Cell, low: Decimal, high: Decimal) -> Bar:
    value = cell.number or Decimal(0)
    start, end = sorted((share(Decimal(0), low, high), share(value, low, high)))
    return Bar(of, str(cell.text), start, round(end - start, 2))


def _tells_apart(table: Table, column: int) -> bool:
    values = [row[column].text for row in table.rows if row[column].text]
    return bool(values) and len(set(values)) == len(values)
