"""A table copied out of a printed page, its cells broken at the width of their columns, is a table again or unread."""

import csv
import re
from collections.abc import Iterator

import pytest

from gongfu.arrange import arrange
from gongfu.catalogue import Item
from gongfu.check import NATION
from gongfu.codes import codelists
from gongfu.document import Document
from gongfu.running_text import RunningText
from gongfu.sources import source_folder
from gongfu.wrapped_text import read_wrapped_text

TITLES = ["服务项目", "服务对象", "服务指导标准", "支出责任", "牵头负责单位"]
WORD = re.compile(r"[（《“]*(?:[0-9A-Za-z.%—–-]+|.)[，。、；：）》”%]*")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (source_folder(NATION) / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[25:55]


def broken(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in WORD.findall(text):
        if line and sum(1 if letter.isascii() else 2 for letter in line + word) > width:
            yield line
            line = ""
        line += word
    yield line


def page(rows: list[dict[str, str]], widths: list[int]) -> list[str]:
    lines, domain = ["附件", "序号", *TITLES], ""
    for row in rows:
        if row["领域"] != domain:
            lines += ["— 7 —", "序号", "服务\n项目", *TITLES[1:]] if domain else []
            domain = row["领域"]
            lines.append(f"四、{domain}")
        lines.append(row["序号"])
        for title, width in zip(TITLES, widths, strict=True):
            lines += broken(row[title], width)
    return "\n".join([*lines, "附件2", "其他"]).split("\n")


def told(lines: list[str]) -> RunningText:
    return read_wrapped_text("\n".join(lines), 0, codelists())


def items(text: RunningText) -> tuple[Item, ...]:
    return arrange(Document("", "txt", text.tables, "")).items


@pytest.mark.parametrize("widths", [[14, 18, 36, 18, 14], [10, 12, 30, 12, 16], [16, 24, 40, 20, 8]])
def test_broken_cells_are_put_together_or_told_as_unread(rows: list[dict[str, str]], widths: list[int]) -> None:
    text = told(page([{**row, "序号": str(place)} for place, row in enumerate(rows, 1)], widths))
    read = {int(item.number): item for item in items(text)}
    assert len(read) > 0.9 * len(rows)
    assert len(read) + len(text.unread) == len(rows)
    for place, item in read.items():
        row = rows[place - 1]
        assert (item.name, item.standard) == (row["服务项目"], row["服务指导标准"])
        assert [item.text(name) for name in ("domain", "target", "funding", "departments")] == [
            row[title] for title in ("领域", "服务对象", "支出责任", "牵头负责单位")
        ]


def test_a_row_that_could_be_parted_in_two_ways_is_unread(rows: list[dict[str, str]]) -> None:
    lines = page([{**row, "序号": str(place)} for place, row in enumerate(rows[:12], 1)], [14, 14, 36, 18, 14])
    twice = ["13", "一二三四五六七", "一二三四五六七", "一二三四五六七", "提供服务。", "财政负责。", "民政局"]
    text = told([*lines[:-2], *twice])
    assert "\n".join(twice) in [one.text for one in text.unread]
    assert "13" not in {item.number for item in items(text)}


def test_other_text_is_left_alone() -> None:
    assert told(["服务项目", "服务对象", "服务标准", "文字。"]) == RunningText((), ())
    assert told(["序号", *TITLES, "1", "一", "二", "三", "财政负责", "民政局"]) == RunningText((), ())
