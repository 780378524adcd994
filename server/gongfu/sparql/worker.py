"""Worker: a process that answers one query after another, without network, and dies of a query that takes too long.

Place in the flow: ``python -m gongfu.sparql.worker`` is the nursery that sparql.workers starts: for every socket it is
sent, it forks a worker, which speaks frames over that socket. A frame is two unsigned 32-bit lengths (big-endian), a
JSON head and a body of bytes.
"""

import ctypes
import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from gongfu.sparql.answering import Answer, Job, Source, answer
from gongfu.sparql.dataset import describe, known_graphs, open_store
from gongfu.sparql.stores import ReadStore, open_data
from gongfu.sparql.tokens import GraphNames

LENGTHS = struct.Struct(">II")
QUICK, LONG = b"q", b"l"  # what the nursery is told with a socket: a worker like others, or one that gives way to them
NICE_OF_LONG = 15  # a tenth of the share of a worker; at 19 other programs could starve it
_GRACE_SECONDS = 2.0
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


@dataclass(frozen=True)
class Order:
    """What a worker is told at its start: the store, and the limits of an answer in seconds, bytes and rows."""

    store: str
    base: str
    merged: bool
    seconds: float
    most_bytes: int
    memory_bytes: int
    most_rows: int
    any_graph: bool = False
    remote: str = ""


def frame(head: object, body: bytes = b"") -> bytes:
    """Return a frame with a JSON head."""
    encoded = json.dumps(head).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded + body


def job_frame(job: Job) -> bytes:
    """Return the frame of a job; its query is the body."""
    names = job.names
    head = (names.default, names.named, job.result_type, job.graph_type, job.about, job.graph)
    return frame(head, job.query.encode())


def read_job(pipe: BinaryIO) -> Job | None:
    """Read the next job, None at the end of the pipe."""
    lengths = pipe.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head_length, body_length = LENGTHS.unpack(lengths)
    default, named, result_type, graph_type, about, graph = json.loads(pipe.read(head_length))
    query = pipe.read(body_length).decode()
    return Job(query, GraphNames(tuple(default), tuple(named)), result_type, graph_type, tuple(about), graph)


def answer_frame(found: Answer) -> bytes:
    """Return the frame of an answer."""
    return frame({"media_type": found.media_type, "problem": found.problem, "facts": dict(found.facts)}, found.body)


def isolate(memory_bytes: int, network: bool = False) -> bool:
    """Limit the process's memory and cut it off from every network; say whether the kernel allowed the second.

    With ``network`` it is left in it: for a store on another server. It also gives way to the serving process, so that
    its own load does not slow the answers to others.
    """
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    if network:
        return False
    unshare = getattr(ctypes.CDLL(None), "unshare", None)  # os.unshare came with Python 3.12
    return unshare is not None and (unshare(_CLONE_NEWNET) == 0 or unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _opened(order: Order) -> ReadStore:
    if not order.remote:
        return open_store(Path(order.store))
    return open_data(replace(describe(Path(order.store)), remote=order.remote), order.seconds, order.most_bytes)


def work(order: Order, isolated: bool, jobs: BinaryIO, answers: BinaryIO) -> None:
    """Answer jobs until the pipe ends. Past the deadline the kernel ends the process, even when its parent is gone."""
    store = _opened(order)
    source = Source(store, order.base, order.merged, None if order.any_graph else known_graphs(store), order.most_bytes,
                    order.most_rows)  # fmt: skip
    answers.write(frame({"isolated": isolated, "pid": os.getpid()}))
    answers.flush()
    while (job := read_job(jobs)) is not None:
        signal.setitimer(signal.ITIMER_REAL, order.seconds + _GRACE_SECONDS)
        found = answer_frame(answer(source, job))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(found)
        answers.flush()


def born(control: socket.socket) -> tuple[socket.socket, bytes] | None:
    """Fork a worker for every socket that comes; return that socket and what came with it in each, None at the end."""
    while True:
        kind, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not kind:
            return None
        with socket.socket(fileno=sockets[0]) as line:
            if os.fork() == 0:
                return line.dup(), kind


def main() -> None:
    """Take the order and the number of the control socket from the command line, and fork workers until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then ends its workers
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers: the kernel takes them away
    order = Order(**json.loads(sys.argv[1]))
    isolated = isolate(order.memory_bytes, network=bool(order.remote))
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[2])) as control:
        found = born(control)
    if found:
        line, kind = found
        if kind == LONG:
            os.setpriority(os.PRIO_PROCESS, 0, NICE_OF_LONG)
        with line, line.makefile("rb") as jobs, line.makefile("wb") as answers:
            work(order, isolated, jobs, answers)


if __name__ == "__main__":
    main()
