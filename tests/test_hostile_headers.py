"""Words of strangers never become a header or an address of another host: IRIs, file names, paths, parameters."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from client import Client, client_of

from gongfu.settings import base_iri
from gongfu.sparql.dataset import write_facts

# What an IRI may hold at most: a tab in escapes, what divides headers, characters that browsers turn around.
NODES = [f"{base_iri()}cat/{end}" for end in (
    "x%09X-Evil:%201", "a,b;c='d'", "(comment)", "\u2028\u202e反", "北京%20养老",
    "a%22b%3E%3Cscript%3E", "x//y", "..%2F..",
)]  # fmt: skip
NAMES = ['a"; filename="evil.html', "a\r\nX-Evil: 1.csv", "<script>alert(1)</script>.csv", "%0d%0aX-Evil: 1"]
_HEADER = re.compile(r"[\x20-\x7e]*")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("hostile") / "store"
    store = ox.Store(str(path))
    for node in NODES:
        triple = (ox.NamedNode(node), ox.NamedNode("http://example.org/p"), ox.Literal("<script>\r\nX-Evil: 1"))
        store.add(ox.Quad(*triple, ox.NamedNode(f"{base_iri()}graph/x")))
        store.add(ox.Quad(*triple))
    store.flush()
    del store
    write_facts(path, "hostile")
    with client_of(path) as client:
        yield client


def check_headers(response: httpx.Response) -> None:
    """Fail where a header holds more than one line of ASCII, or leads elsewhere."""
    assert "x-evil" not in response.headers
    for name, value in response.headers.multi_items():
        assert _HEADER.fullmatch(value), (name, value)
    location = response.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("form", ["text/turtle", "application/ld+json", "text/html"])
def test_a_node_with_a_hostile_iri_has_its_description(client: Client, node: str, form: str) -> None:
    address = "/" + quote(node.removeprefix(base_iri()), safe="/%:;,='()")
    response = client.get(address, headers={"accept": form})
    assert response.status_code == 303, response.text
    check_headers(response)
    if form == "text/html":
        return
    described = client.get(response.headers["location"])
    assert described.status_code == 200, (address, described.text)
    check_headers(described)
    assert described.headers["link"].count('rel="describes"') == 1
    assert described.headers["content-type"].startswith(form)
    quads = list(ox.parse(described.content, ox.RdfFormat.from_media_type(form)))
    assert {quad.subject for quad in quads} == {ox.NamedNode(node)}


@pytest.mark.parametrize(
    "address", ["//evil.example/", "/\\evil.example", "/%5Cevil.example/x", "///evil.example/%2e%2e",
                "/http://evil.example/", "/zh//evil.example/", "/%0d%0aX-Evil:%201", "/zh/%0d%0aX-Evil:%201",
                "/\u2028", "/.well-known/void?x=%0d%0aX-Evil:1"]
)  # fmt: skip
def test_no_address_leads_elsewhere(client: Client, address: str) -> None:
    for accept in ("text/html", "text/turtle", "*/*"):
        check_headers(client.get(address, headers={"accept": accept}))


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_file_becomes_a_header(client: Client, name: str) -> None:
    """The file is none that can be checked; the way from its name to the answer is the same."""
    for answer in (
        client.post("/check", params={"filename": name, "format": "csv"}, content=b"no catalogue"),
        client.post("/check", files={"file": (name, b"x", "text/csv")}, params={"format": "csv\r\nX-Evil: 1"}),
    ):  # fmt: skip
        assert answer.status_code in (400, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        check_headers(answer)


@pytest.mark.parametrize("value", ["text/html\r\nX-Evil: 1", "html", "../x", "<script>"])
def test_no_parameter_chooses_a_form_that_runs(client: Client, value: str) -> None:
    asked = client.get("/sparql", params={"query": "SELECT ('<script>' AS ?x) {}", "format": value})
    check_headers(asked)
    assert "html" not in asked.headers["content-type"]
    listed = client.get("/rdf-graph-store", params={"graph": f"{base_iri()}graph/x", "format": value})
    check_headers(listed)
    assert "html" not in listed.headers["content-type"]
