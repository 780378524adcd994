"""Indicators: is a number of the catalogue the same quantity as one of the nation's?

Place in the flow: match -> **indicators** -> map. Only measures of rows that answer each other are compared. A wording
that the indicator list knows decides; else likeness of words, unless heads of rates, groups of people or kinds of money
differ. What is not surely the same stays without an indicator: the comparison then says "another indicator", never
"below".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gongfu.codes import CodeLists
from gongfu.measures import Measure
from gongfu.synonyms import canonical
from gongfu.text import key
from gongfu.words import words

# Likeness of wording from which two quantities in corresponding rows are taken for one; see tests/wording for the cases.
ALIKE = 0.5
# Where each side has one number of the unit, less is enough: nothing else could be meant.
ALIKE_ALONE = 0.25


def with_indicators(
    measures: Sequence[Measure], name: str, nation: Sequence[tuple[str, Measure]], codes: CodeLists
) -> tuple[Measure, ...]:
    """Return the measures of one item, each with the indicator of the national measure that is the same quantity.

    ``name`` is the item's name; ``nation`` holds (name of the national item, measure) of the items it answers to.
    """
    return tuple(_with_indicator(measure, measures, name, nation, codes) for measure in measures)


def _with_indicator(
    measure: Measure, siblings: Sequence[Measure], name: str, nation: Sequence[tuple[str, Measure]], codes: CodeLists
) -> Measure:
    if measure.role == "parameter":
        return measure
    candidates = [(other_name, other) for other_name, other in nation if other.indicator and _same_kind(measure, other)]
    known = known_indicator(measure.label, [name, *(other_name for other_name, _ in candidates)], codes)
    if known:
        return replace(measure, indicator=known)
    alone = len({other.indicator for _, other in candidates}) == 1 and _alone(measure, siblings)
    best = max(((_likeness(measure, name, other, codes), other.indicator) for _, other in candidates), default=(0.0, ""))
    accepted = best[0] >= (ALIKE_ALONE if alone else ALIKE)
    return replace(measure, indicator=best[1] if accepted else "")


def _alone(measure: Measure, siblings: Sequence[Measure]) -> bool:
    return sum(1 for other in siblings if _same_kind(measure, other) and other.role != "parameter") == 1


def _same_kind(one: Measure, other: Measure) -> bool:
    """Say whether two numbers could be of one quantity: same unit, and no total against a person's share."""
    return one.unit == other.unit and bool(one.scope) == bool(other.scope)


def known_indicator(label: str, names: Iterable[str], codes: CodeLists) -> str:
    """Return the indicator whose list of wordings has this label, alone or after an item's name; else empty."""
    for wording in (label, *(name + label for name in names)):
        found = codes.iri("indicator", wording)
        if found:
            return found
    return ""


def _likeness(measure: Measure, name: str, other: Measure, codes: CodeLists) -> float:
    concept = codes.concepts.get(other.indicator)
    wordings = [other.label, *(concept.labels.values() if concept else ()), *(concept.other_words if concept else ())]
    if _excluded(measure, name, other, wordings):
        return 0.0
    label = measure.label or name
    direct = max((_shared(label, wording) for wording in wordings), default=0.0)
    around = max((_inside(wording, name + measure.context) for wording in wordings), default=0.0)
    return max(direct, 0.9 * around if _compatible_words(measure.label, wordings) else 0.0)


def _excluded(measure: Measure, name: str, other: Measure, wordings: Sequence[str]) -> bool:
    heads = {head for wording in wordings if (head := rate_head(wording))}
    own_head = rate_head(measure.label)
    if measure.unit in {"%", "‰"} and own_head and heads and own_head not in heads:
        return True
    said = measure.label + measure.quote
    if any(f"非{word}" in measure.context for word in ("寄宿", "在册", "重点救助")):
        return True
    told = other.label + other.quote
    return _differ_in_group(said, told, name) or (measure.unit == "元" and _other_money(measure, name, wordings))


def rate_head(label: str) -> str:
    """Return the head of a rate (管理率, 覆盖率, …), the same word for all forms of one head; empty for none."""
    text = key(label)
    found = [(len(form), forms[0]) for forms in words().rate_heads for form in forms if text.endswith(form)]
    return max(found)[1] if found else ""


def _differ_in_group(said: str, told: str, name: str) -> bool:
    for group in words().exclusive:
        ours = {words().exclusive_equal.get(word, word) for word in group if word in said}
        theirs = {words().exclusive_equal.get(word, word) for word in group if word in told}
        if ours and theirs and not ours & theirs:
            return True
    return False


def _other_money(measure: Measure, name: str, wordings: Sequence[str]) -> bool:
    known = "".join(wordings)
    return any(noun in measure.label and noun not in known for noun in words().money)


def _compatible_words(label: str, wordings: Sequence[str]) -> bool:
    """The words around a number may speak for it only where its own label does not name a rate of another kind."""
    head = rate_head(label)
    return not head or head in {rate_head(wording) for wording in wordings}


def _pairs(text: str) -> set[str]:
    letters = canonical(text)
    return {letters[index : index + 2] for index in range(len(letters) - 1)}


def _shared(one: str, other: str) -> float:
    """Return how much two wordings share (Dice), raised where one stands whole inside the other."""
    a, b = _pairs(one), _pairs(other)
    if not a or not b:
        return 0.0
    within = min(len(canonical(one)), len(canonical(other))) >= 3 and (
        canonical(one) in canonical(other) or canonical(other) in canonical(one)
    )
    return max(2 * len(a & b) / (len(a) + len(b)), 0.7 if within else 0.0)


def _inside(wording: str, text: str) -> float:
    """Return how much of a wording stands somewhere in a text."""
    a = _pairs(wording)
    return len(a & _pairs(text)) / len(a) if a else 0.0


def indicator_facts(codes: CodeLists, iri: str) -> Mapping[str, str]:
    """Return kind and polarity of an indicator as the list states them; empty where it is none."""
    concept = codes.concepts.get(iri)
    return concept.facts if concept else {}
