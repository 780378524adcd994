"""Findings: validation results joined to the item, the cell and both quotations they are about.

Place in the flow: validate -> **findings** -> report. Messages are the shapes' own; the words in braces are filled here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from gongfu.catalogue import CellReference, Item
from gongfu.codes import CodeLists
from gongfu.examine import Examined
from gongfu.match import Correspondence
from gongfu.measures import Measure
from gongfu.rules import rules
from gongfu.settings import DEFINITIONS, house
from gongfu.validate import Result
from gongfu.wording import printed_value

_SKOS_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
# The column whose cell a result points at, by the path it is about.
_COLUMNS = {"itemNumber": "number", "targetText": "target", "standardText": "standard", "fundingText": "funding",
            "departmentText": "departments", "paymentCategory": "payment", "sharesNumberWith": "number",
            "numberClash": "number", "thematicArea": "domain", "domainText": "domain"}  # fmt: skip
_RULE_COLUMNS = {"R03": "payment", "R07": "domain", "R09": "departments", "R24": "number"}
_BRACES = re.compile(r"\{(\w+)\}")
SEVERITIES = ("violation", "warning", "information")


@dataclass(frozen=True)
class Finding:
    """One finding: rule, severity, item and national item (numbers), cell, messages, both values and quotations."""

    rule: str
    severity: str
    item: str | None
    national_item: str | None
    sheet: str | None
    cell: str | None
    message: Mapping[str, str]
    value: str
    national_value: str
    quote: str
    national_quote: str
    confidence: float
    clause: str = ""
    shape: str = ""


@dataclass(frozen=True)
class Report:
    """The whole outcome of a check, ready to be rendered in any form."""

    examined: Examined
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    conforms: bool = field(default=False)


def report(examined: Examined, codes: CodeLists) -> Report:
    """Return the report of an examined catalogue: findings in the order violation, warning, information, then by row."""
    findings = _findings(examined, codes)
    counts = {severity: sum(1 for one in findings if one.severity == severity) for severity in SEVERITIES}
    catalogue = examined.prepared.catalogue
    whole = {"rows": len(catalogue.items), "items": len({item.key for item in catalogue.items}), **counts,
             "unread": len(catalogue.unread)}  # fmt: skip
    nation = {item.key: item.number for item in examined.nation.catalogue.items}
    missing = tuple(nation[pair.national] for pair in examined.correspondences
                    if pair.item is None and pair.national in nation and not pair.exemption)  # fmt: skip
    return Report(examined, findings, whole, tuple(sorted(missing, key=_as_number)), conforms=counts["violation"] == 0)


def _as_number(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isdigit() else (10**6, number)


def _findings(examined: Examined, codes: CodeLists) -> tuple[Finding, ...]:
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in (*examined.prepared.triples, *examined.related, *examined.compared, *examined.nation.triples))
    query = (house().data / "report" / "finding.rq").read_text("utf-8")
    found = [_Context(examined, codes, _about(store, query, result.focus), result).finding() for result in examined.results]
    position = {item.number: item.position for item in examined.prepared.catalogue.items}
    unique = list(dict.fromkeys(_hashable(one) for one in found))
    order = {entry: index for index, entry in enumerate(unique)}
    kept = {order[_hashable(one)]: one for one in reversed(found)}
    return tuple(sorted(kept.values(), key=lambda one: (
        SEVERITIES.index(one.severity), position.get(one.item or "", 0), one.rule, one.national_item or "", one.quote,
    )))  # fmt: skip


def _hashable(one: Finding) -> tuple[object, ...]:
    return (one.rule, one.severity, one.item, one.national_item, one.cell, one.message.get("zh"), one.quote)


def _about(store: ox.Store, query: str, focus: str) -> dict[str, str]:
    """Return what the graph knows of a focus node: identifiers, orders, texts, place."""
    if focus.startswith("_:") or "://" not in focus:
        return {}
    substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {ox.Variable("focus"): ox.NamedNode(focus)}
    rows = store.query(query, substitutions=substitutions)
    assert isinstance(rows, ox.QuerySolutions)
    names = [variable.value for variable in rows.variables]
    for row in rows:
        return {name: value.value for name in names if (value := row[name]) is not None and not isinstance(value, ox.Triple)}
    return {}


@dataclass(frozen=True)
class _Context:
    """One result with everything its finding is filled from."""

    examined: Examined
    codes: CodeLists
    about: Mapping[str, str]
    result: Result

    def finding(self) -> Finding:
        rule = rules()[self.result.shape]
        item, other = self._item(), self._national()
        ours, theirs = self._measure("ourOrder", item, self.examined.prepared.measures), self._measure(
            "theirOrder", other, self.examined.nation.measures)  # fmt: skip
        place = self._place(rule.id, item, ours)
        words = self._words(item, other, ours[1] if ours else None, theirs[1] if theirs else None)
        message = {language: _filled(text, words[language]) for language, text in rule.message.items()}
        return Finding(
            rule=rule.id, severity=self.result.severity, item=item.number if item else None,
            national_item=other.number if other else None, sheet=place.sheet if place else None,
            cell=place.address if place else None, message=message, value=words["zh"]["value"],
            national_value=words["zh"]["nationalValue"], quote=words["zh"]["quote"],
            national_quote=words["zh"]["nationalQuote"], confidence=float(self.about.get("confidence", "1.0")),
            clause=rule.clause, shape=self.result.shape,
        )  # fmt: skip

    def _item(self) -> Item | None:
        key = self.about.get("item", "").partition("/")[2]
        return next((item for item in self.examined.prepared.catalogue.items if item.key == key), None)

    def _national(self) -> Item | None:
        key = self.about.get("national", "").partition("/")[2]
        return next((item for item in self.examined.nation.catalogue.items if item.key == key), None)

    def _measure(
        self, order: str, item: Item | None, measures: Mapping[str, Sequence[tuple[str, Measure]]]
    ) -> tuple[str, Measure] | None:
        if item is None or order not in self.about:
            return None
        found = measures.get(item.key, ())
        index = int(self.about[order]) - 1
        return found[index] if index < len(found) else None

    def _place(self, rule: str, item: Item | None, ours: tuple[str, Measure] | None) -> CellReference | None:
        if "address" in self.about:
            return CellReference(self.about.get("sheet", ""), self.about["address"])
        if item is None:
            return None
        path = self.result.path.removeprefix(DEFINITIONS)
        column = ours[0] if ours else _COLUMNS.get(path) or _RULE_COLUMNS.get(rule)
        if column is None:
            column = "standard" if "comparability" in self.about or "theirOrder" in self.about else "name"
        return item.cells.get(column) or item.cells.get("content") or item.cells.get("name")

    def _words(self, item: Item | None, other: Item | None, ours: Measure | None, theirs: Measure | None) -> dict[str, dict[str, str]]:
        return {language: self._words_in(language, item, other, ours, theirs) for language in ("zh", "en")}

    def _words_in(
        self, language: str, item: Item | None, other: Item | None, ours: Measure | None, theirs: Measure | None
    ) -> dict[str, str]:
        value = printed_value(ours, language) if ours else self._own_value()
        reason = self.codes.concepts.get(self.about.get("comparability", ""))
        nearest = self.about.get("nearest", "")
        measured = theirs or ours
        catalogue = self.examined.prepared.catalogue
        return {
            "item": item.number or "？" if item else "", "itemName": item.name if item else "",
            "domain": item.text("domain") if item else "", "national": other.number if other else "",
            "nationalName": other.name if other else "", "label": label_of(measured, self.codes, language) if measured else "",
            "value": value, "nationalValue": printed_value(theirs, language) if theirs else "",
            "valueZh": f"的{value}" if ours else "", "valueEn": f"with {value}" if ours else "without a number",
            "quote": ours.quote if ours else self._own_quote(item, other), "nationalQuote": theirs.quote if theirs else "",
            "comparabilityZh": reason.label("zh") if reason else "", "comparabilityEn": reason.label("en") if reason else "",
            "nearestZh": f"最接近的是“{nearest}”。" if nearest else "", "nearestEn": f"The nearest is “{nearest}”. " if nearest else "",
            "confidence": self.about.get("confidence", ""),
            "declared": str(catalogue.edition.declared_items or ""), "actual": str(len(catalogue.items)),
        }  # fmt: skip

    def _own_value(self) -> str:
        """Return the value of a finding that is about no measure: what its shape looked at."""
        part = self.result.shape.rsplit("-", 1)[-1]
        if part == "clash":
            key = self.about.get("clash", "").partition("/")[2]
            return next((item.name for item in self.examined.nation.catalogue.items if item.key == key), "")
        text = self.about.get(part) or self.about.get("text", "")
        return text or (self.result.value if "://" not in self.result.value else "")

    def _own_quote(self, item: Item | None, other: Item | None) -> str:
        if "text" in self.about:
            return self.about["text"]
        compares = "comparability" in self.about and item is not None
        return item.standard if compares and item else ""


def label_of(measure: Measure, codes: CodeLists, language: str) -> str:
    """Return what a measure measures: its indicator's label where it has one, else the words as read."""
    concept = codes.concepts.get(measure.indicator)
    return concept.label(language) if concept else measure.label


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _BRACES.sub(lambda found: words.get(found.group(1), found.group()), text)


def relation_of(pair: Correspondence) -> dict[str, object]:
    """Return a correspondence as the JSON of a check states it."""
    return {"number": pair.national, "relation": pair.relation, "confidence": pair.confidence}
