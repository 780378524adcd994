"""Likeness: how near two rows of two catalogues are by their words.

Place in the flow: below match; decides nothing. Names, texts and target groups are compared by pairs of neighbouring
characters, each weighted by how rare it is in the two catalogues. Numbers and order carry no weight.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gongfu.catalogue import Item
from gongfu.synonyms import canonical, kinds_of_people
from gongfu.text import key

# What the likeness of two rows is made of: their names, how much of either name stands somewhere in the other row, what
# is provided, whether that is nearly all of both, to whom. Fitted to the rows that people paired in three published
# catalogues and twelve written ones.
_NAMES, _INSIDE, _PROVIDED, _NEARLY_ALL, _TARGET = 0.25, 0.32, 0.20, 0.12, 0.23
_DOMAIN = 0.02
# What is left of the likeness of two rows when one is named after people of whom the other does not speak.
_OF_OTHERS = 0.7
# Two texts with fewer pairs in common say too little for one to be contained in the other by more than chance.
_ENOUGH = 4
_CHANCE = 2
_LONG_NAME = 8
# What is named only to be left out (除职工基本医疗保险应参保人员以外) is no part of the row that names it.
_EXCEPTED = re.compile(
    r"(除|不含|不包括|不属于|未参加|未参保|未享受|未纳入)[^，。；]*?(以外|之外|外|）|的|(?=[，。；]|$))"
)
_LISTED = re.compile("[、和与及]")

Pairs = Set[str]
Counts = Mapping[str, float]
"""For each pair of a text 1 + log of how often it stands there."""
Rarity = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A row as pairs of neighbouring characters: of its name, of what it provides, to whom, and of all three.

    ``pieces`` are those of each thing that the name lists (就业登记与失业登记).
    """

    pieces: Sequence[Pairs]
    name: Counts
    text: Counts
    target: Counts
    everything: frozenset[str]


class _Turned:
    """Rows turned round: for each pair of characters the rows that have it, with its count there."""

    def __init__(self, rows: Sequence[Counts]) -> None:
        self.size = len(rows)
        self.entries: dict[str, list[tuple[int, float]]] = {}
        for row, counts in enumerate(rows):
            for pair, often in counts.items():
                self.entries.setdefault(pair, []).append((row, often))

    def shared(self, pairs: Pairs, rarity: Rarity) -> list[float]:
        """Return for each row the weight by rarity of the pairs it shares with these; only those cost time."""
        found = [0.0] * self.size
        for pair in self.entries.keys() & pairs:
            rare = rarity[pair]
            for row, _ in self.entries[pair]:
                found[row] += rare
        return found

    def products(self, counts: Counts, rarity: Rarity) -> list[float]:
        """Return for each row the product of its vector with this one."""
        products = [0.0] * self.size
        for pair, often in counts.items():
            if entries := self.entries.get(pair):
                weight = often * rarity[pair] ** 2
                for row, other in entries:
                    products[row] += weight * other
        return products

    def met(self, counts: Counts, rarity: Rarity) -> tuple[list[float], list[float], list[int]]:
        """Return for each row the product of its vector with this one, and weight and number of the shared pairs."""
        products, shared, common = [0.0] * self.size, [0.0] * self.size, [0] * self.size
        for pair, often in counts.items():
            if entries := self.entries.get(pair):
                rare = rarity[pair]
                weight = often * rare**2
                for row, other in entries:
                    products[row] += weight * other
                    shared[row] += rare
                    common[row] += 1
        return products, shared, common


@dataclass(frozen=True)
class _Nation:
    """What does not change from catalogue to catalogue: the nation's rows, turned round, and in how many a pair is."""

    rows: tuple[Row, ...]
    seen: Counter[str]
    names: _Turned
    texts: _Turned
    targets: _Turned
    everything: _Turned


