"""Retained: which words of a row are the nation's own words for something else than the thing looked for.

Place in the flow: below coverage. A row that drops a thing from the nation's list keeps its neighbours word for word,
and their words resemble it (职业培训补贴 for 职业技能鉴定补贴). Such a stretch speaks of the place of the national text
where it is from. What stands there in part, and whatever a province says in words of its own, is left alone.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gongfu.elements import CLAUSE_ENDS, COLUMNS, Element, element_words, states_quantity, stretch_around
from gongfu.text import key

_LONG = 4  # a shorter stretch is in both texts by chance

Span = tuple[int, int]


@lru_cache(maxsize=4096)  # the clauses of a place are asked for with each element
def letters_of(text: str) -> str:
    """Return a text in key form, clause by clause with a space between, so that no stretch goes over a mark."""
    return " ".join(map(key, re.split(f"[{CLAUSE_ENDS}]", text)))


@dataclass(frozen=True, eq=False)
class NationalText:
    """What a national item provides by ``columns`` (gongfu.elements.COLUMNS), its elements, its name and for whom.

    One is made for an item (``national_text``) and is equal to itself alone, so that it is quickly looked up.
    """

    columns: tuple[str, ...]
    elements: tuple[Element, ...]
    name: str
    target: str

    @cached_property
    def letters(self) -> str:
        """The columns one after the other."""
        return " ".join(map(letters_of, self.columns))

    @cached_property
    def places(self) -> Mapping[str, Sequence[int]]:
        """Where each pair of characters stands."""
        found: dict[str, list[int]] = {}
        for at in range(len(self.letters) - 1):
            if " " not in self.letters[at : at + 2]:
                found.setdefault(self.letters[at : at + 2], []).append(at)
        return found

    @cached_property
    def known(self) -> frozenset[str]:
        """The pairs of characters of the name and of whom it is for: kept, they say nothing of one element."""
        return frozenset(
            text[at : at + 2] for text in (key(self.name), key(self.target)) for at in range(len(text) - 1)
        )

    def span(self, element: Element) -> Span:
        """Return where an element stands in ``letters``."""
        return self._span(element.column, element.start, element.end)

    def clause_of(self, element: Element) -> str:
        """Return the clause where an element stands, as printed."""
        return stretch_around(self.columns[COLUMNS.index(element.column)], element.start, element.end, CLAUSE_ENDS)

    def _span(self, column: str, start: int, end: int) -> Span:
        at = COLUMNS.index(column)
        before, text = sum(len(letters_of(one)) + 1 for one in self.columns[:at]), self.columns[at]
        return before + len(letters_of(text[:start])), before + len(letters_of(text[:end]))

    @cached_property
    def counted(self) -> frozenset[int]:
        """The places in clauses that only count: the rate of a thing speaks of the thing (调解成功率)."""
        found: set[int] = set()
        for column, text in zip(COLUMNS, self.columns, strict=True):
            for clause in re.finditer(f"[^{CLAUSE_ENDS}]+", text):
                if states_quantity(clause.group()):
                    found.update(range(*self._span(column, *clause.span())))
        return frozenset(found.difference(*(range(*self.span(element)) for element in self.elements)))

    def runs(self, letters: str) -> Iterator[tuple[int, int, int]]:
        """Yield the longest stretches of two or more characters in both texts: from where to where, and how far off."""
        begun: dict[int, int] = {}
        for at in range(len(letters)):
            shifts = {place - at for place in self.places.get(letters[at : at + 2], ())}
            for shift in [one for one in begun if one not in shifts]:
                yield begun.pop(shift), at + 1, shift
            for shift in shifts:
                begun.setdefault(shift, at)


@lru_cache(maxsize=256)  # of the nation alone: the same for every catalogue
def national_text(columns: tuple[str, ...], elements: tuple[Element, ...], name: str, target: str) -> NationalText:
    """Return what a national item provides, made once: what is worked out of it is kept with it."""
    return NationalText(columns, elements, name, target)


def is_retained(element: Element, texts: Sequence[str], nation: NationalText, known: Collection[str]) -> bool:
    """Say whether some of the nation's own words for an element stand in texts, the words around them considered.

    The pairs of characters that are ``known`` tell nothing.
    """
    if any(key(words) in letters for words in (element.quote, element.name) for letters in texts):
        return True
    slight = _slight().union(known)
    found = ((letters[at : at + 2], *lengths) for letters in texts
             for at, lengths in enumerate(_longest(element, letters, nation)))  # fmt: skip
    return any(own and own >= other and pair not in slight for pair, own, other in found)


def elsewhere(element: Element, letters: str, nation: NationalText) -> tuple[bool, ...]:
    """Say of each pair of characters of a text whether its stretch speaks of another place of the nation's text."""
    return tuple(theirs >= _LONG and theirs > mine for mine, theirs in _longest(element, letters, nation))


@lru_cache(maxsize=1024)  # asked twice for each clause of a place
def _longest(element: Element, letters: str, nation: NationalText) -> list[tuple[int, int]]:
    """Return for each pair of a text how long the nation's stretch is that it is of: at the element, and elsewhere."""
    own, other = [0] * len(letters), [0] * len(letters)
    first, last = nation.span(element)
    for start, end, shift in nation.runs(letters):
        for at in range(start, end - 1):
            if first <= at + shift <= last - 2:
                own[at] = max(own[at], end - start)
            elif at + shift not in nation.counted:
                other[at] = max(other[at], end - start)
    return list(zip(own, other, strict=True))


@lru_cache(maxsize=1)
def _slight() -> frozenset[str]:
    """Return the pairs of characters of words that tell little."""
    words = [*element_words()["weak"], *element_words()["verbs"]]
    return frozenset(word[at : at + 2] for word in words for at in range(len(word) - 1))
