"""Match: which national item does each row of a catalogue answer to?

Place in the flow: arrange -> **match** -> map. Statistics of characters decide, no model and no number: names,
standards and target groups are compared by pairs of neighbouring characters, each weighted by how rare it is in the
two catalogues. Numbers and order carry no weight. What stays unsure says so by its confidence.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gongfu.catalogue import Item, Unread
from gongfu.synonyms import canonical
from gongfu.text import key

# How the likeness of two rows is put together; found by comparing with the curated correspondences of two provinces.
_NAME, _STANDARD, _TARGET, _DOMAIN = 0.55, 0.27, 0.13, 0.05
# Below ACCEPT a pair is not proposed; a second partner must be nearer still, for a split or merge is a strong claim.
ACCEPT, ACCEPT_SECOND, ACCEPT_BY_QUANTITY = 0.34, 0.62, 0.42
# What is named only to be left out (除职工基本医疗保险应参保人员以外) is no part of the row that names it.
_EXCEPTED = re.compile(r"(除|不含|不包括|不属于)[^，。；]*?(以外|之外|外|）|(?=[，。；]))")
# What it adds to the likeness of a pair that the row names a quantity which only that national item has.
QUANTITY = 0.3
# Two rows of one domain that nothing else claims are proposed to a person when they share at least this much.
ACCEPT_LEFT_OVER = 0.11

# In interleaved columns a name stands in 2 to PIECES pieces, of 3 characters in the mean, with up to BETWEEN others
# between two of them.
_PIECES, _BETWEEN = 4, 20
_UNREAD = "其名称出现在没有读懂的文字中"


@dataclass(frozen=True)
class Correspondence:
    """A row of the catalogue and the national item it answers to; one side is None where there is no counterpart.

    ``relation`` is a code of change-type, seen from the catalogue; ``confidence`` is between 0 and 1.
    """

    national: str | None
    item: str | None
    relation: str
    cardinality: str
    justification: str
    confidence: float
    note: str = ""
    exemption: str = ""


Vector = Mapping[str, float]


Quantities = Mapping[str, frozenset[str]]


def match(
    items: Sequence[Item], nation: Sequence[Item], quantities: Quantities | None = None
) -> tuple[Correspondence, ...]:
    """Return the correspondences of a catalogue's items to the nation's: every item of either side appears.

    ``quantities`` maps an item's key to the national items whose quantities it names: 在册患者管理率 speaks for
    严重精神障碍患者管理 whatever the row is called.
    """
    named = quantities or {}
    scores = [
        [_raised(score, other.key in named.get(item.key, ())) for score, other in zip(row, nation, strict=True)]
        for row, item in zip(_scores(items, nation), items, strict=True)
    ]
    pairs = _assign(scores, items, nation)
    pairs += _seconds(scores, items, nation, pairs, named)
    pairs += _left_over(scores, items, nation, pairs)
    return _correspondences(items, nation, pairs)


def _raised(score: float, names_its_quantity: bool) -> float:
    return score if score == 1.0 or not names_its_quantity else min(score + QUANTITY, 0.99)


@dataclass(frozen=True)
class _Pair:
    item: int
    nation: int
    score: float
    why: str


def _scores(items: Sequence[Item], nation: Sequence[Item]) -> list[list[float]]:
    """Return the likeness of every item (row) to every national item (column)."""
    rarity = _rarity([*items, *nation])
    theirs = {field: _index([_vector(text, rarity) for text in texts]) for field, texts in _columns(nation).items()}
    ours = {field: [_vector(text, rarity) for text in texts] for field, texts in _columns(items).items()}
    weights = {"name": _NAME, "standard": _STANDARD, "target": _TARGET}
    return [
        _row(item, nation, {one: _cosines(ours[one][position], theirs[one], len(nation)) for one in weights}, weights)
        for position, item in enumerate(items)
    ]


def _row(
    item: Item, nation: Sequence[Item], cosines: Mapping[str, list[float]], weights: Mapping[str, float]
) -> list[float]:
    name, domain = key(item.name), _domain(item)
    row = []
    for column, other in enumerate(nation):
        if name == key(other.name):
            row.append(1.0)  # told apart from other rows of the same name by nothing: a second one becomes a split
            continue
        likeness = sum(weight * cosines[field][column] for field, weight in weights.items())
        row.append(min(likeness + (_DOMAIN if domain == _domain(other) else 0.0), 0.99))
    return row


def _columns(items: Sequence[Item]) -> Mapping[str, list[str]]:
    return {
        "name": [item.name for item in items],
        "standard": [item.standard for item in items],
        "target": [item.text("target") for item in items],
    }


def _index(vectors: Sequence[Vector]) -> Mapping[str, list[tuple[int, float]]]:
    """Turn vectors round: for each pair of characters the columns that have it, with their weights."""
    index: dict[str, list[tuple[int, float]]] = {}
    for column, vector in enumerate(vectors):
        for pair, weight in vector.items():
            index.setdefault(pair, []).append((column, weight))
    return index


def _cosines(vector: Vector, index: Mapping[str, list[tuple[int, float]]], columns: int) -> list[float]:
    """Return the cosine of one vector with every column of an index; only what they share costs time."""
    cosines = [0.0] * columns
    for pair, weight in vector.items():
        for column, other in index.get(pair, ()):
            cosines[column] += weight * other
    return cosines


def _pairs_of(text: str) -> Counter[str]:
    letters = canonical(text)
    return Counter(letters[index : index + 2] for index in range(len(letters) - 1))


def _rarity(items: Iterable[Item]) -> Vector:
    seen: Counter[str] = Counter()
    total = 0
    for item in items:
        total += 1
        seen.update(set(_pairs_of(item.name)) | set(_pairs_of(item.standard)) | set(_pairs_of(item.text("target"))))
    return {pair: math.log(1 + total / count) for pair, count in seen.items()}


def _vector(text: str, rarity: Vector) -> Vector:
    counts = _pairs_of(text)
    weighted = {pair: (1 + math.log(count)) * rarity[pair] for pair, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
    return {pair: weight / length for pair, weight in weighted.items()}


def _assign(scores: list[list[float]], items: Sequence[Item], nation: Sequence[Item]) -> list[_Pair]:
    """Pair one to one, nearest first; equal names are told apart by the rest of the row."""
    ranked = sorted(
        ((score, i, n) for i, row in enumerate(scores) for n, score in enumerate(row) if score >= ACCEPT),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )
    pairs: list[_Pair] = []
    taken_items: set[int] = set()
    taken_nation: set[int] = set()
    for score, i, n in ranked:
        if i not in taken_items and n not in taken_nation:
            pairs.append(_Pair(i, n, score, "name" if score == 1.0 else "similarity"))
            taken_items.add(i)
            taken_nation.add(n)
    return pairs


@dataclass(frozen=True)
class _Candidate:
    """A row that a left-over row of the other side may belong to; ``by_quantity``: a quantity speaks for it."""

    position: int
    score: float
    row: Item
    by_quantity: bool


def _seconds(
    scores: list[list[float]], items: Sequence[Item], nation: Sequence[Item], pairs: list[_Pair], named: Quantities
) -> list[_Pair]:
    """Find what the one-to-one pairing left over but which clearly belongs to a pair: splits and merges."""
    paired_items = {pair.item for pair in pairs}
    paired_nation = {pair.nation for pair in pairs}
    found: list[_Pair] = []
    for i, item in enumerate(items):
        if i not in paired_items:
            speaks = named.get(item.key, frozenset())
            candidates = [_Candidate(n, scores[i][n], other, other.key in speaks) for n, other in enumerate(nation)]
            found += [_Pair(i, n, score, why) for n, score, why in _second(item, candidates)]
    for n, other in enumerate(nation):
        if n not in paired_nation:
            candidates = [
                _Candidate(i, scores[i][n], item, other.key in named.get(item.key, ())) for i, item in enumerate(items)
            ]
            found += [_Pair(i, n, score, why) for i, score, why in _second(other, candidates)]
    return found


def _words_of(row: Item) -> str:
    """Return what a row speaks of, without what it names only to leave out."""
    return key(_EXCEPTED.sub("", f"{row.name}。{row.text('target')}。{row.standard}"))


def _second(left: Item, candidates: list[_Candidate]) -> list[tuple[int, float, str]]:
    """Return the partner of a left-over row: a row whose text names it, one very alike, or one with its quantity."""
    name = key(left.name)
    naming = [one for one in candidates if len(name) >= 4 and name in _words_of(one.row)]
    alike = [one for one in candidates if one.score >= (ACCEPT_BY_QUANTITY if one.by_quantity else ACCEPT_SECOND)]
    if not naming and not alike:
        return []
    best = max(naming or alike, key=lambda one: one.score)
    return [(best.position, 0.75 if naming else best.score, "named" if naming else "similarity")]


def _left_over(
    scores: list[list[float]], items: Sequence[Item], nation: Sequence[Item], pairs: list[_Pair]
) -> list[_Pair]:
    """Propose pairs among what nothing claims, within one domain: each must be the other's nearest."""
    free_items = set(range(len(items))) - {pair.item for pair in pairs}
    free_nation = set(range(len(nation))) - {pair.nation for pair in pairs}
    found: list[_Pair] = []
    for i in sorted(free_items):
        near = {n: scores[i][n] for n in free_nation if _same_domain(items[i], nation[n])}
        best = max(near, key=lambda n: near[n], default=None)
        if best is None or near[best] < ACCEPT_LEFT_OVER:
            continue
        if all(scores[other][best] <= near[best] for other in free_items):
            found.append(_Pair(i, best, near[best], "left-over"))
    return found


