"""Indicator pairs: which indicator of a plan's table is one of the nation's, and which is only like one.

Place in the flow: plan -> **indicator pairs** -> map. A name that the indicator list knows decides; else the likeness
of the words, which never makes two the same but asks a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gongfu.catalogue import Observation
from gongfu.codes import CodeLists
from gongfu.synonyms import canonical
from gongfu.text import key
from gongfu.thresholds import threshold

_SHOWN = ("target", "cumulative", "baseline", "interim")


@dataclass(frozen=True)
class IndicatorPair:
    """A national indicator and the plan's, each by the observation that shows it; None where the plan has none like it.

    ``same`` says that both are one indicator, ``renamed`` that its name is not the nation's.
    """

    national: Observation
    ours: Observation | None = None
    same: bool = False
    renamed: bool = False
    likeness: float = 0.0


def indicator_pairs(
    ours: Sequence[Observation], theirs: Sequence[Observation], codes: CodeLists
) -> list[IndicatorPair]:
    """Return a pair for each national indicator in order; [] where the plan has no indicator table."""
    if not ours:
        return []
    own, national = _shown(ours), _shown(theirs)
    known = {one.indicator: one for one in own if one.indicator}
    pairs = {one.label: IndicatorPair(one, known[one.indicator], True, _renamed(one, known[one.indicator]), 1.0)
             for one in national if one.indicator in known}  # fmt: skip
    taken = {pair.ours.label for pair in pairs.values() if pair.ours}
    left = [one for one in own if one.label not in taken]
    unpaired = [one for one in national if one.label not in pairs]
    scored = sorted(((_likeness(one, other, codes), one, other) for one in unpaired for other in left),
                    key=lambda each: -each[0])  # fmt: skip
    for likeness, one, other in scored:
        if likeness >= threshold("indicator-likeness") and one.label not in pairs and other.label not in taken:
            pairs[one.label] = IndicatorPair(one, other, False, True, likeness)
            taken.add(other.label)
    return [pairs.get(one.label, IndicatorPair(one)) for one in national]


def _shown(observations: Sequence[Observation]) -> list[Observation]:
    """Return one observation an indicator, in order of the table: the target where it has one, else what there is."""
    best: dict[str, Observation] = {}
    for one in observations:
        before = best.get(one.label)
        if before is None or _rank(one) < _rank(before):
            best[one.label] = one
    return list(best.values())


def _rank(one: Observation) -> tuple[bool, int]:
    return one.value is None, _SHOWN.index(one.kind)


def _renamed(one: Observation, other: Observation) -> bool:
    return _bare(one.label) != _bare(other.label)


def _bare(label: str) -> str:
    return key(label).replace("的", "")


def _likeness(national: Observation, other: Observation, codes: CodeLists) -> float:
    concept = codes.concepts.get(national.indicator)
    wordings = [national.label, *(concept.other_words if concept else ())]
    return max(_shared(_bare(wording), _bare(other.label)) for wording in wordings)


def _shared(one: str, other: str) -> float:
    """Return how many pairs of characters two names share (Dice); a name inside the other counts as much alike."""
    one, other = canonical(one), canonical(other)
    a, b = ({text[index : index + 2] for index in range(len(text) - 1)} for text in (one, other))
    within = min(len(one), len(other)) >= 4 and (one in other or other in one)
    return max(2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0, 0.7 if within else 0.0)
