"""Likeness: how near two rows of two catalogues are by their words.

Place in the flow: below match; decides nothing. Names, texts and target groups are compared by pairs of neighbouring
characters, each weighted by how rare it is in the two catalogues. Numbers and order carry no weight.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from gongfu.catalogue import Item
from gongfu.synonyms import canonical, kinds_of_people
from gongfu.text import key

# What the likeness of two rows is made of: their names, how much of either name stands somewhere in the other row, what
# is provided, whether that is nearly all of both, to whom. Fitted to the rows that people paired in three published
# catalogues and twelve written ones.
_WEIGHTS = (0.25, 0.32, 0.20, 0.12, 0.23)
_DOMAIN = 0.02
# What is left of the likeness of two rows when one is named after people of whom the other does not speak.
_OF_OTHERS = 0.7
# Two texts with fewer pairs in common say too little for one to be contained in the other by more than chance.
_ENOUGH = 4
_CHANCE = 2
# What is named only to be left out (除职工基本医疗保险应参保人员以外) is no part of the row that names it.
_EXCEPTED = re.compile(
    r"(除|不含|不包括|不属于|未参加|未参保|未享受|未纳入)[^，。；]*?(以外|之外|外|）|的|(?=[，。；]|$))"
)
_LISTED = re.compile("[、和与及]")

Vector = Mapping[str, float]
Pairs = Set[str]


@dataclass(frozen=True)
class Row:
    """A row as pairs of neighbouring characters: of its name, of what it provides, of name, that and target group.

    ``pieces`` are those of each thing that the name lists (就业登记与失业登记). ``vectors`` weigh those of name, text
    and target by number and rarity, to length one.
    """

    pieces: Sequence[Pairs]
    name: Pairs
    text: Pairs
    everything: Pairs
    vectors: Mapping[str, Vector]


class _Index:
    """The nation's rows turned round: for each pair of characters the rows that have it, with its weight there."""

    def __init__(self, vectors: Iterable[Vector]) -> None:
        self.entries: dict[str, list[tuple[int, float]]] = {}
        self.weights: list[float] = []
        for row, vector in enumerate(vectors):
            self.weights.append(sum(vector.values()))
            for pair, weight in vector.items():
                self.entries.setdefault(pair, []).append((row, weight))

    def sums(self, vector: Vector) -> list[float]:
        """Return for each row the sum over the pairs it shares with a vector; only what is shared costs time."""
        found = [0.0] * len(self.weights)
        for pair, weight in vector.items():
            for row, other in self.entries.get(pair, ()):
                found[row] += weight * other
        return found

    def common(self, pairs: Pairs) -> list[int]:
        """Return for each row how many pairs it shares with these."""
        found = [0] * len(self.weights)
        for pair in pairs:
            for row, _ in self.entries.get(pair, ()):
                found[row] += 1
        return found

    def shares(self, pairs: Pairs, weight: float = 0.0) -> list[float]:
        """Return for each row how much of its own weight it shares with these pairs, or of theirs where it is given."""
        shared = self.sums(dict.fromkeys(pairs, 1.0))
        return [_part(one, weight or own) for one, own in zip(shared, self.weights, strict=True)]


@dataclass(frozen=True)
class Likeness:
    """The rows of a catalogue and of the nation, and how rare each pair of characters is in both."""

    items: Sequence[Item]
    nation: Sequence[Item]
    ours: Sequence[Row]
    theirs: Sequence[Row]
    rarity: Vector

    def scores(self) -> list[list[float]]:
        """Return the likeness, 0 to 1, of every row (first index) and every national item (second)."""
        cosines = {part: _Index(row.vectors[part] for row in self.theirs) for part in ("name", "text", "target")}
        names, texts = self._index(row.name for row in self.theirs), self._index(row.text for row in self.theirs)
        everything = self._index(row.everything for row in self.theirs)
        found = []
        for row, item in zip(self.ours, self.items, strict=True):
            parts = [
                _names(row, cosines["name"], names, self.weight(row.name)),
                _inside(row, names, everything, self.weight(row.name)),
                *_provided(row, cosines["text"], texts, self.weight(row.text)),
                _target(row, cosines["target"]),
            ]
            weighed = [[weight * one for one in part] for weight, part in zip(_WEIGHTS, parts, strict=True)]
            found.append(self._named(item, [sum(one) for one in zip(*weighed, strict=True)]))
        return found

    def _index(self, rows: Iterable[Pairs]) -> _Index:
        return _Index({pair: self.rarity[pair] for pair in pairs} for pairs in rows)

    def _named(self, item: Item, scores: list[float]) -> list[float]:
        """Set rows of one name at 1: nothing tells them apart, and a second one becomes a split. Add the domain."""
        name = key(item.name)
        domains = [_DOMAIN if same_domain(item, other) else 0.0 for other in self.nation]
        names = [name == key(other.name) for other in self.nation]
        return [
            1.0 if same else min(_OF_OTHERS * score if others else score + domain, 0.99)
            for same, score, domain, others in zip(names, scores, domains, self._of_others(item), strict=True)
        ]

    def _of_others(self, item: Item) -> list[bool]:
        """Say of each national item whether it knows nothing of the people whom this row's name is about.

        退役军人就业创业服务 is no 创业服务: the nation serves 退役军人 in items of their own.
        """
        about = [group for group in kinds_of_people() if group in item.name]
        texts = ["".join((other.name, other.text("target"), other.text("standard"))) for other in self.nation]
        return [bool(about) and not any(group in text for group in about) for text in texts]

    def weight(self, pairs: Pairs) -> float:
        """Return the weight of a set of pairs by their rarity."""
        return sum(self.rarity[pair] for pair in pairs)

    def share(self, part: Pairs, whole: Pairs) -> float:
        """Return how much of the pairs of one text, by rarity, stands in the other."""
        return _part(self.weight(part & whole), self.weight(part))

    def part_of(self, i: int, n: int) -> float:
        """Return how surely a row is a part of a national item: its name or what it provides stands in that one."""
        one, other = self.ours[i], self.theirs[n]
        text = self.share(one.text, other.text) if len(one.text & other.text) >= _ENOUGH else 0.0
        pieces = [pairs for pairs in one.pieces if pairs]
        listed = min((self.share(pairs, other.everything) for pairs in pieces), default=0.0)
        return max(self.share(one.name, other.everything), listed if len(pieces) > 1 else 0.0, text)

    def added(self, n: int, known: int, i: int) -> float:
        """Return how much of what tells one national item from another, ``known``, a row has: it answers to both.

        Either the name counts (it stands in the row) or the text (a third of it does). What little tells two names
        apart (职工, 创业) must stand in the row's own name: elsewhere it may be there by chance.
        """
        one, other, row = self.theirs[n], self.theirs[known], self.ours[i]
        telling = one.name - other.name
        name = self.share(telling, row.everything if len(telling) > _CHANCE else row.name)
        text = self.share(one.text - other.everything, row.text)
        return max(name, min(1.0, 3 * text))


