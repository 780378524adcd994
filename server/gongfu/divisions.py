"""Divisions: prefectures and counties of GB/T 2260 by code and by name, and the one that the title of a text names.

Place in the flow: below the code lists, which hold the nation and the provinces themselves; the 3,200 lower divisions
are a table (data/tables/divisions.csv) that is read only where a text or a command names one of them.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gongfu.settings import house

_LONGEST = 20


@dataclass(frozen=True)
class Division:
    """A prefecture or county: code of six digits, full name, shorter name (恩施州; empty for none), name in English."""

    code: str
    name: str
    short: str
    english: str

    @property
    def above(self) -> tuple[str, ...]:
        """Return the codes of its prefecture, where it is a county, and of its province; the nearest first."""
        return tuple(
            dict.fromkeys(code for code in (self.code[:4] + "00", self.code[:2] + "0000") if code != self.code)
        )


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, Division]:
    """Return every division below the provinces by its code."""
    path = house().data / "tables" / "divisions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["code"]: Division(row["code"], row["name"], row["short"], row["english"]) for row in rows}


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for one in divisions().values():
        for name in {one.name, one.short} - {""}:
            found.setdefault(name, []).append(one)
    return {name: tuple(ones) for name, ones in found.items()}


def named_below(title: str, province: str = "") -> Division | None:
    """Return the lowest division that a title names before it says what it is a list of; None where it names none.

    Args:
        title: one line, such as “湖北省宜昌市夷陵区基本公共服务清单”.
        province: GB/T 2260 code of the province that the text names, empty where it names none; it tells apart the
            counties of one name (朝阳区). One that remains ambiguous is not guessed.
    """
    found: Division | None = None
    for name in _names(re.split(r"公共服务|服务清单|服务标准|“?十[二三四]五|规划|实施", title, maxsplit=1)[0]):
        inside = (province, *((found.code, *found.above) if found else ()))
        candidates = _by_name()[name]
        below = [one for one in candidates if set(one.above) & set(inside) - {""}]
        chosen = below if len(below) == 1 else [one for one in candidates if len(candidates) == 1 and not province]
        found = chosen[0] if chosen else found
    return found


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
