"""Workbooks: every cell with the text a person sees and the address it has in the sheet."""

import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet
from small_documents import ROWS, only, rewritten, texts

from gongfu.document import read_document


def save_xlsx(path: Path, fill: Callable[[openpyxl.Workbook], object]) -> Path:
    workbook = openpyxl.Workbook()
    fill(workbook)
    workbook.save(path)
    return path


def sheet_of(workbook: openpyxl.Workbook) -> Worksheet:
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    return sheet


def save_rows(path: Path, rows: list[list[str]]) -> Path:
    def fill(workbook: openpyxl.Workbook) -> None:
        for row in rows:
            sheet_of(workbook).append(row)

    return save_xlsx(path, fill)


def test_xlsx_cells_have_their_text_and_address(tmp_path: Path) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = sheet_of(workbook)
        sheet.title = "清单"
        for row in ROWS:
            sheet.append(row)
        sheet["D5"] = "第一行\n第二行"

    document = read_document(save_xlsx(tmp_path / "a.xlsx", fill))
    table = only(document)
    assert (document.format, document.prose, table.sheet) == ("xlsx", "", "清单")
    assert texts(table)[:3] == ROWS
    assert table.rows[3] == ()
    assert (table.rows[4][3].address, table.rows[4][3].text) == ("D5", "第一行\n第二行")
    assert [cell.address for cell in table.rows[4]] == ["A5", "B5", "C5", "D5", "E5", "F5"]
    assert all(table.rows[cell.row - 1][cell.column - 1] is cell for row in table.rows for cell in row)


def test_xlsx_numbers_read_as_shown(tmp_path: Path) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = sheet_of(workbook)
        sheet.append([80, 80.0, 0.8, date(2018, 6, 3), True, 0.1 + 0.2, "=1+1", "=CONCATENATE(A1,B1)"])
        sheet["C1"].number_format = "0%"

    table = only(read_document(save_xlsx(tmp_path / "a.xlsx", fill)))
    assert texts(table) == [["80", "80", "80%", "2018-06-03", "TRUE", "0.3", "=1+1", "=CONCATENATE(A1,B1)"]]


def test_xlsx_chinese_date_format_without_a_code_is_a_date(tmp_path: Path) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet_of(workbook)["A1"] = date(2018, 6, 3)

    path = save_xlsx(tmp_path / "a.xlsx", fill)
    rewritten(path, "xl/styles.xml", lambda xml: re.sub(r"(<xf [^>]*)numFmtId=\"\d+\"", r'\1numFmtId="31"', xml))
    assert texts(only(read_document(path))) == [["2018-06-03"]]


def test_xlsx_formula_gives_its_stored_result(tmp_path: Path) -> None:
    path = save_rows(tmp_path / "a.xlsx", [["=1+1", "=A1&B1"]])
    rewritten(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(r"<f>1\+1</f><v ?/?>(</v>)?", "<f>1+1</f><v>2</v>", xml),
    )
    assert texts(only(read_document(path))) == [["2", "=A1&B1"]]


def test_xlsx_merged_cells_keep_one_text_and_tell_their_reach(tmp_path: Path) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = sheet_of(workbook)
        for row in ([1, "a", "x"], [2, "b", "y"], [3, "c", "z"]):
            sheet.append(row)
        sheet["A1"] = "一、基本公共教育"
        sheet.merge_cells("A1:A3")
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("E9:F10")

    table = only(read_document(save_xlsx(tmp_path / "a.xlsx", fill)))
    assert texts(table) == [["一、基本公共教育", "a", ""], ["", "b", "y"], ["", "c", "z"]]
    assert set(table.merged) == {(1, 1, 3, 1), (1, 2, 1, 3)}


def test_xlsx_sheets_come_in_order_without_the_blank_ones(tmp_path: Path) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet_of(workbook)["B2"] = "甲"
        workbook.create_sheet("空")
        workbook.create_sheet("A & B")["A1"] = "乙"
        workbook.create_chartsheet("图")

    document = read_document(save_xlsx(tmp_path / "a.xlsx", fill))
    assert [(table.sheet, texts(table)) for table in document.tables] == [
        ("Sheet", [[], ["", "甲"]]),
        ("A & B", [["乙"]]),
    ]


