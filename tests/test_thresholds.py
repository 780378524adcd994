"""The thresholds: each has its reason in two languages, and a shape that judges by one states the same number."""

from decimal import Decimal

import pytest
import yaml
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from gongfu.settings import SHAPES, house
from gongfu.thresholds import thresholds

# Where a threshold stands in a shape: property shape and constraint.
IN_SHAPES = {
    "certain": ("U05-CorrespondenceSure-confidence", SH.minInclusive),
    "far-above": ("R17-NotFarAbove-multiple", SH.maxExclusive),
}


@pytest.mark.parametrize("name", thresholds())
def test_every_threshold_has_its_reason(name: str) -> None:
    one = yaml.safe_load((house().data / "thresholds.yaml").read_text("utf-8"))[name]
    assert set(one) == {"value", "zh", "en"}
    assert one["zh"].endswith("。")
    assert one["en"].endswith(".")


@pytest.mark.parametrize("name", IN_SHAPES)
def test_shape_states_the_same_number(name: str) -> None:
    shape, constraint = IN_SHAPES[name]
    graph = Graph()
    for file in sorted(house().shapes.glob("*.ttl")):
        graph.parse(file)
    assert Decimal(str(graph.value(URIRef(SHAPES + shape), constraint))) == thresholds()[name]
