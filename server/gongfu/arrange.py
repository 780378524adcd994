"""Arrange: tables of text cells become catalogue items.

Place in the flow: document -> **arrange** -> map. Finds header rows, drops repeated ones, takes domain headings from
rows of their own, joins what a page break tore apart, and reports what fits nowhere.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gongfu.catalogue import TEXT_FIELDS, CellReference, Item, Unread
from gongfu.document import Cell, Document, Table
from gongfu.header_titles import (
    NUMBERED,
    columns,
    domain_text,
    field_of,
    heading_text,
    heads_another,
    heads_catalogue,
    is_heading,
    names_domain,
)
from gongfu.standard_columns import Told, columns_beside, taken_over
from gongfu.text import key, reading, tidy

_CHINESE_NUMBER = re.compile(r"^[一二三四五六七八九十]+$")
_CODE = re.compile(r"(?!\d+$)[（(]?[A-Za-z\d]{1,8}([-—–.．_][A-Za-z\d]{1,8}){0,4}[）)]?")
_CODES_MIN = 3
_PUNCTUATION = "，。；：、,;:"


@dataclass
class _Arrangement:
    """What has been arranged so far while walking down the tables; lives inside one call of ``arrange``."""

    items: list[Item] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    header: dict[int, str] = field(default_factory=dict)
    extra: dict[int, str] = field(default_factory=dict)
    beside: dict[int, int] = field(default_factory=dict)  # columns of standards that are not the own: their levels
    header_cells: dict[str, CellReference] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    header_texts: set[tuple[str, ...]] = field(default_factory=set)
    domain: tuple[str, CellReference] | None = None
    category: tuple[str, CellReference] | None = None
    numbered: bool = False


@dataclass(frozen=True)
class Arranged:
    """The result: items in order, what could not be read, and the header cell of each field."""

    items: tuple[Item, ...]
    unread: tuple[Unread, ...]
    columns: Mapping[str, CellReference]


def arrange(document: Document) -> Arranged:
    """Return the catalogue items of a document; tables that are no catalogue (no such header) are passed over."""
    state = _Arrangement()
    for table in document.tables:
        width = max((cell.column for row in table.rows for cell in row), default=0)
        if state.header and max(state.header) > width and width > 1:
            state.header = {}
        caption = tidy(table.sheet)
        if is_heading(caption):  # a paragraph between two tables, or a sheet a domain
            first = next((cell.address for row in table.rows for cell in row), "")
            _take_heading(state, caption, CellReference(table.sheet, first))
        rows = tuple(_tidied(table))
        for row, lent in rows[_titles_above(rows) :]:
            _take_row(state, table, row, lent)
    own = "number" in state.header_cells and not _are_codes(state.items) and not _begins_again(state.items)
    items = _with_keys(_numbered(state.items, own))
    return Arranged(tuple(items), tuple(state.unread), state.header_cells)


def _titles_above(rows: Sequence[tuple[tuple[Cell, ...], frozenset[int]]]) -> int:
    """Return how many rows above the header of a table only title it: each sheet of a workbook has its own."""
    for count, (row, _) in enumerate(rows):
        filled = [cell for cell in row if cell.text]
        if heads_catalogue(cell.text for cell in filled):
            return count
        if len(filled) > 1 or any(not _is_title(cell) for cell in filled):
            return 0
    return 0


def _is_title(cell: Cell) -> bool:
    return columns().ignore(cell.text) or (cell.column == 1 and not is_heading(cell.text))


def _tidied(table: Table) -> Iterable[tuple[tuple[Cell, ...], frozenset[int]]]:
    """Yield the rows with tidy texts; the value of a vertically merged cell is lent to every row it covers.

    With each row come the columns that hold such a lent value.
    """
    cover: dict[tuple[int, int], Cell] = {}
    at = {(cell.row, cell.column): cell for row in table.rows for cell in row} if table.merged else {}
    for first_row, first_column, last_row, _last_column in table.merged:
        head = at.get((first_row, first_column))
        if head is not None and head.text.strip():
            cover.update({(row, first_column): head for row in range(first_row + 1, last_row + 1)})
    for row in table.rows:
        lent = {cell.column: cover[cell.row, cell.column].text for cell in row
                if (cell.row, cell.column) in cover and not cell.text.strip()}  # fmt: skip
        yield tuple(_saying(cell, tidy(lent.get(cell.column, cell.text))) for cell in row), frozenset(lent)


def _saying(cell: Cell, text: str) -> Cell:
    return cell if cell.text == text else replace(cell, text=text)


def _take_row(state: _Arrangement, table: Table, row: tuple[Cell, ...], lent: frozenset[int]) -> None:
    filled = [cell for cell in row if cell.text]
    if not filled:
        return
    if heads_catalogue(cell.text for cell in filled):
        rest = _below_titles(state, row)
        if rest:
            _take_item(state, table, rest, lent)
        else:
            _take_header(state, table, row)
    elif heads_another([cell.text for cell in filled]):
        state.header, state.extra, state.beside, state.domain, state.category = {}, {}, {}, None, None
    elif _heading(state, filled):
        if state.header:
            _take_heading(state, filled[-1].text, CellReference(table.sheet, filled[0].address))
    elif state.header and not columns().is_subtotal([cell.text for cell in filled]):
        _take_item(state, table, row, lent)


def _take_heading(state: _Arrangement, heading: str, place: CellReference) -> None:
    """Take a heading: （一）优孕优生服务 below 一、幼有所育 is the lower of two and leaves the domain as it is."""
    taken = (heading_text(heading), place)
    if heading[0] in "（(" and state.numbered and not names_domain(taken[0]):
        state.category = taken
    else:
        state.domain, state.category, state.numbered = taken, None, bool(NUMBERED.match(heading))


def _below_titles(state: _Arrangement, row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return what stands below the titles where a repeated header and the row below it are printed as one row.

    Empty where the row is a header only: each of its cells must have its own title and something behind it.
    """
    filled = [cell for cell in row if cell.text]
    glued = [cell for cell in filled if _title(state, cell) and len(cell.text) > len(_title(state, cell))]
    if len(glued) < len(filled):
        return ()
    return tuple(replace(cell, text=tidy(cell.text.removeprefix(_title(state, cell)))) for cell in row)


