"""Receiving: the file and the wishes of a request that asks for a check, from a form or from the bare content.

Place in the flow: HTTP. What is too large is refused while it comes in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from gongfu.checking.jobs import safe_name
from gongfu.problems import Problem
from gongfu.responses import body, refuse_encoded

# A file that comes without a name is read by its content; these tell apart what content alone does not.
_ENDINGS = {
    "text/csv": ".csv", "text/tab-separated-values": ".tsv", "text/html": ".html", "text/markdown": ".md",
    "text/plain": ".txt", "application/pdf": ".pdf", "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip
_FORM = "multipart/form-data"
_FORM_MARGIN = 64 * 1024  # boundaries and the small fields
_ENCODED_NAME = re.compile(r"filename\*\s*=\s*utf-8''([^;\s]+)", re.IGNORECASE)
_NAME = re.compile(r'filename\s*=\s*"?([^";]+)"?', re.IGNORECASE)
WISHES = ("region", "against", "lang", "format")


@dataclass(frozen=True)
class Sent:
    """What was sent: a name that is safe here, the content, and what is wished for, empty where nothing is."""

    name: str
    content: bytes
    wishes: Mapping[str, str]


async def received(request: Request, most: int) -> Sent:
    """Return what a request sends; raises Problem where it sends no file, or more than ``most`` bytes."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sent = await (_from_form(request, most) if kind == _FORM else _from_content(request, kind, most))
    if not sent.content:
        raise Problem("file-missing")
    return sent


async def _from_content(request: Request, kind: str, most: int) -> Sent:
    try:
        content = await body(request, most)
    except Problem as error:
        raise (_too_large(most) if error.name == "body-too-large" else error) from error
    given = request.query_params.get("filename") or _stated_name(request.headers.get("content-disposition", ""))
    return Sent(safe_name(given, _ENDINGS.get(kind, "")), content, _wishes(request.query_params))


def _stated_name(disposition: str) -> str:
    encoded = _ENCODED_NAME.search(disposition)
    if encoded:
        return unquote(encoded[1], errors="replace")
    plain = _NAME.search(disposition)
    return plain[1] if plain else ""


async def _from_form(request: Request, most: int) -> Sent:
    refuse_encoded(request)
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most + _FORM_MARGIN:
            raise _too_large(most)
        return message

    try:
        async with Request(request.scope, receive).form(max_files=1, max_fields=20) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Problem("file-missing")
            content = await file.read(most + 1)
            if len(content) > most:
                raise _too_large(most)
            stated = {name: value for name, value in form.items() if isinstance(value, str)}
            wishes = {**_wishes(request.query_params), **{name: one for name, one in _wishes(stated).items() if one}}
            kind = (file.content_type or "").partition(";")[0].strip().lower()
            return Sent(safe_name(file.filename or "", _ENDINGS.get(kind, "")), content, wishes)
    except HTTPException as error:
        raise Problem("form-broken", {"said": str(error.detail)[:200]}) from error


def _wishes(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given.get(name, "").strip()[:40] for name in WISHES}


def _too_large(most: int) -> Problem:
    return Problem("file-too-large", {"megabytes": most // 1024**2}, {"connection": "close"})
