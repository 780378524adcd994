"""Answers that were given before are given again without the engine, and only while the data are the same."""

import socket
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from client import Client, client_of, server

from gongfu.bounded import MOST_OF_HEAD
from gongfu.remembering import Remembered
from gongfu.sparql.dataset import describe

QUERY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def make(path: Path, triples: int) -> Path:
    store = ox.Store(str(path / "store"))
    node = ox.NamedNode("http://example.org/x")
    store.extend(ox.Quad(node, node, ox.Literal(number)) for number in range(triples))
    store.flush()
    return path / "store"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make(tmp_path, 3)


def remembered(client: Client) -> Remembered:
    """Return the middleware of the application that a client has talked to."""
    layer = client.app.layers
    assert isinstance(layer, Remembered)
    return layer


def ask(client: Client, query: str = QUERY, **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers=headers)


def test_the_same_answer_comes_without_the_engine(store: Path) -> None:
    with client_of(store) as client:
        first, second = ask(client), ask(client)
        assert client.app.service.remembered == 1
        assert (second.content, second.headers) == (first.content, first.headers)
        unchanged = ask(client, **{"if-none-match": first.headers["etag"]})
        assert (unchanged.status_code, unchanged.headers["etag"]) == (304, first.headers["etag"])
        assert client.app.service.remembered == 2
        assert ask(client, accept="text/csv").headers["content-type"].startswith("text/csv")
        assert client.app.service.remembered == 2


@pytest.mark.parametrize("query", ["SELECT (NOW() AS ?t) {}", "SELEKT", "CONSTRUCT { [] ?p ?o } { ?s ?p ?o }"])
def test_what_may_differ_next_time_is_not_kept(store: Path, query: str) -> None:
    with client_of(store) as client:
        assert ask(client, query).status_code == ask(client, query).status_code
        assert client.app.service.remembered == 0


def test_new_data_have_new_answers(store: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make(tmp_path / "other", 5)
    with client_of(store) as client:
        for _ in range(2):
            assert ask(client).json()["results"]["bindings"][0]["n"]["value"] == "3"
        client.call(client.app.service.replace, describe(other))
        assert ask(client).json()["results"]["bindings"][0]["n"]["value"] == "5"


def test_memory_is_bounded(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongfu.remembering._MOST_BYTES", 10_000)
    with client_of(store) as client:
        for number in range(20):
            ask(client, f"{QUERY} #{number}")
        assert ask(client, f"{QUERY} #19").status_code == 200
        assert client.app.service.remembered == 1
        assert len(remembered(client)._known) < 5


def test_a_head_without_end_is_cut_off(store: Path) -> None:
    with server(store) as (_, address), socket.create_connection(("127.0.0.1", httpx.URL(address).port or 0)) as line:
        line.sendall(b"GET /health HTTP/1.1\r\nx: ")
        with pytest.raises(ConnectionError):
            send_on(line, 100 * MOST_OF_HEAD)
        assert httpx.get(f"{address}/health").status_code == 200


def send_on(line: socket.socket, most: int) -> None:
    for _ in range(most // 65536):
        line.sendall(b"y" * 65536)
