"""SERVICE reaches the endpoints that the operator lists, in one form, and nothing else; what fails there is told.

A real second endpoint on the loopback holds an agency's data; a stand-in plays endpoints that misbehave.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar

import httpx
import pyoxigraph as ox
import pytest
from agency import BPS, GRAPH, turtle
from answering import Quiet, WholeRequests, running
from client import Client, client_of, free_port, problem, server
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from virtuoso import INSTALLED, MISSING, virtuoso

from gongfu.cli import main
from gongfu.sparql.answering import Job, Source
from gongfu.sparql.federated_worker import answer_federated
from gongfu.sparql.guard import service_fault
from gongfu.sparql.relay import CallFailed, Outlet, call
from gongfu.sparql.services import SETTING, led_through, likely_calls, read_services, real_calls, without
from gongfu.sparql.tokens import GraphNames

BASE = "http://example.org/"
ONE = "http://a.example/sparql"
CASES = Path(__file__).parent / "guard"
ANSWER = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"v"}}]}}'
JSON = "application/sparql-results+json"
PATIENT = 120.0  # seconds that end only what never comes, on however busy a machine


class _Odd(WholeRequests):
    """Endpoints that answer as their path says; whoever calls the forbidden one is remembered."""

    forbidden: ClassVar[list[str]] = []
    over: ClassVar[threading.Event] = threading.Event()

    def do_POST(self) -> None:
        if self.path == "/forbidden":
            _Odd.forbidden.append(self.path)
        ways = {"redirect": self.redirect, "broken": self.broken, "page": self.page, "slow": self.slow,
                "dripping": self.dripping, "dripping_head": self.dripping_head, "half": self.half,
                "endless": self.endless, "good": self.good, "entities": self.entities}  # fmt: skip
        ways[self.path.strip("/")]()

    def head(self, status: int, kind: str = JSON, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def good(self) -> None:
        self.head(200)
        self.wfile.write(ANSWER)

    def redirect(self) -> None:
        self.head(307, location="/good")

    def broken(self) -> None:
        self.head(503, "text/plain")
        self.wfile.write(b"<script>out of order</script>")

    def page(self) -> None:
        self.head(200, "text/html")

    def entities(self) -> None:
        self.head(200, "application/sparql-results+xml")
        self.wfile.write(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sparql/>')

    def slow(self) -> None:
        self.over.wait(600)
        self.good()

    def dripping(self) -> None:
        self.head(200)
        for byte in ANSWER:
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def dripping_head(self) -> None:
        for byte in f"HTTP/1.1 200 OK\r\ncontent-type: {JSON}\r\ncontent-length: 0\r\n\r\n".encode():
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def half(self) -> None:
        self.head(200, **{"content-length": str(len(ANSWER) * 2)})
        self.wfile.write(ANSWER)

    def endless(self) -> None:
        self.head(200)
        for _ in range(100):
            self.wfile.write(b" " * 10_000)


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    with running(Quiet(("127.0.0.1", 0), _Odd)) as server:
        yield server.address
        _Odd.over.set()


@contextmanager
def calling(store: Path, services: str, seconds: float) -> Iterator[Client]:
    """A client of the application that may call some endpoints."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(SETTING, services)
            client = stack.enter_context(client_of(store, seconds=seconds))
        yield client


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "store"
    store = ox.Store(str(path))
    store.add(ox.Quad(ox.NamedNode(BASE + "s"), ox.NamedNode(BASE + "p"), ox.Literal("v")))
    store.flush()
    return path


@pytest.fixture(scope="module")
def client(store: Path, odd: str) -> Iterator[Client]:
    with calling(
        store, " ".join(f"{odd}/{way}" for way in ("good", "redirect", "broken", "slow")), seconds=PATIENT
    ) as client:
        yield client


def ask(client: Client, query: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query})


# Which calls are let through


FORMS = [
    "SELECT * { SERVICE <ONE> { ?s ?p ?o } }",
    "SELECT * { ?a ?b ?c .SERVICE silent<ONE>{ ?s ?p ?o } }",
    "SELECT * {\n # SERVICE <ONE>\n service\n\t<ONE> { ?s ?p 'SERVICE <ONE>' } }",
    "SELECT * { SERVICE <ONE> { ?s ?p ?o SERVICE <ONE> { ?s ?q '}' } } SERVICE <ONE> { } }",
]


