"""Funding graph: the funding rules of a catalogue become triples, through data/tables/funding-rule.rq.

Place in the flow: **map**, beside graph.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from gongfu.codes import CodeLists
from gongfu.facts import Graph, Iri, Row, mapped
from gongfu.funding import FundingRule
from gongfu.graph import node

_WHOLE = 100
_LEVELS = frozenset({"central", "province", "city", "county", "township"})  # none of them is part of another
_BELOW = frozenset({"city", "county", "township"})

Funding = Mapping[str, Sequence[FundingRule]]


def funding_triples(edition: str, funding: Funding, codes: CodeLists, base: str, method: str) -> Graph:
    """Return the funding rules of the items, by item key; ``method`` says who read them (grammar or person)."""
    rows = [
        {"edition": edition, "key": key, "order": order, **part}
        for key, rules in funding.items() for order, rule in enumerate(rules, 1)
        for part in _parts(rule, _totals(rules, order), codes, method)
    ]  # fmt: skip
    return mapped("funding-rule", rows, base)


def _totals(rules: Sequence[FundingRule], order: int) -> Row:
    """Return what the shares come to that a clause ends: as the whole, or as parts that may leave some to nobody.

    Parts that come to less than the whole and go from the province down past the city leave a rest to nobody, unless
    another clause of the text names somebody.
    """
    whole = _total(rules, order)
    if whole is not None:
        return {"total": whole}
    parts = _parts_ending(rules, order)
    levels = {payer for one in parts for payer in one.payers}
    local = len(parts) == len(rules) > 1 and levels <= _LEVELS and "province" in levels and levels & _BELOW
    return {"partTotal": _added(parts)} if local else {}


def _added(parts: Sequence[FundingRule]) -> Decimal:
    return sum((one.shares[0].percent for one in parts), Decimal(0))


def _parts_ending(rules: Sequence[FundingRule], order: int) -> Sequence[FundingRule]:
    """Return the clauses that share out one sum in turn and end with this one; none where it goes on behind it."""
    rule = rules[order - 1]
    if len(rule.shares) != 1 or (order < len(rules) and _shares_with(rules[order], rule)):
        return ()
    first = order - 1
    while first > 0 and _shares_with(rules[first], rules[first - 1]):
        first -= 1
    return rules[first:order]


def _total(rules: Sequence[FundingRule], order: int) -> Decimal | None:
    """Return what the shares of a clause come to, or those of the clauses that share out one sum and end with it.

    中央财政承担60%，省级财政承担30%，市县财政承担20% comes to 110 at its last clause. Clauses that come to less leave
    the rest to somebody (其余由…), unless they are the whole text and go from the centre down past the province;
    地方承担40%，其中省级30% says one part twice and comes to no judgement.
    """
    rule = rules[order - 1]
    if len(rule.shares) > 1:
        return sum((share.percent for share in rule.shares), Decimal(0))
    parts = _parts_ending(rules, order)
    payers = [payer for one in parts for payer in one.payers]
    if len(parts) < 2 or len(set(payers)) < len(payers) or not _LEVELS.issuperset(payers):
        return None
    total = _added(parts)
    everyone = len(parts) == len(rules) and {"central", "province"} < set(payers)
    return total if total > _WHOLE or everyone else None


def _shares_with(rule: FundingRule, other: FundingRule) -> bool:
    """Say whether two clauses name each one share in the same case."""
    return (
        rule.mode == other.mode == "proportional"
        and len(rule.shares) == len(other.shares) == 1
        and (rule.regions, rule.origins, rule.area, rule.condition, rule.valid_from)
        == (other.regions, other.origins, other.area, other.condition, other.valid_from)
    )


def _parts(rule: FundingRule, totals: Row, codes: CodeLists, method: str) -> Iterator[Row]:
    """Yield the rows of a rule: one of its own, one for each payer, region, origin and payer of a share."""
    yield {
        "mode": _code(codes, "funding-mode", rule.mode),
        "modeKind": _fact(codes, "funding-mode", rule.mode, "fundingModeKind"),
        "comparator": _code(codes, "comparator", rule.rate.comparator),
        "lower": rule.rate.lower, "upper": rule.rate.upper,
        "contributionBase": _code(codes, "contribution-base", rule.rate.base),
        "area": _code(codes, "area-type", rule.area), "condition": rule.condition, "qualifier": rule.qualifier,
        "from": rule.valid_from, "to": rule.valid_to, "delegate": _code(codes, "delegate", rule.delegated_to),
        **totals, "ratioTotal": rule.ratio_total,
        "quote": rule.quote, "start": rule.start, "end": rule.end, "found": bool(rule.quote) and rule.end > rule.start,
        "method": _code(codes, "reading-method", method),
    }  # fmt: skip
    for payer in rule.payers:
        yield {"payer": _code(codes, "payer", payer), "payerKind": _fact(codes, "payer", payer, "payerKind")}
    for region in rule.regions:
        yield {"region": _code(codes, "region-group", region)}
    for origin in rule.origins:
        yield {"origin": _code(codes, "region-group", origin)}
    for number, share in enumerate(rule.shares, 1):
        for payer in share.payers:
            yield {"share": number, "sharePayer": _code(codes, "payer", payer), "percent": share.percent}


def _fact(codes: CodeLists, scheme: str, code: str, fact: str) -> Iri | None:
    concept = codes.concept(scheme, code)
    return node(concept.facts.get(fact)) if concept else None


def _code(codes: CodeLists, scheme: str, code: str) -> Iri | None:
    return node(codes.iri(scheme, code))
