"""The official's own workbook comes back with the findings in its cells, and everything else in it as it was."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

import gongfu.check
from gongfu.check import check
from gongfu.cli import main
from gongfu.codes import codelists
from gongfu.findings import Finding, Report
from gongfu.report import as_json, written
from gongfu.report.annotation import clean
from gongfu.settings import base_iri

HEADER = ["领域", "序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位"]
ROWS = [
    ["基本医疗卫生", "29", "预防接种", "0—6岁儿童", "接种率达到90%以上。", "地方人民政府负责", "省卫生计生委"],
    ["基本医疗卫生", "30", "儿童健康管理", "0—6岁儿童", "0—6岁儿童健康管理率达到80%以上。", "", "省卫生计生委"],
]
SHEET = "吉林's 清单"
COLOURS = {"violation": "FFF8B4AE", "warning": "FFFFE699", "information": "FFCFE2F3"}


def official(path: Path) -> Path:
    """Write a workbook with what officials' workbooks have, and libraries lose."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = SHEET
    sheet["A1"] = "吉林省基本公共服务清单"
    sheet["A1"].font, sheet["A1"].alignment = Font(name="方正小标宋简体", size=20), Alignment(horizontal="center")
    sheet.merge_cells("A1:G1")
    for row, texts in enumerate([HEADER, *ROWS], 2):
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row, column, text)
            cell.font, cell.alignment = Font(name="仿宋_GB2312", size=12, italic=row == 3), Alignment(wrap_text=True)
            cell.fill = PatternFill("solid", fgColor="FFDDEBF7") if row == 2 else PatternFill()
    sheet["K9"] = "=COUNTA(C3:C4)"
    sheet.column_dimensions["E"].width = 61.5
    sheet.row_dimensions[4].height = 44
    sheet["E4"].comment = Comment("处长：请核对", "王处长")
    sheet.conditional_formatting.add("B3:B9", Rule(type="cellIs", operator="greaterThan", formula=["80"]))
    numbers = workbook.create_sheet("统计")
    numbers.append([1, 2, 3])
    chart = BarChart()
    chart.add_data(Reference(numbers, min_col=1, max_col=3, min_row=1))
    numbers.add_chart(chart, "A4")
    workbook.save(path)
    return path


@pytest.fixture(autouse=True, scope="module")
def _nation_read_once() -> Iterator[None]:
    """Read the national catalogue once for all cases: it never changes, and reading it is half of a check."""
    nation = gongfu.check.national(gongfu.check.NATION, codelists(), base_iri())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gongfu.check, "national", lambda *_: nation)
        yield


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return official(tmp_path_factory.mktemp("own") / "吉林省.xlsx")


@pytest.fixture(scope="module")
def report(own: Path) -> Report:
    return check(own)


@pytest.fixture(scope="module")
def returned(report: Report, own: Path) -> bytes:
    return written(report, "xlsx", "zh", own)


def opened(document: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(document))


def placed(report: Report) -> dict[tuple[str, str], list[Finding]]:
    found: dict[tuple[str, str], list[Finding]] = {}
    for one in report.findings:
        if one.cell:
            found.setdefault((one.sheet or "", one.cell), []).append(one)
    return found


def test_every_cell_with_a_finding_is_coloured_and_commented(report: Report, returned: bytes) -> None:
    sheet = opened(returned)[SHEET]
    assert ("吉林's 清单", "E4") in placed(report)
    for (_, address), found in placed(report).items():
        cell = sheet[address]
        assert cell.fill.fgColor.rgb == COLOURS[found[0].severity], address
        assert cell.comment
        assert [one for one in found[:6] if one.message["zh"] not in cell.comment.text] == []
    text = sheet["E4"].comment.text if sheet["E4"].comment else ""
    assert text.startswith("处长：请核对\n")
    assert (
        "低于国家第30项的标准（90%以上）。请提高到不低于国家标准。\n国家：“0—6岁儿童健康管理率逐步达到90%”\n依据：中办发"
        in text
    )


def test_an_empty_cell_takes_its_finding_too(report: Report, returned: bytes) -> None:
    assert [one.rule for one in placed(report)[SHEET, "F4"]] == ["R02"]
    cell = opened(returned)[SHEET]["F4"]
    assert (cell.value, cell.fill.fgColor.rgb) == (None, COLOURS["violation"])
    assert cell.comment


def test_a_cell_that_its_owner_filled_keeps_its_fill_and_gets_a_border(own: Path, tmp_path: Path) -> None:
    workbook, path = openpyxl.load_workbook(own), tmp_path / "filled.xlsx"
    workbook[SHEET]["E4"].fill = PatternFill("solid", fgColor="FF92D050")
    workbook[SHEET]["F4"].fill = PatternFill("solid", fgColor="FFFFFFFF")
    workbook.save(path)
    sheet = opened(written(check(path), "xlsx", "zh", path))[SHEET]
    assert (sheet["E4"].fill.fgColor.rgb, sheet["E4"].border.left.color.rgb) == ("FF92D050", "FFC00000")
    assert sheet["F4"].fill.fgColor.rgb == COLOURS["violation"], "white means nothing"


