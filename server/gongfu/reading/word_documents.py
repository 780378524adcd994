"""Word documents (docx, docm): tables with their merged cells, and the paragraphs around them as prose.

Place in the flow: one of the readers behind ``gongfu.document``.

A cell's text holds its paragraphs one a line, with the numbers Word counts by itself, inserted text and the text of
tables and boxes inside it; deleted text, notes, comments, page headers and pictures are not read.
"""

from collections.abc import Container, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from gongfu.reading.cells import (
    Block,
    Limits,
    Table,
    caption,
    table_address,
    table_from_texts,
    too_large,
    within,
)
from gongfu.reading.ooxml import Package, attribute, character, elements, local_name, open_package
from gongfu.reading.word_numbering import Counters, ListStyle, read_lists

# Fallback repeats what its neighbour Choice says; del and moveFrom hold what is no longer there; the rest is settings.
_UNSEEN = frozenset({"Fallback", "del", "moveFrom", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr"})
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(path: Path, limits: Limits) -> Iterator[Block]:
    """Yield tables and paragraphs in order; UnreadableDocument when damaged, locked or above the limits."""
    with open_package(path, limits) as package:
        main = package.main_part()
        counters = Counters(_lists(package, main))
        tables, above = 0, ""
        with package.open(main) as stream:
            for element in elements(stream, {"p", "tbl"}):
                if local_name(element) == "tbl":
                    tables += 1
                    yield _table(element, caption(above, tables), tables, counters, limits, path.name)
                    above = ""
                elif text := _paragraph(element, counters).strip():
                    above = text
                    yield text


def _lists(package: Package, main: str) -> dict[str, ListStyle]:
    parts = [link.target for link in package.relations(main).values() if link.kind == "numbering"]
    if not parts or not package.has(parts[0]):
        return {}
    with package.open(parts[0]) as stream:
        return read_lists(stream)


def _table(table: Element, heading: str, number: int, counters: Counters, limits: Limits, name: str) -> Table:
    texts: list[list[str]] = []
    reach: dict[tuple[int, int], tuple[int, int]] = {}
    heads: dict[int, int] = {}
    for row, element in enumerate(_rows(table), 1):
        line = [""] * _grid_before(element)
        for cell in _outermost(element, "tc"):
            column, span = len(line) + 1, _span(cell)
            if column + span - 1 > limits.columns:
                raise too_large(name, "列数", "the number of columns", column + span - 1, limits.columns)
            continued = _continues(cell) and column in heads
            head = heads[column] if continued else row
            heads[column] = head
            reach[head, column] = (row, column + span - 1)
            line += [_cell_text(cell, counters)] + [""] * (span - 1)
        texts.append(line)
    merged = [(*head, *end) for head, end in reach.items() if head != end]
    return table_from_texts(heading, within(texts, limits, name), table_address(number), merged)


def _rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table, without those whose deletion is tracked."""
    for row in _outermost(table, "tr"):
        properties = [part for part in row if local_name(part) == "trPr"]
        if not any(local_name(mark) == "del" for part in properties for mark in part):
            yield row


def _outermost(element: Element, name: str, unseen: Container[str] = _UNSEEN) -> Iterator[Element]:
    """Yield the descendants of this name that are in no other of that name, in order, through all wrappers."""
    stack = list(reversed(element))
    while stack:
        part = stack.pop()
        kind = local_name(part)
        if kind == name:
            yield part
        elif kind not in unseen:
            stack.extend(reversed(part))


def _property(element: Element, group: str, name: str) -> Element | None:
    parts = (part for properties in element if local_name(properties) == group for part in properties)
    return next((part for part in parts if local_name(part) == name), None)


def _grid_before(row: Element) -> int:
    """Return how many columns a row leaves out at its start."""
    skipped = _property(row, "trPr", "gridBefore")
    return min(int(attribute(skipped, "val", "0")), 1_000) if skipped is not None else 0


def _span(cell: Element) -> int:
    span = _property(cell, "tcPr", "gridSpan")
    return max(int(attribute(span, "val", "1")), 1) if span is not None else 1


def _continues(cell: Element) -> bool:
    """Say whether the cell is the continuation of the one above it."""
    merge = _property(cell, "tcPr", "vMerge")
    return merge is not None and attribute(merge, "val", "continue") == "continue"


def _cell_text(cell: Element, counters: Counters) -> str:
    return "\n".join(_paragraph(paragraph, counters) for paragraph in _outermost(cell, "p")).strip("\n")


def _paragraph(paragraph: Element, counters: Counters) -> str:
    """Return the text of a paragraph behind the number Word gives it."""
    return counters.label(paragraph) + "".join(_pieces(paragraph))


def _pieces(paragraph: Element) -> Iterator[str]:
    stack = list(reversed(paragraph))
    while stack:
        part = stack.pop()
        kind = local_name(part)
        if kind == "t":
            yield part.text or ""
        elif kind == "sym":
            # A sign of a symbol font (≥ in Symbol is F0B3): its private code is better than a gap.
            yield character(attribute(part, "char", "20"))
        elif kind not in _UNSEEN:
            yield _MARKS.get(kind, "")
            stack.extend(reversed(part))
