"""Funding graph: the funding rules of a catalogue become triples, through data/tables/funding-rule.rq.

Place in the flow: **map**, beside graph.
"""

from collections.abc import Iterator, Mapping, Sequence

from gongfu.codes import CodeLists
from gongfu.facts import Graph, Iri, Row, mapped
from gongfu.funding import FundingRule
from gongfu.graph import node

Funding = Mapping[str, Sequence[FundingRule]]


def funding_triples(edition: str, funding: Funding, codes: CodeLists, base: str, method: str) -> Graph:
    """Return the funding rules of the items, by item key; ``method`` says who read them (grammar or person)."""
    rows = [
        {"edition": edition, "key": key, "order": order, **part}
        for key, rules in funding.items() for order, rule in enumerate(rules, 1)
        for part in _parts(rule, codes, method)
    ]  # fmt: skip
    return mapped("funding-rule", rows, base)


def _parts(rule: FundingRule, codes: CodeLists, method: str) -> Iterator[Row]:
    """Yield the rows of a rule: one of its own, one for each payer, region, origin and payer of a share."""
    yield {
        "mode": _code(codes, "funding-mode", rule.mode),
        "modeKind": _fact(codes, "funding-mode", rule.mode, "fundingModeKind"),
        "comparator": _code(codes, "comparator", rule.rate.comparator),
        "lower": rule.rate.lower, "upper": rule.rate.upper,
        "contributionBase": _code(codes, "contribution-base", rule.rate.base),
        "area": _code(codes, "area-type", rule.area), "condition": rule.condition, "qualifier": rule.qualifier,
        "from": rule.valid_from, "to": rule.valid_to, "delegate": _code(codes, "delegate", rule.delegated_to),
        "total": sum(share.percent for share in rule.shares) if len(rule.shares) > 1 else None,
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
