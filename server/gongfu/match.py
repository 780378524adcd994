"""Match: which national item does each row of a catalogue answer to?

Place in the flow: arrange -> **match** -> map. The likeness of the rows' words decides (gongfu.likeness), no model, no
number and no order. What stays unsure says so by its confidence.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from gongfu.catalogue import Item, Unread
from gongfu.likeness import Likeness, bare_domain, likeness
from gongfu.text import key
from gongfu.thresholds import threshold

# In interleaved columns a name stands in 2 to PIECES pieces, of 3 characters in the mean, with up to BETWEEN others
# between two of them.
_PIECES, _BETWEEN = 4, 20
# A row that has all of what tells a second item may be so much less like it.
_NEARLY = 0.9
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


Quantities = Mapping[str, frozenset[str]]


def match(
    items: Sequence[Item], nation: Sequence[Item], quantities: Quantities | None = None
) -> tuple[Correspondence, ...]:
    """Return the correspondences of a catalogue's items to the nation's: every item of either side appears.

    ``quantities`` maps an item's key to the national items whose quantities it names (在册患者管理率 speaks for
    严重精神障碍患者管理 whatever the row is called): words of weight that character statistics may not show.
    """
    alike = likeness(items, nation)
    scores = alike.scores()
    named = _named(items, nation, quantities or {})
    _raise(scores, named)
    pairs = _assign(scores)
    pairs += _splits(alike, scores, pairs)
    pairs += _left_over(alike, scores, pairs)
    pairs += _merges(alike, scores, pairs, named)
    return _correspondences(items, nation, _surer(scores, pairs))


def _named(items: Sequence[Item], nation: Sequence[Item], quantities: Quantities) -> list[set[int]]:
    """Return for each row the places of the national items whose quantities it names."""
    places = {item.key: n for n, item in enumerate(nation)}
    return [{places[one] for one in quantities.get(item.key, ()) if one in places} for item in items]


def _raise(scores: list[list[float]], named: Sequence[Set[int]]) -> None:
    """Raise the likeness of the rows to the national items whose quantities they name."""
    for row, own in zip(scores, named, strict=True):
        for n in own:
            row[n] = row[n] if row[n] == 1.0 else min(row[n] + threshold("match-quantity"), 0.99)


@dataclass(frozen=True)
class _Pair:
    item: int
    nation: int
    score: float
    why: str


def _assign(scores: list[list[float]]) -> list[_Pair]:
    """Pair one to one, nearest first; equal names are told apart by the rest of the row."""
    least = threshold("match")
    ranked = sorted(
        ((score, i, n) for i, row in enumerate(scores) for n, score in enumerate(row) if score >= least),
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


def _surer(scores: list[list[float]], pairs: list[_Pair]) -> list[_Pair]:
    """Say "alone" of the pairs that no other pair of their rows comes near, but for those that are pairs too."""
    taken, (by_row, by_column) = {(pair.item, pair.nation) for pair in pairs}, _settled(pairs)
    far = 2 * threshold("match-margin")
    # What might be meant instead: no pair itself, and its other side not much surer of another.
    least_of_row = [by_row.get(i, 0.0) - far for i in range(len(scores))]
    least_of_column = [by_column.get(n, 0.0) - far for n in range(len(scores[0]) if scores else 0)]
    rows, columns = [0.0] * len(least_of_row), [0.0] * len(least_of_column)
    for i, row in enumerate(scores):
        for n, score in enumerate(row):
            if score > rows[i] and score > least_of_column[n] and (i, n) not in taken:
                rows[i] = score
            if score > columns[n] and score > least_of_row[i] and (i, n) not in taken:
                columns[n] = score

    def alone(pair: _Pair) -> bool:
        others = max(rows[pair.item], columns[pair.nation])
        return pair.why == "similarity" and scores[pair.item][pair.nation] - others >= threshold("match-margin")

    return [replace(pair, why="alone") if alone(pair) else pair for pair in pairs]


def _settled(pairs: list[_Pair]) -> tuple[dict[int, float], dict[int, float]]:
    """Return for each row that has a pair, and for each national item, the likeness of its best one."""
    rows, columns = dict[int, float](), dict[int, float]()
    for pair in pairs:
        rows[pair.item] = max(pair.score, rows.get(pair.item, 0.0))
        columns[pair.nation] = max(pair.score, columns.get(pair.nation, 0.0))
    return rows, columns


def _splits(alike: Likeness, scores: list[list[float]], pairs: list[_Pair]) -> list[_Pair]:
    """Pair the rows left over that are a part of a national item: 疾病应急救助 is one of 医疗救助."""
    paired = {pair.item for pair in pairs}
    found: list[_Pair] = []
    for i, row in enumerate(scores):
        best = max(range(len(row)), key=row.__getitem__, default=None)
        if i in paired or best is None:
            continue
        part = alike.part_of(i, best)
        if _is_part(row, best, part):
            found.append(_Pair(i, best, max(part, row[best]), "part"))
    return found


def _is_part(row: Sequence[float], best: int, part: float) -> bool:
    """Say whether a row left over is a part of the item nearest to it: by what stands inside it, or by likeness.

    A name that stands in the item as a whole needs less likeness of the rest (流动人员人事档案管理服务); one that
    leaves every other item far behind needs no more.
    """
    second = threshold("match-second")
    if row[best] < second:
        return part >= threshold("match-whole") and row[best] >= second / 2
    others = max((score for n, score in enumerate(row) if n != best), default=0.0)
    far = row[best] - others >= 2 * threshold("match-margin") and row[best] >= threshold("match") + second / 2
    return part >= threshold("match-part") or far or row[best] >= 2 * second


def _merges(alike: Likeness, scores: list[list[float]], pairs: list[_Pair], named: Sequence[Set[int]]) -> list[_Pair]:
    """Pair the national items left over that a row answers beside the item it is paired with already.

    ``named`` are for each row the national items whose quantities it names: 干预覆盖率 speaks for the intervention.
    """
    partner = {pair.item: pair.nation for pair in pairs if pair.why != "left-over"}
    paired = {pair.nation for pair in pairs}
    found: list[_Pair] = []
    for n in range(len(alike.nation)):
        best = max(partner, key=lambda i: scores[i][n], default=None)
        if n in paired or best is None or scores[best][n] < _NEARLY * threshold("match-second"):
            continue
        added = 1.0 if n in named[best] else alike.added(n, partner[best], best)
        near = scores[best][n] >= threshold("match-second")
        both = near and (added >= threshold("match-added") or _is_both(scores[best], n, added))
        if both or _has_whole(alike, best, n, added):
            found.append(_Pair(best, n, added, "part"))
    return found


def _is_both(row: Sequence[float], n: int, added: float) -> bool:
    """Say whether a row is like a second item as rows are that answer one alone, and has half of what tells it."""
    return row[n] >= threshold("match") + threshold("match-margin") * 2 and added >= threshold("match-added") / 2


def _has_whole(alike: Likeness, i: int, n: int, added: float) -> bool:
    """Say whether a row has all of what tells a second item, and is about no people whom that one does not serve."""
    return added >= threshold("match-whole") and not alike.of_others(alike.items[i])[n]


def _left_over(alike: Likeness, scores: list[list[float]], pairs: list[_Pair]) -> list[_Pair]:
    """Propose pairs among what nothing claims, within one domain: each must be the other's nearest."""
    free_items = set(range(len(alike.items))) - {pair.item for pair in pairs}
    free_nation = set(range(len(alike.nation))) - {pair.nation for pair in pairs}
    highest = {n: max((scores[i][n] for i in free_items), default=0.0) for n in free_nation}
    found: list[_Pair] = []
    for i in sorted(free_items):
        domain = bare_domain(alike.items[i])
        others = alike.of_others(alike.items[i])
        near = {n: scores[i][n] for n in free_nation if alike.domains[n] == domain and not others[n]}
        best = max(near, key=lambda n: near[n], default=None)
        if best is not None and near[best] >= threshold("match-left-over") and near[best] == highest[best]:
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
    if pair.why == "left-over":
        return 0.35
    if pair.why == "part":
        return round(0.5 + pair.score / 4, 2)
    sure = 0.15 if pair.why == "alone" else 0.0
    return round(min(0.99, 0.4 + sure + (pair.score - threshold("match")) * 1.1), 2)
