"""Divisions: prefectures and counties of GB/T 2260 by code and by name, and the one that the title of a text names.

Place in the flow: below the code lists, which hold the nation, the provinces and what the documents name; the 3,200
lower divisions are a table (data/tables/divisions.csv) that is read only where a text or a command names one of them.
Beside it former-divisions.csv has the names that other codes had in 2014 and 2016 (邢台市桥东区, 四平市公主岭市).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gongfu.settings import house

_LONGEST = 20


@dataclass(frozen=True)
class Division:
    """A prefecture or county: code of six digits, full name, shorter name (恩施州; empty for none), name in English.

    ``same_as`` is the code that the same county has today under the same name, empty where this is its code.
    """

    code: str
    name: str
    short: str
    english: str
    same_as: str = ""

    @property
    def above(self) -> tuple[str, ...]:
        """Return the codes of its prefecture, where it is a county, and of its province; the nearest first."""
        return tuple(
            dict.fromkeys(code for code in (self.code[:4] + "00", self.code[:2] + "0000") if code != self.code)
        )


def division(code: str) -> Division | None:
    """Return the division below the provinces of a code, under the name that it has or had last; None for none."""
    row = _by_code().get(code)
    return Division(*row) if row else None


def divisions() -> Mapping[str, Division]:
    """Return every division below the provinces by its code."""
    return {code: Division(*row) for code, row in _by_code().items()}


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, Sequence[str]]:
    """Return the rows by code, not yet divisions: of 3,400 a check asks for one or two."""
    return {row[0]: row for table in ("former-divisions", "divisions") for row in _table(table)}


@lru_cache(maxsize=2)
def _table(name: str) -> Sequence[Sequence[str]]:
    """Return the rows of a table, with their columns in the order of the attributes of a division."""
    path = house().data / "tables" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Sequence[Sequence[str]]]:
    found: dict[str, list[Sequence[str]]] = {}
    for row in (*_table("divisions"), *_table("former-divisions")):
        for name in {row[1], row[2]} - {""}:
            found.setdefault(name, []).append(row)
    return found


def named_below(title: str, province: str = "") -> Division | None:
    """Return the lowest division that a title names before it says what it is a list of; None where it names none.

    Args:
        title: one line, such as “湖北省宜昌市夷陵区基本公共服务清单”.
        province: GB/T 2260 code of the province that the text names, empty where it names none; it tells apart the
            counties of one name (朝阳区). One that remains ambiguous is not guessed.
    """
    found: Division | None = None
    for name in _names(re.split(r"公共服务|服务清单|服务标准|“?十[二三四]五|规划|实施", title, maxsplit=1)[0]):
        found = _one_of(name, found.code if found else province) or found
    return found


def _one_of(name: str, inside: str) -> Division | None:
    """Return the one division of a name inside another, anywhere where no other is known; None where there are several.

    A county has none inside: what follows its name is no division of its own.
    """
    fitting = [one for one in (Division(*row) for row in _by_name()[name]) if inside in one.above or not inside]
    codes = {one.code for one in fitting}
    fitting = [one for one in fitting if one.same_as not in codes]
    return fitting[0] if len(fitting) == 1 else None


def _names(text: str) -> Iterator[str]:
    """Yield the names of divisions in a text from left to right, the longest at each place."""
    place = 0
    while place < len(text):
        longest = next((text[place:end] for end in _ends(place, len(text)) if text[place:end] in _by_name()), "")
        if longest:
            yield longest
        place += len(longest) or 1


def _ends(begin: int, length: int) -> Iterable[int]:
    return range(min(begin + _LONGEST, length), begin + 1, -1)
