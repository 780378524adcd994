"""Clock: how many hours there are from 8:30 to 12:00 and from 下午2时 to 5时, how many days from 周二 to 周日.

Place in the flow: below cutting; the grammar (data/wording/measures.lark) says which words these are.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

_TIME = re.compile(
    r"(?P<part>[^\d一二三四五六七八九十:时点半整分至到，、和及-]*)"
    r"(?P<hour>\d{1,2}|[一二三四五六七八九十]{1,3})"
    r"(?:(?::|时|点)(?:(?P<half>半)|(?P<minutes>\d{1,2}|[一二三四五六七八九十]{1,3})分?)?)?"
)
_AFTERNOON = re.compile("下午|午后|傍晚|晚")
_NEXT_DAY = re.compile("次日|翌日")
_NOON, _DAY = 12, 24
_WORKING = "工作日"
_ROUND_THE_CLOCK = "全天候"
_WEEK = "一二三四五六日"
_FIRST_TO_LAST = re.compile("([一二三四五六日天])[-至到](?:周|星期)?([一二三四五六日天])")
_NAMED_DAY = re.compile(f"(?:周|星期|、)([{_WEEK}天])")
_CLOSED = re.compile("闭|休|不|除")


def hours(text: str, number: Callable[[str], Fraction]) -> Fraction:
    """Return the hours of opening hours in reading form, of all their parts together.

    ``number`` reads a number in digits or in Chinese numerals. Hours that end before they begin end on the next day.
    """
    if text == _ROUND_THE_CLOCK:
        return Fraction(_DAY)
    times = list(_times(text, number))
    begins, ends = times[::2], times[1::2]
    return sum((_length(begin, end) for begin, end in zip(begins, ends, strict=True)), Fraction(0))


def days_a_week(text: str) -> int:
    """Return on how many days of a week something is open: 周二至周日 or 周一闭馆 is six, 周六、周日 two."""
    return len(week_days(text))


def week_days(text: str) -> frozenset[int]:
    """Return on which days of a week something is open, Monday being 0: 周二至周日, 周一闭馆; empty for none said."""
    if _WORKING in text:
        return frozenset(range(len(_WEEK) - 2))
    named = [_WEEK.index("日" if day == "天" else day) for day in _NAMED_DAY.findall(text)]
    if _CLOSED.search(text):
        return frozenset(range(len(_WEEK))).difference(named)
    found = _FIRST_TO_LAST.search(text)
    if not found:
        return frozenset(named)
    first, last = (_WEEK.index("日" if day == "天" else day) for day in found.groups())
    return frozenset(day % len(_WEEK) for day in range(first, first + (last - first) % len(_WEEK) + 1))


def _times(text: str, number: Callable[[str], Fraction]) -> Iterator[tuple[Fraction, bool]]:
    """Yield each time as hours since midnight, and whether it is said to be in the afternoon or evening."""
    for found in _TIME.finditer(text):
        minutes = Fraction(30) if found["half"] else number(found["minutes"]) if found["minutes"] else Fraction(0)
        hour, late = number(found["hour"]), _AFTERNOON.search(found["part"]) is not None
        hour += _NOON if late and hour < _NOON else 0
        yield hour + minutes / 60 + (_DAY if _NEXT_DAY.search(found["part"]) else 0), late


def _length(begin: tuple[Fraction, bool], end: tuple[Fraction, bool]) -> Fraction:
    last = end[0]
    if begin[1] and last <= begin[0] < _DAY and last < _NOON:
        last += _NOON  # 下午1:30—5:00
    return last - begin[0] if last > begin[0] else last + _DAY - begin[0]
