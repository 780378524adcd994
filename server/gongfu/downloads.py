"""Downloads: the dump files of the data that are served, and where the description of the dataset stands.

Place in the flow: HTTP. Only files that the list of checksums names can be had.
"""

import json
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
        kind = "text/plain" if name == SUMS else "application/gzip"
        return FileResponse(service.dataset.path.parent / "dumps" / name, media_type=kind, headers=headers)

    @app.api_route("/.well-known/void", methods=list(READING), include_in_schema=False)
    async def void(request: Request) -> Response:
        """Lead to the description of the dataset."""
        return Response(status_code=303, headers={"location": "/dataset"})


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
