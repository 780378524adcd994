"""Hours from one time of a day to another, and the days of a week on which they are, are those that a person counts."""

from fractions import Fraction

import pytest

from gongfu.clock import days_a_week, hours
from gongfu.cutting import chinese_number
from gongfu.measures import read_measures


def number(text: str) -> Fraction:
    return Fraction(text) if text[0].isdigit() else chinese_number(text)


@pytest.mark.parametrize(("text", "counted"), [
    ("9:00至17:00", 8), ("8:30-12:00，13:30-17:00", 7), ("下午1:30-5:00", 3.5),
    ("上午8时30分至12时、下午14时至17时30分", 7), ("20:00-次日8:00", 12), ("22:00-6:00", 8),
    ("上午9时至下午5时", 8), ("上午九点至下午五点半", 8.5), ("0:00-24:00", 24),
    ("中午12时至下午2时", 2), ("晚上7点到9点", 2), ("9-17时", 8), ("早上9点到晚上9点", 12), ("8:20-8:50", 0.5),
])  # fmt: skip
def test_hours_are_those_from_the_first_time_to_the_last(text: str, counted: float) -> None:
    assert hours(text, number) == counted


@pytest.mark.parametrize(("text", "counted"), [
    ("周一至周五", 5), ("每周二至周日", 6), ("周六、周日", 2), ("周一闭馆", 6),
    ("周一至周日", 7), ("周六至周一", 3), ("星期三至星期天", 5),
])  # fmt: skip
def test_days_are_those_from_the_first_to_the_last(text: str, counted: int) -> None:
    assert days_a_week(text) == counted


@pytest.mark.parametrize(("text", "units"), [
    ("人工服务周一至周五9:00至17:00。", {"小时/周": 40}),
    ("每周二至周日9:00—17:00开放；周一闭馆。", {"小时/周": 48}),
    ("周一至周五9:00—17:00，周六9:00—12:00。", {"小时/周": 43}),
    ("工作日9:00—17:00，周六9:00—12:00。", {"小时/周": 43}),
    ("工作日8:30—17:30，双休日9:00—17:00开放。", {"小时/周": 61}),
    ("周二至周五9:00—17:00，周六周日9:00—20:00，周一闭馆。", {"小时/周": 54}),
    ("人工服务周一至周五每天8小时，周六、周日每天6小时。", {"小时/周": 52}),
    ("夏季周一至周五9:00—17:00，冬季周一至周五9:00—16:00。", {"小时/周": 35}),  # the same days twice: nothing to add
    ("人工服务工作日9:00—17:00，图书馆周六9:00—12:00。", {"小时/周": 40, "小时/天": 3}),  # of two things
    ("自助语音服务全天24小时。", {"小时/周": 168}),
    ("24小时内办结。", {"小时": None}),
    ("每天9:00—17:00开放。", {"小时/天": 8}),
])  # fmt: skip
def test_hours_of_told_days_are_those_of_a_week(text: str, units: dict[str, int]) -> None:
    assert {one.normal_unit: one.normal_lower for one in read_measures(text)[0]} == units
