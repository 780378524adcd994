"""Telling: which characters of a thing tell it apart, and how much of it stands in a text.

Place in the flow: below coverage. Statistics of characters decide, no model. A character counts by how rare its pair is
in the national catalogue; it tells little where it is a weak word, where the item's own name or target group says it,
and where a neighbour in the same list has it too (集体合同示范文本 is not found by 劳动合同示范文本).
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log

from gongfu.elements import element_words
from gongfu.settings import house, read_yaml
from gongfu.text import key

_WEAK, _SHARED, _CONTEXT = 0.3, 0.1, 0.1

Pairs = frozenset[str]


@lru_cache(maxsize=16384)  # every element is compared with all its neighbours
def _pairs(letters: str) -> Pairs:
    return frozenset(map(str.__add__, letters, letters[1:]))


@lru_cache(maxsize=8192)
def said(text: str, how: str = "same") -> Pairs:
    """Return the pairs of characters of a text and of every word of the nation that it says in other words."""
    letters = key(text)
    return _pairs(letters).union(*[pairs for other, pairs in _synonyms()[how] if other in letters])


def said_beside(letters: str, taken: Sequence[bool], owned: Sequence[str], closed: Collection[str], how: str) -> Pairs:
    """Return what ``said`` does of a text in key form without the pairs that are ``taken`` (a sign for each, or none).

    Other words for a thing count even there, but not within the words of another thing (``owned``), nor if ``closed``.
    """
    free = frozenset(letters[at : at + 2] for at in range(len(letters) - 1) if not (taken and taken[at]))
    return free.union(*[pairs for other, pairs in _synonyms()[how]
                        if other not in closed and _stands_alone(other, letters, owned)])  # fmt: skip


def _stands_alone(word: str, letters: str, owned: Sequence[str]) -> bool:
    """Say whether a word stands in a text otherwise than within one of the longer words."""
    for longer in owned:
        if word in longer and word != longer:
            letters = letters.replace(longer, " ")
    return word in letters


def closed_lists(umbrellas: str, named: Sequence[str]) -> frozenset[str]:
    """Return the words for a wider thing in a text of which two members are named: their list is written out."""
    known = {(word, pairs) for listed in _synonyms().values() for word, pairs in listed if word in umbrellas}
    things = [_pairs(name) for name in named]
    members = {word: {thing for thing in things if any(one == word and pairs <= thing for one, pairs in known)}
               for word, _ in known}  # fmt: skip
    return frozenset(word for word, those in members.items() if len(those) > 1)


@lru_cache(maxsize=1)
def _synonyms() -> Mapping[str, list[tuple[str, Pairs]]]:
    """Return by how much they say the same the words of provinces, each with the pairs of the nation's word for it."""
    listed = read_yaml(house().data / "wording" / "element-synonyms.yaml")
    return {how: [(key(other), _pairs(key(word))) for word, others in words.items() for other in others]
            for how, words in listed.items()}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Wanted:
    """The characters of an element as bits of a number: which each pair finds, what each counts per neighbour.

    One is made for an element (``wanted_of``) and is equal to itself alone, so that it is quickly looked up.
    """

    letters: str
    finds: tuple[tuple[str, int], ...]
    weights: tuple[tuple[float, ...], ...]
    totals: tuple[float, ...]
    context: Pairs

    def found(self, said: Pairs) -> int:
        """Return the characters that pairs find, one bit for each."""
        bits = 0
        for pair in self._pairs & said:
            bits |= self._by_pair[pair]
        return bits

    @cached_property
    def _pairs(self) -> Pairs:
        return frozenset(self._by_pair)

    @cached_property
    def _by_pair(self) -> Mapping[str, int]:
        bits: dict[str, int] = {}
        for pair, both in self.finds:
            bits[pair] = bits.get(pair, 0) | both
        return bits

    def likeness(self, bits: int) -> float:
        """Return the share of what counts among the characters found, the least of all neighbours."""
        return _likeness(self, bits) if bits else 0.0


