"""Relay: takes the calls of one federated query and passes them on to the endpoints that may be called.

Place in the flow: in the serving process. The worker that runs the query has no network but an empty one of its own,
in which it opened the socket that the relay listens on; so whatever the engine is made to do, it reaches the relay and
nobody else, and the relay calls nobody who is not on the list. It follows no redirect, calls no private address that
is not listed, bounds time and size, and remembers what failed, so that it can be told.
"""

import http.client
import http.server
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from threading import Thread, Timer
from urllib.parse import urlencode, urlsplit

from gongfu import __version__
from gongfu.sparql.entities import declares_entities
from gongfu.sparql.services import Services

_TYPES = ("application/sparql-results+json", "application/sparql-results+xml", "application/json", "application/xml",
          "text/xml")  # fmt: skip
_PIECE = 64 * 1024
_MOST_SAID = 300
_SURELY_LATER = 0.01  # seconds


@dataclass(frozen=True)
class Failure:
    """A failed call: the endpoint, the place of its SERVICE, what was sent, the status that came (0: none), and why."""

    endpoint: str
    line: int
    column: int
    sent: str
    status: int
    zh: str
    en: str
    late: bool = False


class CallFailed(Exception):
    """A call failed: the status that the endpoint gave, 0 for none, and why in zh and en."""

    def __init__(self, zh: str, en: str, status: int = 0, late: bool = False) -> None:
        super().__init__(en)
        self.zh, self.en, self.status, self.late = zh, en, status, late


@dataclass(frozen=True)
class Outlet:
    """How calls go out: to whom, for how many seconds each, and how many bytes of an answer are taken."""

    services: Services
    seconds: float
    most_bytes: int


class Relay(http.server.ThreadingHTTPServer):
    """The server on a worker's socket; ``failures`` are those of its calls, in the order in which they failed."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, outlet: Outlet) -> None:
        super().__init__(("127.0.0.1", 0), _Passing, bind_and_activate=False)
        self.socket.close()
        self.socket, self.outlet = listener, outlet
        self.failures: list[Failure] = []
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> None:
        """Take calls from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more calls; one that is under way ends by its own time limit, and nobody hears of it."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the worker that called has gone."""


class _Passing(http.server.BaseHTTPRequestHandler):
    server: Relay
    timeout = 10.0

    def do_POST(self) -> None:
        """Pass a call on and its answer back."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        endpoint, line, column = (int(part) for part in self.path.strip("/").split("/"))
        outlet = self.server.outlet
        called = outlet.services.endpoints[endpoint]
        try:
            kind, answer = call(outlet, called, body)
        except CallFailed as error:
            sent = body.decode(errors="replace")[:_MOST_SAID]
            self.server.failures.append(
                Failure(called, line, column, sent, error.status, error.zh, error.en, error.late)
            )
            return self.send_error(502)
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Keep no log of what is asked."""


def call(outlet: Outlet, endpoint: str, query: bytes) -> tuple[str, bytes]:
    """Send a query to an endpoint; return the media type and the body of its answer. Raises CallFailed."""
    end = time.monotonic() + outlet.seconds
    try:
        with closing(_connected(outlet, endpoint, end)) as connection, _ended_at(end, connection.sock):
            return _answered(connection, endpoint, query, outlet.most_bytes, end)
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, TimeoutError) or time.monotonic() > end:
            seconds = f"{outlet.seconds:g}"
            zh, en = f"在{seconds}秒内没有答完", f"did not answer within {seconds} seconds"
            raise CallFailed(zh, en, late=True) from error
        said = str(error)[:_MOST_SAID] or type(error).__name__
        raise CallFailed(f"连接不上或中途断开（{said}）", f"could not be reached or broke off ({said})") from error


@contextmanager
def _ended_at(end: float, connected: socket.socket) -> Iterator[None]:
    """Have a connection end at a time: one that brings a byte now and then would never reach a limit of each byte."""

    def end_it() -> None:
        with suppress(OSError):  # it has ended
            socket.socket.shutdown(connected, socket.SHUT_RDWR)  # not TLS's own, which lets what is left be read bare

    timer = Timer(max(0.0, end - time.monotonic()) + _SURELY_LATER, end_it)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _connected(outlet: Outlet, endpoint: str, end: float) -> http.client.HTTPConnection:
    """Connect to the first address of an endpoint that may be called; the name is looked up once and never again."""
    parts = urlsplit(endpoint)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    address = next((one for one in found if outlet.services.permits(host, one)), None)
    if address is None:
        raise CallFailed(
            "指向内部网络的地址，而该网段不在允许之列", "leads to a private address, and its network is not on the list"
        )
    connection = http.client.HTTPConnection(host, port, timeout=outlet.seconds)
    connection.sock = socket.create_connection((address, port), outlet.seconds)
    connection.sock.settimeout(max(_SURELY_LATER, end - time.monotonic()))
    if secure:
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    return connection


def _answered(
    connection: http.client.HTTPConnection, endpoint: str, query: bytes, most: int, end: float
) -> tuple[str, bytes]:
    parts = urlsplit(endpoint)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "accept": ", ".join(_TYPES[:2]), "content-type": "application/x-www-form-urlencoded",
        "user-agent": f"gongfu/{__version__}", "accept-encoding": "identity",
    }  # fmt: skip
    # As a form, and not bare as the engine sends it: Virtuoso 7 never answers a bare one.
    connection.request("POST", target, urlencode({"query": query}), headers)
    with connection.getresponse() as response:
        body = _body(response, most, end)
    if response.status != http.client.OK:
        raise _refusal(response, body)
    kind = response.headers.get_content_type()
    if kind not in _TYPES:
        raise CallFailed(
            f"的答复不是查询结果，类型是{kind}", f"answered with {kind}, no result of a query", response.status
        )
    if kind.endswith("xml") and declares_entities(body):
        raise CallFailed("的结果带有 DOCTYPE", "answered with a DOCTYPE", response.status)
    return kind, body


def _body(response: http.client.HTTPResponse, most: int, end: float) -> bytes:
    """Read the body of an answer; one that its time or the endpoint cut short is none."""
    body = bytearray()
    while piece := response.read1(_PIECE):
        body += piece
        if len(body) > most:
            raise CallFailed(f"的结果超过{most}字节", f"answered with more than {most} bytes", response.status)
    if time.monotonic() > end:
        raise TimeoutError
    length = None if response.chunked or response.status != http.client.OK else response.headers.get("content-length")
    if length not in (None, str(len(body))):
        raise http.client.HTTPException("the answer ends before its end")
    return bytes(body)


def _refusal(response: http.client.HTTPResponse, body: bytes) -> CallFailed:
    status = response.status
    if status in range(300, 400):
        place = response.headers.get("location", "")[:_MOST_SAID]
        return CallFailed(
            f"把请求转到{place}（{status}），转址一律不跟随",
            f"redirects to {place} ({status}), and redirects are not followed", status,
        )  # fmt: skip
    said = body.decode(errors="replace")[:_MOST_SAID].strip()
    return CallFailed(f"答复的状态码是{status}：{said}", f"answered with status {status}: {said}", status)
