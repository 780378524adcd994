"""Other SPARQL servers that can hold the data, on empty stores: Oxigraph's own, and Virtuoso 7."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from client import free_port, wait_for
from virtuoso import virtuoso

from gongfu.sparql.loading import Server, server_at

ROWS = 3_000  # where Virtuoso cuts a result
_PATHS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
OXIGRAPH = shutil.which("oxigraph", path=_PATHS)


@contextmanager
def oxigraph_server(folder: Path) -> Iterator[Server]:
    """Run the native server of Oxigraph."""
    assert OXIGRAPH
    address = f"127.0.0.1:{free_port()}"
    command = [OXIGRAPH, "serve", "--location", str(folder / "oxigraph"), "--bind", address]
    with (folder / "said.log").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            wait_for(lambda: httpx.get(f"http://{address}/query", params={"query": "ASK {}"}).status_code == 200)
            yield server_at(f"http://{address}/query")
        finally:
            process.kill()


@contextmanager
def virtuoso_server(folder: Path) -> Iterator[Server]:
    """Run Virtuoso."""
    with virtuoso(folder, rows=ROWS) as found:
        yield server_at(found.endpoint)
