"""Target graph: target groups, how they compare with the nation's, and what is kept from the previous edition.

Place in the flow: **map**, beside graph; through the CONSTRUCT files of data/tables/.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain

from gongfu.catalogue import Catalogue, Item
from gongfu.codes import CodeLists
from gongfu.criteria import Criterion
from gongfu.earlier import EarlierWording
from gongfu.facts import Graph, Row, mapped
from gongfu.graph import node
from gongfu.match import Correspondence
from gongfu.relation import LOOKED_THROUGH, TargetRelation, relate
from gongfu.targets import Alternative, TargetGroup
from gongfu.text import key
from gongfu.thresholds import thresholds

Targets = Mapping[str, TargetGroup]


# --- groups -----------------------------------------------------------------------------------------------------------


def target_triples(edition: str, targets: Targets, codes: CodeLists, base: str, method: str) -> Graph:
    """Return the target groups of the items, by item key; ``method`` says who read them (grammar or person)."""
    groups: list[Row] = []
    criteria: list[Row] = []
    for item_key, group in targets.items():
        about: Row = {"edition": edition, "key": item_key}
        whole: Row = {"text": group.text, "open": group.open, "method": node(codes.iri("reading-method", method))}
        groups.append({**about, **whole})
        groups += [{**about, "limit": limit} for limit in group.limits]
        for order, kind in enumerate(group.any_of, 1):
            groups += [{**about, "order": order, **part} for part in _kind(group, kind)]
            criteria += [{**about, "order": order, **part} for part in _uses(kind)]
    stated = dict.fromkeys(
        one for group in targets.values() for kind in group.any_of for one in (*kind.all_of, *kind.none_of)
    )
    criteria += [{"edition": edition, **part} for one in stated for part in _described(one, codes)]
    return mapped("target-group", groups, base) + mapped("target-criterion", criteria, base)


def _kind(group: TargetGroup, kind: Alternative) -> Iterator[Row]:
    yield {"words": kind.words, "quote": group.text[kind.start : kind.end], "start": kind.start, "end": kind.end}
    for words in kind.unread:
        yield {"unread": words}


def _uses(kind: Alternative) -> Iterator[Row]:
    for one in kind.all_of:
        yield {"criterion": _label(one), "role": "maybe" if one.shared else "all"}
    for one in kind.none_of:
        yield {"criterion": _label(one), "role": "none"}


@lru_cache(maxsize=4096)  # most groups of a province are the nation's own
def _label(one: Criterion) -> str:
    """Return what names a criterion: its values, or its bounds (age-ge65, age-ge0-lt16)."""
    if one.values:
        return "+".join(sorted(one.values))
    bounds = (("ge" if one.lower_inclusive else "gt", one.lower), ("le" if one.upper_inclusive else "lt", one.upper))
    return "-".join(["age", *(f"{sign}{bound.normalize():f}" for sign, bound in bounds if bound is not None)])


@lru_cache(maxsize=4096)
def _described(one: Criterion, codes: CodeLists) -> tuple[Row, ...]:
    return tuple(_criterion(one, codes))


def _criterion(one: Criterion, codes: CodeLists) -> Iterator[Row]:
    attribute = codes.concept("person-attribute", one.attribute)
    assert attribute
    found = [
        concept
        for code in one.values
        if (concept := codes.concept("criterion-value", code) or codes.concept("division", code))
    ]
    words = {
        language: (" / " if language == "en" else "、").join(concept.label(language) for concept in found)
        for language in ("zh", "en")
    }
    ages = {
        "zh": _ages(one, "，", "周岁以上", "超过{}周岁", "周岁以下", "未满{}周岁"),
        "en": _ages(one, ", ", " or over", "over {}", " or under", "under {}"),
    }
    said = words if one.values else ages
    yield {
        "criterion": _label(one), "attribute": node(attribute.iri), "labelZh": f"{attribute.label('zh')}：{said['zh']}",
        "labelEn": f"{attribute.label('en')}: {said['en']}", "min": one.lower, "max": one.upper,
        "minInclusive": None if one.lower is None else one.lower_inclusive,
        "maxInclusive": None if one.upper is None else one.upper_inclusive,
        "unit": None if one.values else node(codes.iri("unit", "年")),
    }  # fmt: skip
    for concept in found:
        yield {"criterion": _label(one), "value": node(concept.iri)}


def _ages(one: Criterion, joint: str, at_least: str, above: str, at_most: str, below: str) -> str:
    said = []
    if one.lower is not None:
        said.append(
            f"{one.lower.normalize():f}{at_least}"
            if one.lower_inclusive
            else above.format(f"{one.lower.normalize():f}")
        )
    if one.upper is not None:
        said.append(
            f"{one.upper.normalize():f}{at_most}" if one.upper_inclusive else below.format(f"{one.upper.normalize():f}")
        )
    return joint.join(said)


# --- comparisons ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answering:
    """Rows that together answer national items together, the one of the nearest name first on either side."""

    items: tuple[Item, ...]
    national: tuple[Item, ...]
    confidence: float


def answering(
    pairs: Iterable[Correspondence], items: Mapping[str, Item], nation: Mapping[str, Item]
) -> list[Answering]:
    """Return the rows and national items that belong together; an unsure pair stands for itself."""
    known = [pair for pair in pairs if pair.item in items and pair.national in nation]
    sure, unsure = ([pair for pair in known if (Decimal(str(pair.confidence)) >= thresholds()["certain"]) is certain]
                    for certain in (True, False))  # fmt: skip
    return [_answering(together, items, nation) for together in [*_linked(sure), *([pair] for pair in unsure)]]


def _linked(pairs: Iterable[Correspondence]) -> list[list[Correspondence]]:
    """Return pairs in groups that share rows or national items, in the order of their first pairs."""
    groups: dict[tuple[str, str], list[Correspondence]] = {}
    for pair in pairs:
        ends = ("item", pair.item or ""), ("national", pair.national or "")
        joined = {id(groups[end]): groups[end] for end in ends if end in groups}
        together = [*(one for group in joined.values() for one in group), pair]
        for one in together:
            groups["item", one.item or ""] = groups["national", one.national or ""] = together
    return list({id(group): group for group in groups.values()}.values())


def _answering(pairs: Sequence[Correspondence], items: Mapping[str, Item], nation: Mapping[str, Item]) -> Answering:
    ordered = sorted(pairs, key=lambda pair: key(items[pair.item or ""].name) != key(nation[pair.national or ""].name))
    ours = dict.fromkeys(pair.item or "" for pair in ordered)
    theirs = dict.fromkeys(pair.national or "" for pair in ordered)
    lowest = min(pair.confidence for pair in pairs)
    return Answering(tuple(items[one] for one in ours), tuple(nation[one] for one in theirs), lowest)


def comparison_triples(
    catalogue: Catalogue, nation: Catalogue, pairs: Iterable[Correspondence], codes: CodeLists, base: str
) -> Graph:
    """Return how the target groups of a catalogue compare with the nation's, one node for what belongs together."""
    ours, theirs = ({item.key: item for item in one.items if item.text("target")} for one in (catalogue, nation))
    known, rows = tuple(pairs), list[Row]()
    certain = thresholds()["certain"]
    settled = {pair.item for pair in known if pair.national and Decimal(str(pair.confidence)) >= certain}
    waiting = [item for item in ours.values() if item.key not in settled]
    for together in answering(known, ours, theirs):
        about: Row = {"edition": catalogue.edition.id, "nation": nation.edition.id, "item": together.items[0].key,
                      "national": together.national[0].key}  # fmt: skip
        found = _related(together, catalogue.edition.region, waiting)
        rows += [{**about, **part} for part in _compared(together, found, codes)]
    return mapped("target-comparison", rows, base)


