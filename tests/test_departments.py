"""What kind of body a unit is, is told by the code list alone; what no list names is kept and marked."""

import pytest

from gongfu.codes import codelists
from gongfu.departments import Role, has_other_work, read_departments
from gongfu.graph import role_triples
from gongfu.settings import DEFAULT_BASE, DEFINITIONS

KINDS = codelists().scheme("department-kind")
NAMED = {
    "某市机构编制委员会办公室": "party-organ",
    "某省归国华侨联合会": "unknown",
    "某省侨联": "people-organisation",
    "某省团县委": "people-organisation",
    "人民银行营业管理部": "branch-bank",
    "某市教育和体育部门": "department",
    "某县人民政府": "government",
}


@pytest.mark.parametrize("name", NAMED)
def test_the_longest_ending_tells_the_kind(name: str) -> None:
    (role,) = read_departments(name, "110000", codelists())
    assert (role.name, role.kind) == (name, NAMED[name])


def test_every_ending_of_the_list_is_used() -> None:
    endings = {ending: kind.code for kind in KINDS for ending in kind.endings}
    read = {ending: read_departments(f"某某{ending}", "110000", codelists())[0].kind for ending in endings}
    assert read == endings
    assert len(endings) > 50


def test_no_counterpart_of_a_merged_bureau_is_lost() -> None:
    units = tuple(concept.iri for concept in codelists().scheme("department"))[:19]
    role = Role("某县社会事业局", 1, "department", None, units, "")
    lines = role_triples("130000-x", "130000", {"1": [role]}, codelists(), DEFAULT_BASE).lines().decode().splitlines()
    assert {line.split()[2].strip("<>") for line in lines if f"<{DEFINITIONS}counterpartOf>" in line} == set(units)


@pytest.mark.parametrize(
    ("name", "known"), [("市水利局", True), ("某某市交通运输局", True), ("某县林业和草原局", True), ("市怪局", False)]
)
def test_a_unit_whose_work_is_not_the_nations_is_known(name: str, known: bool) -> None:
    (role,) = read_departments(name, "110000", codelists())
    assert role.counterparts == ()
    assert has_other_work(name, codelists()) is known
