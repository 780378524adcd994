"""Coverage: does each thing that the nation provides stand in the rows that answer the item?

Place in the flow: match -> **coverage** -> map. A thing is found where the characters that tell it apart
(gongfu.telling) stand in one clause of the row, in any order.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

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
from gongfu.header_titles import columns
from gongfu.match import Correspondence
from gongfu.retained import NationalText, elsewhere, is_retained, letters_of
from gongfu.telling import Pairs, Rarity, Wanted, closed_lists, rarity_in, said, said_beside, wanted_of
from gongfu.text import key
from gongfu.thresholds import threshold

_READ = ("name", "target", *COLUMNS, "coverage")
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
    rarity = rarity_in(tuple(item.name + item.text("target") + item.standard for item in nation))
    return tuple(_at(one, national, found) for national, found in rows.items()
                 for one in _of_item(_told_by(theirs[national]), _provided(theirs[national]), tuple(elements[national]),
                                     tuple(map(_Row.of, found)), rarity))  # fmt: skip


def _told_by(item: Item) -> tuple[str, str]:
    return item.name, item.text("target")


def _provided(item: Item) -> tuple[str, ...]:
    return tuple(map(item.text, COLUMNS))


@dataclass(frozen=True)
class _Row:
    """What a row says that is asked about: its name, target group, the texts that provide, those of unknown columns.

    ``words`` are the lists of words (free, amount) one of which stands anywhere in it. Another catalogue may have the
    same, with other numbers and units.
    """

    texts: tuple[tuple[str, str], ...]
    extra: tuple[tuple[str, str], ...]
    words: frozenset[str]

    @classmethod
    def of(cls, item: Item) -> "_Row":
        whole = "。".join(item.texts.values())
        said = frozenset(words for words in ("free", "amount") if has_any(whole, words))
        strange = tuple((title, text) for title, text in item.extra if key(title) not in columns().others)
        return cls(tuple((column, item.text(column)) for column in _READ), strange, said)

    def item(self, place: int) -> Item:
        """Return the row as an item whose key is its place among the rows."""
        return Item(str(place), "", 0, dict(self.texts), {}, self.extra)


def _at(one: Coverage, national: str, rows: Sequence[Item]) -> Coverage:
    """Return a coverage of a national item, found in rows by their place, with the keys of both."""
    item = None if one.item is None else rows[int(one.item)].key
    return Coverage(national, one.order, one.presence, one.likeness, item, one.quote, one.manner)


def _silent(one: Coverage, rows: Sequence[Item]) -> Coverage:
    """Return what is absent from rows that describe nothing as undescribed; from rows without any text as unclear."""
    if one.presence != "absent" or any(map(describes, rows)):
        return one
    return replace(one, presence="undescribed" if any(row.standard for row in rows) else "unclear")


# --- where to look ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Clause:
    """A stretch of a row: its item's key, its text as printed, the sentence around it, the pairs of characters."""

    item: str
    text: str
    sentence: str
    pairs: Pairs


class _Clauses:
    """Clauses in order, and for each pair of characters those that have it."""

    def __init__(self, clauses: Iterable[_Clause]) -> None:
        self.all = tuple(clauses)
        self.having: dict[str, list[int]] = {}
        for index, clause in enumerate(self.all):
            for pair in clause.pairs:
                self.having.setdefault(pair, []).append(index)


