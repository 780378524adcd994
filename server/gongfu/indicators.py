"""Indicators: is a number of the catalogue the same quantity as one of the nation's?

Place in the flow: match -> **indicators** -> map. Only measures of rows that answer each other are compared. A wording
that the indicator list knows decides; else the likeness of words (``quantities``), weighed among the numbers of a row.
What is not surely the same stays without an indicator: the comparison then says "another indicator", never "below".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gongfu.catalogue import Item
from gongfu.codes import CodeLists
from gongfu.measures import STANDARD_COLUMNS, Measure, Numbers
from gongfu.parts import adds_up, is_of_some, is_one_payers_part, is_qualified, is_sum, whole_before
from gongfu.quantities import alike, excluded, same_head
from gongfu.text import reading
from gongfu.thresholds import threshold
from gongfu.wholes import members, named, without_groups
from gongfu.words import words

_AGES = re.compile(r"\d+-\d+岁|\d+岁")

National = Sequence[tuple[str, Measure]]


def with_indicators(measures: Sequence[Measure], name: str, nation: National, codes: CodeLists) -> tuple[Measure, ...]:
    """Return the measures of one item, each with the indicator of the national measure that is the same quantity.

    ``name`` is the item's name; ``nation`` holds (name of the national item, measure) of the items it answers to.
    """
    return _with_indicators(tuple(measures), name, tuple(nation), codes) if measures else ()


@lru_cache(maxsize=2048)  # most rows of a county say what those of its province say
def _with_indicators(
    measures: tuple[Measure, ...], name: str, nation: National, codes: CodeLists
) -> tuple[Measure, ...]:
    read = [_read(measure, measures, name, nation, codes) for measure in measures]
    read = [_of_all(one, read, name) for one in read]
    read = [each for one in read for each in _of_each(one, read, name, nation, codes)]
    return tuple(_settled(one, read, nation) for one in read)


@dataclass(frozen=True)
class _Reading:
    """The indicator a measure is taken for, empty for none, and whether the list of wordings knows it by its label."""

    measure: Measure
    indicator: str
    known: bool


def _settled(one: _Reading, read: Sequence[_Reading], nation: National) -> Measure:
    """Return a number with its indicator; what is of some only is told as such where it alone is there, or is lower."""
    indicator = "" if _yields(one, read, nation) else one.indicator
    rates = [other for other in read if other is not one and other.indicator and other.measure.unit == "%"]
    whole = None if indicator else whole_before(one.measure, [other.measure for other in rates])
    of_all = next((other.indicator for other in rates if other.measure is whole), "")
    theirs = [measure for _, measure in nation if measure.indicator == (of_all or indicator)]
    floor = max(((measure.normal_lower or 0) for measure in theirs), default=0)
    if of_all and (one.measure.normal_lower or 0) < floor:
        return replace(one.measure, indicator=of_all, role="part")
    alone = indicator and not any(other.indicator == indicator for other in rates)
    if alone and is_of_some(one.measure, theirs):
        return replace(one.measure, indicator=indicator, role="part")
    return replace(one.measure, indicator=indicator)


def _of_all(one: _Reading, read: Sequence[_Reading], name: str) -> _Reading:
    """Let a number of all (总体达到92%) that names nothing itself be the quantity of those of its parts before it."""
    measure = one.measure
    if one.indicator or measure.role != "average" or measure.label not in {"", name}:
        return one
    parts = {other.indicator for other in read if other.indicator and other.measure.unit == measure.unit}
    return replace(one, indicator=next(iter(parts))) if len(parts) == 1 else one


def _of_each(one: _Reading, read: Sequence[_Reading], name: str, nation: National, codes: CodeLists) -> list[_Reading]:
    """Let one number for several that the nation tells apart be the quantity of each: 中小学寄宿生1000元.

    A number that names none of them is for all, where it is the only one of its kind and of nothing else.
    """
    measure = one.measure
    theirs = [other for _, other in nation if other.indicator and _same_kind(measure, other)]
    among = members(theirs, codes) if measure.role != "parameter" else {}
    kindred = [other for other in read if other is not one and _same_kind(other.measure, measure)]
    if not among or any(other.indicator in among for other in kindred) or one.indicator not in {"", *among}:
        return [one]
    said = named(measure, among)
    bare = replace(measure, label=without_groups(measure.label), quote="")
    of_them = [other for other in theirs if other.indicator in among and not excluded(bare, name, other, codes)]
    alike_ = max((alike(bare, name, other, codes) for other in of_them), default=0.0) >= threshold("quantity-alone")
    if len(said) == 1 or not (alike_ or (of_them and _names_no_quantity(bare.label))) or not (said or not kindred):
        return [one]
    return [replace(one, indicator=key) for key, member in among.items() if member in (said or {member})]


def _read(measure: Measure, siblings: Sequence[Measure], name: str, nation: National, codes: CodeLists) -> _Reading:
    if measure.role == "parameter" or is_one_payers_part(measure, siblings):
        return _Reading(measure, "", known=False)
    candidates = [(other_name, other) for other_name, other in nation if other.indicator and _same_kind(measure, other)]
    possible = [(other_name, other) for other_name, other in candidates if not excluded(measure, name, other, codes)]
    known = known_indicator(measure.label, [name, *(other_name for other_name, _ in candidates)], codes)
    if known and not _contradicted(known, nation, possible):
        return _Reading(measure, known, known=True)
    label, alone = measure.label, len({other.indicator for _, other in possible}) == 1
    if alone and measure.unit == "元" and _names_no_quantity(label):
        label = ""  # who gets the amount says nothing against what it is: 艺术类专业学生每生每年2200元, 一等2000元
    scores: dict[str, float] = {}
    for _, other in possible:
        found = alike(replace(measure, label=label), name, other, codes)
        scores[other.indicator] = max(found, scores.get(other.indicator, 0.0))
    best, *others = sorted(((score, indicator) for indicator, score in scores.items()), reverse=True) or [(0.0, "")]
    nearest = [other for _, other in possible if other.indicator == best[1]]
    # The nation's own number cannot be below it.
    equal = measure.unit != "%" and any(_equal(measure, other) for other in nearest)
    if equal:
        equal = not _graded(measure, [one for one in siblings if not excluded(one, name, nearest[0], codes)])
    needed = 0.0 if equal else _needed(measure, siblings, name, possible, codes)
    # 中央广播节目 is as much like the programmes by satellite as those by analogue wireless: it is neither.
    told_apart = not others or bool(measure.scope) or best[0] - others[0][0] >= threshold("quantity-margin")
    return _Reading(measure, best[1] if best[0] >= needed and told_apart else "", known=False)


def _names_no_quantity(label: str) -> bool:
    """Say whether a label says who gets an amount, who gives it, or which grade it is, and not what it is."""
    table = words()
    recipient, payer = table.recipients.search(label), table.one_payer.fullmatch(label)
    return bool(recipient or payer or table.grade.fullmatch(label))


def _contradicted(indicator: str, nation: National, possible: National) -> bool:
    """Say whether a known wording is of a national measure that this number, by its unit or its people, is not of."""
    return any(other.indicator == indicator for _, other in nation) and not any(
        other.indicator == indicator for _, other in possible
    )


def _needed(measure: Measure, siblings: Sequence[Measure], name: str, possible: National, codes: CodeLists) -> float:
    """Return the likeness from which a number is the same quantity as the nearest of the possible national ones."""
    others = {other.indicator: other for _, other in possible}
    if len(others) != 1:
        return threshold("quantity")
    other = next(iter(others.values()))
    rivals = [one for one in siblings if one.role != "parameter" and _same_kind(one, other)
              and not excluded(one, name, other, codes)]  # fmt: skip
    if len(rivals) != 1:
        return threshold("quantity")
    if other.scope:
        return 0.0  # a total of the whole area: it is told that it is not compared, never that it is below
    return threshold("quantity-alone-head" if same_head(measure, other, codes) else "quantity-alone")


def _graded(measure: Measure, siblings: Sequence[Measure]) -> bool:
    """Say whether a row gives some of its people less than this number: 一等2000元、二等1500元."""
    return (
        measure.unit == "元"
        and measure.role != "average"
        and any(
            one.normal_unit == measure.normal_unit
            and (one.normal_lower or 0) < (measure.normal_lower or 0)
            and one.role not in {"parameter", "average"}
            and not is_one_payers_part(one, siblings)
            for one in siblings
        )
    )


def _equal(one: Measure, other: Measure) -> bool:
    """Say whether two measures promise the same number of the same per the same; a ceiling promises none."""
    promised = one.comparator not in {"at-most", "less-than"} and one.normal_lower is not None
    return promised and (one.normal_unit, one.normal_lower) == (other.normal_unit, other.normal_lower)


def _yields(one: _Reading, read: Sequence[_Reading], nation: National) -> bool:
    """Say whether another number of the row is the better one for the same indicator.

    Of several the average, or that of all (总体), answers, yet a floor holds for each part that is named (城市, 农村);
    a sum answers for what it adds up, in the same unit; a number for the nation's own age group comes before one for
    another; what the list of wordings knows by its label stands for all, and what is merely like it is of some of
    them: 企业劳动合同签订率90%，国有企业劳动合同签订率100%.
    """
    rivals = [other for other in read if other is not one and one.indicator and other.indicator == one.indicator]
    if not rivals:
        return False
    if any(_comes_after(other.measure, one.measure) for other in rivals):
        return True
    theirs = [measure for _, measure in nation if measure.indicator == one.indicator]
    of_average = any(measure.role == "average" for measure in theirs)
    means = [_is_mean(each.measure, of_average) for each in (one, *rivals)]
    if any(means) and not means[0] and (of_average or not _names_part(one.measure.label)):
        return True
    if _of_other_holders(one.measure, theirs) and not all(_of_other_holders(each.measure, theirs) for each in rivals):
        return True
    added_up = [other for other in rivals if other.measure.normal_unit == one.measure.normal_unit]
    if any(is_sum(other.measure) for other in added_up) and not is_sum(one.measure):
        return True  # 义务教育9年、高中3年，共12年
    others = [other.measure for other in rivals]
    if adds_up(one.measure, others, theirs) or is_qualified(one.measure, others, theirs):
        return True
    wordings = [measure.label for measure in theirs]
    if _of_another_age(one.measure, wordings) and not all(_of_another_age(other.measure, wordings) for other in rivals):
        return True
    return not one.known and not _names_part(one.measure.label) and any(other.known for other in rivals)


def _comes_after(later: Measure, now: Measure) -> bool:
    """Say whether a number is what another, that names no year, is to become: 达到65%，2020年达到70%."""
    dated = later.due_year is not None and now.due_year is None and later.label == now.label
    return dated and (later.normal_lower or 0) > (now.normal_lower or 0)


def _of_other_holders(measure: Measure, theirs: Sequence[Measure]) -> bool:
    """Say whether an amount is for each of something else than the nation's: 每校每年3000元 beside 每生每年800元."""
    own, nations = _holder(measure), set(map(_holder, theirs))
    return measure.unit == "元" and bool(own) and "" not in nations and own not in nations


