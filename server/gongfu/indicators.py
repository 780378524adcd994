"""Indicators: is a number of the catalogue the same quantity as one of the nation's?

Place in the flow: match -> **indicators** -> map. Only measures of rows that answer each other are compared. A wording
that the indicator list knows decides; else likeness of words, unless heads of rates, groups of people or kinds of money
differ. What is not surely the same stays without an indicator: the comparison then says "another indicator", never
"below".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gongfu.catalogue import Item
from gongfu.codes import CodeLists
from gongfu.measures import STANDARD_COLUMNS, Measure, read_measures
from gongfu.synonyms import canonical
from gongfu.text import key, reading
from gongfu.thresholds import threshold
from gongfu.words import words

# a share of what was counted before it: 仲裁结案率90%，其中60日内结案的占80%
_ONE_OF_THEM = re.compile(r"的占$")
_SUM = re.compile(r"(?<!公)(共|共计|合计|总计)(为|达到?)?\d[^，。；]*$")
_AGES = re.compile(r"\d+-\d+岁|\d+岁")
_BRACKETED = re.compile(r"[（(][^）)]*[）)]")

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
    return tuple(replace(one.measure, indicator="" if _yields(one, read, nation) else one.indicator) for one in read)


@dataclass(frozen=True)
class _Reading:
    """The indicator a measure is taken for, empty for none, and whether the list of wordings knows it by its label."""

    measure: Measure
    indicator: str
    known: bool


def _of_all(one: _Reading, read: Sequence[_Reading], name: str) -> _Reading:
    """Let a number of all (总体达到92%) that names nothing itself be the quantity of those of its parts before it."""
    measure = one.measure
    if one.indicator or measure.role != "average" or measure.label not in {"", name}:
        return one
    parts = {other.indicator for other in read if other.indicator and other.measure.unit == measure.unit}
    return replace(one, indicator=next(iter(parts))) if len(parts) == 1 else one


def _read(measure: Measure, siblings: Sequence[Measure], name: str, nation: National, codes: CodeLists) -> _Reading:
    if measure.role == "parameter" or _is_one_payers_part(measure, siblings):
        return _Reading(measure, "", known=False)
    candidates = [(other_name, other) for other_name, other in nation if other.indicator and _same_kind(measure, other)]
    possible = [(other_name, other) for other_name, other in candidates if not _excluded(measure, name, other, codes)]
    known = known_indicator(measure.label, [name, *(other_name for other_name, _ in candidates)], codes)
    if known and not _contradicted(known, nation, possible):
        return _Reading(measure, known, known=True)
    label, alone = measure.label, len({other.indicator for _, other in possible}) == 1
    if alone and measure.unit == "元" and words().recipients.search(label):
        label = ""  # who gets the amount says nothing against what it is: 艺术类专业学生每生每年2200元
    alike: dict[str, float] = {}
    for _, other in possible:
        found = _likeness(replace(measure, label=label), name, other, codes)
        alike[other.indicator] = max(found, alike.get(other.indicator, 0.0))
    best, *others = sorted(((score, indicator) for indicator, score in alike.items()), reverse=True) or [(0.0, "")]
    nearest = [other for _, other in possible if other.indicator == best[1]]
    # The nation's own number cannot be below it.
    equal = measure.unit != "%" and any(_equal(measure, other) for other in nearest) and not _graded(measure, siblings)
    needed = 0.0 if equal else _needed(measure, siblings, name, possible, codes)
    # 中央广播节目 is as much like the programmes by satellite as those by analogue wireless: it is neither.
    told_apart = not others or bool(measure.scope) or best[0] - others[0][0] >= threshold("quantity-margin")
    return _Reading(measure, best[1] if best[0] >= needed and told_apart else "", known=False)


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
              and not _excluded(one, name, other, codes)]  # fmt: skip
    if len(rivals) != 1:
        return threshold("quantity")
    if other.scope:
        return 0.0  # a total of the whole area: it is told that it is not compared, never that it is below
    same_head = _one_of(measure.label, _known(other, codes).heads)
    return threshold("quantity-alone-head" if same_head else "quantity-alone")


def _graded(measure: Measure, siblings: Sequence[Measure]) -> bool:
    """Say whether a row gives some of its people less than this number: 一等2000元、二等1500元."""
    return (
        measure.unit == "元"
        and measure.role != "average"
        and any(
            one.normal_unit == measure.normal_unit
            and (one.normal_lower or 0) < (measure.normal_lower or 0)
            and one.role not in {"parameter", "average"}
            and not _is_one_payers_part(one, siblings)
            for one in siblings
        )
    )


def _equal(one: Measure, other: Measure) -> bool:
    """Say whether two measures promise the same number of the same per the same."""
    return (one.normal_unit, one.normal_lower) == (other.normal_unit, other.normal_lower)


def _yields(one: _Reading, read: Sequence[_Reading], nation: National) -> bool:
    """Say whether another number of the row is the better one for the same indicator.

    Of several the average, or that of all (总体), answers; a number for the nation's own age group comes before one for
    another; what the list of wordings knows by its label stands for all, and what is merely like it is of some of
    them: 企业劳动合同签订率90%，国有企业劳动合同签订率100%.
    """
    rivals = [other for other in read if other is not one and one.indicator and other.indicator == one.indicator]
    if not rivals:
        return False
    if one.measure.role != "average" and any(other.measure.role == "average" for other in rivals):
        return True
    if any(_is_sum(other.measure) for other in rivals) and not _is_sum(one.measure):
        return True  # 义务教育9年、高中3年，共12年
    wordings = [measure.label for _, measure in nation if measure.indicator == one.indicator]
    if _of_another_age(one.measure, wordings) and not all(_of_another_age(other.measure, wordings) for other in rivals):
        return True
    return not one.known and not _names_part(one.measure.label) and any(other.known for other in rivals)


def _is_one_payers_part(measure: Measure, siblings: Sequence[Measure]) -> bool:
    """Say whether an amount is what one treasury gives where the row has the whole: 中央70元、省10元，合计80元."""
    amounts = [one for one in siblings if one.unit == "元" and one.role != "parameter"]
    parts = [one for one in amounts if words().one_payer.search(one.label)]
    return measure in parts and len(parts) < len(amounts)


def _is_sum(measure: Measure) -> bool:
    """Say whether a number is told as the sum of those before it."""
    return _SUM.search(reading(measure.quote).text) is not None


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
    return one.unit == other.unit and bool(one.scope) == bool(other.scope)


def known_indicator(label: str, names: Iterable[str], codes: CodeLists) -> str:
    """Return the indicator whose list of wordings has this label, alone or after an item's name; else empty."""
    bare = label.replace("通过", "").replace("提供", "")  # 通过直播卫星提供广播节目 is 直播卫星广播节目
    for wording in (label, bare, *(name + label for name in names)):
        found = codes.iri("indicator", wording)
        if found:
            return found
    return ""


