"""Recipients: does a clause give a thing to fewer people than the nation does, by their ages or grades of disability?

Place in the flow: below coverage. Only what both clauses say in numbers is compared: 0—3岁 beside 0—6岁, 一级 beside
一级、二级. Whom the target cell names is compared by itself (gongfu.relation).
"""

from collections.abc import Sequence
from functools import lru_cache

from gongfu.criteria import Criterion, tokens
from gongfu.elements import CLAUSE_ENDS, Element, stretch_around
from gongfu.implication import contains
from gongfu.text import reading

_GRADES = "disability-grade-"


def gives_to_fewer(element: Element, clauses: Sequence[str]) -> bool:
    """Say whether the clauses that have a national element name a part only of the ages or grades that the nation
    names with it."""
    at = element.sentence.find(element.quote)
    theirs = stretch_around(element.sentence, at, at + len(element.quote), CLAUSE_ENDS) if at >= 0 else element.sentence
    wide = _counted(theirs)
    named = tuple(one for clause in clauses for one in _counted(clause)) if wide else ()
    return any(_is_cut(one, named) for one in wide)


def _is_cut(wide: Criterion, named: tuple[Criterion, ...]) -> bool:
    """Say whether all that is named of a kind lies within one criterion and none of it is the whole."""
    same = [one for one in named if one.attribute == wide.attribute]
    return bool(same) and all(contains(wide, one) and not contains(one, wide) for one in same)


@lru_cache(maxsize=4096)  # the nation's clauses are asked for with every catalogue
def _counted(clause: str) -> tuple[Criterion, ...]:
    """Return what a clause says of ages and grades of disability."""
    found = (one for token in tokens(reading(clause).text) if token.kind != "not" for one in token.criteria)
    return tuple(one for one in found if one.attribute == "age" or (one.values and one.values[0].startswith(_GRADES)))
