"""Requests per second of the endpoint beside the native server and rdflib-endpoint, on the same quads and machine.

    PYTHONPATH=server:tests python tests/bench/serve.py --items 20000 --seconds 5

``--items`` services of some 50 triples each: 20,000 are a million quads. Needs the PyPI packages oxigraph (the native
server) and, for the third row, rdflib-endpoint. All limits are switched on. Each figure is that of 8 connections from one
load generator on the same machine; run it where nothing else runs. Cold: every query differs. Repeated: the same few.
"""

import argparse
import asyncio
import importlib.util
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
from client import free_port, wait_for

from gongfu.sparql.dataset import merge_graphs

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
    store.flush()


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


def measured(port: int, path: str, kind: str, items: int, repeated: bool, seconds: float) -> str:
    async def go() -> list[float]:
        taken: list[float] = []
        until = time.perf_counter() + seconds
        ask = lambda: request(kind, items, repeated)  # noqa: E731
        await asyncio.gather(*(connection(port, path, ask, until, taken) for _ in range(8)))
        return sorted(taken)

    taken = asyncio.run(go())
    p50, p99 = (taken[int(len(taken) * part)] * 1000 for part in (0.5, 0.99))
    return f"{len(taken) / seconds:8.0f} req/s  p50 {p50:8.2f} ms  p99 {p99:8.2f} ms"


@contextmanager
def running(command: list[str], port: int, path: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = time.monotonic()
    try:
        address = f"http://127.0.0.1:{port}{path}"
        wait_for(lambda: httpx.get(address, params={"query": "ASK {}"}).status_code == 200, 60)
        print(f"  first answer after {time.monotonic() - begun:.2f} s")
        yield
    finally:
        process.terminate()
        process.wait(20)


def servers(folder: Path, port: int) -> Iterator[tuple[str, list[str], str]]:
    store = folder / "store"
    ours = f"from pathlib import Path; from gongfu.serving import application, listen; listen(application(Path({str(store)!r})), '127.0.0.1', {port})"
    yield "gongfu", [sys.executable, "-c", ours], "/sparql"
    native = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if native:
        yield (
            "oxigraph serve-read-only",
            [native, "serve-read-only", "-l", str(store), "-b", f"127.0.0.1:{port}"],
            "/query",
        )
    if importlib.util.find_spec("rdflib_endpoint"):
        code = f"import pyoxigraph, uvicorn; from rdflib import Graph; from rdflib_endpoint import SparqlEndpoint; g = Graph(); g.parse({str(folder / 'all.nt')!r}); uvicorn.run(SparqlEndpoint(graph=g), port={port}, log_level='error')"
        yield "rdflib-endpoint", [sys.executable, "-c", code], "/"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, given.items)
        ox.Store.read_only(str(folder / "store")).dump(
            str(folder / "all.nt"), ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()
        )
        port = free_port()
        for label, command, path in servers(folder, port):
            if given.only and given.only not in label:
                continue
            print(label)
            with running(command, port, path):
                for kind in QUERIES:
                    for repeated in (False, True):
                        told = measured(port, path, kind, given.items, repeated, given.seconds)
                        print(f"  {kind:12} {'repeated' if repeated else 'cold':8} {told}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
