"""Rows out of messy tables: merged and torn cells, footnotes, headings in every form, missing numbers, odd headers."""

import pytest

from gongfu.arrange import Arranged, arrange
from gongfu.document import Cell, Document, Table
from gongfu.reading.cells import sheet_address

HEADER = ["序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位"]


def table(rows: list[list[str]], merged: tuple[tuple[int, int, int, int], ...] = (), sheet: str = "清单") -> Table:
    cells = tuple(
        tuple(Cell(text, sheet_address(row, column), row, column) for column, text in enumerate(texts, 1))
        for row, texts in enumerate(rows, 1)
    )
    return Table(sheet, cells, merged)


def arranged(rows: list[list[str]], merged: tuple[tuple[int, int, int, int], ...] = ()) -> Arranged:
    return arrange(Document("x.xlsx", "xlsx", (table(rows, merged),), ""))


def test_a_vertically_merged_cell_belongs_to_every_row_it_covers() -> None:
    result = arranged(
        [
            HEADER,
            ["1", "甲项目", "居民", "提供甲", "省、市、县政府负责。", "省民政厅"],
            ["2", "乙项目", "居民", "提供乙", "", "省民政厅"],
        ],
        merged=((2, 5, 3, 5),),
    )
    assert [item.text("funding") for item in result.items] == ["省、市、县政府负责。"] * 2


def test_a_cell_that_says_as_above_has_the_words_above_and_a_blank_one_has_none() -> None:
    rows = [
        HEADER,
        ["1", "甲项目", "同上", "提供甲", "省、市、县政府负责。", "省民政厅"],
        ["2", "乙项目", "居民", "提供乙", "同上。", "〃"],
        ["3", "丙项目", "居民", "提供丙", "同上", ""],
    ]
    items = arranged(rows).items
    assert [item.text("funding") for item in items] == ["省、市、县政府负责。"] * 3
    assert [item.text("departments") for item in items] == ["省民政厅", "省民政厅", ""]
    assert items[0].text("target") == "同上"  # there is no row above
    assert items[1].cells["funding"].address == "E3"


def test_an_item_of_several_lines_is_joined() -> None:
    rows = [
        HEADER,
        ["1", "甲项目", "居民", "第一句。", "政府负责", "省民政厅"],
        ["", "", "", "第二句。", "", ""],
        ["2", "乙项目", "居民", "提供乙", "政府负责", "省民政厅"],
    ]
    result = arranged(rows, merged=((2, 1, 3, 1), (2, 2, 3, 2)))
    assert [item.standard for item in result.items] == ["第一句。第二句。", "提供乙"]
    assert arranged(rows).items[0].standard == "第一句。第二句。"
    assert not result.unread


def test_a_cell_torn_by_a_page_break_is_joined_across_the_repeated_header() -> None:
    result = arranged(
        [
            HEADER,
            ["1", "甲项目", "居民", "覆盖率达到", "政府负责", "省民政厅"],
            ["— 3 —"],
            HEADER,
            ["", "", "", "90%以上。", "", ""],
        ]
    )
    assert [item.standard for item in result.items] == ["覆盖率达到90%以上。"]
    assert not result.unread


def test_a_torn_half_that_reads_like_a_title_is_joined_and_a_repeated_title_is_not() -> None:
    row = ["1", "甲项目", "居民", "提供服务，机构建设", "政府负责", "省民政厅"]
    torn = arranged([HEADER, row, ["", "", "", "达到国家基本公共服务标准", "", ""]])
    assert [item.standard for item in torn.items] == ["提供服务，机构建设达到国家基本公共服务标准"]
    for place in (0, 1):
        title = ["", "", "", "", "", ""]
        title[place] = "某省基本公共服务标准"
        again = arranged([HEADER, row, title])
        assert ([item.standard for item in again.items], again.unread) == (["提供服务，机构建设"], ())


def test_headings_of_every_form_name_the_domain() -> None:
    result = arranged(
        [
            HEADER,
            ["一、基本公共教育（8项）", "", "", "", "", ""],
            ["1", "甲项目", "居民", "提供甲", "政府负责", "省民政厅"],
            ["（二）基本社会服务"] * 6,
            ["2", "乙项目", "居民", "提供乙", "政府负责", "省民政厅"],
            ["三", "基本住房保障", "", "", "", ""],
            ["3", "丙项目", "居民", "提供丙", "政府负责", "省民政厅"],
            ["残疾人基本公共服务"],
            ["4", "丁项目", "居民", "提供丁", "政府负责", "省民政厅"],
        ]
    )
    assert [item.text("domain") for item in result.items] == [
        "基本公共教育",
        "基本社会服务",
        "基本住房保障",
        "残疾人基本公共服务",
    ]


