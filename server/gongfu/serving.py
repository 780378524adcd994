"""Serving: the application over a finished store: the SPARQL endpoint, the state of health, the start page.

Place in the flow: rightmost but for the command line. It speaks HTTP and decides nothing else: what a request asks is
read by sparql.request, queries are answered by the pool, words stand in pages/.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import jinja2
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from gongfu import __version__
from gongfu.headers import SAFE, SafeHeaders
from gongfu.negotiation import choose
from gongfu.page import Contents, contents, environment, start_page
from gongfu.problems import MEDIA_TYPE, Facts, Problem, Problems, read_problems
from gongfu.settings import house
from gongfu.sparql.answering import GRAPH_TYPES, Answer, Job
from gongfu.sparql.dataset import PAGES, Dataset, describe
from gongfu.sparql.description import service_description, written
from gongfu.sparql.pool import Busy, DeadlinePassed, Limits, Pool, WorkerLost
from gongfu.sparql.request import content, entity_tag, job, matches

_LOG = logging.getLogger(__name__)

_PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_FRESH = "public, max-age=60"
_METHODS = ["GET", "HEAD", "POST", "QUERY"]


@dataclass(frozen=True)
class Service:
    """What the endpoints work with."""

    dataset: Dataset
    limits: Limits
    problems: Problems
    contents: Contents
    templates: jinja2.Environment


def application(store_path: Path, limits: Limits | None = None) -> FastAPI:
    """Return the application over a finished store, which it opens read-only.

    Raises:
        FileNotFoundError: there is no store at the path.
        OSError: what is there is not a store.
    """
    dataset = describe(store_path)
    service = Service(
        dataset, limits or Limits(), read_problems(PAGES / "problems.yaml", dataset.base),
        contents(dataset, house().ontology / "questions"), environment(),
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = Pool(service.dataset, service.limits)
        try:
            await pool.start()
            app.state.pool = pool
            yield
        finally:
            await pool.close()

    app = FastAPI(title="公服 gongfu", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(SafeHeaders)
    _add_problems(app, service.problems)
    _add_endpoint(app, service)
    _add_pages(app, service)
    return app


def serve(store_path: Path, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve a finished store until the process is told to stop; raises as ``application`` does."""
    longest = 2 * Limits().query_bytes  # a query in an address is percent-encoded
    uvicorn.run(
        application(store_path), host=host, port=port, server_header=False, h11_max_incomplete_event_size=longest
    )


def _add_endpoint(app: FastAPI, service: Service) -> None:
    @app.api_route("/sparql", methods=_METHODS, name="sparql", include_in_schema=False)
    async def sparql(request: Request) -> Response:
        """Answer a SPARQL query; describe the service where there is none."""
        sent = None
        if request.method in {"POST", "QUERY"}:
            sent = content(request.headers.get("content-type"), await _body(request, service.limits.query_bytes))
        accept = ",".join(request.headers.getlist("accept")) or None
        asked = job(request.scope["query_string"], sent, accept)
        if asked is None:
            return _described(request, service.dataset, accept)
        if len(asked.query.encode()) > service.limits.query_bytes:
            raise Problem("body-too-large", {"limit": service.limits.query_bytes})
        return await _answered(request, service, asked)

    @app.head("/health", include_in_schema=False)
    @app.get("/health")
    async def health(request: Request) -> JSONResponse:
        """Say whether queries can be answered, and from which data."""
        workers = len(request.app.state.pool.pids)
        state = {
            "status": "ok" if workers else "down", "version": service.dataset.version,
            "triples": service.dataset.triples, "workers": workers, "program": __version__,
        }  # fmt: skip
        return JSONResponse(state, 200 if workers else 503, {"cache-control": "no-store"})


async def _body(request: Request, most: int) -> bytes:
    """Read the content of a request; raises Problem past the limit, before more of it is taken in."""
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > most:
            raise Problem("body-too-large", {"limit": most}, {"connection": "close"})
    return bytes(read)


async def _answered(request: Request, service: Service, asked: Job) -> Response:
    tag = entity_tag(service.dataset.version, asked)
    headers = {"vary": "Accept", "cache-control": _FRESH if tag and request.method != "POST" else "no-store"}
    if tag:
        headers["etag"] = tag
        if request.method != "POST" and matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
    found = await _found(request.app.state.pool, asked, service.limits)
    if found.problem:
        raise Problem(found.problem, found.facts)
    return Response(found.body, headers=headers | {"content-type": _with_charset(found.media_type)})


async def _found(pool: Pool, asked: Job, limits: Limits) -> Answer:
    """Return the answer of the pool; its failures become problems."""
    seconds = round(limits.seconds, 1)
    try:
        return await pool.answer(asked)
    except Busy as error:
        wait = max(1, round(seconds))
        raise Problem("busy", {"seconds": wait}, {"retry-after": str(wait)}) from error
    except DeadlinePassed as error:
        raise Problem("deadline-passed", {"seconds": f"{seconds:g}"}) from error
    except WorkerLost as error:
        raise Problem("query-too-heavy") from error


def _described(request: Request, dataset: Dataset, accept: str | None) -> Response:
    media_type = choose(accept, GRAPH_TYPES)
    if media_type is None:
        raise Problem("not-acceptable", {"types": ", ".join(GRAPH_TYPES)})
    try:
        triples = service_description(str(request.url_for("sparql")), dataset)
    except ValueError as error:
        raise Problem("bad-request", {"said": "Host"}) from error
    return _unchanged_or(request, written(triples, media_type), _with_charset(media_type), {"vary": "Accept"})


def _add_pages(app: FastAPI, service: Service) -> None:
    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def start(request: Request) -> Response:
        """Return the start page."""
        page = start_page(service.templates, service.contents, str(request.url_for("sparql")), __version__)
        policy = {"content-security-policy": _PAGE_POLICY}
        return _unchanged_or(request, page.encode(), "text/html; charset=utf-8", policy)

    style = (PAGES / "style.css").read_bytes()

    @app.api_route("/pages/style.css", methods=["GET", "HEAD"], include_in_schema=False)
    async def style_sheet(request: Request) -> Response:
        """Return the style sheet of the pages."""
        return _unchanged_or(request, style, "text/css; charset=utf-8", {})


def _unchanged_or(request: Request, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """Return 304 where the client has this very body, else the body with its strong ETag."""
    tag = f'"{hashlib.sha256(media_type.encode() + body).hexdigest()[:32]}"'
    told = {**headers, "etag": tag, "cache-control": _FRESH}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=told)
    return Response(body, headers=told | {"content-type": media_type})


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _add_problems(app: FastAPI, problems: Problems) -> None:
    def told(name: str, facts: Facts, headers: Mapping[str, str]) -> JSONResponse:
        document = problems.document(name, facts)
        return JSONResponse(document, document["status"], {"cache-control": "no-store", **headers}, MEDIA_TYPE)

    @app.exception_handler(Problem)
    async def stated(request: Request, error: Problem) -> JSONResponse:
        return told(error.name, error.facts, error.headers)

    @app.exception_handler(HTTPException)
    async def of_the_framework(request: Request, error: HTTPException) -> JSONResponse:
        names = {404: "not-found", 405: "method-not-allowed"}
        facts = {"method": request.method[:20], "said": str(error.detail)[:200]}
        return told(names.get(error.status_code, "bad-request"), facts, error.headers or {})

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        return told("internal", {}, SAFE)  # outside all middleware; the framework logs the traceback