def unsettled(
    pairs: Sequence[Correspondence], nation: Sequence[Item], unread: Sequence[Unread]
) -> tuple[Correspondence, ...]:
    """Say unknown for the national items that seem missing and whose name stands in words that could not be read."""
    texts = [(key(one.text), one.kind == "passage") for one in unread if one.kind in {"row", "passage"}]
    names = {item.key: key(item.name) for item in nation}

    def unknown(pair: Correspondence) -> bool:
        name = names.get(pair.national or "", "")
        return pair.relation == "missing" and bool(name) and any(
            name in text or (interleaved and _in_pieces(name, text)) for text, interleaved in texts
        )  # fmt: skip

    return tuple(replace(pair, relation="unknown", note=_UNREAD) if unknown(pair) else pair for pair in pairs)


def _in_pieces(name: str, text: str) -> bool:
    """Say whether a name stands in interleaved columns: in a few pieces, in order, with little between them."""
    starts = (found.start() for found in re.finditer(re.escape(name[:2]), text))
    pieces = max(2, min(len(name) // 3, _PIECES))
    return any(_goes_on(name, text, start, start, pieces) for start in starts)


def _goes_on(name: str, text: str, first: int, last: int, pieces: int) -> bool:
    """Say whether the rest of a name goes on in the text at ``first`` to ``last``, in no more pieces than these."""
    if not name or not pieces:
        return not name
    for start in range(first, min(last + 1, len(text))):
        shared = next((size for size in range(len(name), 0, -1) if text.startswith(name[:size], start)), 0)
        for size in range(shared, min(2, len(name)) - 1, -1):  # a lone character counts only at the end
            end = start + size
            if _goes_on(name[size:], text, end, end + _BETWEEN, pieces - 1):
                return True
    return False


def _same_domain(one: Item, other: Item) -> bool:
    return _domain(one) == _domain(other)


@lru_cache(maxsize=4096)
def _bare_domain(heading: str) -> str:
    """Return the domain's name without the words that catalogues add or drop: 基本公共文化体育服务 is 文化体育."""
    name = key(heading)
    for word in ("基本", "公共", "服务"):
        name = name.replace(word, "")
    return name


def _domain(item: Item) -> str:
    return _bare_domain(item.text("domain"))


def _correspondences(items: Sequence[Item], nation: Sequence[Item], pairs: list[_Pair]) -> tuple[Correspondence, ...]:
    per_item = Counter(pair.item for pair in pairs)
    per_nation = Counter(pair.nation for pair in pairs)
    result = [_correspondence(pair, items, nation, per_item[pair.item], per_nation[pair.nation]) for pair in pairs]
    result += [
        Correspondence(None, item.key, "new", "0:1", "similarity", 0.9, "没有相近的国家项目")
        for i, item in enumerate(items) if not per_item[i]
    ]  # fmt: skip
    result += [
        Correspondence(item.key, None, "missing", "1:0", "similarity", 0.9, "没有相近的地方项目")
        for n, item in enumerate(nation) if not per_nation[n]
    ]  # fmt: skip
    order = {item.key: item.position for item in items}
    return tuple(sorted(result, key=lambda one: order.get(one.item or "", len(order) + 1)))


def _correspondence(
    pair: _Pair, items: Sequence[Item], nation: Sequence[Item], partners: int, siblings: int
) -> Correspondence:
    """``partners`` national items answer this row (a merge), ``siblings`` rows answer its national item (a split)."""
    one, other = items[pair.item], nation[pair.nation]
    same_name = key(one.name) == key(other.name)
    relation = "merged" if partners > 1 else "split" if siblings > 1 else "same" if same_name else "renamed"
    justification = "name-equal" if same_name else "similarity"
    confidence = 1.0 if same_name and siblings == 1 else _confidence(pair)
    note = "" if same_name else f"名称不同：国家“{other.name}”"
    note += "；只因同一领域双方各有剩余而提出，须人工确认" if pair.why == "left-over" else ""
    return Correspondence(other.key, one.key, relation, f"{partners}:{siblings}", justification, confidence, note)


def _confidence(pair: _Pair) -> float:
    """Spread likeness over confidence: what is barely accepted is worth 0.4, what is nearly equal 0.99."""
    if pair.why == "named":
        return pair.score
    if pair.why == "left-over":
        return 0.35
    return round(min(0.99, max(0.4, 0.4 + (pair.score - ACCEPT) * 1.1)), 2)
