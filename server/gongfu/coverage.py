"""Coverage: does each thing that the nation provides stand in the rows that answer the item?

Place in the flow: match -> **coverage** -> map. Statistics of characters decide, no model: a thing is found where the
characters that tell it apart stand in one clause of the row, in any order. A character counts by how rare its pair is
in the national catalogue; it tells little where it is a weak word, where the item's own name or target group says it,
and where a neighbour in the same list has it too (集体合同示范文本 is not found by 劳动合同示范文本).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import log

from gongfu.catalogue import Item
from gongfu.elements import (
    CLAUSE_ENDS,
    COLUMNS,
    SENTENCE_ENDS,
    Element,
    Manner,
    attainment_of,
    describes,
    element_words,
    has_any,
    is_spared,
    states_quantity,
)
from gongfu.match import Correspondence
from gongfu.settings import house, read_yaml
from gongfu.text import key
from gongfu.thresholds import threshold

_WEAK, _SHARED, _CONTEXT = 0.3, 0.1, 0.1
_FIRMNESS = {"encouraged": 0, "progressive": 1, "immediate": 2}


@dataclass(frozen=True)
class Coverage:
    """Whether the ``order``-th element of a national item stands in the catalogue.

    ``presence`` is present, absent, unclear, or undescribed where the rows state no more than quantities; ``likeness``
    is between 0 and 1; ``item``, ``quote`` and ``manner`` are of the place where the most of it stands, None and empty
    where it is nowhere, or where the place only counts it.
    """

    national: str
    order: int
    presence: str
    likeness: float
    item: str | None = None
    quote: str = ""
    manner: Manner | None = None


def covered(
    pairs: Iterable[Correspondence], items: Sequence[Item], nation: Sequence[Item],
    elements: Mapping[str, Sequence[Element]],
) -> tuple[Coverage, ...]:  # fmt: skip
    """Return for each element of every national item that has a counterpart whether the rows that answer it have it."""
    ours, theirs = {item.key: item for item in items}, {item.key: item for item in nation}
    rows: dict[str, list[Item]] = {}
    for pair in pairs:
        if pair.item in ours and pair.national in theirs and elements.get(pair.national or ""):
            rows.setdefault(pair.national or "", []).append(ours[pair.item or ""])
    rarity = _rarity(tuple(item.name + item.text("target") + item.standard for item in nation))
    return tuple(_silent(one, found) for national, found in rows.items()
                 for one in _of_item(theirs[national], elements[national], _place(found), rarity))  # fmt: skip


def _silent(one: Coverage, rows: Sequence[Item]) -> Coverage:
    """Return what is absent from rows that describe nothing as undescribed; from rows without any text as unclear."""
    if one.presence != "absent" or any(map(describes, rows)):
        return one
    return replace(one, presence="undescribed" if any(row.standard for row in rows) else "unclear")


# --- where to look ----------------------------------------------------------------------------------------------------

Pairs = frozenset[str]
Rarity = Callable[[str], float]


@dataclass(frozen=True)
class _Clause:
    """A stretch of a row: its item's key, its text as printed, the sentence around it, the pairs of characters."""

    item: str
    text: str
    sentence: str
    pairs: Pairs


@dataclass(frozen=True)
class _Place:
    """The rows that answer an item: clauses to look in, clauses where a reader may find it, names and targets."""

    clauses: tuple[_Clause, ...]
    doubtful: tuple[_Clause, ...]
    context: Pairs
    names: frozenset[str]
    text: str


def _place(rows: Sequence[Item]) -> _Place:
    clauses = [clause for row in rows for clause in _clauses(row)]
    wider = [(clause.item, clause.text, clause.sentence) for clause in clauses]
    wider += [(row.key, text, text) for row in rows for text in (row.text("target"), *(text for _, text in row.extra))]
    return _Place(
        tuple(clauses), tuple(_Clause(*one, _said(one[1]) | _said(one[1], "perhaps")) for one in wider),
        frozenset().union(*(_said(row.name) | _said(row.text("target")) for row in rows)),
        frozenset(row.name for row in rows),
        "。".join(part for row in rows for part in row.texts.values()),
    )  # fmt: skip


