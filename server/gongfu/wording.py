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


def _number(measure: Measure) -> str:
    unit = measure.multiplier + measure.unit
    if measure.comparator == "range":
        return f"{plain(measure.lower)}—{plain(measure.upper)}{unit}"
    value = measure.upper if measure.lower is None else measure.lower
    return f"{plain(value)}{unit}"


def plain(value: Decimal | None) -> str:
    """Return a decimal without trailing zeros or exponent; empty for None."""
    if value is None:
        return ""
    return format(value.normalize(), "f")
