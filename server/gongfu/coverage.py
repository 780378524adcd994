"""Coverage: does each thing that the nation provides stand in the rows that answer the item?

Place in the flow: match -> **coverage** -> map. A thing is found where the characters that tell it apart
(gongfu.telling) stand in one clause of the row, in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from gongfu.catalogue import Item
from gongfu.elements import (
    COLUMNS,
    Element,
    Manner,
    describes,
    element_words,
    has_any,
)
from gongfu.header_titles import columns
from gongfu.match import Correspondence
from gongfu.places import Clauses, Place, smallest
from gongfu.promises import manner_of
from gongfu.recipients import gives_to_fewer
from gongfu.retained import NationalText, elsewhere, is_retained, letters_of, national_text
from gongfu.telling import Pairs, Rarity, Wanted, closed_lists, rarity_in, said_beside, wanted_of
from gongfu.text import key
from gongfu.thresholds import threshold

_READ = ("name", "target", *COLUMNS, "coverage")


@dataclass(frozen=True)
class Coverage:
    """Whether the ``order``-th element of a national item stands in the catalogue.

    ``presence`` is present, absent, unclear, or undescribed where the rows state no more than quantities; ``likeness``
    is between 0 and 1; ``item``, ``quote`` and ``manner`` are of the place where the most of it stands, None and empty
    where it is nowhere, or where the place only counts it. ``narrowed`` says that the place gives it to fewer.
    """

    national: str
    order: int
    presence: str
    likeness: float
    item: str | None = None
    quote: str = ""
    manner: Manner | None = None
    narrowed: bool = False


def covered(
    pairs: Iterable[Correspondence], items: Sequence[Item], nation: Sequence[Item],
    elements: Mapping[str, Sequence[Element]], rarity: Rarity | None = None,
) -> tuple[Coverage, ...]:  # fmt: skip
    """Return for each element of every national item that has a counterpart whether the rows that answer it have it.

    ``rarity`` is what was ``foreseen`` of the nation, None where nothing was.
    """
    ours, theirs = {item.key: item for item in items}, {item.key: item for item in nation}
    rows: dict[str, list[Item]] = {}
    for pair in pairs:
        if pair.item in ours and pair.national in theirs and elements.get(pair.national or ""):
            rows.setdefault(pair.national or "", []).append(ours[pair.item or ""])
    by = rarity or _rarity(nation)
    return tuple(_at(one, national, found) for national, found in rows.items()
                 for one in _of_item(_told_by(theirs[national]), _provided(theirs[national]), tuple(elements[national]),
                                     tuple(map(_Row.of, found)), by))  # fmt: skip


def foreseen(nation: Sequence[Item], elements: Mapping[str, Sequence[Element]]) -> Rarity:
    """Return by what the nation's words count, with all that any catalogue may be searched for worked out."""
    rarity, nowhere = _rarity(nation), Place((), frozenset())
    for item in nation:
        text = NationalText(_provided(item), tuple(elements.get(item.key, ())), *_told_by(item))
        for element in text.elements:
            sought = _Sought(element, text, nowhere, rarity)
            assert sought.wanted
            assert sought.unnamed
    return rarity


def _rarity(nation: Sequence[Item]) -> Rarity:
    return rarity_in(tuple(item.name + item.text("target") + item.standard for item in nation))


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
    return replace(one, national=national, item=item)


def _silent(one: Coverage, rows: Sequence[Item]) -> Coverage:
    """Return what is absent from rows that describe nothing as undescribed; from rows without any text as unclear."""
    if one.presence != "absent" or any(map(describes, rows)):
        return one
    return replace(one, presence="undescribed" if any(row.standard for row in rows) else "unclear")


# --- whether it is there ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)  # a county says of most items what its province says, word for word
def _of_item(
    told_by: tuple[str, str], provided: tuple[str, ...], elements: tuple[Element, ...], rows: tuple[_Row, ...],
    rarity: Rarity,
) -> tuple[Coverage, ...]:  # fmt: skip
    """Return the coverage of the elements of a national item without its key; the rows are named by their place."""
    place = Place(tuple(row.item(at) for at, row in enumerate(rows)), frozenset().union(*(row.words for row in rows)))
    nation = national_text(provided, elements, *told_by)
    sought = [_Sought(element, nation, place, rarity) for element in elements]
    found = []
    for order, one in enumerate(sought, 1):
        cover = _coverage(order, one, place, nation)
        if cover.presence != "absent" and _is_dropped(one, sought, place, nation):
            cover = Coverage("", order, "absent", cover.likeness)
        found.append(cover)
    unnamed = all(one.presence == "absent" for one in found) and "amount" in place.words
    judged = [Coverage("", one.order, "unclear", one.likeness) if unnamed and _is_money(element) else one
              for one, element in zip(found, elements, strict=True)]  # fmt: skip
    return tuple(_silent(one, place.rows) for one in judged)


