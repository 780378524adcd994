"""Stacked text: a table that was copied with each cell on a line of its own becomes a table again.

Place in the flow: document -> **stacked text** -> arrange. That is what pasting a table from a page or from Word into a
plain text file leaves. The header's titles follow each other, one a line; a row is its number and as many lines as the
header has titles. What is not followed by a row, a heading or the end has lost or gained a line: it is told as unread.
"""

import re
from collections.abc import Iterator, Sequence

from gongfu.catalogue import CellReference, Unread
from gongfu.codes import CodeLists
from gongfu.header_titles import columns, is_heading
from gongfu.reading.cells import caption, table_address, table_from_texts
from gongfu.running_text import RunningText
from gongfu.text import key, tidy

_NUMBER = re.compile(r"[（(]?\d{1,3}[）)．.、]?")
_ANNEX = re.compile(r"(附件|附表|附录)\s*[0-9一二三四五六七八九十]{0,3}[:：]?$")
_ROWS_MIN = 3


def read_stacked_text(prose: str, tables: int, codes: CodeLists) -> RunningText:
    """Return the table that lines of single cells make, for a document of ``tables`` others; nothing for no such."""
    lines = [tidy(line) for line in prose.split("\n")]
    header = next((found for start in range(len(lines)) if (found := _header(lines, start))), ())
    if not header or columns().titles[key(header[0])] != "number":
        return RunningText((), ())
    address, unread = table_address(tables + 1), list[Unread]()
    rows: list[tuple[str, ...]] = [()] * len(lines)
    for place, kind, cells in _stretches(lines, header):
        if kind == "row":
            rows[place] = cells
        else:
            where = CellReference(caption("", tables + 1), address(place + 1, 1))
            unread.append(Unread("passage", "\n".join(cells), where))
    if sum(len(row) == len(header) for row in rows) <= max(_ROWS_MIN, len(unread)):
        return RunningText((), ())
    return RunningText((table_from_texts(caption("", tables + 1), rows, address),), tuple(unread))


def _header(lines: Sequence[str], start: int) -> tuple[str, ...]:
    """Return the titles that stand one a line from here on, where they head a catalogue; else nothing."""
    titles: list[str] = []
    fields: set[str] = set()
    for line in lines[start:]:
        name = columns().titles.get(key(line)) if line else None
        if name is None or name in fields:
            break
        titles.append(line)
        fields.add(name)
    return tuple(titles) if columns().make_header(fields) else ()


def _stretches(lines: Sequence[str], header: tuple[str, ...]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield place, kind (row or passage) and lines of each stretch from the first header on."""
    size, place = len(header), 0
    while place < len(lines) and tuple(lines[place : place + size]) != header:
        place += 1
    strange: list[str] = []
    while place < len(lines):
        line = lines[place]
        if tuple(lines[place : place + size]) == header:
            cells, kind = header, "row"
        elif is_heading(line):
            cells, kind = (line,), "row"
        elif _is_row(lines, place, header):
            cells, kind = tuple(lines[place : place + size]), "row"
        elif _ANNEX.match(line):
            break
        else:
            cells, kind = (line,), "" if not line or columns().ignore(line) else "passage"
        if kind == "row" and strange:
            yield place - len(strange), "passage", tuple(strange)
            strange = []
        if kind == "row":
            yield place, kind, cells
        elif kind:
            strange.append(line)
        place += len(cells)
    if strange:
        yield len(lines) - len(strange), "passage", tuple(strange)


def _is_row(lines: Sequence[str], place: int, header: tuple[str, ...]) -> bool:
    """Say whether a whole row begins here: a number, as many cells as titles, and behind it nothing that is a cell."""
    size = len(header)
    cells, behind = lines[place : place + size], lines[place + size : place + 2 * size]
    if len(cells) < size or not _NUMBER.fullmatch(cells[0]) or any(map(_NUMBER.fullmatch, cells[1:])):
        return False
    after = behind[0] if behind else ""
    return (
        not after
        or bool(_NUMBER.fullmatch(after))
        or is_heading(after)
        or after == header[0]
        or columns().ignore(after)
    )
