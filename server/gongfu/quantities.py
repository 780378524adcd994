"""Quantities: may a number be a national quantity, by its words alone, and how like it is.

Place in the flow: below indicators, which decides among the numbers of a row. ``name`` is that of the item that a
number stands in, ``other`` a national measure. Heads of rates, groups of people and kinds of money that differ exclude,
whatever else is alike.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gongfu.codes import CodeLists
from gongfu.measure import Measure
from gongfu.synonyms import canonical
from gongfu.text import key
from gongfu.words import words

# a share of what was counted before it: 仲裁结案率90%，其中60日内结案的占80%
_ONE_OF_THEM = re.compile(r"的占$")
_AND = re.compile("[、和及与或]")
_KIND_OF_MONEY = re.compile("(金|费|补助|补贴|津贴|奖励)(平均|资助|发放|最低)*(标准)?$")
_BRACKETED = re.compile(r"[（(][^）)]*[）)]")


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


def groups_of(other: Measure, codes: CodeLists) -> frozenset[str]:
    """Return the words of which a quantity is about one only (小学, 初中) that the nation says of this one."""
    return frozenset[str]().union(*_known(other, codes).groups)


def same_head(measure: Measure, other: Measure, codes: CodeLists) -> bool:
    """Say whether a number may be a rate with one of the heads of a national quantity (管理率, 覆盖率)."""
    return _one_of(measure.label, _known(other, codes).heads)


def alike(measure: Measure, name: str, other: Measure, codes: CodeLists) -> float:
    """Return how much the words of a number, or those around it, are those of a national quantity: 0 to 1."""
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


def excluded(measure: Measure, name: str, other: Measure, codes: CodeLists) -> bool:
    """Say whether a number cannot be a national quantity, for its head, its people or its money are others."""
    known = _known(other, codes)
    is_rate = measure.unit in {"%", "‰"} and rate_head(measure.label) and known.heads
    if is_rate and not _one_of(measure.label, known.heads):
        return True
    if _ONE_OF_THEM.search(measure.label) or is_of_others(measure.context):
        return True
    if _differ_in_group(measure, name, known):
        return True
    return measure.unit == "元" and _other_money(measure, known)


@lru_cache(maxsize=2048)  # every number is compared with each that the nation states there
def is_of_others(context: str) -> bool:
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
    """Say whether an amount is of another kind of money alone: 奖学金 beside the nation's 助学金, not 奖、助学金."""
    kinds = [part for part in _AND.split(measure.label) if _KIND_OF_MONEY.search(part)] or [measure.label]
    return all(any(noun in part and noun not in known.whole for noun in words().money) for part in kinds)


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
