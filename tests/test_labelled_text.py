"""A catalogue written as paragraphs that begin with the titles of its columns is read as a table; a plan is not."""

import csv
import re
from collections.abc import Iterator

from gongfu.arrange import arrange
from gongfu.catalogue import Item
from gongfu.check import NATION
from gongfu.codes import codelists
from gongfu.document import Document
from gongfu.labelled_text import read_labelled_text
from gongfu.sources import source_folder

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


def test_a_title_in_brackets_needs_no_colon() -> None:
    bare = [
        re.sub(r"(?m)^【?(服务对象|服务标准|支出责任|牵头负责单位)】?：", r"【\1】", block)
        for block in (ONE, TWO, THREE)
    ]
    assert [(one.name, one.text("target"), one.standard) for one in items(*bare)] == [
        ("儿童健康管理", "0—6岁儿童。", "健康管理率达到90%。"), ("预防接种", "适龄儿童。", "接种率达到90%。"),
        ("法律援助", "经济困难公民。", "无偿服务。"),
    ]  # fmt: skip


def test_paragraphs_in_one_line_and_lines_that_were_broken_are_put_right() -> None:
    read = items(ONE.replace("\n服务标准", "服务标准"), TWO.replace("接种率", "接种\n率"), "— 3 —", THREE)
    assert [(one.text("target"), one.standard) for one in read[:2]] == [
        ("0—6岁儿童。", "健康管理率达到90%。"), ("适龄儿童。", "接种率达到90%。"),
    ]  # fmt: skip
    assert [one.name for one in read] == ["儿童健康管理", "预防接种", "法律援助"]


def test_a_plan_that_only_speaks_of_columns_is_no_catalogue() -> None:
    assert not items("第一章", "服务对象：全体居民。", "清单包括服务项目、服务标准。支出责任：地方政府。", "第二章")
    assert not items(ONE)


def test_sentences_below_the_last_column_are_its_own_whatever_it_ended_with() -> None:
    with (source_folder(NATION) / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    read = items(*_paragraphs(rows))
    assert [(one.number, one.name, one.standard) for one in read] == [
        (row["序号"], row["服务项目"], row["服务指导标准"]) for row in rows
    ]


def _paragraphs(rows: list[dict[str, str]]) -> Iterator[str]:
    domains = list(dict.fromkeys(row["领域"] for row in rows))
    for before, row in zip([None, *rows], rows, strict=False):
        if before is None or before["领域"] != row["领域"]:
            yield f"{'一二三四五六七八九十'[domains.index(row['领域'])]}、{row['领域']}"
        yield f"{row['序号']}.{row['服务项目']}"
        for title in ("服务对象", "支出责任", "牵头负责单位"):
            yield f"{title}：{row[title]}"
        yield from re.split(r"(?<=。)(?!$)", f"服务指导标准：{row['服务指导标准']}")


def test_a_line_that_neither_goes_on_nor_heads_anything_is_told_as_unread() -> None:
    told = read_labelled_text("\n".join([ONE, "补充的话没有说完", TWO, THREE]), 0, codelists())
    assert [one.text for one in told.unread] == ["补充的话没有说完"]
    assert items(ONE, "补充的话没有说完", TWO, THREE)[0].text("departments") == "卫生健康委。"
