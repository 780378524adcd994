"""Normal form: printed bounds in units of one, money per year, opening hours per week where the text allows it.

Place in the flow: measure -> **normal** -> measures and sources.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from gongfu.measure import Measure
from gongfu.words import words


def normalised(measure: Measure, counted: Mapping[str, Decimal]) -> Measure:
    """Add the normal form.

    ``counted`` says over how many 天 or 月 of a year, and on how many days of a 周, the text counts; a period that it
    does not say is absent. The unit is that of the value, / what it is per: 元/人·年, 小时/周, %.
    """
    if measure.unit == "天" and not measure.per and measure.comparator in {"at-most", "less-than"}:
        return _in_hours(measure)  # 2天内 is 48小时内; how many days something lasts says nothing of hours
    if measure.unit == "‰":
        return _in_hundredths(measure)
    entity, period = words().split_per(measure.per)
    entity = "人" if entity == "生" else entity
    times, longer, condition = _times(measure, period, counted)
    factor = Decimal(words().multipliers.get(measure.multiplier, 1)) * times
    per = "·".join(part for part in (entity, longer) if part)
    note = _note(period, times, condition) or measure.normal_note
    return replace(
        measure, condition=condition or measure.condition, normal_note=note,
        normal_unit=measure.unit + (f"/{per}" if per else ""),
        normal_lower=None if measure.lower is None else measure.lower * factor,
        normal_upper=None if measure.upper is None else measure.upper * factor,
    )  # fmt: skip


def _in_hundredths(measure: Measure) -> Measure:
    """Return a rate in thousandths with its normal form in hundredths, as the nation states its rates."""
    bounds = [None if bound is None else bound / 10 for bound in (measure.lower, measure.upper)]
    return replace(measure, normal_note="10‰为1%", normal_unit="%", normal_lower=bounds[0], normal_upper=bounds[1])


def _in_hours(measure: Measure) -> Measure:
    """Return a time limit in days with its normal form in hours."""
    hours = None if measure.upper is None else 24 * measure.upper
    return replace(measure, normal_note="1天为24小时", normal_unit="小时", normal_lower=None, normal_upper=hours)


def _times(measure: Measure, period: str, counted: Mapping[str, Decimal]) -> tuple[Decimal, str, str]:
    """Return how often the period is in a longer one, that one, and the condition under which; once in itself else."""
    if measure.unit == "元" and period in counted and period in {"天", "月"}:
        return counted[period], "年", f"按{counted[period]}{'个' if period == '月' else ''}{period}计算"
    if measure.unit == "元" and period in words().periods_a_year:
        return Decimal(words().periods_a_year[period]), "年", ""
    if measure.unit in words().added_up and period in {"学年", "学期"}:  # 每学期2部 is 每年4部, of a pupil's year
        return Decimal(words().periods_a_year[period]), "年", ""
    if measure.unit == "小时" and period == "天":
        # Round the clock leaves out no day; fewer hours a day may be those of working days only.
        days = Decimal(7) if Decimal(24) in {measure.lower, measure.upper} else counted.get("周")
        return (days, "周", "") if days else (Decimal(1), period, "")
    if measure.unit == "小时" and period == "工作日":
        return Decimal(5), "周", ""
    return Decimal(1), period, ""


def _note(period: str, times: Decimal, condition: str) -> str:
    """Return the arithmetic: 每天×200天, 每月×12; empty where nothing was converted."""
    if condition:
        return f"每{period}×{condition.removeprefix('按').removesuffix('计算')}"
    return f"每{period}×{times}" if times != 1 else ""
