"""Rebuilt: the tables of a document that is no xlsx as a workbook of the same shape, so that findings have cells there.

Place in the flow: below the workbook form. Every table is a sheet; a cell stands in the row and column it had.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gongfu.codes import CodeLists
from gongfu.document import Document, Table
from gongfu.reading.cells import sheet_address
from gongfu.report.annotation import clean, row_height
from gongfu.text_tables import with_text_tables

_NO_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TITLE_MAX, _NARROW, _WIDE = 28, 6.0, 48.0
_LINE = Side(style="thin", color="BFC4CA")


@dataclass(frozen=True)
class Rebuilt:
    """The workbook as a file, and where each cell of the document (sheet, address) stands in it (sheet, address)."""

    file: bytes
    places: Mapping[tuple[str, str], tuple[str, str]]


def rebuilt(document: Document, codes: CodeLists) -> Rebuilt:
    """Return a document's tables as a workbook; those that were told apart in running text are among them."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    places: dict[tuple[str, str], tuple[str, str]] = {}
    tables = with_text_tables(document, codes)[0].tables
    widths = _widths(document)
    for number, table in enumerate(tables):
        sheet = workbook.create_sheet(_title(table.sheet, number, workbook.sheetnames))
        _write(sheet, table, widths.get(table.sheet, {}))
        for row in table.rows:
            for cell in row:
                places.setdefault((table.sheet, cell.address), (sheet.title, sheet_address(cell.row, cell.column)))
    if not tables:
        workbook.create_sheet("1")
    target = io.BytesIO()
    workbook.save(target)
    return Rebuilt(target.getvalue(), places)


def _title(name: str, number: int, taken: Sequence[str]) -> str:
    """Return a name that a sheet may have, like the table's, and not yet taken."""
    plain = clean(_NO_TITLE.sub(" ", name)).strip(" '")[:_TITLE_MAX] or f"表{number + 1}"
    known = {one.casefold() for one in taken}
    return next(
        one for one in (plain, *(f"{plain} {more}" for more in range(2, 10_000))) if one.casefold() not in known
    )


def _write(sheet: Worksheet, table: Table, widths: Mapping[int, float]) -> None:
    longest: dict[int, int] = {}
    for row in table.rows:
        for one in row:
            if one.text:
                cell = sheet.cell(one.row, one.column, clean(one.text))
                cell.data_type = "s"  # a text, also where it begins with =
                cell.font, cell.border = Font(name="宋体", size=11), Border(_LINE, _LINE, _LINE, _LINE)
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                longest[one.column] = max(longest.get(one.column, 0), max(map(len, one.text.split("\n"))))
    wide = {
        column: widths.get(column) or min(max(2.1 * length + 2, _NARROW), _WIDE) for column, length in longest.items()
    }
    for column, width in wide.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    spread = {(top, left) for top, left, *_ in table.merged}  # what spans columns or rows needs no height of its row
    for number, row in enumerate(table.rows, 1):
        alone = [one for one in row if one.text and (one.row, one.column) not in spread]
        sheet.row_dimensions[number].height = row_height(
            [one.text for one in alone], [wide[one.column] for one in alone]
        )
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.page_setup.paperSize = "landscape", 0, 9
    for top, left, bottom, right in table.merged:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def _widths(document: Document) -> Mapping[str, Mapping[int, float]]:
    """Return the widths of columns by sheet, in characters, where the document states them (xls)."""
    return dict(_widths_of_xls(Path(document.path))) if document.format == "xls" else {}


def _widths_of_xls(path: Path) -> Iterator[tuple[str, dict[int, float]]]:
    import xlrd

    with xlrd.open_workbook(str(path), logfile=io.StringIO(), formatting_info=True, on_demand=True) as book:
        for index in range(book.nsheets):
            sheet = book.sheet_by_index(index)
            yield sheet.name, {column + 1: info.width / 256 for column, info in sheet.colinfo_map.items() if info.width}