@pytest.mark.parametrize("form", FORMS)
def test_calls_of_listed_endpoints(form: str) -> None:
    query = form.replace("ONE", ONE)
    likely = likely_calls(query, read_services(ONE))
    rest = without(query, likely)
    found = real_calls(rest, BASE, likely)
    assert len(likely) == query.count(f"<{ONE}>")
    assert len(rest) == len(query)
    assert rest.count("\n") == query.count("\n")
    assert service_fault(rest, BASE) is None
    assert [query[one.start : one.start + 7].upper() for one in found] == ["SERVICE"] * len(found)
    led = led_through(query, found, "http://127.0.0.1:1")
    outer = led.count("<http://127.0.0.1:1/0/")
    assert outer == (2 if len(found) == 3 else 1)
    assert led.count(f"<{ONE}>") == query.count(f"<{ONE}>") - outer


OTHERS = [
    "SELECT * { SERVICE ?x { ?s ?p ?o } SERVICE <ONE> { } }",
    "PREFIX a: <http://a.example/> SELECT * { SERVICE a:sparql { ?s ?p ?o } SERVICE <ONE> { } }",
    "BASE <http://a.example/> SELECT * { SERVICE <sparql> { ?s ?p ?o } SERVICE <ONE> { } }",
    "SELECT * { SERVICE <ONE/> { ?s ?p ?o } SERVICE <ONE> { } }",
    "SELECT * { SERVICE <HTTP://a.example/sparql> { ?s ?p ?o } SERVICE <ONE> { } }",
    "SELECT * { SERVICE <ONE> { SERVICE <http://b.example/> { ?s ?p ?o } } }",
    "SELECT * { SERVICE # <ONE>\n <http://b.example/> { ?s ?p ?o } SERVICE <ONE> { } }",
    "SELECT * { ?s <ONE> ?o SERVICE SILENT <http://b.example/> { ?s ?p ?o } SERVICE <ONE> { } }",
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } SERVICE SILENT <ONE> { } }",
    "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } SERVICE SILENT <ONE> { } }",
]


@pytest.mark.parametrize("form", [*OTHERS, *(path.read_bytes().decode() for path in CASES.glob("*.refused.rq"))])
def test_whatever_else_is_refused(form: str) -> None:
    query = form.replace("ONE", ONE).replace("http://PLACE", "http://127.0.0.1:9/")
    source = Source(ox.Store(), BASE, True, None, 10_000)
    refused = answer_federated(source, Job(query, GraphNames(), JSON, None), read_services(ONE), "http://127.0.0.1:9")
    assert refused.problem in {"query-service", "query-disguised", "query-syntax"}, refused


MIXED = st.lists(
    st.sampled_from([
        "SERVICE <ONE> {", "SERVICE SILENT<ONE>{}", "service\n<ONE>", "SERVICE <PLACE> {", "SERVICE ?u {",
        "SERVICE ex: {",
        "SERVICE # <ONE>\n<PLACE> {", "BIND(<PLACE> AS ?u)", "BIND(<ONE> AS ?u)", "?s <ONE> ?o .", "'", '"', "#", "\n",
        "'''", "{", "}", "OPTIONAL {", "GRAPH <ONE> {", "FILTER(?a<?b#>'''\n)", "FILTER EXISTS {", "<ONE>", "<", ">",
        "?service <ONE> ?o .", "ex:service <ONE> .", "\\u0027", "SERVICE", "SILENT", "GRAPH   <ONE> {",
    ]),
    max_size=9,
)  # fmt: skip


@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=MIXED, closed=st.integers(0, 3))
def test_whatever_is_mixed_only_the_relay_is_called(odd: str, parts: list[str], closed: int) -> None:
    text = f"PREFIX ex: <PLACE> SELECT * WHERE {{ {' '.join(parts)} {'}' * (closed + 1)}"
    query = text.replace("PLACE", f"{odd}/forbidden").replace("ONE", ONE)
    source = Source(ox.Store(), BASE, True, None, 10_000)
    found = answer_federated(source, Job(query, GraphNames(), JSON, None), read_services(ONE), "http://127.0.0.1:9")
    assert not _Odd.forbidden
    if found.problem == "query-evaluation":  # the relay, whose port the engine does not take
        assert "port 9" in str(found.facts["said"])
    else:
        assert found.problem in {"", "query-service", "query-disguised", "query-syntax", "update-refused"}


