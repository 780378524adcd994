"""The fast SHACL engine and the referee give the same report, result for result, on our shapes."""

from pathlib import Path

import pyoxigraph as ox
import pytest

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
