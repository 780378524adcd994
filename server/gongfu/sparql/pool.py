"""Pool: a few worker processes, each with at most one query; one that is late or broken is killed and replaced.

Place in the flow: in the serving process, which itself never touches the engine while it serves, so that no query can
hold it up.
"""

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gongfu
from gongfu.sparql.answering import Answer, Job
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.worker import LENGTHS, Order, job_frame

_LOG = logging.getLogger(__name__)
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Limits:
    """How many queries run at once and may wait, how long one may take, how large query, answer and memory may get."""

    workers: int = max(2, os.cpu_count() or 2)
    waiting: int = 32
    seconds: float = 15.0
    query_bytes: int = 256 * 1024
    result_bytes: int = 32 * 1024 * 1024
    memory_bytes: int = 2 * 1024**3


@dataclass(frozen=True)
class Load:
    """How many workers answer, how many queries wait, how many workers were replaced so far."""

    busy: int
    waiting: int
    replaced: int


class Busy(Exception):
    """All workers are taken and the queue is full, or no worker became free in time."""


class DeadlinePassed(Exception):
    """The query took longer than it may."""


class WorkerLost(Exception):
    """The worker ended by itself: out of memory, or a query too deep for the engine."""


class Worker:
    """One process and its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    async def ask(self, job: Job) -> Answer:
        """Send a job and return the answer.

        Raises:
            WorkerLost: the process ended first.
        """
        try:
            assert self._process.stdin
            self._process.stdin.write(job_frame(job))
            await self._process.stdin.drain()
            head, body = await self.read()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerLost from error
        return Answer(body=body, **head)

    async def read(self) -> tuple[dict[str, Any], bytes]:
        """Read a frame: its head and its body."""
        pipe = self._process.stdout
        assert pipe
        head_length, body_length = LENGTHS.unpack(await pipe.readexactly(LENGTHS.size))
        head: dict[str, Any] = json.loads(await pipe.readexactly(head_length))
        return head, await pipe.readexactly(body_length)

    async def kill(self) -> None:
        """End the process at once, whatever it does, and wait until it is gone."""
        with suppress(ProcessLookupError):
            self._process.kill()
        try:
            await self._process.communicate()  # unlike wait, it also sees the pipes closed
        except RuntimeError:
            await self._process.wait()  # a query still reads from the pipe, and will see it closed


async def start_worker(dataset: Dataset, limits: Limits) -> Worker:
    """Start a worker and wait until it has opened the store.

    Raises:
        WorkerLost: it ended before it was ready.
    """
    order = Order(
        store=str(dataset.path), base=dataset.base, merged=dataset.merged, seconds=limits.seconds,
        most_bytes=limits.result_bytes, memory_bytes=limits.memory_bytes, any_graph=dataset.open,
    )  # fmt: skip
    command = (sys.executable, "-m", "gongfu.sparql.worker", json.dumps(asdict(order)))
    pipe = asyncio.subprocess.PIPE
    head: dict[str, Any] | None = None
    worker = Worker(
        await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**20, env=environment())
    )
    try:
        async with asyncio.timeout(_START_SECONDS):
            head, _ = await worker.read()
    except (asyncio.IncompleteReadError, TimeoutError) as error:
        raise WorkerLost from error
    finally:
        if head is None:
            await worker.kill()
    if not head["isolated"]:
        _LOG.warning("worker %d shares the network: this kernel lets it make no empty one", worker.pid)
    return worker


def environment() -> dict[str, str]:
    """Return the environment of a process of ours, which finds this package wherever it runs from."""
    package = str(Path(gongfu.__file__).resolve().parents[1])
    paths = (package, os.environ.get("PYTHONPATH"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


class Pool:
    """The workers that are free, and the number of queries that wait for one."""

    def __init__(self, dataset: Dataset, limits: Limits) -> None:
        self._dataset, self._limits = dataset, limits
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        self._workers: set[Worker] = set()
        self._waiting, self._replaced, self._closing = 0, 0, False
        self._repairs: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> list[int]:
        """The process numbers of the workers."""
        return [worker.pid for worker in self._workers]

    @property
    def load(self) -> Load:
        """How busy the pool is."""
        return Load(len(self._workers) - self._free.qsize(), self._waiting, self._replaced)

    async def start(self) -> None:
        """Start all workers; raises WorkerLost when one cannot start."""
        await asyncio.gather(*(self._add() for _ in range(self._limits.workers)))

    async def close(self) -> None:
        """End all workers."""
        self._closing = True
        await asyncio.gather(*self._repairs, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in self._workers))
        self._workers.clear()

    async def drain(self) -> None:
        """End every worker as soon as it is free, the last after the deadline of its query."""
        self._closing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.seconds + 1.0):
                while self._workers:
                    worker = await self._free.get()
                    self._workers.discard(worker)
                    await worker.kill()
        await self.close()

    async def answer(self, job: Job) -> Answer:
        """Return the answer to a job.

        Raises:
            Busy: no worker is free and enough queries wait already.
            DeadlinePassed: the query was stopped; its worker is killed and replaced.
            WorkerLost: the query ended its worker, which is replaced.
        """
        worker = await self._take()
        sound = False
        try:
            async with asyncio.timeout(self._limits.seconds):
                found = await worker.ask(job)
            sound = True
        except TimeoutError as error:
            raise DeadlinePassed from error
        finally:
            if sound:
                self._free.put_nowait(worker)
            else:
                self._later(self._replace(worker))
        return found

    async def _take(self) -> Worker:
        if self._free.empty() and self._waiting >= self._limits.waiting:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._free.get()
        except TimeoutError as error:
            raise Busy from error
        finally:
            self._waiting -= 1

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._repairs.add(task)
        task.add_done_callback(self._repairs.discard)

    async def _replace(self, worker: Worker) -> None:
        self._workers.discard(worker)
        self._replaced += 1
        await worker.kill()
        while not self._closing:
            try:
                await self._add()
            except (WorkerLost, OSError):
                _LOG.exception("no new worker could start; trying again")
                await asyncio.sleep(1.0)
            else:
                return

    async def _add(self) -> None:
        worker = await start_worker(self._dataset, self._limits)
        self._workers.add(worker)
        self._free.put_nowait(worker)
