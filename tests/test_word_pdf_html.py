"""Word documents, PDF and HTML: tables with their merged cells, and the prose around them, in order."""

from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.text.paragraph import Paragraph as WordParagraph
from PIL import Image
from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate
from reportlab.platypus import Table as PdfTable
from small_documents import ROWS, only, rewritten, texts

from gongfu.document import read_document


def test_docx_tables_in_order_with_the_prose_between(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_paragraph("各市、县人民政府：")
    file.add_paragraph("一、基本公共教育")
    first = file.add_table(rows=0, cols=6)
    for row in ROWS:
        for cell, text in zip(first.add_row().cells, row, strict=True):
            cell.text = text
    file.add_paragraph("附注" * 40)
    file.add_table(rows=1, cols=1).cell(0, 0).text = "甲\n乙"
    file.save(str(tmp_path / "a.docx"))
    document = read_document(tmp_path / "a.docx")
    assert [table.sheet for table in document.tables] == ["一、基本公共教育", "表2"]
    assert texts(document.tables[0]) == ROWS
    assert document.tables[0].rows[1][3].address == "T1R2C4"
    assert texts(document.tables[1]) == [["甲\n乙"]]
    assert document.prose == "各市、县人民政府：\n一、基本公共教育\n" + "附注" * 40


def test_docx_merged_cells_stand_once(tmp_path: Path) -> None:
    file = docx.Document()
    table = file.add_table(rows=3, cols=3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = str(number)
    table.cell(0, 0).merge(table.cell(2, 0)).text = "领域"
    table.cell(1, 1).merge(table.cell(2, 2)).text = "四格"
    file.save(str(tmp_path / "a.docx"))
    read = only(read_document(tmp_path / "a.docx"))
    assert texts(read) == [["领域", "1", "2"], ["", "四格", ""], ["", "", ""]]
    assert set(read.merged) == {(1, 1, 3, 1), (2, 2, 3, 3)}


def numbered(paragraph: WordParagraph) -> None:
    """Put the paragraph into list 1 of the default template, as the button for numbers does."""
    numbering = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", "0"), ("w:numId", "77")):
        part = OxmlElement(name)
        part.set(qn("w:val"), value)
        numbering.append(part)
    paragraph._p.get_or_add_pPr().append(numbering)


@pytest.mark.parametrize(
    ("kind", "form", "expected"),
    [("decimal", "%1", ["1", "2"]), ("chineseCountingThousand", "%1、", ["一、", "二、"]), ("bullet", "•", ["", ""])],
)
def test_docx_numbers_that_word_counts_are_read(tmp_path: Path, kind: str, form: str, expected: list[str]) -> None:
    file = docx.Document()
    table = file.add_table(rows=2, cols=2)
    for row in table.rows:
        numbered(row.cells[0].paragraphs[0])
        row.cells[1].text = "项目"
    file.save(str(tmp_path / "a.docx"))
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{form}"/></w:lvl>'
    lists = f'<w:abstractNum w:abstractNumId="77">{level}</w:abstractNum>'
    lists += '<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num></w:numbering>'
    rewritten(tmp_path / "a.docx", "word/numbering.xml", lambda xml: xml.replace("</w:numbering>", lists))
    assert texts(only(read_document(tmp_path / "a.docx"))) == [[number, "项目"] for number in expected]


def test_docx_tracked_changes_are_read_as_accepted(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_table(rows=1, cols=1).cell(0, 0).text = "保留"
    file.save(str(tmp_path / "a.docx"))
    inserted = "<w:ins><w:r><w:t>新增</w:t></w:r></w:ins>"
    deleted = "<w:del><w:r><w:delText>删去</w:delText></w:r></w:del>"
    rewritten(tmp_path / "a.docx", "word/document.xml", lambda xml: xml.replace("</w:r>", f"</w:r>{inserted}{deleted}"))
    assert texts(only(read_document(tmp_path / "a.docx"))) == [["保留新增"]]


def test_docx_with_a_relationship_to_nothing_is_read(tmp_path: Path) -> None:
    """Add-ins leave links to a part called NULL; Word opens such files."""
    file = docx.Document()
    file.add_table(rows=1, cols=1).cell(0, 0).text = "x"
    file.save(str(tmp_path / "a.docx"))
    image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    link = f'<Relationship Id="rId99" Type="{image}" Target="NULL"/></Relationships>'
    rewritten(tmp_path / "a.docx", "word/_rels/document.xml.rels", lambda xml: xml.replace("</Relationships>", link))
    assert texts(only(read_document(tmp_path / "a.docx"))) == [["x"]]


def save_pdf(path: Path, rows: list[list[str]], style: list[tuple[Any, ...]]) -> Path:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    text = ParagraphStyle("text", fontName="STSong-Light")
    look = [("FONT", (0, 0), (-1, -1), "STSong-Light"), ("GRID", (0, 0), (-1, -1), 0.5, black), *style]
    table = PdfTable(rows, style=look, repeatRows=1)
    SimpleDocTemplate(str(path)).build([Paragraph("某省清单", text), table, Paragraph("后记", text)])
    return path


def test_pdf_tables_page_by_page(tmp_path: Path) -> None:
    rows = [["序号", "服务项目"], *([str(number), f"第{number}项"] for number in range(1, 61))]
    document = read_document(save_pdf(tmp_path / "a.pdf", rows, []))
    assert [table.sheet for table in document.tables] == ["某省清单", "表2"]
    first, second = document.tables
    assert texts(first) + texts(second)[1:] == rows
    assert (first.rows[1][1].address, second.rows[0][0].address) == ("P1T1R2C2", "P2T1R1C1")
    assert document.prose == "某省清单\n后记"


def test_pdf_merged_cells_and_line_breaks(tmp_path: Path) -> None:
    rows = [["领域", "项目", "标准"], ["教育", "甲\n乙", ""], ["", "丙", "丁"]]
    spans: list[tuple[Any, ...]] = [("SPAN", (0, 1), (0, 2)), ("SPAN", (1, 1), (2, 1))]
    table = only(read_document(save_pdf(tmp_path / "a.pdf", rows, spans)))
    assert texts(table) == rows
    assert set(table.merged) == {(2, 1, 3, 1), (2, 2, 2, 3)}


def test_pdf_page_that_is_only_a_picture_is_reported(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(100, 100, "text")
    canvas.showPage()
    canvas.drawInlineImage(Image.new("L", (8, 8)), 100, 100)
    canvas.showPage()
    canvas.save()
    document = read_document(tmp_path / "a.pdf")
    assert (document.prose, document.unread) == ("text", ("P2",))


PAGE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>不读</title>
<style>p {}</style></head><body><p>各市、县：<!-- 略 -->请执行。</p><h2>某省清单</h2>
<table><tr><th>领域<th>项目<th>标准</tr>
<tr><td rowspan=2>教育<td>甲<br>乙<td>&lt;650&nbsp;元</tr><tr><td colspan=2>丙</table>尾
<script>no</script></body></html>"""


@pytest.mark.parametrize("name", ["a.html", "a.htm", "导出.xls", "a.doc"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_html_whatever_its_name(tmp_path: Path, name: str, encoding: str) -> None:
    page = PAGE if encoding == "gb18030" else PAGE.replace("gb2312", "utf-8")
    (tmp_path / name).write_bytes(page.encode(encoding))
    document = read_document(tmp_path / name)
    table = only(document)
    assert (document.format, document.prose) == ("html", "各市、县：请执行。\n某省清单\n尾")
    assert (table.sheet, table.merged) == ("某省清单", ((2, 1, 3, 1), (3, 2, 3, 3)))
    assert texts(table) == [["领域", "项目", "标准"], ["教育", "甲\n乙", "<650\xa0元"], ["", "丙", ""]]
    assert table.rows[2][1].address == "T1R3C2"


def test_html_layout_table_is_part_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<table><tr><td>导航<td><b>清单</b><table><tr><td>1<td>甲</table></table>", "utf-8"
    )
    document = read_document(tmp_path / "a.html")
    assert (only(document).sheet, texts(only(document)), document.prose) == ("清单", [["1", "甲"]], "导航\n清单")
