"""Labelled text: a catalogue written as paragraphs, 服务对象：…, one block an item, becomes a table.

Place in the flow: document -> **labelled text** -> arrange. The national standards of 2021 and 2023 and many local
ones are written so: a domain's heading, an item's name, then one paragraph a column, each beginning with the column's
title and a colon. A block begins where a title comes again; the line above it is the item's name. A line that neither
begins with a title nor heads anything goes on with the paragraph above it; where neither is sure, it is told as unread.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gongfu.catalogue import CellReference, Unread
from gongfu.codes import CodeLists
from gongfu.header_titles import columns, is_heading
from gongfu.reading.cells import caption, table_address, table_from_texts
from gongfu.running_text import RunningText
from gongfu.text import tidy

_NAME = re.compile(r"^(?:第\s*)?[（(]?(\d{1,3})[）)．.、项\s]\s*(.+?)[。；：:]?$")
_DOMAIN = re.compile(r"^[一二三四五六七八九十]+[、.．]")
_ANNEX = re.compile(r"(?:附件|附表|附录)\s*[0-9一二三四五六七八九十]{0,3}\s*(?:[:：].*)?")
_SENTENCE_ENDS = ("。", "；", ";", "！")
_NAME_MAX, _BLOCKS_MIN = 60, 3
_OWN_TITLES = ("领域", "类别", "序号", "服务项目")  # what headings and names give, before the labelled columns


@dataclass
class _Block:
    """One item while it is put together: the place of its first label, its paragraphs, the lines above and below it."""

    place: int
    above: list[str]
    cells: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def read_labelled_text(prose: str, tables: int, _codes: CodeLists) -> RunningText:
    """Return the table that labelled paragraphs make, for a document of ``tables`` others; nothing for no such."""
    lines = [line for whole in prose.split("\n") for line in _label().sub(r"\n\1", tidy(whole)).strip().split("\n")]
    blocks = list(_blocks(lines))
    titles = list(dict.fromkeys(title for block in blocks for title in block.cells))
    fields = {columns().titles[title] for title in titles}
    if len(blocks) < _BLOCKS_MIN or not columns().make_header(fields | {"name"}):
        return RunningText((), ())
    own = _OWN_TITLES[:3] if "name" in fields else _OWN_TITLES
    rows: list[tuple[str, ...]] = [()] * (len(lines) + 1)
    rows[0] = (*own, *titles)
    domain = category = ""
    for block in blocks:
        domain, category, number, name = _heads(block.above, domain, category, named="name" not in fields)
        heads = (domain, category, number, name)[: len(own)]
        rows[block.place] = (*heads, *(block.cells.get(title, "") for title in titles))
    sheet, address = caption("", tables + 1), table_address(tables + 1)
    unread = tuple(Unread("passage", "\n".join(block.unread), CellReference(sheet, address(block.place + 1, 1)))
                   for block in blocks if block.unread)  # fmt: skip
    return RunningText((table_from_texts(sheet, rows, address),), unread)


@lru_cache(maxsize=1)
def _label() -> re.Pattern[str]:
    """Return what finds a column's title with its colon, or in 【】 without, where a line or a sentence begins."""
    titles = sorted(columns().titles, key=len, reverse=True)
    alternatives = "|".join(re.escape(title) for title in titles if len(title) > 2)
    return re.compile(
        rf"(?:^|(?<=[。；;）】 ]))[【\[（(●◆■·]?\s*((?:{alternatives})(?:[】\]]\s*[:：]?|[）)]?\s*[:：]))"
    )


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """Yield the blocks; a page's number or a note between two of them is dropped, as between the rows of a table."""
    block: _Block | None = None
    above: list[str] = []
    for place, line in enumerate(lines, 1):
        found = _label().match(line)
        if found is None:
            above += [line] if line and not columns().ignore(line) else []
            continue
        title = re.sub(r"[】\]）)\s:：]", "", found[1])
        if block is None or title in block.cells:
            above = _without_rest(block, above, named=columns().titles[title] != "name")
            if block is not None:
                yield block
            block, above = _Block(place, above), []
        elif above:
            _go_on(block, above)
            above = []
        block.cells[title] = line[found.end() :].strip()
    if block is not None:
        _without_rest(block, above, named=False)
        yield block


def _without_rest(block: _Block | None, above: list[str], *, named: bool) -> list[str]:
    """Give the block the lines that go on with its last paragraph; return those that head the next one.

    Behind a full stop another sentence goes on, a line that is none (a heading that nobody knows) stays unread.
    """
    if block is None:
        return above
    last = len(above) - 1 if named else len(above)
    rest = next((at for at, line in enumerate(above[:last]) if is_heading(line) or _ANNEX.fullmatch(line)), last)
    ended = next(reversed(block.cells.values()), "").endswith(_SENTENCE_ENDS)
    sentences = max((at for at, line in enumerate(above[:rest], 1) if line.endswith(_SENTENCE_ENDS)), default=0)
    own = sentences if ended else rest
    _go_on(block, above[:own])
    block.unread += above[own:rest]
    return above[rest:]


def _go_on(block: _Block, lines: Sequence[str]) -> None:
    title = next(reversed(block.cells))
    block.cells[title] += "".join(lines)


def _heads(above: Sequence[str], domain: str, category: str, *, named: bool) -> tuple[str, str, str, str]:
    """Return domain, category, number and name of a block from the lines above it; what is not said goes on."""
    name = above[-1] if named and above else ""
    for line in above[: len(above) - 1 if named else len(above)]:
        if _DOMAIN.match(line) and is_heading(line):
            domain, category = line, ""
        elif is_heading(line):
            category = line
    numbered = _NAME.match(name)
    number, name = (numbered[1], numbered[2]) if numbered else ("", name.rstrip("。；：:"))
    return domain, category, number, name[:_NAME_MAX]
