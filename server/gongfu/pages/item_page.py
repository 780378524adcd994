"""Item page: an item and its counterparts side by side, arranged for the template from three queries.

Place in the flow: HTTP, pages. What stands where is decided here; how two things compare was decided by the queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from gongfu.pages.asking import Row
from gongfu.pages.layout import Found, Visit
from gongfu.pages.marking import Quotation, Segment, marked

_TEXTS = ("target", "standard", "content", "funding", "departments", "coverage", "payment")


@dataclass(frozen=True)
class Member:
    """An item of a catalogue, or the place where a catalogue has none: its row, what was read from it, its texts."""

    row: Row
    parts: Mapping[str, Sequence[Row]]
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

    @property
    def verdicts(self) -> Mapping[str, int]:
        """How often each verdict but ``equal`` was found."""
        found = [row["verdict"] for rows in self.compared.values() for row in rows]
        kinds = ("below", "missing", "changed", "above", "incomparable")
        return {kind: found.count(kind) for kind in kinds if kind in found}

    def verdict_of(self, measure: str) -> Row | None:
        """Return how a measure of this item compares with the nation's, None where it was not compared."""
        rows = self.compared.get("measure", ())
        return next((row for row in rows if measure in (row["ours"], row["theirs"])), None)


@dataclass(frozen=True)
class MeasureRow:
    """One quantity across the members: its indicator or, without one, its label; the measures of each member."""

    indicator: str
    label: str
    by_member: Mapping[str, Sequence[Row]]


def item_page(visit: Visit, iri: str) -> Found:
    """Return what the page of an item shows."""
    family = visit.ask("item-family", item=ox.NamedNode(iri))
    anchors = list(dict.fromkeys(row["anchor"] for row in family))
    anchor = ox.NamedNode(anchors[0])
    parts = visit.ask("item-parts", anchor=anchor)
    compared = visit.ask("item-comparisons", anchor=anchor)
    members = [_member(row, parts.rows, compared.rows) for row in family if row["anchor"] == anchors[0]]
    beside = [one for one in members if one.iri == anchors[0] or one.row["implements"]]
    return {
        "template": "lookup/item.html", "iri": iri, "self": next((one for one in members if one.iri == iri), members[0]),
        "anchor": anchors[0], "other_anchors": anchors[1:], "beside": beside,
        "earlier": [one for one in members if one not in beside], "members": members,
        "measures": measure_rows(beside), "queries": (family, parts, compared),
        "mentions": [row for row in compared if row["part"] == "mention"],
    }  # fmt: skip


def _member(row: Row, parts: Iterable[Row], compared: Iterable[Row]) -> Member:
    own = [one for one in parts if one["member"] == row["member"]]
    ours = [one for one in compared if one["member"] == row["member"]
            or (not one["member"] and one["edition"] == row["edition"])]  # fmt: skip
    member = Member(row, _by_part(own), _by_part(ours))
    return Member(row, member.parts, member.compared, {name: _marked(member, name) for name in _TEXTS if row[name]})


def _by_part(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["part"], []).append(row)
    return found


def _marked(member: Member, column: str) -> Sequence[Segment]:
    """Return the text of a column with its measures marked by how they compare."""
    quotations = []
    for one in member.parts.get("measure", ()):
        if one["column"].endswith(f"/{column}") and one["end"]:
            compared = member.verdict_of(one["thing"])
            kind = compared["verdict"] if compared else "number"
            quotations.append(Quotation(int(one["start"]), int(one["end"]), kind))
    return marked(member.row[column], quotations)


def measure_rows(members: Sequence[Member]) -> list[MeasureRow]:
    """Return the quantities of the members, those of the first member first."""
    found: dict[str, MeasureRow] = {}
    for member in members:
        for one in member.parts.get("measure", ()):
            name = one["what"] or one["label"]
            row = found.setdefault(name, MeasureRow(one["what"], one["label"], {}))
            assert isinstance(row.by_member, dict)
            row.by_member.setdefault(member.iri, []).append(one)
    return list(found.values())
