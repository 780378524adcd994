"""The provinces' counts added up: together they do not exceed the national total either."""

import pyoxigraph as ox
import pytest

from gongfu.compare import sums
from gongfu.rules import rules
from gongfu.settings import CODES, DEFINITIONS
from gongfu.validate import validate


def counted(province: str, count: int) -> list[ox.Triple]:
    """Return one province's count of new urban jobs beside the nation's 100."""
    text = f"""@prefix bps: <{DEFINITIONS}> .
        <urn:{province}> bps:level <{CODES}level/province> ; bps:jurisdiction <{CODES}division/{province}> .
        <urn:{province}/1> a bps:TotalComparison ; bps:inEdition <urn:{province}> ; bps:period "cumulative" ;
            bps:indicator <{CODES}indicator/urban-new-employment> ; bps:nationalTotal 100.0 ;
            bps:provincialTotal {count}.0 ."""
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize(("counts", "rules_broken"), [((60, 30), []), ((60, 50), ["R19"])])
def test_provinces_together_do_not_exceed_the_nation(counts: tuple[int, int], rules_broken: list[str]) -> None:
    added = sums([counted("130000", counts[0]), counted("220000", counts[1])], "https://example.org/")
    assert [rules()[result.shape].id for result in validate(added)] == rules_broken
    assert any(
        triple.object == ox.Literal(f"{sum(counts)}", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
        for triple in added
    )


def test_one_province_is_no_sum() -> None:
    assert sums([counted("130000", 60), counted("130000", 50)], "https://example.org/") == []
