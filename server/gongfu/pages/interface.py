"""Interface: what OpenAPI says of every address for programs, as JSON and as a page made here, with no script at all.

Place in the flow: HTTP, pages. What the framework sees in the code is completed from interface.yaml; media types and
problems come from where they are kept, so that none is listed twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from gongfu.pages.asking import Said
from gongfu.pages.layout import Found, Room, Visit
from gongfu.pages.listings import without_blanks
from gongfu.pages.messages import preferred_language
from gongfu.problems import MEDIA_TYPE, Problem, Problems
from gongfu.publishing.submission import SUFFIXES
from gongfu.responses import READING
from gongfu.service import Service
from gongfu.settings import read_yaml
from gongfu.sparql.answering import GRAPH_TYPES, RESULT_TYPES
from gongfu.sparql.request import FORMATS
from gongfu.sparql.tables import table_types

FILE = Path(__file__).parent / "interface.yaml"
_METHODS = ("get", "post", "put", "delete")
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"}, "title": {"type": "string"},
        "status": {"type": "integer"}, "detail": {"type": "string"}, "zh": {"type": "object"}, "en": {"type": "object"},
    },
}  # fmt: skip


def add_interface(app: FastAPI, service: Service) -> None:
    """Add the schema, which stands at /openapi.json, and its page."""
    made = app.openapi

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = completed(made(), read_yaml(FILE), service.problems)
        return app.openapi_schema

    app.openapi = schema  # type: ignore[method-assign]  # the way that the framework names for it

    @Room(app, service, "reuse").page("/api", "reuse/interface.html")
    def find(visit: Visit) -> Found:
        return {"schema": schema(), "operations": list(operations(schema())), "said": part_of(visit.language),
                "problems": service.problems.words, "remedy": _remedy}  # fmt: skip

    @app.api_route("/problem/{name}", methods=list(READING), include_in_schema=False)
    async def problem(request: Request, name: str) -> Response:
        """Lead to what is said of a problem: the type of its details is an IRI that opens."""
        if name not in service.problems.words:
            raise Problem("not-found")
        language = preferred_language(request.headers.get("accept-language"))
        return Response(status_code=303, headers={"location": f"/{language}/api#{name}", "vary": "Accept-Language"})


def completed(schema: dict[str, Any], more: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Return the framework's schema with what it cannot see."""
    schema["info"] |= more["info"]
    schema["components"] = {
        "parameters": more["parameters"],
        "schemas": {"Problem": _PROBLEM},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    schema["components"]["parameters"]["format"]["schema"]["enum"] = list(FORMATS)
    paths: dict[str, Any] = {path: {} for path in more["paths"]}
    paths |= {path: dict(of_path) for path, of_path in schema["paths"].items()}
    for path, of_path in more["paths"].items():
        for method, said in of_path.items():
            names = dict.fromkeys((*said.get("x-problems", ()), *more["x-problems"]))
            paths[path][method] = _completed(paths[path].get(method, {}), _with_types(said), tuple(names), problems)
            paths[path][method]["operationId"] = f"{method} {path}"
    return schema | {"paths": paths}


def operations(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield path, method and what is said of it, with its parameters written out."""
    kept = schema["components"]["parameters"]
    for path, of_path in schema["paths"].items():
        for method, said in of_path.items():
            parameters = [kept[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                          for one in said.get("parameters", ())]  # fmt: skip
            yield path, method.upper(), {**said, "parameters": parameters}


def part_of(language: str) -> Any:
    """Return the function that takes the part of a language from a text in both."""

    def part(text: str) -> str:
        zh, divided, en = text.strip().partition(" · ")
        return en if divided and language == "en" else zh

    return part


def _remedy(words: Mapping[str, Any], language: str) -> Said:
    """Return what to do about a problem where there is no case yet, whose facts are therefore left open."""
    return without_blanks(Said(words[language]["remedy"], language))


def _completed(
    made: dict[str, Any], said: Mapping[str, Any], names: Sequence[str], problems: Problems
) -> dict[str, Any]:
    """Return what is said of an operation, whose problems have these names."""
    made = {name: value for name, value in made.items() if name != "operationId"}
    responses = {
        status: response for status, response in made.get("responses", {}).items()
        if "HTTPValidationError" not in str(response)  # the framework's own, which is answered as a problem here
    }  # fmt: skip
    responses |= said.get("responses", {})
    for status in sorted({problems.status(name) for name in names}):
        of_status = [name for name in names if problems.status(name) == status]
        titles = (problems.words[name] for name in of_status)
        text = "; ".join(f"{words['zh']['title']} · {words['en']['title']}" for words in titles)
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[str(status)] = {"description": text, "content": content, "x-problems": of_status}
    told = {name: value for name, value in said.items() if name not in {"x-problems", "parameters"}}
    parameters = [*made.get("parameters", ()), *said.get("parameters", ())]
    return {**made, **told, "parameters": parameters, "responses": responses}


def _with_types(node: Any) -> Any:
    """Return what is said with the lists of media types in the place of their names."""
    lists = {"results": RESULT_TYPES, "tables": table_types(), "graphs": GRAPH_TYPES, "catalogues": tuple(SUFFIXES)}
    if isinstance(node, Mapping):
        if "x-types" in node:
            return {kind: {"schema": {}} for name in node["x-types"] for kind in lists[name]}
        return {name: _with_types(value) for name, value in node.items()}
    return [_with_types(one) for one in node] if isinstance(node, list) else node
