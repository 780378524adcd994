"""Bounded: the HTTP protocol of the fast parser, with an end to everything that a client can make it hold or wait for.

Place in the flow: HTTP, below the application. By itself the parser takes in a head of any length, waits for ever for
the rest of a request and for a client to read its answer, and says what is wrong in plain text.
"""

import asyncio
import resource
from contextlib import suppress
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gongfu.headers import SAFE_HEADERS
from gongfu.problems import Problem, Problems
from gongfu.responses import problem_response

MOST_OF_HEAD = 512 * 1024
_MOST_OF_ADDRESS = 65_535  # what the parser of addresses can take
_HEAD, _BODY, _DONE = "head", "body", "done"
STATE = "problems"  # under this name the application hands over the words of its problems


class BoundedProtocol(HttpToolsProtocol):
    """One connection.

    Seconds are those that a client has for a whole head (head_seconds), for a body beside what its length takes at
    ``body_rate`` bytes a second, for reading ``body_rate`` bytes of an answer (unread_seconds), and to send what is
    left of a request that is answered already (parting_seconds, parting_bytes).
    """

    head_seconds, body_seconds, body_rate = 30.0, 30.0, 16 * 1024
    unread_seconds, parting_seconds, parting_bytes = 30.0, 2.0, 16 * 1024 * 1024

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._stage, self._came, self._taken = _HEAD, 0, 0  # the bytes of the last piece, and of all of the stage
        self._since = self.loop.time()
        self._owing: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self.parting = False

    @property
    def waits(self) -> bool:
        """Whether it is open and nothing of it is being answered or taken in."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and self._stage != _BODY and not self._plain.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; where there are too many connections, those that have been idle for longest make room."""
        self._plain = transport
        super().connection_made(cast(asyncio.Transport, _Parting(transport, self)))
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files != resource.RLIM_INFINITY and len(self.connections) > files // 2:
            self._make_room()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        for timer in filter(None, (self._owing, self._unread)):
            timer.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to count the head."""
        self._stage, self._taken = _HEAD, self._came
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to count the body: how long it may be, the application says."""
        self._stage, self._taken = _BODY, self._came
        if self._owing:
            self._owing.cancel()
            self._owing = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect nothing more."""
        self._stage = _DONE
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Take in what came, unless that makes the head too long."""
        if self._stage == _DONE:
            self._stage, self._taken = _HEAD, 0
        self._came = len(data)
        self._taken += self._came
        if self.parting:
            self._take_the_rest(data)
        elif self._stage == _HEAD and self._taken > MOST_OF_HEAD:
            self._refuse(self._too_long())
        elif not self.transport.is_closing():
            super().data_received(data)
            self._watch()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that is none, in the words of the service."""
        said = Problem("bad-request", {"said": "HTTP"})
        self._refuse(self._too_long() if len(getattr(self, "url", b"")) > _MOST_OF_ADDRESS else said)

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._wait_for_reading()

    def resume_writing(self) -> None:
        """Wait no more."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()

    def part(self) -> None:
        """Close the connection, of a request that is not all here after what is left of it.

        A connection that is closed on data not yet read is reset, and whoever still sends would never see the answer.
        """
        if self.parting or self._plain.is_closing():
            return
        if self._stage != _DONE and self._taken:
            self.parting = True
            self._plain.resume_reading()
            self.loop.call_later(self.parting_seconds, self._close)
        else:
            self._close()

    def _close(self) -> None:
        if self._plain.is_closing():
            return
        if self._plain.get_write_buffer_size():
            self._wait_for_reading()
        self._plain.close()

    def _take_the_rest(self, data: bytes) -> None:
        """Read on in a request that is answered, for nothing but its end."""
        with suppress(httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.parser.feed_data(data)
        if self._stage == _DONE or self._taken > self.parting_bytes:
            self._close()

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, BoundedProtocol) and one.waits]
        for one in sorted(others, key=lambda one: one._since)[: max(1, len(others) // 10)]:
            one._plain.abort()

    def _too_long(self) -> Problem:
        if len(getattr(self, "url", b"")) > _MOST_OF_ADDRESS:
            return Problem("address-too-long", {"limit": _MOST_OF_ADDRESS})
        return Problem("head-too-long", {"limit": MOST_OF_HEAD})

    def _watch(self) -> None:
        """Have a client that owes a part of its request reminded, and no other."""
        if self._stage == _DONE:
            if self._owing:
                self._owing.cancel()
                self._owing = None
        elif not self._owing and not self.transport.is_closing():
            self._since = self.loop.time()
            self._owing = self.loop.call_later(self.head_seconds, self._late)

    def _late(self) -> None:
        """Close the connection of a client that is too slow; the time in which it was not listened to counts not."""
        self._owing = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self._watch()
            return
        allowed = self.head_seconds if self._stage == _HEAD else self.body_seconds + self._taken / self.body_rate
        left = self._since + allowed - self.loop.time()
        if left > 0:
            self._owing = self.loop.call_later(left, self._late)
        elif self._taken:
            self._refuse(Problem("too-slow"))
        else:
            self._plain.close()

    def _wait_for_reading(self) -> None:
        left = self._plain.get_write_buffer_size()
        self._unread = self.loop.call_later(self.unread_seconds, self._stuck, left)

    def _stuck(self, left: int) -> None:
        """Close the connection of a client that reads next to nothing of its answer."""
        if left - self._plain.get_write_buffer_size() < self.body_rate:
            self._plain.abort()
        else:
            self._wait_for_reading()

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem and close; whatever the application still says is not sent."""
        problems: Problems | None = self.app_state.get(STATE)
        begun = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if begun or problems is None:
            return self._plain.abort()
        self.transport.write(written(problems, problem))
        self.transport.close()
        return None


class _Parting:
    """A transport whose closing is left to its protocol."""

    def __init__(self, transport: asyncio.Transport, protocol: BoundedProtocol) -> None:
        self._transport, self._protocol = transport, protocol

    def close(self) -> None:
        self._protocol.part()

    def is_closing(self) -> bool:
        return self._protocol.parting or self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def written(problems: Problems, problem: Problem) -> bytes:
    """Return the bytes of a response with a problem, after which the connection ends."""
    response = problem_response(problems, problem)
    headers = [*response.raw_headers, *SAFE_HEADERS, (b"connection", b"close")]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[response.status_code] + lines + b"\r\n" + bytes(response.body)
