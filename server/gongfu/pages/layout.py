"""Layout: a room makes pages: what a function found for an address, in a template, in the language of the address.

Place in the flow: HTTP, pages; every room is built on it. A page is a function of the data and of its address alone, so
its ETag is known before the engine is touched. Addresses begin with the language: /zh/… and /en/….
"""

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import jinja2
from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import Response

from gongfu import __version__
from gongfu.pages.addresses import address, compact, described_at
from gongfu.pages.asking import Asked, Said, ask
from gongfu.pages.messages import LANGUAGES, read_messages
from gongfu.pages.naming import Editions, Names, read_editions, read_names
from gongfu.pages.proving import open_for_pages
from gongfu.problems import Problem, Problems
from gongfu.regions import NATIONWIDE
from gongfu.report.grouping import cell_told, sure
from gongfu.responses import FRESH, READING, unchanged_or
from gongfu.search import open_index
from gongfu.service import Service
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.request import matches
from gongfu.sparql.stores import ReadStore
from gongfu.sparql.substitution import Term

_LOG = logging.getLogger(__name__)
ROOMS = ("lookup", "compare", "check", "query", "reuse")
FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Served:
    """The data as the pages read them: what is known of them, the open store, the names of things, the index."""

    dataset: Dataset
    store: ReadStore
    names: Names
    index: sqlite3.Connection
    editions: Editions = field(default_factory=Editions)
    kept: dict[str, Asked] = field(
        default_factory=dict
    )  # answers to queries without values: they scan, and never change


@dataclass(frozen=True)
class Visit:
    """A request of a page: its language, the variables of its path and of its query, and the data to answer from."""

    room: str
    language: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    raw_path: str
    served: Served

    def ask(self, name: str, **values: Term) -> Asked:
        """Run the query ``queries/<room>/<name>.rq`` with values for some variables; without any, run it once."""
        query, kept = f"{self.room}/{name}", self.served.kept
        if not values and query in kept:
            return kept[query]
        found = ask(self.served.store, self.served.dataset.merged, query, **values)
        if not values:
            kept[query] = found
        return found

    def name(self, iri: str) -> Said:
        """Return the name of a thing in the language of the page, in Chinese where it has no other."""
        return self.served.names.of(iri, self.language)


Found = Mapping[str, object]
Find = Callable[[Visit], Found]


def served(dataset: Dataset) -> Served:
    """Open what the pages read; for ``service.derived``."""
    store = open_for_pages(dataset)
    names, editions = read_names(store, dataset.merged), read_editions(store, dataset.merged)
    return Served(dataset, store, names, open_index(dataset.path), editions)


class Room:
    """One of the five rooms: it adds its pages to the application in every language."""

    def __init__(self, app: FastAPI, service: Service, name: str) -> None:
        self._app, self._service, self.name = app, service, name
        self._templates = environment()
        self._messages = {language: read_messages(language) for language in LANGUAGES}
        self._digest = _digest(FOLDER)

    def page(self, path: str, template: str, policy: str = POLICY) -> Callable[[Find], Find]:
        """Return a decorator: the function finds what the template shows at ``/<language><path>``.

        The function is run in a thread. It raises Problem where there is nothing to show; ``template`` among what it
        finds is the template in place of the one given here.
        """

        def add(find: Find) -> Find:
            for language in LANGUAGES:
                answer = partial(self._answer, language=language, template=template, find=find, policy=policy)
                self._app.add_route(f"/{language}{path}", answer, methods=list(READING), include_in_schema=False)
            return find

        return add

    async def _answer(self, request: Request, language: str, template: str, find: Find, policy: str) -> Response:
        """Return 304 where the client has this page of these data, else the page, or in its place what is wrong."""
        version = f"{__version__} {self._digest} {self._service.dataset.version} {request.url}"
        headers = {"etag": f'"{hashlib.sha256(version.encode()).hexdigest()[:32]}"', "cache-control": FRESH}
        if matches(request.headers.get("if-none-match"), headers["etag"]):
            return Response(status_code=304, headers=headers)
        visit = self.visit(request, language)
        try:
            found = await to_thread.run_sync(find, visit)
            html = await to_thread.run_sync(partial(self.written, request, visit, template, found))
        except Problem as problem:
            return self.problem_page(request, language, problem, self._service.problems)
        except Exception:
            _LOG.exception("a page failed: %s", request.url.path)  # a fault of ours; who reads a page is told on a page
            return self.problem_page(request, language, Problem("internal"), self._service.problems)
        return Response(html, headers=headers | {"content-security-policy": policy, "content-type": _HTML})

    def visit(self, request: Request, language: str) -> Visit:
        """Return what a request asks of a page."""
        raw = request.scope.get("raw_path") or request.url.path.encode()
        return Visit(self.name, language, request.path_params, request.query_params,
                     raw.decode("ascii", "replace").partition("?")[0], self._service.derived(served))  # fmt: skip

    def respond(
        self, request: Request, language: str, template: str, found: Found, status: int = 200, policy: str = POLICY
    ) -> Response:
        """Return a page that does not follow from its address and the data alone; its ETag is that of its text."""
        html = self.written(request, self.visit(request, language), template, found)
        headers = {"content-security-policy": policy, "cache-control": "no-cache"}
        if status == 200:
            return unchanged_or(request, html.encode(), "text/html", headers)
        return Response(html, status, headers={**headers, "cache-control": "no-store", "content-type": _HTML})

    def problem_page(self, request: Request, language: str, problem: Problem, problems: Problems) -> Response:
        """Return the page that says in words why there is none."""
        told = problems.document(problem.name, problem.facts)
        page = self.respond(request, language, "problem.html", {"told": told[language]}, told["status"])
        page.headers.update(problem.headers)
        return page

    def written(self, request: Request, visit: Visit, template: str, found: Found) -> str:
        """Return a page: the template has the messages as ``t``, names, addresses, the visit and what was found."""
        place = f"{visit.raw_path}?{request.url.query}" if request.url.query else visit.raw_path
        general = {
            "t": self._messages[visit.language], "language": visit.language, "html_language": LANGUAGES,
            "room": self.name, "rooms": ROOMS, "dataset": visit.served.dataset, "program": __version__,
            "name": visit.name, "address": partial(address, base=visit.served.dataset.base, language=visit.language),
            "compact": compact, "description": partial(described_at, base=visit.served.dataset.base),
            "alternates": {one: f"/{one}{place.removeprefix('/' + visit.language)}" for one in LANGUAGES},
            "origin": str(request.base_url).rstrip("/"), "visit": visit, "nationwide": NATIONWIDE,
            "cell_told": cell_told, "sure": sure,
        }  # fmt: skip
        return self._templates.get_template(str(found.get("template", template))).render({**general, **found})


_HTML = "text/html; charset=utf-8"


def environment() -> jinja2.Environment:
    """Return the templates: everything is escaped, and a name that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _digest(folder: Path) -> str:
    """Return a digest of everything that makes a page of the data."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
