"""Servers of a few lines, for tests of what calls others: each reads the whole request before it answers.

A connection that is closed while bytes of the request are unread is reset by the kernel, and whether the answer still
arrives is then a matter of luck.
"""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar


class WholeRequests(http.server.BaseHTTPRequestHandler):
    """A handler to which a request comes with its body."""

    body = b""

    def parse_request(self) -> bool:
        """Read the head, and the body behind it."""
        understood = super().parse_request()
        if understood:
            self.body = self._body()
        return understood

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").casefold() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # what may follow the last chunk
        return body

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Quiet(http.server.ThreadingHTTPServer):
    """A server that is not upset by a client that had enough."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


AnyServer = TypeVar("AnyServer", bound=Quiet)


@contextmanager
def running(server: AnyServer) -> Iterator[AnyServer]:
    """Run a server in a thread."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """Run a server that says these bytes to whoever asks, and hangs up; gives its address."""

    class Says(WholeRequests):
        def do_POST(self) -> None:
            self.wfile.write(answer)

        do_GET = do_PUT = do_DELETE = do_POST

    with running(Quiet(("127.0.0.1", 0), Says)) as server:
        yield server.address
