"""JSON: the report for programs, in the stable form that they depend on.

Place in the flow: one form of the report.
"""

import json
from collections.abc import Iterator
from typing import Any

from gongfu.codes import CodeLists
from gongfu.examine import Examined
from gongfu.findings import Finding, Report, relation_of
from gongfu.measures import Measure
from gongfu.subject import label_of
from gongfu.wording import plain
from gongfu.words import words


def as_json(report: Report, codes: CodeLists) -> str:
    """Return the JSON of a check: the stable form that other programs depend on."""
    examined = report.examined
    edition = examined.prepared.catalogue.edition
    whole = {
        "document": {"file": examined.prepared.catalogue.file, "region": edition.region, "level": edition.level,
                     "against": examined.nation.catalogue.edition.id},
        "conforms": report.conforms, "counts": dict(report.counts),
        "items": list(_items(examined, codes)), "findings": [_finding(one) for one in report.findings],
        "missing": list(report.missing),
    }  # fmt: skip
    if report.notes:  # only a catalogue that persons judged has these keys
        whole["notes"] = [dict(note) for note in report.notes]
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
    told: dict[str, Any] = {
        "rule": one.rule, "severity": one.severity, "item": one.item, "national_item": one.national_item,
        "sheet": one.sheet, "cell": one.cell, "message": dict(one.message), "value": one.value,
        "national_value": one.national_value, "quote": one.quote, "national_quote": one.national_quote,
        "confidence": one.confidence,
    }  # fmt: skip
    if one.review:
        told["review"] = {"verdict": one.review.verdict, "reason": one.review.reason, "by": one.review.by,
                          "date": one.review.date}  # fmt: skip
    return told
