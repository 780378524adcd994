"""Responses: a body with its strong ETag or 304, the charset of text, problems as responses, a request's content.

Place in the flow: HTTP, shared by every module with routes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from types import MappingProxyType

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from gongfu.problems import MEDIA_TYPE, Problem, Problems
from gongfu.sparql.request import matches

FRESH = "public, max-age=60"
PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
READING = ("GET", "HEAD")
_READ_PAST = 4
_MOST_OF_HOST = 64
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Address:
    """A route of an application without a framework; what is counted is counted by its path."""

    path: str


def unchanged_or(request: Request, body: bytes, media_type: str, headers: Mapping[str, str] = _NO_HEADERS) -> Response:
    """Return 304 where the client has this very body, else the body with its strong ETag."""
    tag = entity_tag_of(body, media_type)
    told = {"cache-control": FRESH, **headers, "etag": tag}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=told)
    return Response(body, headers=told | {"content-type": with_charset(media_type)})


def entity_tag_of(body: bytes, media_type: str) -> str:
    """Return the strong ETag of a body."""
    return f'"{hashlib.sha256(media_type.encode() + body).hexdigest()[:32]}"'


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


def client_of(scope: Scope) -> str:
    """Return what tells the sender of a request from others: the address, of IPv6 the network that one client has.

    Behind a proxy on the same machine it is what the proxy forwards, which may be anything.
    """
    host = (scope.get("client") or ("",))[0]
    try:
        return str(ip_network((host.partition("%")[0], 64), strict=False)) if ":" in host else host[:_MOST_OF_HOST]
    except ValueError:
        return host[:_MOST_OF_HOST]


async def body(request: Request, most: int) -> bytes:
    """Read the content of a request; raises Problem past the limit, before more of it is kept.

    Of what is too large some more is read and thrown away: a connection that is closed on data not yet read is reset,
    and whoever still sends would never see the answer. What says itself that it is far larger is not waited for.
    """
    refuse_encoded(request)
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > _READ_PAST * most:
        raise Problem("body-too-large", {"limit": most}, {"connection": "close"})
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


def refuse_encoded(request: Request) -> None:
    """Raise Problem where the content is compressed: what it would unpack to, nobody knows before."""
    given = request.headers.get("content-encoding", "identity").strip().lower()
    if given not in {"identity", ""}:
        raise Problem("content-encoding", {"given": given[:40]}, {"accept-encoding": "identity"})


def problem_response(problems: Problems, error: Problem) -> JSONResponse:
    """Return the problem details that a request is answered with."""
    document = {**problems.document(error.name, error.facts), **error.more}
    return JSONResponse(document, document["status"], {"cache-control": "no-store", **error.headers}, MEDIA_TYPE)


def gone_response() -> Response:
    """Return what a client gets that left before its request was whole: nobody reads it, and it is no fault of ours."""
    return Response(status_code=400)


def add_problems(app: Starlette, problems: Problems) -> None:
    """Answer every error, the framework's own and unforeseen ones too, with problem details."""

    async def stated(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return problem_response(problems, error)

    async def of_the_framework(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        names = {404: "not-found", 405: "method-not-allowed"}
        facts = {"method": request.method[:20], "said": str(error.detail)[:200]}
        name = names.get(error.status_code, "bad-request")
        headers = {"allow": _allowed(request)} if name == "method-not-allowed" else error.headers or {}
        return problem_response(problems, Problem(name, facts, headers))

    async def gone(request: Request, error: Exception) -> Response:
        return gone_response()

    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        return problem_response(problems, Problem("internal"))  # the framework logs the traceback

    app.add_exception_handler(Problem, stated)
    app.add_exception_handler(HTTPException, of_the_framework)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(Exception, unforeseen)


def _allowed(request: Request) -> str:
    """Return the methods of all routes of an address; the framework itself names those of the first one only."""
    routes = [
        one for one in request.app.routes if isinstance(one, Route) and one.matches(request.scope)[0] != Match.NONE
    ]
    return ", ".join(sorted({method for route in routes for method in route.methods or ()}))
