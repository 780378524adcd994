"""Generated catalogues: a check finds every violation that was planted, in its cell, and no other.

A sample of tests/bench/recall.py, which does the same with hundreds.
"""

from pathlib import Path
from random import Random

import pytest
from bench.editions import EARLIER_FAULTS, EDITION_FAULTS, EditionFault, earlier, placed, published, titled
from bench.faults import FAULTS
from bench.generate import Generated, catalogues, written
from bench.recall import found, wanted

COUNT, SEED, EACH = 4, "sample", len(FAULTS)  # of every kind in each
CHANCE = "an edition"
RULES = {"R02", "R05", "R08", "R10", "R13", "R21", "R27", "R31", "R33", "R34", "R36", "R38"}


def test_the_same_seed_gives_the_same_catalogues() -> None:
    first, again, other = (list(catalogues(3, seed)) for seed in ("1", "1", "2"))
    assert first == again
    assert first != other


def test_the_sample_has_every_kind_of_fault() -> None:
    planted = {fault.rule for one in catalogues(COUNT, SEED, EACH) for fault in one.faults}
    assert planted == RULES


def test_planted_violations_are_found_and_no_others(tmp_path: Path) -> None:
    for path, one in written(tmp_path, COUNT, SEED, EACH):
        assert found(path, one) == wanted(one), one.region


def test_without_faults_nothing_is_violated(tmp_path: Path) -> None:
    path, one = next(written(tmp_path, 1, SEED, faults=0))
    assert isinstance(one, Generated)
    assert found(path, one) == set()


@pytest.mark.parametrize("fault", [*EDITION_FAULTS, None], ids=lambda fault: fault.__name__ if fault else "none")
def test_what_a_published_edition_lacks_is_found(fault: EditionFault | None, tmp_path: Path) -> None:
    """On drafts of the 12th plan, which are small; in each a floor, a cell and an item are broken as well."""
    chance = Random(CHANCE)
    one = published(earlier("220000", "province", len(EARLIER_FAULTS), chance), fault, chance)
    assert {fault.rule for fault in one.faults} >= {"R02", "R11", "R21"}
    assert found(*placed(tmp_path / "one", one)) == wanted(one)


@pytest.mark.parametrize("broken", [True, False])
def test_the_number_of_items_in_a_title_row_is_held_against_the_rows(broken: bool, tmp_path: Path) -> None:
    chance = Random(CHANCE)
    one = titled(earlier("220000", "province", 0, chance), broken, chance)
    assert len(wanted(one)) == broken
    assert found(*placed(tmp_path / "one", one)) == wanted(one)
