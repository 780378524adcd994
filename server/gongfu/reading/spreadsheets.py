"""Workbooks: the sheets of xlsx, xlsm and xls files become tables with the addresses their owner sees.

Place in the flow: one of the readers behind ``gongfu.document``.

Numbers become the text on the screen (see ``displayed``). A formula gives its stored result, or its own text where
no result is stored. Macros, pictures, comments and charts are not read.

xls by xlrd: it alone tells the number formats and stores no cells between far ones.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.etree.ElementTree import Element

from gongfu.reading.cells import (
    Block,
    Limits,
    Merge,
    Table,
    UnreadableDocument,
    damaged,
    sheet_address,
    table_from_texts,
    too_large,
)
from gongfu.reading.displayed import BUILT_IN, GENERAL, shown
from gongfu.reading.ooxml import Package, attribute, elements, encrypted, local_name, open_package, unescaped

if TYPE_CHECKING:
    import xlrd

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")

# Excel itself stops at 65,490.
_STYLES_MAX = 100_000

Texts = dict[tuple[int, int], str]
"""The cells of a sheet that hold something, by row and column."""


@dataclass(frozen=True)
class _Workbook:
    """What the cells of every sheet refer to: shared strings, number formats by style, and the first day."""

    strings: tuple[str, ...]
    formats: tuple[str, ...]
    starts_1904: bool


def read_xlsx(path: Path, limits: Limits) -> Iterator[Block]:
    """Yield one table a sheet that holds any text; UnreadableDocument when damaged, locked or above the limits."""
    with open_package(path, limits) as package:
        main = package.main_part()
        sheets = _sheets(package, main)
        if len(sheets) > limits.sheets:
            raise too_large(path.name, "工作表数", "the number of sheets", len(sheets), limits.sheets)
        workbook = _workbook(package, main, limits)
        for name, part in sheets:
            with package.open(part) as stream:
                texts, merged = _sheet(stream, workbook, limits, name)
            if texts:
                yield _table(name, texts, merged, limits)


def _sheets(package: Package, main: str) -> list[tuple[str, str]]:
    """Return name and part of every worksheet, in the order of the tabs; sheets that are charts are left out."""
    links = package.relations(main)
    with package.open(main) as stream:
        entries = [(entry.get("name", ""), links[attribute(entry, "id")]) for entry in elements(stream, {"sheet"})]
    return [(unescaped(name), link.target) for name, link in entries if link.kind == "worksheet"]


def _workbook(package: Package, main: str, limits: Limits) -> _Workbook:
    links = {link.kind: link.target for link in package.relations(main).values()}
    with package.open(main) as stream:
        properties = [entry.get("date1904", "0") for entry in elements(stream, {"workbookPr"})]
    strings = _optional(package, links.get("sharedStrings"))
    styles = _optional(package, links.get("styles"))
    return _Workbook(_strings(strings, limits), _formats(styles), properties[:1] in (["1"], ["true"]))


def _optional(package: Package, part: str | None) -> IO[bytes]:
    """Open a part that a workbook may lack; an empty element stands for a missing one."""
    return package.open(part) if part and package.has(part) else io.BytesIO(b"<none/>")


def _strings(stream: IO[bytes], limits: Limits) -> tuple[str, ...]:
    strings: list[str] = []
    with stream:
        for entry in elements(stream, {"si"}):
            strings.append(_rich_text(entry))
            if len(strings) > limits.cells:
                raise too_large("sharedStrings", "文本数", "the number of texts", len(strings), limits.cells)
    return tuple(strings)


def _rich_text(entry: Element) -> str:
    """Return the text of a string in runs, without the phonetic guide (rPh) above it."""
    runs = [part for part in entry if local_name(part) in {"t", "r"}]
    texts = [text.text or "" for run in runs for text in run.iter() if local_name(text) == "t"]
    return unescaped("".join(texts))


def _formats(stream: IO[bytes]) -> tuple[str, ...]:
    """Return the number format of every cell style, by the style's index."""
    codes: dict[int, str] = dict(BUILT_IN)
    styles: list[str] = []
    with stream:
        for entry in elements(stream, {"numFmt", "xf"}, opening={"cellXfs"}):
            kind = local_name(entry)
            if kind == "cellXfs":
                styles.clear()  # those before it are the styles of styles (cellStyleXfs)
            elif kind == "numFmt":
                codes[int(entry.get("numFmtId", "0"))] = entry.get("formatCode", GENERAL)
            else:
                styles.append(codes.get(int(entry.get("numFmtId", "0")), GENERAL))
            if len(styles) > _STYLES_MAX:
                raise ValueError("too many styles")
    return tuple(styles)


def _sheet(stream: IO[bytes], workbook: _Workbook, limits: Limits, name: str) -> tuple[Texts, list[Merge]]:
    texts: Texts = {}
    merged: list[Merge] = []
    row = column = 0
    for entry in elements(stream, {"c", "mergeCell"}, opening={"row"}):
        kind = local_name(entry)
        if kind == "row":
            row, column = int(entry.get("r", row + 1)), 0
        elif kind == "mergeCell":
            merged.append(_range(entry.get("ref", "")))
            if len(merged) > limits.cells:
                raise too_large(name, "合并单元格数", "the number of merged ranges", len(merged), limits.cells)
        else:
            row, column = _position(address) if (address := entry.get("r")) else (row, column + 1)
            _keep(texts, row, column, _cell_text(entry, workbook), limits, name)
    return texts, merged


