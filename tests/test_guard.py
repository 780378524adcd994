"""The guard lets no query call another host, and refuses none that does not.

A case is a file of guard/: ``<name>.refused.rq`` must be refused, ``<name>.allowed.rq`` must run. Where the engine
itself runs a refused case, a listener on the loopback shows that it really calls, so that the cases stay sharp.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox
import pytest
from answering import Quiet, WholeRequests, running
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfu.sparql.guard import service_fault, syntax_fault
from gongfu.sparql.tokens import GraphNames, graph_names, is_update

CASES = Path(__file__).parent / "guard"
BASE = "http://example.org/"
PLACE = "127.0.0.1:9/"


class Listener(Quiet):
    """A host that counts who calls it."""

    calls = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}/"


class _Count(WholeRequests):
    def do_POST(self) -> None:
        assert isinstance(self.server, Listener)
        self.server.calls += 1
        self.send_error(500)

    do_GET = do_POST


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with running(Listener(("127.0.0.1", 0), _Count)) as server:
        yield server


def case_files(kind: str) -> list[Path]:
    found = sorted(CASES.glob(f"*.{kind}.rq"))
    assert found
    return found


def case_text(path: Path) -> str:
    return path.read_bytes().decode()  # carriage returns count


def run(query: str) -> bool:
    """Run a query in the engine without any guard; say whether it parsed."""
    store = ox.Store()
    store.bulk_load(f"<{BASE}a> <{BASE}b> <{BASE}c> .".encode(), ox.RdfFormat.TURTLE)
    try:
        result = store.query(query, base_iri=BASE)
        if not isinstance(result, ox.QueryBoolean):
            list(result)
    except SyntaxError:
        return False
    except (RuntimeError, OSError):
        pass
    return True


@pytest.mark.parametrize("path", case_files("refused"), ids=lambda path: path.stem)
def test_a_call_is_refused_at_its_place(path: Path) -> None:
    query = case_text(path)
    fault = service_fault(query, BASE)
    assert fault
    line = query.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(fault.near)


def test_the_refused_cases_are_real_calls(listener: Listener) -> None:
    calling = set()
    for path in case_files("refused"):
        before = listener.calls
        run(case_text(path).replace(PLACE, listener.place))
        calling |= {path.name} if listener.calls > before else set()
    assert len(calling) >= 24, "the engine or the cases have changed"
    assert {"less-than-hides-quote.refused.rq", "less-than-hides-comment.refused.rq"} <= calling


@pytest.mark.parametrize("path", case_files("allowed"), ids=lambda path: path.stem)
def test_the_word_alone_is_allowed(path: Path, listener: Listener) -> None:
    query = case_text(path).replace(PLACE, listener.place)
    before = listener.calls
    assert service_fault(query, BASE) is None
    assert run(query)
    assert listener.calls == before


PARTS = st.lists(
    st.sampled_from([
        "SERVICE <http://PLACE> { ?s ?p ?o }", "SERVICE SILENT ex: { }", "service?u{}", "SERVICEex:x{ ?s ?p ?o }",
        "?s ?p 'SERVICE <http://PLACE> {}' .", "# SERVICE <http://PLACE> {}\n", "ex:service ex:SERVICE ?service .",
        "FILTER(?a<'x>')", "FILTER(?a = '')", "FILTER(?a<?b#>'''\n)", "#'''\n", "FILTER(?a<?b&&?c>?d)", "FILTER('''",
        "''' = '')", "BIND(<http://PLACE> AS ?u)", "VALUES ?u { <http://PLACE> }", "{", "}", "UNION", "OPTIONAL {",
        "FILTER EXISTS {", "MINUS {", "\n", "'", '"', "#", "\\u0027", "\\u0053ERVICE ex: {}", "<", ">", "?s ?p ?o .",
        "GRAPH ?g {", "{ SELECT * {", "_:service ?p 1 .",
    ]),
    max_size=8,
)  # fmt: skip


@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=PARTS, closed=st.integers(0, 3))
def test_what_the_guard_lets_through_never_calls(listener: Listener, parts: list[str], closed: int) -> None:
    query = f"PREFIX ex: <http://PLACE> SELECT * WHERE {{ {' '.join(parts)} {'}' * (closed + 1)}".replace(
        "PLACE/", "PLACE"
    )
    query = query.replace("PLACE", listener.place)
    before = listener.calls
    fault = service_fault(query, BASE)
    assert listener.calls == before, "the guard itself called"
    parsed = run(query)
    if fault is None:
        assert listener.calls == before
    elif fault.problem == "query-syntax" and listener.calls == before:
        assert not parsed or "service" in query.casefold()


def test_an_unknown_function_is_left_to_the_engine() -> None:
    query = "SELECT (<http://example.org/f>(1) AS ?service) { }"
    assert service_fault(query, BASE) is None
    with pytest.raises(RuntimeError, match="is not supported"):
        ox.Store().query(query)


def test_a_worker_has_no_network(listener: Listener) -> None:
    code = (
        "import socket, sys; from gongfu.sparql.worker import isolate\n"
        "print(isolate(2 * 1024**3)); socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)"
    )
    command = [sys.executable, "-c", code, listener.place.removesuffix("/").rpartition(":")[2]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stdout.strip() == "False":
        pytest.skip("this kernel lets a process make no network of its own")
    assert done.stdout.strip() == "True"
    assert done.returncode != 0
    with suppress(OSError), socket.create_connection(("127.0.0.1", listener.server_address[1]), 2):
        return
    pytest.fail("the listener is gone, so the test shows nothing")


FAULTS = [
    ("SELECT * {\n ?s ?p }", 2, 8, "}"),
    ("SELECT * {\n ?s ?p ?o\n ?a ?b ?c }", 3, 2, "?a"),
    ("SELECT ?x WHERE { ?x a bps:Item . }", 1, 24, "bps:Item"),
    ("SELECT * WHERE { ?s ?p ?o FILTER(?o > ) }", 1, 39, ")"),
    ("SELEKT * {}", 1, 1, "SELEKT"),
    ("SELECT * WHERE { ?s ?p ?o . } LIMT 3", 1, 31, "LIMT"),
    ("# 说明\nSELECT ?名称 WHERE { ?名称 ， ?o }", 2, 24, "，"),
    ("", 1, 1, ""),
]


@pytest.mark.parametrize(("query", "line", "column", "near"), FAULTS)
def test_a_syntax_error_has_a_place(query: str, line: int, column: int, near: str) -> None:
    fault = syntax_fault(query, BASE)
    assert fault
    assert (fault.problem, fault.line, fault.column, fault.near) == ("query-syntax", line, column, near)


NAMES = [
    ("SELECT * { ?s ?p ?o }", (), ()),
    ("SELECT * FROM <http://g/1> FROM NAMED <http://g/2> { ?s ?p ?o }", ("http://g/1",), ("http://g/2",)),
    ("PREFIX g: <http://g/> ASK FROM g:北京 from named g:a.b { ?s ?p ?o }", ("http://g/北京",), ("http://g/a.b",)),
    ("BASE <http://b/x/> SELECT * FROM <y> { ?s ?p ?o }", ("http://b/x/y",), ()),
    ("SELECT * FROM <graph/cn> { ?s ?p ?o }", ("http://example.org/graph/cn",), ()),
    ("CONSTRUCT { ?s ?p 'FROM <http://g/no>' } FROM <http://g/1> { ?s ?p ?o } # FROM <g>", ("http://g/1",), ()),
    ("SELECT * FROM <file:///etc/passwd> { }", ("file:///etc/passwd",), ()),
    ("SELECT * FROM no:such { }", ("no:such",), ()),
    ("BASE <http://[> PREFIX p: <//[> SELECT * FROM <http://[> FROM NAMED p:x { }", ("http://[",), ("//[x",)),
    ("SELECT ?from { ?from <http://x/from> 'from' }", (), ()),
]  # fmt: skip


@pytest.mark.parametrize(("query", "default", "named"), NAMES)
def test_graphs_of_from_clauses(query: str, default: tuple[str, ...], named: tuple[str, ...]) -> None:
    assert graph_names(query, BASE) == GraphNames(default, named)


@pytest.mark.parametrize(
    "query", ["INSERT DATA { }", "# x\nPREFIX insert: <http://x/> clear all", "WITH <a> DELETE { } WHERE { }"]
)
def test_updates_are_known(query: str) -> None:
    assert is_update(query)


@pytest.mark.parametrize(
    "query", ["SELECT ?insert { }", "PREFIX clear: <x> ASK { clear:a ?b 'INSERT' }", "# INSERT\nASK { }", ""]
)
def test_queries_are_no_updates(query: str) -> None:
    assert not is_update(query)
