"""What a person typed beside a catalogue and nobody can use is refused with its row, never passed over."""

from pathlib import Path

import pytest

from gongfu.check import UnusableCatalogue, check
from gongfu.sources import FaultySource, curated_correspondences

HEADER = "national,item,relation,cardinality,justification,confidence,note,exemption\n"
CATALOGUE = Path(__file__).parent / "catalogues" / "R21.covered" / "catalogue.csv"


def test_a_misspelt_relation_is_refused_with_its_row_and_the_words_allowed(tmp_path: Path) -> None:
    (tmp_path / "correspondence.csv").write_text(
        f"{HEADER}66,66,same,1:1,manual,1.0,,\n67,67,sama,1:1,manual,1.0,,\n", "utf-8"
    )
    with pytest.raises(FaultySource, match=r"correspondence\.csv:3: relation“sama”.*same.*/.*allowed:.*missing"):
        curated_correspondences(tmp_path)


def test_a_check_with_a_misspelt_relation_beside_the_catalogue_says_so(tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").write_bytes(CATALOGUE.read_bytes())
    (tmp_path / "correspondence.csv").write_text(f"{HEADER}67,67,sama,1:1,manual,1.0,,\n", "utf-8")
    with pytest.raises(UnusableCatalogue) as fault:
        check(tmp_path / "catalogue.csv", region="220000")
    assert "可以写：" in fault.value.zh
    assert "allowed: " in fault.value.en
