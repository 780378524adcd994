"""Text in every shape becomes tables of text cells, and the published catalogues come out whole."""

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfu.document import Document, Table, UnreadableDocument, read_document

HEADER = ["序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位"]
ROWS = [
    HEADER,
    ["1", "免费义务教育", "义务教育学生", "小学650元，初中850元；免费。", "省、市、县负责", "省教育厅"],
    ["2", "“12333”热线", "所有单位", '含 , ; " 与|号', "", "省人社厅"],
]
DOCUMENTS = Path(__file__).parents[2] / "shared" / "documents"


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def only(document: Document) -> Table:
    assert len(document.tables) == 1
    return document.tables[0]


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def test_libraries_are_loaded_only_for_the_formats_that_need_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n", "utf-8")
    code = "import sys; from pathlib import Path; from gongfu.document import read_document; "
    code += "read_document(Path(sys.argv[1])); print({'lxml', 'pdfplumber', 'xlrd', 'openpyxl'} & set(sys.modules))"
    server = str(Path(__file__).parents[1] / "server")
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.csv")],
        env={"PYTHONPATH": server}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.strip() == "set()"


def test_content_decides_before_the_name(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    assert read_document((tmp_path / "a.xlsx").rename(tmp_path / "a.csv")).format == "xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "清单.csv"
    path.write_bytes(as_csv(ROWS, delimiter).encode(encoding))
    document = read_document(path)
    table = only(document)
    assert (document.format, table.sheet, texts(table)) == ("csv", "清单", ROWS)
    assert (table.rows[1][3].address, table.rows[1][3].text) == ("D2", ROWS[1][3])


def test_csv_row_is_the_record_that_spreadsheet_programs_show(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('序号,标准\n1,"两\n行"\n\n2,三\n', "utf-8")
    table = only(read_document(path))
    assert texts(table) == [["序号", "标准"], ["1", "两\n行"], [], ["2", "三"]]
    assert (table.rows[3][1].address, table.rows[3][1].text) == ("B4", "三")


def test_tsv_named_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    path.write_bytes(as_csv(ROWS, "\t").encode("gb18030"))
    assert texts(only(read_document(path))) == ROWS


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from(',;"\n'), max_size=8)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=2, max_size=6), st.sampled_from(["utf-8", "gb18030"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_csv_gives_back_what_was_written(tmp_path: Path, rows: list[list[str]], encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv([["序号", "甲"], *rows]).encode(encoding))
    assert texts(only(read_document(path)))[1:] == rows


def read_text(tmp_path: Path, text: str, name: str = "a.txt") -> Document:
    (tmp_path / name).write_text(text, "utf-8")
    return read_document(tmp_path / name)


def test_text_headings_and_gaps_do_not_end_a_table(tmp_path: Path) -> None:
    text = """前言一段。

清单

序号\t项目\t标准
1\t甲\t650
----\t----\t----

## 二、基本劳动就业创业


2\t乙\t

— 3 —
某省人民政府
序号\t项目\t标准
三、基本社会保险
3\t丙\t<p>x</p>

任务分工
1\t省教育厅

后记。"""
    document = read_text(tmp_path, text)
    assert [(table.sheet, texts(table)) for table in document.tables] == [
        (
            "清单",
            [
                ["序号", "项目", "标准"],
                ["1", "甲", "650"],
                ["二、基本劳动就业创业"],
                ["2", "乙", ""],
                ["— 3 —"],
                ["某省人民政府"],
                ["序号", "项目", "标准"],
                ["三、基本社会保险"],
                ["3", "丙", "<p>x</p>"],
            ],
        ),
        ("任务分工", [["1", "省教育厅"]]),
    ]
    assert document.prose == "前言一段。\n清单\n任务分工\n后记。"


@pytest.mark.parametrize("between", ["一\n二\n三\n四", "附件2", "## 附表 3 指标", "表二 指标"])
def test_text_table_ends_at_prose_or_an_announcement(tmp_path: Path, between: str) -> None:
    document = read_text(tmp_path, f"1\t甲\n\n{between}\n\n2\t乙\n")
    assert [texts(table) for table in document.tables] == [[["1", "甲"]], [["2", "乙"]]]
    assert document.prose == between


def test_text_rows_that_touch_are_one_table_however_ragged(tmp_path: Path) -> None:
    assert texts(only(read_text(tmp_path, "1\t甲\t乙\n2\t丙\n\t\t丁\n"))) == [
        ["1", "甲", "乙"],
        ["2", "丙"],
        ["", "", "丁"],
    ]


def test_text_without_separators_is_prose(tmp_path: Path) -> None:
    text = "1 免费义务教育 义务教育学生 免学杂费\n\t缩进的一段\n2  寄宿生  补助"
    document = read_text(tmp_path, text)
    assert (document.tables, document.prose) == ((), text)


@pytest.mark.parametrize(
    "text",
    [
        "清单\n\n| 序号 | 项目 |\n|---:|:---|\n| 1 | 甲\\|乙 |\n",
        "清单\n\n序号 | 项目\n--- | ---\n1 | 甲\\|乙\n",
        "清单\n\n+----+----+\n| 序号 | 项目 |\n+====+====+\n| 1 | 甲\\|乙 |\n+----+----+\n",
    ],
)
def test_markdown_tables(tmp_path: Path, text: str) -> None:
    document = read_text(tmp_path, text, "a.md")
    assert (document.format, only(document).sheet, document.prose) == ("md", "清单", "清单")
    assert texts(only(document)) == [["序号", "项目"], ["1", "甲|乙"]]


def test_markdown_with_html_tables(tmp_path: Path) -> None:
    text = "İ<div>x | y</div>\n\n## 清单\n<table><tr><td>1</td><td>甲</td></tr></table>\n\n| 2 | 乙 |\n"
    document = read_text(tmp_path, text, "a.md")
    assert [(table.sheet, texts(table)) for table in document.tables] == [
        ("清单", [["1", "甲"]]),
        ("表2", [["2", "乙"]]),
    ]
    assert document.tables[1].rows[0][1].address == "T2R1C2"


@given(st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_is_in_the_tables_or_in_the_prose(tmp_path: Path, text: str) -> None:
    """Whatever words a text holds, none is lost; only rules and markup go."""
    words = [word for word in re.findall(r"\w+", text) if not word.isspace()]
    try:
        document = read_text(tmp_path, "开头 " + text.replace("<", " "))
    except UnreadableDocument:
        return
    cells = [cell.text for table in document.tables for row in table.rows for cell in row]
    found = document.prose + "\n".join(cells)
    assert all(word in found for word in words)


@pytest.mark.parametrize(("file", "items", "domains"), [("001_*.txt", 81, 8), ("002_*.txt", 85, 8)])
def test_published_catalogue_is_complete(file: str, items: int, domains: int) -> None:
    paths = list(DOCUMENTS.glob(file))
    if not paths:
        pytest.skip(f"the published document {file} is not beside this checkout")
    document = read_document(paths[0])
    table = next(table for table in document.tables if "基本公共服务清单" in table.sheet)
    rows = [row for row in texts(table) if row[0].isdigit()]
    assert [int(row[0]) for row in rows] == list(range(1, items + 1))
    assert {len(row) for row in rows} == {6}
    headings = [row for row in texts(table) if re.match(r"(<b>)?[一二三四五六七八]、", row[0])]
    assert len(headings) == domains
    tasks = document.tables[-1]
    assert (tasks.sheet, tasks.rows[-1][0].text) == ("重点任务分工方案", {"001": "26", "002": "25"}[file[:3]])


def test_annex_without_separators_stays_prose() -> None:
    paths = list(DOCUMENTS.glob("000_*.txt"))
    if not paths:
        pytest.skip("the published document 000 is not beside this checkout")
    document = read_document(paths[0])
    assert document.tables == ()
    assert "附件 1" in document.prose
