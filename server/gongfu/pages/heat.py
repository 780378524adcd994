"""Heat: how every provincial item stands to the national one in each aspect, arranged as province × item.

Place in the flow: HTTP, pages; pure. The verdicts are those of queries/compare/verdicts.rq.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gongfu.pages.asking import Row, Said

ASPECTS = ("measure", "target", "element", "funding", "unit")
WHOLE = "item"  # the aspect of what is said of an item as a whole: that it is missing or added
VERDICTS = ("missing", "below", "dropped", "changed", "above", "incomparable", "equal", "unmeasured", "added")
"""The gravest first."""
_GRAVE = ("missing", "below", "dropped")


@dataclass(frozen=True)
class Column:
    """A provincial catalogue: its edition, its region, the short name of the region; for each aspect, and for all of
    them under an empty text, how many items have each verdict.
    """

    edition: Said
    region: Said
    short: Said
    counts: Mapping[str, Mapping[str, int]]

    @property
    def grave(self) -> int:
        """The number of items that are missing, or below the nation or partly lacking in some aspect."""
        return sum(self.counts[""][verdict] for verdict in _GRAVE)

    def parts(self, aspect: str) -> Sequence[tuple[str, float, float]]:
        """Return the verdicts on national items as parts of a bar: verdict, where it begins, its length, in percent."""
        counts = self.counts[aspect]
        whole = sum(counts[verdict] for verdict in VERDICTS if verdict != "added") or 1
        parts, start = [], 0.0
        for verdict in (one for one in VERDICTS if one != "added" and counts[one]):
            length = 100 * counts[verdict] / whole
            parts.append((verdict, round(start, 2), round(length, 2)))
            start += length
        return parts


@dataclass(frozen=True)
class Line:
    """A national item and, for each edition, its verdict in each aspect; an item that a province added has its own
    edition alone.
    """

    item: Said
    number: str
    verdicts: Mapping[str, Mapping[str, str]]

    def verdict(self, edition: str, aspect: str = "") -> str:
        """Return the verdict in an aspect, the gravest of all without one; empty where the edition has none."""
        found = self.verdicts.get(edition, {})
        if WHOLE in found or aspect:
            return found.get(WHOLE) or found.get(aspect, "")
        return min(found.values(), key=VERDICTS.index, default="")

    def has(self, verdict: str, aspect: str) -> bool:
        """Say whether some edition has a verdict, in an aspect or, without one, in any."""
        return any(
            verdict == found for verdicts in self.verdicts.values() for name, found in verdicts.items()
            if not aspect or name in (aspect, WHOLE)
        )  # fmt: skip


@dataclass(frozen=True)
class Heat:
    """One national catalogue: the provincial ones that implement it, its items by domain, what provinces added."""

    nation: Said
    columns: Sequence[Column]
    domains: Mapping[str, Sequence[Line]]
    added: Mapping[str, Sequence[Line]]

    def lines(self, only: str, aspect: str = "") -> Mapping[str, Sequence[Line]]:
        """Return the lines in which some edition has a verdict (all lines for none), without domains that have none."""
        kept = {
            domain: [line for line in lines if not only or line.has(only, aspect)]
            for domain, lines in self.domains.items()
        }
        return {domain: lines for domain, lines in kept.items() if lines}

    def count(self, only: str, aspect: str) -> int:
        """Return how many lines there are."""
        return sum(map(len, self.lines(only, aspect).values()))


def heats(rows: Iterable[Row]) -> Sequence[Heat]:
    """Arrange the rows of the query, one Heat for each national catalogue, the latest first."""
    by_nation: dict[Said, list[Row]] = {}
    for row in rows:
        by_nation.setdefault(row["nation"], []).append(row)
    return [_heat(nation, found) for nation, found in sorted(by_nation.items(), reverse=True)]


def _heat(nation: Said, rows: Sequence[Row]) -> Heat:
    domains: dict[str, dict[Said, Row]] = {}
    verdicts: dict[Said, dict[str, dict[str, str]]] = {}
    added: dict[str, list[Line]] = {}
    for row in rows:
        if row["item"]:
            line = Line(row["item"], row["number"], {row["edition"]: {row["aspect"]: row["verdict"]}})
            added.setdefault(row["edition"], []).append(line)
            continue
        domains.setdefault(row["domain"], {}).setdefault(row["national"], row)
        verdicts.setdefault(row["national"], {}).setdefault(row["edition"], {})[row["aspect"]] = row["verdict"]
    arranged = {
        domain: [Line(item, row["number"], verdicts[item]) for item, row in found.items()]
        for domain, found in domains.items()
    }
    return Heat(nation, _columns(rows, [line for lines in arranged.values() for line in lines], added), arranged, added)


def _columns(rows: Sequence[Row], lines: Sequence[Line], added: Mapping[str, Sequence[Line]]) -> Sequence[Column]:
    about = {row["edition"]: row for row in rows}
    columns = []
    for edition, row in about.items():
        counts = {aspect: Counter(line.verdict(edition, aspect) for line in lines) for aspect in ("", *ASPECTS)}
        counts[""]["added"] = len(added.get(edition, ()))
        columns.append(Column(edition, row["region"], row["short"], counts))
    return sorted(columns, key=lambda column: column.region)