def named_quantities(
    items: Iterable[Item], level: str, nation: Mapping[str, Sequence[tuple[str, Measure]]], codes: CodeLists
) -> dict[str, frozenset[str]]:
    """Return for each item's key the keys of the national items whose quantities its numbers name by their wording.

    ``nation`` maps a national item's key to its measures. A quantity that several national items share names none.
    """
    owners: dict[str, set[str]] = {}
    for national_key, measures in nation.items():
        for _, measure in measures:
            owners.setdefault(measure.indicator, set()).add(national_key)
    single = {indicator: next(iter(keys)) for indicator, keys in owners.items() if indicator and len(keys) == 1}
    named: dict[str, frozenset[str]] = {}
    for item in items:
        read = [one for column in STANDARD_COLUMNS for one in read_measures(item.text(column), level, item.name)[0]]
        known = (known_indicator(one.label, [item.name], codes) for one in read)
        named[item.key] = frozenset(single[indicator] for indicator in known if indicator in single)
    return named


@dataclass(frozen=True)
class _Known:
    """What the nation calls a quantity: its label and the words of its indicator's list, alone and as one text.

    ``heads`` are the heads of rates among them, ``groups`` for each exclusive group (小学, 初中) those that they name.
    """

    wordings: tuple[str, ...]
    whole: str
    heads: frozenset[str]
    groups: tuple[frozenset[str], ...]


def _known(other: Measure, codes: CodeLists) -> _Known:
    return _known_of(other.label, other.indicator, codes)


@lru_cache(maxsize=1024)  # of the nation alone: the same for every catalogue
def _known_of(label: str, indicator: str, codes: CodeLists) -> _Known:
    concept = codes.concepts.get(indicator)
    wordings = (label, *concept.labels.values(), *concept.other_words) if concept else (label,)
    whole = "".join(wordings)
    heads = frozenset(head for wording in wordings if (head := rate_head(wording)))
    groups = tuple(frozenset(_named(group, [label, whole])) for group in words().exclusive)
    return _Known(wordings, whole, heads, groups)


def _likeness(measure: Measure, name: str, other: Measure, codes: CodeLists) -> float:
    known, label = _known(other, codes), measure.label or name
    direct = max((_shared(label, wording) for wording in known.wordings), default=0.0)
    if not _speaks_for(measure.label, name, known):
        return direct
    around = _pairs(name + measure.context)
    return max(direct, 0.9 * max((_inside(wording, around) for wording in known.wordings), default=0.0))