def test_xlsx_declared_size_is_not_believed(tmp_path: Path) -> None:
    path = save_rows(tmp_path / "a.xlsx", [["x"]])
    rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace('ref="A1"', 'ref="A1:XFD1048576"'))
    assert texts(only(read_document(path))) == [["x"]]


def test_xlsx_far_format_or_blank_is_no_cell(tmp_path: Path) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet_of(workbook)["A1"] = "x"
        sheet_of(workbook)["XFD1048576"] = " "

    assert texts(only(read_document(save_xlsx(tmp_path / "a.xlsx", fill)))) == [["x"]]


def packed_xlsx(path: Path, rows: str, strings: str, namespace: str, kinds: str) -> Path:
    """Write a workbook as office programs do, with shared strings; openpyxl writes none."""
    link = '<Relationship Id="{}" Type="{}/{}" Target="{}"/>'
    main = link.format("r1", kinds, "officeDocument", "xl/workbook.xml")
    book_links = link.format("r1", kinds, "worksheet", "/xl/worksheets/sheet1.xml")
    book_links += link.format("r2", kinds, "sharedStrings", "sharedStrings.xml")
    parts = {
        "_rels/.rels": f"<Relationships>{main}</Relationships>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{book_links}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{kinds}"><workbookPr date1904="1"/><sheets>'
        '<sheet name="清单" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}">{strings}</sst>',
        "xl/Worksheets/Sheet1.xml": f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("namespace", "kinds"),
    [
        (
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        ),
        ("http://purl.oclc.org/ooxml/spreadsheetml/main", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ],
    ids=["usual", "strict"],
)
def test_xlsx_shared_strings_with_runs_phonetics_and_escapes(tmp_path: Path, namespace: str, kinds: str) -> None:
    strings = "<si><t>序号</t></si><si><r><t>免费</t></r><r><t>教育_x000D_\n二</t></r><rPh><t>mian</t></rPh></si>"
    rows = '<row r="2"><c r="B2" t="s"><v>1</v></c><c r="C2" t="str"><f>A1</f><v></v></c></row>'
    rows += '<row><c t="s"><v>0</v></c><c t="d"><v>2018-06-03T00:00:00</v></c><c t="e"><v>#N/A</v></c></row>'
    table = only(read_document(packed_xlsx(tmp_path / "a.xlsx", rows, strings, namespace, kinds)))
    assert table.sheet == "清单"
    assert texts(table) == [[], ["", "免费教育\n二", ""], ["序号", "2018-06-03", "#N/A"]]


def test_xlsx_with_an_empty_fill_is_read(tmp_path: Path) -> None:
    """Exporting systems write such style sheets; office programs open them."""
    path = save_rows(tmp_path / "a.xlsx", [["x"]])
    rewritten(path, "xl/styles.xml", lambda xml: re.sub(r"<fills.*</fills>", "<fills><fill/></fills>", xml))
    assert texts(only(read_document(path))) == [["x"]]


def test_xlsx_without_addresses_counts_them(tmp_path: Path) -> None:
    path = save_rows(tmp_path / "a.xlsx", ROWS)
    rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(r' r="\w+"', "", xml))
    assert texts(only(read_document(path)))[1] == ROWS[1]


def test_xlsm_is_read_without_its_macros(tmp_path: Path) -> None:
    path = save_rows(tmp_path / "a.xlsm", [["x"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    document = read_document(path)
    assert (document.format, texts(only(document))) == ("xlsm", [["x"]])


def test_xls_reads_like_xlsx(tmp_path: Path) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("清单")
    sheet.write_merge(0, 1, 0, 0, "领域")
    sheet.write(0, 1, 80)
    sheet.write(0, 2, 0.8, xlwt.easyxf(num_format_str="0%"))
    sheet.write(0, 3, date(2018, 6, 3), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(1, 1, True)
    sheet.write(1, 3, "第一行\n第二行")
    workbook.add_sheet("空")
    workbook.save(str(tmp_path / "a.xls"))
    document = read_document(tmp_path / "a.xls")
    table = only(document)
    assert (document.format, table.sheet, table.merged) == ("xls", "清单", ((1, 1, 2, 1),))
    assert texts(table) == [["领域", "80", "80%", "2018-06-03"], ["", "TRUE", "", "第一行\n第二行"]]
    assert table.rows[1][3].address == "D2"
