"""Remembering: finished answers to queries, kept as they went over the wire, for as long as the data stay the same.

Place in the flow: HTTP, outermost and bare ASGI, so that nothing stands between the socket and a known answer, or one
that is found at once. Only what the endpoint itself gave a strong ETag and let others cache is kept; the oldest goes
first.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gongfu.service import Service
from gongfu.sparql.request import matches

_PATH = "/sparql"
_MOST_BYTES = 64 * 1024 * 1024
_MOST_OF_ONE = _MOST_BYTES // 8
_ASKED = (b"accept", b"accept-encoding")
_OF_A_BODY = (b"content-length", b"content-type", b"content-encoding", b"content-disposition")
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Finished:
    """A whole response: its tag, its headers, its body, its status."""

    tag: str
    headers: Headers
    body: bytes
    status: int = 200

    @property
    def unchanged(self) -> Headers:
        """The headers of the 304 that stands for it."""
        return [pair for pair in self.headers if pair[0] not in _OF_A_BODY]


Straight = Callable[[Scope], Awaitable[Finished | None]]
"""Finds the response to a request without what else stands before the endpoint; None for what needs more than that."""


class Remembered:
    """Middleware: answers a GET of the endpoint that was answered before, and remembers what others answer."""

    def __init__(self, app: ASGIApp, service: Service, straight: Straight) -> None:
        self._app, self._service, self._straight = app, service, straight
        self._known: OrderedDict[Any, Finished] = OrderedDict()
        self._bytes, self._version = 0, ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send an answer that is known or found at once, or pass the request on and keep what comes back."""
        if scope["type"] != "http" or scope["path"] != _PATH or scope["method"] != "GET" or not scope["query_string"]:
            return await self._app(scope, receive, send)
        if self._version != self._service.dataset.version:
            self._forget()
        asked, known_tag = [b"", b""], b""
        for name, value in scope["headers"]:
            if name in _ASKED:
                asked[_ASKED.index(name)] += b"," + value
            elif name == b"if-none-match":
                known_tag = value
        key, version = (scope["query_string"], asked[0], asked[1]), self._version
        found = self._known.get(key)
        if found:
            self._known.move_to_end(key)
            self._service.remembered += 1
        elif found := await self._straight(scope):
            self.keep(key, version, found)
        else:
            return await self._app(scope, receive, _Keeping(self, key, version, send) if not known_tag else send)
        if known_tag and matches(known_tag.decode("latin-1"), found.tag):
            await send({"type": "http.response.start", "status": 304, "headers": found.unchanged})
            return await send({"type": "http.response.body", "body": b""})
        await send({"type": "http.response.start", "status": found.status, "headers": found.headers})
        return await send({"type": "http.response.body", "body": found.body})

    def keep(self, key: Any, version: str, finished: Finished) -> None:
        """Remember an answer to data of a version, unless they were replaced while it was found."""
        if (
            finished.status != 200
            or version != self._version
            or len(finished.body) > _MOST_OF_ONE
            or key in self._known
        ):
            return
        self._known[key] = finished
        self._bytes += _size(key, finished)
        while self._bytes > _MOST_BYTES:
            self._bytes -= _size(*self._known.popitem(last=False))

    def _forget(self) -> None:
        self._known.clear()
        self._bytes, self._version = 0, self._service.dataset.version


def _size(key: Any, finished: Finished) -> int:
    return len(key[0]) + len(finished.body) + 2048  # headers and the dictionary, generously


class _Keeping:
    """What a response goes through that may be worth keeping."""

    def __init__(self, remembered: Remembered, key: Any, version: str, send: Send) -> None:
        self._remembered, self._key, self._version, self._send = remembered, key, version, send
        self._headers: Headers | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message["headers"])
            named = dict(headers)
            worth = message["status"] == 200 and named.get(b"cache-control", b"").startswith(b"public")
            self._headers = headers if worth and named.get(b"etag", b"").startswith(b'"') else None
        elif self._headers is not None and not message.get("more_body"):
            tag = dict(self._headers)[b"etag"].decode()
            finished = Finished(tag, self._headers, bytes(message.get("body", b"")))
            self._remembered.keep(self._key, self._version, finished)
        else:
            self._headers = None  # in several parts: long, and not for keeping
        await self._send(message)
