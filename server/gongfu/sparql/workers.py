"""Workers: the processes that answer queries, seen from the serving process, and the one they are forked from.

Place in the flow: between the pool and the processes of sparql.worker. Starting Python and loading the engine takes
longer than most queries; so one process, the nursery, does it once, cut off from the network, and every worker is
forked from it in a few milliseconds.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import gongfu
from gongfu.sparql.answering import Answer, Job
from gongfu.sparql.worker import LENGTHS, LONG, NICE_OF_LONG, QUICK, Order, job_frame

_LOG = logging.getLogger(__name__)
_START_SECONDS = 60.0
_USUAL_BYTES = 64 * 1024
_SMALL_BYTES = 128 * 1024**2
# The engine takes and gives back many small pieces of memory: of each size glibc keeps 7 at hand unless told otherwise;
# with some hundred a join takes a tenth less of processor.
_MALLOC, _KEEP_FREED = "GLIBC_TUNABLES", "glibc.malloc.tcache_count=500"


class WorkerLost(Exception):
    """The worker ended by itself: out of memory, or a query too deep for the engine."""


class Worker(asyncio.BufferedProtocol):
    """One process, which has at most one query, and the socket it is asked over.

    What comes is read into a buffer that is kept, and the rest of a frame that is larger into one of its size.
    """

    def __init__(self) -> None:
        self.pid = 0
        self._handle: int | None = None
        self._kept = self._buffer = memoryview(bytearray(_USUAL_BYTES))
        self._filled = 0
        loop = asyncio.get_running_loop()
        self._frame: asyncio.Future[tuple[dict[str, Any], bytes]] = loop.create_future()  # the first says it is ready
        self._gone: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket to write to."""
        self._transport = cast(asyncio.Transport, transport)  # that of uvloop only looks like one

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the room for what comes next; there is some, since a worker sends nothing behind a frame unasked."""
        return self._buffer[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Take in a part of a frame, and hand it over when it is whole."""
        self._filled += nbytes
        if self._filled < LENGTHS.size:
            return
        head, body = LENGTHS.unpack_from(self._buffer)
        start = LENGTHS.size + head
        whole = start + body
        if self._filled >= whole:
            frame = json.loads(str(self._buffer[LENGTHS.size : start], "ascii")), bytes(self._buffer[start:whole])
            self._buffer, self._filled = self._kept, 0
            if not self._frame.done():
                self._frame.set_result(frame)
        elif whole > len(self._buffer):
            larger = memoryview(bytearray(whole))
            larger[: self._filled] = self._buffer[: self._filled]
            self._buffer = larger

    def connection_lost(self, error: Exception | None) -> None:
        """Tell who waits for an answer that there will be none."""
        self.fail(WorkerLost())
        self._gone.set_result(None)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    async def ready(self) -> bool:
        """Wait until the process has opened the store; say whether it has no network. Raises WorkerLost."""
        head, _ = await self._frame
        self.pid = head["pid"]
        if hasattr(os, "pidfd_open"):  # where there is none, a number could by then be another process's
            with suppress(ProcessLookupError):
                self._handle = os.pidfd_open(self.pid)
        isolated: bool = head["isolated"]
        return isolated

    async def ask(self, job: Job) -> Answer:
        """Send a job and return the answer; raises WorkerLost, or what ``fail`` was given."""
        if self._gone.done():
            raise WorkerLost
        self._frame = asyncio.get_running_loop().create_future()
        self._transport.write(job_frame(job))
        head, body = await self._frame
        return Answer(body=body, **head)

    def fail(self, error: Exception) -> None:
        """Have whoever waits for the answer get an error instead; the process must be killed then."""
        if not self._frame.done():
            self._frame.set_exception(error)
            self._frame.exception()  # nobody may be left who waits

    @property
    def small(self) -> bool:
        """Whether the process is there and holds little memory; it is not where that cannot be told."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        except OSError:
            return False
        return not self._gone.done() and pages * os.sysconf("SC_PAGESIZE") <= _SMALL_BYTES

    def processor(self) -> float:
        """Return the seconds of processor that the process has used so far, -1 where that cannot be told."""
        try:
            return time.clock_gettime(~self.pid << 3 | 2)  # Linux: the clock of a process, clock_getcpuclockid(3)
        except (OSError, AttributeError):
            return -1.0

    def give_way(self) -> None:
        """Let the process have only the time that no other needs."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, NICE_OF_LONG)

    async def kill(self) -> None:
        """End the process at once, whatever it does, and wait until it is gone."""
        with suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            elif self.pid and not self._gone.done():
                os.kill(self.pid, signal.SIGKILL)
        if self.pid:
            await asyncio.wait([self._gone], timeout=_START_SECONDS)
        self._transport.abort()


class Nursery:
    """The process that workers are forked from; it is started anew when it is lost."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._starting = asyncio.Lock()

    async def worker(self, long: bool = False) -> Worker:
        """Return a new worker that has opened the store; a ``long`` one gives way to the others.

        Raises:
            WorkerLost: it ended before it was ready.
        """
        control = await self._started()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(control, [LONG if long else QUICK], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise WorkerLost from error
        _, worker = await asyncio.get_running_loop().create_unix_connection(Worker, sock=ours)
        isolated = None
        try:
            async with asyncio.timeout(_START_SECONDS):
                isolated = await worker.ready()
        except TimeoutError as error:
            raise WorkerLost from error
        finally:
            if isolated is None:
                await worker.kill()
        if not isolated and not self._order.remote:
            _LOG.warning("worker %d shares the network: this kernel lets it make no empty one", worker.pid)
        return worker

    async def close(self) -> None:
        """End the process; its workers go on."""
        if self._control:
            self._control.close()
        if self._process:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _started(self) -> socket.socket:
        async with self._starting:
            if self._process is None or self._process.returncode is not None or self._control is None:
                await self.close()
                ours, theirs = socket.socketpair()
                with theirs:
                    self._process = await asyncio.create_subprocess_exec(
                        sys.executable, "-m", "gongfu.sparql.worker", json.dumps(asdict(self._order)),
                        str(theirs.fileno()), stdin=asyncio.subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                        env={_MALLOC: _KEEP_FREED} | environment(),
                    )  # fmt: skip
                self._control = ours
            return self._control


def environment() -> dict[str, str]:
    """Return the environment of a process of ours, which finds this package wherever it runs from."""
    package = str(Path(gongfu.__file__).resolve().parents[1])
    paths = (package, os.environ.get("PYTHONPATH"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
