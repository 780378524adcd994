"""Workers: processes that do tasks, forked where that is safe from one that has read everything already.

Place in the flow: below many. A worker that dies costs its task a second try in a new one, and no other task anything.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Generic, TypeVar

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")
_TRIES = 2


@dataclass(frozen=True)
class _Try(Generic[Task]):
    """A task that is tried for the ``number``-th time."""

    task: Task
    number: int = 1


@dataclass(frozen=True)
class _Worker:
    """A process and the line to it."""

    process: BaseProcess
    line: Connection

    def end(self) -> None:
        """End it, whatever it does."""
        self.line.close()
        self.process.kill()
        self.process.join()


def done_by_workers(
    tasks: Iterable[Task], do: Callable[[Task], Outcome], lost: Callable[[Task], Outcome], count: int
) -> Iterator[tuple[Task, Outcome]]:
    """Yield every task with its outcome as they come, from ``count`` processes; ``lost`` tells of one that kills them.

    An exception in a worker is raised here: it is a bug. Ending the iteration early ends the workers.
    """
    again: deque[_Try[Task]] = deque()
    waiting = (_Try(task) for task in tasks)
    busy: dict[Connection, tuple[_Worker, _Try[Task]]] = {}
    idle: list[_Worker] = []
    try:
        while True:
            while len(busy) < count and (one := again.popleft() if again else next(waiting, None)):
                worker = idle.pop() if idle else _started(do)
                with suppress(OSError):  # it is dead already: no answer will say so
                    worker.line.send(one.task)
                busy[worker.line] = worker, one
            if not busy:
                return
            ready = wait(list(busy))
            for line in [one for one in busy if one in ready]:
                worker, one = busy.pop(line)
                answer = _answer(worker)
                if answer:
                    idle.append(worker)
                    yield one.task, _unwrapped(answer)
                    continue
                worker.end()
                if one.number < _TRIES:
                    again.append(_Try(one.task, one.number + 1))
                else:
                    yield one.task, lost(one.task)
    finally:
        for worker in chain(idle, (worker for worker, _ in busy.values())):
            worker.end()


def _answer(worker: _Worker) -> tuple[Outcome | None, Exception | None] | None:
    """Return the outcome, or the exception, that a worker sends; None for one that has died."""
    try:
        answer: tuple[Outcome | None, Exception | None] = worker.line.recv()
    except (EOFError, OSError):
        return None
    return answer


def _unwrapped(answer: tuple[Outcome | None, Exception | None]) -> Outcome:
    outcome, fault = answer
    if fault is not None:
        raise fault
    return outcome  # type: ignore[return-value]  # without a fault there is one


def _started(do: Callable[[Task], Outcome]) -> _Worker:
    """Start a worker: a fork knows all that this process has read, but takes along no thread, nor what it locked."""
    context = get_context("fork") if alone() else get_context("spawn")
    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=_work, args=(theirs, do), daemon=True)
    process.start()
    theirs.close()  # the line ends with the worker
    return _Worker(process, ours)


def alone() -> bool:
    """Say whether this process has a single thread, those of its libraries counted too; no where that is not known."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _work(line: Connection, do: Callable[[Task], Outcome]) -> None:
    """Do tasks until nobody asks for more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks, which then ends this one
    while True:
        try:
            task = line.recv()
        except (EOFError, OSError):
            return
        try:
            line.send((do(task), None))
        except Exception as fault:
            line.send((None, fault))
