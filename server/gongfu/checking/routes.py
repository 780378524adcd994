"""Routes: POST /check takes a catalogue and answers with its report; a long check is a job with an address of its own.

Place in the flow: HTTP; the door of the package.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from gongfu.check import NATION
from gongfu.checking.jobs import KEPT_SECONDS, Job, Jobs, Order, jobs_folder
from gongfu.checking.receiving import Sent, received
from gongfu.checking.runner import CheckLimits, Runner
from gongfu.negotiation import choose
from gongfu.problems import Problem
from gongfu.report import FORMS
from gongfu.responses import client_of, with_charset

_LANGUAGES = ("zh", "en")
_PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}
_OFFERED = ("json", "text", "html", "csv", "xlsx", "ttl", "junit")
_SCHEMAS: Mapping[str, Any] = MappingProxyType({
    "format": {"type": "string", "enum": list(FORMS)}, "lang": {"type": "string", "enum": list(_LANGUAGES)}
})  # fmt: skip
_TYPES = {FORMS[form].media_type: form for form in _OFFERED}


def add_check(app: FastAPI, limits: CheckLimits) -> Runner:
    """Add /check and the addresses of its jobs; return the runner, which is to be closed with the application."""
    runner = app.state.checks = Runner(Jobs(jobs_folder()), limits)

    @app.post(
        "/check", summary="检查一份清单 · Check a catalogue", openapi_extra=_described(limits), response_model=None
    )
    async def check_catalogue(request: Request) -> Response:
        """Check a catalogue in any format that is read, and answer with the report, or with the address of its job."""
        with runner.upload(client_of(request.scope)):
            sent = await received(request, limits.file_bytes)
        form, language = _form(sent, request.headers.get("accept")), _language(sent)
        order = order_of(sent, ((form, language),), limits)
        job = runner.start(order, sent.content)
        patience = 0.0 if "respond-async" in request.headers.get("prefer", "") else limits.patience
        if not await runner.wait(job, patience):
            return _status(job, 202, {"location": f"/check/{job.identifier}", "retry-after": "2"})
        try:
            return report_response(job, form, language)
        finally:  # whoever has the answer needs no address; nothing of the file stays
            await runner.delete(job)

    @app.head("/check/{identifier}", include_in_schema=False)
    @app.get("/check/{identifier}", summary="检查的进度 · How far a check is", response_model=None)
    async def progress(identifier: str) -> Response:
        """Say how far a check is, and where its report stands when it is done."""
        return _status(known(runner, identifier), 200, {})

    @app.delete("/check/{identifier}", summary="删除一次检查 · Delete a check", response_model=None)
    async def delete(identifier: str) -> Response:
        """Delete the file that was sent, and its reports, at once."""
        await runner.delete(known(runner, identifier))
        return Response(status_code=204, headers=_PRIVATE)

    @app.head("/check/{identifier}/report", include_in_schema=False)
    @app.get("/check/{identifier}/report", summary="报告 · The report", response_model=None)
    async def report(request: Request, identifier: str) -> Response:
        """Return the report of a check in a form and language that were made: ``?format=…&lang=…``."""
        job = known(runner, identifier)
        made = job.order.reports
        form = request.query_params.get("format", made[0][0])
        language = request.query_params.get("lang", made[0][1])
        return report_response(job, form, language)

    return runner


def order_of(sent: Sent, reports: tuple[tuple[str, str], ...], limits: CheckLimits) -> Order:
    """Return the order of a check of what was sent."""
    return Order(sent.name, sent.wishes.get("region") or None, sent.wishes.get("against") or NATION, reports,
                 limits.seconds, limits.memory_bytes)  # fmt: skip


def known(runner: Runner, identifier: str) -> Job:
    """Return a job by its identifier; raises Problem where there is none, or none any more."""
    job = runner.jobs.find(identifier)
    if job is None:
        raise Problem("check-unknown", {"hours": KEPT_SECONDS // 3600})
    return job


def report_response(job: Job, form: str, language: str) -> Response:
    """Return a report as a response; raises Problem where the check failed or made no such report."""
    state = job.state
    if state.state == "failed":
        raise Problem(state.problem, state.facts)
    if form not in FORMS or not job.report(form, language).is_file():
        made = ", ".join(dict.fromkeys(one for one, _ in job.order.reports if one in FORMS))
        raise Problem("report-unknown", {"said": form[:40], "made": made})
    ending = FORMS[form].ending
    stem = job.order.name.rpartition(".")[0] or job.order.name
    kind = "inline" if form in {"json", "text", "html"} else "attachment"
    disposition = f"{kind}; filename=\"report.{ending}\"; filename*=UTF-8''{quote(f'{stem}.report.{ending}', safe='')}"
    headers = {**_PRIVATE, "content-disposition": disposition, "vary": "Accept"}
    if form == "html":  # one file with its own style; everything else stays forbidden
        headers["content-security-policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; sandbox"
        )
    return Response(job.report(form, language).read_bytes(),
                    headers=headers | {"content-type": with_charset(FORMS[form].media_type)})  # fmt: skip


def _form(sent: Sent, accept: str | None) -> str:
    """Return the form that is asked for: by its name, else by media type, else JSON."""
    named = sent.wishes.get("format", "")
    if named and named not in FORMS:
        raise Problem("format-unknown", {"said": named, "made": ", ".join(FORMS)})
    liked = choose(accept, list(_TYPES))
    if not named and liked is None:
        raise Problem("not-acceptable", {"types": ", ".join(_TYPES)})
    return named or _TYPES[liked or "application/json"]


def _language(sent: Sent) -> str:
    language = sent.wishes.get("lang") or _LANGUAGES[0]
    if language not in _LANGUAGES:
        raise Problem("language-unknown", {"said": language})
    return language


def _status(job: Job, status: int, headers: dict[str, str]) -> JSONResponse:
    """Return how far a job is, with the addresses of what there is of it."""
    state, here = job.state, f"/check/{job.identifier}"
    made = job.order.reports if state.state == "done" else ()
    until = datetime.fromtimestamp(job.created + KEPT_SECONDS, UTC).isoformat(timespec="seconds")
    told = {
        "state": state.state, "stage": state.stage, "file": job.order.name, "conforms": state.conforms,
        "counts": dict(state.counts), "problem": state.problem or None, "facts": dict(state.facts), "self": here,
        "reports": [{"format": form, "language": language, "address": f"{here}/report?format={form}&lang={language}"}
                    for form, language in made if form in FORMS],
        "kept_until": until,
    }  # fmt: skip
    return JSONResponse(told, status, {**_PRIVATE, **headers})


def _described(limits: CheckLimits) -> dict[str, object]:
    """Return what OpenAPI cannot see in the code: the bodies that are taken and the reports that are given."""
    wishes = {
        "region": "GB/T 2260 代码，如 220000；不写则由文件判断 · code of the region; left out, what the file says",
        "against": f"国家清单版本 · the national edition (default: {NATION})",
        "lang": "报告的语言 · language of the report: zh, en",
        "format": f"报告的格式 · form of the report: {', '.join(_OFFERED)}",
    }
    asked = {**wishes, "filename": "直接发送内容时的文件名 · name of a file sent as bare content"}
    text = {"type": "string"}
    query = [
        {"name": name, "in": "query", "required": False, "schema": _SCHEMAS.get(name, text), "description": said}
        for name, said in asked.items()
    ]
    fields = {"file": {"type": "string", "format": "binary"}, **{name: _SCHEMAS.get(name, text) for name in wishes}}
    form = {"schema": {"type": "object", "required": ["file"], "properties": fields}}
    reports = {media_type: {"schema": {"type": "object"} if "json" in media_type else text} for media_type in _TYPES}
    return {
        "parameters": query,
        "requestBody": {
            "required": True,
            "description": f"至多 {limits.file_bytes // 1024**2} MB · at most {limits.file_bytes // 1024**2} MB",
            "content": {"multipart/form-data": form, "application/octet-stream": {"schema": fields["file"]}},
        },
        "responses": {
            "200": {"description": "报告 · the report", "content": reports},
            "202": {"description": "还在检查；Location 是进度的地址 · still at work; Location says how far it is"},
            "422": {"description": "文件读不出清单 · no catalogue can be read from the file"},
        },
    }  # fmt: skip
