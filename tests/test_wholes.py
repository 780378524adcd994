"""One number for several that the nation tells apart is the quantity of each of them; what is of one of them is not."""

from decimal import Decimal
from functools import lru_cache

import pytest

from gongfu.check import NATION, national
from gongfu.codes import codelists
from gongfu.indicators import with_indicators
from gongfu.measure import Measure
from gongfu.measures import read_measures
from gongfu.settings import base_iri

BOTH = {"boarding-subsidy-primary": 1000, "boarding-subsidy-junior": 1000}


@lru_cache(maxsize=1)
def nation() -> tuple[tuple[str, Measure], ...]:
    prepared = national(NATION, codelists(), base_iri())
    item = next(one for one in prepared.catalogue.items if one.number == "3")
    return tuple((item.name, measure) for _, measure in prepared.measures[item.key])


@pytest.mark.parametrize(("text", "answers"), [
    ("中小学寄宿生每生每年1000元。", BOTH),
    ("小学、初中寄宿生均按每生每年1000元补助。", BOTH),
    ("义务教育阶段家庭经济困难寄宿生每生每年1000元。", BOTH),
    ("家庭经济困难寄宿生每生每年1000元。", BOTH),
    ("每生每年1000元。", BOTH),
    ("中小学寄宿生每生每天4元，全年按250天计算。", BOTH),
    ("小学生每生每年1000元。", {"boarding-subsidy-primary": 1000}),
    ("小学生每生每年1000元，初中生每生每年1250元。",
     {"boarding-subsidy-primary": 1000, "boarding-subsidy-junior": 1250}),
    ("中小学寄宿生每生每年1000元，其中初中每生每年1250元。",
     {"boarding-subsidy-primary": 1000, "boarding-subsidy-junior": 1250}),
    ("走读生每生每年500元。", {}),
    ("中小学生交通补助每生每年300元。", {}),
    ("高中寄宿生每生每年1500元。", {}),
    ("家庭经济困难寄宿生一档每生每年1000元，二档每生每年800元。", {}),
])  # fmt: skip
def test_a_number_answers_each_that_it_is_for(text: str, answers: dict[str, int]) -> None:
    read = with_indicators(read_measures(text)[0], "寄宿生生活补助", nation(), codelists())
    found = {one.indicator.rsplit("/", 1)[-1]: one.normal_lower for one in read if one.indicator}
    assert found == {indicator: Decimal(value) for indicator, value in answers.items()}
