"""Report: the outcome of a check as text for people and as JSON for programs.

Place in the flow: findings -> **report**. Nothing is judged or counted here.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from gongfu.catalogue import UNREAD_PARTS
from gongfu.codes import CodeLists
from gongfu.examine import Examined
from gongfu.findings import INNER_QUOTES, SEVERITIES, Finding, Report, label_of, relation_of
from gongfu.measures import Measure
from gongfu.rules import rules
from gongfu.wording import plain
from gongfu.words import words

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "《{file}》与国家清单（{against}）比对", "region": "地区：{name}（{code}）",
        "counts": "读入{rows}行、{items}项；违反{violation}处，提醒{warning}处，告知{information}处；"
        "没有读懂{unread}处。",
        "conforms": "结论：未发现违反规则之处。",
        "partly": "结论：读懂的部分未发现违反规则之处；清单有一部分没有读懂，须人工核对。",
        "fails": "结论：有{n}处违反规则，须改正。",
        "violation": "■ 违反（{n}）", "warning": "■ 提醒（{n}）", "information": "■ 告知（{n}）", "none": "没有。",
        "clause": "依据：{text}", "ours": "本清单：“{text}”", "nation": "国家：“{text}”", "sure": "对应把握：{text}",
        "item": "同类共{n}处：第{listed}项。", "national_item": "同类共{n}处：国家清单第{listed}项。",
        "cell": "同类共{n}处：单元格{listed}。", "join": "、",
    },
    "en": {
        "title": "“{file}” against the national catalogue ({against})", "region": "Region: {name} ({code})",
        "counts": "Read: {rows} rows, {items} items. Violations: {violation}, warnings: {warning}, "
        "information: {information}; not understood: {unread}.",
        "conforms": "Result: no rule is broken.",
        "partly": "Result: no rule is broken in what was read; a part of the catalogue was not: check it by eye.",
        "fails": "Result: violations to mend: {n}.",
        "violation": "■ Violations ({n})", "warning": "■ Warnings ({n})", "information": "■ Information ({n})",
        "none": "None.", "clause": "rests on: {text}", "ours": "this catalogue: “{text}”", "nation": "nation: “{text}”",
        "sure": "confidence of the match: {text}", "item": "{n} of this kind: items {listed}.",
        "national_item": "{n} of this kind: national items {listed}.", "cell": "{n} of this kind: cells {listed}.",
        "join": ", ",
    },
}  # fmt: skip
# Findings of one rule: up to FEW are told with their quotations, up to MANY in one line each, more of them once with
# the list of their places. Values that break a rule are always told in full, and the JSON holds every finding.
FEW, MANY = 8, 20
_QUOTE = 120


def as_json(report: Report, codes: CodeLists) -> str:
    """Return the JSON of a check: the stable form that other programs depend on."""
    examined = report.examined
    edition = examined.prepared.catalogue.edition
    whole = {
        "document": {"file": examined.prepared.catalogue.file, "region": edition.region,
                     "against": examined.nation.catalogue.edition.id},
        "conforms": report.conforms, "counts": dict(report.counts),
        "items": list(_items(examined, codes)), "findings": [_finding(one) for one in report.findings],
        "missing": list(report.missing),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _items(examined: Examined, codes: CodeLists) -> Iterator[dict[str, Any]]:
    nation = {item.key: item.number for item in examined.nation.catalogue.items}
    for item in examined.prepared.catalogue.items:
        pairs = [pair for pair in examined.correspondences if pair.item == item.key]
        national = [{**relation_of(pair), "number": nation.get(pair.national, pair.national)}
                    for pair in pairs if pair.national]  # fmt: skip
        sure = max((pair.confidence for pair in pairs), default=1.0)
        yield {
            "number": item.number, "domain": item.text("domain"), "name": item.name, "target": item.text("target"),
            "standard": item.standard, "funding": item.text("funding"),
            "departments": [role.name for role in examined.prepared.roles[item.key]],
            "cells": {column: {"sheet": place.sheet, "cell": place.address} for column, place in item.cells.items()},
            "national": national or [{"number": None, "relation": "new", "confidence": sure}],
            "measures": [_measure(measure, codes) for _, measure in examined.prepared.measures.get(item.key, ())],
        }  # fmt: skip


def _measure(measure: Measure, codes: CodeLists) -> dict[str, Any]:
    """Numbers are in units of one: 180万人 is 1800000 人."""
    factor = words().multipliers.get(measure.multiplier, 1)
    lower, upper = (None if bound is None else bound * factor for bound in (measure.lower, measure.upper))
    return {
        "label": label_of(measure, codes, "zh"), "indicator": measure.indicator or None,
        "comparator": measure.comparator,
        "lower": _json_number(plain(lower)), "upper": _json_number(plain(upper)), "unit": measure.unit,
        "per": measure.per or None, "scope": measure.scope or None, "quote": measure.quote,
    }  # fmt: skip


def _json_number(text: str) -> int | float | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "rule": one.rule, "severity": one.severity, "item": one.item, "national_item": one.national_item,
        "sheet": one.sheet, "cell": one.cell, "message": dict(one.message), "value": one.value,
        "national_value": one.national_value, "quote": one.quote, "national_quote": one.national_quote,
        "confidence": one.confidence,
    }  # fmt: skip


def as_text(report: Report, language: str = "zh") -> str:
    """Return the report for people: conclusion, counts, then findings by severity and rule."""
    said = _WORDS[language]
    catalogue, nation = report.examined.prepared.catalogue, report.examined.nation.catalogue
    lines = [
        said["title"].format(file=catalogue.file, against=nation.edition.id),
        said["region"].format(name=report.region[language], code=catalogue.edition.region),
        said["counts"].format(**report.counts),
        said[_conclusion(report)].format(n=report.counts["violation"]),
    ]
    for severity in SEVERITIES:
        found = [one for one in report.findings if one.severity == severity]
        lines += ["", said[severity].format(n=len(found))]
        lines += list(_by_rule(found, language)) or [f"  {said['none']}"]
    return "\n".join(lines) + "\n"


def _conclusion(report: Report) -> str:
    """Return which conclusion holds: what could not be read as items at all is not said to conform."""
    whole = all(one.kind not in UNREAD_PARTS for one in report.examined.prepared.catalogue.unread)
    return ("conforms" if whole else "partly") if report.conforms else "fails"


def _by_rule(found: list[Finding], language: str) -> Iterator[str]:
    def rule(one: Finding) -> tuple[str, str]:
        return one.rule, rules()[one.shape].label[language]

    for (rule_id, label), group in groupby(sorted(found, key=rule), key=rule):
        listed = list(group)
        yield ""
        yield f"  {rule_id} {label}"
        yield f"     {_WORDS[language]['clause'].format(text=listed[0].clause)}"
        yield from _all_told(listed, language)


def _all_told(listed: list[Finding], language: str) -> Iterator[str]:
    """Tell the findings of one rule, in more words the fewer they are."""
    broken = listed[0].severity == "violation" and listed[0].national_quote
    if len(listed) <= FEW or broken:
        for one in listed:
            yield from _told(one, language)
    elif len(listed) <= MANY:
        yield from (next(_told(one, language)) for one in listed)
    else:
        yield from _told(listed[0], language)
        yield f"   … {_places(listed, language)}"


def _places(listed: list[Finding], language: str) -> str:
    """Say how many findings there are and where: by item, else by national item, else by cell."""
    said = _WORDS[language]
    kind = next((kind for kind in ("item", "national_item") if getattr(listed[0], kind)), "cell")
    places = dict.fromkeys(getattr(one, kind) or "—" for one in listed)
    return said[kind].format(n=len(listed), listed=said["join"].join(places))


def _told(one: Finding, language: str) -> Iterator[str]:
    said = _WORDS[language]
    place = f"[{one.sheet} {one.cell}] " if one.cell else ""
    yield f"   · {place}{one.message[language]}"
    if one.national_quote:
        yield f"       {said['ours'].format(text=_short(one.quote))}"
        yield f"       {said['nation'].format(text=_short(one.national_quote))}"
    if one.item and one.national_item and one.confidence < 1:
        yield f"       {said['sure'].format(text=format(one.confidence, 'g'))}"


def _short(text: str) -> str:
    """Return a text as it stands between quotation marks, its own marks turned into inner ones, cut when it is long."""
    inner = text.translate(INNER_QUOTES)
    return inner if len(inner) <= _QUOTE else inner[:_QUOTE] + "……"