@dataclass(frozen=True)
class _Place:
    """The rows that answer an item: what is asked of them is worked out once for all its elements."""

    rows: tuple[Item, ...]
    words: frozenset[str]

    @cached_property
    def clauses(self) -> _Clauses:
        """The clauses to look in."""
        return _Clauses(clause for row in self.rows for clause in _clauses(row))

    @cached_property
    def doubtful(self) -> _Clauses:
        """The clauses where a reader may find a thing that stands in none of the others."""
        wider = [(clause.item, clause.text, clause.sentence) for clause in self.clauses.all]
        wider += [(row.key, text, text) for row in self.rows
                  for text in (row.text("target"), *(text for _, text in row.extra))]  # fmt: skip
        return _Clauses(_Clause(*one, said(one[1]) | said(one[1], "perhaps")) for one in wider)

    @cached_property
    def context(self) -> Pairs:
        """The pairs of characters of names and target groups."""
        return frozenset().union(*(said(row.name) | said(row.text("target")) for row in self.rows))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the rows."""
        return frozenset(row.name for row in self.rows)

    @cached_property
    def free(self) -> bool:
        """Whether the rows say anywhere that they are free of charge, or their names spare people one."""
        return "free" in self.words or any(map(is_spared, self.names))


def _clauses(row: Item) -> list[_Clause]:
    """Return the name, every clause and every two neighbouring clauses of a row."""
    found = [_Clause(row.key, row.name, row.name, said(row.name))]
    for text in (row.text(column) for column in (*COLUMNS, "coverage")):
        for sentence in re.split(rf"[{SENTENCE_ENDS}]|\.(?!\d)", text):
            parts = [part for part in re.split(f"[{CLAUSE_ENDS}]", sentence) if part.strip()]
            parts += [f"{one}，{other}" for one, other in pairwise(parts)]
            found += [_Clause(row.key, part, sentence, said(part)) for part in parts]
    return found


# --- whether it is there ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)  # a county says of most items what its province says, word for word
def _of_item(
    told_by: tuple[str, str], provided: tuple[str, ...], elements: tuple[Element, ...], rows: tuple[_Row, ...],
    rarity: Rarity,
) -> tuple[Coverage, ...]:  # fmt: skip
    """Return the coverage of the elements of a national item without its key; the rows are named by their place."""
    place = _Place(tuple(row.item(at) for at, row in enumerate(rows)), frozenset().union(*(row.words for row in rows)))
    found, nation = [], NationalText(provided, elements)
    for order, element in enumerate(elements, 1):
        others = tuple(other.name for other in elements if element.name not in other.name)
        wanted = [wanted_of(text, others, told_by, rarity) for text in dict.fromkeys((element.name, element.quote))]
        one = _coverage(order, wanted, place)
        if one.presence != "absent" and _is_dropped(element, wanted, place, nation):
            one = Coverage("", order, "absent", one.likeness)
        found.append(one)
    unnamed = all(one.presence == "absent" for one in found) and "amount" in place.words
    judged = [Coverage("", one.order, "unclear", one.likeness) if unnamed and _is_money(element) else one
              for one, element in zip(found, elements, strict=True)]  # fmt: skip
    return tuple(_silent(one, place.rows) for one in judged)


def _coverage(order: int, wanted: Sequence[Wanted], place: _Place) -> Coverage:
    likeness, best, at = _best(wanted, place, place.clauses)
    score = round(likeness, 2)
    absent = threshold("element-absent")
    if likeness < absent and _best(wanted, place, place.doubtful)[0] < absent:
        return Coverage("", order, "absent", score)
    presence, clause = "present" if likeness >= threshold("element-present") else "unclear", place.clauses.all[at]
    return Coverage("", order, presence, score, clause.item, clause.text, _manner(best, place))


def _is_dropped(element: Element, wanted: Sequence[Wanted], place: _Place, nation: NationalText) -> bool:
    """Say whether nothing speaks of an element but words that the rows keep of other things (gongfu.retained).

    The nation's umbrella over a list does not hold the member that is left out where others are named.
    """
    texts = [letters_of(clause.text) for clause in place.clauses.all if clause.text not in place.names]
    if is_retained(element, texts, nation):
        return False
    others = [one for one in nation.elements if one.quote != element.quote]
    named = [key(one.name) for one in nation.elements if any(key(one.quote) in letters for letters in texts)]
    owned, closed = (
        [key(one.quote) for one in others],
        {"same": frozenset[str](), "perhaps": closed_lists(nation.letters, named)},
    )
    for clauses, how in ((place.clauses, ("same",)), (place.doubtful, ("same", "perhaps"))):
        left = []
        for clause in clauses.all:
            letters = letters_of(clause.text)
            taken = () if clause.text in place.names else elsewhere(element, letters, nation)
            pairs = [said_beside(letters, taken, owned, closed[one], one) for one in how]
            left.append(replace(clause, pairs=frozenset().union(*pairs)))
        if _best(wanted, place, _Clauses(left))[0] >= threshold("element-absent"):
            return False
    return True


def _best(wanted: Sequence[Wanted], place: _Place, clauses: _Clauses) -> tuple[float, Wanted, int]:
    """Return the highest likeness, of what, and the first clause that has it."""
    return max(((likeness, one, at) for one in wanted for at, likeness in enumerate(_found(one, place, clauses))),
               key=lambda entry: entry[0])  # fmt: skip


def _found(wanted: Wanted, place: _Place, clauses: _Clauses) -> list[float]:
    """Return for each clause the likeness of what stands in it, or in the context on both sides."""
    known = wanted.found(wanted.context & place.context)
    bits = [one | known for one in wanted.found_in(clauses.having, len(clauses.all))]
    likeness = {one: wanted.likeness(one) for one in set(bits)}
    return [likeness[one] for one in bits]


def _manner(wanted: Wanted, place: _Place) -> Manner | None:
    """Return the best promise of all clauses that have the element: free if one is, as firm as the firmest.

    A clause that only counts (火化率达到60%) and the name of a row promise nothing in this or that manner. What
    people pay for where the most of it stands is not free.
    """
    absent, clauses = threshold("element-absent"), place.clauses
    own = dict(zip(clauses.all, wanted.found_in(clauses.having, len(clauses.all)), strict=True))
    found = zip(clauses.all, _found(wanted, place, clauses), strict=True)
    having = _smallest([clause for clause, likeness in found if own[clause] and likeness >= absent])
    having = [one for one in having if not (states_quantity(one.text) or one.text in place.names)]
    if not having:
        return None
    free = place.free or any(is_spared(one.text) or has_any(one.sentence, "cheaper") for one in having)
    most = max(wanted.likeness(own[one]) for one in having)
    free = free and not all(_is_charged(one) for one in having if wanted.likeness(own[one]) == most)
    promised = [attainment_of(_before(wanted, clause.text)) for clause in having]
    return Manner(free, max(promised, key=_FIRMNESS.__getitem__))


def _is_charged(clause: _Clause) -> bool:
    """Say whether a clause has people pay, whatever the name of its row promises."""
    return has_any(clause.text, "charged") and not (is_spared(clause.text) or has_any(clause.text, "cheaper"))


def _smallest(clauses: list[_Clause]) -> list[_Clause]:
    """Return the clauses that hold no other of them: what a neighbouring clause promises is not promised here."""
    return [one for one in clauses if not any(other.text in one.text and other.text != one.text for other in clauses)]


def _before(wanted: Wanted, text: str) -> str:
    """Return what stands in a clause before the first characters of the element."""
    starts = (at for pair, _ in wanted.finds if (at := text.find(pair)) >= 0)
    return text[: min(starts, default=0)]


def _is_money(element: Element) -> bool:
    words = element_words()
    return element.name.endswith(tuple(words["money"])) or element.name.startswith(tuple(words["money_begins"]))