@pytest.mark.parametrize(
    ("query", "line"),
    [("ASK { SERVICE <ODD/good> {}\n SERVICE ?x {} }", 2),
     ("PREFIX s: <ODD/>\nASK {\n SERVICE s:good { ?s ?p ?o } }", 3),
     ("ASK {\n SERVICE # one\n<ODD/good> { ?s ?p ?o } }", 2), ("ASK {\n SERVICE ?g { ?s ?p ?o } }", 2)],
)  # fmt: skip
def test_a_refusal_says_what_is_allowed(client: Client, odd: str, query: str, line: int) -> None:
    said = problem(ask(client, query.replace("ODD", odd)), 403, "service-not-listed")
    assert (said["line"], said["column"]) == (line, 2)
    for language in ("zh", "en"):
        assert f"{odd}/good" in said[language]["detail"]


def test_a_list_is_read_strictly() -> None:
    read = read_services(f"{ONE} http://10.0.0.8:8890/sparql?x=1 192.168.0.0/16 {ONE}")
    assert read.endpoints == (ONE, "http://10.0.0.8:8890/sparql?x=1")
    wrong = ("a.example", "file:///etc/passwd", "http://", "http://user@a.example/", "http://a:99999/", "http://a/#b",
             "http://a/{x}", "10.0.0.1/8")  # fmt: skip
    for entry in wrong:
        with pytest.raises(ValueError):  # noqa: PT011  # what is wrong is the entry itself
            read_services(f"{ONE} {entry}")