@lru_cache(maxsize=16384)  # the same few of its characters are found in one clause after another
def _likeness(wanted: Wanted, bits: int) -> float:
    places = [at for at in range(len(wanted.letters)) if bits >> at & 1]
    return min([sum([weights[at] for at in places]) / total
                for weights, total in zip(wanted.weights, wanted.totals, strict=True)])  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rarity:
    """By what each pair of characters counts: the fewer of the ``count`` texts of the nation have it, the more.

    ``wanted`` is what was worked out by it: of the nation alone, and the same for every catalogue.
    """

    count: int
    having: Mapping[str, int]
    wanted: dict[tuple[str, tuple[str, ...], tuple[str, str]], Wanted] = field(default_factory=dict)

    def __call__(self, pair: str) -> float:
        """Return what a pair counts."""
        return log(1 + self.count / (self.having.get(pair) or 1))


def wanted_of(text: str, others: tuple[str, ...], told_by: tuple[str, str], rarity: Rarity) -> Wanted:
    """Return what to look for to find a thing, beside the others of its list.

    ``told_by`` are the name and the target group of the national item.
    """
    asked = text, others, told_by
    found = rarity.wanted.get(asked)
    if found is None:
        found = rarity.wanted[asked] = _wanted(text, others, told_by, rarity)
    return found


def _wanted(text: str, others: tuple[str, ...], told_by: tuple[str, str], rarity: Rarity) -> Wanted:
    letters = key(text)
    pairs = list(map(str.__add__, letters, letters[1:]))
    context = _pairs(key(told_by[0])) | _pairs(key(told_by[1]))
    common = [min(two) for two in _beside(list(map(rarity, pairs)))]
    weak, told = _weak(letters), [any(two) for two in _beside([pair in context for pair in pairs])]
    telling = [not (slight or known) for slight, known in zip(weak, told, strict=True)]
    shares = [[False] * len(letters)]
    for other in others:
        theirs = _pairs(key(other))
        shared = [any(two) for two in _beside([pair in theirs for pair in pairs])]
        if any(shared) and any(tells and not both for tells, both in zip(telling, shared, strict=True)):
            shares.append(shared)
    finds = tuple((pair, 3 << at) for at, pair in enumerate(pairs))
    factors = [min(_WEAK if slight else 1.0, _CONTEXT if known else 1.0)
               for slight, known in zip(weak, told, strict=True)]  # fmt: skip
    weights = tuple(_weights(common, factors, shared) for shared in shares)
    return Wanted(letters, finds, weights, tuple(map(sum, weights)), context)


def _beside(of_pairs: Sequence[float]) -> list[tuple[float, float]]:
    """Return for each character what its two pairs have; the first and the last character have but one pair."""
    if not of_pairs:
        return [(0.0, 0.0)]
    return list(zip([of_pairs[0], *of_pairs], [*of_pairs, of_pairs[-1]], strict=True))


def _weights(common: list[float], factors: list[float], shared: list[bool]) -> tuple[float, ...]:
    """Return what each character counts; where none tells, the most telling that are left count in full."""
    left = [min(factor, _SHARED) if both else factor for factor, both in zip(factors, shared, strict=True)]
    most = max(left)
    return tuple([weight * factor / most for weight, factor in zip(common, left, strict=True)])


def _weak(letters: str) -> list[bool]:
    weak = [False] * len(letters)
    for found in _weak_words().finditer(letters):
        weak[found.start() : found.end()] = [True] * len(found.group())
    return weak


@lru_cache(maxsize=1)
def _weak_words() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, element_words()["weak"])))


@lru_cache(maxsize=8)
def rarity_in(texts: tuple[str, ...]) -> Rarity:
    """Return by what each pair of characters counts: the fewer of these texts have it, the more."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(_pairs(key(text)))
    return Rarity(len(texts), dict(seen))
