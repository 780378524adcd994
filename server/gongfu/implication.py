"""Implication: what one criterion says of another: implies it, rules it out, bears on it, or has nothing to do with it.

Place in the flow: criteria -> **implication** -> containment. Values stand in each other as the code list says, ages as
intervals; a stage of life that a law defines by age (老年人) is an interval, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from gongfu.criteria import Criterion, values, wording


def aged(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Return the criteria with all that is said of age, by number or by law (老年人), as one interval."""
    found = list(criteria)
    spans = [span for one in found if (span := _span(one))]
    kept = [one for one in found if one.attribute != "age" and not (_span(one) and _is_defined(one))]
    if not spans:
        return tuple(kept)
    lower = max((one for one in spans if one.lower is not None), key=_lower_key, default=Criterion("age"))
    upper = min((one for one in spans if one.upper is not None), key=_upper_key, default=Criterion("age"))
    interval = Criterion("age", (), lower.lower, upper.upper, lower.lower_inclusive, upper.upper_inclusive)
    return (interval, *kept)


def _in_whole_years(one: Criterion) -> Criterion:
    """Return an age with its upper bound as years are counted: under 7 is up to 6."""
    if one.upper is None or one.upper_inclusive or one.upper != one.upper.to_integral_value() or one.upper < 1:
        return one
    return replace(one, upper=one.upper - 1, upper_inclusive=True)


def is_contradictory(one: Criterion) -> bool:
    """Say whether nobody can have such an age: 6—0岁."""
    return one.lower is not None and one.upper is not None and one.lower > one.upper


def _lower_key(one: Criterion) -> tuple[Decimal, bool]:
    return (one.lower or Decimal(0), not one.lower_inclusive)


def _upper_key(one: Criterion) -> tuple[Decimal, bool]:
    return (one.upper or Decimal(0), one.upper_inclusive)


def _span(one: Criterion) -> Criterion | None:
    """Return the ages that a criterion allows in whole years, None where it says nothing of age."""
    if one.attribute == "age":
        return _in_whole_years(one)
    for code in one.values:
        for above in (code, *sorted(values()[code].broader)):
            law = values()[above]
            if law.lower is not None or law.upper is not None:
                return _in_whole_years(Criterion("age", (), law.lower, law.upper, True, False))
    return None


def _is_defined(one: Criterion) -> bool:
    value = values()[one.values[0]]
    return value.lower is not None or value.upper is not None


def contains(wide: Criterion, narrow: Criterion) -> bool:
    """Say whether whoever meets the narrow criterion meets the wide one."""
    if wide.values:
        return bool(narrow.values) and all(values()[code].broader & set(wide.values) for code in narrow.values)
    own, span = _span(wide) or wide, _span(narrow)
    return span is not None and _reaches_down(own, span) and _reaches_up(own, span)


def _reaches_down(wide: Criterion, narrow: Criterion) -> bool:
    if wide.lower is None:
        return True
    if narrow.lower is None:
        return wide.lower == 0 and wide.lower_inclusive
    return _lower_key(wide) <= _lower_key(narrow)


def _reaches_up(wide: Criterion, narrow: Criterion) -> bool:
    return wide.upper is None or (narrow.upper is not None and _upper_key(narrow) <= _upper_key(wide))


def excludes(one: Criterion, other: Criterion) -> bool:
    """Say whether nobody can meet both criteria."""
    if one.values and other.values:
        return all(are_disjoint(a, b) for a in one.values for b in other.values)
    spans = [_span(one), _span(other)]
    return bool(spans[0] and spans[1]) and _do_not_meet(*(span for span in spans if span))


def _do_not_meet(one: Criterion, other: Criterion) -> bool:
    for low, high in ((one, other), (other, one)):
        if low.lower is not None and high.upper is not None:
            touching = low.lower_inclusive and high.upper_inclusive
            if low.lower > high.upper or (low.lower == high.upper and not touching):
                return True
    return False


def are_disjoint(one: str, other: str) -> bool:
    """Say whether the code list says that nobody has both values."""
    sides = values()[one].broader, values()[other].broader
    return any(values()[code].disjoint & second for first, second in (sides, sides[::-1]) for code in first)


def is_unstated(one: Criterion) -> bool:
    """Say whether the texts do not tell what a criterion asks (符合条件)."""
    return any(values()[code].unstated for code in one.values)


def is_limit(one: Criterion) -> bool:
    """Say whether a criterion limits a group to a place or to those registered there."""
    listed = wording()["limits"]
    return one.attribute in listed["attributes"] or any(code in listed["values"] for code in one.values)


def bears_on(one: Criterion, wanted: Criterion) -> bool:
    """Say whether one criterion may bear on another one: the same topic, or values that are said to be related."""
    topics = {topic(one), topic(wanted)}
    if len(topics) == 1 or topics in [set(pair) for pair in wording()["related_topics"]]:
        return True
    return are_related(one, wanted)


def are_related(one: Criterion, wanted: Criterion) -> bool:
    """Say whether the code list relates a value of the one to a value of the other, or to what contains them."""
    related = {code for value in wanted.values for above in values()[value].broader for code in values()[above].related}
    others = {code for value in one.values for code in values()[value].broader}
    return bool(related & others) or any(
        values()[above].related & set(wanted.values) for code in one.values for above in values()[code].broader
    )


def topic(one: Criterion) -> str:
    """Return what a criterion is about; a stage of life is about age."""
    return "age" if one.attribute == "life-stage" else one.attribute


def apart_in_years(alike: Sequence[Criterion], wanted: Criterion) -> bool:
    """Two ages are always comparable; an age and a stage of life that no law defines are not."""
    return not wanted.values and all(not one.values for one in alike)
