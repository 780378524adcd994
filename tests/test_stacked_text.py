"""A table copied with each cell on a line of its own is a table again; a row that lost a line is told as unread."""

from itertools import chain

from gongfu.arrange import arrange
from gongfu.codes import codelists
from gongfu.document import Document
from gongfu.running_text import RunningText
from gongfu.stacked_text import read_stacked_text

HEADER = ["序号", "服务项目", "服务对象", "服务标准", "牵头单位"]
ROWS = [[str(n), f"项目{n}", "城乡居民", f"提供服务{n}。", "省民政厅"] for n in range(1, 7)]


def told(*lines: str) -> RunningText:
    return read_stacked_text("\n".join(["某省规划", "附件", *lines]), 0, codelists())


def names(text: RunningText) -> list[str]:
    return [item.name for item in arrange(Document("", "txt", text.tables, "")).items]


def test_lines_of_single_cells_are_rows() -> None:
    text = told(*HEADER, "一、基本社会服务", *chain(*ROWS[:3]), "— 7 —", *HEADER, *chain(*ROWS[3:]), "附件2", "其他")
    items = arrange(Document("", "txt", text.tables, "")).items
    assert [(item.number, item.name, item.standard) for item in items] == [(row[0], row[1], row[3]) for row in ROWS]
    assert items[0].text("domain") == "基本社会服务"
    assert not text.unread


def test_a_row_that_lost_or_gained_a_line_is_unread() -> None:
    torn, long = ROWS[2][:3] + ROWS[2][4:], [*ROWS[4][:4], "又一行。", ROWS[4][4]]
    text = told(*HEADER, *ROWS[0], *ROWS[1], *torn, *ROWS[3], *long, *ROWS[5])
    assert names(text) == ["项目1", "项目2", "项目4", "项目6"]
    assert [one.text for one in text.unread] == ["\n".join(torn[1:]), "\n".join(long[1:])]


def test_other_text_is_left_alone() -> None:
    assert told("服务项目", "服务对象", "服务标准", "文字。") == RunningText((), ())
    assert told(*HEADER, *ROWS[0]) == RunningText((), ())
