"""Item page: an item and its counterparts side by side, arranged for the template from three queries.

Place in the flow: HTTP, pages. What stands where is decided here; how two things compare was decided by the queries.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pyoxigraph as ox

from gongfu.pages.asking import Row, Said
from gongfu.pages.layout import Found, Visit
from gongfu.pages.marking import Quotation, Segment, marked

# Columns of a catalogue -> the property that holds their words.
_TEXTS = MappingProxyType({
    "target": "targetText", "content": "contentText", "standard": "standardText", "coverage": "coverageText",
    "payment": "paymentText", "funding": "fundingText", "departments": "departmentText",
})  # fmt: skip
_PARTS = MappingProxyType({
    "item": "ServiceItem", "cell": "hasCell", "measure": "hasStandardMeasure", "funding": "hasFundingRule",
    "unit": "hasDepartmentRole", "criterion": "hasTargetGroup", "annotation": "inItem", "finding": "result",
})  # fmt: skip
_COMPARED = ("measure", "target", "element", "unit", "mention", "change")
_SINCE = "change"  # how a quantity stands to that of the edition before
_SEVERITIES = ("Violation", "Warning", "Info")
_KINDS = ("below", "missing", "changed", "above", "incomparable")


class Part(dict[str, list[Said]]):
    """A part of an item: all that is said of it, values by the local name of the property; ``iri`` is its own."""

    def __init__(self, iri: str) -> None:
        super().__init__()
        self.iri = iri

    def one(self, name: str, language: str = "") -> Said:
        """Return a value of a property, in a language where it is asked for; an empty text where there is none."""
        values = self.get(name, [])
        return next((value for value in values if not language or value.language == language), Said(""))


@dataclass(frozen=True)
class Member:
    """An item of a catalogue, or the place where a catalogue has none: its row, what was read from it, its texts."""

    row: Row
    parts: Mapping[str, Sequence[Part]]
    compared: Mapping[str, Sequence[Row]]
    texts: Mapping[str, Sequence[Segment]] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        """Whether the catalogue has the item."""
        return self.row["present"] == "true"

    @property
    def iri(self) -> str:
        """The IRI of the item."""
        return self.row["member"]

    def said(self, name: str) -> Said:
        """Return a value of a property of the item itself."""
        return self.parts["item"][0].one(name) if self.parts["item"] else Said("")

    def text(self, column: str) -> str:
        """Return the words of a column of a catalogue."""
        return self.said(_TEXTS[column])

    @property
    def verdicts(self) -> Mapping[tuple[str, str], int]:
        """How often each part was found to be of each verdict but ``equal``."""
        found = Counter((part, str(row["verdict"])) for part, rows in self.compared.items() if part != _SINCE
                        for row in rows)  # fmt: skip
        return {(part, kind): found[part, kind] for kind in _KINDS for part in _COMPARED if found[part, kind]}

    def verdict_of(self, measure: str) -> Row | None:
        """Return how a measure of this item compares with the nation's, None where it was not compared."""
        rows = self.compared["measure"]
        return next((row for row in rows if measure in (row["ours"], row["theirs"])), None)

    def change_of(self, measure: str) -> Row | None:
        """Return how a measure of this item was changed by the edition after, None where that has no such measure."""
        return next((row for row in self.compared[_SINCE] if measure in (row["ours"], row["theirs"])), None)


@dataclass(frozen=True)
class MeasureRow:
    """One quantity across the members: its indicator or, without one, its label; the measures of each member."""

    indicator: str
    label: str
    by_member: Mapping[str, Sequence[Part]]


