"""Pool: a few worker processes, each with at most one query; one that is late or broken is killed and replaced.

Place in the flow: in the serving process, which itself asks the engine for lookups only, so that no query can hold it
up. There are two lanes. A query begins in the first; when others wait for their turn there, one that has used
the processor for ``quick_seconds`` goes on in the second, its process giving way to all others, and a new worker takes
the place. Where the second lane is full the query is stopped and begins again when there is room. A query of a form
that took so long lately begins in the first lane only while nobody else wants it. So a flood of slow queries holds up
slow queries; and in both lanes clients take turns (sparql.turns), so that one's many hold up that client's own.
"""

import asyncio
import logging
import math
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from gongfu.sparql.answering import Answer, Job
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.limits import Limits
from gongfu.sparql.turns import Busy, Lately, Shares, Turns, form_of
from gongfu.sparql.worker import Order
from gongfu.sparql.workers import Nursery, Worker, WorkerLost

_LOG = logging.getLogger(__name__)
__all__ = ["Busy", "DeadlinePassed", "Limits", "Load", "Pool"]
_PATIENCE = 8


@dataclass(frozen=True)
class Load:
    """How many workers answer, how many of them long queries, how many queries wait, how many workers were replaced."""

    busy: int
    long: int
    waiting: int
    replaced: int


class DeadlinePassed(Exception):
    """The query took longer than it may."""


class _GaveWay(Exception):
    """The query was stopped, to begin again when there is room for long ones."""


class _Begun(NamedTuple):
    """A query that began: its form, whose it is, the clock and the seconds of processor used by its worker then."""

    form: str
    client: str
    time: float
    processor: float


