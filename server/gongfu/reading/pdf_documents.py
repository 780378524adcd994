"""PDF files with a text layer: ruled tables page by page, and the text outside them as prose.

Place in the flow: one of the readers behind ``gongfu.document``.

A table that goes on over the page is several tables. A table without rules, whose columns only the eye tells apart,
stays prose. A page that is only a picture is reported as unread; a file of such pages alone is refused.
"""

import base64
import io
import logging
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gongfu.reading.cells import (
    MEGABYTE,
    Block,
    Limits,
    Merge,
    Table,
    Unread,
    UnreadableDocument,
    caption,
    damaged,
    table_address,
    table_from_texts,
    too_large,
    within,
)
from gongfu.reading.ooxml import bomb, encrypted

if TYPE_CHECKING:
    from pdfplumber.page import Page
    from pdfplumber.table import Table as RuledTable

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the upper left corner of the page."""

_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_HEAD = 512
_CHUNK = MEGABYTE
# Streams follow each other; where many begin before one ends, the file was made to keep its reader busy.
_OVERLAP_MAX = 4
# Packings nobody uses today for text; the tightest of them gives two thousand bytes for one.
_RARE_PACKING_MAX = 256 * 1024
_TOLERANCE = 1.0
_UNKNOWN_SHARE = 0.02


def read_pdf(path: Path, limits: Limits) -> Iterator[Block]:
    """Yield tables, lines of prose and unread pages in order.

    UnreadableDocument when locked, cut off, without any text, or above the limits.
    """
    import pdfplumber  # only here: it takes half a second to load
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    _quiet("pdfminer")
    data = path.read_bytes()
    if b"%%EOF" not in data[-2048:]:
        raise damaged(path.name)
    _refuse_bomb(data, path.name, limits)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:  # given a path, it leaves the file open when it cannot read it
            if len(pdf.pages) > limits.pages:
                raise too_large(path.name, "页数", "the number of pages", len(pdf.pages), limits.pages)
            yield from _pages(pdf.pages, limits, path.name)
    except (UnreadableDocument, MemoryError):
        raise
    except PdfminerException as fault:
        locked = any(isinstance(cause, PDFPasswordIncorrect) for cause in fault.args)
        raise encrypted(path.name) if locked else damaged(path.name) from fault
    except Exception as fault:  # pdfminer raises whatever the objects of a broken file run into
        raise damaged(path.name) from fault


def _quiet(library: str) -> None:
    """Keep what a library logs of a damaged file off the terminal; the refusal says what is wrong and what to do."""
    logger = logging.getLogger(library)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _refuse_bomb(data: bytes, name: str, limits: Limits) -> None:
    """Raise UnreadableDocument when the packed streams of the file give more than the limits allow.

    What the dictionaries say of the packing is not believed, every stream is tried. Pictures are never unpacked
    later, so they do not count together; but no stream may exceed the limit by itself.
    """
    total = looked_at = 0
    for match in _STREAM.finditer(data):
        head = data[max(0, match.start() - _HEAD) : match.start()].rpartition(b" obj")[2]
        packed = memoryview(data)[match.end() : data.find(b"endstream", match.end())]
        looked_at += len(packed)
        if looked_at > _OVERLAP_MAX * len(data):
            raise damaged(name)
        size = _unpacked_size(packed, limits.unpacked_size) or _unpacked_size(_bytes_of(packed), limits.unpacked_size)
        total += 0 if b"/Image" in head else size
        rare = (b"/LZW" in head or b"/RunLength" in head) and len(packed) > _RARE_PACKING_MAX
        if max(size, total) > limits.unpacked_size or rare:
            raise bomb(name, limits)


def _bytes_of(packed: memoryview) -> memoryview:
    """Return the bytes that a stream in ASCII-85 or hexadecimal stands for; nothing when it is neither."""
    text = bytes(packed).strip()
    try:
        if text.endswith(b"~>"):
            return memoryview(base64.a85decode(text[:-2].removeprefix(b"<~")))
        return memoryview(bytes.fromhex(text[:-1].decode("ascii") if text.endswith(b">") else ""))
    except ValueError:
        return memoryview(b"")


def _unpacked_size(packed: memoryview, enough: int) -> int:
    """Return how many bytes a deflated stream gives, counting no further than just above ``enough``; 0 for none.

    A deflated stream inside a deflated one has one purpose only and counts as too many.
    """
    unpacker, size, position = zlib.decompressobj(), 0, 0
    try:
        while size <= enough and not unpacker.eof:
            rest = unpacker.unconsumed_tail or packed[position : position + _CHUNK]
            position += 0 if unpacker.unconsumed_tail else len(rest)
            unpacked = unpacker.decompress(rest, _CHUNK)
            if not size and _is_deflated(unpacked):
                return enough + 1
            size += len(unpacked)
            if not rest:
                break
    except zlib.error:
        return size
    return size


def _is_deflated(data: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(data[:_HEAD], _HEAD))
    except zlib.error:
        return False


def _pages(pages: "list[Page]", limits: Limits, name: str) -> Iterator[Block]:
    tables, texts = 0, False
    for number, page in enumerate(pages, 1):
        if page.chars:
            texts = True
            _check_characters(page, number, name)
            for block in _page(page, number, tables, limits, name):
                tables += isinstance(block, Table)
                yield block
        elif page.images:
            yield Unread(f"P{number}")
        page.close()
    if not texts:
        raise _no_text(name)


def _check_characters(page: "Page", number: int, name: str) -> None:
    """Raise UnreadableDocument when the page's fonts do not say which characters their shapes are."""
    unknown = sum(char["text"].startswith("(cid:") for char in page.chars)
    if unknown > len(page.chars) * _UNKNOWN_SHARE:
        raise UnreadableDocument(
            f"PDF文件“{name}”第{number}页有{unknown}个字符只有字形、没有编码，读出来是乱码。"
            "请提供Word、Excel原文件，或由原文件重新导出PDF（嵌入字体），或先做文字识别。",
            f"On page {number} of the PDF “{name}” {unknown} characters are shapes without a code. Use the original "
            "Word or Excel file, export the PDF from it again with its fonts embedded, or run text recognition first.",
        )


