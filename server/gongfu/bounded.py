"""Bounded: the HTTP protocol of the fast parser, which by itself would take in a request head of any length.

Place in the flow: HTTP, below the application.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gongfu.sparql.pool import Limits

MOST_OF_HEAD = 2 * Limits().query_bytes  # a query in an address is percent-encoded


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection whose request line and headers exceed the limit."""

    _head, _open = 0, True

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._head, self._open = 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no more: how long the content may be, the application says."""
        self._open = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Take in what came, unless that makes the head too long."""
        self._head += len(data) if self._open else 0
        if self._open and self._head > MOST_OF_HEAD:
            self.transport.close()
        elif not self.transport.is_closing():
            super().data_received(data)
