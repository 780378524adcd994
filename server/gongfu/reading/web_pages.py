"""HTML pages, and the pages that office systems name .xls: their tables, and what stands around them as prose.

Place in the flow: one of the readers behind ``gongfu.document``; also reads the HTML tables inside Markdown.

A table that holds another table is a page's layout: what is in it is read as part of the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gongfu.reading.cells import (
    Block,
    Limits,
    Merge,
    Table,
    caption,
    damaged,
    table_address,
    table_from_texts,
    too_large,
    within,
)
from gongfu.reading.characters import decoded_page

if TYPE_CHECKING:
    from lxml.etree import _Element

_SPACES = re.compile(r"[ \t\n\r\f]+")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# The tree of a page takes about 300 bytes a tag; 3,000 rows as a spreadsheet program exports them have 100,000.
_TAGS_MAX = 1_000_000
_UNSEEN = frozenset({"script", "style", "head", "template", "noscript"})
_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip


def read_web_page(path: Path, limits: Limits) -> Iterator[Block]:
    """Yield tables and lines of prose in order; UnreadableDocument when the bytes are no page or above the limits."""
    yield from page_blocks(decoded_page(path.read_bytes(), path.name), limits, path.name)


def page_blocks(page: str, limits: Limits, name: str, tables: int = 0, above: str = "") -> Iterator[Block]:
    """Yield the blocks of a page after ``tables`` earlier tables and the line ``above`` it."""
    import lxml.etree  # only here: it takes longer to load than a csv file to read
    import lxml.html

    if (tags := page.count("<")) > _TAGS_MAX:
        raise too_large(name, "标签数", "the number of tags", tags, _TAGS_MAX)
    try:
        # huge_tree: without it, what lies deeper than 256 elements would be dropped without a word.
        parser = lxml.html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
        root = lxml.html.document_fromstring(_XML_DECLARATION.sub("", page), parser=parser)
    except (lxml.etree.LxmlError, ValueError) as fault:
        raise damaged(name) from fault
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise damaged(name)  # the parser gave up half-way: the rest of the page would be missing
    for piece in _pieces(root):
        if isinstance(piece, str):
            above = piece
            yield piece
        else:
            tables += 1
            yield _table(piece, tables, above, limits, name)
            above = ""


def _pieces(root: "_Element") -> Iterator["str | _Element"]:
    """Yield the lines of text and the data tables of an element, as they follow each other on the page."""
    line: list[str] = []
    for piece in _flow(root):
        if isinstance(piece, str) and piece != "\n":
            line.append(piece)
            continue
        text = _SPACES.sub(" ", "".join(line)).strip()
        line = []
        if text:
            yield text
        if not isinstance(piece, str):
            yield piece


def _flow(root: "_Element") -> Iterator["str | _Element"]:
    """Yield pieces of text, line breaks, and the tables that hold no table; closes with a line break."""
    import lxml.etree

    walker = lxml.etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "end":
            yield from ("\n",) if name in _BREAKS else ()
            yield _SPACES.sub(" ", element.tail or "") if element is not root else ""
            continue
        yield from ("\n",) if name in _BREAKS else ()
        data_table = name == "table" and element is not root and element.find(".//table") is None
        if data_table:
            yield element
        if data_table or name in _UNSEEN or not name:
            walker.skip_subtree()
        else:
            yield _SPACES.sub(" ", element.text or "")
    yield "\n"


@dataclass
class _Grid:
    """Texts by row and column while spanning cells push later ones aside; lives inside one table."""

    limits: Limits
    name: str
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    merged: list[Merge] = field(default_factory=list)

    def place(self, text: str, row: int, height: int, width: int) -> None:
        """Put a cell at the first free column of the row and blanks where it spans."""
        column = 1
        while (row, column) in self.texts:
            column += 1
        last = (row + height - 1, column + width - 1)
        if last[1] > self.limits.columns:
            raise too_large(self.name, "列数", "the number of columns", last[1], self.limits.columns)
        cells = len(self.texts) + height * width
        if cells > self.limits.cells:
            raise too_large(self.name, "单元格数", "the number of cells", cells, self.limits.cells)
        self._cover(row, column, last)
        self.texts[row, column] = text
        if last != (row, column):
            self.merged.append((row, column, *last))

    def _cover(self, row: int, column: int, last: tuple[int, int]) -> None:
        for down in range(row, last[0] + 1):
            self.ends[down] = max(self.ends.get(down, 0), last[1])
            for right in range(column, last[1] + 1):
                self.texts.setdefault((down, right), "")

    def row(self, number: int) -> list[str]:
        """Return the texts of a row up to the last column in use there."""
        return [self.texts.get((number, column), "") for column in range(1, self.ends.get(number, 0) + 1)]


def _table(table: "_Element", number: int, above: str, limits: Limits, name: str) -> Table:
    rows = list(table.iter("tr")) or [table]
    grid = _Grid(limits, name)
    for row, element in enumerate(rows, 1):
        for cell in element.iter("td", "th"):
            height = min(_span(cell, "rowspan") or len(rows), len(rows) - row + 1)
            grid.place(_text(cell), row, height, max(_span(cell, "colspan"), 1))
    texts = within((grid.row(row) for row in range(1, len(rows) + 1)), limits, name)
    own = table.find("caption")
    heading = caption(_text(own) if own is not None else above, number)
    return table_from_texts(heading, texts, table_address(number), grid.merged)


def _span(cell: "_Element", name: str) -> int:
    """Return how far a cell spans; 0 (to the last row) stands as written, and what is no number is 1."""
    value = cell.get(name, "1").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else 1


def _text(element: "_Element") -> str:
    return "\n".join(piece for piece in _pieces(element) if isinstance(piece, str))
