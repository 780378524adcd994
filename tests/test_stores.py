"""The same tests on every store: the embedded engine, Oxigraph's own server, Virtuoso 7 where it is installed.

What Virtuoso 7.2.5 does otherwise, so that no test below asks it of it:
- names of variables and comments in Chinese are syntax errors to it: they are replaced before it sees them;
- a result longer than its ResultSetMaxRows is cut with status 200: its own header tells, and the answer is a problem;
- booleans come as 1 and 0 in JSON (made words again), and those that an expression makes as integers;
- what SUBSTR, STRBEFORE and their like make of a text loses its language;
- an unbound value of OPTIONAL inside an aggregate is an empty text; arithmetic with what is no number fails the query;
- a count of nothing is 1 where the graph is not in the dataset; ASK may be answered by a row with a 1;
- of a UNION of several patterns with long texts rows are lost: therefore pages are proven before they are read from it;
- it has no default graph of its own, counts a triple of two graphs twice and names blank nodes by nodeID://: the union
  is a graph of ours, and blank nodes lie there as IRIs, so that isBlank() is false of them.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph as ox
import pytest
from agency import GRAPH, NAME, turtle
from answering import saying
from anyio.from_thread import start_blocking_portal
from client import Client, free_port, problem
from servers import OXIGRAPH, ROWS, oxigraph_server, virtuoso_server
from virtuoso import INSTALLED, MISSING, PASSWORD

from gongfu.build import building, fill, finish
from gongfu.builds import CURRENT
from gongfu.cli import main
from gongfu.problems import Problem
from gongfu.publishing.keys import add_key
from gongfu.serving import application
from gongfu.settings import base_iri
from gongfu.sparql.dataset import CHANGING, describe
from gongfu.sparql.loading import Server, _told, server_at
from gongfu.sparql.pool import Limits
from gongfu.sparql.remote import LOADED, USER, ask_server, loaded
from gongfu.sparql.remote import PASSWORD as PASSWORD_SETTING
from gongfu.sparql.services import SETTING
from gongfu.sparql.stores import open_data
from gongfu.sparql.substitution import with_plain_variables, with_terms, with_values

ONE, TWO, OLD = (f"{base_iri()}graph/{name}" for name in ("one", "two", "history/one/1"))
XSD = "http://www.w3.org/2001/XMLSchema#"
KINDS = ["embedded", "oxigraph", "virtuoso"]
DATA = f"""
@prefix e: <http://example.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <{XSD}> .
e:a skos:prefLabel "儿童健康管理"@zh , "Child health management"@en ; e:decimal 0.95 , 80.50 ; e:integer 90 ;
  e:boolean false , true ; e:date "2017-01-23"^^xsd:date ; e:text "a\\"b\\\\c\\nd\\te<f>&amp;'g" ; e:empty "" ;
  e:double 1.5e0 .
<http://example.org/北京/养老%20x> skos:prefLabel "𠮷野家 \\u202e 公服"@zh-Hans ;
  e:next [ e:text "one" ; e:next [ e:text "two" ] ] .
