"""Headers: what every response says to browsers: any page may read it, and nothing in it may run.

Place in the flow: HTTP, around the application.
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing that is served may run or load anything: results carry the words of strangers.
SAFE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Retry-After, Accept-Post, Allow, Link, Location, Content-Range",
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
SAFE_HEADERS = [(name.encode(), value.encode()) for name, value in SAFE.items()]
_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, POST, QUERY, OPTIONS",
    "access-control-allow-headers": "Accept, Content-Type, If-None-Match",
    "access-control-max-age": "86400",
}


_ENCODINGS = ("gzip", "br", "zstd")
_ENCODING = (b"accept-encoding", b"if-none-match")
ENCODED_TAG = re.compile(rf'-({"|".join(_ENCODINGS)})"')


class EncodedTags:
    """Middleware around the compression: the strong ETag of a compressed body is not that of the plain one.

    ``"x"`` becomes ``"x-gzip"``, and a client that sends it back is understood (RFC 9110, section 8.8.3.3).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with plain tags, and name the encoding in the tag of the response."""
        if scope["type"] != "http" or not any(name in _ENCODING for name, _ in scope["headers"]):
            return await self._app(scope, receive, send)
        known = Headers(scope=scope).get("if-none-match", "")
        sent = ENCODED_TAG.search(known)
        if sent:
            plain = ENCODED_TAG.sub('"', known).encode("latin-1")
            scope["headers"] = [*(pair for pair in scope["headers"] if pair[0] != b"if-none-match"),
                                (b"if-none-match", plain)]  # fmt: skip

        async def send_tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                encoding = headers.get("content-encoding", "")
                if message["status"] == 304 and sent:
                    encoding = sent[1]
                if encoding in _ENCODINGS and headers.get("etag", "").endswith('"'):
                    headers["etag"] = f'{headers["etag"][:-1]}-{encoding}"'
            await send(message)

        return await self._app(scope, receive, send_tagged)


class SafeHeaders:
    """Middleware: every response may be read by any page and run by none; preflight requests are answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers that the response does not set itself."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                present = {name for name, _ in headers}
                message["headers"] = [*headers, *(pair for pair in SAFE_HEADERS if pair[0] not in present)]
            await send(message)

        if scope["method"] == "OPTIONS":
            return await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send_with_headers)
        return await self._app(scope, receive, send_with_headers)