class Pool:
    """The workers of both lanes, what they do, and the queries that wait for one."""

    def __init__(self, dataset: Dataset, limits: Limits) -> None:
        self._limits = limits
        self._nursery = Nursery(Order(
            store=str(dataset.path), base=dataset.base, merged=dataset.merged, seconds=limits.seconds,
            most_bytes=limits.result_bytes, most_rows=limits.rows, memory_bytes=limits.memory_bytes,
            any_graph=dataset.open,
            remote=dataset.remote,
        ))  # fmt: skip
        self._elsewhere = bool(dataset.remote)
        self._workers: set[Worker] = set()
        shares = Shares(time.monotonic)
        self._shares, self._lately = shares, Lately()
        self._turns = Turns[Worker](limits.waiting, limits.seconds, shares, time.monotonic)
        self._places = Turns[None](limits.waiting, limits.seconds, shares, time.monotonic)
        self._places.free.extend([None] * limits.long_workers)
        self._since: dict[Worker, _Begun] = {}  # the queries of the first lane
        self._long: set[Worker] = set()
        self._spare: list[Worker] = []  # of the second lane, free for its next queries: a new one takes 15 ms to start
        self._coming, self._replaced, self._closing = 0, 0, False
        self._failing = False  # the last try to start a worker failed
        self._repairs: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None

    @property
    def pids(self) -> list[int]:
        """The process numbers of the workers."""
        return [worker.pid for worker in self._workers]

    @property
    def sound(self) -> bool:
        """Whether queries are answered: there are workers, or new ones come and nothing keeps them from starting."""
        return len(self._workers) > len(self._spare) or (self._coming > 0 and not self._failing)

    @property
    def load(self) -> Load:
        """How busy the pool is."""
        waiting = self._turns.waiting + self._places.waiting
        return Load(len(self._since) + len(self._long), len(self._long), waiting, self._replaced)

    async def start(self) -> None:
        """Start the workers of the first lane; raises WorkerLost when one cannot start."""
        added = await asyncio.gather(*(self._add() for _ in range(self._limits.workers)), return_exceptions=True)
        for failed in filter(None, added):
            raise failed  # when all are done, so that who closes the pool now leaves no process behind

    async def close(self) -> None:
        """End all workers."""
        self._closing = True
        await asyncio.gather(*self._repairs, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in self._workers))
        self._workers.clear()
        await self._nursery.close()

    async def drain(self) -> None:
        """Answer what came before, then end all workers: the last after the deadline of its query."""
        end = asyncio.get_running_loop().time() + 2 * self._limits.seconds + 1.0
        while self.load.busy + self.load.waiting and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)
        await self.close()

    async def answer(self, job: Job, client: str = "") -> Answer:
        """Return the answer to a job of a client.

        Raises:
            Busy: no worker is free and enough queries wait already.
            DeadlinePassed: the query was stopped; its worker is killed and replaced.
            WorkerLost: the query ended its worker, which is replaced.
        """
        form = form_of(job.query) if job.query else f"about {bool(job.graph)}"
        worker = await self._quick_worker(form, client)
        if worker:
            with suppress(_GaveWay):
                return await self._run(worker, job, form, client)
        await self._places.take(client, self._expected(form))
        return await self._run(await self._long_worker(), job, form, client)

    async def _quick_worker(self, form: str, client: str) -> Worker | None:
        """Return a worker of the first lane; None for a query of a slow form while others want one. Raises Busy."""
        if self._is_slow(form) and not self._turns.free:
            return None
        worker = await self._turns.take(client, self._expected(form), self._look_at_others)
        if self._is_slow(form) and self._turns.waiting:  # known since it began to wait
            self._turns.give(worker)
            return None
        return worker

    def _expected(self, form: str) -> float:
        known = self._lately.seconds(form)
        return self._limits.quick_seconds / 2 if known is None else known

    def _is_slow(self, form: str) -> bool:
        return (self._lately.seconds(form) or 0.0) >= self._limits.quick_seconds

    async def _run(self, worker: Worker, job: Job, form: str, client: str) -> Answer:
        begun = _Begun(form, client, time.monotonic(), worker.processor())
        if worker not in self._long:
            self._since[worker] = begun
            if self._turns.waiting:
                self._look_at_others()
        timer = asyncio.get_running_loop().call_later(self._limits.seconds, worker.fail, DeadlinePassed())
        sound = False
        try:
            found = await worker.ask(job)
            sound = True
        finally:
            timer.cancel()
            used = self._used(worker, begun)
            self._lately.note(form, used)
            self._shares.charge(client, used)
            self._release(worker, sound)
        return found

    def _release(self, worker: Worker, sound: bool) -> None:
        """Have a worker do the next query, or end it: when it is not to be trusted any more, or gave way to others."""
        if worker in self._long:
            self._long.discard(worker)
            if sound and worker.small and len(self._spare) < self._limits.long_workers:
                self._spare.append(worker)
            else:
                self._later(self._end(worker))
            self._places.give(None)
        elif self._since.pop(worker, None) is None:
            pass  # it was stopped for others, and _move has replaced it
        elif sound:
            self._turns.give(worker)
        else:
            self._replaced += 1
            self._later(self._end(worker))
            self._replace_soon()

    def _look_at_others(self) -> None:
        """See who must give way to one who waits now; but only queries known as slow must before the next look."""
        if self._look is None or any(self._is_slow(begun.form) for begun in self._since.values()):
            self._relieve()

    def _relieve(self) -> None:
        """Where queries wait, move those that have run for long out of the first lane, or come back when it is time."""
        if self._look:
            self._look.cancel()
            self._look = None
        soonest = math.inf
        for worker, begun in list(self._since.items()):
            if self._turns.waiting <= self._coming:
                return
            left = self._left(worker, begun)
            if left > 0:
                soonest = min(soonest, left)
            else:
                self._move(worker)
        if soonest < math.inf:
            self._look = asyncio.get_running_loop().call_later(soonest + 0.001, self._relieve)

    def _left(self, worker: Worker, begun: _Begun) -> float:
        """Return the seconds that a query of the first lane has at least before it must give way.

        For what waits for a disk it is a part of the time of the clock that counts.
        """
        patient = (time.monotonic() - begun.time) / _PATIENCE
        used = max(self._used(worker, begun), patient)
        return 0.0 if self._is_slow(begun.form) else self._limits.quick_seconds - used

    def _used(self, worker: Worker, begun: _Begun) -> float:
        """Return the seconds that a query has used.

        They are seconds of processor: on a machine that is busy with other things a quick query is no long one. Where
        they are not told, and where it is another server that works, it is the time of the clock.
        """
        processor = worker.processor()
        told = processor >= 0 and begun.processor >= 0 and not self._elsewhere
        return processor - begun.processor if told else time.monotonic() - begun.time

    def _move(self, worker: Worker) -> None:
        """Take a worker out of the first lane: its query goes on in the second, or is stopped where that is full."""
        begun = self._since.pop(worker)
        self._lately.note(begun.form, max(self._used(worker, begun), self._limits.quick_seconds))  # for those that wait
        self._replace_soon()
        if self._places.free:
            self._places.free.popleft()
            self._long.add(worker)
            worker.give_way()
        else:
            worker.fail(_GaveWay())
            self._later(self._end(worker))

    async def _long_worker(self) -> Worker:
        """Return a worker for the second lane, in which a place was taken for it: one that is spare, or a new one."""
        try:
            worker = self._spare_one() or await self._nursery.worker(long=True)
        except BaseException:
            self._places.give(None)
            raise
        self._workers.add(worker)
        self._long.add(worker)
        return worker

    def _spare_one(self) -> Worker | None:
        while self._spare:
            worker = self._spare.pop()
            if worker.small:
                return worker
            self._later(self._end(worker))  # it was killed meanwhile
        return None

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._repairs.add(task)
        task.add_done_callback(self._repairs.discard)

    async def _end(self, worker: Worker) -> None:
        self._workers.discard(worker)
        await worker.kill()

    def _replace_soon(self) -> None:
        self._coming += 1
        self._later(self._replace())

    async def _replace(self) -> None:
        """Add a worker to the first lane; try again until one starts."""
        try:
            while not self._closing:
                try:
                    return await self._add()
                except (WorkerLost, OSError):
                    self._failing = True
                    _LOG.exception("no new worker could start; trying again")
                    await asyncio.sleep(1.0)
        finally:
            self._coming -= 1

    async def _add(self) -> None:
        worker = await self._nursery.worker()
        self._failing = False
        self._workers.add(worker)
        self._turns.give(worker)