def _names(row: Row, cosine: _Index, names: _Index, own: float) -> list[float]:
    """Compare names: as a whole, and how much of the shorter stands in the other."""
    cosines = cosine.sums(row.vectors["name"])
    shares = zip(names.shares(row.name, own), names.shares(row.name), strict=True)
    return [0.4 * whole + 0.6 * max(share) for whole, share in zip(cosines, shares, strict=True)]


def _inside(row: Row, names: _Index, everything: _Index, own: float) -> list[float]:
    """Compare each name with the whole of the other row."""
    both = zip(everything.shares(row.name, own), names.shares(row.everything), strict=True)
    return [(ours + theirs) / 2 for ours, theirs in both]


def _provided(row: Row, cosine: _Index, texts: _Index, own: float) -> tuple[list[float], list[float]]:
    """Compare what is provided: as a whole or ours inside theirs; and whether that is nearly all of both."""
    inside = [
        share if common >= _ENOUGH else 0.0
        for share, common in zip(texts.shares(row.text, own), texts.common(row.text), strict=True)
    ]
    cosines = cosine.sums(row.vectors["text"])
    texts_alike = [max(whole, 0.8 * part) for whole, part in zip(cosines, inside, strict=True)]
    return texts_alike, [min(pair) for pair in zip(inside, texts.shares(row.text), strict=True)]


def _target(row: Row, cosine: _Index) -> list[float]:
    """Compare target groups; one that many items share (城乡居民) tells little."""
    cosines = cosine.sums(row.vectors["target"])
    common = math.sqrt(max(1, sum(one > 0.8 for one in cosines)))
    return [one / common for one in cosines]


def _part(shared: float, weight: float) -> float:
    return shared / weight if weight else 0.0


def likeness(items: Sequence[Item], nation: Sequence[Item]) -> Likeness:
    """Return the likeness of a catalogue's rows and the nation's items."""
    counted = [_counted(item) for item in (*items, *nation)]
    rarity = _rarity(counted)
    pieces = [[_pairs_of(piece).keys() for piece in _LISTED.split(item.name)] for item in (*items, *nation)]
    rows = [_row(texts, rarity, listed) for texts, listed in zip(counted, pieces, strict=True)]
    return Likeness(items, nation, rows[: len(items)], rows[len(items) :], rarity)


def _counted(item: Item) -> Mapping[str, Counter[str]]:
    provided = "。".join(item.text(column) for column in ("content", "standard", "coverage"))
    texts = {"name": item.name, "text": provided, "target": item.text("target")}
    return {part: _pairs_of(text if part == "name" else _EXCEPTED.sub("", text)) for part, text in texts.items()}


def _pairs_of(text: str) -> Counter[str]:
    letters = canonical(text)
    return Counter(letters[index : index + 2] for index in range(len(letters) - 1))


def _rarity(counted: Sequence[Mapping[str, Counter[str]]]) -> Vector:
    seen: Counter[str] = Counter()
    for texts in counted:
        seen.update({pair for text in texts.values() for pair in text})
    return {pair: math.log(1 + len(counted) / count) for pair, count in seen.items()}


def _row(texts: Mapping[str, Counter[str]], rarity: Vector, pieces: Sequence[Pairs]) -> Row:
    vectors = {part: _vector(counts, rarity) for part, counts in texts.items()}
    everything = frozenset(pair for counts in texts.values() for pair in counts)
    return Row(pieces, frozenset(texts["name"]), frozenset(texts["text"]), everything, vectors)


def _vector(counts: Counter[str], rarity: Vector) -> Vector:
    weighted = {pair: (1 + math.log(count)) * rarity[pair] for pair, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
    return {pair: weight / length for pair, weight in weighted.items()}


def same_domain(one: Item, other: Item) -> bool:
    """Say whether two rows stand under headings of one name: 基本公共文化体育服务 is 文化体育."""
    return _bare_domain(one.text("domain")) == _bare_domain(other.text("domain"))


@lru_cache(maxsize=4096)
def _bare_domain(heading: str) -> str:
    """Return the domain's name without the words that catalogues add or drop."""
    name = key(heading)
    for word in ("基本", "公共", "服务"):
        name = name.replace(word, "")
    return name
