"""Normal form: printed bounds in units of one, money per year where the text says over how many days or months.

Place in the flow: measure -> **normal** -> measures and sources.
"""

from dataclasses import replace
from decimal import Decimal

from gongfu.measure import Measure
from gongfu.words import words


def normalised(measure: Measure, days: Decimal | None, months: Decimal | None = None) -> Measure:
    """Add the normal form; ``days`` and ``months`` are those of a year over which the text counts, None for unsaid."""
    table = words()
    factor = Decimal(table.multipliers.get(measure.multiplier, 1))
    entity, period = table.split_per(measure.per)
    entity = "人" if entity == "生" else entity
    note, condition = "", measure.condition
    count, name = (days, "天") if period == "天" else (months, "个月") if period == "月" else (None, "")
    if measure.unit == "元" and count:
        factor *= count
        note = f"每{period}×{count}{name}"
        condition, period = f"按{count}{name}计算", "年"
    elif measure.unit == "元" and period in table.periods_a_year:
        times = table.periods_a_year[period]
        note = f"每{period}×{times}" if times != 1 else ""
        factor, period = factor * times, "年"
    unit = measure.unit + (f"/{entity}" if entity else "") + (f"·{period}" if period else "")
    return replace(
        measure, condition=condition, normal_note=note, normal_unit=unit,
        normal_lower=None if measure.lower is None else measure.lower * factor,
        normal_upper=None if measure.upper is None else measure.upper * factor,
    )  # fmt: skip
