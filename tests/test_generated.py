"""Generated catalogues: a check finds every violation that was planted, in its cell, and no other.

A sample of tests/bench/recall.py, which does the same with hundreds.
"""

from pathlib import Path

import pytest
from bench.faults import FAULTS
from bench.generate import Generated, catalogues, written
from bench.recall import found, wanted

from gongfu.check import NATION, national
from gongfu.codes import codelists
from gongfu.examine import Prepared
from gongfu.settings import base_iri

COUNT, SEED, EACH = 4, "sample", len(FAULTS)  # of every kind in each
RULES = {"R02", "R05", "R08", "R10", "R13", "R21", "R27", "R31", "R33", "R34", "R36", "R38"}


@pytest.fixture(scope="module")
def nation() -> Prepared:
    return national(NATION, codelists(), base_iri())


def test_the_same_seed_gives_the_same_catalogues() -> None:
    first, again, other = (list(catalogues(3, seed)) for seed in ("1", "1", "2"))
    assert first == again
    assert first != other


def test_the_sample_has_every_kind_of_fault() -> None:
    planted = {fault.rule for one in catalogues(COUNT, SEED, EACH) for fault in one.faults}
    assert planted == RULES


def test_planted_violations_are_found_and_no_others(nation: Prepared, tmp_path: Path) -> None:
    for path, one in written(tmp_path, COUNT, SEED, EACH):
        assert found(path, one, nation) == wanted(one), one.region


def test_without_faults_nothing_is_violated(nation: Prepared, tmp_path: Path) -> None:
    path, one = next(written(tmp_path, 1, SEED, faults=0))
    assert isinstance(one, Generated)
    assert found(path, one, nation) == set()
