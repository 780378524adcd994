"""Compare: the room where catalogues stand side by side: province and nation, two provinces, two editions, indicators,
who pays.

Place in the flow: HTTP, pages. What is compared and how it is judged is said by queries/compare/*.rq.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
import yaml
from fastapi import FastAPI

from gongfu.pages.asking import Asked, Row, ask
from gongfu.pages.heat import ASPECTS, VERDICTS, WHOLE, Column, Heat, heats
from gongfu.pages.indicator_charts import indicator_charts
from gongfu.pages.layout import FOLDER, Found, Room, Visit
from gongfu.pages.proving import open_for_pages
from gongfu.problems import Problem
from gongfu.service import Service
from gongfu.sparql.dataset import Dataset


def add_compare(app: FastAPI, service: Service) -> None:
    """Add the pages of the room."""
    room = Room(app, service, "compare")
    room.page("/compare", "compare/start.html")(partial(_start, service=service))
    room.page("/compare/provinces", "compare/provinces.html")(partial(_provinces, service=service))
    room.page("/compare/editions", "compare/editions.html")(partial(_editions, service=service))
    room.page("/compare/indicators", "compare/indicators.html")(partial(_indicators, service=service))
    room.page("/compare/funding", "compare/funding.html")(partial(_funding, service=service))
    room.page("/compare/{edition}/{number}", "compare/pair.html")(partial(_pair, service=service))


def _asked(name: str, dataset: Dataset) -> Asked:
    """Ask a query that depends on nothing but the data, for ``service.derived``: once for each version of them."""
    return ask(open_for_pages(dataset), dataset.merged, f"compare/{name}")


_FEW = 4  # of so many provinces every aspect is shown at once; of more, the gravest or the one that is chosen
_ONCE = {
    name: partial(_asked, name) for name in ("verdicts", "provinces", "changes", "raised", "indicators", "catalogues")
}


def _start(visit: Visit, service: Service) -> Found:
    asked = service.derived(_ONCE["verdicts"])
    only, aspect = visit.query.get("only", ""), visit.query.get("aspect", "")
    return {
        "heats": heats(asked), "asked": asked, "verdicts": VERDICTS, "only": only if only in VERDICTS else "",
        "aspects": ASPECTS, "aspect": aspect if aspect in ASPECTS else "", "few": _FEW,
        "provinces": service.derived(_ONCE["provinces"]), "tiles": _tiles(),
    }  # fmt: skip


def _tiles() -> Mapping[str, Sequence[int]]:
    tiles: Mapping[str, Sequence[int]] = yaml.safe_load((FOLDER / "tiles.yaml").read_text("utf-8"))
    return tiles


def _pair(visit: Visit, service: Service) -> Found:
    """Show one cell of the heat map: a national item and what a province has for it."""
    rows = [row for row in service.derived(_ONCE["verdicts"]) if _is_cell(row, visit.path)]
    if not rows:
        raise Problem("not-found")
    row = rows[0]
    given = {"edition": ox.NamedNode(row["edition"]), "national": ox.NamedNode(row["national"])}
    items = visit.ask("pair-items", **given)
    others = visit.ask("pair-others", **given)
    return {
        "cell": row, "verdicts": {one["aspect"]: one["verdict"] for one in rows}, "aspects": ASPECTS, "whole": WHOLE,
        "items": items, "measures": visit.ask("pair-measures", **given), "others": others,
        "other": {aspect: [one for one in others if one["aspect"] == aspect
                           and one["message"].language in ("", visit.language)] for aspect in ASPECTS},
        "national": next((one for one in items if one["side"] == "national"), None),
        "provincial": [one for one in items if one["side"] == "provincial"],
    }  # fmt: skip


def _is_cell(row: Row, path: Mapping[str, str]) -> bool:
    edition, national = (unquote(row[name].rpartition("/")[2]) for name in ("edition", "national"))
    return bool(national) and (edition, national) == (path["edition"], path["number"])


def _provinces(visit: Visit, service: Service) -> Found:
    """Show two provincial catalogues of one national one beside each other."""
    found = heats(service.derived(_ONCE["verdicts"]))
    columns = [column for heat in found for column in heat.columns]
    if not columns:
        raise Problem("not-found")
    left, right = _chosen(visit, columns, "left", 0), _chosen(visit, columns, "right", -1)
    lefts, rights = (visit.ask("measures", edition=ox.NamedNode(one.edition)) for one in (left, right))
    heat = next(heat for heat in found if left in heat.columns)
    return {
        "columns": columns, "left": left, "right": right, "asked": lefts,
        "lines": _side_by_side(heat, left, right, lefts, rights),
    }  # fmt: skip


def _chosen(visit: Visit, columns: Sequence[Column], name: str, default: int) -> Column:
    wanted = visit.query.get(name)
    return next((one for one in columns if one.edition.rpartition("/")[2] == wanted), columns[default])


def _side_by_side(heat: Heat, left: Column, right: Column, lefts: Asked, rights: Asked) -> Sequence[Mapping[str, Any]]:
    """Return the items in which the two differ, each with its quantities: national, left, right, which is higher."""
    quantities = {side: {row["nationalMeasure"]: row for row in asked} for side, asked in ((0, lefts), (1, rights))}
    lines = []
    for line in (line for lines in heat.domains.values() for line in lines):
        verdicts = [line.verdicts.get(one.edition, {}) for one in (left, right)]
        measures = sorted(
            {key for side in (0, 1) for key, row in quantities[side].items() if row["national"] == line.item}
        )
        both = [[quantities[side].get(key) for side in (0, 1)] for key in measures]
        pairs = [pair for pair in both if None in pair or _higher(*pair)]
        differing = [one for one in (WHOLE, *ASPECTS) if verdicts[0].get(one) != verdicts[1].get(one)]
        if differing or pairs:
            lines.append({
                "line": line, "verdicts": verdicts, "aspects": differing[:1] if WHOLE in differing else differing,
                "pairs": [(pair, _higher(*pair)) for pair in pairs],
            })  # fmt: skip
    return lines


def _higher(left: Row | None, right: Row | None) -> str:
    """Say which of two is further above the national level that both are compared with: left, right or neither."""
    if left is None or right is None or not (left["value"] and right["value"]):
        return ""
    difference = float(left["value"]) - float(right["value"])
    return "left" if difference > 0 else "right" if difference < 0 else ""


def _editions(visit: Visit, service: Service) -> Found:
    """Show what changed from one national catalogue to the next."""
    changes, raised = service.derived(_ONCE["changes"]), service.derived(_ONCE["raised"])
    return {"changes": changes, "raised": raised, "steps": _steps(changes), "of_step": _of_step}


def _steps(changes: Asked) -> Sequence[tuple[Row, Mapping[str, Sequence[Row]]]]:
    """Return each step from one edition to the next with its changes by type."""
    steps = []
    for _, group in groupby(changes, key=lambda row: (row["later"], row["earlier"])):
        rows = list(group)
        kinds = {kind: list(found) for kind, found in groupby(rows, key=lambda row: row["change"])}
        steps.append((rows[0], kinds))
    return steps


def _of_step(rows: Asked, step: Row) -> Mapping[str, Sequence[Row]]:
    """Return the rows of a step by verdict."""
    own = [row for row in rows if (row["later"], row["earlier"]) == (step["later"], step["earlier"])]
    return {verdict: list(found) for verdict, found in groupby(own, key=lambda row: row["verdict"])}


def _indicators(visit: Visit, service: Service) -> Found:
    asked = service.derived(_ONCE["indicators"])
    charts = indicator_charts(asked)
    drawn, totals = ([one for one in charts if one.drawn is wanted] for wanted in (True, False))
    periods = sorted({period for one in totals for track in one.tracks for period in track.points})
    return {"asked": asked, "drawn": drawn, "totals": totals, "periods": periods}


def _funding(visit: Visit, service: Service) -> Found:
    """Show who pays in one catalogue: payers by domain, and the ways in which each pays."""
    catalogues = service.derived(_ONCE["catalogues"])
    wanted = visit.query.get("edition")
    chosen = next((one for one in catalogues if one["edition"].rpartition("/")[2] == wanted), None)
    chosen = chosen or next(iter(catalogues), None)
    if chosen is None:
        raise Problem("not-found")
    edition = ox.NamedNode(chosen["edition"])
    domains, ways = visit.ask("funding", edition=edition), visit.ask("funding-ways", edition=edition)
    return {
        "catalogues": catalogues, "chosen": chosen, "domains": domains, "ways": ways,
        "by_domain": _crossed(domains, "domain", "payer"), "by_payer": _crossed(ways, "payer", "way", by_weight=True),
        "totals": {row["domain"]: int(row["total"]) for row in domains},
    }  # fmt: skip


def _crossed(rows: Asked, down: str, across: str, by_weight: bool = False) -> Mapping[str, Any]:
    """Arrange counts of items as a table: lines as they come or by weight, columns by weight, cells, the greatest."""
    cells = {(row[down], row[across]): int(row["items"]) for row in rows}
    columns = sorted({row[across] for row in rows}, key=lambda one: -sum(n for (_, a), n in cells.items() if a == one))
    weights = {line: sum(n for (one, _), n in cells.items() if one == line) for line in (row[down] for row in rows)}
    lines = sorted(weights, key=lambda one: -weights[one]) if by_weight else list(weights)
    return {"lines": lines, "columns": columns, "cells": cells, "most": max(cells.values(), default=1)}
