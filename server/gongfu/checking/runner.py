"""Runner: starts a process for each check, a few at a time, and kills the one that takes too long.

Place in the flow: HTTP. It waits and never works itself, so that no file can hold the service up.
"""

import asyncio
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import gongfu
from gongfu.checking.jobs import Job, Jobs, Order, State
from gongfu.problems import Problem

_LOG = logging.getLogger(__name__)
_SWEEP_SECONDS = 600.0


@dataclass(frozen=True)
class CheckLimits:
    """How much one check may be and take, how many run and wait, come in at a time (uploads), lie in store (kept)."""

    file_bytes: int = 20 * 1024 * 1024
    seconds: float = 120.0
    memory_bytes: int = 2 * 1024**3
    at_once: int = max(1, (os.cpu_count() or 2) // 2)
    waiting: int = 16
    uploads: int = 8
    kept: int = 500
    patience: float = 15.0
    """Seconds after which a request is answered with the address of its job and not with the report."""


class Runner:
    """The checks that run and wait."""

    def __init__(self, jobs: Jobs, limits: CheckLimits) -> None:
        self.jobs, self.limits = jobs, limits
        self._turns = asyncio.Semaphore(limits.at_once)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._swept = 0.0
        self._uploads = Counter[str]()

    @contextmanager
    def upload(self, client: str = "") -> Iterator[None]:
        """Let a file of a client come in; raises Problem when as many as may be come in already.

        Each is held in memory. One client has at most half of the places: files that come slowly would keep out all
        others.
        """
        coming, own = self._uploads.total(), self._uploads[client]
        if coming >= self.limits.uploads or own >= max(1, self.limits.uploads // 2):
            raise self._busy()
        self._uploads[client] += 1
        try:
            yield
        finally:
            self._uploads[client] -= 1
            self._uploads += Counter()  # forgets whoever has none

    def start(self, order: Order, content: bytes) -> Job:
        """Begin a check; raises Problem when as many as may be wait already, or lie in store."""
        self._sweep()
        if len(self._tasks) >= self.limits.at_once + self.limits.waiting or self.jobs.count() >= self.limits.kept:
            raise self._busy()
        job = self.jobs.make(order, content)
        task = asyncio.create_task(self._run(job))
        self._tasks[job.identifier] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.identifier, None))
        return job

    async def wait(self, job: Job, seconds: float) -> bool:
        """Wait until a job has ended, for so many seconds; say whether it has."""
        task = self._tasks.get(job.identifier)
        if task:
            await asyncio.wait({task}, timeout=seconds)
        return job.state.state in {"done", "failed"}

    async def delete(self, job: Job) -> None:
        """Stop a job and delete everything of it."""
        task = self._tasks.get(job.identifier)
        if task:
            task.cancel()
            await asyncio.wait({task})
        self.jobs.delete(job)

    async def close(self) -> None:
        """End every check that runs or waits."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        async with self._turns:
            job.say(State("running", "starting"))
            command = (sys.executable, "-m", "gongfu.checking.worker", str(job.folder))
            process = await asyncio.create_subprocess_exec(*command, env=_environment())
            try:
                async with asyncio.timeout(self.limits.seconds):
                    await process.wait()
            except TimeoutError:
                job.say(State("failed", problem="check-too-long", facts={"seconds": f"{self.limits.seconds:g}"}))
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            if job.state.state == "running":  # it ended by itself: out of memory, or a fault of ours
                _LOG.error("the process of a check ended with %s", process.returncode)
                job.say(State("failed", problem="check-too-heavy"))

    def _busy(self) -> Problem:
        wait = max(1, round(self.limits.seconds / 4))
        return Problem("checks-busy", {"seconds": wait}, {"retry-after": str(wait)})

    def _sweep(self) -> None:
        if time.monotonic() - self._swept > _SWEEP_SECONDS or not self._swept:
            self._swept = time.monotonic()
            self.jobs.sweep()


def _environment() -> dict[str, str]:
    """Return the environment of a process, which finds this package wherever it runs from."""
    package = str(Path(gongfu.__file__).resolve().parents[1])
    paths = (package, os.environ.get("PYTHONPATH"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