def _holder(measure: Measure) -> str:
    entity, _ = words().split_per(measure.per)
    return "人" if entity == "生" else entity


def _is_mean(measure: Measure, of_average: bool) -> bool:
    """Say whether a number is told as a mean, or that of all (总体); 生均 says so where the nation's is an average."""
    told = of_average and words().averaged.search(reading(measure.quote).text)
    return measure.role == "average" or bool(told)


def _of_another_age(measure: Measure, wordings: Sequence[str]) -> bool:
    """Say whether a number is said to be for an age group that the nation's wording does not name."""
    ours = set(_AGES.findall(reading(measure.label + measure.quote).text))
    theirs = {age for wording in wordings for age in _AGES.findall(reading(wording).text)}
    return bool(ours and theirs) and not ours & theirs


def _names_part(label: str) -> bool:
    """Say whether a label names one part of all (城市, 农村), for which the whole's floor holds too."""
    return any(word in label for word in words().groups)


def _same_kind(one: Measure, other: Measure) -> bool:
    """Say whether two numbers could be of one quantity: same unit, and no total against a person's share."""
    return _counted_in(one) == _counted_in(other) and bool(one.scope) == bool(other.scope)


def _counted_in(measure: Measure) -> str:
    """Return the unit of a number; limits of time are all in hours (2天内, 12小时内), ‰ are shares as % are."""
    if measure.role == "ceiling" and measure.normal_unit == "小时":
        return "小时"
    return words().one_kind.get(measure.unit, measure.unit)


