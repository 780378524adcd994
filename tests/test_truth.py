"""The reading against the tables that people typed: measures, quantities, correspondences, for each catalogue.

The figures are printed with `pytest -s`; a fall below the bar fails and names the rows.
"""

from collections import Counter
from decimal import Decimal

import pytest

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import Prepared, pairings, prepare
from gongfu.match import match
from gongfu.measures import Measure, read_measures
from gongfu.settings import base_iri
from gongfu.sources import curated_correspondences, curated_measures, source_folder

PROVINCES = ["hebei-13fyp", "jilin-13fyp"]
BARS = {"cn-13fyp": 0.98, "hebei-13fyp": 0.98, "jilin-13fyp": 0.98, "cn-12fyp": 0.95}
Key = tuple[str, Decimal | None, Decimal | None, str, str, str]


@pytest.fixture(scope="module")
def nation() -> Prepared:
    return national(NATION, codelists(), base_iri())


def key_of(measure: Measure) -> Key:
    return (measure.comparator, measure.lower, measure.upper, measure.multiplier, measure.unit, measure.per)


@pytest.mark.parametrize("edition", BARS)
def test_measures_as_people_read_them(edition: str) -> None:
    folder = source_folder(edition)
    catalogue = read_catalogue(folder / "catalogue.csv", None, codelists())
    truth = curated_measures(folder, catalogue.items, codelists())
    assert truth
    right = found = wanted = 0
    differences: list[str] = []
    for item in catalogue.items:
        read: Counter[Key] = Counter()
        for column in ("content", "standard", "coverage"):
            measures, _ = read_measures(item.text(column), catalogue.edition.level, item.name)
            read.update(key_of(measure) for measure in measures)
        typed = Counter(key_of(measure) for _, measure in truth.get(item.key, ()))
        right, found, wanted = right + (read & typed).total(), found + read.total(), wanted + typed.total()
        differences += [f"{item.number} {item.name}: not read {entry}" for entry in typed - read]
        differences += [f"{item.number} {item.name}: read, but not typed {entry}" for entry in read - typed]
    precision, recall = right / found, right / wanted
    print(f"\n{edition}: precision {precision:.3f}, recall {recall:.3f} ({right} of {found} read, {wanted} typed)")
    assert min(precision, recall) >= BARS[edition], "\n".join(differences)


@pytest.mark.parametrize("edition", PROVINCES)
def test_rows_answer_the_national_items_that_people_say(edition: str, nation: Prepared) -> None:
    folder = source_folder(edition)
    catalogue = read_catalogue(folder / "catalogue.csv", None, codelists())
    typed = {(pair.national, pair.item) for pair in curated_correspondences(folder) or ()}
    read = {(pair.national, pair.item) for pair in match(catalogue.items, nation.catalogue.items)}
    print(f"\n{edition}: {len(read & typed)} of {len(typed)} correspondences right without curated help")
    assert read == typed


@pytest.mark.parametrize("edition", PROVINCES)
def test_unsure_matches_are_the_ones_that_deserve_it(edition: str, nation: Prepared) -> None:
    folder = source_folder(edition)
    catalogue = read_catalogue(folder / "catalogue.csv", None, codelists())
    typed = {(pair.national, pair.item): pair for pair in curated_correspondences(folder) or ()}
    unsure = [pair for pair in match(catalogue.items, nation.catalogue.items) if pair.confidence < 0.5]
    assert all(typed[pair.national, pair.item].confidence < 1 for pair in unsure)


@pytest.mark.parametrize("edition", PROVINCES)
def test_quantities_are_the_ones_that_people_say(edition: str, nation: Prepared) -> None:
    """A provincial number is taken for a national quantity exactly where a person said so, floors only."""
    folder, codes = source_folder(edition), codelists()
    catalogue = read_catalogue(folder / "catalogue.csv", None, codes)
    truth = curated_measures(folder, catalogue.items, codes)
    assert truth
    floors = {
        measure.indicator for found in nation.measures.values() for _, measure in found if measure.role == "floor"
    }
    pairs = match(catalogue.items, nation.catalogue.items)
    prepared = prepare(catalogue, codes, base_iri(), None, pairings(pairs, nation))
    differences = []
    for item in catalogue.items:
        typed = Counter(one.indicator for _, one in truth.get(item.key, ()) if one.indicator in floors)
        read = Counter(one.indicator for _, one in prepared.measures[item.key] if one.indicator in floors)
        if typed != read:
            differences.append(f"{item.number} {item.name}: typed {dict(typed - read)}, read {dict(read - typed)}")
    assert not differences, "\n".join(differences)
