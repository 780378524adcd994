"""Samples: an empty catalogue to fill in and a published one to try the check with, as workbooks.

Place in the flow: HTTP. The columns are those that the reading knows (data/tables/catalogue.yaml), the rows those of a
source; nothing of them stands here.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import yaml
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gongfu.codes import codelists
from gongfu.report.annotation import row_height
from gongfu.settings import house
from gongfu.sources import described, source_folders

# What document 55 of 2018 asks a catalogue to state, in the order of published ones, with widths in digits.
_TEMPLATE = {"domain": 16.0, "number": 7.0, "name": 24.0, "target": 26.0, "standard": 56.0, "funding": 30.0,
             "departments": 24.0, "payment": 14.0}  # fmt: skip
_EMPTY_ROWS = 30
_LINE = Side(style="thin", color="BFC4CA")


def template() -> bytes:
    """Return an empty catalogue: a header whose cells say what belongs below them, and a sheet that says it too."""
    columns = _columns()
    workbook = openpyxl.Workbook()
    sheet, guide = workbook.worksheets[0], workbook.create_sheet("填写说明 Guide")
    sheet.title = "清单"
    labels = [columns[name]["label"]["zh"] for name in _TEMPLATE]
    _fill(sheet, [labels], list(_TEMPLATE.values()))
    for cell, name in zip(sheet[1], _TEMPLATE, strict=True):
        told = columns[name]["help"]
        cell.comment = Comment(f"{told['zh']}\n{told['en']}", "公服", height=90, width=260)
    for row in range(2, _EMPTY_ROWS + 2):
        for column in range(1, len(_TEMPLATE) + 1):
            _dress(sheet.cell(row, column), head=False)
    lines = [[columns[name][part][one] for part in ("label", "help") for one in ("zh", "en")] for name in _TEMPLATE]
    _fill(guide, [["栏目", "column", "填什么", "what belongs there"], *lines], [16.0, 22.0, 44.0, 52.0])
    return _saved(workbook)


def sample() -> tuple[str, bytes]:
    """Return the name and the workbook of a published provincial catalogue, to try the check with."""
    folders = [folder for folder in source_folders() if (folder / "catalogue.csv").is_file()]
    folder = [one for one in folders if described(one).get("level") == "province"][-1]
    region = codelists().concept("division", str(described(folder)["region"]))
    name = region.label("zh") if region else folder.name
    with (folder / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = name
    widths = [min(max(8.0, 2.1 * max(len(row[column]) for row in rows)), 50.0) for column in range(len(rows[0]))]
    _fill(sheet, rows, widths)
    return f"{name}样例.xlsx", _saved(workbook)


def _columns() -> Mapping[str, Any]:
    loaded = yaml.safe_load((house().data / "tables" / "catalogue.yaml").read_text("utf-8"))
    columns: Mapping[str, Any] = loaded["columns"]
    return columns


def _fill(sheet: Worksheet, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    """Write rows of texts, the first as the head, which stays in sight."""
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column, text)
            cell.data_type = "s"
            _dress(cell, head=number == 1)
        sheet.row_dimensions[number].height = row_height(row, widths)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"


def _dress(cell: Any, head: bool) -> None:
    cell.font = Font(name="宋体", size=11, bold=head)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.border = Border(_LINE, _LINE, _LINE, _LINE)
    if head:
        cell.fill = PatternFill("solid", fgColor="E8EBEF")


def _saved(workbook: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()