@dataclass(frozen=True, eq=False)
class _Sought:
    """An element of the nation, with what to look for in the rows at a place: its name and its quotation."""

    element: Element
    nation: NationalText
    place: Place
    rarity: Rarity

    @cached_property
    def wanted(self) -> Sequence[Wanted]:
        """What to look for where the name of the item is no sign of one of its elements."""
        return self._beside((self.nation.name, self.nation.target))

    @cached_property
    def unnamed(self) -> Sequence[Wanted]:
        """What to look for where the name of the item lists the elements."""
        return self._beside(("", self.nation.target))

    def _beside(self, told_by: tuple[str, str]) -> Sequence[Wanted]:
        element = self.element
        others = tuple(other.name for other in self.nation.elements if element.name not in other.name)
        texts = dict.fromkeys((element.name, element.quote))
        return [wanted_of(text, others, told_by, self.rarity) for text in texts]

    @cached_property
    def said(self) -> tuple[bool, bool]:
        """Whether the names of the rows, and whether their texts, say it plainly by themselves."""
        present, clauses = threshold("element-present"), self.place.clauses
        found = (zip(clauses.all, _found(one, frozenset(), clauses), strict=True) for one in self.unnamed)
        plain = [clause.text in self.place.names for said in found for clause, likeness in said if likeness >= present]
        return any(plain), not all(plain)


def _coverage(order: int, sought: _Sought, place: Place, nation: NationalText) -> Coverage:
    likeness, best, at = _best(sought.wanted, place.context, place.clauses)
    score = round(likeness, 2)
    absent = threshold("element-absent")
    if likeness < absent and _best(sought.wanted, place.context, place.doubtful)[0] < absent:
        return Coverage("", order, "absent", score)
    presence, clause = "present" if likeness >= threshold("element-present") else "unclear", place.clauses.all[at]
    found = _found(best, place.context, place.clauses)
    manner = manner_of(sought.element, best, found, place, nation)
    having = [one for one, much in zip(place.clauses.all, found, strict=True) if much >= threshold("element-present")]
    fewer = gives_to_fewer(sought.element, [one.text for one in smallest(having)])
    return Coverage("", order, presence, score, clause.item, clause.text, manner, fewer)


def _is_dropped(sought: _Sought, every: Sequence[_Sought], place: Place, nation: NationalText) -> bool:
    """Say whether nothing speaks of an element but words that the rows keep of other things (gongfu.retained).

    The nation's umbrella over a list does not hold the member that is left out where others are named.
    """
    element = sought.element
    texts = [letters_of(clause.text) for clause in place.clauses.all if clause.text not in place.names]
    listed = _is_listed(sought, every, place, nation)
    if is_retained(element, texts, nation, nation.known if listed else frozenset()):
        return False
    owned = [key(one.quote) for one in nation.elements if one.quote != element.quote]
    named = [key(one.name) for one in nation.elements if any(key(one.quote) in letters for letters in texts)]
    closed = closed_lists(nation.letters, named)
    for clauses, how in ((place.clauses, ("same",)), (place.doubtful, ("same", "perhaps"))):
        left = []
        for clause in clauses.all:
            if listed and clause.text in place.names:
                continue
            letters = letters_of(clause.text)
            taken = () if clause.text in place.names else elsewhere(element, letters, nation)
            spent = {"same": closed if letters in nation.letters else (), "perhaps": closed}
            pairs = [said_beside(letters, taken, owned, spent[one], one) for one in how]
            if clause.text and key(clause.text) in key(nation.target):
                pairs = [frozenset(map(str.__add__, letters, letters[1:]))]  # the nation says it of whom, too
            left.append(replace(clause, pairs=frozenset().union(*pairs)))
        wanted, context = (sought.unnamed, place.served) if listed else (sought.wanted, place.context)
        if left and _best(wanted, context, Clauses(left))[0] >= threshold("element-absent"):
            return False
    return True


def _is_listed(sought: _Sought, every: Sequence[_Sought], place: Place, nation: NationalText) -> bool:
    """Say whether the rows keep a name of the nation that lists several things, while their texts describe others.

    A name so kept (困难残疾人生活补贴和重度残疾人护理补贴) promises nothing that the texts leave out.
    """
    kept = any(key(name) == key(nation.name) for name in place.names)
    return kept and any(all(one.said) for one in every if one is not sought)


def _best(wanted: Sequence[Wanted], context: Pairs, clauses: Clauses) -> tuple[float, Wanted, int]:
    """Return the highest likeness, of what, and the first clause that has it."""
    return max(((likeness, one, at) for one in wanted for at, likeness in enumerate(_found(one, context, clauses))),
               key=lambda entry: entry[0])  # fmt: skip


def _found(wanted: Wanted, context: Pairs, clauses: Clauses) -> list[float]:
    """Return for each clause the likeness of what stands in it, or in the context on both sides."""
    known = wanted.found(wanted.context & context)
    bits = [one | known for one in clauses.found(wanted)]
    likeness = {one: wanted.likeness(one) for one in set(bits)}
    return [likeness[one] for one in bits]


def _is_money(element: Element) -> bool:
    words = element_words()
    return element.name.endswith(tuple(words["money"])) or element.name.startswith(tuple(words["money_begins"]))
