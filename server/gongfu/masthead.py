"""Masthead: what the head of a document says of itself: number, issuer, date of issue, plan period.

Place in the flow: beside arrange; for a file that no source.yaml describes. Only what stands there is taken over.
"""

import re
from dataclasses import dataclass
from datetime import date
from itertools import islice

from gongfu.text import reading

_HEAD_LINES = 60
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,6}(?:发|办|函|字|规)(?:办发)?〔(?:19|20)\d\d〕\d+号")
_ISSUER = re.compile(
    r"^[\u4e00-\u9fff]{2,14}(?:人民政府|政府办公厅|国务院|办公厅|发展和改革委员会|发展改革委)$|^国务院$"
)
_DATE = re.compile(r"^((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日(?:印发)?$")
# Which years a five-year plan covers is its name's meaning: the tenth began in 2001.
_PLAN = re.compile(r"十([一二三四五六七八])五")
_VERSION = re.compile(r"(20\d\d)年?版|（(20\d\d)年）")
_PLANS = {"一": 2006, "二": 2011, "三": 2016, "四": 2021, "五": 2026, "六": 2031}


@dataclass(frozen=True)
class Masthead:
    """What the document's head states; empty or None where it states nothing. ``version`` is the year of 2022年版."""

    number: str = ""
    issuer: str = ""
    issued: date | None = None
    period: tuple[int, int] | None = None
    version: int | None = None


def read_masthead(prose: str, titles: str = "") -> Masthead:
    """Return what the first lines of a document's text, and the titles of its tables, say of the document."""
    printed = islice((line for line in prose.splitlines() if line.strip()), _HEAD_LINES)
    lines = [reading(line).text for line in printed]
    dated = _VERSION.search(reading(titles).text) or _VERSION.search("".join(lines[:12]))
    version = int(dated.group(1) or dated.group(2)) if dated else None
    lines = [line.strip("*#（）") for line in lines]
    number = next((line for line in lines if _NUMBER.fullmatch(line)), "")
    issuer = next((line for line in lines if _ISSUER.match(line)), "")
    issued = next((_date(found) for line in lines if (found := _DATE.match(line))), None)
    plan = _PLAN.search(titles) or _PLAN.search("".join(lines[:12]))
    start = _PLANS.get(plan.group(1)) if plan else None
    return Masthead(number, issuer, issued, (start, start + 4) if start else None, version)


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return None  # the thirty-first of a short month: a misprint is no date
