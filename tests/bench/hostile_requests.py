"""Hostile requests, ten thousand of them, to a real server: no 5xx but an honest 503, no traceback, no hang, no leak.

    PYTHONPATH=server:tests python tests/bench/hostile_requests.py 10000 --seed 1 --out OUT [--from N] [--seconds S]

``OUT`` is a folder of builds (gongfu build --out OUT); without one, a store with next to nothing in it is served. The
requests are those of hostile.py, the same for the same seed; a run that stops after S seconds says with which
number to go on. After every 250 requests the memory, the open files and the children of the server are written down. It
prints faults with the number of their case, and ends with 1 if there were any.

Beside it schemathesis sends what the service's own OpenAPI document allows and forbids. It is no dependency: it brings
twelve packages that nothing else here needs (a second HTTP client, GraphQL, a compiled schema engine). Run it from an
environment of its own against `gongfu serve`, with a token of `gongfu token add fuzz --graph '330000-*'`:

    python -m venv st && st/bin/pip install schemathesis
    st/bin/st run http://127.0.0.1:8000/openapi.json --seed 1 --max-examples 60 --request-timeout 60 \\
        -H "Authorization: Bearer TOKEN" -c not_a_server_error,status_code_conformance,content_type_conformance,\\
        response_headers_conformance,response_schema_conformance,use_after_free,allow_header_conformance

Left out are positive_data_acceptance (a text that the schema allows need not be a query or name a graph) and
unsupported_method (OpenAPI has no word for QUERY, which the endpoint takes).
"""

import argparse
import contextlib
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import pyoxigraph as ox
from bench import broken_files
from bench.hostile import MARK, Hostile, World, case
from client import descendants, free_port, wait_for

from gongfu.build import building, fill, finish
from gongfu.builds import CURRENT
from gongfu.publishing.keys import UnknownName, add_key, revoke_key
from gongfu.settings import base_iri, house

HANG_SECONDS, GONE_SECONDS = 60.0, 3.0
"""After how long an answer counts as hanging; after how long a client leaves that sent no whole request."""
LIMITS = "Limits(workers=2, waiting=8, seconds=2.0, result_bytes=4 * 1024**2, memory_bytes=1024**3)"
SERVER = (
    "from pathlib import Path; from gongfu.serving import application, listen; from gongfu.sparql.pool import Limits; "
    "from gongfu.bounded import BoundedProtocol as Line; Line.head_seconds, Line.body_seconds = 1.0, 3.0; "
    f"out = Path({{out!r}}); listen(application(out / 'current' / 'store', {LIMITS}, out), '127.0.0.1', {{port}})"
)
HONEST = {503, 504}
DRAINED, KEPT_OPEN = (
    900_000,
    {"catalogue", "publication"},
)  # what is far past the limit of a query is cut off unanswered
MOST_FILES, MOST_GROWTH = 40, 1.6
"""How many more files may be open, and how many times its memory after 500 requests the server may have at the end."""


@dataclass(frozen=True)
class Verdict:
    """What came of a request: its status (0: the connection was closed), the seconds, the fault, empty where none."""

    status: int
    seconds: float
    fault: str


def judged(one: Hostile, port: int) -> Verdict:
    """Send a request and judge the answer."""
    begun = time.perf_counter()
    try:
        raw = answer(one.sent, port, HANG_SECONDS if one.sound else GONE_SECONDS)
    except TimeoutError:
        return Verdict(0, time.perf_counter() - begun, "hang" if one.sound else "")
    except OSError:
        raw = b""
    head, _, body = raw.partition(b"\r\n\r\n")
    line = re.match(rb"HTTP/1\.[01] ([0-9]{3})", head)
    status = int(line[1]) if line else 0
    return Verdict(status, time.perf_counter() - begun, fault(one, status, head.lower(), body))


def answer(sent: bytes, port: int, seconds: float) -> bytes:
    """Return all that the server says until it closes the connection; raises TimeoutError where it does neither."""
    taken = bytearray()
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        with contextlib.suppress(ConnectionError):  # it may answer, and close, before it has read everything
            connection.sendall(sent)
        while part := connection.recv(2**18):
            taken += part
    return bytes(taken)


def fault(one: Hostile, status: int, head: bytes, body: bytes) -> str:
    """Return what is wrong with an answer."""
    if one.kind == "slow":  # it is told so where it had begun, and its connection is closed in any case
        return "" if status in {0, 400, 401, 403, 404, 405, 408, 413, 415} or status < 300 else str(status)
    if status == 0:
        return "no answer" if one.sound and (one.kind in KEPT_OPEN or len(one.sent) < DRAINED) else ""
    honest = b"application/problem+json" in head or b"\nretry-after:" in head  # a page that is busy says so in words
    if status >= 500 and not (status in HONEST and honest):
        return f"{status}"
    if status == 503 and b"publishing-failed" in body:
        return "publishing failed"
    if b"traceback (most recent" in body.lower():
        return "traceback"
    if b"\nx-evil" in head:
        return "header"
    if MARK.encode() in body and b"content-type: text/html" in head:
        return "markup"
    return ""


