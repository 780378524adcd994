"""Regions: whose catalogue a file is, by its name, its sheets, its title rows and first lines.

Place in the flow: beside the masthead, before check gives the catalogue its edition.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gongfu.codes import CodeLists
from gongfu.divisions import named_below
from gongfu.document import Document

NATIONWIDE = "CN"
_TITLE = re.compile(r"公共服务|清单|规划|标准")
_TITLE_MAX = 80
_NATIONAL = re.compile(r"(国家|全国)(级)?基本公共服务")


def level_of(code: str) -> str:
    """Return the level of government of a GB/T 2260 code."""
    if code == NATIONWIDE:
        return "national"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def guess_region(path: Path, document: Document, codes: CodeLists) -> str:
    """Return the code of the region that the file's name, sheets and title lines name; CN where they name none.

    The province that most lines name comes first; then the lowest division that a title names inside it.
    """
    lines = _first_lines(path, document)
    province = _most_named(lines, codes)
    found = (named_below(line.strip(), province) for line in lines if _is_title(line))
    below = next((one for one in found if one), None)
    return below.code if below else province or NATIONWIDE


def guess_level(code: str, path: Path, document: Document) -> str:
    """Return the level of government of a guessed code.

    Where no region is named, the file is some province's draft unless a title says that it is the nation's catalogue:
    taken for the nation's it would have to reach the nation's totals (2,000万套), which no province's own can.
    """
    if code != NATIONWIDE or any(_is_title(line) and _NATIONAL.search(line) for line in _first_lines(path, document)):
        return level_of(code)
    return "province"


def _first_lines(path: Path, document: Document) -> list[str]:
    """Return the lines that may say whose catalogue it is: names of file and sheets, title rows, first prose."""
    sheets = (table.sheet for table in document.tables)
    return [path.stem, *sheets, *title_rows(document), *document.prose.splitlines()[:40]]


def title_rows(document: Document) -> list[str]:
    """Return the lines that stand above the header of a table: its first rows with one cell only."""
    rows = [row for table in document.tables for row in table.rows[:4]]
    return [cell.text for row in rows if sum(1 for cell in row if cell.text.strip()) == 1 for cell in row]


def _is_title(line: str) -> bool:
    return len(line) <= _TITLE_MAX and bool(_TITLE.search(line))


def _most_named(lines: Sequence[str], codes: CodeLists) -> str:
    """Return the division of the code list that most lines name, empty where none does."""
    counts: Counter[str] = Counter()
    for concept in codes.scheme("division"):
        words = [word for word in (*concept.labels.values(), *concept.other_words) if len(word) >= 2]
        counts[concept.code] = sum(1 for line in lines if any(word in line for word in words))
    counts[NATIONWIDE] = 0  # the nation's name stands in every province's title
    best = max(counts, key=lambda code: (counts[code], code.endswith("0000")))
    return best if counts[best] else ""
