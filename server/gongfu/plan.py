"""Plan: the indicator tables and divisions of tasks that a document holds beside its catalogue.

Place in the flow: document -> **plan** -> arrange. Their rows are taken out of the document's tables, so that arrange
sees the catalogue only. Tables are known by their headers (data/tables/indicators.yaml, tasks.yaml).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from gongfu.catalogue import CellReference, Observation, Plan, Task, Unread
from gongfu.codes import CodeLists
from gongfu.document import Cell, Document, Table
from gongfu.figures import Title, indicator_words, read_figure, read_label, read_title, with_kinds
from gongfu.header_titles import heads_catalogue, is_heading
from gongfu.settings import house, read_yaml
from gongfu.text import key, tidy

_HEADER_MAX = 24
_ORDINAL_DIGITS = 6
Row = tuple[Cell, ...]


@lru_cache(maxsize=1)
def task_words() -> Mapping[str, Any]:
    """Return data/tables/tasks.yaml."""
    loaded: Mapping[str, Any] = read_yaml(house().data / "tables" / "tasks.yaml")
    return loaded


@lru_cache(maxsize=1)
def _task_titles() -> Mapping[str, str]:
    table = task_words()["columns"]
    return {key(title): name for name, column in table.items() for title in column["titles"]}


@lru_cache(maxsize=1)
def _opening_titles() -> frozenset[str]:
    """Return the titles one of which every such header has: that of the indicator or that of the task."""
    labels = indicator_words()["columns"]["label"]["titles"]
    return frozenset({*map(key, labels), *(title for title, name in _task_titles().items() if name == "task")})


@dataclass
class _Taken:
    """What has been taken so far while walking down the tables; lives inside one call of ``take_plan``.

    ``figures`` or ``tasks`` is the header of the table whose rows are being taken, by column; both empty outside.
    """

    codes: CodeLists
    figures: Mapping[int, Title] = field(default_factory=dict)
    tasks: Mapping[int, str] = field(default_factory=dict)
    width: int = 0
    domain: str = ""
    observations: list[Observation] = field(default_factory=list)
    found: list[Task] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def take_plan(document: Document, codes: CodeLists) -> tuple[Document, Plan, tuple[Unread, ...]]:
    """Return the document without the rows of such tables, what they say, and their cells that were not understood."""
    taken = _Taken(codes)
    tables = tuple(replace(table, rows=tuple(_rest(taken, table))) for table in document.tables)
    return replace(document, tables=tables), Plan(tuple(taken.observations), tuple(taken.found)), tuple(taken.unread)


def _rest(taken: _Taken, table: Table) -> Iterable[Row]:
    """Yield the rows of a table that are no part of an indicator table or a division of tasks; take the others."""
    width = max((cell.column for row in table.rows for cell in row), default=0)
    if width != taken.width or not _continues(taken, table):
        taken.figures, taken.tasks = {}, {}
    taken.width = width
    for row in table.rows:
        filled = [cell for cell in row if cell.text.strip()]
        if _take_header(taken, filled):
            continue
        if taken.figures or taken.tasks:
            filled = [cell for cell in filled if tidy(cell.text)]  # no cell of markup alone
        if taken.figures and filled:
            _take_indicator(taken, table, filled)
        elif taken.tasks and filled:
            _take_task(taken, table, filled)
        else:
            yield row


def _continues(taken: _Taken, table: Table) -> bool:
    """Say whether a table goes on with the one before it, as after a page break: next number, or figures in place."""
    row = next((row for row in table.rows if any(cell.text.strip() for cell in row)), ())
    if taken.tasks and taken.found:
        numbers = [tidy(cell.text) for cell in row if taken.tasks.get(cell.column) == "number"]
        last = taken.found[-1].number
        return last.isdecimal() and len(last) <= _ORDINAL_DIGITS and numbers == [str(int(last) + 1)]
    figures = [tidy(cell.text) for cell in row
               if cell.column in taken.figures and taken.figures[cell.column].field == "figure"]  # fmt: skip
    return any(figure.value for text in figures if text and (figure := read_figure(text, taken.codes)))


def _take_header(taken: _Taken, filled: list[Cell]) -> bool:
    """Say whether the row heads an indicator table or a division of tasks; any other header ends both."""
    if len(filled) < 2 or any(len(cell.text) > 2 * _HEADER_MAX or len(key(cell.text)) > _HEADER_MAX for cell in filled):
        return False
    if (taken.figures or taken.tasks) and heads_catalogue(tidy(cell.text) for cell in filled):
        taken.figures, taken.tasks = {}, {}
        return False
    if not _opening_titles().intersection(key(cell.text) for cell in filled):
        return False
    titles = {cell.column: title for cell in filled if (title := read_title(tidy(cell.text)))}
    fields = [title.field for title in titles.values()]
    if "label" in fields and "figure" in fields:
        taken.figures, taken.tasks = with_kinds(titles), {}
        return True
    named = {cell.column: name for cell in filled if (name := _task_titles().get(key(cell.text)))}
    if "task" in named.values() and set(task_words()["units"]) & set(named.values()):
        taken.figures, taken.tasks = {}, named
        return True
    return False


def _take_indicator(taken: _Taken, table: Table, filled: list[Cell]) -> None:
    """Take the figures of one row; a row without figures is the heading of a domain, a long one a footnote."""
    texts = {taken.figures[cell.column].field: tidy(cell.text) for cell in filled if cell.column in taken.figures}
    figures = [(taken.figures[cell.column], cell) for cell in filled
               if cell.column in taken.figures and taken.figures[cell.column].field == "figure"]  # fmt: skip
    if not figures:
        words = "".join(dict.fromkeys(tidy(cell.text) for cell in filled))
        taken.domain = words if is_heading(words) or len(words) <= _HEADER_MAX else taken.domain
        return
    if "label" not in texts:
        taken.unread += [_unread(table, cell) for _, cell in figures]
        return
    domain = texts.get("domain") or taken.domain
    label, unit = read_label(texts["label"], texts.get("unit", ""), taken.codes)
    for title, cell in figures:
        figure = read_figure(tidy(cell.text), taken.codes)
        if figure is None:
            taken.unread.append(_unread(table, cell))
            continue
        taken.observations.append(Observation(
            label=label, indicator=taken.codes.iri("indicator", label) or "", period=title.period, kind=title.kind,
            printed=tidy(cell.text), value=figure.value, comparator=figure.comparator, unit=unit.unit or figure.unit,
            multiplier=unit.multiplier, printed_unit=unit.printed or figure.unit, domain=domain,
            cell=CellReference(table.sheet, cell.address),
        ))  # fmt: skip


def _unread(table: Table, cell: Cell) -> Unread:
    return Unread("plan-cell", tidy(cell.text), CellReference(table.sheet, cell.address))


def _take_task(taken: _Taken, table: Table, filled: list[Cell]) -> None:
    """Take one row; a row without a number continues the one before where the table numbers its rows."""
    texts = {name: tidy(cell.text) for cell in filled if (name := taken.tasks.get(cell.column))}
    cells = {name: cell for cell in filled if (name := taken.tasks.get(cell.column))}
    units = texts.get("leads") or texts.get("units", "")
    partners = texts.get("partners", "") if "leads" not in texts else texts.get("partners") or texts.get("units", "")
    numbered = "number" in taken.tasks.values()
    if numbered and "number" not in texts and taken.found and ("task" in texts or units) and len(filled) > 1:
        last = taken.found[-1]
        taken.found[-1] = replace(last, text=last.text + texts.get("task", ""), units=last.units + units)
    elif "task" in texts and (units or "number" in texts):
        place = CellReference(table.sheet, cells["task"].address)
        number = texts.get("number") or str(len(taken.found) + 1)
        taken.found.append(Task(number, texts["task"], units, partners, "leads" in taken.tasks.values(), place))
    elif len(filled) > 1:
        taken.unread += [_unread(table, cell) for cell in filled]
