"""Serving: the application over a finished store, composed of the modules that have routes.

Place in the flow: rightmost but for the command line.
"""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pyoxigraph as ox
import uvicorn
from fastapi import FastAPI
from starlette_compress import CompressMiddleware, add_compress_type

from gongfu import __version__
from gongfu.bounded import BoundedProtocol
from gongfu.build import CURRENT, built_or_build
from gongfu.checking.routes import add_check
from gongfu.downloads import add_downloads
from gongfu.endpoint import add_endpoint
from gongfu.graph_store import add_graph_store
from gongfu.headers import EncodedTags, SafeHeaders
from gongfu.metrics import add_metrics
from gongfu.pages.routes import add_pages, page_address
from gongfu.problems import MEDIA_TYPE, read_problems
from gongfu.publisher import CataloguePublisher
from gongfu.remembering import Remembered
from gongfu.resources import add_resources
from gongfu.responses import add_problems
from gongfu.service import Service
from gongfu.sparql.answering import GRAPH_TYPES, RESULT_TYPES
from gongfu.sparql.dataset import PAGES, describe, write_facts
from gongfu.sparql.pool import Limits
from gongfu.sparql.services import SETTING, read_services
from gongfu.workbench import Workbench

_OUT = "GONGFU_OUT"


def application(store_path: Path, limits: Limits | None = None, out: Path | None = None, token: str = "") -> FastAPI:
    """Return the application over a finished store, which it opens read-only.

    ``out`` is the folder of builds that holds it: with it, agencies can publish, and newer builds are served at once.
    With a ``token`` it is a workbench instead, which keeps its changes under ``out``. The endpoints that queries may
    call stand in the environment's GONGFU_SERVICES.

    Raises:
        ValueError: what stands there is no list of endpoints and networks.
        FileNotFoundError: there is no store at the path.
        OSError: what is there is not a store.
    """
    dataset = describe(store_path)
    problems = read_problems(PAGES / "problems.yaml", dataset.base)
    service = Service(dataset, limits or Limits(), problems, read_services(os.environ.get(SETTING, "")))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(service.follow(out / CURRENT / "store")) if out and not token else None
        try:
            await service.start()
            yield
        finally:
            if following:
                following.cancel()
            await checks.close()
            await service.close()

    app = FastAPI(title="公服 gongfu", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.service = service
    for media_type in (*RESULT_TYPES, *GRAPH_TYPES, MEDIA_TYPE):
        add_compress_type(media_type)
    app.add_middleware(CompressMiddleware)
    app.add_middleware(EncodedTags)
    app.add_middleware(SafeHeaders)
    add_metrics(app, service)
    app.add_middleware(Remembered, service=service)
    add_problems(app, service.problems)
    workbench = Workbench(service, out, token) if out and token else None
    add_endpoint(app, service, workbench)
    add_downloads(app, service)
    add_graph_store(app, service, workbench or (CataloguePublisher(service, out) if out else None))
    checks = add_check(app, service)
    add_pages(app, service)
    add_resources(app, service, page_address)  # takes every address that is left
    return app


def serve(out: Path, host: str = "127.0.0.1", port: int = 8000, processes: int = 1) -> None:
    """Serve the data under a folder of builds, built first where needed, until the process is told to stop.

    Several processes share the port; each has its own workers, and follows what another publishes.
    """
    store = built_or_build(out)
    if processes == 1:
        listen(application(store, out=out.resolve()), host, port)
    else:
        os.environ[_OUT] = str(out.resolve())
        listen("gongfu.serving:of_environment", host, port, processes)


def of_environment() -> FastAPI:
    """Return the application over the folder of builds that the environment names: one of several processes."""
    out = Path(os.environ[_OUT])
    return application(out / CURRENT / "store", out=out)


def listen(app: FastAPI | str, host: str, port: int, processes: int = 1) -> None:
    """Listen until the process is told to stop; an application named by its module is made in each process."""
    uvicorn.run(
        app, host=host, port=port, http=BoundedProtocol, server_header=False, access_log=False,
        factory=isinstance(app, str), workers=processes,
    )  # fmt: skip


def serve_workbench(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve an empty workbench, which is gone when the process ends; its token is printed."""
    token = secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory(prefix="gongfu-workbench-") as folder:
        store = Path(folder) / "empty" / "store"
        store.parent.mkdir()
        ox.Store(str(store)).flush()
        write_facts(store, "empty", open_=True)
        print(f"令牌 token: {token}", flush=True)
        listen(application(store, Limits(workers=1), Path(folder), token), host, port)
