"""Opening: the hours of several kinds of days of one week are added up: 工作日8:30—17:30，周末9:00—17:00.

Place in the flow: sentence -> **opening** -> measures. Public holidays are no days of every week; they add nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gongfu.clock import week_days
from gongfu.cutting import Piece
from gongfu.measure import Measure
from gongfu.text import Reading

_WORKING, _WEEKEND = frozenset(range(5)), frozenset({5, 6})
_OF_WEEKEND = re.compile("周末|双休日|休息日")
_OF_WORKING_DAYS = re.compile("工作日")
# What is left of a label that only says on which days: 双休日开放.
_ONLY_DAYS = re.compile("(周末|双休日|休息日|工作日|节假日|每[天日])*(正常|全天|均|也)*(开放|服务|值守|接听)?")


@dataclass(frozen=True)
class Hours:
    """Hours that a sentence states, and the days of a week (Monday is 0) for each of which they are; none if unsaid."""

    measure: Measure
    days: frozenset[int]


def hours_of(measure: Measure, segment: Sequence[Piece]) -> Hours:
    """Return a number with the days of a week that the words before it name, where it is one of hours a day."""
    if (
        measure.unit != "小时"
        or measure.per not in {"", "每天", "每工作日", "每周末"}
        or measure.lower != measure.upper
    ):
        return Hours(measure, frozenset())
    named = frozenset[int]().union(*(week_days(piece.text) for piece in segment if piece.kind == "WEEK"))
    said = "".join(piece.text for piece in segment)
    if not named and (measure.per == "每工作日" or _OF_WORKING_DAYS.search(said)):
        named = _WORKING
    return Hours(measure, named or (_WEEKEND if _OF_WEEKEND.search(said) else frozenset()))


def a_week(read: Reading, found: Sequence[Hours]) -> list[Measure]:
    """Return the measures of a sentence; those that say on which days how long one thing is open are one a week."""
    kept: list[Measure] = []
    together: list[Hours] = []
    for one in found:
        if together and _goes_on(together, one):
            together.append(one)
            continue
        kept += _summed(read, together)
        together = [one]
    return kept + _summed(read, together)


def _goes_on(together: Sequence[Hours], one: Hours) -> bool:
    """Say whether hours are those of other days of what the hours before them are of."""
    first, days = together[0], frozenset[int]().union(*(each.days for each in together))
    names_nothing_else = one.measure.label in {"", first.measure.label} or _ONLY_DAYS.fullmatch(one.measure.label)
    return bool(first.days and one.days and not days & one.days and names_nothing_else)


def _summed(read: Reading, together: Sequence[Hours]) -> list[Measure]:
    if len(together) < 2:
        return [one.measure for one in together]
    first, last = together[0].measure, together[-1].measure
    total = sum(((one.measure.lower or Decimal(0)) * len(one.days) for one in together), Decimal(0))
    told = "＋".join(f"{(one.measure.lower or Decimal(0)).normalize():f}×{len(one.days)}" for one in together)
    quote = read.printed[first.start : last.end]
    return [replace(first, lower=total, upper=total, per="每周", quote=quote, end=last.end, context=last.context,
                    normal_note=f"每周{told}")]  # fmt: skip