def test_nothing_else_in_the_workbook_changed(report: Report, own: Path, returned: bytes) -> None:
    before, after = openpyxl.load_workbook(own), opened(returned)
    assert after.sheetnames == [*before.sheetnames, "比对结果"]
    marked = {address for _, address in placed(report)}
    for name in before.sheetnames:
        old, new = before[name], after[name]
        assert str(old.merged_cells) == str(new.merged_cells)
        assert old.column_dimensions["E"].width == new.column_dimensions["E"].width
        assert old.row_dimensions[4].height == new.row_dimensions[4].height
        for row in old.iter_rows():
            for cell in row:
                there = new[cell.coordinate]
                assert there.value == cell.value
                styles = [[repr(one.font), repr(one.alignment), repr(one.border), one.number_format]
                          for one in (cell, there)]  # fmt: skip
                assert styles[0] == styles[1], cell.coordinate
                assert (repr(cell.fill) == repr(there.fill)) == (cell.coordinate not in marked or name != SHEET)


def test_parts_that_are_not_ours_are_the_same_bytes(own: Path, returned: bytes) -> None:
    with zipfile.ZipFile(own) as before, zipfile.ZipFile(io.BytesIO(returned)) as after:
        assert after.testzip() is None
        assert len(set(after.namelist())) == len(after.namelist())
        ours = re.compile(r"Content_Types|workbook\.xml|styles\.xml|sheet1\.xml|comment|[vV]ml", re.ASCII)
        kept = [name for name in before.namelist() if not ours.search(name)]
        assert any("chart" in name for name in kept)
        assert [name for name in kept if before.read(name) != after.read(name)] == []
        assert b"conditionalFormatting" in after.read("xl/worksheets/sheet1.xml")


