"""Endpoint: queries by the SPARQL 1.1 Protocol, the description of the service, the state of health.

Place in the flow: HTTP, beside the rooms and ready before them. What a request asks is read by sparql.request, queries
are answered by the workers.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from gongfu import __version__
from gongfu.problems import Problem
from gongfu.responses import (
    FRESH,
    READING,
    Address,
    bearer,
    body,
    client_of,
    gone_response,
    problem_response,
    unchanged_or,
    with_charset,
)
from gongfu.service import Service
from gongfu.sparql.answering import GRAPH_TYPES, Job
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.description import metadata_of, service_description, written
from gongfu.sparql.pool import Limits
from gongfu.sparql.request import Update, content, description_type, entity_tag, job, matches, update
from gongfu.sparql.tables import EXTENSIONS

_METHODS = ("GET", "HEAD", "POST", "QUERY")
_ROUTES = {path: Address(path) for path in ("/sparql", "/sparql/", "/health")}
ADDRESSES = frozenset(_ROUTES)


class Updater(Protocol):
    """Whoever runs updates; the public service has none."""

    async def update(self, asked: Update, token: str) -> None:
        """Run an update; raises Problem."""
        ...


class Endpoint:
    """The ASGI application of /sparql and /health: bare, so that little stands between the socket and a worker."""

    def __init__(self, service: Service, updater: Updater | None = None) -> None:
        self._service, self._updater = service, updater

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; every fault becomes problem details."""
        request = Request(scope, receive)
        scope["route"] = _ROUTES[scope["path"]]
        try:
            response = await self._response(request)
        except ClientDisconnect:
            response = gone_response()
        except Problem as error:
            response = problem_response(self._service.problems, error)
        except Exception:
            await problem_response(self._service.problems, Problem("internal"))(scope, receive, send)
            raise
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        path = request.scope["path"]
        methods = READING if path == "/health" else _METHODS
        if request.method not in methods:
            raise Problem("method-not-allowed", {"method": request.method[:20]}, {"allow": ", ".join(methods)})
        return self._health() if path == "/health" else await self._sparql(request)

    async def _sparql(self, request: Request) -> Response:
        """Answer a SPARQL query; describe the service where there is none."""
        service, sent = self._service, None
        if request.method in {"POST", "QUERY"}:
            sent = content(request.headers.get("content-type"), await body(request, service.limits.query_bytes))
            updater = self._updater if request.method == "POST" else None
            changing = update(request.scope["query_string"], sent) if updater else None
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

    def _health(self) -> Response:
        """Say whether queries can be answered, and from which data."""
        service = self._service
        sound = service.sound
        state = {
            "status": "ok" if sound else "down", "version": service.dataset.version,
            "triples": service.dataset.triples, "workers": len(service.workers), "program": __version__,
        }  # fmt: skip
        return JSONResponse(state, 200 if sound else 503, {"cache-control": "no-store"})


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
    found = await service.answer(asked, client_of(request.scope))
    if found.media_type in EXTENSIONS:
        headers["content-disposition"] = f'attachment; filename="gongfu.{EXTENSIONS[found.media_type]}"'
    return Response(found.body, headers=headers | {"content-type": with_charset(found.media_type)})


def _described(request: Request, service: Service, accept: str | None) -> Response:
    media_type = description_type(request.scope["query_string"], accept)
    if media_type is None:
        raise Problem("not-acceptable", {"types": ", ".join(GRAPH_TYPES)})
    callable_ = service.federation.services.endpoints
    description = service.derived(_descriptions)(f"{request.base_url}sparql", media_type, service.limits, callable_)
    return unchanged_or(request, description, media_type, {"vary": "Accept"})
