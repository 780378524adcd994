"""Standard columns: which of several standards side by side (国家标准, 我市标准) is the catalogue's own.

Place in the flow: below arrange; the titles stand in data/tables/catalogue.yaml. A cell that only says 执行国家标准 has
the words of the cell beside it, where the catalogue prints them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from gongfu.catalogue import CellReference
from gongfu.header_titles import field_of
from gongfu.settings import house, read_yaml
from gongfu.text import key, reading

_OWN = 9
_NATION, _PROVINCE = 0, 1
Told = tuple[str, CellReference]


@dataclass(frozen=True)
class _Words:
    levels: Mapping[str, int]
    same: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    table = read_yaml(house().data / "tables" / "catalogue.yaml")
    levels = {key(title): level for level, titles in enumerate(table["standard_levels"]) for title in titles}
    return _Words(levels, re.compile(table["same_standard"]))


def columns_beside(titles: Mapping[int, str]) -> dict[int, int]:
    """Return the columns of standards that are not the place's own, with whose they are: 0 the nation's, 1 the
    province's and so on. Of several standards that of the lowest level is the own; ``titles`` are those of a header."""
    words = _words().levels
    levels = {column: words.get(key(title), _OWN) for column, title in titles.items()
              if title and field_of(title) == "standard"}  # fmt: skip
    own = max(levels.values(), default=_OWN)
    return {column: level for column, level in levels.items() if level < own}


def taken_over(own: Told | None, beside: Mapping[int, Told]) -> Told | None:
    """Return the standard of a row: its own, or the one beside it, by level, where it says nothing or that it is that.

    What the own cell adds (执行国家标准，全年发放) follows what it takes over, and is told at the own cell.
    """
    if own is None or not own[0]:
        return beside[max(beside)] if beside else own
    said = reading(own[0])
    same = _words().same.search(said.text)
    if same is None or not beside:
        return own
    level = {"国家": _NATION, "省": _PROVINCE, "自治区": _PROVINCE}.get(same["level"], max(beside))
    words, place = beside.get(level) or beside[max(beside)]
    rest = said.quote(same.end(), len(said.text)).lstrip("，。；,;")
    return (f"{words.rstrip('。；;')}；{rest}", own[1]) if rest else (words, place)
