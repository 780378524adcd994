"""Reuse: what can be taken away: dumps, ontology, code lists, rules, interfaces; licence, citing, publishing.

Place in the flow: HTTP, pages. Terms, codes, rules and dumps are asked of the data, none is typed here.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI

from gongfu.pages.asking import Row
from gongfu.pages.diagram import diagram
from gongfu.pages.layout import Found, Room, Visit
from gongfu.pages.listings import without_blanks
from gongfu.service import Service
from gongfu.settings import DEFINITIONS

_KINDS = ("Class", "ObjectProperty", "DatatypeProperty")


def add_reuse(app: FastAPI, service: Service) -> None:
    """Add the pages of the room."""
    room = Room(app, service, "reuse")
    room.page("/reuse", "reuse/start.html")(_start)
    room.page("/def", "reuse/terms.html")(_terms)
    room.page("/shapes", "reuse/rules.html")(_rules)
    room.page("/code", "reuse/codes.html")(_code_lists)


def _start(visit: Visit) -> Found:
    dumps, schemes = visit.ask("dumps"), visit.ask("schemes")
    return {"dumps": _once(dumps, "name", visit.language, "title"),
            "schemes": _once(schemes, "scheme", visit.language, "definition"), "queries": (dumps, schemes),
            "dates": _dates(visit.served.dataset.path.parent / "dumps")}  # fmt: skip


def _dates(folder: Path) -> dict[str, str]:
    """Return the day on which each dump was written."""
    files = folder.iterdir() if folder.is_dir() else ()
    return {file.name: datetime.fromtimestamp(file.stat().st_mtime, UTC).date().isoformat() for file in files}


def _terms(visit: Visit) -> Found:
    terms, links = visit.ask("terms"), visit.ask("diagram")
    told = _once(terms, "term", visit.language, "definition")
    kinds = {kind: [row for row in told if row["kind"].endswith("#" + kind)] for kind in _KINDS}
    first = DEFINITIONS + "ServiceItem"
    drawn = diagram(links, first) if any(row["from"] == first for row in links) else None
    return {"kinds": kinds, "links": links, "diagram": drawn, "queries": (terms, links)}


def _rules(visit: Visit) -> Found:
    rules = visit.ask("rules")
    told = _once(rules, "rule", visit.language, "message")
    return {"rules": [{**row, "message": without_blanks(row["message"])} for row in told], "queries": (rules,)}


def _code_lists(visit: Visit) -> Found:
    schemes = visit.ask("schemes")
    return {"schemes": _once(schemes, "scheme", visit.language, "definition"), "queries": (schemes,)}


def _once(rows: Iterable[Row], key: str, language: str, text: str) -> list[Row]:
    """Return one row for each value of a column, that in the language of the page where there is one."""
    found: dict[str, Row] = {}
    for row in rows:
        if row[key] not in found or (row[text].language == language != found[row[key]][text].language):
            found[row[key]] = row
    return list(found.values())
