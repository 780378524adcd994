"""Requests per second of the endpoint beside the native server and rdflib-endpoint, on the same quads and machine.

    PYTHONPATH=server:tests python tests/bench/serve.py --items 20000 --seconds 5 --flood

``--items`` services of 50 quads each: 20,000 are a million quads; ``--keep`` names a folder whose store is used again.
Needs the PyPI packages oxigraph (the native server) and, for the third row, rdflib-endpoint (only up to 20,000 items: it
holds the graph in memory). All limits are switched on. All servers run at once and take turns, round by round, so that
what else the machine does meets them alike: the ratios count, and the processor time of a request, not the absolute
figures. 8 connections from one load generator. Cold: every query differs. Repeated: the same few. ``--flood``: the p99
of good queries alone, and beside 8, 24 and 80 connections that send queries without end; 80 are more than may wait.
"""

import argparse
import asyncio
import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import httpx
import pyoxigraph as ox
from client import descendants, free_port, wait_for

from gongfu.sparql.dataset import merge_graphs, write_facts

NATIVE, RDFLIB = "oxigraph serve-read-only", "rdflib-endpoint"
MOST_FOR_RDFLIB = 20_000
P = "http://example.org/p"
QUERIES = {
    "point": "SELECT ?p ?o {{ <http://example.org/item/{n}> ?p ?o }} #{salt}",
    "join": f"SELECT ?a ?b {{{{ <http://example.org/item/{{n}}> <{P}/1> ?v . ?a <{P}/1> ?v ; <{P}/2> ?b }}}} LIMIT 50 #{{salt}}",
    "aggregation": f"SELECT ?v (COUNT(*) AS ?c) {{{{ ?s <{P}/1> ?v }}}} GROUP BY ?v #{{salt}}",
    "export": f"SELECT ?s ?o {{{{ ?s <{P}/3> ?o }}}} LIMIT 20000 #{{salt}}",
}


def make(folder: Path, items: int) -> None:
    """Write a store of services, 25 triples each and all of them in the default graph too, and the same as a file."""
    graph = ox.NamedNode("http://example.org/graph")
    store = ox.Store(str(folder / "store"))
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"http://example.org/item/{item}"), ox.NamedNode(f"{P}/{number}"),
                ox.Literal(f"{item * number % 997} 儿童健康管理率"), graph)
        for item in range(items) for number in range(1, 26)
    )  # fmt: skip
    merge_graphs(store)
    store.optimize()
    store.flush()
    del store
    write_facts(folder / "store", "bench")


def request(kind: str, items: int, repeated: bool) -> bytes:
    number, salt = (random.randrange(20), 0) if repeated else (random.randrange(items), random.getrandbits(48))
    query = quote(QUERIES[kind].format(n=number, salt=salt))
    line = f"GET {{path}}?query={query} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/sparql-results+json\r\n\r\n"
    return line.encode()


