"""Routes: the pages of every room added to the application, with what they share: the language, style sheets, scripts.

Place in the flow: HTTP, the rightmost of pages. A new room gets one line here.
"""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from gongfu.pages.check import add_check_room
from gongfu.pages.compare import add_compare
from gongfu.pages.conformance import add_conformance
from gongfu.pages.interface import add_interface
from gongfu.pages.layout import FOLDER, served
from gongfu.pages.lookup import add_lookup
from gongfu.pages.messages import preferred_language
from gongfu.pages.query import add_query
from gongfu.pages.reuse import add_reuse
from gongfu.responses import READING, unchanged_or
from gongfu.service import Service

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def add_pages(app: FastAPI, service: Service) -> None:
    """Add all pages."""
    service.derived(served)  # a store that cannot be read fails at the start and not at the first visit
    _add_language(app)
    _add_static(app)
    add_compare(app, service)
    add_check_room(app, service)
    add_query(app, service)
    add_reuse(app, service)
    add_conformance(app, service)
    add_interface(app, service)
    add_lookup(app, service)  # last: it takes every address that is left


def page_address(request: Request, address: str) -> str:
    """Return where the page of an address stands, in the visitor's language; ``address`` has no slash before it."""
    return f"/{preferred_language(request.headers.get('accept-language'))}/{address}"


def _add_language(app: FastAPI) -> None:
    @app.api_route("/", methods=list(READING), include_in_schema=False)
    async def start(request: Request) -> Response:
        """Lead to the start page in the visitor's language."""
        language = preferred_language(request.headers.get("accept-language"))
        return RedirectResponse(f"/{language}/", 302, {"vary": "Accept-Language", "cache-control": "no-cache"})


def _add_static(app: FastAPI) -> None:
    files = {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in (FOLDER / "static").iterdir()}

    async def static(request: Request) -> Response:
        """Return a style sheet, script or picture of our own."""
        content, media_type = files[request.url.path.rpartition("/")[2]]
        return unchanged_or(request, content, media_type)

    for name in files:
        app.add_route(f"/pages/{name}", static, methods=list(READING), include_in_schema=False)
