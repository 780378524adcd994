"""The W3C protocol, graph store and service description tests pass against a running workbench."""

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
import w3c
from client import free_port, wait_for

pytestmark = pytest.mark.skipif(not w3c.FOLDER.is_dir(), reason=f"the W3C test sets are not at {w3c.FOLDER}")


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    port = free_port()
    command = [sys.executable, "-m", "gongfu.cli", "serve", "--workbench", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        token = process.stdout.readline().rpartition(" ")[2].strip()
        address = f"http://127.0.0.1:{port}"
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=address, headers=headers, timeout=60.0) as client:
            wait_for(lambda: client.get("/health").status_code == 200)
            yield client
    finally:
        process.terminate()
        process.communicate(timeout=120)


@pytest.mark.parametrize("test", w3c.all_tests(), ids=lambda test: test.iri.rpartition("#")[2])
def test_protocol_and_graph_store(test: w3c.Test, client: httpx.Client) -> None:
    assert w3c.run(test, client) == ""


@pytest.mark.parametrize("name", w3c.DESCRIPTION_TESTS)
def test_service_description(name: str, client: httpx.Client) -> None:
    assert w3c.described(name, client) == ""


def test_a_workbench_needs_its_token(client: httpx.Client) -> None:
    with httpx.Client(base_url=client.base_url) as stranger:
        assert stranger.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 401
        sent = stranger.put("/graph/x", content=b"<a> <b> <c> .", headers={"content-type": "text/turtle"})
        assert sent.status_code == 401


def test_a_workbench_reaches_no_host(client: httpx.Client) -> None:
    update = f"LOAD <http://127.0.0.1:{client.base_url.port}/sparql>"
    assert client.post("/sparql", data={"update": update}).status_code == 400