def _clauses(row: Item) -> list[_Clause]:
    """Return the name, every clause and every two neighbouring clauses of a row."""
    found = [_Clause(row.key, row.name, row.name, _said(row.name))]
    for text in (row.text(column) for column in (*COLUMNS, "coverage")):
        for sentence in re.split(rf"[{SENTENCE_ENDS}]|\.(?!\d)", text):
            parts = [part for part in re.split(f"[{CLAUSE_ENDS}]", sentence) if part.strip()]
            parts += [f"{one}，{other}" for one, other in pairwise(parts)]
            found += [_Clause(row.key, part, sentence, _said(part)) for part in parts]
    return found


@lru_cache(maxsize=16384)  # every element is compared with all its neighbours
def _pairs(letters: str) -> Pairs:
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


@lru_cache(maxsize=8192)
def _said(text: str, how: str = "same") -> Pairs:
    """Return the pairs of characters of a text and of every word of the nation that it says in other words."""
    letters = key(text)
    words = (word for word, others in _synonyms()[how] if any(other in letters for other in others))
    return _pairs(letters).union(*map(_pairs, words))


@lru_cache(maxsize=1)
def _synonyms() -> Mapping[str, list[tuple[str, list[str]]]]:
    loaded = read_yaml(house().data / "wording" / "element-synonyms.yaml")
    return {how: [(key(word), [key(other) for other in others]) for word, others in listed.items()]
            for how, listed in loaded.items()}  # fmt: skip


# --- what to look for -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wanted:
    """The characters of an element as bits of a number: which each pair finds, what each counts per neighbour."""

    letters: str
    finds: tuple[tuple[str, int], ...]
    weights: tuple[tuple[float, ...], ...]
    context: Pairs

    def found(self, said: Pairs) -> int:
        """Return the characters that pairs find, one bit for each."""
        bits = 0
        for pair, both in self.finds:
            if pair in said:
                bits |= both
        return bits

    def likeness(self, bits: int) -> float:
        """Return the share of what counts among the characters found, the least of all neighbours."""
        return min(sum(weight for at, weight in enumerate(weights) if bits >> at & 1) / sum(weights)
                   for weights in self.weights)  # fmt: skip


@lru_cache(maxsize=4096)  # of the nation alone: the same for every catalogue
def _wanted(text: str, others: tuple[str, ...], told_by: tuple[str, str], rarity: Rarity) -> _Wanted:
    """``told_by`` are the name and the target group of the national item."""
    letters = key(text)
    around = tuple(_pairs(letters[max(0, at - 1) : at + 2]) for at in range(len(letters)))
    context = _pairs(key(told_by[0])) | _pairs(key(told_by[1]))
    common = [min(map(rarity, pairs), default=0.0) for pairs in around]
    weak, told = _weak(letters), [bool(pairs & context) for pairs in around]
    telling = [not (slight or known) for slight, known in zip(weak, told, strict=True)]
    shares = [[False] * len(letters)]
    for other in others:
        theirs = _pairs(key(other))
        shared = [bool(pairs & theirs) for pairs in around]
        if any(shared) and any(tells and not both for tells, both in zip(telling, shared, strict=True)):
            shares.append(shared)
    finds = tuple((letters[at : at + 2], 3 << at) for at in range(len(letters) - 1))
    return _Wanted(letters, finds, tuple(_weights(common, weak, told, shared) for shared in shares), context)


def _weights(common: list[float], weak: list[bool], told: list[bool], shared: list[bool]) -> tuple[float, ...]:
    """Return what each character counts; where none tells, the most telling that are left count in full."""
    factors = [min(_WEAK if slight else 1.0, _CONTEXT if known else 1.0, _SHARED if both else 1.0)
               for slight, known, both in zip(weak, told, shared, strict=True)]  # fmt: skip
    return tuple(weight * factor / max(factors) for weight, factor in zip(common, factors, strict=True))


def _weak(letters: str) -> list[bool]:
    weak = [False] * len(letters)
    for found in re.finditer("|".join(map(re.escape, element_words()["weak"])), letters):
        weak[found.start() : found.end()] = [True] * len(found.group())
    return weak


