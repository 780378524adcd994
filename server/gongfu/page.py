"""Page: the start page, which says in Chinese and English what is here and how to ask for it.

Place in the flow: HTTP. What it shows is read once, by the queries of pages/ and from the files of ontology/questions/.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import jinja2
from fastapi import FastAPI, Request
from fastapi.responses import Response

from gongfu import __version__
from gongfu.responses import READING, page, unchanged_or
from gongfu.service import Service
from gongfu.settings import house
from gongfu.sparql.dataset import PAGES, Dataset, open_store, select


@dataclass(frozen=True)
class Example:
    """A query file: its name, what it asks and how to read the answer, by language (zh, en), its text."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    query: str

    @property
    def encoded(self) -> str:
        """The query as the value of an address's parameter."""
        return quote(self.query, safe="")


@dataclass(frozen=True)
class Contents:
    """What the start page shows: a row of texts by variable for each edition, the example queries, the dataset."""

    dataset: Dataset
    editions: Sequence[Mapping[str, str]]
    editions_query: Example
    examples: Sequence[Example]


def add_pages(app: FastAPI, service: Service) -> None:
    """Add the start page and the style sheet of the pages."""
    templates = environment()
    service.derived(_start_contents)  # a store that cannot be read fails at the start and not at the first visit

    @app.api_route("/", methods=list(READING), include_in_schema=False)
    async def start(request: Request) -> Response:
        """Return the start page."""
        shown = service.derived(_start_contents)
        return page(request, start_page(templates, shown, str(request.url_for("sparql")), __version__))

    style = (PAGES / "style.css").read_bytes()

    @app.api_route("/pages/style.css", methods=list(READING), include_in_schema=False)
    async def style_sheet(request: Request) -> Response:
        """Return the style sheet of the pages."""
        return unchanged_or(request, style, "text/css")


def _start_contents(dataset: Dataset) -> Contents:
    return contents(dataset, house().ontology / "questions")


def contents(dataset: Dataset, questions: Path) -> Contents:
    """Read what the start page shows. ``questions`` is a folder of .rq files, which may be empty or absent."""
    found = select(open_store(dataset.path), "editions", dataset.merged)
    names = [variable.value for variable in found.variables]
    rows = [{name: row[name].value if row[name] else "" for name in names} for row in found]
    examples = [example(path) for path in sorted(questions.glob("*.rq"))]
    return Contents(dataset, rows, example(PAGES / "editions.rq"), examples)


def example(path: Path) -> Example:
    """Read a query file, whose comments ``#title zh``, ``#title@en en`` and ``#description`` say what it asks.

    ``#title zh · en`` on one line does as well; without a title the file's name stands for it.
    """
    text = path.read_text("utf-8")
    titles = _said(text, "title")
    return Example(path.stem, titles or {"zh": path.stem}, _said(text, "description"), text)


def _said(text: str, word: str) -> dict[str, str]:
    """Return what the comments of a query say under a word, by language."""
    said: dict[str, str] = {}
    for match in re.finditer(rf"^#{word}(?:@([a-z]+))? +(.+)$", text, re.MULTILINE):
        first, _, second = match[2].strip().partition(" · ")
        said |= {match[1] or "zh": first} | ({"en": second} if second else {})
    return said


def environment() -> jinja2.Environment:
    """Return the templates: everything is escaped, and a name that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def start_page(templates: jinja2.Environment, shown: Contents, endpoint: str, version: str) -> str:
    """Return the start page as HTML; ``endpoint`` is the address of /sparql, ``version`` that of the program."""
    return templates.get_template("start.html").render(contents=shown, endpoint=endpoint, program=version)
