"""One catalogue in every format an official may have it in gives the same items, with addresses in that file."""

import csv
import html
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from docx import Document as WordDocument
from reportlab.lib.pagesizes import A3, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

from gongfu.catalogue import Catalogue
from gongfu.check import read_catalogue
from gongfu.codes import codelists
from gongfu.sources import source_folder

COLUMNS = ["序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位"]
FIELDS = ["number", "name", "target", "standard", "funding", "departments"]
NUMERALS = "一二三四五六七八"
Rows = list[list[str]]


def jilin() -> Rows:
    """Return the table as published: a row a list of six texts, a domain heading a list of one."""
    rows: Rows = [COLUMNS]
    with (source_folder("jilin-13fyp") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        domains: list[str] = []
        for row in csv.DictReader(file):
            if row["领域"] not in domains:
                domains.append(row["领域"])
                rows.append([f"{NUMERALS[len(domains) - 1]}、{row['领域']}"])
            rows.append([row[column] for column in COLUMNS])
    return rows


def xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "清单"
    sheet.append(["吉林省基本公共服务清单"])
    for row in jilin():
        sheet.append([int(text) if text.isdigit() else text for text in row])
        if len(row) == 1:
            sheet.merge_cells(start_row=sheet.max_row, start_column=1, end_row=sheet.max_row, end_column=6)
    book.save(folder / "catalogue-jilin.xlsx")
    return folder / "catalogue-jilin.xlsx"


def docx(folder: Path) -> Path:
    document = WordDocument()
    document.add_paragraph("吉林省基本公共服务清单")
    table = document.add_table(rows=0, cols=6)
    for row in jilin():
        cells = table.add_row().cells
        if len(row) == 1:
            cells[0].merge(cells[5]).text = row[0]
        else:
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
    document.save(str(folder / "catalogue.docx"))
    return folder / "catalogue.docx"


def web(folder: Path) -> Path:
    lines = [
        "<tr><td colspan=6>" + html.escape(row[0]) + "</td></tr>"
        if len(row) == 1
        else "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>"
        for row in jilin()
    ]
    path = folder / "catalogue.html"
    path.write_text("<html><meta charset=utf-8><body><table>" + "\n".join(lines) + "</table></body></html>", "utf-8")
    return path


def markdown(folder: Path) -> Path:
    rows = jilin()
    lines = ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * 6]
    lines += ["| " + " | ".join([*row, *[""] * (6 - len(row))]) + " |" for row in rows[1:]]
    path = folder / "catalogue.md"
    path.write_text("# 吉林省基本公共服务清单\n\n" + "\n".join(lines) + "\n", "utf-8")
    return path


def tabs(folder: Path) -> Path:
    """Tab-separated, page by page: the header again on every page, headings in lines of their own, GB18030."""
    lines: list[str] = []
    for position, row in enumerate(jilin()):
        if position and position % 12 == 0:
            lines += ["", "— 12 —", "\t".join(COLUMNS)]
        lines.append("\t".join(row))
    path = folder / "catalogue.txt"
    path.write_bytes("\n".join(lines).encode("gb18030"))
    return path


def pdf(folder: Path) -> Path:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("cell", fontName="STSong-Light", fontSize=7, leading=9, wordWrap="CJK")
    body = [[Paragraph(html.escape(text), style) for text in [*row, *[""] * (6 - len(row))]] for row in jilin()]
    table = LongTable(body, colWidths=[40, 110, 200, 460, 190, 120], repeatRows=1)
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
    path = folder / "catalogue.pdf"
    SimpleDocTemplate(str(path), pagesize=landscape(A3)).build([table])
    return path


@pytest.fixture(scope="module")
def printed() -> Catalogue:
    return read_catalogue(source_folder("jilin-13fyp") / "catalogue.csv", None, codelists())


@pytest.mark.parametrize("write", [xlsx, docx, web, markdown, tabs, pdf], ids=lambda write: write.__name__)
def test_every_format_gives_the_same_items(write: Callable[[Path], Path], printed: Catalogue, tmp_path: Path) -> None:
    catalogue = read_catalogue(write(tmp_path), "220000", codelists())
    unprintable = "·" if write is pdf else ""  # the test's font has no sign for it
    assert [[item.text(name) for name in FIELDS] for item in catalogue.items] == [
        [item.text(name).replace(unprintable, "") for name in FIELDS] for item in printed.items
    ]
    assert [item.text("domain") for item in catalogue.items] == [item.text("domain") for item in printed.items]
    assert not catalogue.unread
    addresses = [item.cells["standard"].address for item in catalogue.items]
    assert len(set(addresses)) == len(addresses)


def test_cells_have_the_address_of_the_workbook(tmp_path: Path) -> None:
    path = xlsx(tmp_path)
    catalogue = read_catalogue(path, None, codelists())
    sheet = openpyxl.load_workbook(path)["清单"]
    for item in catalogue.items:
        place = item.cells["standard"]
        assert (place.sheet, sheet[place.address].value) == ("清单", item.standard)
    assert catalogue.edition.region == "220000"
