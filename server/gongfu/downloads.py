"""Downloads: the dump files of the data that are served, and where the description of the dataset stands.

Place in the flow: HTTP. Only files that the list of checksums names can be had.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response

from gongfu.dumps import SUMS
from gongfu.negotiation import choose
from gongfu.problems import Problem
from gongfu.responses import FRESH, READING, unchanged_or
from gongfu.service import Service
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.request import matches

_JSON, _HTML = "application/json", "text/html"
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")


def add_downloads(app: FastAPI, service: Service, page_address: Callable[[Request, str], str]) -> None:
    """Add /dumps, /dumps/… and /.well-known/void. ``page_address`` returns where a page stands for a visitor."""

    @app.api_route("/dumps", methods=list(READING), include_in_schema=False)
    @app.api_route("/dumps/", methods=list(READING), include_in_schema=False)
    async def index(request: Request) -> Response:
        """List the dump files; lead browsers to the page that lists them."""
        accept = ",".join(request.headers.getlist("accept")) or None
        if choose(accept, (_JSON, _HTML)) == _HTML:
            place = page_address(request, "reuse") + "#dumps"
            return Response(status_code=303, headers={"location": place, "vary": "Accept, Accept-Language"})
        listed = json.dumps(list(_listed(service.dataset, service.derived(checksums)))).encode()
        return unchanged_or(request, listed, _JSON, {"vary": "Accept"})

    @app.api_route("/dumps/{name}", methods=list(READING), include_in_schema=False)
    async def dump(request: Request, name: str) -> Response:
        """Return a dump file, or the part of it that a Range header asks for."""
        tag = service.derived(checksums).get(name)
        if tag is None:
            raise Problem("not-found")
        headers = {"etag": f'"{tag}"', "cache-control": FRESH}
        if matches(request.headers.get("if-none-match"), headers["etag"]):
            return Response(status_code=304, headers=headers)
        kind, path = "text/plain" if name == SUMS else "application/gzip", service.dataset.path.parent / "dumps" / name
        _settle_range(request, path.stat().st_size)
        return FileResponse(path, media_type=kind, headers=headers)

    @app.api_route("/.well-known/void", methods=list(READING), include_in_schema=False)
    async def void(request: Request) -> Response:
        """Lead to the description of the dataset."""
        return Response(status_code=303, headers={"location": "/dataset"})


def _settle_range(request: Request, size: int) -> None:
    """Have a Range that is none ignored, as RFC 9110 asks; raises Problem for one that the file does not have.

    The framework would answer both in plain text.
    """
    given = request.headers.get("range")
    if given is None:
        return
    parts = [_RANGE.fullmatch(part.strip()) for part in given.removeprefix("bytes=").split(",")]
    if not given.startswith("bytes=") or not all(part and _in_order(part) for part in parts):
        request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
    elif not any(part and (int(part[1]) < size if part[1] else int(part[2])) for part in parts):
        raise Problem("range-unsatisfiable", {"bytes": size}, {"content-range": f"bytes */{size}"})


def _in_order(part: re.Match[str]) -> bool:
    return bool(part[1] or part[2]) and not (part[1] and part[2] and int(part[1]) > int(part[2]))


def _listed(dataset: Dataset, sums: Mapping[str, str]) -> Iterator[Mapping[str, str | int]]:
    for name, digest in sums.items():
        if name != SUMS:
            size = (dataset.path.parent / "dumps" / name).stat().st_size
            yield {"name": name, "address": f"/dumps/{name}", "bytes": size, "sha256": digest}


def checksums(dataset: Dataset) -> Mapping[str, str]:
    """Return the dump files beside a store with their SHA-256, their list itself with the data's version."""
    sums = dataset.path.parent / "dumps" / SUMS
    if not sums.is_file():
        return {}
    pairs = (line.split("  ", 1) for line in sums.read_text("utf-8").splitlines())
    return {name: digest for digest, name in pairs} | {SUMS: dataset.version}
