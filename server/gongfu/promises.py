"""Promises: how the rows that have a thing promise it, free of charge or not, at once or step by step.

Place in the flow: below coverage.
"""

import re
from collections.abc import Sequence

from gongfu.elements import Element, Manner, attainment_of, element_words, has_any, is_spared, states_quantity
from gongfu.places import Clause, Place, smallest
from gongfu.retained import NationalText
from gongfu.telling import Wanted
from gongfu.text import key
from gongfu.thresholds import threshold

_FIRMNESS = {"encouraged": 0, "progressive": 1, "immediate": 2}


def manner_of(
    element: Element, wanted: Wanted, likeness: Sequence[float], place: Place, nation: NationalText
) -> Manner | None:
    """Return the best promise of all clauses that have the element, ``likeness`` for each: as firm as the firmest.

    A clause that only counts (火化率达到60%) and the name of a row promise nothing in this or that manner. What
    people pay for where the most of it stands is not free.
    """
    absent, clauses = threshold("element-absent"), place.clauses
    own = dict(zip(clauses.all, clauses.found(wanted), strict=True))
    having = smallest([clause for clause, much in zip(clauses.all, likeness, strict=True)
                        if own[clause] and much >= absent])  # fmt: skip
    having = [one for one in having if not (states_quantity(one.text) or one.text in place.names)]
    if not having:
        return None
    most = max(wanted.likeness(own[one]) for one in having)
    best = [one for one in having if wanted.likeness(own[one]) == most]
    cheap = has_any(nation.clause_of(element), "cheaper") or has_any(nation.clause_of(element), "priced")
    free = not all(_is_charged(one.text, cheap) for one in best) and (
        any(_is_cheap(one, cheap) for one in having) or _is_free_in_general(element, having, place, nation)
    )
    promised = [_firmness(_before(wanted, clause.text), clause.text) for clause in having]
    return Manner(free, max(promised, key=_FIRMNESS.__getitem__))


def _firmness(before: str, clause: str) -> str:
    """Return how firmly a clause promises a thing, by the words before it and those that put off what it is to be."""
    code = attainment_of(before)
    put_off = code == "immediate" and re.search(str(element_words()["put_off"]), clause)
    return "progressive" if put_off else code


def _says_free(text: str) -> bool:
    return has_any(text, "free") or is_spared(text)


def _is_charged(clause: str, cheap: bool) -> bool:
    """Say whether a clause has people pay, whatever the name of its row promises; the nation may do with ``cheap``."""
    if _says_free(clause) or has_any(clause, "cheaper") or (cheap and has_any(clause, "priced")):
        return False
    return has_any(clause, "charged") or has_any(clause, "priced")


def _is_cheap(clause: Clause, cheap: bool) -> bool:
    """Say whether a clause spares people a charge, or its sentence has somebody else bear it."""
    return (
        _says_free(clause.text) or has_any(clause.sentence, "cheaper") or (cheap and has_any(clause.sentence, "priced"))
    )


def _is_free_in_general(element: Element, having: Sequence[Clause], place: Place, nation: NationalText) -> bool:
    """Say whether the rows are free of charge by words outside the clauses of an element.

    What the nation makes free only by the name of the item, any such word keeps. Else the words that make another thing
    free (文化和自然遗产日免费参观) do so for that thing, and for what follows them in their sentence.
    """
    if not _says_free(nation.clause_of(element)):
        return place.free
    if any(is_spared(_without_free(name)) or _names_as_free(name, element) for name in place.names):
        return True
    free = [one for one in place.clauses.all if _says_free(one.text) and one.text not in place.names]
    if "free" in place.words and not any(map(_says_free, (*place.names, *(one.text for one in free)))):
        return True  # in a column of another kind: it speaks of the whole row
    others = {key(words) for one in nation.elements if one != element for words in (one.name, one.quote)}
    return any(not any(words in key(one.text) for words in others) or any(_goes_on(one, later) for later in having)
               for one in free)  # fmt: skip


def _names_as_free(name: str, element: Element) -> bool:
    """Say whether what a name says is free (公共文化设施免费开放) is what the nation says of an element."""
    found = (name[at:] for word in element_words()["free"] if (at := name.find(word)) >= 0)
    return any(key(told) in key(words) for told in found for words in (element.name, element.quote))


def _without_free(name: str) -> str:
    for word in element_words()["free"]:
        name = name.replace(word, "")
    return name


def _goes_on(free: Clause, later: Clause) -> bool:
    """Say whether a clause stands behind another in one sentence: 免费提供指导，开展培训."""
    same = free.sentence == later.sentence and has_any(free.text, "free")
    return same and free.sentence.find(free.text) < free.sentence.find(later.text)


def _before(wanted: Wanted, text: str) -> str:
    """Return what stands in a clause before the first characters of the element."""
    starts = (at for pair, _ in wanted.finds if (at := text.find(pair)) >= 0)
    return text[: min(starts, default=0)]
