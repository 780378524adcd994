"""Binding: how a value binds (comparator, attainment, role) and over what it counts (per-what, scope).

Place in the flow: sentence -> **binding** -> measures. What the words mean stands in data/wording/words.yaml.
"""

from dataclasses import replace
from decimal import Decimal

from gongfu.cutting import Piece, Value
from gongfu.measure import Measure
from gongfu.sentence import Sentence, words_of
from gongfu.words import words

# Of these units a number may be the total of a whole area.
_TOTALS = frozenset({"人", "户", "套", "人次", "元", "例次", "户次", "件次", "个"})


def comparator(segment: list[Piece], value: Value) -> str:
    """Return how a value binds by the words before and behind it."""
    table = words()
    if value.lower != value.upper:
        return "range"
    after = table.after(value.after)
    if after:
        return after
    before = [piece.text for piece in segment if piece.kind == "COMPARE" and table.comparator(piece.text)]
    binding = [word for word in before if word not in table.reaching] or before
    return table.comparator(binding[-1]) if binding else "exactly"


def shares_words(segment: list[Piece], value: Value, before: Measure | None) -> bool:
    """Say whether a value shares the binding words of the one before it."""
    return _continues(segment, value, before) or joined(segment, value, before)


def _continues(segment: list[Piece], value: Value, before: Measure | None) -> bool:
    """Say whether an amount shares the binding words of the one before: 不低于500元，初中700元."""
    if before is None or value.unit != "元" or before.unit != "元" or before.comparator == "range":
        return False
    own = words_of(segment)
    return not any(piece.kind in {"COMPARE", "PER"} for piece in segment) and not own.endswith(words().amount_nouns)


def joined(segment: list[Piece], value: Value, before: Measure | None) -> bool:
    """Say whether a value is coordinated with the one before it: 不少于17套广播节目和25套电视节目."""
    table = words()
    between = "".join(piece.text for piece in segment)
    if before is None or before.comparator == "range" or before.unit != table.units.get(value.unit, value.unit):
        return False
    return table.joined.match(between) is not None


def bound(measure: Measure, how: str) -> Measure:
    """Return a measure of one number that binds as the comparator ``how`` says."""
    lower = None if how in {"at-most", "less-than"} else measure.lower
    upper = None if how in {"at-least", "more-than"} else measure.upper
    return replace(measure, comparator=how, lower=lower, upper=upper)


def bounds(how: str, value: Value) -> tuple[Decimal | None, Decimal | None]:
    """Return lower and upper bound of a value that binds as the comparator ``how`` says."""
    if how in {"at-least", "more-than"}:
        return value.lower, None
    if how in {"at-most", "less-than"}:
        return None, value.upper
    return value.lower, value.upper


# --- over what it counts ---------------------------------------------------------------------------------------------


def per_what(sentence: Sentence, index: int, segment: list[Piece], before: Measure | None) -> str:
    """Return the canonical per-what: from the value's own words, else from the words before it in the sentence."""
    table, value = words(), sentence.value(index)
    if value.times:
        return "每周"
    if value.fraction or value.unit in {"%", "‰", "倍"}:
        grows = table.growing.search(words_of(segment)) is not None
        return table.per(_pers(segment)) if grows else ""
    own = [*_pers(segment), value.per]
    if index + 1 < len(sentence.pieces) and sentence.pieces[index + 1].kind == "PER" and not any(own):
        own.append(sentence.pieces[index + 1].text)
    counts_people = table.units.get(value.unit) == "人" and not value.multiplier
    if not any(own) and counts_people and _of_household(sentence, index, segment):
        return "每户"
    earlier = [text for words in sentence.earlier_segments(index) for text in _pers(words)]
    if not any(own) and before is not None and joined(segment, value, before):
        return before.per
    if not any(own) and value.unit in {"元", "小时"}:
        own = earlier if value.unit == "元" else []
        if not own and before is not None and before.unit == value.unit:
            return before.per
    return _completed(table.per([text for text in own if text]), table.per(earlier) if earlier else "", value, before)


def _pers(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.kind == "PER"]


def _of_household(sentence: Sentence, index: int, segment: list[Piece]) -> bool:
    """Say whether a headcount is one household's: 零就业家庭至少一人就业."""
    table = words()
    further = table.household_before.search(sentence.before(index)) and table.household_after.match(
        sentence.after(index)
    )
    return bool(table.household.search(words_of(segment)) or further)


def _completed(per: str, earlier: str, value: Value, before: Measure | None) -> str:
    """Add whom an amount is for where what stands before it says so: 生均…小学700元/年，初中900元/年."""
    table = words()
    entity, period = table.split_per(per)
    if value.unit != "元" or entity or not period:
        return per
    candidates = [earlier] + ([before.per] if before is not None and before.unit == "元" else [])
    for other, time in map(table.split_per, candidates):
        if other and time in {"", period}:
            return f"每{other}{per}"
    return per


# --- how it is meant -------------------------------------------------------------------------------------------------


def attainment(pieces: list[Piece]) -> str:
    """Return whether a value is to be reached at once, step by step, or kept."""
    table = words()
    found = [table.attainment[piece.text] for piece in pieces if piece.text in table.attainment]
    return "progressive" if "progressive" in found else found[-1] if found else "immediate"


def scope(measure: Measure, pieces: list[Piece], level: str) -> str:
    """Say whether a count is a total of the whole area: 全国约1亿人, 管理高血压患者180万人."""
    texts = {piece.text for piece in pieces}
    if measure.per or measure.unit not in _TOTALS:
        return ""
    words_of_total = any(word in measure.label for word in words().total_words)
    if "全国" in texts:
        return "national-total"
    if measure.multiplier or words_of_total:
        return "national-total" if level == "national" else "provincial-total"
    return ""


def role(measure: Measure, pieces: list[Piece], counted_in: str) -> str:
    """Return the binding role; ``counted_in`` is the scope of a total, empty for none."""
    texts = {piece.text for piece in pieces}
    for name in ("parameter", "average"):
        if texts & words().roles[name]:
            return name
    if counted_in:
        return "aggregate-total"
    return "ceiling" if measure.comparator in {"at-most", "less-than"} else "floor"
