"""Text and Markdown: blocks of tab-separated or piped lines become tables, everything else is prose.

Place in the flow: one of the readers behind ``gongfu.document``.

Official catalogues reach people as text with page breaks in them. Blank lines, repeated headers and up to three lines
of text between rows do not end a table; such a line (a domain's heading, a page's header) is a row of one cell.
A table ends where more text follows, where the rows after a gap have another number of cells, and where a line
announces an annex or another table. Tables that are only spaced out are prose, for their columns are not certain;
``gongfu.running_text`` tells apart what can be.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gongfu.reading.cells import Block, Limits, caption, table_address, table_from_texts, too_large, within
from gongfu.reading.characters import decoded, lines
from gongfu.reading.web_pages import page_blocks

_TEXTS_BETWEEN_ROWS = 3
_ANNOUNCED = re.compile(r"[#*\s]*(?:附件|附表|附录|表\s*[0-9一二三四五六七八九十])")
_PIPE = re.compile(r"(?<!\\)\|")
_PIPE_RULE = re.compile(r"[|+]?\s*:?[-=]+:?\s*(?:[|+]\s*:?[-=]+:?\s*)*[|+]?")
_TAB_RULE = re.compile(r" *[-=]{3,} *(?:\t *[-=]{3,} *)+")
_TABLE_START = re.compile(r"<table\b", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)


@dataclass(frozen=True)
class _Line:
    """A line as read: cells when it is a row, text when it is not; a blank line has neither."""

    text: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rows:
    """The rows of one table and the line of text above it."""

    above: str
    rows: tuple[tuple[str, ...], ...]


def read_plain_text(path: Path, limits: Limits) -> Iterator[Block]:
    """Yield tables and lines of prose in order; UnreadableDocument when the bytes are no text or above the limits.

    A table in HTML, as programs that turn PDF into Markdown write it, is read as one.
    """
    text = decoded(path.read_bytes(), path.name)
    tables, above = 0, ""
    for is_table, segment in _segments(text):
        if is_table:
            blocks = page_blocks(segment, limits, path.name, tables, above)
        else:
            blocks = _text_blocks(segment, limits, path.name, tables)
        for block in blocks:
            tables += not isinstance(block, str)
            above = block if isinstance(block, str) else ""
            yield block


def _segments(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the text in pieces, each HTML table to its closing tag being one of them, and whether it is a table."""
    position = 0
    while (start := _TABLE_START.search(text, position)) and (end := _TABLE_END.search(text, start.end())):
        yield False, text[position : start.start()]
        position = end.end()
        yield True, text[start.start() : position]
    yield False, text[position:]


def _text_blocks(text: str, limits: Limits, name: str, tables: int) -> Iterator[Block]:
    for block in _grouped(_counted(_lines(lines(text, name)), limits, name)):
        if isinstance(block, _Rows):
            tables += 1
            rows = within(block.rows, limits, name)
            yield table_from_texts(caption(block.above, tables), rows, table_address(tables))
        else:
            yield block


def _counted(found: Iterable[_Line], limits: Limits, name: str) -> Iterator[_Line]:
    """Pass the lines on until their cells are more than a document may have."""
    cells = 0
    for line in found:
        cells += len(line.cells)
        if cells > limits.cells:
            raise too_large(name, "单元格数", "the number of cells", cells, limits.cells)
        yield line


def _lines(texts: list[str]) -> Iterator[_Line]:
    """Classify every line; rules (dashes between pipes or tabs) are dropped."""
    bare = _rows_without_outer_pipes(texts)
    for index, text in enumerate(texts):
        if not _is_rule(text):
            yield _Line(text, _cells(text, index in bare)) if text.strip() else _Line()


def _is_rule(text: str) -> bool:
    if _TAB_RULE.fullmatch(text):
        return True
    return ("|" in text or text.strip().startswith("+")) and bool(_PIPE_RULE.fullmatch(text.strip()))


def _rows_without_outer_pipes(texts: list[str]) -> set[int]:
    """Return the indices of the lines ``a | b`` around a rule ``--|--``: only the rule makes them a table."""
    found: set[int] = set()
    for index, text in enumerate(texts):
        if index and "|" in text and _is_rule(text) and _PIPE.search(texts[index - 1]):
            found.add(index - 1)
            after = index + 1
            while after < len(texts) and _PIPE.search(texts[after]) and after not in found:
                found.add(after)
                after += 1
    return found


def _cells(text: str, bare_pipes: bool) -> tuple[str, ...]:
    """Return the cells of a row, nothing for a line of text. A tab in front is an indent unless more tabs follow."""
    stripped = text.strip()
    if bare_pipes or (stripped.startswith("|") and len(_PIPE.findall(stripped)) > 1):
        inner = _PIPE.split(stripped.removeprefix("|"))
        inner = inner[:-1] if len(inner) > 1 and not inner[-1] else inner
        return tuple(cell.strip().replace("\\|", "|") for cell in inner)
    if "\t" in stripped or text.count("\t") > 1:
        return tuple(text.split("\t"))
    return ()


def _grouped(found: Iterable[_Line]) -> Iterator[_Rows | str]:
    """Join rows to tables and yield them with the lines of prose, in order."""
    above, apart = "", False
    rows: list[tuple[str, ...]] = []
    widths: set[int] = set()
    gap: list[str] = []
    for line in found:
        if not line.cells:
            apart = True
            gap.extend([line.text] if line.text else [])
            continue
        if rows and apart and not _continues(widths, gap, len(line.cells)):
            yield _Rows(above, tuple(rows))
            rows, widths = [], set()
        if rows:
            rows.extend((_heading(text),) for text in gap)
        else:
            above = gap[-1] if gap else ""
            yield from gap
        rows.append(line.cells)
        widths.add(len(line.cells))
        gap, apart = [], False
    if rows:
        yield _Rows(above, tuple(rows))
    yield from gap


def _continues(widths: set[int], gap: list[str], width: int) -> bool:
    """Say whether rows after blank lines and the texts in ``gap`` belong to the table before them."""
    return width in widths and len(gap) <= _TEXTS_BETWEEN_ROWS and not any(map(_ANNOUNCED.match, gap))


def _heading(text: str) -> str:
    return text.strip().lstrip("#").strip()
