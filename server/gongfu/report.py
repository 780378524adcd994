"""Report: the outcome of a check as text for people and as JSON for programs.

Place in the flow: findings -> **report**. Nothing is judged or counted here.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from gongfu.codes import CodeLists
from gongfu.examine import Examined
from gongfu.findings import SEVERITIES, Finding, Report, label_of, relation_of
from gongfu.measures import Measure
from gongfu.rules import rules
from gongfu.wording import plain

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {"violation": "违反", "warning": "提醒", "information": "告知", "conforms": "结论：未发现违反规则之处。",
           "fails": "结论：有{n}处违反规则，须改正。", "title": "《{file}》与国家清单（{against}）比对", "region": "地区",
           "counts": "读入{rows}行、{items}项；违反{violation}处，提醒{warning}处，告知{information}处；没有读懂{unread}处。",
           "cell": "单元格", "ours": "本清单", "nation": "国家", "clause": "依据", "more": "同类共{n}处：第{items}项。",
           "sure": "对应把握", "none": "没有。"},
    "en": {"violation": "Violations", "warning": "Warnings", "information": "Information", "conforms": "Result: no rule is broken.",
           "fails": "Result: {n} violations to mend.", "title": "“{file}” against the national catalogue ({against})", "region": "Region",
           "counts": "{rows} rows, {items} items read; {violation} violations, {warning} warnings, {information} notes; {unread} not understood.",
           "cell": "cell", "ours": "this catalogue", "nation": "nation", "clause": "rests on", "more": "{n} of this kind: items {items}.",
           "sure": "confidence of the match", "none": "None."},
}  # fmt: skip
# A rule with more findings than this is told once with the list of its items; the JSON holds every one of them.
_FEW = 8
_QUOTE = 120


def as_json(report: Report, codes: CodeLists) -> str:
    """Return the JSON of a check: the stable form that other programs depend on."""
    examined = report.examined
    edition = examined.prepared.catalogue.edition
    whole = {
        "document": {"file": examined.prepared.catalogue.file, "region": edition.region, "against": examined.nation.catalogue.edition.id},
        "conforms": report.conforms, "counts": dict(report.counts),
        "items": list(_items(examined, codes)), "findings": [_finding(one) for one in report.findings],
        "missing": list(report.missing),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _items(examined: Examined, codes: CodeLists) -> Iterator[dict[str, Any]]:
    nation = {item.key: item.number for item in examined.nation.catalogue.items}
    for item in examined.prepared.catalogue.items:
        pairs = [pair for pair in examined.correspondences if pair.item == item.key]
        national = [{**relation_of(pair), "number": nation.get(pair.national or "", pair.national)} for pair in pairs if pair.national]
        yield {
            "number": item.number, "domain": item.text("domain"), "name": item.name, "target": item.text("target"),
            "standard": item.standard, "funding": item.text("funding"),
            "departments": [role.name for role in examined.prepared.roles[item.key]],
            "cells": {column: {"sheet": place.sheet, "cell": place.address} for column, place in item.cells.items()},
            "national": national or [{"number": None, "relation": "new", "confidence": max((pair.confidence for pair in pairs), default=1.0)}],
            "measures": [_measure(measure, codes) for _, measure in examined.prepared.measures.get(item.key, ())],
        }  # fmt: skip


def _measure(measure: Measure, codes: CodeLists) -> dict[str, Any]:
    """Numbers are in units of one: 180万人 is 1800000 人."""
    factor = {"万": 10_000, "亿": 100_000_000, "千万": 10_000_000, "百万": 1_000_000}.get(measure.multiplier, 1)
    lower, upper = (None if bound is None else bound * factor for bound in (measure.lower, measure.upper))
    return {
        "label": label_of(measure, codes, "zh"), "indicator": measure.indicator or None, "comparator": measure.comparator,
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
    words = _WORDS[language]
    edition = report.examined.prepared.catalogue.edition
    against = report.examined.nation.catalogue.edition.id
    lines = [words["title"].format(file=report.examined.prepared.catalogue.file, against=against), f"{words['region']}：{edition.region}",
             words["counts"].format(**report.counts),
             words["conforms"] if report.conforms else words["fails"].format(n=report.counts["violation"])]  # fmt: skip
    for severity in SEVERITIES:
        found = [one for one in report.findings if one.severity == severity]
        lines += ["", f"■ {words[severity]}（{len(found)}）"]
        lines += list(_by_rule(found, language)) or [f"  {words['none']}"]
    return "\n".join(lines) + "\n"


def _by_rule(found: list[Finding], language: str) -> Iterator[str]:
    words = _WORDS[language]
    for rule_id, group in groupby(sorted(found, key=lambda one: one.rule), key=lambda one: one.rule):
        listed = list(group)
        yield ""
        yield f"  {rule_id} {_label(listed[0], language)}"
        yield f"     {words['clause']}：{listed[0].clause}"
        for one in listed if len(listed) <= _FEW else listed[:1]:
            yield from _told(one, language)
        if len(listed) > _FEW:
            yield f"   … {words['more'].format(n=len(listed), items='、'.join(one.item or '-' for one in listed))}"


def _label(one: Finding, language: str) -> str:
    return rules()[one.shape].label[language]


def _told(one: Finding, language: str) -> Iterator[str]:
    words = _WORDS[language]
    place = f"[{one.sheet} {one.cell}] " if one.cell else ""
    yield f"   · {place}{one.message[language]}"
    if one.national_quote:
        yield f"       {words['ours']}：“{_short(one.quote)}”"
        yield f"       {words['nation']}：“{_short(one.national_quote)}”"
    if one.confidence < 1:
        yield f"       {words['sure']}：{one.confidence:g}"


def _short(text: str) -> str:
    return text if len(text) <= _QUOTE else text[:_QUOTE] + "……"