async def connection(port: int, path: str, ask: Callable[[], bytes], until: float, taken: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(ask().replace(b"{path}", path.encode()))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head[9:12] == b"200", head
        if b"content-length:" in head:
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r", 1)[0]))
        else:
            while size := int((await reader.readline()).strip() or b"0", 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        taken.append(time.perf_counter() - begun)
    writer.close()


Taken = list[float]


def loaded(port: int, path: str, kind: str, items: int, repeated: bool, seconds: float) -> Taken:
    """Return the seconds of every request of 8 connections, in order of length."""

    async def go() -> Taken:
        taken: Taken = []
        until = time.perf_counter() + seconds
        ask = lambda: request(kind, items, repeated)  # noqa: E731
        await asyncio.gather(*(connection(port, path, ask, until, taken) for _ in range(8)))
        return sorted(taken)

    return asyncio.run(go())


def told(taken: Taken, seconds: float) -> str:
    p50, p99 = (taken[int(len(taken) * part)] * 1000 for part in (0.5, 0.99))
    return f"{len(taken) / seconds:8.0f} req/s  p50 {p50:8.2f} ms  p99 {p99:8.2f} ms"


@dataclass
class Server:
    label: str
    process: "subprocess.Popen[bytes]"
    port: int
    path: str

    def pids(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]

    def processor(self) -> dict[int, float]:
        """Seconds of processor that each of its processes of now has used."""
        return {pid: _figures(pid) for pid in self.pids()}

    def megabytes(self) -> float:
        """Memory of its processes, shared pages counted in parts."""
        return sum(_memory(pid) for pid in self.pids())


def _figures(pid: int) -> float:
    try:
        return time.clock_gettime(~pid << 3 | 2)  # Linux: the clock of a process, clock_getcpuclockid(3)
    except OSError:
        return 0.0


@contextmanager
def accounted(one: Server) -> Iterator[dict[int, float]]:
    """Give the seconds of processor of each process of a server; of those that end meanwhile all but the last 20 ms."""
    before, used = one.processor(), dict[int, float]()
    over = Event()

    def look() -> None:
        for pid, seconds in one.processor().items():
            used[pid] = max(used.get(pid, 0.0), seconds - before.get(pid, 0.0))

    def watch() -> None:
        while not over.wait(0.02):
            look()

    watching = Thread(target=watch)
    watching.start()
    try:
        yield used
    finally:
        over.set()
        watching.join()
        look()


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().split("\n")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def running(folder: Path, label: str, command: list[str], port: int, path: str) -> Iterator[Server]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=os.environ | {"GONGFU_OUT": str(folder)})
    begun = time.monotonic()
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: httpx.get(address + path, params={"query": "ASK {}"}).status_code == 200, 300)
        print(f"{label}: first answer after {time.monotonic() - begun:.2f} s", flush=True)
        if label.startswith("gongfu"):
            wait_for(lambda: httpx.get(f"{address}/zh/", timeout=60).status_code == 200, 60)  # all of it is loaded
        yield Server(label, process, port, path)
    finally:
        process.terminate()
        process.wait(20)


def servers(folder: Path, items: int, processes: int) -> Iterator[tuple[str, list[str], int, str]]:
    """Yield label, command, port and path of every server that is installed; the native one comes first."""
    store, port = str(folder / "store"), free_port()
    native = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if native:
        yield NATIVE, [native, "serve-read-only", "-l", store, "-b", f"127.0.0.1:{port}"], port, "/query"
    else:
        print("no native server: pip install oxigraph")
    current = folder / "current"
    if not current.exists():
        current.symlink_to(".")  # a build as the command finds one
    for number in sorted({1, processes}):
        port = free_port()
        code = (
            "from pathlib import Path; from gongfu.serving import application, listen; "
            f"app = application(Path({store!r})) if {number} == 1 else 'gongfu.serving:of_environment'; "
            f"listen(app, '127.0.0.1', {port}, {number})"
        )
        yield f"gongfu --processes {number}", [sys.executable, "-c", code], port, "/sparql"
    if importlib.util.find_spec("rdflib_endpoint") and items <= MOST_FOR_RDFLIB:
        port, triples = free_port(), folder / "all.nt"
        if not triples.exists():
            ox.Store.read_only(store).dump(str(triples), ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        code = (
            "import uvicorn; from rdflib import Graph; from rdflib_endpoint import SparqlEndpoint; g = Graph(); "
            f"g.parse({str(triples)!r}); uvicorn.run(SparqlEndpoint(graph=g), port={port}, log_level='error')"
        )
        yield RDFLIB, [sys.executable, "-c", code], port, "/"
    else:
        print("no rdflib-endpoint: not installed, or more items than it can hold")


def compare(all_: list[Server], items: int, seconds: float, rounds: int, kinds: list[str]) -> None:
    """Print, for every kind of query, the figures of every server and their ratio to the native one."""
    for kind in kinds:
        for repeated in (False, True):
            taken: dict[str, Taken] = {one.label: [] for one in all_}
            used = dict.fromkeys(taken, 0.0)
            for _ in range(rounds):
                for one in all_:
                    with accounted(one) as spent:
                        taken[one.label] += loaded(one.port, one.path, kind, items, repeated, seconds)
                    used[one.label] += sum(spent.values())
            first = len(taken[all_[0].label])
            for label, found in taken.items():
                line = told(sorted(found), seconds * rounds)
                print(f"{kind:12}{'repeated' if repeated else 'cold':9}{label:26}{line}  "
                      f"processor {used[label] / len(found) * 1e6:7.0f} us  ratio {len(found) / first:6.2f}", flush=True)  # fmt: skip


def warm(one: Server, items: int) -> None:
    """Ask until the server has made what it keeps for those who ask often; it is quiet then."""
    loaded(one.port, one.path, "point", items, False, 2.0)
    used = -1.0
    while (now := sum(one.processor().values())) - used > 0.02:
        used = now
        time.sleep(1.0)


def flooded(one: Server, items: int, seconds: float) -> None:
    """Print the p99 of good queries alone and beside connections that send queries without end."""
    slow = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(6)) + " } #"
    for kind in ("point", "join"):
        figures = told(loaded(one.port, one.path, kind, items, False, seconds), seconds)
        print(f"{one.label}: alone  {kind:6}{figures}  {one.megabytes():6.0f} MB", flush=True)
    for many in (8, 24, 80):
        code = f"import sys; from serve import flood; flood({one.port}, {one.path!r}, {many}, {slow!r})"
        paths = os.pathsep.join(os.path.abspath(path) for path in sys.path)  # they may have been given as relative
        environment = os.environ | {"PYTHONPATH": paths}
        flooding = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent, env=environment)
        try:
            time.sleep(3)
            for kind in ("point", "join"):
                figures = told(loaded(one.port, one.path, kind, items, False, seconds), seconds)
                assert flooding.poll() is None, "the flood has ended"
                print(f"{one.label}: {many} slow {kind:6}{figures}  {one.megabytes():6.0f} MB", flush=True)
        finally:
            flooding.kill()
            flooding.wait()


