"""A catalogue written as paragraphs that begin with the titles of its columns is read as a table; a plan is not."""

from gongfu.arrange import arrange
from gongfu.catalogue import Item
from gongfu.codes import codelists
from gongfu.document import Document
from gongfu.labelled_text import read_labelled_text

PAID = "支出责任：地方政府负责。\n牵头负责单位：卫生健康委。"
ONE = f"1.儿童健康管理\n服务对象：0—6岁儿童。\n服务标准：健康管理率达到90%。\n{PAID}"
TWO = f"2.预防接种\n服务对象：适龄儿童。\n服务标准：接种率达到90%。\n{PAID}"
THREE = f"（3）法律援助\n【服务对象】：经济困难公民。\n【服务标准】：无偿服务。\n{PAID}"


def items(*lines: str) -> tuple[Item, ...]:
    return arrange(Document("", "txt", read_labelled_text("\n".join(lines), 0, codelists()).tables, "")).items


def test_each_block_is_an_item_with_its_headings() -> None:
    read = items("说明", "一、幼有所育", "（一）儿童健康服务", ONE, "（二）免疫服务", TWO, "七、弱有所扶", THREE)
    assert [(one.number, one.name, one.text("domain")) for one in read] == [
        ("1", "儿童健康管理", "幼有所育"), ("2", "预防接种", "幼有所育"), ("3", "法律援助", "弱有所扶"),
    ]  # fmt: skip
    assert [one.text("category") for one in read] == ["（一）儿童健康服务", "（二）免疫服务", ""]
    assert [one.standard for one in read] == ["健康管理率达到90%。", "接种率达到90%。", "无偿服务。"]


def test_paragraphs_in_one_line_and_lines_that_were_broken_are_put_right() -> None:
    read = items(ONE.replace("\n服务标准", "服务标准"), TWO.replace("接种率", "接种\n率"), "— 3 —", THREE)
    assert [(one.text("target"), one.standard) for one in read[:2]] == [
        ("0—6岁儿童。", "健康管理率达到90%。"), ("适龄儿童。", "接种率达到90%。"),
    ]  # fmt: skip
    assert [one.name for one in read] == ["儿童健康管理", "预防接种", "法律援助"]


def test_a_plan_that_only_speaks_of_columns_is_no_catalogue() -> None:
    assert not items("第一章", "服务对象：全体居民。", "清单包括服务项目、服务标准。支出责任：地方政府。", "第二章")
    assert not items(ONE)