def _title(state: _Arrangement, cell: Cell) -> str:
    title = state.titles.get(cell.column, "")
    return title if cell.text.startswith(title) else ""


def _take_header(state: _Arrangement, table: Table, row: tuple[Cell, ...]) -> None:
    known: dict[int, str] = {}
    strange: dict[int, str] = {}
    beside = columns_beside({cell.column: cell.text for cell in row})
    for cell in (one for one in row if one.column not in beside):
        title = cell.text
        name = field_of(title) if title else None
        if name == "domain" and "domain" in known.values():
            name = "category"  # 服务领域 beside 服务类别: the second of two names of a heading is the lower one
        if name and name not in known.values():
            known[cell.column] = name
        elif title:
            strange[cell.column] = title
    repeated = tuple(sorted(known.values())) + tuple(strange.values())
    if repeated not in state.header_texts:
        by_column = {cell.column: cell for cell in row}
        for column, name in known.items():
            state.header_cells.setdefault(name, CellReference(table.sheet, by_column[column].address))
        for column, title in ((place, title) for place, title in strange.items() if key(title) not in columns().others):
            place = CellReference(table.sheet, by_column[column].address)
            state.unread.append(Unread("header", title, place, nearest=columns().nearest(title)))
    state.header_texts.add(repeated)
    state.header, state.extra, state.beside = known, strange, beside
    state.titles = {cell.column: cell.text for cell in row}


def _heading(state: _Arrangement, filled: list[Cell]) -> bool:
    """Say whether the row is a domain heading: one text alone (or repeated), numbered like a heading."""
    texts = {cell.text for cell in filled}
    if len(texts) == 1:
        return is_heading(next(iter(texts)))
    names = {state.header.get(cell.column) for cell in filled}
    return len(filled) == 2 and names <= {"number", "name"} and bool(_CHINESE_NUMBER.match(filled[0].text))


def _take_item(state: _Arrangement, table: Table, row: tuple[Cell, ...], lent: frozenset[int]) -> None:
    texts: dict[str, str] = {}
    cells: dict[str, CellReference] = {}
    extra: list[tuple[str, str]] = []
    own: set[str] = set()
    beside: dict[int, Told] = {}
    for cell in row:
        name = state.header.get(cell.column)
        text = _as_above(state, name, cell.text)
        if text in columns().nothing:
            continue
        if text and cell.column in state.beside:
            beside[state.beside[cell.column]] = text, CellReference(table.sheet, cell.address)
        elif name and text:
            texts[name], cells[name] = text, CellReference(table.sheet, cell.address)
            if cell.column not in lent:
                own.add(name)
        elif text and cell.column in state.extra:
            extra.append((state.extra[cell.column], text))
        elif text and name is None:
            state.unread.append(Unread("row", text, CellReference(table.sheet, cell.address)))
    told = taken_over((texts["standard"], cells["standard"]) if "standard" in texts else None, beside)
    if told:
        texts["standard"], cells["standard"] = told
    if "number" in texts:
        texts["number"] = _plain_number(texts["number"])
    for name in state.header.values():
        if name not in cells:
            cells[name] = CellReference(table.sheet, _address(row, state.header, name))
    if "domain" not in texts and state.domain:
        texts["domain"], cells["domain"] = state.domain
    elif "domain" in texts:
        texts["domain"] = domain_text(texts["domain"])
    if "category" not in texts and state.category:
        texts["category"], cells["category"] = state.category
    _place(state, Item("", texts.get("number", ""), 0, texts, cells, tuple(extra)), own, row, table)


