"""Look up: the start page, search, browsing with facets, and a page for everything that has an IRI.

Place in the flow: HTTP, pages. What is shown is found by queries/lookup/*.rq.
"""

from fastapi import FastAPI

from gongfu.examples import examples
from gongfu.pages.describing import describe
from gongfu.pages.layout import Found, Room, Visit
from gongfu.service import Service
from gongfu.settings import house

_QUESTIONS = "questions"


def add_lookup(app: FastAPI, service: Service) -> None:
    """Add the pages of the room."""
    room = Room(app, service, "lookup")
    room.page("/", "lookup/start.html")(_start)
    room.page("/{path:path}", "lookup/thing.html")(describe)  # takes every address that is left: add it last


def _start(visit: Visit) -> Found:
    return {"editions": visit.ask("editions"), "questions": examples(house().ontology / _QUESTIONS)}
