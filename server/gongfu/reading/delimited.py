"""Comma, semicolon and tab separated files: one table, addressed as spreadsheet programs show such a file.

Place in the flow: one of the readers behind ``gongfu.document``.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from gongfu.reading.cells import Block, Limits, UnreadableDocument, sheet_address, table_from_texts, within
from gongfu.reading.characters import decoded, lines

_DELIMITERS = ("\t", ",", ";")
_SAMPLE = 50


def read_delimited(path: Path, limits: Limits) -> Iterator[Block]:
    """Yield the one table of a csv or tsv file; a record is a row, whether it spans several lines or is empty.

    UnreadableDocument when the bytes are no text, a quotation mark has no partner, or a limit is exceeded.
    """
    text = decoded(path.read_bytes(), path.name)
    rows = lines(text.removesuffix("\n"), path.name) if text else []
    texts = list(within(_records(rows, _delimiter(rows), path.name), limits, path.name))
    if texts:
        yield table_from_texts(path.stem, texts, sheet_address)


def _delimiter(rows: list[str]) -> str:
    """Return the delimiter that cuts most of the first records into the same number of fields.

    csv.Sniffer is not used: it takes letters for delimiters where texts are long and commas stand inside them.
    """
    return max(_DELIMITERS, key=lambda delimiter: _regularity(rows, delimiter))


def _regularity(rows: list[str], delimiter: str) -> tuple[float, int]:
    """Return the share of the records that have the most common number of fields (above one), and that number."""
    try:
        widths = Counter(len(record) for record in islice(csv.reader(_terminated(rows), delimiter=delimiter), _SAMPLE))
    except csv.Error:
        return 0, 0
    shares = ((count / widths.total(), width) for width, count in widths.items() if width > 1)
    return max(shares, default=(0, 0))


def _records(rows: list[str], delimiter: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(_terminated(rows), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as fault:
        raise UnreadableDocument(
            f"文件“{name}”第{reader.line_num}行（或其前几行）的引号不成对，或一格过长，无法分列。"
            "单元格内的引号应写作两个引号；请用表格软件打开后另存为CSV再试。",
            f"A quotation mark near line {reader.line_num} of “{name}” has no partner, or a field is too long. "
            "Write a quotation mark inside a cell twice; or open the file in a spreadsheet program, "
            "save it as CSV and try again.",
        ) from fault


def _terminated(rows: list[str]) -> Iterator[str]:
    """Give the lines their ends back: the csv module keeps them inside quoted fields."""
    return (f"{row}\n" for row in rows)
