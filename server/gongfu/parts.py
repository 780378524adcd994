"""Parts: is a number only a part of what a row gives, whose whole or sum answers the nation's?

Place in the flow: below indicators. Parts are 中央70元、省10元，合计80元 and 义务教育9年、高中3年.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from gongfu.measure import Measure
from gongfu.quantities import is_of_others, rate_head
from gongfu.text import reading
from gongfu.words import words

_TOLD_AS_SUM = re.compile(r"(?<!公)(共|共计|合计|总计)[^，。；\d]{0,12}\d")
_SUM = re.compile(r"(?<!公)(共|共计|合计|总计)(为|达到?)?\d[^，。；]*$")


def is_one_payers_part(measure: Measure, siblings: Sequence[Measure]) -> bool:
    """Say whether an amount is what one treasury gives where the row has the whole: 中央70元、省10元，合计80元."""
    amounts = [one for one in siblings if one.unit == "元" and one.role != "parameter"]
    if measure not in amounts or not words().one_payer.search(measure.label):
        return False
    run = next(run for run in _runs_of_parts(amounts) if measure in run)
    return any(_is_whole_of(run, one) for one in amounts if one not in run)


def _runs_of_parts(amounts: Sequence[Measure]) -> list[list[Measure]]:
    """Return the amounts by one treasury, those that follow each other together."""
    grouped = groupby(amounts, key=lambda one: bool(words().one_payer.search(one.label)))
    return [list(run) for of_payers, run in grouped if of_payers]


def _is_whole_of(parts: Sequence[Measure], other: Measure) -> bool:
    """Say whether an amount is the whole of what the treasuries give: told as their sum, equal to it, or split into it.

    丧葬补助金1000元 beside 省级财政补助60元 is another amount, whatever its size.
    """
    same_unit, behind = other.normal_unit == parts[0].normal_unit, other.start > parts[0].start
    whole, *shares = ((one.normal_lower if same_unit else one.lower) or 0 for one in (other, *parts))
    added = sum(shares)
    if behind and _TOLD_AS_SUM.search(reading(other.quote).text):
        return whole >= added if same_unit else whole == added
    if not same_unit or whole < added:
        return False
    if len(parts) > 1 and whole == added:
        return True
    first = parts[0].context
    split = first.startswith("其中") or reading(other.quote).text in first
    names_nothing_else = not words().one_payer.sub("", parts[0].label).strip("其中+")
    return not behind and split and names_nothing_else


def is_sum(measure: Measure) -> bool:
    """Say whether a number is told as the sum of those before it."""
    return _SUM.search(reading(measure.quote).text) is not None


def adds_up(one: Measure, others: Sequence[Measure], theirs: Sequence[Measure]) -> bool:
    """Say whether a number is a part whose sum with others, or whose whole beside it, answers the nation's.

    中央补助60元，省级补助18元 are 78 together; 12年免费教育，延伸至学前教育3年 are twelve and more. Of parts that are
    too little together the greatest is told.
    """
    part_of = words().one_payer if one.unit == "元" else words().stage if one.unit == "年" else None
    if part_of is None or not part_of.search(one.label) or any(part_of.search(other.label) for other in theirs):
        return False
    alike = [other for other in others if other.normal_unit == one.normal_unit]
    parts = [one, *(other for other in alike if part_of.search(other.label))]
    if len(parts) <= len(alike):
        return one.unit == "年"  # the whole stands beside its stage; an amount beside a payer's may be another
    floor = max(map(_least, theirs), default=0)
    enough = sum(map(_least, parts)) >= floor
    return len(parts) > 1 and (_least(one) < floor if enough else one != max(parts, key=_least))


def _least(measure: Measure) -> float:
    return float(measure.normal_lower or 0)


def is_qualified(one: Measure, others: Sequence[Measure], theirs: Sequence[Measure]) -> bool:
    """Say whether a rate is one of some only (其中基层组织调解成功率50%) beside the rate of all (调解成功率60%)."""
    if one.unit != "%" or any(group in one.label for group in words().groups):
        return False
    added = {one.label.removesuffix(other.label) for other in others if other.label and other.label != one.label}
    return any(extra and extra != one.label and not any(extra in other.label for other in theirs) for extra in added)


def whole_before(one: Measure, wholes: Sequence[Measure]) -> Measure | None:
    """Return the rate of all, said before in the sentence, of which a rate is that of some: 其中小微企业达到80%."""
    if one.unit != "%" or one.role != "floor" or is_of_others(one.context):
        return None
    before = [other for other in wholes if other.start < one.start and other.label != one.label
              and reading(other.quote).text in one.context]  # fmt: skip
    whole = max(before, key=lambda other: other.start, default=None)
    if whole is None:
        return None
    head, between = rate_head(one.label), one.context.rpartition(reading(whole.quote).text)[2]
    among = "其中" in between or words().partial.search(one.label)
    if head:
        return whole if head == rate_head(whole.label) and among else None
    return whole if words().some.search(one.label) else None


def is_of_some(one: Measure, theirs: Sequence[Measure]) -> bool:
    """Say whether a rate names some only (小微企业) of those whom the nation's is about."""
    named = words().partial.search(one.label) if one.unit == "%" else None
    return named is not None and not any(named.group() in other.label for other in theirs)