def test_the_stored_result_of_a_formula_stays(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "吉林省.xlsx"
    rewrite(
        own,
        path,
        {"xl/worksheets/sheet1.xml": lambda text: re.sub("(<f>COUNTA[^<]*</f>)<v ?/?>(</v>)?", r"\1<v>2</v>", text)},
    )
    with zipfile.ZipFile(io.BytesIO(written(check(path), "xlsx", "zh", path))) as archive:
        assert b"<f>COUNTA(C3:C4)</f><v>2</v>" in archive.read("xl/worksheets/sheet1.xml")


def rewrite(source: Path, target: Path, changes: dict[str, Callable[[str], str] | None], **more: str) -> None:
    """Copy a container with some parts changed (None: left out)."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            change = changes.get(name)
            if change or name not in changes:
                old = before.read(name)
                after.writestr(name, change(old.decode()) if change else old)
        for name, new in more.items():
            after.writestr(name, new)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_lists_every_finding_as_text_and_leads_to_its_cell(
    report: Report, own: Path, language: str
) -> None:
    hostile = replace(report.findings[0], quote='=HYPERLINK("http://x/")\x07')
    whole = replace(report, findings=(hostile, *report.findings[1:]))
    workbook = opened(written(whole, "xlsx", language, own))
    sheet = workbook.worksheets[-1]
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    top = next(index for index, row in enumerate(rows) if row[1] in {"规则", "rule"})
    listed = [(row[1], row[4], row[7]) for row in rows[top + 1 :]]
    assert listed == [(one.rule, one.cell or "", one.message[language]) for one in whole.findings]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert rows[top + 1][8] == '=HYPERLINK("http://x/")'
    links = {cell.coordinate: cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert len(links) == sum(1 for one in whole.findings if one.cell)
    assert "'吉林''s 清单'!E4" in links.values()


def test_what_reads_as_an_escape_is_escaped() -> None:
    assert clean("_x0041_ _x41_\x00") == "_x005F_x0041_ _x41_"


def test_a_returned_workbook_is_read_as_the_one_that_was_sent(report: Report, returned: bytes, tmp_path: Path) -> None:
    path = tmp_path / "吉林省.xlsx"
    path.write_bytes(returned)
    again = check(path)
    assert as_json(again, codelists()) == as_json(report, codelists())
    twice = opened(written(again, "xlsx", "zh", path))
    comment = twice[SHEET]["E4"].comment
    assert twice.sheetnames[-2:] == ["比对结果", "比对结果2"]
    assert comment
    assert comment.text.count("处长：请核对") == 1


def test_a_bare_workbook_without_styles_and_positions_is_annotated(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "吉林省.xlsx"
    bare: dict[str, Callable[[str], str] | None] = {
        "xl/styles.xml": None,
        "xl/_rels/workbook.xml.rels": lambda text: re.sub('<Relationship [^>]*styles[^>]*>', "", text),
        "[Content_Types].xml": lambda text: re.sub('<Override [^>]*styles[^>]*>', "", text),
        "xl/worksheets/sheet1.xml": lambda text: re.sub(
            r'(?<=<row) [^>]*(?=>)|(?<=<c) r="[A-G]\d"| s="\d+"', "", text
        ),
    }  # fmt: skip
    rewrite(own, path, bare)
    report = check(path)
    sheet = opened(written(report, "xlsx", "zh", path))[SHEET]
    for (_, address), found in placed(report).items():
        assert sheet[address].fill.fgColor.rgb == COLOURS[found[0].severity]
    assert sheet["E4"].value == ROWS[1][4]


def test_a_finding_under_a_merged_cell_is_told_at_its_head(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for texts in [HEADER, *ROWS]:
        sheet.append(["" if texts is ROWS[1] and text == texts[0] else text for text in texts])
    sheet["A2"] = "基本社会服务"
    sheet.merge_cells("A2:A3")
    workbook.create_sheet("内部").append(["仅供参考"])  # a lone note on another sheet is nobody's domain
    path = tmp_path / "merged.xlsx"
    workbook.save(path)
    checked = check(path, region="220000")
    assert {one.cell for one in checked.findings if one.rule == "R26"} == {"A2", "A3"}
    assert "仅供参考" not in checked.examined.prepared.catalogue.items[-1].text("domain")
    head = opened(written(checked, "xlsx", "zh", path)).worksheets[0]["A2"]
    assert head.comment
    assert head.comment.text.count("R26") == 2


def test_macros_and_signatures_do_not_come_back(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "吉林省.xlsm"
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    rewrite(own, path, {
        "[Content_Types].xml": lambda text: text.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", macro),
    }, **{"xl/vbaProject.bin": "macro", "_xmlsignatures/sig1.xml": "<x/>"})  # fmt: skip
    document = written(check(path), "xlsx", "zh", path)
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        assert [name for name in archive.namelist() if "vba" in name or "signatures" in name] == []
        assert macro not in archive.read("[Content_Types].xml").decode()
    assert opened(document).sheetnames[0] == SHEET


# --- documents that are no workbook -----------------------------------------------------------------------------------


def test_a_csv_file_comes_back_as_a_sheet_with_the_same_addresses(tmp_path: Path) -> None:
    path = tmp_path / "吉林省.csv"
    rows = [["吉林省清单", *[""] * 6], HEADER, *ROWS, ["=1+1", "31", "=cmd|' /C calc'!A0", "", "", "", ""]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    report = check(path)
    workbook = opened(written(report, "xlsx", "zh", path))
    sheet = workbook.worksheets[0]
    assert [[cell.value or "" for cell in row[:7]] for row in sheet.iter_rows(max_row=5)] == rows
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert sheet["E4"].fill.fgColor.rgb == COLOURS["violation"]
    check_places(report, sheet)


def check_places(report: Report, sheet: Worksheet) -> None:
    """Hold that the words of every finding with a row stand in a coloured cell with its comment."""
    comments = [str(cell.comment.text) for row in sheet.iter_rows() for cell in row if cell.comment]
    for found in placed(report).values():
        assert any(found[0].message["zh"] in text for text in comments), found[0]


def test_a_word_document_comes_back_as_its_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("吉林省清单")
    table = document.add_table(rows=0, cols=len(HEADER))
    for texts in [HEADER, *ROWS]:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    path = tmp_path / "吉林省.docx"
    document.save(str(path))
    report = check(path)
    sheet = opened(written(report, "xlsx", "zh", path)).worksheets[0]
    assert [cell.value for cell in sheet[3]] == [text or None for text in ROWS[1]]
    assert sheet["E3"].fill.fgColor.rgb == COLOURS["violation"]
    check_places(report, sheet)


def test_an_old_workbook_keeps_widths_and_merged_cells(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("清单")
    sheet.write_merge(0, 0, 0, 6, "吉林省清单")
    sheet.col(4).width = 50 * 256
    for row, texts in enumerate([HEADER, *ROWS], 1):
        for column, text in enumerate(texts):
            sheet.write(row, column, text)
    path = tmp_path / "吉林省.xls"
    book.save(str(path))
    report = check(path)
    made = opened(written(report, "xlsx", "zh", path))["清单"]
    assert str(made.merged_cells) == "A1:G1"
    assert made.column_dimensions["E"].width == 50
    assert made["E4"].fill.fgColor.rgb == COLOURS["violation"]
    check_places(report, made)


def test_running_text_comes_back_as_the_table_that_was_read_from_it(tmp_path: Path) -> None:
    source = Path(__file__).parent / "catalogues" / "R04.row-lost.txt"
    report = check(source, region="220000")
    sheets = opened(written(report, "xlsx", "zh", source)).worksheets[:-1]
    assert placed(report)
    comments = [cell.comment.text for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.comment]
    assert [found[0] for found in placed(report).values()
            if not any(found[0].message["zh"] in text for text in comments)] == []  # fmt: skip


def test_the_command_writes_a_workbook_and_does_not_print_one(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "结果.xlsx"
    assert main(["check", str(own), "--format", "xlsx", "-o", str(target)]) == 1
    assert openpyxl.load_workbook(target).sheetnames[-1] == "比对结果"
    assert main(["check", str(own), "--format", "xlsx"]) == 2
    printed = capsys.readouterr()
    assert (printed.out, "-o" in printed.err) == ("", True)
