"""Kinds: which kind of quantity a measure is (rate, benefit amount, opening time, …).

Place in the flow: measures -> **kinds** -> map. The table stands in data/wording/words.yaml; an indicator that states
its kind goes before it.
"""

from gongfu.measure import Measure
from gongfu.words import Kind, words


def kind_of(measure: Measure) -> str:
    """Return the code of the kind of measure: that of the first line of the table that fits."""
    return next(line.kind for line in words().kinds if _fits(line, measure))


def _fits(line: Kind, measure: Measure) -> bool:
    _, period = words().split_per(measure.per)
    return (
        (not line.units or measure.unit in line.units)
        and (line.words is None or line.words.search(measure.label) is not None)
        and (bool(period) or not line.period)
        and (bool(measure.scope) or not line.total)
    )
