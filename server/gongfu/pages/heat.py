"""Heat: how every provincial item stands to the national one, arranged as province × item.

Place in the flow: HTTP, pages; pure. The verdicts are those of queries/compare/verdicts.rq.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gongfu.pages.asking import Row, Said

VERDICTS = ("missing", "below", "dropped", "incomparable", "unmeasured", "equal", "above", "added")


@dataclass(frozen=True)
class Column:
    """A provincial catalogue: its edition, its region, the short name of the region, how many items of each verdict."""

    edition: Said
    region: Said
    short: Said
    counts: Mapping[str, int]

    @property
    def grave(self) -> int:
        """The number of items that are missing, below the nation, or without the quantity that the nation states."""
        return sum(self.counts[verdict] for verdict in ("missing", "below", "dropped"))

    def parts(self) -> Sequence[tuple[str, float, float]]:
        """Return the verdicts on national items as parts of a bar: verdict, where it begins, its length, in percent."""
        whole = sum(self.counts[verdict] for verdict in VERDICTS if verdict != "added") or 1
        parts, start = [], 0.0
        for verdict in (one for one in VERDICTS if one != "added" and self.counts[one]):
            length = 100 * self.counts[verdict] / whole
            parts.append((verdict, round(start, 2), round(length, 2)))
            start += length
        return parts


@dataclass(frozen=True)
class Line:
    """A national item and its verdict in each edition; an item that a province added has its own edition alone."""

    item: Said
    number: str
    verdicts: Mapping[str, str]


@dataclass(frozen=True)
class Heat:
    """One national catalogue: the provincial ones that implement it, its items by domain, what provinces added."""

    nation: Said
    columns: Sequence[Column]
    domains: Mapping[str, Sequence[Line]]
    added: Mapping[str, Sequence[Line]]

    def lines(self, only: str) -> Mapping[str, Sequence[Line]]:
        """Return the lines in which some edition has a verdict (all lines for none), without domains that have none."""
        kept = {
            domain: [line for line in lines if not only or only in line.verdicts.values()]
            for domain, lines in self.domains.items()
        }
        return {domain: lines for domain, lines in kept.items() if lines}


def heats(rows: Iterable[Row]) -> Sequence[Heat]:
    """Arrange the rows of the query, one Heat for each national catalogue, the latest first."""
    by_nation: dict[Said, list[Row]] = {}
    for row in rows:
        by_nation.setdefault(row["nation"], []).append(row)
    return [_heat(nation, found) for nation, found in sorted(by_nation.items(), reverse=True)]


def _heat(nation: Said, rows: Sequence[Row]) -> Heat:
    domains: dict[str, dict[str, Line]] = {}
    added: dict[str, list[Line]] = {}
    for row in rows:
        if row["item"]:
            line = Line(row["item"], row["number"], {row["edition"]: row["verdict"]})
            added.setdefault(row["edition"], []).append(line)
            continue
        lines = domains.setdefault(row["domain"], {})
        before = lines.get(row["national"], Line(row["national"], row["number"], {}))
        verdicts = {**before.verdicts, row["edition"]: row["verdict"]}
        lines[row["national"]] = Line(before.item, before.number, verdicts)
    arranged = {domain: list(lines.values()) for domain, lines in domains.items()}
    return Heat(nation, _columns(rows), arranged, added)


def _columns(rows: Sequence[Row]) -> Sequence[Column]:
    counts: dict[Said, Counter[str]] = {}
    about = {}
    for row in rows:
        counts.setdefault(row["edition"], Counter())[row["verdict"]] += 1
        about[row["edition"]] = row
    columns = [Column(one, about[one]["region"], about[one]["short"], counts[one]) for one in counts]
    return sorted(columns, key=lambda column: column.region)