@dataclass(frozen=True)
class Likeness:
    """The rows of a catalogue and of the nation, and how rare each pair of characters is in both."""

    items: Sequence[Item]
    nation: Sequence[Item]
    ours: Sequence[Row]
    turned: _Nation
    rarity: Rarity

    @property
    def theirs(self) -> Sequence[Row]:
        """Return the rows of the nation."""
        return self.turned.rows

    def scores(self) -> list[list[float]]:
        """Return the likeness, 0 to 1, of every row (first index) and every national item (second)."""
        return [self._named(item, self._scores(row)) for row, item in zip(self.ours, self.items, strict=True)]

    def _scores(self, row: Row) -> list[float]:
        parts = zip(self._of_names(row), self._of_texts(row), self._of_targets(row), strict=True)
        return [name + text + target for name, text, target in parts]

    def _of_names(self, row: Row) -> list[float]:
        """Compare names, as a whole and how much of the shorter is in the other; and each name with all of the row."""
        turned, rarity, own = self.turned, self.rarity, self.weight(row.name) or 1.0
        products, shared, _ = turned.names.met(row.name, rarity)
        ours, theirs = turned.everything.shared(row.name.keys(), rarity), turned.names.shared(row.everything, rarity)
        length = self._length(row.name)
        columns = zip(products, shared, ours, theirs, self._lengths[0], self._weights[0], strict=True)
        return [
            _NAMES * (0.4 * product / (length * other) + 0.6 * both / (own if own < weight else weight))
            + _INSIDE * (one / own + their / weight) / 2
            if one or their else 0.0  # a name that is in both is in all of either
            for product, both, one, their, other, weight in columns
        ]  # fmt: skip

    def _of_texts(self, row: Row) -> list[float]:
        """Compare what is provided: as a whole or ours inside theirs; and whether that is nearly all of both."""
        products, shared, common = self.turned.texts.met(row.text, self.rarity)
        own, length = self.weight(row.text), self._length(row.text)
        lengths, weights = self._lengths[1], self._weights[1]
        found = [_PROVIDED * product / (length * other) for product, other in zip(products, lengths, strict=True)]
        for n, many in enumerate(common):
            if many >= _ENOUGH:
                both, inside = shared[n], 0.8 * shared[n] / own
                nearly = both / (own if own > weights[n] else weights[n])
                found[n] = max(found[n], _PROVIDED * inside) + _NEARLY_ALL * nearly
        return found

    def _of_targets(self, row: Row) -> list[float]:
        """Compare target groups; one that many items share (城乡居民) tells little."""
        products = self.turned.targets.products(row.target, self.rarity)
        length = self._length(row.target)
        cosines = [product / (length * other) for product, other in zip(products, self._lengths[2], strict=True)]
        common = math.sqrt(max(1, sum(one > 0.8 for one in cosines)))
        return [_TARGET * one / common for one in cosines]

    @cached_property
    def _lengths(self) -> tuple[list[float], ...]:
        """The lengths of the vectors of the nation's names, texts and target groups."""
        columns = zip(*((row.name, row.text, row.target) for row in self.theirs), strict=True)
        return tuple([self._length(counts) for counts in column] for column in columns)

    @cached_property
    def _weights(self) -> tuple[list[float], list[float]]:
        """The weights of the nation's names and texts, 1 for an empty one, which shares nothing."""
        rows = self.theirs
        return [self.weight(row.name) or 1.0 for row in rows], [self.weight(row.text) or 1.0 for row in rows]

    def _length(self, counts: Counts) -> float:
        """Return the length of a text's vector, whose parts are counts by rarity; 1 for an empty text."""
        rarity = self.rarity
        return math.sqrt(sum([(often * rarity[pair]) ** 2 for pair, often in counts.items()])) or 1.0

    def _named(self, item: Item, scores: list[float]) -> list[float]:
        """Set rows of one name at 1: nothing tells them apart, and a second one becomes a split. Add the domain."""
        others = self.of_others(item)
        if any(others):
            scores = [_OF_OTHERS * score if apart else score for score, apart in zip(scores, others, strict=True)]
        for n in self._by_domain.get(bare_domain(item), ()):
            if not others[n]:
                scores[n] += _DOMAIN
        scores = [score if score < 0.99 else 0.99 for score in scores]
        for n in self._by_name.get(key(item.name), ()):
            scores[n] = 1.0
        return scores

    def of_others(self, item: Item) -> list[bool]:
        """Say of each national item whether it knows nothing of the people whom this row's name is about.

        退役军人就业创业服务 is no 创业服务: the nation serves 退役军人 in items of their own.
        """
        about = [group for group in kinds_of_people() if group in item.name]
        if not about:
            return [False] * len(self.nation)
        return [not any(group in text for group in about) for text in self._said]

    @cached_property
    def _said(self) -> list[str]:
        """Where the nation's items may speak of people."""
        return ["".join((other.name, other.text("target"), other.text("standard"))) for other in self.nation]

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[int]]:
        return _places(key(other.name) for other in self.nation)

    @cached_property
    def _by_domain(self) -> Mapping[str, Sequence[int]]:
        return _places(self.domains)

    @cached_property
    def domains(self) -> list[str]:
        """The bare names of the domains of the nation's items."""
        return [bare_domain(other) for other in self.nation]

    def weight(self, pairs: Iterable[str]) -> float:
        """Return the weight of a set of pairs by their rarity."""
        rarity = self.rarity
        return sum([rarity[pair] for pair in pairs])

    def share(self, part: Pairs, whole: Pairs) -> float:
        """Return how much of the pairs of one text, by rarity, stands in the other."""
        return _part(self.weight(part & whole), self.weight(part))

    def part_of(self, i: int, n: int) -> float:
        """Return how surely a row is a part of a national item: its name or what it provides stands in that one."""
        one, other = self.ours[i], self.theirs[n]
        both = one.text.keys() & other.text.keys()
        text = self.share(one.text.keys(), both) if len(both) >= _ENOUGH else 0.0
        pieces = [pairs for pairs in one.pieces if pairs]
        listed = min((self.share(pairs, other.everything) for pairs in pieces), default=0.0)
        return max(self.share(one.name.keys(), other.everything), listed, text)

    def added(self, n: int, known: int, i: int) -> float:
        """Return how much of what tells one national item from another, ``known``, a row has: it answers to both.

        Either the name counts (it stands in the row) or the text (a third of it does). What little tells two names
        apart (职工, 创业) must stand in the row's own name: elsewhere it may be there by chance.
        """
        one, other, row = self.theirs[n], self.theirs[known], self.ours[i]
        telling = one.name.keys() - other.everything
        name = self.share(telling, row.everything if len(telling) > _CHANCE else row.name.keys())
        text = self.share(one.text.keys() - other.everything, row.text.keys())
        return max(name, min(1.0, 3 * text))


