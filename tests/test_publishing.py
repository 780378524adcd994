"""An agency publishes its catalogue with a token: only what passes the rules, whole or not at all, with its history."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from agency import BPS, CSV, GRAPH, NAME, turtle
from client import Client, client_of, problem
from killing import triples

import gongfu.build
from gongfu.build import build, building, finish
from gongfu.builds import CURRENT
from gongfu.cli import main
from gongfu.publishing.keys import add_key, key_of, keys, revoke_key
from gongfu.revision import Change, revise
from gongfu.settings import base_iri
from gongfu.sources import described, source_folders
from gongfu.sparql.dataset import of_history, open_store, page_query

HAS_CELL = ox.NamedNode(BPS + "hasCell")
REVISION = ox.NamedNode("http://www.w3.org/ns/prov#wasRevisionOf")
COUNT = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a build of its own that holds nothing yet, for what is published costs what is there."""
    folder = tmp_path_factory.mktemp("out")
    with building(folder) as beside:
        ox.Store(str(beside / "store")).flush()
        finish(folder, beside, base_iri())
    return folder


@pytest.fixture(scope="module")
def token(out: Path) -> str:
    return add_key(out, "浙江", ["330000-*"])


@pytest.fixture(scope="module")
def client(out: Path) -> Iterator[Client]:
    with client_of(out / CURRENT / "store", out=out) as client:
        yield client


def send(
    client: Client, method: str, content: bytes, kind: str, token: str, name: str = NAME, **more: str
) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "content-type": kind} | more
    return client.request(method, f"/graph/{name}", content=content, headers=headers)


def rows(client: Client, query: str) -> list[dict[str, str]]:
    found = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def count(client: Client) -> int:
    return int(rows(client, COUNT)[0]["n"])


def test_tokens_are_kept_as_hashes_and_can_be_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "add", "河北", "--graph", "130000-*", "--out", str(tmp_path)]) == 0
    token = capsys.readouterr().out.strip()
    text = (tmp_path / "tokens.json").read_text("utf-8")
    assert token not in text
    assert (tmp_path / "tokens.json").stat().st_mode & 0o077 == 0
    key = key_of(tmp_path, token)
    assert key
    assert key.may_change("130000-14fyp")
    assert not key.may_change("220000-14fyp")
    assert key_of(tmp_path, token + "x") is None
    assert main(["token", "add", "河北", "--graph", "x", "--out", str(tmp_path)]) == 2
    assert main(["token", "list", "--out", str(tmp_path)]) == 0
    assert "河北" in capsys.readouterr().out
    assert main(["token", "revoke", "河北", "--out", str(tmp_path)]) == 0
    assert key_of(tmp_path, token) is None
    assert keys(tmp_path)[0].revoked
    assert main(["token", "revoke", "none", "--out", str(tmp_path)]) == 2


def test_who_may_publish_what(client: Client, token: str, out: Path) -> None:
    before = client.get("/health").json()["version"]
    for wrong in ("", "x", token[:-1]):
        refused = send(client, "PUT", CSV, "text/csv", wrong)
        problem(refused, 401, "token-missing")
        assert refused.headers["www-authenticate"] == "Bearer"
    for name in ("cn-13fyp", "220000-14fyp", "ontology", "330000-../x", "history/330000-14fyp/1", "330000-14FYP"):
        assert send(client, "PUT", CSV, "text/csv", token, name).status_code == 403
    problem(send(client, "PUT", CSV, "application/x-sh", token), 415, "graph-type")
    problem(send(client, "DELETE", b"", "text/csv", token), 404, "not-found")
    old = add_key(out, "旧", ["330000-*"])
    revoke_key(out, "旧")
    problem(send(client, "PUT", CSV, "text/csv", old), 401, "token-missing")
    assert client.get("/health").json()["version"] == before


