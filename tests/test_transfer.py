"""What goes over the wire: compression with its own tags, figures for Prometheus."""

from pathlib import Path

import httpx
import pytest
from client import Client, client_of

from gongfu.sparql.dataset import describe

MANY = "SELECT ?x { VALUES ?x { " + " ".join(f'"{number}"' for number in range(500)) + " } }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pyoxigraph as ox

    path = tmp_path_factory.mktemp("transfer") / "store"
    ox.Store(str(path)).flush()
    return path


def asked(client: Client, encoding: str, tag: str = "") -> httpx.Response:
    headers = {"accept-encoding": encoding} | ({"if-none-match": tag} if tag else {})
    return client.get("/sparql", params={"query": MANY}, headers=headers)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_compressed_body_has_a_tag_of_its_own(store: Path, encoding: str) -> None:
    with client_of(store) as client:
        plain, packed = asked(client, "identity"), asked(client, encoding)
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == encoding
        assert packed.content == plain.content
        assert "Accept-Encoding" in packed.headers["vary"]
        assert packed.headers["etag"] == plain.headers["etag"][:-1] + f'-{encoding}"'
        again = asked(client, encoding, packed.headers["etag"])
        assert (again.status_code, again.headers["etag"]) == (304, packed.headers["etag"])
        assert asked(client, "identity", plain.headers["etag"]).status_code == 304
        assert asked(client, encoding, '"none-gzip"').status_code == 200


def test_figures(store: Path) -> None:
    with client_of(store, workers=2) as client:
        for _ in range(3):
            asked(client, "identity")
        client.get("/sparql", params={"query": "SELEKT"})
        client.request("NONSENSE", "/x/" + "y" * 50)
        said = client.get("/metrics").text
    assert 'gongfu_requests_total{method="GET",route="/sparql",status="200"} 1.0' in said
    assert "gongfu_answers_remembered 2.0" in said
    assert 'gongfu_requests_total{method="GET",route="/sparql",status="400"} 1.0' in said
    assert 'gongfu_request_seconds_count{route="/sparql"} 2.0' in said
    assert "gongfu_workers 2.0" in said
    assert "gongfu_workers_busy 0.0" in said
    assert f"gongfu_triples {describe(store).triples:.1f}" in said
    assert "NONSENSE" not in said
    assert "yyy" not in said
