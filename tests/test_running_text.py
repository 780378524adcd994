"""A catalogue whose table lost its columns: the rows that are certain are read, everything else is told as unread."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

import gongfu.check
from gongfu.arrange import arrange
from gongfu.catalogue import Item, Unread
from gongfu.check import UnusableCatalogue, check, read_catalogue
from gongfu.codes import codelists
from gongfu.document import Document, read_document
from gongfu.findings import Report
from gongfu.match import Correspondence, unsettled
from gongfu.report import as_text
from gongfu.running_text import read_running_text
from gongfu.sources import source_folder
from gongfu.text import tidy

DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "documents"
HEADER = "序号 服务项 ⽬ 服务对象 服务指导标准 ⽀出责任 牵头负责单位"
ROW_1 = "1 寄宿 ⽣⽣活补助 困难寄宿学 ⽣ ⼩学 ⽣每 ⽣每年1000元。 中央和地 ⽅财政按 5∶5⽐例分担。 财政部、教育部"
ROW_2 = "2 就业援助 就业困难 ⼈员 提供岗位信息等服务。 地 ⽅负责。  ⼈⼒资源社会保障部、财政部、 ⼈民银 ⾏"
ROW_3 = "3 法律援助 经济困难公民 提供法律咨询。 地方负责。 司法部"
COLUMNS = ("number", "name", "target", "standard", "funding", "departments")


def rows(*lines: str) -> list[tuple[str, ...]]:
    """Return the cells of the rows that these lines, after the header, are read as."""
    return [tuple(item.text(column) for column in COLUMNS) for item in items(HEADER, *lines)]


def items(*lines: str) -> tuple[Item, ...]:
    running = read_running_text("\n".join(lines), 0, codelists())
    return arrange(Document("", "txt", running.tables, "")).items


def names(*lines: str) -> list[str]:
    return [item.name for item in items(HEADER, *lines)]


def unread(*lines: str) -> list[str]:
    return [one.text for one in read_running_text("\n".join((HEADER, *lines)), 0, codelists()).unread]


# --- cells ------------------------------------------------------------------------------------------------------------


def test_blanks_that_extraction_put_in_part_no_cells() -> None:
    assert rows(ROW_1, ROW_2) == [
        (
            "1",
            "寄宿生生活补助",
            "困难寄宿学生",
            "小学生每生每年1000元。",
            "中央和地方财政按5∶5比例分担。",
            "财政部、教育部",
        ),
        ("2", "就业援助", "就业困难人员", "提供岗位信息等服务。", "地方负责。", "人力资源社会保障部、财政部、人民银行"),
    ]


def test_blank_between_two_radicals_parts_cells() -> None:
    assert rows("1 高龄补贴 ⽼⼈ ⽣活补助金。 地方负责。 民政部")[0][2:4] == ("老人", "生活补助金。")


def test_doubtful_blank_parts_cells_where_one_reading_alone_names_units() -> None:
    assert rows("1 就业援助 劳动者 提供服务。 地 ⽅负责。 ⼈⼒资源社会保障部")[0][4:] == (
        "地方负责。",
        "人力资源社会保障部",
    )


@pytest.mark.parametrize(
    "line",
    [
        "1 高龄补贴 老 ⼈ ⽣ 活补助 地方负责。 民政部",  # one cell too many
        "1 高龄补贴 ⽼年人 ⾼龄 ⽣活补助。 地方负责。 民政部",  # which of the blanks?
        "1 高龄补贴 老人 发放补助。 地方负责。 民政",  # the unit is cut off
        "1 高龄补贴 老人 发放补助。 地方负责。 民政部、",
        "1 高龄补贴 老人 发放补助。 民政部 地方负责。",
        "高龄补贴 老人 发放补助。 地方负责。 民政部",  # no number
        "1高龄补贴 老人 发放补助。 地方负责。 民政部",
    ],
)
def test_line_whose_cells_are_in_doubt_is_unread(line: str) -> None:
    assert names(line) == []
    assert unread(line) == [tidy(line)]


def test_wide_blanks_part_cells_but_not_after_a_comma() -> None:
    assert rows("1\u3000高龄补贴  老人、\u3000 儿童  补助。  地方负责。  民政部、 财政部")[0][2::3] == (
        "老人、儿童",
        "民政部、财政部",
    )


# --- which lines are rows ---------------------------------------------------------------------------------------------


def test_row_after_row_heading_or_header_is_read() -> None:
    found = items(HEADER, ROW_1, "⼆、基本劳动就业创业  ", ROW_2, HEADER, ROW_3)
    assert [(item.name, item.text("domain")) for item in found] == [
        ("寄宿生生活补助", ""),
        ("就业援助", "基本劳动就业创业"),
        ("法律援助", "基本劳动就业创业"),
    ]
    assert [item.cells["name"].address for item in found] == ["T1R2C2", "T1R4C2", "T1R6C2"]


def test_row_amid_fragments_is_unread() -> None:
    lines = (ROW_1, "提供必", "2 法律援助 困难公民 要的法律服 地方负责。 司法部", "务。", "三、基本社会服务", ROW_3)
    assert names(*lines) == ["寄宿生生活补助", "法律援助"]
    assert unread(*lines) == ["提供必\n2法律援助困难公民要的法律服地方负责。司法部\n务。"]


@pytest.mark.parametrize("after", ["务。", "、财政部"])
def test_row_that_goes_on_in_a_fragment_is_unread(after: str) -> None:
    row = "1 法律援助 困难公民 提供必要的法律服 地方负责。 司法部" if after == "务。" else ROW_3
    assert names(row, after) == []
    assert len(unread(row, after)) == 1


def test_whole_row_before_the_fragments_of_the_next_is_read() -> None:
    assert names(ROW_1, "贫困家庭⼦⼥、毕", "2培训") == ["寄宿生生活补助"]


def test_row_after_one_whose_cells_do_not_fit_is_read() -> None:
    assert names("1 高龄 补贴 老人 发放补助。 地方负责。 民政部", ROW_2) == ["就业援助"]


def test_words_that_begin_with_a_numeral_are_no_heading() -> None:
    assert names("一般对象", ROW_1) == []


@pytest.mark.parametrize("between", ["— 12 —", "第12页", "7", "（续表）", "\u3000", "<p>"])
def test_page_furniture_between_rows_is_passed_over(between: str) -> None:
    assert names(ROW_1, between, ROW_2) == ["寄宿生生活补助", "就业援助"]
    assert unread(ROW_1, between, ROW_2) == []


def test_next_number_alone_is_a_row_that_fell_apart() -> None:
    assert names(ROW_1, "2", ROW_3) == ["寄宿生生活补助"]
    assert unread(ROW_1, "2", ROW_3) == ["2\n" + tidy(ROW_3)]


def test_number_amid_fragments_is_not_lost() -> None:
    assert unread(ROW_1, "城乡居", "62", "民") == ["城乡居\n62\n民"]


# --- where a catalogue begins and ends --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["序号 项目名称 服务对象 服务标准 支出责任 责任单位", "序 号　服 务 项 目　保障对象　标 准　资金来源　主管部门"],
)
def test_header_is_made_of_known_titles_blanks_aside(header: str) -> None:
    assert [item.name for item in items("某省清单", header, ROW_3)] == ["法律援助"]


@pytest.mark.parametrize(
    "header",
    [
        "本清单列出各项服务项目的服务对象、服务标准、支出责任。",
        "序号 服务项目 牵头负责单位",
        "序号 服务项目 其他 服务标准",
    ],
)
def test_other_lines_are_no_header(header: str) -> None:
    running = read_running_text(f"{header}\n{ROW_3}", 0, codelists())
    assert (running.tables, running.unread) == ((), ())


@pytest.mark.parametrize(
    "end", ["附件 2", "附件2：重点任务分工方案", "## 附表 3", "附录 名词解释", "序号 重点任务 责任单位"]
)
def test_annex_ends_at_the_next(end: str) -> None:
    assert unread(ROW_1, end, "1 完善制度 提供服务。") == []


def test_page_heads_that_repeat_the_annex_do_not_end_it() -> None:
    assert [item.name for item in items("附件 1", "某省清单", HEADER, ROW_1, "附件1", ROW_2, "附件 2", ROW_3)] == [
        "寄宿生生活补助",
        "就业援助",
    ]


def test_words_of_a_cell_do_not_end_the_annex() -> None:
    assert unread(ROW_1, "附件所列药品", ROW_2) == ["附件所列药品\n" + tidy(ROW_2)]


def test_tables_are_named_and_numbered_after_those_before() -> None:
    prose = "\n".join(("甲清单", HEADER, ROW_1, "附件2", "乙清单", "编号 项目 对象 标准 经费保障 主责部门", ROW_3))
    running = read_running_text(prose, 2, codelists())
    assert [(table.sheet, table.rows[1][1].address) for table in running.tables] == [
        ("甲清单", "T3R2C2"),
        ("乙清单", "T4R2C2"),
    ]


PIECES = st.sampled_from(
    [
        ROW_1,
        ROW_2,
        ROW_3,
        "二、基本社会服务",
        HEADER,
        "务。",
        "62",
        "提供必",
        "、财政部",
        "28 预防接种 0—6岁⼉童",
        "障部",
        "2",
    ]
)


@given(st.lists(PIECES, max_size=12))
def test_every_line_is_read_or_told_as_unread(lines: list[str]) -> None:
    running = read_running_text("\n".join((HEADER, *lines)), 0, codelists())
    read = [tidy("".join(cell.text for cell in row)) for table in running.tables for row in table.rows]
    told = "\n".join([*read, *(one.text for one in running.unread)]).replace("\n", "")
    for line in lines:
        if not line.isdigit():  # page numbers between rows mean nothing
            assert tidy(line).replace(" ", "") in told.replace(" ", "")


# --- other formats ----------------------------------------------------------------------------------------------------


def test_pdf_without_ruled_table(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas.setFont("STSong-Light", 9)
    for line, text in enumerate(["序号 服务项目 服务对象 服务标准 支出责任 牵头单位", ROW_3]):
        left = 40
        for cell in text.split():
            canvas.drawString(left, 700 - 20 * line, cell)
            left += 90
    canvas.save()
    assert [item.name for item in read_catalogue(tmp_path / "a.pdf", None, codelists()).items] == ["法律援助"]


def test_page_without_table(tmp_path: Path) -> None:
    page = f"<html><body><p>某省清单<p>{HEADER}<p>{ROW_2}<br>{ROW_3}</body></html>"
    (tmp_path / "a.html").write_text(page, "utf-8")
    assert [item.name for item in read_catalogue(tmp_path / "a.html", None, codelists()).items] == [
        "就业援助",
        "法律援助",
    ]


# --- what the check says of it ----------------------------------------------------------------------------------------


def report_of(tmp_path: Path, *lines: str) -> Report:
    (tmp_path / "a.txt").write_text("\n".join(lines), "utf-8")
    return check(tmp_path / "a.txt", region="220000")


def rules_of(report: Report) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for one in report.findings:
        found.setdefault(one.rule, []).append(one.national_item)
    return found


def test_nothing_but_unread_text_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join((HEADER, "贫困家庭⼦⼥、毕", "14培训和技能")), "utf-8")
    with pytest.raises(UnusableCatalogue) as fault:
        read_catalogue(tmp_path / "a.txt", None, codelists())
    assert "没有一行能读成项目" in fault.value.zh
    assert "xlsx" in fault.value.zh
    assert "xlsx" in fault.value.en


def test_error_names_the_pages_that_are_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = Document("a.pdf", "pdf", (), "某省基本公共服务清单", ("P2", "P3"))
    monkeypatch.setattr(gongfu.check, "read_document", lambda _path: scanned)
    with pytest.raises(UnusableCatalogue, match="P2、P3只有图片"):
        read_catalogue(Path("a.pdf"), None, codelists())


def test_page_that_is_a_picture_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("\n".join(("共81个项目", HEADER, ROW_3)), "utf-8")
    document = replace(read_document(tmp_path / "a.txt"), unread=("P2",))
    monkeypatch.setattr(
        gongfu.check, "read_document", lambda path: read_document(path) if path.suffix == ".csv" else document
    )
    report = check(tmp_path / "a.txt", region="220000")
    (told,) = [one for one in report.findings if one.rule == "U07"]
    assert told.message["zh"].startswith("P2只有图片")
    assert told.message["en"].startswith("P2 is only a picture")
    assert {"R04", "R05"}.isdisjoint(rules_of(report))


FRAGMENTS = ("职业技能业、提升岗 ", "", "14培训和技能鉴位技能要求", "定和培训愿望的劳动者", "提供培训。")


def test_item_whose_name_is_unread_is_not_missing(tmp_path: Path) -> None:
    report = report_of(tmp_path, "清单共81项", HEADER, "11 就业援助 劳动者 提供服务。 地方负责。 省人社厅", *FRAGMENTS)
    rules = rules_of(report)
    assert rules["U08"] == ["14"]
    assert {"11", "14"}.isdisjoint(rules["R21"])
    assert {"11", "14"}.isdisjoint(report.missing)
    assert sorted((*report.missing, "11", "14"), key=int) == [str(number) for number in range(1, 82)]
    assert {"R04", "R05"}.isdisjoint(rules)
    (told,) = [one for one in report.findings if one.rule == "U07"]
    assert (told.cell, told.quote) == ("T1R3C1", "\n".join(tidy(line) for line in FRAGMENTS if line))
    assert "\n" not in told.message["zh"]


def test_name_in_a_row_that_slipped_is_not_missing(tmp_path: Path) -> None:
    header = "序号\t服务项目\t服务对象\t服务标准\t支出责任\t牵头单位"
    report = report_of(tmp_path, header, "11\t就业援助\t劳动者\t服务\t地方负责\t省人社厅", "\t创业服务\t\t\t\t")
    assert rules_of(report)["U08"] == ["10"]
    assert "10" not in report.missing


def pair(national: str) -> Correspondence:
    return Correspondence(national, None, "missing", "1:0", "similarity", 0.9)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("全民健 ⾝ 城乡居\n71\n服务 民", "unknown"),
        ("全民健身服务", "unknown"),
        ("全民阅读，群众健身，体育服务", "missing"),
        ("全民健身" + "、" * 3 + "人" * 40 + "服务", "missing"),
    ],
)
def test_name_stands_in_few_pieces_near_each_other(text: str, relation: str) -> None:
    item = Item("71", "71", 71, {"name": "全民健身服务"}, {})
    (found,) = unsettled([pair("71")], [item], [Unread("passage", text)])
    assert found.relation == relation
    (elsewhere,) = unsettled([pair("71")], [item], [Unread("header", text)])
    assert elsewhere.relation == "missing"


# --- the published document -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published() -> Report:
    paths = list(DOCUMENTS.glob("000_*.txt"))
    if not paths:
        pytest.skip("the published document 000 is not beside this checkout")
    return check(paths[0])


def curated() -> dict[str, dict[str, str]]:
    with (source_folder("cn-13fyp") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return {row["序号"]: row for row in csv.DictReader(file)}


def bare(text: str) -> str:
    return "".join(text.split())


def test_rows_of_the_published_document_are_those_that_a_person_read(published: Report) -> None:
    titles = ("序号", "服务项目", "服务对象", "服务指导标准", "支出责任", "牵头负责单位", "领域")
    read = published.examined.prepared.catalogue.items
    typed = curated()
    assert [item.number for item in read] == [str(number) for number in range(1, 14)]
    for item in read:
        found = {title: bare(item.text(column)) for title, column in zip(titles, (*COLUMNS, "domain"), strict=True)}
        assert found == {title: bare(typed[item.number][title]) for title in titles}


def test_rest_of_the_published_document_is_unread(published: Report) -> None:
    passages = [one for one in published.examined.prepared.catalogue.unread if one.kind == "passage"]
    assert published.counts["unread"] == len(passages) == 6
    text = "\n".join(one.text for one in passages)
    assert (text.split("\n")[0], text.split("\n")[-1][-9:]) == ("贫困家庭子女、毕", "网无障碍信息服务。")
    lines = [tidy(line) for line in next(DOCUMENTS.glob("000_*.txt")).read_text("utf-8").split("\n")]
    annex = lines[lines.index("贫困家庭子女、毕") : lines.index("附件2")]
    headings = {f"{number}、{name}" for number, name in zip("三四五六七", HEADINGS, strict=True)}
    assert [line for line in annex if line and line not in headings] == text.split("\n")


HEADINGS = ("基本社会保险", "基本医疗卫生", "基本社会服务", "基本住房保障", "基本公共文化体育")


def test_nothing_is_said_of_what_is_unread(published: Report) -> None:
    rules = rules_of(published)
    assert rules["U08"] == [str(number) for number in range(14, 82)]
    assert {"R02", "R04", "R05", "R10", "R13", "R21", "R24"}.isdisjoint(rules)
    assert (published.missing, published.conforms) == ((), True)
    assert [one.message["zh"] for one in published.findings if len(one.message["zh"]) > 400] == []
    assert "读懂的部分未发现违反规则之处" in as_text(published)
    assert "in what was read" in as_text(published, "en")
