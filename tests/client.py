"""A client of the application in this process, and a real server in a process of its own, for tests of HTTP."""

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:  # it ended, perhaps while it was looked at
        return False


def free_port() -> int:
    """Return a port that is free, and below those that the system gives to connections, which could take it at once."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
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
        process.wait(120)


def wait_for(ready: Any, seconds: float = 120.0) -> None:
    """Wait until something is so; the seconds end only what never comes, on however busy a machine."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ready():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("not ready in time")


def children(pid: int) -> list[int]:
    """Return the processes that any thread of a process began, none where it has ended."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (thread / "children").read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """Return the processes that a process began, and those that they began."""
    found = children(pid)
    return found + [one for child in found for one in descendants(child)]