def _places(words: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Return for each word where it stands."""
    found: dict[str, list[int]] = {}
    for n, word in enumerate(words):
        found.setdefault(word, []).append(n)
    return found


def _part(shared: float, weight: float) -> float:
    return shared / weight if weight else 0.0


def likeness(items: Sequence[Item], nation: Sequence[Item]) -> Likeness:
    """Return the likeness of a catalogue's rows and the nation's items."""
    ours, turned = [_row(*_texts(item)) for item in items], _nation(tuple(map(_texts, nation)))
    seen = turned.seen.copy()
    for row in ours:
        seen.update(row.everything)
    count = len(items) + len(nation)
    rare = {often: math.log(1 + count / often) for often in set(seen.values())}
    return Likeness(items, nation, ours, turned, {pair: rare[often] for pair, often in seen.items()})


def _texts(item: Item) -> tuple[str, str, str]:
    """Return the name of an item, what it provides, and to whom."""
    provided = "。".join(item.text(column) for column in ("content", "standard", "coverage"))
    return item.name, provided, item.text("target")


@lru_cache(maxsize=4)
def _nation(texts: tuple[tuple[str, str, str], ...]) -> _Nation:
    rows = tuple(_row(*one) for one in texts)
    names, provided, targets = [row.name for row in rows], [row.text for row in rows], [row.target for row in rows]
    everything = [dict.fromkeys(row.everything, 1.0) for row in rows]
    seen = Counter(pair for row in rows for pair in row.everything)
    return _Nation(rows, seen, _Turned(names), _Turned(provided), _Turned(targets), _Turned(everything))


@lru_cache(maxsize=1024)  # a county's rows are mostly its province's, word for word
def _row(name: str, text: str, target: str) -> Row:
    own, provided, whom = _counts(name), _counts(_EXCEPTED.sub("", text)), _counts(_EXCEPTED.sub("", target))
    # 服务 at the end of a long name is no part of what it names: 流动人员人事档案管理服务. A piece may have pairs that
    # the name has not, where the whole is known by another word.
    bare = name.removesuffix("服务") if len(name) >= _LONG_NAME else name
    pieces = tuple(_counts(piece).keys() for piece in _LISTED.split(bare))
    return Row(pieces, own, provided, whom, frozenset().union(own, provided, whom, *pieces))


def _counts(text: str) -> Counts:
    letters = canonical(text)
    counted = Counter(map(str.__add__, letters, letters[1:]))
    return {pair: 1 + math.log(count) for pair, count in counted.items()}


def bare_domain(item: Item) -> str:
    """Return the name of an item's domain without the words that catalogues add or drop: 文化体育."""
    return _bare(item.text("domain"))


@lru_cache(maxsize=4096)
def _bare(heading: str) -> str:
    name = key(heading)
    for word in ("基本", "公共", "服务"):
        name = name.replace(word, "")
    return name