def flood(port: int, path: str, many: int, slow: str) -> None:
    """Send queries that never end from so many connections, each a new one as soon as it is told to come back."""

    async def one() -> None:
        async with httpx.AsyncClient(timeout=120) as client:
            while True:
                found = await client.get(
                    f"http://127.0.0.1:{port}{path}", params={"query": f"{slow}{random.getrandbits(48)}"}
                )
                await asyncio.sleep(float(found.headers.get("retry-after", 0)) / 10)

    async def go() -> None:
        await asyncio.gather(*(one() for _ in range(many)))

    asyncio.run(go())


def soak(one: Server, items: int, minutes: float) -> None:
    """Send mixed load and print, every tenth of the time, how much was answered and the memory; every answer is 200."""
    for part in range(10):
        count = 0
        for kind in QUERIES:
            for repeated in (False, True):
                count += len(loaded(one.port, one.path, kind, items, repeated, minutes * 60 / 80))
        descriptors = len(list(Path(f"/proc/{one.process.pid}/fd").iterdir()))
        print(f"{one.label}: {part + 1}/10 {count:9} answered  {one.megabytes():6.0f} MB  {descriptors} descriptors  "
              f"{len(one.pids())} processes", flush=True)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", default=list(QUERIES))
    parser.add_argument("--only", default="", help="servers whose label holds this")
    parser.add_argument("--keep", type=Path, help="folder of the store, made when it is not there")
    parser.add_argument("--flood", action="store_true")
    parser.add_argument("--soak", type=float, default=0.0, help="minutes of mixed load on gongfu")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = given.keep or Path(name)
        if not (folder / "store").exists():
            folder.mkdir(parents=True, exist_ok=True)
            make(folder, given.items)
        wanted = [one for one in servers(folder, given.items, given.processes) if given.only in one[0]]
        all_ = [stack.enter_context(running(folder, *one)) for one in wanted]
        for one in all_:
            warm(one, given.items)
        if given.kinds:
            compare(all_, given.items, given.seconds, given.rounds, given.kinds)
        for one in all_:
            if given.flood and one.label.startswith("gongfu"):
                flooded(one, given.items, given.seconds)
            if given.soak and one.label.startswith("gongfu"):
                soak(one, given.items, given.soak)
    return 0


if __name__ == "__main__":
    sys.exit(main())