def test_the_command_refuses_a_wrong_list(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(SETTING, "")
    assert main(["serve", "--port", "0", "--service", "a.example"]) == 2
    assert "a.example" in capsys.readouterr().err


ADDRESSES = [
    ("a.example", "93.184.216.34", True), ("a.example", "127.0.0.1", False), ("a.example", "10.1.2.3", False),
    ("a.example", "169.254.169.254", False), ("a.example", "::1", False), ("a.example", "::ffff:127.0.0.1", False),
    ("a.example", "fe80::1%eth0", False), ("a.example", "0.0.0.0", False), ("a.example", "192.168.7.7", True),
    ("a.example", "::ffff:192.168.7.7", True), ("a.example", "2606:2800:220:1::1", True),
    ("a.example", "2002:7f00:1::", False), ("a.example", "64:ff9b::10.1.2.3", False),
    ("a.example", "::10.1.2.3", False),
    ("a.example", "64:ff9b:1::5db8:d822", False), ("a.example", "fec0::1", False), ("a.example", "224.0.0.1", False),
    ("a.example", "64:ff9b::93.184.216.34", True), ("10.0.0.8", "10.0.0.8", True),
]  # fmt: skip


@pytest.mark.parametrize(("host", "address", "permitted"), ADDRESSES)
def test_private_addresses_only_if_listed(host: str, address: str, permitted: bool) -> None:
    services = read_services(f"{ONE} http://10.0.0.8:8890/sparql 192.168.0.0/16")
    assert services.permits(host, address) == permitted


# What endpoints answer


@pytest.mark.parametrize(
    ("way", "status", "said"),
    [("redirect", 307, "redirects to /good"), ("broken", 503, "out of order"), ("page", 200, "text/html"),
     ("entities", 200, "DOCTYPE"), ("half", 0, "before its end"), ("endless", 200, "20000 bytes")],
)  # fmt: skip
def test_an_endpoint_that_misbehaves(odd: str, way: str, status: int, said: str) -> None:
    outlet = Outlet(read_services(f"{odd}/{way}"), PATIENT, 20_000)
    with pytest.raises(CallFailed) as failed:
        call(outlet, f"{odd}/{way}", b"ASK {}")
    assert failed.value.status == status
    assert said in failed.value.en
    assert not failed.value.late


@pytest.mark.parametrize("way", ["slow", "dripping", "dripping_head"])
def test_an_endpoint_has_its_seconds_for_all_of_an_answer(odd: str, way: str) -> None:
    """What drips sends a byte before any wait is over, and in the end a good answer: only the whole of it is late."""
    outlet = Outlet(read_services(f"{odd}/{way}"), 0.3, 20_000)
    with pytest.raises(CallFailed, match=r"0\.3 seconds") as failed:
        call(outlet, f"{odd}/{way}", b"ASK {}")
    assert (failed.value.status, failed.value.late) == (0, True)


def test_a_name_that_leads_inside_is_not_called(odd: str) -> None:
    named = f"{odd}/good".replace("127.0.0.1", "localhost")
    with pytest.raises(CallFailed, match="private address"):
        call(Outlet(read_services(named), 2.0, 1000), named, b"ASK {}")
    assert call(Outlet(read_services(f"{named} 127.0.0.0/8"), 2.0, 1000), named, b"ASK {}") == (JSON, ANSWER)


# The whole way


def test_a_join_is_answered_and_never_kept(client: Client, odd: str) -> None:
    found = ask(client, f"SELECT ?s {{ ?s ?p ?x SERVICE <{odd}/good> {{ ?y ?q ?x }} }}")
    assert [row["s"]["value"] for row in found.json()["results"]["bindings"]] == [BASE + "s"]
    assert "etag" not in found.headers  # the other's data may change at any time
    assert found.headers["cache-control"] == "no-store"


def test_a_failure_names_endpoint_place_part_and_status(client: Client, odd: str) -> None:
    query = f"SELECT * {{ ?s ?p ?x\n  SERVICE <{odd}/broken> {{ ?y <{BASE}q> ?x }} }}"
    said = problem(ask(client, query), 502, "service-failed")
    assert (said["endpoint"], said["line"], said["column"]) == (f"{odd}/broken", 2, 3)
    assert said["status_of_endpoint"] == 503
    assert f"?y <{BASE}q> ?x" in said["part"]
    for language in ("zh", "en"):
        assert f"{odd}/broken" in said[language]["detail"]
        assert "503" in said[language]["detail"]
    said = problem(ask(client, query.replace("broken", "redirect")), 502, "service-failed")
    assert said["status_of_endpoint"] == 307


def test_silent_failure_leaves_its_part_unbound(client: Client, odd: str) -> None:
    found = ask(client, f"SELECT * {{ ?s ?p ?x SERVICE SILENT <{odd}/broken> {{ ?y ?q ?x }} }}")
    assert found.status_code == 200
    assert [sorted(row) for row in found.json()["results"]["bindings"]] == [["p", "s", "x"]]


def test_a_slow_endpoint_has_its_time(store: Path, odd: str) -> None:
    with calling(store, f"{odd}/slow", 4.0) as client:
        query = f"SELECT * {{ SERVICE <{odd}/slow> {{ ?y ?q ?x }} }}"
        assert "3.2" in problem(ask(client, query), 504, "service-timeout")["en"]["detail"]
        assert ask(client, "ASK { ?s ?p ?o }").json()["boolean"]


def test_a_federated_query_has_its_deadline_and_holds_up_nobody(store: Path, odd: str) -> None:
    many = " ".join(f"VALUES ?v{one} {{ {' '.join(map(str, range(100)))} }}" for one in range(5))
    with calling(store, f"{odd}/good", 4.0) as client:
        heavy = f"SELECT (SUM(?v0 + ?v1 + ?v2 + ?v3 + ?v4) AS ?n) {{ SERVICE <{odd}/good> {{ ?y ?q ?x }} {many} }}"
        with ThreadPoolExecutor() as others:
            slow = others.submit(ask, client, heavy)
            assert ask(client, "ASK { ?s ?p ?o }").json()["boolean"]
            problem(slow.result(), 503, "deadline-passed")
        assert ask(client, f"ASK {{ SERVICE <{odd}/good> {{ ?y ?q ?x }} }}").json()["boolean"]


def test_the_service_says_whom_it_may_call(client: Client, store: Path, odd: str) -> None:
    feature = "http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery"
    said = client.get("/sparql", headers={"accept": "application/n-triples"}).text
    assert feature in said
    assert f"<http://schema.org/value> <{odd}/good>" in said
    with client_of(store) as closed:
        assert feature not in closed.get("/sparql", headers={"accept": "application/n-triples"}).text
        query = f"SELECT * {{ SERVICE <{odd}/good> {{ ?y ?q ?x }} }}"
        problem(closed.get("/sparql", params={"query": query}), 403, "query-service")


def test_a_federated_process_has_no_network_but_its_own(odd: str) -> None:
    code = (
        "import socket, sys; from gongfu.sparql.federated_worker import isolate, _raise_loopback\n"
        "print(isolate(2 * 1024**3), flush=True); _raise_loopback()\n"
        "own = socket.create_server(('127.0.0.1', 0)); socket.create_connection(own.getsockname(), 2)\n"
        "print('own', flush=True); socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)"
    )
    command = [sys.executable, "-c", code, odd.rpartition(":")[2]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stdout.startswith("False"):
        pytest.skip("this kernel lets a process make no network of its own")
    assert done.stdout.split() == ["True", "own"]
    assert "ConnectionRefusedError" in done.stderr
    with socket.create_connection(("127.0.0.1", int(odd.rpartition(":")[2])), 2):
        pass  # the listener is there, so the refusal shows something


# Two services, each with its own data


OURS = f"""SELECT ?n ?name ?text {{
  ?edition a <{BPS}CatalogueEdition> . FILTER(STRENDS(STR(?edition), "/cat/cn-13fyp"))
  ?item <{BPS}inEdition> ?edition ; <{BPS}itemNumber> ?n ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?name .
  SERVICE <OTHER> {{ ?theirs <{BPS}itemNumber> ?n ; <{BPS}standardText> ?text }}
}}"""
THEIRS = f"""SELECT ?n ?name ?text {{
  ?theirs <{BPS}itemNumber> ?n ; <{BPS}standardText> ?text .
  SERVICE <OTHER> {{
    ?edition a <{BPS}CatalogueEdition> . FILTER(STRENDS(STR(?edition), "/cat/cn-13fyp"))
    ?item <{BPS}inEdition> ?edition ; <{BPS}itemNumber> ?n ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?name .
  }}
}}"""


def rows(endpoint: str, query: str) -> set[tuple[str, str, str]]:
    answer = httpx.post(endpoint, data={"query": query}, headers={"accept": JSON}, timeout=60.0)
    assert answer.status_code == 200, answer.text
    found = answer.json()["results"]["bindings"]
    return {(row["n"]["value"], row["name"]["value"], row["text"]["value"]) for row in found}


def test_an_agencys_service_and_ours_join_in_both_directions(built_store: Path, tmp_path: Path) -> None:
    agency = ox.Store(str(tmp_path / "store"))
    agency.load(turtle("达到 95% 以上"), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(GRAPH))
    agency.flush()
    ports = free_port(), free_port()
    ours, theirs = (f"http://127.0.0.1:{port}/sparql" for port in ports)
    with server(built_store, theirs, ports[0]) as (_, here), server(tmp_path / "store", ours, ports[1]) as (_, there):
        found = rows(f"{here}/sparql", OURS.replace("OTHER", theirs))
        assert len(found) == 81
        assert ("30", "儿童健康管理", "达到 95% 以上") in found
        assert rows(f"{there}/sparql", THEIRS.replace("OTHER", ours)) == found


@pytest.mark.skipif(not INSTALLED, reason=MISSING)
def test_a_virtuoso_and_ours_join_in_both_directions(tmp_path: Path) -> None:
    ours = ox.Store(str(tmp_path / "store"))
    item, number, name, text = (ox.NamedNode(BASE + local) for local in ("30", "number", "name", "text"))
    ours.add(ox.Quad(item, number, ox.Literal(30)))
    ours.add(ox.Quad(item, name, ox.Literal("儿童健康管理", language="zh")))
    ours.flush()
    theirs = [ox.Triple(ox.NamedNode(BASE + "theirs"), number, ox.Literal(30)),
              ox.Triple(ox.NamedNode(BASE + "theirs"), text, ox.Literal("达到 95% 以上", language="zh"))]  # fmt: skip
    here, there = f"?item {number} ?n ; {name} ?name", f"?theirs {number} ?n ; {text} ?text"
    expected = {("30", "儿童健康管理", "达到 95% 以上")}
    (tmp_path / "virtuoso").mkdir()
    with virtuoso(tmp_path / "virtuoso") as other, server(tmp_path / "store", other.endpoint) as (_, address):
        other.put(BASE + "graph", ox.serialize(theirs, format=ox.RdfFormat.TURTLE) or b"")
        assert rows(f"{address}/sparql", f"SELECT * {{ {here} SERVICE <{other.endpoint}> {{ {there} }} }}") == expected
        other.let_it_federate()
        assert rows(other.endpoint, f"SELECT * {{ {there} SERVICE <{address}/sparql> {{ {here} }} }}") == expected
        wrong = f"SELECT * {{ SERVICE <{other.endpoint}> {{ {there} FILTER(<{BASE}no>(?n)) }} }}"
        answer = httpx.post(f"{address}/sparql", data={"query": wrong}, timeout=60.0)
        assert problem(answer, 502, "service-failed")["status_of_endpoint"] == 500