HOSTILE = {
    "nodes of others": b'<https://w3id.org/bps-cn/cat/cn-13fyp/1> <http://x/p> "x" .',
    "of a longer name": f'<{base_iri()}cat/{NAME}9/1> <http://x/p> "x" .'.encode(),
    "no catalogue": f'<{base_iri()}cat/{NAME}> <http://x/p> "x" .'.encode(),
    "syntax": b"<a> <b> .",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_graph_that_is_no_catalogue_of_the_agency(client: Client, token: str, case: str) -> None:
    problem(send(client, "PUT", HOSTILE[case], "text/turtle", token), 409, "catalogue-refused")
    assert count(client) == 0


def test_entities_and_remote_contexts_are_refused(client: Client, token: str) -> None:
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    problem(send(client, "PUT", doctype, "application/rdf+xml", token), 409, "catalogue-refused")
    remote = b'{"@context": "http://127.0.0.1:9/context", "@id": "x", "p": "y"}'
    problem(send(client, "PUT", remote, "application/ld+json", token), 409, "catalogue-refused")


def test_what_breaks_a_rule_is_refused_with_the_findings(client: Client, token: str, out: Path) -> None:
    low = turtle("0—6岁儿童健康管理率达到80%以上")
    said = problem(send(client, "PUT", low, "text/turtle", token), 409, "catalogue-violates")
    found = [one for one in said["report"]["findings"] if one["severity"] == "violation"]
    assert said["violations"] == len(found)
    assert any(one["rule"] == "R10" and one["national_value"] for one in found)
    assert count(client) == 0
    assert not list(out.glob(f"*/published/{NAME}"))


def test_publish_revise_extend_and_withdraw(client: Client, token: str, out: Path) -> None:
    good = turtle("0—6岁儿童健康管理率达到90%以上")
    version = client.get("/health").json()["version"]
    created = send(client, "PUT", good, "text/turtle", token)
    assert (created.status_code, created.headers["location"]) == (201, GRAPH), created.text
    assert client.get("/health").json()["version"] != version
    sent = {quad.triple for quad in ox.parse(good, ox.RdfFormat.TURTLE)}
    got = client.get("/rdf-graph-store", params={"graph": GRAPH}, headers={"accept": "application/n-triples"})
    assert {quad.triple for quad in ox.parse(got.content, ox.RdfFormat.N_TRIPLES)} == sent
    compared = rows(client, f"SELECT ?c {{ GRAPH <{base_iri()}graph/comparison/{NAME}> {{ ?c a ?type }} }}")
    assert compared
    described = rows(client, f"SELECT ?n {{ <{GRAPH}> <http://rdfs.org/ns/void#triples> ?n }}")
    assert int(described[0]["n"]) == len(sent)
    assert f"/{NAME}.ttl.gz" in "".join(f"/{line}" for line in client.get("/dumps/SHA256SUMS").text.split())
    assert json.loads(created.text)["report"]["conforms"]

    assert send(client, "PUT", good, "text/turtle", token).json()["result"] == "unchanged"
    better, tag = turtle("0—6岁儿童健康管理率达到95%以上"), got.headers["etag"]
    for wrong in ({"if-match": '"another"'}, {"if-none-match": "*"}, {"if-none-match": tag}):
        problem(send(client, "PUT", better, "text/turtle", token, **wrong), 412, "precondition-failed")
    read = {"if-match": f'"x", {tag}'}  # as it was read, compressed on the way
    assert send(client, "PUT", better, "text/turtle", token, **read).status_code == 200
    problem(send(client, "DELETE", b"", "text/turtle", token, **read), 412, "precondition-failed")
    assert revise(Change(str(out), NAME, "withdraw", "", "浙江", versions=1), b"").result == "overtaken"
    words = rows(client, f"SELECT ?text {{ <{base_iri()}cat/{NAME}/30> <{BPS}standardText> ?text }}")
    assert [row["text"] for row in words] == ["0—6岁儿童健康管理率达到95%以上"]
    old = f"{base_iri()}graph/history/{NAME}/1"
    kept = client.get("/rdf-graph-store", params={"graph": old}, headers={"accept": "application/n-triples"})
    assert {quad.triple for quad in ox.parse(kept.content, ox.RdfFormat.N_TRIPLES)} == sent
    prov = rows(
        client,
        f"""PREFIX prov: <http://www.w3.org/ns/prov#> SELECT ?name {{ ?new prov:wasRevisionOf <{old}> ;
        prov:wasAttributedTo [ <http://xmlns.com/foaf/0.1/name> ?name ] . <{old}> prov:invalidatedAtTime ?t }}""",
    )
    assert [row["name"] for row in prov] == ["浙江"]

    more = turtle("0—6岁儿童健康管理率达到95%以上", also=82)
    assert send(client, "POST", more, "text/turtle", token).status_code == 200
    both = rows(client, f"SELECT ?i {{ GRAPH <{GRAPH}> {{ ?i a <{BPS}ServiceItem> }} }}")
    assert len(both) == 82

    store = open_store((out / CURRENT).resolve() / "store")
    assert not store.query(page_query("unmerged"))
    quads = [quad for quad in store.quads_for_pattern(None, None, None, None) if not of_history(quad)]
    every = {quad.triple for quad in quads if quad.graph_name != ox.DefaultGraph()}
    assert {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())} == every

    assert send(client, "DELETE", b"", "text/turtle", token).status_code == 204
    assert count(client) == 0
    assert not rows(client, f"SELECT ?p {{ <{base_iri()}cat/{NAME}/30> ?p ?o }}")
    assert rows(client, f"SELECT ?s {{ GRAPH <{base_iri()}graph/history/{NAME}/3> {{ ?s ?p ?o }} }} LIMIT 1")