def _no_text(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"PDF文件“{name}”里没有文字，只有扫描图像。请提供由原文件（Word、Excel）直接导出的PDF，或原文件本身，或先做文字识别。",
        f"The PDF “{name}” holds no text, only pictures of pages. Use the original Word or Excel file, a PDF exported "
        "from it, or run text recognition first.",
    )


def _page(page: "Page", number: int, tables: int, limits: Limits, name: str) -> Iterator[Block]:
    """Yield the blocks of a page from top to bottom; a frame around a single cell is no table."""
    found = [table for table in page.find_tables() if len(table.cells) > 1]
    found.sort(key=lambda table: (table.bbox[1], table.bbox[0]))
    lines = _lines_outside(page, [table.bbox for table in found])
    above = ""
    for ordinal, table in enumerate(found, 1):
        while lines and lines[0][0] < table.bbox[1]:
            above = lines.pop(0)[1]
            yield above
        texts = within(_texts(table), limits, name)
        heading = caption(above, tables + ordinal)
        yield table_from_texts(heading, texts, table_address(ordinal, number), _merged(table))
        above = ""
    yield from (text for _, text in lines)


def _lines_outside(page: "Page", boxes: list[Box]) -> list[tuple[float, str]]:
    """Return top and text of every line that stands in none of the boxes."""

    def outside(thing: dict[str, object]) -> bool:
        across = (float(str(thing["x0"])) + float(str(thing["x1"]))) / 2
        down = (float(str(thing["top"])) + float(str(thing["bottom"]))) / 2
        return not any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in boxes)

    lines = page.filter(outside).extract_text_lines(return_chars=False)
    return [(line["top"], line["text"].strip()) for line in lines if line["text"].strip()]


def _texts(table: "RuledTable") -> list[list[str]]:
    return [[text or "" for text in row] for row in table.extract()]


def _merged(table: "RuledTable") -> Iterator[Merge]:
    """Yield the cells that reach over the tops of later rows or the left edges of later columns."""
    tops = [row.bbox[1] for row in table.rows]
    lefts = sorted({cell[0] for cell in table.cells})
    for row, line in enumerate(table.rows, 1):
        for column, cell in enumerate(line.cells, 1):
            if cell is None:
                continue
            last_row = sum(top < cell[3] - _TOLERANCE for top in tops)
            last_column = sum(left < cell[2] - _TOLERANCE for left in lefts)
            if (last_row, last_column) > (row, column) and last_row >= row and last_column >= column:
                yield row, column, last_row, last_column
