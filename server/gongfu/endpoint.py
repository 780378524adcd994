"""Endpoint: queries by the SPARQL 1.1 Protocol, the description of the service, the state of health.

Place in the flow: HTTP. What a request asks is read by sparql.request, queries are answered by the workers.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from gongfu import __version__
from gongfu.negotiation import choose
from gongfu.problems import Problem
from gongfu.responses import FRESH, bearer, body, unchanged_or, with_charset
from gongfu.service import Service
from gongfu.sparql.answering import GRAPH_TYPES, Job
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.description import metadata_of, service_description, written
from gongfu.sparql.pool import Limits
from gongfu.sparql.request import Update, content, entity_tag, job, matches, update
from gongfu.sparql.tables import EXTENSIONS

_METHODS = ["GET", "HEAD", "POST", "QUERY"]


class Updater(Protocol):
    """Whoever runs updates; the public service has none."""

    async def update(self, asked: Update, token: str) -> None:
        """Run an update; raises Problem."""
        ...


def add_endpoint(app: FastAPI, service: Service, updater: Updater | None = None) -> None:
    """Add /sparql and /health."""

    @app.api_route("/sparql/", methods=_METHODS, include_in_schema=False)
    @app.api_route("/sparql", methods=_METHODS, name="sparql", include_in_schema=False)
    async def sparql(request: Request) -> Response:
        """Answer a SPARQL query; describe the service where there is none."""
        sent = None
        if request.method in {"POST", "QUERY"}:
            sent = content(request.headers.get("content-type"), await body(request, service.limits.query_bytes))
            changing = update(request.scope["query_string"], sent) if updater and request.method == "POST" else None
            if updater and changing:
                await updater.update(changing, bearer(request))
                return Response(status_code=204, headers={"cache-control": "no-store"})
        accept = ",".join(request.headers.getlist("accept")) or None
        asked = job(request.scope["query_string"], sent, accept)
        if asked is None:
            return _described(request, service, accept)
        if len(asked.query.encode()) > service.limits.query_bytes:
            raise Problem("body-too-large", {"limit": service.limits.query_bytes})
        return await _answered(request, service, asked)

    @app.head("/health", include_in_schema=False)
    @app.get("/health")
    async def health(request: Request) -> JSONResponse:
        """Say whether queries can be answered, and from which data."""
        workers = len(service.workers)
        state = {
            "status": "ok" if workers else "down", "version": service.dataset.version,
            "triples": service.dataset.triples, "workers": workers, "program": __version__,
        }  # fmt: skip
        return JSONResponse(state, 200 if workers else 503, {"cache-control": "no-store"})


def _descriptions(dataset: Dataset) -> Callable[[str, str, Limits, Sequence[str]], bytes]:
    """Return the function that writes the service description; it keeps a few, for some hosts and forms."""
    metadata = metadata_of(dataset)

    @lru_cache(maxsize=32)
    def description(endpoint: str, media_type: str, limits: Limits, callable_: Sequence[str]) -> bytes:
        try:
            return written(service_description(endpoint, dataset, limits, metadata, callable_), media_type)
        except ValueError as error:
            raise Problem("bad-request", {"said": "Host"}) from error

    return description


async def _answered(request: Request, service: Service, asked: Job) -> Response:
    tag = entity_tag(service.dataset.version, asked)
    headers = {"vary": "Accept", "cache-control": FRESH if tag and request.method != "POST" else "no-store"}
    if tag:
        headers["etag"] = tag
        if request.method != "POST" and matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
    found = await service.answer(asked)
    if found.media_type in EXTENSIONS:
        headers["content-disposition"] = f'attachment; filename="gongfu.{EXTENSIONS[found.media_type]}"'
    return Response(found.body, headers=headers | {"content-type": with_charset(found.media_type)})


def _described(request: Request, service: Service, accept: str | None) -> Response:
    media_type = choose(accept, GRAPH_TYPES)
    if media_type is None:
        raise Problem("not-acceptable", {"types": ", ".join(GRAPH_TYPES)})
    callable_ = service.federation.services.endpoints
    description = service.derived(_descriptions)(str(request.url_for("sparql")), media_type, service.limits, callable_)
    return unchanged_or(request, description, media_type, {"vary": "Accept"})
