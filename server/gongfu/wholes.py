"""Wholes: one number for several that the nation tells apart (中小学寄宿生1000元 beside 小学1000元, 初中1250元).

Place in the flow: below indicators.
"""

from collections.abc import Mapping, Sequence

from gongfu.codes import CodeLists
from gongfu.measure import Measure
from gongfu.quantities import groups_of
from gongfu.words import words


def members(nation: Sequence[Measure], codes: CodeLists) -> Mapping[str, str]:
    """Return the indicators of national measures that are of one member each of a group with a word for them together.

    Each with its member (小学, 初中); none where the nation tells no two of such a group apart.
    """
    for together in dict.fromkeys(words().wholes.values()):
        found = {one.indicator: said for one in nation if len(said := groups_of(one, codes) & set(together)) == 1}
        if len(set().union(*found.values())) > 1:
            return {indicator: next(iter(said)) for indicator, said in found.items()}
    return {}


def named(measure: Measure, among: Mapping[str, str]) -> set[str]:
    """Return which of the members the words of a number name, those of a word for several (中小学) one by one."""
    text = measure.label + measure.quote
    for word, together in words().wholes.items():
        text = text.replace(word, "、".join(together))
    return {member for member in among.values() if member in text}


def without_groups(label: str) -> str:
    """Return a label without the words that say of which of a group, or of which together, it is."""
    for word, together in words().wholes.items():
        for said in (word, *together):
            label = label.replace(said, "")
    return label.strip("、和与及") if len(label) > 1 else ""