"""


def graphs() -> dict[str, list[ox.Triple]]:
    """Return two graphs that share a triple, and one of history."""
    found = [quad.triple for quad in ox.parse(DATA, ox.RdfFormat.TURTLE)]
    old = [ox.Triple(ox.NamedNode("http://example.org/old"), ox.NamedNode("http://example.org/p"), ox.Literal(1))]
    return {ONE: found, TWO: found[:2], OLD: old}


@pytest.fixture(scope="module", autouse=True)
def credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(USER, PASSWORD)
        patch.setenv(PASSWORD_SETTING, PASSWORD)
        yield


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | None]:
    """Return a server; none for the embedded engine."""
    if request.param == "embedded":
        yield None
        return
    run, there = {"oxigraph": (oxigraph_server, OXIGRAPH), "virtuoso": (virtuoso_server, INSTALLED)}[request.param]
    if not there:
        pytest.skip("no oxigraph: pip install oxigraph" if request.param == "oxigraph" else MISSING)
    with run(tmp_path_factory.mktemp(request.param)) as found:
        yield found


def built(folder: Path) -> Path:
    with building(folder) as beside:
        fill(beside / "store", graphs())
        finish(folder, beside, base_iri())
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def published(server: Server | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of builds of a store's own, for what is published in it stays."""
    return built(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Return the endpoint of somebody else, who knows one thing."""
    answer = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"v"}}]}}'
    head = b"HTTP/1.0 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n"
    with saying(head + answer) as address:
        yield f"{address}/sparql"


@pytest.fixture(scope="module")
def client(server: Server | None, published: Path, elsewhere: str) -> Iterator[Client]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, elsewhere)
        app = application(published / CURRENT / "store", Limits(workers=1, seconds=10), published, server=server)
        portal = stack.enter_context(start_blocking_portal())
        stack.enter_context(portal.wrap_async_context_manager(app.running()))
        yield Client(app, portal)


def rows(client: Client, query: str, **more: str) -> list[dict[str, tuple[str, ...]]]:
    answer = client.get("/sparql", params={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return [
        {name: (term["value"], term.get("datatype", ""), term.get("xml:lang", "")) for name, term in row.items()}
        for row in answer.json()["results"]["bindings"]
    ]


def test_terms_come_through(client: Client) -> None:
    found = rows(client, "SELECT ?p ?o { <http://example.org/a> ?p ?o } ORDER BY ?p ?o")
    terms = {(row["p"][0].rpartition("/")[2].rpartition("#")[2], *row["o"]) for row in found}
    assert terms == {
        ("prefLabel", "儿童健康管理", "", "zh"), ("prefLabel", "Child health management", "", "en"),
        ("decimal", "0.95", XSD + "decimal", ""), ("decimal", "80.5", XSD + "decimal", ""),
        ("integer", "90", XSD + "integer", ""), ("boolean", "false", XSD + "boolean", ""),
        ("boolean", "true", XSD + "boolean", ""), ("date", "2017-01-23", XSD + "date", ""),
        ("text", "a\"b\\c\nd\te<f>&amp;'g", "", ""), ("empty", "", "", ""), ("double", "1.5", XSD + "double", ""),
    } or terms >= {("decimal", "80.50", XSD + "decimal", ""), ("double", "1.5e0", XSD + "double", "")}  # fmt: skip


def test_chinese_names_of_nodes_and_variables(client: Client) -> None:
    node = "http://example.org/北京/养老%20x"
    found = rows(
        client, f"# 中文注释\nSELECT ?名称 {{ <{node}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?名称 }}"
    )
    assert [row["名称"] for row in found] == [("𠮷野家 \u202e 公服", "", "zh-hans")]
    found = rows(client, 'SELECT ?s { ?s ?p "儿童健康管理"@zh }')
    assert [row["s"][0] for row in found] == ["http://example.org/a"]


def test_blank_nodes_stay_blank(client: Client) -> None:
    answer = client.get("/sparql", params={"query": "SELECT ?b { ?b <http://example.org/text> 'one' }"})
    assert [row["b"]["type"] for row in answer.json()["results"]["bindings"]] == ["bnode"]
    graph = client.get("/rdf-graph-store", params={"graph": ONE}, headers={"accept": "application/n-triples"})
    ours, theirs = ox.Dataset(), ox.Dataset()
    for triple in graphs()[ONE]:
        ours.add(ox.Quad(triple.subject, triple.predicate, triple.object))
    for quad in ox.parse(graph.content, ox.RdfFormat.N_TRIPLES):
        theirs.add(quad)
    for one in (ours, theirs):
        one.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    literal = {str(quad.object) for quad in ours} ^ {str(quad.object) for quad in theirs}
    assert ours == theirs or all(XSD in one for one in literal), literal  # numbers may be written another way


def test_the_union_has_every_triple_once_and_no_history(client: Client) -> None:
    everything = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    about = int(rows(client, everything, **{"default-graph-uri": f"{base_iri()}graph/dataset"})[0]["n"][0])
    assert int(rows(client, everything)[0]["n"][0]) == len(graphs()[ONE]) + about
    assert int(rows(client, everything, **{"default-graph-uri": TWO})[0]["n"][0]) == 2
    assert int(rows(client, f"SELECT (COUNT(*) AS ?n) FROM <{TWO}> {{ ?s ?p ?o }}")[0]["n"][0]) == 2
    named = rows(client, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    assert {row["g"][0] for row in named} == {ONE, TWO, OLD, f"{base_iri()}graph/dataset"}
    assert rows(client, f"SELECT ?s FROM NAMED <{OLD}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")
    assert not rows(client, f"SELECT ?s FROM NAMED <{OLD}> {{ ?s ?p ?o }}")


def test_what_is_refused_is_refused_before_any_server_sees_it(client: Client) -> None:
    for query, status, name in (
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "service-not-listed"),
        ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 400, "graph-unknown"),
        ("CLEAR ALL", 403, "update-refused"), ("SELECT * { ?s ?p", 400, "query-syntax"),
    ):  # fmt: skip
        problem(client.get("/sparql", params={"query": query}), status, name)


def test_federated_queries_join_these_data_to_others(client: Client, elsewhere: str) -> None:
    """Whatever holds the data, they are read from the build for such a query: no server is asked to call another."""
    named = rows(client, f"SELECT ?n ?x {{ <http://example.org/a> <http://example.org/integer> ?n "
                         f"SERVICE <{elsewhere}> {{ ?s ?p ?x }} }}")  # fmt: skip
    assert [(row["n"][0], row["x"][0]) for row in named] == [("90", "v")]
    other = f"SELECT * {{ SERVICE <{elsewhere}/other> {{ ?s ?p ?x }} }}"
    problem(client.get("/sparql", params={"query": other}), 403, "service-not-listed")


def test_forms_of_answers_and_resources(client: Client) -> None:
    text = "SELECT ?o { <http://example.org/a> <http://example.org/integer> ?o }"
    answer = client.get("/sparql", params={"query": text}, headers={"accept": "text/csv"})
    assert answer.text.split() == ["o", "90"]
    assert client.get("/sparql", params={"query": "ASK { ?s ?p 90 }"}).json()["boolean"] is True
    assert client.get("/sparql", params={"query": "ASK { ?s ?p 91 }"}).json()["boolean"] is False
    built = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s <http://example.org/integer> ?o }"})
    assert len(list(ox.parse(built.content, ox.RdfFormat.TURTLE))) == 1
    assert client.get("/zh/").status_code == 200
    assert client.get("/dataset.ttl").status_code == 200
    assert "servesDataset" in client.get("/sparql").text


def test_a_server_that_cuts_results_is_found_out(client: Client, server: Server | None) -> None:
    if server is None or "/sparql" not in server.query:
        pytest.skip("only Virtuoso cuts results")
    cut = client.get("/sparql", params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT " + str(ROWS + 1)})
    problem(cut, 422, "result-too-large")


def test_publish_and_withdraw(client: Client, published: Path, server: Server | None) -> None:
    if server is None or (INSTALLED and "/sparql" not in server.query):
        pytest.skip("test_publishing has the embedded engine; of the servers, Virtuoso is enough where it is installed")
    token = add_key(published, f"浙江 {server}", ["330000-*"])
    headers = {"authorization": f"Bearer {token}", "content-type": "text/turtle"}
    count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
    content = turtle("0—6岁儿童健康管理率达到90%以上")
    made = client.request("PUT", f"/graph/{NAME}", content=content, headers=headers)
    assert made.status_code in (200, 201), made.text
    assert int(rows(client, count)[0]["n"][0]) == len(list(ox.parse(content, ox.RdfFormat.TURTLE)))
    assert client.request("DELETE", f"/graph/{NAME}", headers=headers).status_code == 204
    assert not rows(client, f"SELECT ?s {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}")
    assert rows(client, f"SELECT ?s {{ GRAPH <{base_iri()}graph/history/{NAME}/1> {{ ?s ?p ?o }} }} LIMIT 1")


# --- a server that is changed, slow, short, or gone


@pytest.fixture
def held(tmp_path: Path, out: Path) -> Iterator[Server]:
    if not OXIGRAPH:
        pytest.skip("no oxigraph here: pip install oxigraph")
    with oxigraph_server(tmp_path) as server:
        yield server


def test_old_and_new_data_are_never_mixed(held: Server, out: Path) -> None:
    """A load that was killed leaves no version: nobody reads, and the next load goes on where it stopped."""
    dataset = held.holding(describe(out / CURRENT / "store"))
    store, _ = open_data(dataset, 0.5), loaded(held.query, dataset.base)
    assert store.query("ASK { ?s ?p ?o }")
    version, digests = loaded(held.query, dataset.base)
    assert version == dataset.version
    held._put(dataset.base + LOADED, _told(dataset.base, {ONE: digests[ONE]}))
    for left in (open_data(dataset, 0.5), store):
        with pytest.raises(Problem, match=CHANGING):
            left.query("ASK { ?s ?p ?o }")
    held._put(dataset.base + LOADED, _told(dataset.base, digests, "another"))
    with pytest.raises(Problem, match=CHANGING):
        store.query("ASK { ?s ?p ?o }")
    assert open_data(held.holding(dataset)).query("ASK { ?s ?p ?o }")


def test_limits_are_ours(held: Server, out: Path) -> None:
    dataset = held.holding(describe(out / CURRENT / "store"))
    with pytest.raises(Problem, match="result-too-large"):
        open_data(dataset, 5, 1_000).query("SELECT * { ?s ?p ?o }")
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with pytest.raises(Problem, match="deadline-passed"):
        open_data(dataset, 0.3).query(slow)


def test_a_server_that_is_gone(out: Path, tmp_path: Path) -> None:
    gone = server_at(f"http://127.0.0.1:{free_port()}/query")
    with pytest.raises(Problem, match="store-unavailable"):
        application(out / CURRENT / "store", server=gone)


@pytest.mark.parametrize("head", ["Content-Length: 999", "Transfer-Encoding: chunked"])
def test_an_answer_that_ends_too_soon_is_none(head: str) -> None:
    """Half of the triples, cut behind a line, would look like all of them."""
    body = b"<a:a> <a:b> <a:c> .\n"
    sent = f"HTTP/1.1 200 OK\r\nContent-Type: application/n-triples\r\n{head}\r\n\r\n".encode()
    sent += b"%x\r\n%s\r\n" % (len(body), body) if "chunked" in head else body
    with saying(sent) as address, pytest.raises(Problem, match="store-unavailable"):
        ask_server(address, "CONSTRUCT WHERE { ?s ?p ?o }", ["a:g"], [], "*/*", 5.0, 10_000)


@pytest.mark.parametrize(
    "body", [b"<html>log in</html>", b"{}", b"[]", b'{"results":{"bindings":[{"thing":1}]}}', b"\xff"]
)
def test_a_server_that_answers_with_something_else(
    body: bytes, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as a page to log in, with status 200: the command ends with words."""
    monkeypatch.delenv(USER)
    monkeypatch.setattr("gongfu.serving.finished_store", lambda out: out / CURRENT / "store")
    with saying(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + body) as address:
        assert main(["serve", "--port", "0", "--out", str(out), "--store", f"{address}/sparql"]) == 2
    assert "text/html" in capsys.readouterr().err


def test_addresses() -> None:
    assert server_at("http://127.0.0.1:1/sparql").graphs == "http://127.0.0.1:1/sparql-graph-crud-auth"
    assert server_at("https://x/query").graphs == "https://x/store"
    assert server_at("http://x/q", "http://x/g").graphs == "http://x/g"
    for wrong in ("http://x/q", "file:///etc/passwd", "http://a:b@x/sparql", "x", ""):
        with pytest.raises(ValueError, match=r"^"):
            server_at(wrong)


SERVES = [
    (["--store", "http://127.0.0.1:9/foo"], "不知道这个服务器的图存储在哪里"),
    (["--store", "http://somebody:secret@127.0.0.1:9/sparql"], "“…@127.0.0.1:9/sparql”不是可用的地址"),
    (["--store", "http://127.0.0.1:9/sparql", "--graph-store", "http://x:sec/ret@[::1/"], "“…@[::1/”不是可用的地址"),
    (["--store", "http://127.0.0.1:99999/sparql"], "“http://127.0.0.1:99999/sparql”不是可用的地址"),
    (["--graph-store", "http://127.0.0.1:9/g"], "请用 --store 写明"),
    (["--service", "http://somebody:secret@127.0.0.1:9/sparql"], "“…@127.0.0.1:9/sparql”不是端点"),
]


@pytest.mark.parametrize(("typed", "said"), SERVES)
def test_addresses_that_cannot_be_used_are_told_without_secrets(
    typed: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SETTING, "")
    monkeypatch.setattr("gongfu.serving.serve", lambda *_: pytest.fail("served"))
    assert main(["serve", "--port", "0", *typed]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "“”" not in told
    assert "secret" not in told
    assert "somebody" not in told


# --- values in texts


def test_values_and_variables_in_the_text_of_a_query() -> None:
    text = (
        'SELECT $a ?名 ("in" AS ?w) WHERE {\n { SELECT ?a (COUNT(?a) AS ?n) WHERE { ?b ?c ?a } GROUP BY ?a LIMIT 3 }\n'
        ' BIND("?a" AS ?s) # 注\n <http://x/?a> ?p ?名 FILTER(?a != ?p) }\nORDER BY ?a'
    )
    node = ox.NamedNode("http://e/1")
    given = with_terms(text, {"a": node})
    assert given.startswith("SELECT (<http://e/1> AS ?a) ?名")
    assert "COUNT(<http://e/1>)" in given
    assert "FILTER(<http://e/1> != ?p)" in given
    assert '"?a"' in given
    assert "<http://x/?a>" in given
    ox.Store().query(given)
    assert with_values(text, {"a": node}).count("VALUES ?a { <http://e/1> }") == 2
    plain, names = with_plain_variables(text)
    assert plain.isascii()
    assert list(names.values()) == ["名"]