@contextlib.contextmanager
def serving(out: Path, port: int, log: Path) -> Iterator[int]:
    """Run the server with tight limits and give its process's number."""
    with log.open("ab") as said:
        process = subprocess.Popen([sys.executable, "-c", SERVER.format(out=str(out), port=port)], stderr=said)
        try:
            wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200, 60)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def sample(pid: int) -> tuple[float, int, int]:
    """Return the server's memory in MB, its open files and its children."""
    with open(f"/proc/{pid}/statm") as file:
        pages = int(file.read().split()[1])
    return pages * 4096 / 2**20, len(list(Path(f"/proc/{pid}/fd").iterdir())), len(descendants(pid))


def world(out: Path, seed: str, rows: int) -> World:
    """Return what a stranger knows; makes a token that may publish."""
    with contextlib.suppress(UnknownName):
        revoke_key(out, f"fuzz {seed}")
    token = add_key(out, f"fuzz {seed} {time.time()}", ["330000-fuzz*"])
    questions = [file.read_text("utf-8") for file in sorted((house().ontology / "questions").glob("*.rq"))]
    graphs = [base_iri() + f"graph/{name}" for name in ("codes", "cn-13fyp", "history/330000-fuzz/1", "dataset", "no")]

    def broken(number: int, chance: Random) -> tuple[str, bytes]:
        kinds = broken_files.KINDS if number % 1_000 else (broken_files.many_rows,)
        return kinds[number // 20 % len(kinds)](chance, rows)

    return World(questions, graphs, token, broken)


def small(out: Path) -> Path:
    """Write a build with next to nothing in it."""
    with building(out) as beside:
        node = ox.NamedNode("http://example.org/x")
        fill(beside / "store", {base_iri() + "graph/x": [ox.Triple(node, node, node)]})
        finish(out, beside, base_iri())
    return out


def main() -> int:
    """Send the requests, print the samples and the faults."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("requests", type=int, nargs="?", default=10_000)
    options.add_argument("--seed", default="1")
    options.add_argument("--from", type=int, default=0, dest="first")
    options.add_argument("--seconds", type=float, default=float("inf"))
    options.add_argument("--rows", type=int, default=8, help="rows of the catalogues that are broken")
    options.add_argument("--out", type=Path)
    options.add_argument("--log", type=Path, help="where the server's words go; else they are looked at and removed")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = given.out or small(Path(folder) / "out")
        log = given.log or Path(folder) / "server.log"
        assert (out / CURRENT).exists(), f"no build in {out}"
        return run(given, out, log)


def run(given: argparse.Namespace, out: Path, log: Path) -> int:
    """Send the requests four at a time."""
    known, port, faults, statuses = world(out, given.seed, given.rows), free_port(), 0, Counter[str]()
    until, samples = time.monotonic() + given.seconds, list[tuple[float, int, int]]()
    slowest = (0.0, 0)
    number = given.first
    with serving(out, port, log) as pid, ThreadPoolExecutor(4) as threads:
        while number < given.requests and time.monotonic() < until:
            numbers = range(number, min(number + 50, given.requests))
            cases = [case(given.seed, one, known) for one in numbers]
            for one, made, verdict in zip(
                numbers, cases, threads.map(lambda one: judged(one, port), cases), strict=True
            ):
                statuses[f"{made.kind} {verdict.status}"] += 1
                slowest = max(slowest, (verdict.seconds, one))
                if verdict.fault:
                    faults += 1
                    print(
                        f"{one} {made.kind}: {verdict.fault} after {verdict.seconds:.1f} s: {made.sent[:300]!r}",
                        flush=True,
                    )
            number += len(numbers)
            if number % 250 == 0:
                samples.append(sample(pid))
                print(
                    f"{number}: {samples[-1][0]:.0f} MB, {samples[-1][1]} files, {samples[-1][2]} children", flush=True
                )
        health = httpx.get(f"http://127.0.0.1:{port}/health").status_code
    told = sum(b"Traceback (most recent" in line for line in log.read_bytes().splitlines())
    leaks = leaked(samples)
    print("\n".join(f"{name:20} {count}" for name, count in sorted(statuses.items())))
    print(f"requests {given.first} to {number}, seed {given.seed}: {faults} faults, {told} tracebacks of the server, health {health}, "
          f"slowest {slowest[0]:.1f} s (case {slowest[1]}){leaks}")  # fmt: skip
    if number < given.requests:
        print(f"go on with --from {number}")
    return int(bool(faults or told or leaks or health != 200))


def leaked(samples: list[tuple[float, int, int]]) -> str:
    """Say what grew from the second sample to the last; at first everything is filled for the first time."""
    if len(samples) < 4:
        return ""
    (memory, files, kids), (late, more, now) = samples[1], samples[-1]
    grown = [f", memory {memory:.0f} to {late:.0f} MB" * (late > MOST_GROWTH * memory), f", files {files} to {more}" * (more > files + MOST_FILES),
             f", children {kids} to {now}" * (now > kids + 6)]  # fmt: skip
    return "".join(grown)


if __name__ == "__main__":
    sys.exit(main())