def _keep(texts: Texts, row: int, column: int, text: str, limits: Limits, sheet: str) -> None:
    """Add a text to the sheet, unless it is blank. A text beyond the limits is refused by its address."""
    if not text.strip():
        return
    if row > limits.rows or column > limits.columns:
        raise _far_cell(sheet, sheet_address(row, column), limits)
    texts[row, column] = text
    if len(texts) > limits.cells:
        raise too_large(sheet, "单元格数", "the number of cells", len(texts), limits.cells)


def _far_cell(sheet: str, address: str, limits: Limits) -> UnreadableDocument:
    last = sheet_address(limits.rows, limits.columns)
    return UnreadableDocument(
        f"工作表“{sheet}”的单元格{address}里有内容，超出可读范围（A1至{last}）。请删除该单元格的内容后保存再试。",
        f"Cell {address} of sheet “{sheet}” holds a text, but only A1 to {last} is read. "
        "Clear that cell, save and try again.",
    )


def _cell_text(cell: Element, workbook: _Workbook) -> str:
    """Return what the cell shows. A formula without a stored result shows itself."""
    parts = {local_name(part): part for part in cell}
    kind = cell.get("t", "n")
    value = parts["v"].text or "" if "v" in parts else ""
    if kind == "inlineStr":
        return _rich_text(parts["is"]) if "is" in parts else ""
    if not value:
        return f"={parts['f'].text or ''}" if "f" in parts and kind != "str" else ""
    if kind == "s":
        return workbook.strings[int(value)]
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "d":
        return value.removesuffix("T00:00:00")
    return _number_text(value, cell.get("s"), workbook) if kind == "n" else unescaped(value)


def _number_text(value: str, style: str | None, workbook: _Workbook) -> str:
    code = workbook.formats[int(style)] if style and int(style) < len(workbook.formats) else GENERAL
    return shown(float(value), code, workbook.starts_1904)


def _position(address: str) -> tuple[int, int]:
    """Return row and column of an A1 address; ValueError when it is none."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(address)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def _range(reference: str) -> Merge:
    first, _, last = reference.partition(":")
    return (*_position(first), *_position(last or first))


def _table(name: str, texts: Texts, merged: Iterable[Merge], limits: Limits) -> Table:
    """Return the sheet up to its last row and column with a text; rows are filled to that column where there is room.

    A row without any text is an empty tuple, so that a few cells far apart cost nothing.
    """
    filled = {row for row, _ in texts}
    last_row, last_column = max(filled), max(column for _, column in texts)
    width = last_column if len(filled) * last_column <= limits.cells else 0
    ends: dict[int, int] = dict.fromkeys(filled, width)
    for row, column in texts:
        ends[row] = max(ends[row], column)
    rows = ([texts.get((row, column), "") for column in range(1, ends.get(row, 0) + 1)]
            for row in range(1, last_row + 1))  # fmt: skip
    return table_from_texts(name, rows, sheet_address, _inside(merged, last_row, last_column))


def _inside(merged: Iterable[Merge], last_row: int, last_column: int) -> Iterator[Merge]:
    """Cut the merged ranges at the edge of the table; drop those of which one cell or nothing is left."""
    for first_row, first_column, end_row, end_column in merged:
        cut = (first_row, first_column, min(end_row, last_row), min(end_column, last_column))
        if first_row <= cut[2] and first_column <= cut[3] and cut[:2] != cut[2:]:
            yield cut


def read_xls(path: Path, limits: Limits) -> Iterator[Block]:
    """Yield one table a sheet that holds any text; UnreadableDocument when damaged, locked or above the limits."""
    import xlrd  # only here: no other format needs it

    try:
        with xlrd.open_workbook(
            str(path), logfile=io.StringIO(), formatting_info=True, ragged_rows=True, on_demand=True
        ) as book:
            if book.nsheets > limits.sheets:
                raise too_large(path.name, "工作表数", "the number of sheets", book.nsheets, limits.sheets)
            for index in range(book.nsheets):
                sheet = book.sheet_by_index(index)
                texts = _xls_texts(book, sheet, limits)
                merged = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
                if texts:
                    yield _table(sheet.name, texts, merged, limits)
                book.unload_sheet(index)
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as fault:  # xlrd raises whatever its records run into: asserts, struct and index errors
        raise encrypted(path.name) if "encrypted" in str(fault) else damaged(path.name) from fault


def _xls_texts(book: "xlrd.Book", sheet: "xlrd.sheet.Sheet", limits: Limits) -> Texts:
    texts: Texts = {}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            text = _xls_text(book, sheet.cell(row, column))
            _keep(texts, row + 1, column + 1, text, limits, sheet.name)
    return texts


def _xls_text(book: "xlrd.Book", cell: "xlrd.sheet.Cell") -> str:
    import xlrd

    value = cell.value
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(int(value), "#N/A")
    key = book.xf_list[cell.xf_index or 0].format_key
    return shown(value, book.format_map[key].format_str or BUILT_IN.get(key, GENERAL), bool(book.datemode))