def _related(together: Answering, region: str, waiting: Sequence[Item]) -> TargetRelation:
    """Relate two sides; what rows of the same domain name that answer no national item for sure is not missing yet."""
    if Decimal(str(together.confidence)) < thresholds()["certain"]:
        return TargetRelation("undecided", "uncertain-match")
    ours, theirs = ([(item.text("target"), item.name) for item in side] for side in (together.items, together.national))
    cells = (text for item in together.items for text in (item.name, item.standard))
    domains = {item.text("domain") for item in together.items}
    others = (text for item in waiting if item.text("domain") in domains for text in (item.name, item.text("target")))
    elsewhere = "。".join(_enough(chain(cells, others)))
    return relate(ours, theirs, region, elsewhere, "。".join(item.standard for item in together.national))


def _enough(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts up to as many characters as are looked through: thousands of rows may be waiting."""
    size = 0
    for text in texts:
        yield text
        size += len(text)
        if size > LOOKED_THROUGH:
            return


def _compared(together: Answering, found: TargetRelation, codes: CodeLists) -> Iterator[Row]:
    texts = ["；".join(item.text("target") for item in side) for side in (together.items, together.national)]
    yield {
        "relation": node(codes.iri("target-relation", found.relation)), "doubtful": found.doubtful,
        "reason": node(codes.iri("target-reason", found.reason)), "confidence": Decimal(str(together.confidence)),
        "text": texts[0], "nationalText": texts[1], "words": found.words, "nationalWords": found.national_words,
    }  # fmt: skip
    for limit in found.limits:
        yield {"limit": limit}
    for item in together.items[1:]:
        yield {"otherItem": item.key}
    for item in together.national[1:]:
        yield {"otherNational": item.key}


# --- the previous edition ---------------------------------------------------------------------------------------------


def earlier_triples(
    edition: str, nation: str, earlier: str, found: Iterable[EarlierWording], codes: CodeLists, base: str
) -> Graph:
    """Return what rows keep of the previous edition's words."""
    rows: list[Row] = [
        {"edition": edition, "nation": nation, "earlierEdition": earlier, "item": one.item, "national": one.national,
         "earlier": one.earlier, "field": one.column, "column": node(codes.iri("column", one.column)),
         "text": one.text, "nationalText": one.national_text}
        for one in found
    ]  # fmt: skip
    return mapped("earlier-wording", rows, base)