def item_page(visit: Visit, iri: str) -> Found:
    """Return what the page of an item shows."""
    family = visit.ask("item-family", item=ox.NamedNode(iri))
    anchors = list(dict.fromkeys(row["anchor"] for row in family))
    anchor = ox.NamedNode(anchors[0])
    parts = visit.ask("item-parts", anchor=anchor)
    compared = visit.ask("item-comparisons", anchor=anchor)
    read = _read(parts)
    findings = _gravest_first(part for (_, kind, _), part in read.items() if kind == "finding")
    members = [_member(row, read, compared) for row in family if row["anchor"] == anchors[0]]
    beside = [one for one in members if one.iri == anchors[0] or one.row["implements"]]
    first = next(one for one in members if one.iri == anchors[0])
    return {
        "template": "lookup/item.html", "iri": iri, "anchor": anchors[0], "first": first, "anchors": anchors,
        "visited": next((one for one in members if one.iri == iri), members[0]), "members": members, "beside": beside,
        "history": [(one, measure_rows((one, first))) for one in members if one not in beside],
        "pairs": _pairs(family, iri, anchors[0]), "measures": measure_rows(beside),
        "findings": findings, "judged": _counted(findings), "regions": {one.iri: one.row["region"] for one in beside},
        "mentions": [row for row in compared if row["part"] == "mention"], "queries": (family, parts, compared),
    }  # fmt: skip


def _pairs(family: Iterable[Row], iri: str, anchor: str) -> list[Row]:
    """Return the correspondences of an item: those of its national item, and its own with every other national item."""
    return [row for row in family if row["relation"] and (row["anchor"] == anchor or row["member"] == iri)]


def _gravest_first(found: Iterable[Part]) -> list[Part]:
    def gravity(part: Part) -> tuple[int, str, str]:
        severity = _local(part.one("resultSeverity"))
        rank = _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)
        return rank, part.one("sourceShape"), part.iri

    return sorted(found, key=gravity)


def _counted(findings: Iterable[Part]) -> Mapping[str, Mapping[str, int]]:
    """Return for each item how many findings there are of each severity, the gravest first."""
    found: dict[str, dict[str, int]] = {}
    for part in findings:
        counts = found.setdefault(part.one("provincialItem"), {})
        counts[part.one("resultSeverity")] = counts.get(part.one("resultSeverity"), 0) + 1
    return found


_Read = Mapping[tuple[str, str, str], Part]


def _read(rows: Iterable[Row]) -> _Read:
    """Return the parts by the item, their kind and their IRI; a finding stands once, whichever item it was found by."""
    kinds = {name: kind for kind, name in _PARTS.items()}
    found: dict[tuple[str, str, str], Part] = {}
    for row in rows:
        kind = kinds[_local(row["part"])]
        member = "" if kind == "finding" else row["member"]
        part = found.setdefault((member, kind, row["thing"]), Part(row["thing"]))
        values = part.setdefault(_local(row["property"]), [])
        if row["value"] not in values or row["value"].language:
            values.append(row["value"])
    return found


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _member(row: Row, read: _Read, compared: Iterable[Row]) -> Member:
    parts: dict[str, list[Part]] = {kind: [] for kind in _PARTS}
    for (owner, kind, _), part in read.items():
        if owner == row["member"]:
            parts[kind].append(part)
    for listed in parts.values():
        listed.sort(key=lambda part: int(part.one("listOrder") or 0))
    found: dict[str, list[Row]] = {part: [] for part in _COMPARED}
    for one in compared:
        if one["member"] == row["member"] or (not one["member"] and one["edition"] == row["edition"]):
            found[one["part"]].append(one)
    member = Member(row, parts, found)
    return Member(row, parts, found, {column: _marked(member, column) for column in _TEXTS})


def _marked(member: Member, column: str) -> Sequence[Segment]:
    """Return the text of a column with its measures marked by how they compare."""
    quotations = []
    for one in member.parts["measure"]:
        if one.one("quotedCell").endswith(f"/{column}") and one.one("endOffset"):
            compared = member.verdict_of(one.iri)
            kind = compared["verdict"] if compared else "number"
            quotations.append(Quotation(int(one.one("startOffset")), int(one.one("endOffset")), kind))
    return marked(member.text(column), quotations)


def measure_rows(members: Sequence[Member]) -> list[MeasureRow]:
    """Return the quantities of the members, those of the first member first."""
    found: dict[str, tuple[str, str, dict[str, list[Part]]]] = {}
    for member in members:
        for one in member.parts["measure"]:
            indicator, label = one.one("indicator"), one.one("measureLabel")
            row = found.setdefault(indicator or label, (indicator, label, {}))
            row[2].setdefault(member.iri, []).append(one)
    return [MeasureRow(*row) for row in found.values()]
