"""Wording: how a measure is said in a sentence for people.

Place in the flow: below findings and report.
"""

from decimal import Decimal

from gongfu.measures import Measure

_ZH = {
    "at-least": "{}以上",
    "more-than": "超过{}",
    "at-most": "不超过{}",
    "less-than": "低于{}",
    "about": "{}左右",
    "exactly": "{}",
}
_SIDES = {
    "theirsZh": "，国家写“{}”", "oursZh": "，本清单写“{}”",
    "theirsEn": "; the nation has “{}”", "oursEn": "; this catalogue has “{}”",
}  # fmt: skip
_INNER = str.maketrans("“”", "‘’")
_LONG = 160
_EN = {"at-least": "at least {}", "more-than": "more than {}", "at-most": "at most {}", "less-than": "less than {}",
       "about": "about {}", "exactly": "{}"}  # fmt: skip


def printed_value(measure: Measure, language: str) -> str:
    """Return a measure's value with unit and per-what: 每人每月70元以上, 180万人, 1—2场."""
    number = _number(measure)
    if measure.comparator == "range":
        return f"{measure.per}{number}"
    if measure.unit == "%" and measure.lower == 100 and measure.comparator == "at-least":
        return f"{number}"  # nothing is above all of them
    pattern = (_ZH if language == "zh" else _EN)[measure.comparator]
    return (
        pattern.format(f"{measure.per}{number}")
        if language == "zh"
        else f"{pattern.format(number)} {measure.per}".strip()
    )


def in_words(figure: str, language: str) -> str:
    """Return a figure of a table as a sentence has it: ≥86% is 86%以上."""
    how = {"≥": "at-least", "≤": "at-most"}.get(figure[:1])
    return (_ZH if language == "zh" else _EN)[how].format(figure[1:]) if how else figure


def _number(measure: Measure) -> str:
    unit = measure.multiplier + measure.unit
    if measure.printed:
        return measure.printed
    if measure.comparator == "range":
        return f"{plain(measure.lower)}—{plain(measure.upper)}{unit}"
    value = measure.upper if measure.lower is None else measure.lower
    return f"{plain(value)}{unit}"


def conversion(measure: Measure, other: Measure | None, language: str) -> str:
    """Return how a value was brought to the unit it is compared in: （每天×200天，合600元/人·年）.

    Empty where nothing was converted, or where both sides are printed per the same and a reader sees which is higher.
    """
    added_up = "＋" in measure.normal_note
    if (
        other is None
        or not measure.normal_note
        or ((measure.per, measure.unit) == (other.per, other.unit) and not added_up)
    ):
        return ""
    bounds = (measure.normal_lower, measure.normal_upper)
    amount = "—".join(dict.fromkeys(plain(bound) for bound in bounds if bound is not None))
    if language == "zh":
        return f"（{measure.normal_note}，合{amount}{measure.normal_unit}）"
    return f" ({measure.normal_note}: {amount} {measure.normal_unit})"


def sides(theirs: str, ours: str, language: str) -> dict[str, str]:
    """Return the words of the nation and of the catalogue as parts of a sentence, empty where a side has none."""
    said = {"theirs": theirs, "ours": ours}
    own = language.capitalize()
    silent = {f"{side}{tongue}": "" for side in said for tongue in ("Zh", "En")}
    return silent | {side + own: _SIDES[side + own].format(_shortened(words)) for side, words in said.items() if words}


def _shortened(words: str) -> str:
    words = words.translate(_INNER)
    return words if len(words) <= _LONG else words[:_LONG] + "……"


def plain(value: Decimal | None) -> str:
    """Return a decimal without trailing zeros or exponent; empty for None."""
    if value is None:
        return ""
    return format(value.normalize(), "f")
