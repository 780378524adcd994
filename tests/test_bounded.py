"""What a client can make a connection hold or wait for has an end, and is told in the words of the service."""

import asyncio
import json
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import httpx
import pyoxigraph as ox
import pytest
from client import free_port, wait_for
from uvicorn.config import Config
from uvicorn.server import ServerState

from gongfu.bounded import MOST_OF_HEAD, BoundedProtocol

SERVER = """
from pathlib import Path
from gongfu.bounded import BoundedProtocol as Line
from gongfu.serving import application, listen
from gongfu.sparql.pool import Limits
{first}
Line.parting_seconds = 0.1
listen(application(Path({store!r}), Limits(workers=1)), "127.0.0.1", {port})
"""
IMPATIENT = "Line.head_seconds = Line.body_seconds = Line.unread_seconds = 0.3; Line.body_rate = 1024 * 1024"
ESTABLISHED = "01"  # of the states that Linux tells of a connection
POST = b"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-type: application/sparql-query\r\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one text of 15 MB, more than the kernel takes in for a client that does not read."""
    path = tmp_path_factory.mktemp("bounded") / "store"
    node = ox.NamedNode("http://example.org/x")
    opened = ox.Store(str(path))
    opened.add(ox.Quad(node, node, ox.Literal("公" * 5_000_000)))
    opened.flush()
    return path


@contextmanager
def serving(store: Path, first: str = "") -> Iterator[int]:
    """Give the port of a server, before which something is done."""
    port = free_port()
    code = SERVER.format(first=first, store=str(store), port=port)
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200)
        yield port
    finally:
        process.terminate()
        process.wait(120)


@pytest.fixture(scope="module")
def port(store: Path) -> Iterator[int]:
    with serving(store) as found:
        yield found


@pytest.fixture(scope="module")
def impatient(store: Path) -> Iterator[int]:
    with serving(store, IMPATIENT) as found:
        yield found


def connections() -> str:
    return Path("/proc/net/tcp").read_text()


def said(port: int, sent: bytes) -> bytes:
    """Send bytes and return all that comes until the connection ends."""
    taken = bytearray()
    with socket.create_connection(("127.0.0.1", port), 60) as line:
        line.sendall(sent)
        while part := line.recv(2**16):
            taken += part
    return bytes(taken)


@pytest.mark.parametrize(
    ("status", "name", "sent"),
    [
        (400, "bad-request", b"GET / HTTP/9.9\r\nhost: x\r\n\r\n"),
        (400, "bad-request", b"\x16\x03\x01 no HTTP at all\r\n\r\n"),
        (400, "bad-request", POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n"),
        (414, "address-too-long", b"GET /sparql?query=ASK%7B%7D%23" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n"),
        (414, "address-too-long", b"GET /sparql?query=" + b"a" * 2 * MOST_OF_HEAD),
        (431, "head-too-long", b"GET /health HTTP/1.1\r\nx: " + b"y" * 2 * MOST_OF_HEAD),
        (413, "body-too-large", POST + b"content-length: 99999999999\r\n\r\nASK"),
        (415, "content-encoding", POST + b"content-encoding: gzip\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
    ],
    ids=["version", "noise", "chunk", "address", "endless address", "head", "stated length", "encoding"],
)  # fmt: skip
def test_a_request_that_is_none_is_told_what_is_wrong(port: int, status: int, name: str, sent: bytes) -> None:
    told(said(port, sent), status, name)


@pytest.mark.parametrize(
    "sent",
    [b"GET /health HTTP/1.1\r\nhost: x\r\n", POST + b"content-length: 50\r\n\r\nASK",
     b"GET /health HTTP/1.1\r\nhost: x\r\n\r\nGET /hea"],
    ids=["head", "body", "second head"],
)  # fmt: skip
def test_half_a_request_is_not_waited_for(impatient: int, sent: bytes) -> None:
    told(said(impatient, sent), 408, "too-slow")


def told(answer: bytes, status: int, name: str) -> None:
    """Hold that the last answer of a connection is a problem."""
    head, _, body = answer.split(b"HTTP/1.1 ")[-1].partition(b"\r\n\r\n")
    assert int(head[:3]) == status
    assert b"\r\ncontent-type: application/problem+json" in head
    assert b"\r\naccess-control-allow-origin: *" in head
    assert b"\r\nconnection: close" in head
    assert json.loads(body)["type"].endswith(f"problem/{name}")


def test_who_still_sends_sees_the_answer(port: int) -> None:
    """The connection was reset on what was not yet read, and the answer with it."""
    length = 3_000_000
    head = b"PUT /sparql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % length
    assert said(port, head + b"x" * length).startswith(b"HTTP/1.1 405")


def test_a_connection_without_a_request_ends(impatient: int) -> None:
    assert said(impatient, b"") == b""


def test_who_does_not_read_the_answer_is_let_go(impatient: int) -> None:
    with socket.create_connection(("127.0.0.1", impatient), 60) as line:
        line.sendall(b"GET /sparql?query=SELECT%20*%7B%3Fs%20%3Fp%20%3Fo%7D HTTP/1.1\r\nhost: x\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 200"
        wait_for(
            lambda: f"0100007F:{impatient:04X} 0100007F:{line.getsockname()[1]:04X} {ESTABLISHED}" not in connections()
        )


def test_those_who_only_wait_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that has no files left answers nobody, and its queries have no process."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (40, 40))

    async def connected() -> list[Mock]:
        state, config = ServerState(), Config(Mock(), http=BoundedProtocol, lifespan="off", log_config=None)
        made = [Mock(asyncio.Transport, **{"is_closing.return_value": False}) for _ in range(30)]
        for transport in made:
            line = BoundedProtocol(config, state, {})
            transport.abort.side_effect = partial(line.connection_lost, None)
            line.connection_made(transport)
        for protocol in list(state.connections):
            protocol.connection_lost(None)
        return made

    made = asyncio.run(connected())
    gone = [transport.abort.called for transport in made]
    assert gone == sorted(gone, reverse=True)  # who has waited longest goes first
    assert 10 <= sum(gone) <= 20
