"""Conformance: what the W3C test sets found of the service, as a page and as EARL.

Place in the flow: HTTP, pages. The record is written by tests/bench/conformance.py and says which version was tested.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox
from fastapi import FastAPI, Request
from fastapi.responses import Response

from gongfu.pages.layout import Found, Room, Visit
from gongfu.responses import READING, unchanged_or
from gongfu.service import Service

FILE = Path(__file__).parent / "conformance.ttl"
QUERY = Path(__file__).parent / "queries" / "reuse" / "conformance.rq"


def add_conformance(app: FastAPI, service: Service) -> None:
    """Add the page and the record itself."""
    record = FILE.read_bytes() if FILE.is_file() else b""
    rows = list(read_record(record))
    room = Room(app, service, "reuse")

    @app.api_route("/conformance.ttl", methods=list(READING), include_in_schema=False)
    async def earl(request: Request) -> Response:
        """Return the record in EARL."""
        return unchanged_or(request, record, "text/turtle")

    @room.page("/conformance", "reuse/conformance.html")
    def find(visit: Visit) -> Found:
        missed = [row for row in rows if row["outcome"] != "passed"]
        sets = [(name, list(tests)) for name, tests in groupby(rows, key=lambda row: row["set"])]
        return {"tests": rows, "missed": missed, "sets": sets, "tested": rows[0] if rows else {}}


def read_record(record: bytes) -> Iterator[Mapping[str, str]]:
    """Yield the results of a record: set, test, name (the end of its IRI), outcome, what was wrong in zh and en, where
    more is said of it, date and version; in the order of the sets.
    """
    store = ox.Store()
    store.load(record, ox.RdfFormat.TURTLE)
    found = store.query(QUERY.read_text("utf-8"))
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    for row in found:
        yield {name: row[name].value if row[name] else "" for name in names}
