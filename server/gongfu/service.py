"""Service: what the routes work with: the data that are served now, the workers that query them, limits, problems.

Place in the flow: HTTP, left of every module with routes. A module with routes offers ``add_…(app, service)``, and
``serving.application`` composes them. New data replace the old in one step, so a route asks ``service.dataset`` at each
request; what it makes of the data once and for all, it keeps by ``service.derived``.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from gongfu.problems import Problem, Problems
from gongfu.sparql.answering import Answer, Job
from gongfu.sparql.dataset import CHANGING, Dataset, describe
from gongfu.sparql.federation import Federation
from gongfu.sparql.lookups import Lookups
from gongfu.sparql.pool import Busy, DeadlinePassed, Limits, Load, Pool
from gongfu.sparql.rows import more_rows
from gongfu.sparql.services import Services
from gongfu.sparql.workers import WorkerLost

_LOG = logging.getLogger(__name__)
_Made = TypeVar("_Made")
_LOOK_SECONDS = 1.0
_NO_SERVICES = Services()


Prepare = Callable[[Dataset], Dataset]
"""Makes new data ready to be served: where a server holds them, it gets them; raises Problem where it takes none."""


def _as_it_is(dataset: Dataset) -> Dataset:
    return dataset


class Service:
    """The state of a running application; only ``start``, ``replace`` and ``close`` change what is served."""

    def __init__(
        self, dataset: Dataset, limits: Limits, problems: Problems, services: Services = _NO_SERVICES,
        prepare: Prepare = _as_it_is,
    ) -> None:  # fmt: skip
        self.limits, self.problems, self._prepare = limits, problems, prepare
        self._dataset, self._pool, self._lookups = dataset, Pool(dataset, limits), Lookups(dataset)
        self.federation = Federation(services, limits)
        self._derived: dict[Any, Any] = {}
        self.remembered = 0  # queries that were answered without the engine
        self.whole = True  # false when a part could not be loaded
        self._replacing = asyncio.Lock()
        self._draining: set[asyncio.Task[None]] = set()

    @property
    def dataset(self) -> Dataset:
        """The data that are served now."""
        return self._dataset

    @property
    def workers(self) -> list[int]:
        """The process numbers of the workers."""
        return self._pool.pids

    @property
    def sound(self) -> bool:
        """Whether all parts are loaded and queries are answered: not while no worker can be started."""
        return self.whole and self._pool.sound

    @property
    def load(self) -> Load:
        """How busy the workers are."""
        return self._pool.load

    def derived(self, make: Callable[[Dataset], _Made]) -> _Made:
        """Return what a function makes of the data, made once for each version of them; ``make`` is a module's own."""
        while True:
            known, dataset = self._derived, self._dataset  # in this order: what is old is never kept with what is new
            try:
                if make not in known:
                    known[make] = make(dataset)
                made: _Made = known[make]
                return made
            except Exception:
                if dataset is self._dataset:
                    raise
                # Other data came while the old ones were read, which may be gone: it is made of the new ones.

    async def start(self) -> None:
        """Start the workers; raises WorkerLost when one cannot start."""
        await self._pool.start()

    async def close(self) -> None:
        """End the workers."""
        await asyncio.gather(*self._draining, self._pool.close(), return_exceptions=True)

    async def replace(self, dataset: Dataset) -> None:
        """Serve other data from now on; queries that run are finished on the old ones."""
        async with self._replacing:
            if dataset.path == self._dataset.path:
                return
            dataset = await asyncio.to_thread(self._prepare, dataset)
            pool, lookups = Pool(dataset, self.limits), await asyncio.to_thread(Lookups, dataset)
            try:
                await pool.start()
            except BaseException:
                await pool.close()
                raise
            old = self._pool
            self._dataset, self._pool, self._lookups, self._derived = dataset, pool, lookups, {}
            task = asyncio.create_task(old.drain())
            self._draining.add(task)
            task.add_done_callback(self._draining.discard)

    async def follow(self, link: Path) -> None:
        """Serve whatever store a link points at, for ever: another process may have built or published.

        Whatever is wrong with what stands there, such as a build that is copied only in part, may be right later; it
        is told when it is something else than the second before.
        """
        told = ""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                if link.resolve() != self._dataset.path and link.exists():
                    await self.replace(await asyncio.to_thread(describe, link))
                told = ""
            except Exception as error:
                if repr(error) != told:
                    _LOG.exception("the new data cannot be served yet; trying again each second")
                told = repr(error)

    async def _answered(self, job: Job, client: str) -> Answer:
        """Ask the workers, and those of the next data where the data were replaced on the way."""
        pool = self._pool
        found = await pool.answer(job, client)
        if found.problem == CHANGING:
            async with self._replacing:
                pass  # whoever replaces them is done
        replaced = found.problem == CHANGING and self._pool is not pool
        return await self._pool.answer(job, client) if replaced else found

    def looked_up(self, job: Job) -> Answer | None:
        """Return the answer to a query that asks for very little, None for every other."""
        found = self._lookups.answer(job)
        return None if found and more_rows(found.body, found.media_type, self.limits.rows) else found

    async def answer(self, job: Job, client: str = "") -> Answer:
        """Return the answer to a job; raises Problem for a query that fails, is too slow or comes when all are busy.

        ``client`` tells those apart that take turns.
        """
        return self.looked_up(job) or await self.worked_out(job, client)

    async def worked_out(self, job: Job, client: str = "") -> Answer:
        """Return the answer to a job that is no lookup, as ``answer`` does."""
        seconds = round(self.limits.seconds, 1)
        try:
            if self.federation.takes(job):
                found = await self.federation.answer(self._dataset, job)
            else:
                found = await self._answered(job, client)
        except Busy as error:
            wait = max(1, round(seconds))
            raise Problem("busy", {"seconds": wait}, {"retry-after": str(wait)}) from error
        except DeadlinePassed as error:
            raise Problem("deadline-passed", {"seconds": f"{seconds:g}"}) from error
        except WorkerLost as error:
            raise Problem("query-too-heavy") from error
        found = self.federation.told(found)
        if found.problem:
            raise Problem(found.problem, found.facts)
        return found
