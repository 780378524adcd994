"""Turns: who of those that wait is next: those come first whose client has had little and whose query is a quick one.

Place in the flow: below the pool; nothing here knows of processes. What a query will take nobody knows before it ran;
but programs ask queries of the same form again and again, so what those took lately tells. Forms and clients are
guesses: who deceives them gets no more than those who ask nothing of the kind would leave.
"""

import asyncio
import re
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_Thing = TypeVar("_Thing")
_MOST_KNOWN = 4096
_MOST_OF_FORM = 4000
_HALF_LIFE = 10.0  # seconds in which half of what a client has had is forgotten
_A_TURN = 0.001  # seconds that a turn counts for at least, so that clients take turns from the first
_AGEING = 0.1  # of the time that somebody waits is taken off what the client has had: nobody waits for ever
# What differs between queries of one form: comments, IRIs, texts, variables, numbers, blanks.
_VARYING = re.compile(r"""<[^<>\s]*>|\#[^\n]*|"[^"\n]*"|'[^'\n]*'|[?$]\w+|[0-9]+|\s+""")


def form_of(query: str) -> str:
    """Return what a query has in common with others of its form."""
    return _VARYING.sub(" ", query[:_MOST_OF_FORM])


class Lately:
    """How many seconds things took lately, by name; the least recent names are forgotten."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[str, float] = OrderedDict()

    def note(self, name: str, seconds: float) -> None:
        """Note what one took; it counts as much as all before it."""
        self._seconds[name] = (self._seconds.pop(name, seconds) + seconds) / 2
        if len(self._seconds) > _MOST_KNOWN:
            self._seconds.popitem(last=False)

    def seconds(self, name: str) -> float | None:
        """Return what such things take, None where none is known."""
        return self._seconds.get(name)


class Shares:
    """How many seconds each client has had; half of it is forgotten every ten seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._had: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def charge(self, client: str, seconds: float) -> None:
        """Add to what a client has had."""
        had = self.had(client) + seconds
        self._had.pop(client, None)
        self._had[client] = (had, self._clock())
        if len(self._had) > _MOST_KNOWN:
            self._had.popitem(last=False)

    def had(self, client: str) -> float:
        """Return the seconds that a client has had lately."""
        seconds, since = self._had.get(client, (0.0, 0.0))
        return seconds and seconds * 0.5 ** ((self._clock() - since) / _HALF_LIFE)


class Busy(Exception):
    """All is taken and enough others wait, or nothing became free in time."""


@dataclass(frozen=True, eq=False)
class _Turn(Generic[_Thing]):
    """Somebody who waits: for whom, how long the query is thought to take, since when."""

    thing: "asyncio.Future[_Thing]"
    client: str
    expected: float
    since: float


class Turns(Generic[_Thing]):
    """Things that are free, and those who wait for one, no more than so many and so long."""

    def __init__(self, most: int, seconds: float, shares: Shares, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._shares, self._clock = most, seconds, shares, clock
        self.free: deque[_Thing] = deque()
        self._waiting: list[_Turn[_Thing]] = []  # in the order in which they came

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def give(self, thing: _Thing) -> None:
        """Give a thing to whoever is next."""
        self._without_gone()
        if not self._waiting:
            self.free.append(thing)
            return
        first = min(self._waiting, key=self._weight)
        self._waiting.remove(first)
        self._shares.charge(first.client, _A_TURN)
        first.thing.set_result(thing)

    async def take(self, client: str, expected: float, when_waiting: Callable[[], None] | None = None) -> _Thing:
        """Return a free thing, wait for one where there is none. Raises Busy."""
        if self.free:
            self._shares.charge(client, _A_TURN)
            return self.free.popleft()
        loop = asyncio.get_running_loop()
        turn: _Turn[_Thing] = _Turn(loop.create_future(), client, expected, self._clock())
        self._line_up(turn)
        if when_waiting:
            when_waiting()
        late = loop.call_later(self._seconds, _refuse, turn.thing)
        try:
            return await turn.thing
        except BaseException:
            self._leave(turn)
            raise
        finally:
            late.cancel()

    def _line_up(self, turn: _Turn[_Thing]) -> None:
        """Let somebody wait. Where too many do, whoever would be the last of all waits no longer, and gets Busy."""
        self._without_gone()
        last = max([turn, *reversed(self._waiting)], key=self._weight) if len(self._waiting) >= self._most else None
        if last is turn:
            raise Busy
        if last:
            self._waiting.remove(last)
            last.thing.set_exception(Busy())
        self._waiting.append(turn)

    def _without_gone(self) -> None:
        """Forget those that were cancelled and could not say yet that they wait no longer."""
        self._waiting = [turn for turn in self._waiting if not turn.thing.done()]

    def _weight(self, turn: _Turn[_Thing]) -> float:
        return self._shares.had(turn.client) + turn.expected - _AGEING * (self._clock() - turn.since)

    def _leave(self, turn: _Turn[_Thing]) -> None:
        """Wait no longer; what came at that very moment is for the next."""
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.thing.done() and not turn.thing.cancelled() and not turn.thing.exception():
            self.give(turn.thing.result())


def _refuse(thing: "asyncio.Future[Any]") -> None:
    if not thing.done():
        thing.set_exception(Busy())
