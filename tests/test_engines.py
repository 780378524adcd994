"""The fast SHACL engine and the referee give the same report, result for result, on our shapes."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from bench.generate import generated, regions

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import examine
from gongfu.settings import base_iri
from gongfu.sources import source_folders
from gongfu.validate import validate

CASES = sorted((Path(__file__).parent / "shapes").glob("*/*.ttl"))
CATALOGUES = [folder for folder in source_folders() if (folder / "catalogue.csv").is_file()]


def test_there_are_cases() -> None:
    assert len(CASES) > 20


def test_equal_on_every_case() -> None:
    """All cases are one graph: each names its nodes under its own base (tests/test_shapes.py)."""
    triples = [quad.triple for path in CASES for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    assert validate(triples, "shacl") == validate(triples, "pyshacl")


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.name)
def test_equal_on_real_catalogues(folder: Path) -> None:
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    catalogue = read_catalogue(folder / "catalogue.csv", None, codes)
    examined = examine(catalogue, nation, codes, base)
    data = [*examined.prepared.triples, *examined.related, *examined.compared]
    assert list(examined.results) == validate(data, "pyshacl")
    assert examined.results


def test_equal_on_generated_catalogues(tmp_path: Path) -> None:
    """A few rows of each, in one graph for the referee's sake: every catalogue names its nodes by its own edition."""
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    data: list[ox.Triple] = []
    for number, (region, level) in enumerate(regions(5)):
        one = generated(f"engines-{number}", region, level, faults=6, items=4)
        catalogue = read_catalogue(one.write(tmp_path / f"{region}.csv"), region, codes)
        examined = examine(catalogue, nation, codes, base)
        assert examined.results
        data += [*examined.prepared.triples, *examined.related, *examined.compared]
    assert validate(data, "shacl") == validate(data, "pyshacl")
