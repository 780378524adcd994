"""Several serving processes behind one port answer alike, and all follow the data that are switched to."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pyoxigraph as ox
from client import alive, descendants, free_port, wait_for

from gongfu.sparql.dataset import write_facts

CODE = "from gongfu.serving import listen; listen('gongfu.serving:of_environment', '127.0.0.1', {port}, 2)"


def build(out: Path, name: str, triples: int) -> None:
    """Make a build of so many triples and switch to it."""
    path = out / name / "store"
    path.parent.mkdir()
    store = ox.Store(str(path))
    node = ox.NamedNode("http://example.org/x")
    store.extend(ox.Quad(node, node, ox.Literal(number)) for number in range(triples))
    store.flush()
    del store
    write_facts(path, name)
    (out / "next").symlink_to(name, target_is_directory=True)
    (out / "next").replace(out / "current")


def counted(address: str) -> int:
    """Ask over a connection of its own, so that any of the processes may answer."""
    query = f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} # {time.monotonic()}"
    found = httpx.get(f"{address}/sparql", params={"query": query}, timeout=60)
    return int(found.json()["results"]["bindings"][0]["n"]["value"])


def test_several_processes_share_a_port(tmp_path: Path) -> None:
    build(tmp_path, "one", 3)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", CODE.format(port=port)], stderr=subprocess.DEVNULL,
        env=os.environ | {"GONGFU_OUT": str(tmp_path)},
    )  # fmt: skip
    address, running = f"http://127.0.0.1:{port}", []
    try:
        wait_for(lambda: httpx.get(f"{address}/health").status_code == 200)
        wait_for(lambda: len(descendants(process.pid)) >= 2 * (1 + 1 + 2))  # each: itself, nursery, workers
        running = descendants(process.pid)
        assert {counted(address) for _ in range(6)} == {3}
        build(tmp_path, "two", 5)
        wait_for(lambda: {counted(address) for _ in range(8)} == {5})
        running = descendants(process.pid)
    finally:
        process.kill()  # which leaves nobody behind on the port
        process.wait(120)
    wait_for(lambda: not any(alive(pid) for pid in running))
