"""Federation: queries that call other endpoints, each in a process of its own and a few at once.

Place in the flow: in the serving process, beside the pool, which such queries never hold up.
"""

import asyncio
import json
import logging
import socket
import sys
from contextlib import suppress

from gongfu.sparql.answering import Answer, Job
from gongfu.sparql.dataset import Dataset
from gongfu.sparql.federated_worker import SHARED, FederatedOrder, arguments
from gongfu.sparql.pool import Busy, DeadlinePassed, Limits
from gongfu.sparql.relay import Failure, Outlet, Relay
from gongfu.sparql.services import Services, calls_others
from gongfu.sparql.worker import LENGTHS, Order, job_frame
from gongfu.sparql.workers import WorkerLost, environment

_LOG = logging.getLogger(__name__)
_AT_ONCE = 2
_START_SECONDS = 20.0
_OF_THE_TIME = 0.8  # of a query's time may one call take, so that its failure can still be told


class Federation:
    """Runs federated queries; with an empty list of endpoints it takes none."""

    def __init__(self, services: Services, limits: Limits) -> None:
        self.services, self._limits = services, limits
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._outlet = Outlet(services, limits.seconds * _OF_THE_TIME, limits.result_bytes)

    def takes(self, job: Job) -> bool:
        """Say whether a job is for it: there are endpoints to call, and the query may call one."""
        return bool(self.services.endpoints) and not job.about and calls_others(job.query)

    def told(self, found: Answer) -> Answer:
        """Return an answer in the words of a service that has endpoints to call: which they are, where it refuses one.

        The pool too refuses calls then, those in a form that can't be let through.
        """
        if found.problem != "query-service" or not self.services.endpoints:
            return found
        facts = {**found.facts, "listed": ", ".join(self.services.endpoints)}
        return Answer(problem="service-not-listed", facts=facts)

    async def answer(self, dataset: Dataset, job: Job) -> Answer:
        """Return the answer to a query.

        Raises Busy, DeadlinePassed and WorkerLost, as a pool does.
        """
        if self._waiting >= self._limits.waiting:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise Busy from error
        finally:
            self._waiting -= 1
        try:
            return await self._run(dataset, job)
        finally:
            self._places.release()

    async def _run(self, dataset: Dataset, job: Job) -> Answer:
        near, far = socket.socketpair()
        with near:
            with far:
                process = await self._started(dataset, far)
            relay: Relay | None = None
            try:
                relay = await self._listening(near)
                return _with_failures(await self._asked(process, job), relay.failures)
            finally:
                await _ended(process)
                if relay:
                    await asyncio.to_thread(relay.stop)

    async def _started(self, dataset: Dataset, control: socket.socket) -> asyncio.subprocess.Process:
        limits, pipe = self._limits, asyncio.subprocess.PIPE
        order = Order(
            store=str(dataset.path), base=dataset.base, merged=dataset.merged, seconds=limits.seconds,
            most_bytes=limits.result_bytes, most_rows=limits.rows, memory_bytes=limits.memory_bytes,
            any_graph=dataset.open,
        )  # fmt: skip
        told = arguments(FederatedOrder(order, self.services.endpoints), control.fileno())
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gongfu.sparql.federated_worker", *told,
            stdin=pipe, stdout=pipe, pass_fds=(control.fileno(),), env=environment(),
        )  # fmt: skip

    async def _listening(self, control: socket.socket) -> Relay:
        control.settimeout(_START_SECONDS)
        try:
            network, sockets, _, _ = await asyncio.to_thread(socket.recv_fds, control, 1, 1)
        except TimeoutError as error:
            raise WorkerLost from error
        if not sockets:
            raise WorkerLost
        if network == SHARED:
            _LOG.warning("a federated query shares the network: this kernel lets its process make no empty one")
        relay = Relay(socket.socket(fileno=sockets[0]), self._outlet)
        relay.start()
        return relay

    async def _asked(self, process: asyncio.subprocess.Process, job: Job) -> Answer:
        assert process.stdin
        assert process.stdout
        try:
            async with asyncio.timeout(self._limits.seconds):
                process.stdin.write(job_frame(job))
                head_length, body_length = LENGTHS.unpack(await process.stdout.readexactly(LENGTHS.size))
                head = json.loads(await process.stdout.readexactly(head_length))
                return Answer(body=await process.stdout.readexactly(body_length), **head)
        except TimeoutError as error:
            raise DeadlinePassed from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerLost from error


async def _ended(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


def _with_failures(found: Answer, failures: list[Failure]) -> Answer:
    """Return the answer; where the query failed for a call that failed, say so: who, from where, what and why.

    Calls that failed without failing the query are those with SILENT, which asks for just that.
    """
    if found.problem != "query-evaluation" or not failures:
        return found
    last = failures[-1]
    facts: dict[str, str | int] = {
        "endpoint": last.endpoint, "line": last.line, "column": last.column, "part": last.sent,
        "status_of_endpoint": last.status, "zhSaid": last.zh, "enSaid": last.en,
    }  # fmt: skip
    return Answer(problem="service-timeout" if last.late else "service-failed", facts=facts)
