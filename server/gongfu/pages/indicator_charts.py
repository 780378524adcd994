"""Indicator charts: for each indicator the value of 2015 and the target of 2020 of every region on one scale.

Place in the flow: HTTP, pages; pure. Places are percentages of the width.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby

from gongfu.pages.asking import Row
from gongfu.pages.charts import share

_MARGIN = Decimal("0.08")


@dataclass(frozen=True)
class Point:
    """A value as printed and its place; ``row`` is what the query found."""

    printed: str
    at: float
    row: Row


@dataclass(frozen=True)
class Track:
    """One region: its points by period, in order."""

    region: str
    national: bool
    points: Mapping[str, Point]

    def of(self, years: Sequence[str]) -> Sequence[Point]:
        """Return the points of the years that have one."""
        return [self.points[year] for year in years if year in self.points]


@dataclass(frozen=True)
class IndicatorChart:
    """One indicator: its tracks, and where the line of the national target stands, None where there is no such line."""

    indicator: str
    row: Row
    tracks: Sequence[Track]
    years: Sequence[str]
    target: float | None
    drawn: bool


def indicator_charts(rows: Iterable[Row]) -> Sequence[IndicatorChart]:
    """Return a chart for each indicator; rows stand together by indicator and region, as the query orders them."""
    return [_chart(list(group)) for _, group in groupby(rows, key=lambda row: row["indicator"])]


def _chart(rows: Sequence[Row]) -> IndicatorChart:
    total = rows[0]["total"] == "true"
    values = [value for row in rows if (value := _decimal(row["value"])) is not None]
    low, high = _scale(values)
    tracks = [
        Track(region, found[0]["national"] == "true", {row["period"]: _point(row, low, high) for row in found})
        for region, found in ((key, list(group)) for key, group in groupby(rows, key=lambda row: row["region"]))
    ]
    years = sorted({row["period"] for row in rows if row["period"].isdecimal()})
    latest = years[-1] if years else ""
    nation = next((track for track in tracks if track.national and latest in track.points), None)
    drawn = not total and len(values) > 1 and bool(years)
    target = nation.points[latest].at if nation and drawn else None
    return IndicatorChart(rows[0]["indicator"], rows[0], tracks, years, target, drawn)


def _point(row: Row, low: Decimal, high: Decimal) -> Point:
    value = _decimal(row["value"])
    return Point(row["printed"], share(low if value is None else value, low, high), row)


def _scale(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(1))
    margin = (high - low) * _MARGIN or Decimal(1)
    return low - margin, high + margin


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
