"""Check: the room where a catalogue is handed in and comes back with its findings; it works without a script.

Place in the flow: HTTP, pages. The check itself is that of POST /check, in the same processes and within the same
limits; this room shows how far it is and what came of it.
"""

import json
from functools import partial
from urllib.parse import quote

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from gongfu.check import NATION
from gongfu.checking.jobs import KEPT_SECONDS, Job
from gongfu.checking.receiving import received
from gongfu.checking.routes import known, order_of
from gongfu.checking.runner import Runner
from gongfu.checking.samples import sample, template
from gongfu.checking.worker import BODY
from gongfu.codes import codelists
from gongfu.pages.layout import Room
from gongfu.pages.messages import LANGUAGES
from gongfu.problems import Problem
from gongfu.regions import NATIONWIDE, level_of
from gongfu.report import FORMS
from gongfu.report.html_page import report_style
from gongfu.responses import READING, client_of, unchanged_or
from gongfu.service import Service
from gongfu.sources import described, source_folders

# As they are offered: what offices use first.
DOWNLOADS = ("xlsx", "html", "csv", "text", "json", "ttl", "junit")
STAGES = ("starting", "nation", "reading", "comparing", "telling", "reporting")
REPORTS = tuple((form, language) for form in (BODY, *DOWNLOADS) for language in LANGUAGES)
_PATIENCE = 1.5  # a small file is done in this time, and its visitor sees no progress at all
_REFRESH = 2


def add_check_room(app: FastAPI, service: Service) -> None:
    """Add the pages of the room: the form, the progress and the report of a check, sample and template."""
    room, runner = Room(app, service, "check"), app.state.checks
    for language in LANGUAGES:
        given = {"room": room, "service": service, "runner": runner, "language": language}
        app.add_route(f"/{language}/check", partial(_form, **given), methods=list(READING), include_in_schema=False)
        app.add_route(f"/{language}/check", partial(_begin, **given), methods=["POST"], include_in_schema=False)
        place = f"/{language}/check/{{identifier}}"
        app.add_route(place, partial(_shown, **given), methods=list(READING), include_in_schema=False)
        app.add_route(f"{place}/delete", partial(_delete, **given), methods=["POST"], include_in_schema=False)
    _add_files(app)


def _add_files(app: FastAPI) -> None:
    async def style(request: Request) -> Response:
        """Return the style sheet of a report."""
        return unchanged_or(request, report_style().encode(), "text/css")

    async def sample_file(request: Request) -> Response:
        """Return a published catalogue to try the check with."""
        name, content = await to_thread.run_sync(sample)
        return _workbook(request, name, content)

    async def template_file(request: Request) -> Response:
        """Return an empty catalogue to fill in."""
        return _workbook(request, "基本公共服务清单模板.xlsx", await to_thread.run_sync(template))

    for name, answer in {"report.css": style, "sample.xlsx": sample_file, "template.xlsx": template_file}.items():
        app.add_route(f"/pages/{name}", answer, methods=list(READING), include_in_schema=False)


def _workbook(request: Request, name: str, content: bytes) -> Response:
    disposition = f"attachment; filename=\"catalogue.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"
    return unchanged_or(request, content, FORMS["xlsx"].media_type, {"content-disposition": disposition})


async def _form(request: Request, room: Room, service: Service, runner: Runner, language: str) -> Response:
    """Return the page with the form; ``?deleted`` says that a check was deleted."""
    return _answer(request, room, runner, language, None)


def _answer(request: Request, room: Room, runner: Runner, language: str, told: object, status: int = 200) -> Response:
    regions = [(one.code, one.label(language)) for one in codelists().scheme("division")]
    editions = [(str(about["id"]), (about.get("title") or {}).get(language) or str(about["id"]))
                for about in map(described, source_folders()) if about.get("level") == "national"]  # fmt: skip
    found = {
        "regions": regions, "editions": editions, "standard": NATION, "told": told, "limits": runner.limits,
        "hours": KEPT_SECONDS // 3600, "deleted": "deleted" in request.query_params,
    }  # fmt: skip
    return _private(room.respond(request, language, "check/form.html", found, status))


async def _begin(request: Request, room: Room, service: Service, runner: Runner, language: str) -> Response:
    """Take the file and lead to the page of its check; what is wrong with the request is told above the form."""
    try:
        with runner.upload(client_of(request.scope)):
            sent = await received(request, runner.limits.file_bytes)
        job = runner.start(order_of(sent, REPORTS, runner.limits), sent.content)
    except Problem as problem:
        told = service.problems.document(problem.name, problem.facts)
        answer = _answer(request, room, runner, language, told[language], told["status"])
        answer.headers.update(problem.headers)
        return answer
    await runner.wait(job, _PATIENCE)
    return RedirectResponse(f"/{language}/check/{job.identifier}", 303)


async def _shown(request: Request, room: Room, service: Service, runner: Runner, language: str) -> Response:
    """Return the report of a check, or how far it is, or why it failed."""
    try:
        job = known(runner, request.path_params["identifier"])
        state = job.state
        if state.state == "failed":
            raise Problem(state.problem, state.facts)
    except Problem as problem:
        return _private(room.problem_page(request, language, problem, service.problems))
    facts = {"job": job, "hours": KEPT_SECONDS // 3600}
    if state.state == "done":
        return _private(room.respond(request, language, "check/report.html", {**facts, **_report(job, language)}))
    done = STAGES.index(state.stage) if state.stage in STAGES else -1
    waiting = {**facts, "stages": STAGES, "done": done, "refresh": _REFRESH}
    return _private(room.respond(request, language, "check/progress.html", waiting))


def _report(job: Job, language: str) -> dict[str, object]:
    file = job.report(BODY, language)
    body = file.read_text("utf-8") if file.is_file() else ""  # a check that a program began has forms only
    made = {form for form, tongue in job.order.reports if tongue == language}
    return {"body": Markup(body), "downloads": [form for form in DOWNLOADS if form in made],  # noqa: S704 (escaped)
            "unplaced": _unplaced(job, language)}  # fmt: skip


def _unplaced(job: Job, language: str) -> bool:
    """Say whether no region was given and none was found in the file, so that it was read as some province's."""
    file = job.report("json", language)
    if job.order.region or not file.is_file():
        return False
    about = json.loads(file.read_text("utf-8"))["document"]
    return bool(about["region"] == NATIONWIDE and about["level"] != level_of(NATIONWIDE))


async def _delete(request: Request, room: Room, service: Service, runner: Runner, language: str) -> Response:
    """Delete a check and everything of it at once."""
    try:
        await runner.delete(known(runner, request.path_params["identifier"]))
    except Problem as problem:
        return _private(room.problem_page(request, language, problem, service.problems))
    return RedirectResponse(f"/{language}/check?deleted", 303)


def _private(response: Response) -> Response:
    """Mark a page as nobody's but the visitor's: no cache keeps it and no search engine lists it."""
    response.headers["cache-control"] = "private, no-store"
    response.headers["x-robots-tag"] = "noindex"
    return response