@lru_cache(maxsize=8)
def _rarity(texts: tuple[str, ...]) -> Rarity:
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(_pairs(key(text)))
    return lambda pair: log(1 + len(texts) / (seen[pair] or 1))


# --- whether it is there ----------------------------------------------------------------------------------------------


def _of_item(national: Item, elements: Sequence[Element], place: _Place, rarity: Rarity) -> Iterable[Coverage]:
    found, told_by = [], (national.name, national.text("target"))
    for order, element in enumerate(elements, 1):
        others = tuple(other.name for other in elements if element.name not in other.name)
        wanted = [_wanted(text, others, told_by, rarity) for text in dict.fromkeys((element.name, element.quote))]
        found.append(_coverage(national.key, order, wanted, place))
    unnamed = all(one.presence == "absent" for one in found) and has_any(place.text, "amount")
    return [Coverage(one.national, one.order, "unclear", one.likeness) if unnamed and _is_money(element) else one
            for one, element in zip(found, elements, strict=True)]  # fmt: skip


def _coverage(national: str, order: int, wanted: Sequence[_Wanted], place: _Place) -> Coverage:
    likeness, best, clause = _best(wanted, place, place.clauses)
    score = round(likeness, 2)
    absent = threshold("element-absent")
    if likeness < absent and _best(wanted, place, place.doubtful)[0] < absent:
        return Coverage(national, order, "absent", score)
    presence = "present" if likeness >= threshold("element-present") else "unclear"
    return Coverage(national, order, presence, score, clause.item, clause.text, _manner(best, place))


def _best(wanted: Sequence[_Wanted], place: _Place, clauses: Sequence[_Clause]) -> tuple[float, _Wanted, _Clause]:
    return max(((likeness, one, clause) for one in wanted for likeness, clause in _found(one, place, clauses)),
               key=lambda entry: entry[0])  # fmt: skip


def _found(wanted: _Wanted, place: _Place, clauses: Sequence[_Clause]) -> list[tuple[float, _Clause]]:
    """Return each clause with the likeness of what stands in it, or in the context on both sides."""
    known = wanted.found(wanted.context & place.context)
    bits = [wanted.found(clause.pairs) | known for clause in clauses]
    likeness = {one: wanted.likeness(one) for one in set(bits)}
    return [(likeness[one], clause) for one, clause in zip(bits, clauses, strict=True)]


def _manner(wanted: _Wanted, place: _Place) -> Manner | None:
    """Return the best promise of all clauses that have the element: free if one is, as firm as the firmest.

    A clause that only counts (火化率达到60%) and the name of a row promise nothing in this or that manner.
    """
    found = [
        (likeness, clause) for likeness, clause in _found(wanted, place, place.clauses) if wanted.found(clause.pairs)
    ]
    absent = threshold("element-absent")
    having = _smallest([clause for likeness, clause in found if likeness >= absent])
    having = [one for one in having if not (states_quantity(one.text) or one.text in place.names)]
    if not having:
        return None
    spared = any(map(is_spared, (*place.names, *(clause.text for clause in having))))
    free = spared or has_any(place.text, "free") or any(has_any(clause.sentence, "cheaper") for clause in having)
    promised = [attainment_of(_before(wanted, clause.text)) for clause in having]
    return Manner(free, max(promised, key=_FIRMNESS.__getitem__))


def _smallest(clauses: list[_Clause]) -> list[_Clause]:
    """Return the clauses that hold no other of them: what a neighbouring clause promises is not promised here."""
    return [one for one in clauses if not any(other.text in one.text and other.text != one.text for other in clauses)]


def _before(wanted: _Wanted, text: str) -> str:
    """Return what stands in a clause before the first characters of the element."""
    starts = (at for pair in _pairs(wanted.letters) if (at := text.find(pair)) >= 0)
    return text[: min(starts, default=0)]


def _is_money(element: Element) -> bool:
    words = element_words()
    return element.name.endswith(tuple(words["money"])) or element.name.startswith(tuple(words["money_begins"]))
