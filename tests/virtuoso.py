"""A Virtuoso 7 of one's own: a real second SPARQL server by others, started in an empty folder, gone after the test.

Debian's package is ``virtuoso-opensource-7-bin``, which starts nothing by itself; tests that need it skip where it is
not installed.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from client import free_port, wait_for

SERVER, CLIENT = shutil.which("virtuoso-t"), shutil.which("isql-vt")
INSTALLED = bool(SERVER and CLIENT)
MISSING = "no virtuoso-t and isql-vt: apt-get install virtuoso-opensource-7-bin"
PASSWORD = "dba"  # that of every new database; it listens on the loopback only
_SETTINGS = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
DisableUnixSocket = 1
DirsAllowed = {folder}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 6
[SPARQL]
ResultSetMaxRows = {rows}
"""


@dataclass(frozen=True)
class Virtuoso:
    """A running server: the address of its HTTP side, the port of its SQL side."""

    address: str
    port: int

    @property
    def endpoint(self) -> str:
        """The SPARQL endpoint."""
        return f"{self.address}/sparql"

    def put(self, graph: str, turtle: bytes) -> None:
        """Replace a graph, by the graph store protocol."""
        store = f"{self.address}/sparql-graph-crud-auth"
        headers = {"content-type": "text/turtle"}
        sent = httpx.put(
            store, params={"graph": graph}, content=turtle, headers=headers, auth=httpx.DigestAuth("dba", PASSWORD),
            timeout=60.0,
        )  # fmt: skip
        sent.raise_for_status()

    def sql(self, statements: Sequence[str]) -> str:
        """Run statements of its SQL, such as grants; return what it prints."""
        assert CLIENT
        command = [CLIENT, str(self.port), "dba", PASSWORD, "ERRORS=STDOUT", "PROMPT=OFF", "VERBOSE=OFF"]
        text = "".join(f"{one};\n" for one in statements)
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

    def let_it_federate(self) -> None:
        """Let queries of the public use SERVICE, which Virtuoso forbids at first."""
        said = self.sql([
            'GRANT SELECT ON "DB.DBA.SPARQL_SINV_2" TO "SPARQL"',
            'GRANT EXECUTE ON "DB.DBA.SPARQL_SINV_IMP" TO "SPARQL"',
        ])  # fmt: skip
        assert "Error" not in said, said


@contextmanager
def virtuoso(folder: Path, rows: int = 100_000) -> Iterator[Virtuoso]:
    """Start a server with an empty database in a folder, and stop it afterwards; it cuts results after some rows."""
    assert SERVER
    port, http = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(_SETTINGS.format(folder=folder, port=port, http=http, rows=rows), "utf-8")
    command = [SERVER, "-f", "-c", str(settings)]
    log = (folder / "out").open("wb")
    with log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            address = f"http://127.0.0.1:{http}"
            wait_for(lambda: httpx.get(f"{address}/sparql", params={"query": "ASK {}"}).status_code == 200)
            yield Virtuoso(address, port)
        finally:
            process.kill()
