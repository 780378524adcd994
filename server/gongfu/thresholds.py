"""Thresholds: the numbers that decide what is compared or reported, from data/thresholds.yaml.

Place in the flow: below every stage that decides; the reasons stand beside the numbers.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from gongfu.settings import house, read_yaml


@lru_cache(maxsize=1)
def thresholds() -> Mapping[str, Decimal]:
    """Return every threshold by its name."""
    table = read_yaml(house().data / "thresholds.yaml")
    return {name: Decimal(str(one["value"])) for name, one in table.items()}


@lru_cache(maxsize=64)
def threshold(name: str) -> float:
    """Return one threshold as a number to compare likenesses with."""
    return float(thresholds()[name])