def _as_above(state: _Arrangement, name: str | None, text: str) -> str:
    """Return the words of the row above where a cell only says 同上, as for a cell merged over both rows."""
    if name and state.items and text.rstrip("。") in columns().ditto:
        return state.items[-1].text(name) or text
    return text


def _address(row: tuple[Cell, ...], header: Mapping[int, str], name: str) -> str:
    column = next(position for position, field_name in header.items() if field_name == name)
    return next((cell.address for cell in row if cell.column == column), row[0].address)


def _place(state: _Arrangement, item: Item, own: set[str], row: tuple[Cell, ...], table: Table) -> None:
    """Append a new item, or join the row to the item before it when it is that item's other half."""
    named = {"number", "name"} & own
    if named and (named == {"number", "name"} or len(own) >= 2):
        state.items.append(item)
    elif own and state.items and not named and _is_other_half(state.items[-1], own, table) and not _ignored(state, row):
        covered = bool({"number", "name"} & item.texts.keys())  # by a merged cell: a line of its own, not a torn one
        state.items[-1] = _joined(state.items[-1], item, own, "\n" if covered else "")
    elif own and not _ignored(state, row):
        words = " ".join(item.texts[name] for name in item.texts if name in own)
        state.unread.append(Unread("row", words, CellReference(table.sheet, row[0].address)))


def _is_other_half(item: Item, own: set[str], table: Table) -> bool:
    """Say whether a row without number and name goes on with an item; a note on another sheet is no domain's rest."""
    here = any(place.sheet == table.sheet for place in item.cells.values())
    return bool(own & (set(TEXT_FIELDS) if here else set(TEXT_FIELDS) - {"domain", "category"}))


def _ignored(state: _Arrangement, row: tuple[Cell, ...]) -> bool:
    filled = [cell for cell in row if cell.text]
    return len(filled) == 1 and columns().ignore(filled[0].text, state.header.get(filled[0].column, ""))


def _joined(first: Item, rest: Item, own: set[str], between: str) -> Item:
    texts = {**first.texts}
    for name in own:
        before = texts.get(name, "")
        texts[name] = before + (between if before and before[-1] not in _PUNCTUATION else "") + rest.texts[name]
    return replace(first, texts=texts, extra=first.extra + rest.extra)


def _plain_number(text: str) -> str:
    digits = re.fullmatch(r"（?([0-9]+)[）.、]?", reading(text).text)
    return digits.group(1).lstrip("0") or "0" if digits else text


def _are_codes(items: list[Item]) -> bool:
    """Say whether a catalogue has codes in place of numbers: 1-1, 1-2, 2-1 or JY01, JY02, no two the same."""
    codes = [reading(item.number).text for item in items]
    return len(codes) >= _CODES_MIN and len(set(codes)) == len(codes) and all(map(_CODE.fullmatch, codes))


def _begins_again(items: list[Item]) -> bool:
    """Say whether the numbers begin again with every domain: 1, 2, 3, 1, 2. A number printed twice is a fault."""
    numbers = [int(item.number) if item.number.isdecimal() else 0 for item in items]
    begins = [at for at, number in enumerate(numbers) if number == 1]
    ends = [*begins[1:], len(numbers)][: len(begins)]
    runs = [numbers[start:end] for start, end in zip(begins, ends, strict=True)]
    rising = all(run == sorted(set(run)) and run[1:2] in ([], [2]) for run in runs)
    elsewhere = all(items[at].text("domain") != items[at - 1].text("domain") for at in begins[1:])
    told = elsewhere or (not any(item.text("domain") for item in items) and all(len(run) > 1 for run in runs))
    return len(runs) > 1 and begins[0] == 0 and rising and told


def _numbered(items: list[Item], has_numbers: bool) -> list[Item]:
    """Where the catalogue has no numbers, the position is the number."""
    numbered = []
    for position, item in enumerate(items, 1):
        number = item.number if has_numbers else str(position)
        numbered.append(replace(item, number=number, position=position, texts={**item.texts, "number": number}))
    return numbered


def _with_keys(items: list[Item]) -> list[Item]:
    counts = Counter(item.number for item in items)
    return [
        replace(item, key=item.number if item.number and counts[item.number] == 1 else f"{item.number}~{item.position}")
        for item in items
    ]
