"""Serving: the application over a finished store: the endpoint, the rooms, and what surrounds both.

Place in the flow: rightmost but for the command line. What only the rooms or a build need is not imported at the
top, so that the first answer comes soon after the start.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import resource
import secrets
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from gongfu.bounded import STATE, BoundedProtocol
from gongfu.builds import CURRENT, finished_store
from gongfu.endpoint import ADDRESSES, Endpoint
from gongfu.headers import EncodedTags, SafeHeaders
from gongfu.metrics import Measured, Metrics
from gongfu.problems import MEDIA_TYPE, Problem, read_problems
from gongfu.remembering import Remembered
from gongfu.responses import problem_response
from gongfu.service import Service
from gongfu.sparql.answering import GRAPH_TYPES, RESULT_TYPES
from gongfu.sparql.dataset import PAGES, Dataset, describe, write_facts
from gongfu.sparql.limits import SETTING as LIMITS
from gongfu.sparql.limits import Limits, read_limits
from gongfu.sparql.services import SETTING, read_services
from gongfu.straight import Straight

if TYPE_CHECKING:
    from gongfu.rooms import Rooms
    from gongfu.sparql.loading import Server
    from gongfu.workbench import Workbench

_OUT, _SERVER = "GONGFU_OUT", "GONGFU_SERVER"
_LOG = logging.getLogger(__name__)
# Threads that make pages hold the interpreter in turns of 5 ms: with many of them, every other answer waits for as many
# turns. Where another server answers the pages' queries, they wait for that most of the time.
_PAGES_AT_ONCE, _PAGES_WAITING = 2, 16
_MOST_FILES = 65_536
_PARTING_SECONDS = 5  # for requests that still run when the process is told to stop


class Application:
    """The endpoint, which answers at once, and the rooms, which are loaded meanwhile, with what surrounds both."""

    def __init__(self, service: Service, out: Path | None = None, token: str = "") -> None:
        self.service = service
        self._out, self._following = out, out / CURRENT / "store" if out and not token else None
        self._workbench = _workbench(service, out, token) if out and token else None
        self._endpoint, self._metrics = Endpoint(service, self._workbench), Metrics(service)
        self._opening: asyncio.Task[Rooms] | None = None
        for media_type in (*RESULT_TYPES, *GRAPH_TYPES, MEDIA_TYPE):
            add_compress_type(media_type)
        safe = SafeHeaders(EncodedTags(CompressMiddleware(self._answer)))
        straight = Straight(service, self._metrics)
        self.layers: ASGIApp = Remembered(Measured(safe, self._metrics), service, straight)
        self._life = Router(lifespan=self._served)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; start and end with the server."""
        await (self._life if scope["type"] == "lifespan" else self.layers)(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the workers, and follow what another process builds or publishes."""
        elsewhere = self.service.dataset.remote
        current_default_thread_limiter().total_tokens = _PAGES_WAITING if elsewhere else _PAGES_AT_ONCE
        following = asyncio.create_task(self.service.follow(self._following)) if self._following else None
        try:
            await self.service.start()
            yield
        finally:
            if following:
                following.cancel()
            if self._opening:
                await asyncio.wait([self._opening])
                if not self._opening.exception():
                    await self._opening.result().checks.close()
            await self.service.close()

    @asynccontextmanager
    async def _served(self, _: Any) -> AsyncIterator[dict[str, Any]]:
        async with self.running():
            _end_with_parent()
            self._rooms()
            yield {STATE: self.service.problems}

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in ADDRESSES:
            return await self._endpoint(scope, receive, send)
        try:
            rooms = await asyncio.shield(self._rooms())
        except Exception:
            return await problem_response(self.service.problems, Problem("internal"))(scope, receive, send)
        return await rooms.app(scope, receive, send)

    def _rooms(self) -> "asyncio.Task[Rooms]":
        """Return the task that loads the rooms, in a thread, begun when it is first asked for."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self._open))
            self._opening.add_done_callback(self._opened)
        return self._opening

    def _open(self) -> "Rooms":
        from gongfu.rooms import open_rooms

        return open_rooms(self.service, self._metrics, self._out, self._workbench)

    def _opened(self, opening: "asyncio.Task[Rooms]") -> None:
        """Let nobody take a service for sound whose rooms could not be loaded."""
        if error := opening.exception():
            self.service.whole = False
            _LOG.error("the rooms could not be loaded", exc_info=error)


def application(
    store_path: Path, limits: Limits | None = None, out: Path | None = None, token: str = "",
    server: "Server | None" = None,
) -> Application:  # fmt: skip
    """Return the application over a finished store, which it opens read-only.

    ``out`` is the folder of builds that holds it: with it, agencies can publish, and newer builds are served at once.
    With a ``token`` it is a workbench instead, which keeps its changes under ``out``. The endpoints that queries may
    call stand in the environment's GONGFU_SERVICES, limits in its GONGFU_LIMITS. With a ``server`` the data are given
    to that SPARQL server and read from there.

    Raises:
        ValueError: what stands there is no list of endpoints and networks, or of limits.
        FileNotFoundError: there is no store at the path.
        OSError: what is there is not a store.
        Problem: the server does not take the data.
    """

    def prepare(found: Dataset) -> Dataset:
        if server is None:
            return found
        from gongfu.pages.proving import proven

        return proven(server.holding(found))

    dataset = prepare(describe(store_path))
    problems = read_problems(PAGES / "problems.yaml", dataset.base)
    services = read_services(os.environ.get(SETTING, ""))
    limits = limits or read_limits(os.environ.get(LIMITS, ""), Limits)
    return Application(Service(dataset, limits, problems, services, prepare), out, token)


def _workbench(service: Service, out: Path, token: str) -> "Workbench":
    from gongfu.workbench import Workbench

    return Workbench(service, out, token)


def serve(
    out: Path, host: str = "127.0.0.1", port: int = 8000, processes: int = 1, server: "Server | None" = None
) -> None:
    """Serve the data under a folder of builds, built first where needed, until the process is told to stop.

    Several processes share the port; each has its own workers, and follows what another publishes. With a ``server``
    the data are read from that SPARQL server. Raises Problem where it does not take them.
    """
    store = finished_store(out) or _built(out)
    if processes == 1:
        listen(application(store, out=out.resolve(), server=server), host, port)
    else:
        os.environ[_OUT] = str(out.resolve())
        os.environ[_SERVER] = json.dumps(asdict(server)) if server else ""
        listen("gongfu.serving:of_environment", host, port, processes)


def _built(out: Path) -> Path:
    from gongfu.build import build

    return build(out).store


def of_environment() -> Application:
    """Return the application over the folder of builds that the environment names: one of several processes."""
    out = Path(os.environ[_OUT])
    if not os.environ.get(_SERVER):
        return application(out / CURRENT / "store", out=out)
    from gongfu.sparql.loading import Server

    return application(out / CURRENT / "store", out=out, server=Server(**json.loads(os.environ[_SERVER])))


def listen(app: Application | str, host: str, port: int, processes: int = 1) -> None:
    """Listen until the process is told to stop; an application named by its module is made in each process."""
    _open_more_files()
    uvicorn.run(
        app, host=host, port=port, http=BoundedProtocol, ws="none", server_header=False, access_log=False,
        factory=isinstance(app, str), workers=processes, timeout_graceful_shutdown=_PARTING_SECONDS,
    )  # fmt: skip


def _end_with_parent() -> None:
    """Have one of several serving processes end when the one that watches over them was killed.

    Otherwise they would hold the port, and no service could be started again.
    """
    parent = multiprocessing.parent_process()
    if parent:
        loop = asyncio.get_running_loop()

        def end() -> None:
            loop.remove_reader(parent.sentinel)
            os.kill(os.getpid(), signal.SIGTERM)

        loop.add_reader(parent.sentinel, end)


def _open_more_files() -> None:
    """Let the process have more than the customary thousand of files and connections, as far as the system permits."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if most == resource.RLIM_INFINITY else min(most, _MOST_FILES)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


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
