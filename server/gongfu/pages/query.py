"""Query: the room where a question is asked in SPARQL: examples, editor, result, chart, downloads, programs.

Place in the flow: HTTP, pages. A query is answered by the same workers and within the same limits as at the endpoint,
and a result has an address, so that the room works without a script and every result can be passed on.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import dropwhile, groupby
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import Response

from gongfu.examples import Example, examples
from gongfu.pages.asking import QUERIES, Said
from gongfu.pages.charts import bars
from gongfu.pages.layout import Found, Room, served
from gongfu.pages.messages import LANGUAGES
from gongfu.pages.network import network
from gongfu.pages.results import GRAPH_TYPE, RESULT_TYPE, SHOWN, Graph, Table, Truth, read
from gongfu.pages.snippets import curl, snippets
from gongfu.pages.terms import terms, written
from gongfu.problems import Problem
from gongfu.responses import READING, client_of, unchanged_or
from gongfu.service import Service
from gongfu.settings import house
from gongfu.sparql.answering import RESULT_TYPES, Job
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.prefixes import PREFIXES
from gongfu.sparql.request import FORMATS
from gongfu.sparql.tables import table_types
from gongfu.sparql.tokens import GraphNames

_LOG = logging.getLogger(__name__)
_NO_EDITOR = (
    "查询页用普通文本框：安装时未能从 npm 取得编辑器。在能访问 npm 的网络上重新运行 pip install 即可。"
    " The query page has a plain text field: npm could not be reached at installation. Run pip install again where "
    "it can be."
)
_BUILT = Path(__file__).parent / "built" / "editor.js"
_STARTER = QUERIES / "query" / "starter.rq"
# As they are offered: what offices use first.
_TABLE_FORMATS = ("xlsx", "csv", "json", "parquet", "xml", "tsv")
_GRAPH_FORMATS = ("ttl", "jsonld", "nt", "rdf")


def add_query(app: FastAPI, service: Service) -> None:
    """Add the page of the room, the terms that its editor completes, and the editor where it was built."""
    room = Room(app, service, "query")
    questions = {one.name: one for one in examples(house().ontology / "questions")}
    for language in LANGUAGES:
        answer = partial(_answer, room=room, service=service, questions=questions, language=language)
        app.add_route(f"/{language}/query", answer, methods=list(READING), include_in_schema=False)

    def made(dataset: Dataset) -> bytes:
        return terms(service.derived(served))

    async def completion(request: Request) -> Response:
        """Return the terms of the data."""
        return unchanged_or(request, await to_thread.run_sync(service.derived, made), "application/json")

    app.add_route("/pages/terms.json", completion, methods=list(READING), include_in_schema=False)
    if _BUILT.is_file():
        _add_editor(app, _BUILT.read_bytes())
    else:
        _LOG.warning("%s", _NO_EDITOR)


def _add_editor(app: FastAPI, script: bytes) -> None:
    async def editor(request: Request) -> Response:
        """Return the editor, bundled when the package was built."""
        return unchanged_or(request, script, "text/javascript")

    app.add_route("/pages/editor.js", editor, methods=list(READING), include_in_schema=False)


async def _answer(
    request: Request, room: Room, service: Service, questions: Mapping[str, Example], language: str
) -> Response:
    """Return the page with the query that the address names or holds, and its result or what is wrong with it."""
    named = questions.get(request.query_params.get("example", ""))
    query = _without_heading(named.query) if named else request.query_params.get("query", "").replace("\r\n", "\n")
    shown: dict[str, object] = {"result": None, "chart": None, "drawing": None, "told": None, "facts": {}}
    status = 200
    if query.strip():
        try:
            shown |= await _found(service, query, client_of(request.scope))
        except Problem as problem:
            document = service.problems.document(problem.name, problem.facts)
            status = document["status"]
            shown |= {"told": document[language], "facts": problem.facts}
    found = {**_general(service, questions), **_taken_along(request, query, shown["result"]), **shown}
    found |= {
        "query": query if query.strip() else _without_heading(_STARTER.read_text("utf-8")),
        "named": named,
        "kind": type(shown["result"]).__name__, "in_language": partial(_in_language, language),
    }  # fmt: skip
    return await to_thread.run_sync(partial(room.respond, request, language, "query/query.html", found, status))


async def _found(service: Service, query: str, client: str) -> Found:
    if len(query.encode()) > service.limits.query_bytes:
        raise Problem("body-too-large", {"limit": service.limits.query_bytes})
    answer = await service.answer(Job(query, GraphNames(), RESULT_TYPE, GRAPH_TYPE), client)
    result = await to_thread.run_sync(read, answer)
    return {"result": result, "chart": bars(result) if isinstance(result, Table) else None,
            "drawing": network(result) if isinstance(result, Graph) else None}  # fmt: skip


def _without_heading(query: str) -> str:
    """Return a query file without the comments that head it: the page says above what they say."""
    lines = query.split("\n")
    return "\n".join(dropwhile(lambda line: line.startswith("#"), lines))


def _in_language(language: str, said: Mapping[str, str]) -> Said:
    """Return what is said in the language of the page, else in Chinese, else in any, with its language."""
    tag = next(tag for tag in (language, "zh", *said) if tag in said)
    return Said(said[tag], tag)


def _general(service: Service, questions: Mapping[str, Example]) -> Found:
    """Return what the room shows whatever is asked: examples by audience, limits, how IRIs are written."""
    return {
        "audiences": _by_audience(list(questions.values())), "limits": service.limits, "shown_rows": SHOWN,
        "editor": _BUILT.is_file(), "short": partial(written, prefixes=PREFIXES),
    }  # fmt: skip


def _by_audience(questions: Sequence[Example]) -> Mapping[str, Sequence[Example]]:
    ordered = sorted(questions, key=lambda one: one.audience)
    return {audience: list(group) for audience, group in groupby(ordered, key=lambda one: one.audience)}


def _taken_along(request: Request, query: str, result: object) -> Found:
    """Return the formats in which this result can be had, and the programs that ask for it."""
    endpoint = f"{request.base_url}sparql"
    if isinstance(result, Graph):
        return {"formats": _GRAPH_FORMATS, "programs": {"curl": curl(query, endpoint, "text/turtle")}}
    if isinstance(result, Truth):
        return {"formats": ("json", "xml"), "programs": {"curl": curl(query, endpoint, RESULT_TYPE)}}
    if isinstance(result, Table):
        given = {*RESULT_TYPES, *table_types()}
        formats = [name for name in _TABLE_FORMATS if FORMATS[name] in given]
        return {"formats": formats, "programs": snippets(query, endpoint)}
    return {"formats": [], "programs": {}}