def test_a_document_is_published_as_it_is_checked(client: Client, token: str) -> None:
    """The nation's own catalogue, sent as a table by a province, falls below nothing."""
    sent = send(client, "PUT", CSV, "text/csv", token, "330000-13fyp")
    assert sent.status_code == 201, sent.text[:3000]
    assert len(sent.json()["report"]["items"]) == 81
    items = rows(client, f"SELECT ?i {{ GRAPH <{base_iri()}graph/330000-13fyp> {{ ?i a <{BPS}ServiceItem> }} }}")
    assert len(items) == 81


def test_an_agency_publishes_over_what_was_typed_from_its_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own goes before what others typed, which stays in the history as version 0 and returns when it withdraws."""
    edition = "130000-13fyp"
    (folder,) = (one for one in source_folders() if described(one)["id"] == edition)
    monkeypatch.setattr(gongfu.build, "source_folders", lambda: [folder])
    graph, typed = f"{base_iri()}graph/{edition}", f"{base_iri()}graph/history/{edition}/0"
    first = build(tmp_path)
    before = triples(open_store(first.store), graph)
    assert before
    assert f"{base_iri()}graph/comparison/{edition}" in first.graphs
    content = turtle("0—6岁儿童健康管理率达到90%以上", name=edition)
    assert revise(Change(str(tmp_path), edition, "replace", ".ttl", "河北"), content).result == "created"
    store = open_store((tmp_path / CURRENT).resolve() / "store")
    assert {quad.triple for quad in ox.parse(content, ox.RdfFormat.TURTLE)} == set(triples(store, graph))
    assert set(triples(store, typed)) == set(before)
    assert not any(quad.triple in before for quad in store.quads_for_pattern(None, HAS_CELL, None, ox.DefaultGraph()))
    revised = list(store.quads_for_pattern(None, REVISION, ox.NamedNode(typed), None))
    assert {quad.subject for quad in revised} == {ox.NamedNode(f"{base_iri()}graph/history/{edition}/1")}
    assert revise(Change(str(tmp_path), edition, "withdraw", "", "河北"), b"").result == "withdrawn"
    store = open_store((tmp_path / CURRENT).resolve() / "store")
    assert set(triples(store, graph)) == set(before)
    assert not triples(store, typed)
    assert triples(store, f"{base_iri()}graph/history/{edition}/1")


def test_only_who_has_the_division_publishes_over_its_catalogue(client: Client, token: str) -> None:
    for edition in ("130000-13fyp", "220000-13fyp", "cn-13fyp"):
        problem(send(client, "PUT", CSV, "text/csv", token, edition), 403, "graph-not-yours")
        problem(send(client, "DELETE", b"", "text/csv", token, edition), 403, "graph-not-yours")