def test_below_a_numbered_heading_a_bracketed_one_names_the_category() -> None:
    row = ["居民", "提供", "政府负责", "省民政厅"]
    result = arranged(
        [
            HEADER,
            ["一、幼有所育", "", "", "", "", ""],
            ["（一）优孕优生服务", "", "", "", "", ""],
            ["1", "甲项目", *row],
            ["（二）儿童健康服务", "", "", "", "", ""],
            ["2", "乙项目", *row],
            ["二、学有所教", "", "", "", "", ""],
            ["3", "丙项目", *row],
        ]
    )
    assert [(item.text("domain"), item.text("category")) for item in result.items] == [
        ("幼有所育", "优孕优生服务"),
        ("幼有所育", "儿童健康服务"),
        ("学有所教", ""),
    ]


def test_of_several_standards_the_places_own_counts() -> None:
    header = ["序号", "服务项目", "服务对象", "国家标准", "省级标准", "我市标准", "支出责任"]
    standards = {
        ("达到90%", "达到92%", "达到95%"): "达到95%",
        ("达到90%", "达到92%", "执行国家标准"): "达到90%",
        ("达到90%", "达到92%", "同省级标准。"): "达到92%",
        ("达到90%", "达到92%", "—"): "达到92%",
        ("提供甲。", "—", "按国家标准执行，另发50元"): "提供甲；另发50元",
        ("提供甲", "", "同类学校照此办理"): "同类学校照此办理",
    }
    rows = [[str(number), "甲项目", "居民", *texts, "政府负责"] for number, texts in enumerate(standards, 1)]
    result = arranged([header, *rows])
    assert [item.standard for item in result.items] == list(standards.values())
    assert result.unread == ()
    assert [item.cells["standard"].address for item in result.items] == ["F2", "D3", "E4", "E5", "F6", "F7"]


def test_a_footnote_is_no_row_and_a_stray_line_is_reported() -> None:
    result = arranged(
        [
            HEADER,
            ["1", "甲项目", "居民", "提供甲", "政府负责", "省民政厅"],
            ["注：本清单自发布之日起施行。"],
            ["", "", "", "", "", "", "游离的文字"],
        ]
    )
    assert len(result.items) == 1
    assert [(one.kind, one.text) for one in result.unread] == [("row", "游离的文字")]


def test_another_table_ends_the_catalogue() -> None:
    result = arranged(
        [
            HEADER,
            ["1", "甲项目", "居民", "提供甲", "政府负责", "省民政厅"],
            ["序号", "重点任务", "责任单位"],
            ["1", "制定清单", "省发展改革委"],
        ]
    )
    assert [item.name for item in result.items] == ["甲项目"]


def test_a_header_that_nobody_knows_is_reported_with_the_nearest() -> None:
    result = arranged([[*HEADER[:5], "牵投负则丹位"], ["1", "甲项目", "居民", "提供甲", "政府负责", "省民政厅"]])
    assert [(one.kind, one.text, one.nearest) for one in result.unread] == [("header", "牵投负则丹位", "牵头负责单位")]
    assert result.items[0].extra == (("牵投负则丹位", "省民政厅"),)


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [("1 2 3 1 2", "1 2 3 4 5"), ("1 2 2 3", "1 2 2 3"), ("1 2 1 4", "1 2 1 4"), ("1 1 2", "1 1 2")],
)
def test_numbers_that_begin_again_with_every_domain_are_positions(printed: str, numbers: str) -> None:
    rows = [[one, f"项目{at}", "居民", "提供", "政府负责", "省民政厅"] for at, one in enumerate(printed.split())]
    assert [item.number for item in arranged([HEADER, *rows]).items] == numbers.split()


def test_without_a_number_column_the_position_is_the_number() -> None:
    result = arranged([HEADER[1:], ["甲项目", "居民", "提供甲", "政府负责", "省民政厅"]])
    assert [(item.key, item.number) for item in result.items] == [("1", "1")]


def test_a_number_used_twice_keeps_both_rows_apart() -> None:
    row = ["居民", "提供", "政府负责", "省民政厅"]
    result = arranged([HEADER, ["1", "甲项目", *row], ["1", "乙项目", *row]])
    assert [item.number for item in result.items] == ["1", "1"]
    assert len({item.key for item in result.items}) == 2


def test_columns_that_catalogues_have_beside_ours_are_kept_and_no_fault() -> None:
    header = [*HEADER, "服务方式", "咨询电话"]
    result = arranged([header, ["1", "甲项目", "居民", "提供甲", "政府负责", "省民政厅", "窗口办理", "12345"]])
    assert result.unread == ()
    assert result.items[0].extra == (("服务方式", "窗口办理"), ("咨询电话", "12345"))


def test_codes_in_place_of_numbers_leave_the_position() -> None:
    def numbers(*printed: str) -> list[str]:
        row = ["居民", "提供", "政府负责", "省民政厅"]
        rows = [[number, f"{place}项目", *row] for place, number in enumerate(printed)]
        return [item.number for item in arranged([["编码", *HEADER[1:]], *rows]).items]

    assert numbers("1-1", "1-2", "2-1") == numbers("JY01", "JY02", "YL-01") == ["1", "2", "3"]
    assert numbers("1", "1-1", "3") == ["1", "1-1", "3"]
    assert numbers("1-1", "1-2", "1-1") == ["1-1", "1-2", "1-1"]
    assert numbers("3", "4", "6") == ["3", "4", "6"]
