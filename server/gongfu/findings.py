"""Findings: validation results joined to the item, the cell and both quotations they are about.

Place in the flow: validate -> subject -> **findings** -> report.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gongfu.codes import CodeLists
from gongfu.examine import Examined
from gongfu.match import Correspondence
from gongfu.reviews import Review, review_counts
from gongfu.subject import LANGUAGES, SEVERITIES, Finding, Subject

__all__ = ["Finding", "Report", "relation_of", "report"]


@dataclass(frozen=True)
class Report:
    """The whole outcome of a check, ready to be rendered in any form; ``region`` is the region's name by language.

    ``notes`` say what persons' judgements came to, and which of them fit no finding.
    """

    examined: Examined
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    region: Mapping[str, str]
    conforms: bool
    notes: tuple[Mapping[str, str], ...] = ()


def report(examined: Examined, codes: CodeLists, reviews: Sequence[Review] = ()) -> Report:
    """Return the report of an examined catalogue: findings by severity, the gravest first, then by row, those without a
    cell last.

    ``reviews`` are the judgements of persons: what they settled is information, with the reason in its message.
    """
    findings = _in_order(_reviewed(_findings(examined, codes), reviews), examined)
    counts = {severity: sum(1 for one in findings if one.severity == severity) for severity in SEVERITIES}
    catalogue = examined.prepared.catalogue
    whole = {"rows": len(catalogue.items), "items": len({item.key for item in catalogue.items}), **counts,
             "unread": len(catalogue.unread)}  # fmt: skip
    nation = {item.key: item.number for item in examined.nation.catalogue.items}
    missing = tuple(nation[pair.national] for pair in examined.correspondences
                    if pair.item is None and pair.national in nation and not pair.exemption
                    and pair.relation != "unknown")  # fmt: skip
    region = codes.concept("division", catalogue.edition.region)
    names = {language: region.label(language) if region else "—" for language in LANGUAGES}
    exempt = {one.national_item for one in findings if one.rule == "R21" and one.review and one.review.settles}
    missing = tuple(sorted(set(missing) - exempt, key=_as_number))
    return Report(examined, findings, whole, missing, names, counts["violation"] == 0, _notes(findings, reviews))


def _reviewed(findings: Sequence[Finding], reviews: Sequence[Review]) -> list[Finding]:
    """Return the findings with what persons said of them."""
    said = {(one.rule, one.digest): one for one in reviews}
    return [_judged(one, said.get((one.rule, one.digest))) for one in findings]


def _judged(one: Finding, review: Review | None) -> Finding:
    if review is None:
        return one
    gap = {"zh": "", "en": " "}
    message = {language: f"{text}{gap[language]}{review.sentence(language)}" for language, text in one.message.items()}
    if not review.settles:
        return replace(one, message=message, remedy={}, review=review)
    return replace(one, severity="information", message=message, remedy={}, review=review)


def _notes(findings: Sequence[Finding], reviews: Sequence[Review]) -> tuple[Mapping[str, str], ...]:
    """Say how many judgements were honoured, and name each that fits no finding."""
    honoured = [one.review for one in findings if one.review]
    counted = [{language: review_counts(honoured, language) for language in LANGUAGES}] if honoured else []
    stale = [one for one in reviews if one not in honoured]
    return (*counted, *({language: one.stale(language) for language in LANGUAGES} for one in stale))


def _as_number(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isdigit() else (10**6, number)


def _findings(examined: Examined, codes: CodeLists) -> tuple[Finding, ...]:
    unique: dict[tuple[object, ...], Finding] = {}
    for result in examined.results:
        finding = Subject(examined, codes, examined.about.get(result.focus, {}), result).finding()
        told = unique.setdefault(_identity(finding), finding)
        if told is not finding:
            unique[_identity(finding)] = replace(told, results=(*told.results, result))
    return tuple(unique.values())


def _in_order(findings: Sequence[Finding], examined: Examined) -> tuple[Finding, ...]:
    position = {item.number: item.position for item in examined.prepared.catalogue.items}
    return tuple(sorted(findings, key=lambda one: (
        SEVERITIES.index(one.severity), not one.cell, position.get(one.item or "", 0), one.rule,
        _as_number(one.national_item or ""), _address_order(one.cell or ""), one.quote,
    )))  # fmt: skip


def _address_order(address: str) -> tuple[int, ...]:
    """Return the numbers of an address, so that places sort as they follow each other: T1R9C1 before T1R17C1."""
    return tuple(map(int, re.findall(r"\d+", address)))


def _identity(one: Finding) -> tuple[object, ...]:
    """Return what makes two results one finding: two sides of an inequality tell the reader one thing."""
    return (one.rule, one.severity, one.item, one.national_item, one.cell, one.message.get("zh"), one.quote)


def relation_of(pair: Correspondence) -> dict[str, object]:
    """Return a correspondence as the JSON of a check states it."""
    return {"number": pair.national, "relation": pair.relation, "confidence": pair.confidence}
