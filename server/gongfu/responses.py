"""Responses: a body with its strong ETag or 304, the charset of text, problems as responses, a request's content.

Place in the flow: HTTP, shared by every module with routes.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gongfu.headers import SAFE
from gongfu.problems import MEDIA_TYPE, Facts, Problem, Problems
from gongfu.sparql.request import matches

FRESH = "public, max-age=60"
PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
READING = ("GET", "HEAD")
_READ_PAST = 4
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def unchanged_or(request: Request, body: bytes, media_type: str, headers: Mapping[str, str] = _NO_HEADERS) -> Response:
    """Return 304 where the client has this very body, else the body with its strong ETag."""
    tag = f'"{hashlib.sha256(media_type.encode() + body).hexdigest()[:32]}"'
    told = {"cache-control": FRESH, **headers, "etag": tag}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=told)
    return Response(body, headers=told | {"content-type": with_charset(media_type)})


def page(request: Request, html: str, headers: Mapping[str, str] = _NO_HEADERS) -> Response:
    """Return an HTML page with its content security policy: own style sheets and nothing else."""
    return unchanged_or(request, html.encode(), "text/html", {"content-security-policy": PAGE_POLICY, **headers})


def with_charset(media_type: str) -> str:
    """Return the value of Content-Type; whatever is text is UTF-8."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def bearer(request: Request) -> str:
    """Return the token of a request's Authorization header, an empty text without one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def body(request: Request, most: int) -> bytes:
    """Read the content of a request; raises Problem past the limit, before more of it is kept.

    Of what is too large some more is read and thrown away: a connection that is closed on data not yet read is reset,
    and whoever still sends would never see the answer.
    """
    read, taken = bytearray(), 0
    async for part in request.stream():
        taken += len(part)
        if taken <= most:
            read += part
        elif taken > _READ_PAST * most:
            break
    if taken > most:
        raise Problem("body-too-large", {"limit": most}, {"connection": "close"})
    return bytes(read)


def add_problems(app: FastAPI, problems: Problems) -> None:
    """Answer every error, the framework's own and unforeseen ones too, with problem details."""

    def told(
        name: str, facts: Facts, headers: Mapping[str, str], more: Mapping[str, Any] = _NO_HEADERS
    ) -> JSONResponse:
        document = {**problems.document(name, facts), **more}
        return JSONResponse(document, document["status"], {"cache-control": "no-store", **headers}, MEDIA_TYPE)

    @app.exception_handler(Problem)
    async def stated(request: Request, error: Problem) -> JSONResponse:
        return told(error.name, error.facts, error.headers, error.more)

    @app.exception_handler(HTTPException)
    async def of_the_framework(request: Request, error: HTTPException) -> JSONResponse:
        names = {404: "not-found", 405: "method-not-allowed"}
        facts = {"method": request.method[:20], "said": str(error.detail)[:200]}
        return told(names.get(error.status_code, "bad-request"), facts, error.headers or {})

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=400)  # nobody is there to read it, and it is no fault of ours

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        return told("internal", {}, SAFE)  # outside all middleware; the framework logs the traceback
