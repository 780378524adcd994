"""Look up: the start page, search, browsing with facets, and a page for everything that has an IRI.

Place in the flow: HTTP, pages. What is shown is found by queries/lookup/*.rq.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from fastapi import FastAPI

from gongfu.examples import examples
from gongfu.pages.browsing import browse, facets, items
from gongfu.pages.describing import describe
from gongfu.pages.layout import Found, Room, Visit
from gongfu.pages.naming import Editions
from gongfu.search import Hit, find
from gongfu.service import Service
from gongfu.settings import house

KINDS = ("item", "edition", "region", "department", "group", "indicator", "rule", "code")
TASKS = ("official", "researcher", "agency", "journalist", "citizen")
_QUESTIONS = "questions"
_LONGEST, _FEW, _MANY = 80, 4, 60


def add_lookup(app: FastAPI, service: Service) -> None:
    """Add the pages of the room."""
    room = Room(app, service, "lookup")
    room.page("/", "lookup/start.html")(_start)
    room.page("/search", "lookup/search.html")(_search)
    room.page("/suggest", "lookup/suggestions.html")(_suggest)
    room.page("/browse", "lookup/browse.html")(browse)
    room.page("/tasks", "lookup/tasks.html")(_tasks)
    room.page("/{path:path}", "lookup/thing.html")(describe)  # takes every address that is left: add it last


def _search(visit: Visit) -> Found:
    asked = visit.query.get("q", "").strip()[:_LONGEST]
    return {
        "asked": asked,
        "found": by_kind(find(visit.served.index, asked, visit.language), _MANY, visit.served.editions),
    }


def _suggest(visit: Visit) -> Found:
    asked = visit.query.get("q", "").strip()[:_LONGEST]
    return {
        "asked": asked,
        "found": by_kind(find(visit.served.index, asked, visit.language, 60), _FEW, visit.served.editions),
    }


def by_kind(hits: Iterable[Hit], most: int, editions: Editions) -> dict[str, list[list[Hit]]]:
    """Return hits by kind, items first; items of one name in several catalogues stand together, the nation's first.

    Names come before texts, what is in force before what is superseded, what begins with the words before what has
    them later; else the best hit comes first.
    """
    found: dict[str, dict[str, list[Hit]]] = {kind: {} for kind in KINDS}
    for hit in hits:
        found[hit.kind].setdefault(hit.label if hit.kind == "item" else hit.thing, []).append(hit)

    def first(group: list[Hit]) -> tuple[bool, bool, bool]:
        return group[0].end == 0, group[0].edition in editions.superseded, group[0].start > 0

    for groups in found.values():
        for group in groups.values():
            group.sort(key=lambda hit: editions.place(hit.edition))
    return {kind: sorted(groups.values(), key=first)[:most] for kind, groups in found.items() if groups}


def _tasks(visit: Visit) -> Found:
    """Return whose tasks are told; the steps are words of the pages, and tests/test_tasks.py takes them one by one."""
    return {"tasks": TASKS}


def _start(visit: Visit) -> Found:
    editions, listed = visit.ask("editions"), items(visit.ask("browse"), visit.served.editions)
    built = datetime.fromtimestamp(visit.served.dataset.path.stat().st_mtime, UTC).date().isoformat()
    return {"editions": editions, "items_here": len(listed), "facets": facets(listed, {}), "built": built,
            "questions": examples(house().ontology / _QUESTIONS)}  # fmt: skip