def _speaks_for(label: str, name: str, known: _Known) -> bool:
    """Say whether the words around a number may speak for it: its own label must not say that it is something else."""
    if rate_head(label) and not _one_of(label, known.heads):
        return False
    return label in {"", name} or label in words().groups or bool(_pairs(label) & _pairs("。".join(known.wordings)))


def _excluded(measure: Measure, name: str, other: Measure, codes: CodeLists) -> bool:
    known = _known(other, codes)
    is_rate = measure.unit in {"%", "‰"} and rate_head(measure.label) and known.heads
    if is_rate and not _one_of(measure.label, known.heads):
        return True
    if _ONE_OF_THEM.search(measure.label) or _of_others(measure.context):
        return True
    if _differ_in_group(measure, name, known):
        return True
    return measure.unit == "元" and _other_money(measure, known)


@lru_cache(maxsize=2048)  # every number is compared with each that the nation states there
def _of_others(context: str) -> bool:
    """Say whether the people last named before a number are others than the nation's: 非寄宿, 其他救助对象."""
    for group, others in words().contrasts.items():
        named = re.findall("|".join([*sorted(others, key=len, reverse=True), group]), context)
        if named and named[-1] in others:
            return True
    return False


@lru_cache(maxsize=4096)  # the same few labels stand in all catalogues
def rate_head(label: str) -> str:
    """Return the head of a rate (管理率, 覆盖率, …), the same word for all forms of one head; empty for none.

    A rate or a degree that the table does not list is its own head: 访视率, 满意度.
    """
    text = key(label)
    found = [(len(form), forms[0]) for forms in words().rate_heads for form in forms if text.endswith(form)]
    return max(found)[1] if found else text[-3:] if text.endswith(("率", "度")) else ""


def _one_of(label: str, heads: Iterable[str]) -> bool:
    """Say whether a rate may be one of these heads: the same head, or a bare one (管理率 for 健康管理率)."""
    head = rate_head(label)
    return head in heads or (_bare_head(label) and any(one.endswith(head) for one in heads))


def _differ_in_group(measure: Measure, name: str, known: _Known) -> bool:
    """Say whether the two are about different ones of an exclusive group: 小学 and 初中, 城市 and 农村."""
    for group, theirs in zip(words().exclusive, known.groups, strict=True):
        if theirs:
            said = [measure.label, _BRACKETED.sub("", measure.quote)]
            said += [_last_named(group, measure.context), canonical(name)] if group in words().carried else []
            ours = _named(group, said)
            if ours and not ours & theirs:
                return True
    return False


def _last_named(group: Sequence[str], context: str) -> str:
    found = re.findall("|".join(sorted(group, key=len, reverse=True)), context)
    return found[-1] if found else ""


def _named(group: Sequence[str], texts: Sequence[str]) -> set[str]:
    """Return which of a group the first text that names any of them names."""
    equal = words().exclusive_equal
    found = ({equal.get(word, word) for word in group if word in text} for text in texts)
    return next((names for names in found if names), set())


def _other_money(measure: Measure, known: _Known) -> bool:
    return any(noun in measure.label and noun not in known.whole for noun in words().money)


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    letters = canonical(text)
    return frozenset(map(str.__add__, letters, letters[1:]))


def _shared(one: str, other: str) -> float:
    """Return how much two wordings share (Dice), raised where one stands whole inside the other."""
    a, b = _pairs(one), _pairs(other)
    if not a or not b:
        return 0.0
    within = (
        min(len(canonical(one)), len(canonical(other))) >= 3
        and not _bare_head(one)
        and (canonical(one) in canonical(other) or canonical(other) in canonical(one))
    )
    return max(2 * len(a & b) / (len(a) + len(b)), 0.7 if within else 0.0)


def _bare_head(label: str) -> bool:
    """Say whether a label is the head of a rate and nothing more: 报销比例, 管理率."""
    return any(key(label) in forms for forms in words().rate_heads)


def _inside(wording: str, around: frozenset[str]) -> float:
    """Return how much of a wording stands somewhere in a text, given the pairs of its characters."""
    pairs = _pairs(wording)
    return len(pairs & around) / len(pairs) if pairs else 0.0


def indicator_facts(codes: CodeLists, iri: str) -> Mapping[str, str]:
    """Return kind and polarity of an indicator as the list states them; empty where it is none."""
    concept = codes.concepts.get(iri)
    return concept.facts if concept else {}
