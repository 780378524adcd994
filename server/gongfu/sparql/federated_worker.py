"""Federated worker: a process that answers one query which calls other endpoints, and ends.

Place in the flow: started by federation as ``python -m gongfu.sparql.federated_worker``. Its network is an empty one of
its own wherever the kernel allows; the socket on which the serving process takes its calls is opened inside that
network and handed out. Where a call goes to, the serving process decides.
"""

import fcntl
import json
import os
import signal
import socket
import struct
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gongfu.sparql.answering import Answer, Job, Source, evaluated, refusal
from gongfu.sparql.dataset import known_graphs, open_store
from gongfu.sparql.guard import syntax_fault
from gongfu.sparql.services import Services, led_through, likely_calls, real_calls, without
from gongfu.sparql.worker import Order, answer_frame, isolate, read_job

ALONE, SHARED = b"a", b"s"  # what comes with the socket: whether the kernel allowed an empty network
_GRACE_SECONDS = 2.0
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


@dataclass(frozen=True)
class FederatedOrder:
    """What the worker is told: what any worker is told, and the endpoints that may be called."""

    order: Order
    endpoints: tuple[str, ...]


def answer_federated(source: Source, job: Job, services: Services, relay: str) -> Answer:
    """Return the answer to a query that may call endpoints, each call led through the relay."""
    found = likely_calls(job.query, services)
    harmless = replace(job, query=without(job.query, found))
    refused = refusal(source, harmless)
    if refused:
        return refused
    if syntax_fault(harmless.query, source.base):
        return evaluated(source, harmless)  # which says where
    real = real_calls(harmless.query, source.base, found)
    return evaluated(source, replace(job, query=led_through(job.query, real, relay)))


def work(told: FederatedOrder, control: socket.socket) -> None:
    """Hand out the socket for calls, read the job, write the answer."""
    order = told.order
    isolated = isolate(order.memory_bytes)
    if isolated:
        _raise_loopback()
    listener = socket.create_server(("127.0.0.1", 0))
    relay = f"http://127.0.0.1:{listener.getsockname()[1]}"
    socket.send_fds(control, [ALONE if isolated else SHARED], [listener.fileno()])
    listener.close()
    store = open_store(Path(order.store))
    source = Source(store, order.base, order.merged, None if order.any_graph else known_graphs(store), order.most_bytes,
                    order.most_rows)  # fmt: skip
    job = read_job(sys.stdin.buffer)
    signal.setitimer(signal.ITIMER_REAL, order.seconds + _GRACE_SECONDS)
    if job:
        sys.stdout.buffer.write(answer_frame(answer_federated(source, job, Services(told.endpoints), relay)))
        sys.stdout.buffer.flush()


def _raise_loopback() -> None:
    """Switch on the loopback of the process's own network; its sockets reach nothing but each other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def arguments(told: FederatedOrder, control: int) -> list[str]:
    """Return the arguments of the command that starts the worker."""
    return [json.dumps(asdict(told)), str(control)]


def main() -> None:
    """Take the order and the number of the control socket from the command line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given = json.loads(sys.argv[1])
    told = FederatedOrder(Order(**given["order"]), tuple(given["endpoints"]))
    with socket.socket(fileno=int(sys.argv[2])) as control:
        work(told, control)
    os._exit(os.EX_OK)  # the store is read-only: nothing is to be closed


if __name__ == "__main__":
    main()
