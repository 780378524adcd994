"""Findings: validation results joined to the item, the cell and both quotations they are about.

Place in the flow: validate -> subject -> **findings** -> report.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from gongfu.codes import CodeLists
from gongfu.examine import Examined
from gongfu.facts import ROW
from gongfu.match import Correspondence
from gongfu.settings import house
from gongfu.subject import LANGUAGES, SEVERITIES, Finding, Subject

__all__ = ["Finding", "Report", "relation_of", "report"]


@dataclass(frozen=True)
class Report:
    """The whole outcome of a check, ready to be rendered in any form; ``region`` is the region's name by language."""

    examined: Examined
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    region: Mapping[str, str]
    conforms: bool


def report(examined: Examined, codes: CodeLists) -> Report:
    """Return the report of an examined catalogue: findings by severity, the gravest first, then by row."""
    findings = _findings(examined, codes)
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
    return Report(examined, findings, whole, tuple(sorted(missing, key=_as_number)), names, counts["violation"] == 0)


def _as_number(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isdigit() else (10**6, number)


def _findings(examined: Examined, codes: CodeLists) -> tuple[Finding, ...]:
    about = _about(examined)
    unique: dict[tuple[object, ...], Finding] = {}
    for result in examined.results:
        finding = Subject(examined, codes, about.get(result.focus, {}), result).finding()
        told = unique.setdefault(_identity(finding), finding)
        if told is not finding:
            unique[_identity(finding)] = replace(told, results=(*told.results, result))
    position = {item.number: item.position for item in examined.prepared.catalogue.items}
    return tuple(sorted(unique.values(), key=lambda one: (
        SEVERITIES.index(one.severity), position.get(one.item or "", 0), one.rule, _as_number(one.national_item or ""),
        _address_order(one.cell or ""), one.quote,
    )))  # fmt: skip


def _address_order(address: str) -> tuple[int, ...]:
    """Return the numbers of an address, so that places sort as they follow each other: T1R9C1 before T1R17C1."""
    return tuple(map(int, re.findall(r"\d+", address)))


def _identity(one: Finding) -> tuple[object, ...]:
    """Return what makes two results one finding: two sides of an inequality tell the reader one thing."""
    return (one.rule, one.severity, one.item, one.national_item, one.cell, one.message.get("zh"), one.quote)


def _about(examined: Examined) -> dict[str, dict[str, str]]:
    """Return what the graph knows of each focus node: identifiers, orders, texts, place. One query for all of them."""
    settings, focus = ox.NamedNode(ROW + "settings"), ox.NamedNode(ROW + "focus")
    foci = {result.focus for result in examined.results if "://" in result.focus}
    examined.store.extend(ox.Quad(settings, focus, ox.NamedNode(one)) for one in foci)
    rows = examined.store.query((house().data / "report" / "finding.rq").read_text("utf-8"))
    assert isinstance(rows, ox.QuerySolutions)
    names = [variable.value for variable in rows.variables]
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        values = {name: row[name] for name in names}
        known = {name: value.value for name, value in values.items() if isinstance(value, (ox.NamedNode, ox.Literal))}
        found.setdefault(known["focus"], known)
    return found


def relation_of(pair: Correspondence) -> dict[str, object]:
    """Return a correspondence as the JSON of a check states it."""
    return {"number": pair.national, "relation": pair.relation, "confidence": pair.confidence}
