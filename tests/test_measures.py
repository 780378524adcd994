"""Numbers in wordings that no catalogue at hand has: what they promise, in which kind and unit, and in what time.

wording/measures/*.yaml hold standards with the measures that a person typed before the grammar read them. A new wording
is a new line there, a new set is a new file.
"""

import re
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from gongfu.codes import codelists
from gongfu.kinds import kind_of
from gongfu.measures import Measure, read_measures
from gongfu.settings import house
from gongfu.words import words

SETS = sorted((Path(__file__).parent / "wording" / "measures").glob("*.yaml"))
Key = tuple[str, Decimal | None, Decimal | None, str, str, str]


def cells_of(path: Path) -> list[dict[str, Any]]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    cells: list[dict[str, Any]] = loaded["cells"]
    return cells


def typed(line: str) -> Key:
    """Return the measure that a line says: at-least 98 元 每人每月, range 1…2 场 每月, about 1.5 万人."""
    how, value, unit, *per = line.split()
    low, _, high = value.partition("…")
    multiplier = re.match(r"[万亿]?", unit)
    assert multiplier
    lower = None if how in {"at-most", "less-than"} else Decimal(low)
    upper = None if how in {"at-least", "more-than"} else Decimal(high or low)
    return (how, lower, upper, multiplier[0], unit[len(multiplier[0]) :], "".join(per))


def read(measure: Measure) -> Key:
    return (measure.comparator, measure.lower, measure.upper, measure.multiplier, measure.unit, measure.per)


def bar(path: Path) -> float:
    return float(yaml.safe_load(path.read_text("utf-8"))["bar"])


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_wordings_never_seen_are_read(path: Path) -> None:
    right = found = wanted = 0
    differences = []
    for cell in cells_of(path):
        measures, unread = read_measures(cell["text"])
        told, said = Counter(map(read, measures)), Counter(map(typed, cell["measures"]))
        right, found, wanted = right + (told & said).total(), found + told.total(), wanted + said.total()
        if told != said or unread:
            differences.append(f"{cell['text']}\n  not read {dict(said - told)}\n  not typed {dict(told - said)}")
    precision, recall = right / found, right / wanted
    print(f"\n{path.stem}: precision {precision:.3f}, recall {recall:.3f} ({right} of {found} read, {wanted} typed)")
    assert min(precision, recall) >= bar(path), "\n".join(differences)


# --- normal forms, kinds, units ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "lower"),
    [
        ("补助标准每年2000元", "元/年", 2000),
        ("补助标准每人每月70元", "元/人·年", 840),
        ("补助标准每人70元", "元/人", 70),
        ("营养膳食补助每生每天4元，全年按200天计算", "元/人·年", 800),
        ("营养膳食补助每生每天4元", "元/人·天", 4),
        ("人工服务为5×8小时", "小时/周", 40),
        ("自助语音服务每天24小时", "小时/周", 168),
        ("人工服务每周5天、每天8小时", "小时/周", 40),
        ("人工服务每个工作日8小时", "小时/周", 40),
        ("每天开放8小时", "小时/天", 8),
        ("覆盖率90%", "%", 90),
    ],
)
def test_normal_forms(text: str, unit: str, lower: int) -> None:
    assert (unit, Decimal(lower)) in {(one.normal_unit, one.normal_lower) for one in read_measures(text)[0]}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("建档率达到90%", "rate"),
        ("政策范围内住院费用支付比例达到75%", "reimbursement-rate"),
        ("单位缴费比例为20%", "contribution-rate"),
        ("护理补贴标准年均增长10%", "growth-rate"),
        ("失业保险金不低于最低工资标准的90%", "benefit-amount"),
        ("生活补助每人每月70元", "benefit-amount"),
        ("人均公共卫生服务经费不低于84元", "funding-amount"),
        ("建筑面积不低于15平方米", "floor-area"),
        ("公共图书馆每周开放56小时", "opening-time"),
        ("自受理之日起20个工作日内办结", "time-limit"),
        ("参保人数达到120万人", "insured-count"),
        ("每千人口拥有执业医师2.8人", "service-count"),
        ("培训残疾人2万人", "beneficiary-count"),
        ("开工改造棚户区住房45万套", "beneficiary-count"),
        ("每年体检1次", "frequency"),
        ("提供25套电视节目", "service-count"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    (measure,) = read_measures(text)[0]
    assert kind_of(measure) == kind
    assert codelists().iri("measure-kind", kind)


def test_every_unit_of_the_grammar_is_in_the_code_list() -> None:
    grammar = (house().data / "wording" / "measures.lark").read_text("utf-8")
    terminal = re.search(r"^UNIT\.\d+:(.*(?:\n  \|.*)*)", grammar, re.MULTILINE)
    assert terminal
    printed = re.findall(r'"([^"]+)"|/([^/(]+)\(', terminal[1])
    units = {words().units.get(word, word) for pair in printed for word in pair if word}
    assert {"%", "元", "小时", "册", "支"} <= units
    assert {unit for unit in units if not codelists().iri("unit", unit)} == set()


def test_kinds_of_the_table_are_in_the_code_list() -> None:
    assert {line.kind for line in words().kinds if not codelists().iri("measure-kind", line.kind)} == set()


# --- years and fractions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("管理率2018年达到80%，2020年达到90%", [2018, 2020]),
        ("到2018年、2020年普及率分别达到75%、85%", [2018, 2020]),
        ("从2016年5月1日起每人每月70元", [None]),
        ("管理率达到80%", [None]),
    ],
)
def test_due_years(text: str, years: list[int | None]) -> None:
    assert [one.due_year for one in read_measures(text)[0]] == years


@pytest.mark.parametrize(
    ("text", "printed"),
    [("比例不少于1/3", "1/3"), ("比例达到三分之二", "三分之二"), ("比例达到百分之九十", ""), ("比例30%", "")],
)
def test_fractions_are_kept_as_printed(text: str, printed: str) -> None:
    assert [one.printed for one in read_measures(text)[0]] == [printed]


# --- cells made to keep the reader busy -------------------------------------------------------------------------------

LONG = 20_000
HOSTILE = {
    "digits": "1" * LONG,
    "opening brackets": "（" * LONG,
    "closing brackets": "）" * (LONG - 2) + "1元",
    "nested brackets": "（" * (LONG // 2 - 1) + "1元" + "）" * (LONG // 2 - 1),
    "commas": "啊，" * (LONG // 2 - 1) + "1元",
    "values": "1元，" * (LONG // 3),
    "coordinated values": "1元和" * (LONG // 3),
    "shared out": "分别" + "1%、" * (LONG // 3),
    "raised from": "由" * (LONG - 6) + "1元提高到",
    "numerals": "一二三四五六七八九十" * (LONG // 10),
    "per": "每千名啊啊啊啊啊" * (LONG // 8),
    "subjects": "率和" * (LONG // 2 - 3) + "均达到1%",
    "years": "2018年、" * (LONG // 6) + "1%",
    "least standard": "最低" * (LONG // 2 - 6) + "标准1元、2元",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_hostile_cell_is_read_in_bounded_time(name: str) -> None:
    start = time.process_time()
    read_measures(HOSTILE[name])
    assert time.process_time() - start < 20  # half a second; a square that slipped in takes minutes