def known_indicator(label: str, names: Iterable[str], codes: CodeLists) -> str:
    """Return the indicator whose list of wordings has this label, alone or after an item's name; else empty."""
    bare = label.replace("通过", "").replace("提供", "")  # 通过直播卫星提供广播节目 is 直播卫星广播节目
    for wording in (label, bare, *(name + label for name in names)):
        found = codes.iri("indicator", wording)
        if found:
            return found
    return ""


def named_quantities(
    items: Iterable[Item], numbers: Numbers, nation: Mapping[str, Sequence[tuple[str, Measure]]], codes: CodeLists
) -> dict[str, frozenset[str]]:
    """Return for each item's key the keys of the national items whose quantities its numbers name by their wording.

    ``numbers`` are those of the items, ``nation`` maps a national item's key to its measures. A quantity that several
    national items share names none.
    """
    owners: dict[str, set[str]] = {}
    for national_key, measures in nation.items():
        for _, measure in measures:
            owners.setdefault(measure.indicator, set()).add(national_key)
    single = {indicator: next(iter(keys)) for indicator, keys in owners.items() if indicator and len(keys) == 1}
    named: dict[str, frozenset[str]] = {}
    for item in items:
        texts = (text for column in STANDARD_COLUMNS if (text := item.text(column)))
        read = (one for text in texts for one in numbers[text, item.name][0])
        known = (known_indicator(one.label, [item.name], codes) for one in read)
        named[item.key] = frozenset(single[indicator] for indicator in known if indicator in single)
    return named
