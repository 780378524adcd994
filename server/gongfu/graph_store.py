"""Graph store: named graphs by the SPARQL 1.1 Graph Store HTTP Protocol: read by all, changed by holders of a token.

Place in the flow: HTTP. A graph is named by ``/rdf-graph-store?graph=IRI`` or by its own address below ``/graph/``,
whose reading belongs to ``resources``. What a change must pass is for the ``Publisher`` to say.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.formparsers import MultiPartException, MultiPartParser

from gongfu.headers import ENCODED_TAG
from gongfu.negotiation import choose
from gongfu.problems import Problem
from gongfu.responses import READING, bearer, body, client_of, entity_tag_of, unchanged_or
from gongfu.service import Service
from gongfu.sparql.answering import DEFAULT, GRAPH_TYPES, Job
from gongfu.sparql.request import content, parameters
from gongfu.sparql.tokens import GraphNames

ADDRESS = "/rdf-graph-store"
_CHANGING = ("PUT", "POST", "DELETE")
_ACTIONS = {"PUT": "replace", "POST": "extend", "DELETE": "withdraw"}
_MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Sent:
    """A change that was asked for: what to do (replace, extend, withdraw), to which graph, with which contents.

    ``graph`` is an IRI, empty for the default graph, None for a new one; contents are pairs of media type and bytes.
    ``precondition`` raises Problem where the graph is not what the sender takes it for; None where nothing is said.
    """

    action: str
    graph: str | None
    contents: Sequence[tuple[str, bytes]]
    token: str
    precondition: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Changed:
    """What came of a change: the HTTP status, the graph's IRI, and what to tell as JSON."""

    status: int
    graph: str
    told: bytes = b""


class Publisher(Protocol):
    """Whoever changes graphs; raises Problem for what is not allowed or refused."""

    async def change(self, sent: Sent) -> Changed:
        """Do what was asked for; when it returns, it is served."""
        ...


def add_graph_store(app: FastAPI, service: Service, publisher: Publisher | None) -> None:
    """Add the graph store; without a publisher nothing can be changed."""

    @app.api_route(ADDRESS, methods=list(READING), include_in_schema=False)
    async def read(request: Request) -> Response:
        """Return a graph."""
        graph = _named(request)
        if graph is None:
            raise Problem("graph-missing")
        return await read_graph(request, service, graph)

    async def change(request: Request, graph: str | None) -> Response:
        if publisher is None:
            raise Problem("publishing-off")
        contents = [] if request.method == "DELETE" else await _contents(request)
        conditional = any(name in request.headers for name in ("if-match", "if-none-match"))
        condition = partial(_hold, request, service, graph or "") if conditional else None
        done = await publisher.change(Sent(_ACTIONS[request.method], graph, contents, bearer(request), condition))
        location = {"location": done.graph} if done.status == 201 else {}
        kind = {"content-type": "application/json"} if done.told else {}
        return Response(done.told, done.status, {"cache-control": "no-store", **location, **kind})

    @app.api_route(ADDRESS, methods=list(_CHANGING), include_in_schema=False)
    async def change_named(request: Request) -> Response:
        """Change the graph that the parameter names."""
        graph = _named(request)
        if graph is None and request.method != "POST":
            raise Problem("graph-missing")
        return await change(request, graph)

    @app.api_route("/graph/{path:path}", methods=list(_CHANGING), include_in_schema=False)
    async def change_addressed(request: Request, path: str) -> Response:
        """Change the graph whose own address this is."""
        return await change(request, f"{service.dataset.base}graph/{path}")


async def read_graph(request: Request, service: Service, graph: str) -> Response:
    """Return a graph in the form that Accept likes best; an empty name is the default graph."""
    if graph and graph not in service.dataset.graphs:
        raise Problem("not-found")
    media_type = choose(",".join(request.headers.getlist("accept")) or None, GRAPH_TYPES)
    if media_type is None:
        raise Problem("not-acceptable", {"types": ", ".join(GRAPH_TYPES)})
    asked = Job("", GraphNames(), None, media_type, (graph,), graph or DEFAULT)
    found = await service.answer(asked, client_of(request.scope))
    return unchanged_or(request, found.body, media_type, {"vary": "Accept"})


async def _hold(request: Request, service: Service, graph: str) -> None:
    """Raise Problem where a graph is not what If-Match or If-None-Match say (RFC 9110, section 13.1)."""
    wanted, known = (_tags(request, name) for name in ("if-match", "if-none-match"))
    tags = set()
    if graph in service.dataset.graphs:
        tags = {"*"}
        for kind in GRAPH_TYPES if (wanted | known) - {"*"} else ():
            asked = Job("", GraphNames(), None, kind, (graph,), graph)
            tags.add(entity_tag_of((await service.answer(asked, client_of(request.scope))).body, kind))
    if (wanted and not wanted & tags) or known & tags:
        raise Problem("precondition-failed")


def _tags(request: Request, name: str) -> set[str]:
    """Return the tags of a header, without what says that a body was compressed."""
    given = (tag.strip() for tag in request.headers.get(name, "").split(","))
    return {ENCODED_TAG.sub('"', tag) for tag in given if tag}


def _named(request: Request) -> str | None:
    """Return the graph that the address names: an IRI, an empty text for the default graph, None for none."""
    pairs = parameters(request.scope["query_string"])
    graphs = [value for name, value in pairs if name == "graph"]
    default = [value for name, value in pairs if name == "default"]
    if len(graphs) + len(default) > 1:
        raise Problem("parameter-repeated", {"name": "graph", "times": len(graphs) + len(default)})
    return "" if default else graphs[0] if graphs else None


async def _contents(request: Request) -> list[tuple[str, bytes]]:
    """Return the contents of a request, of a form with several files each of them."""
    sent = content(request.headers.get("content-type"), b"")
    whole = await body(request, _MOST_BYTES)
    if sent.type != "multipart/form-data":
        return [(sent.type, whole)]

    async def once() -> AsyncGenerator[bytes, None]:
        yield whole

    try:
        form = await MultiPartParser(request.headers, once(), max_files=20, max_fields=20).parse()
    except (MultiPartException, KeyError) as error:
        raise Problem("bad-request", {"said": str(error)[:200]}) from error
    files = [value for _, value in form.multi_items() if not isinstance(value, str)]
    return [(content(one.content_type, b"").type, await one.read()) for one in files]


def unaccepted_type(given: str, known: Mapping[str, str]) -> Problem:
    """Return the problem of content whose type cannot be taken."""
    return Problem("graph-type", {"given": given[:100] or "-", "types": ", ".join(known)})
