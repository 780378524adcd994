"""Generated catalogues: a check finds every violation that was planted, in its cell, and no other.

A sample of tests/bench/recall.py, which does the same with hundreds.
"""

from pathlib import Path

import pytest
from bench.generate import FAULTS, Generated, catalogues, written
from bench.recall import found, wanted

from gongfu.check import NATION, national
from gongfu.codes import codelists
from gongfu.examine import Prepared
from gongfu.settings import base_iri

COUNT, SEED = 4, "sample"


@pytest.fixture(scope="module")
def nation() -> Prepared:
    return national(NATION, codelists(), base_iri())


def test_the_same_seed_gives_the_same_catalogues() -> None:
    first, again, other = (list(catalogues(3, seed)) for seed in ("1", "1", "2"))
    assert first == again
    assert first != other


def test_the_sample_has_every_kind_of_fault() -> None:
    planted = {fault.rule for one in catalogues(COUNT, SEED) for fault in one.faults}
    assert len(planted) == len(FAULTS)


def test_planted_violations_are_found_and_no_others(nation: Prepared, tmp_path: Path) -> None:
    for path, one in written(tmp_path, COUNT, SEED):
        assert found(path, one, nation) == wanted(one), one.region


def test_without_faults_nothing_is_violated(nation: Prepared, tmp_path: Path) -> None:
    path, one = next(written(tmp_path, 1, SEED, faults=0))
    assert isinstance(one, Generated)
    assert found(path, one, nation) == set()
