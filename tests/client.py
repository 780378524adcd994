"""A client of the application in this process, and a real server in a process of its own, for tests of HTTP."""

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from gongfu.serving import Application, application
from gongfu.settings import base_iri
from gongfu.sparql.pool import Limits


class Client:
    """A client of the application in this process, whose event loop runs in a thread of its own."""

    def __init__(self, app: Application, portal: BlockingPortal) -> None:
        self.app = app
        self._portal = portal
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    def request(self, method: str, address: str, **what: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            return await self._client.request(method, address, **what)

        return self._portal.call(go)

    def send(self, request: httpx.Request) -> httpx.Response:
        async def go() -> httpx.Response:
            return await self._client.send(request)

        return self._portal.call(go)

    def call(self, what: Any, *arguments: Any) -> Any:
        """Call a coroutine function in the event loop of the application."""
        return self._portal.call(what, *arguments)

    def get(self, address: str, **what: Any) -> httpx.Response:
        return self.request("GET", address, **what)

    def post(self, address: str, **what: Any) -> httpx.Response:
        return self.request("POST", address, **what)

    @property
    def workers(self) -> set[int]:
        return set(self.app.service.workers)


@contextmanager
def client_of(store: Path, out: Path | None = None, **limits: Any) -> Iterator[Client]:
    app = application(store, Limits(**{"workers": 1, **limits}), out)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.running()):
        yield Client(app, portal)


def problem(response: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """Return the problem document, which says in both languages what is wrong and what to do."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    said: dict[str, Any] = response.json()
    assert said["type"] == f"{base_iri()}problem/{name}"
    assert said["status"] == status
    for language in ("zh", "en"):
        assert said[language]["title"] in said["title"]
        assert said[language]["detail"] in said["detail"]
        assert said[language]["remedy"] in said["detail"]
    return said


def alive(pid: int) -> bool:
    with open(f"/proc/{pid}/stat") if Path(f"/proc/{pid}").exists() else io.StringIO("x (x) Z") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def server(store: Path, services: str = "", port: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = port or free_port()
    code = (
        "from pathlib import Path; from gongfu.serving import application, listen; "
        f"listen(application(Path({str(store)!r})), '127.0.0.1', {port})"
    )
    environment = {**os.environ, "GONGFU_SERVICES": services}
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: httpx.get(f"{address}/health").status_code == 200)
        yield process, address
    finally:
        process.terminate()
        process.wait(20)


def wait_for(ready: Any, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ready():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("not ready in time")


def descendants(pid: int) -> list[int]:
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [one for child in children for one in descendants(child)]
