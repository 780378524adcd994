"""The W3C SPARQL 1.1 query and update suites: query tests over HTTP, update tests on the engine.

Every data file of the query tests is a named graph of one store, and each test names those that it is about in its
request, by ``default-graph-uri`` and ``named-graph-uri``: so all of them run against one server, by its own protocol.
The endpoints of the SERVICE tests are that same server again, each with its own default graph.
No public update is served: the update tests run on the engine that the workbench uses, in a process without network.

    PYTHONPATH=server:tests python tests/sparql11.py

is that process; it prints the faults by test as JSON. The entailment suite is not run: the regime is Simple.
"""

import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import yaml
from suites import SPARQL11, sparql11

from gongfu.sparql.guard import syntax_fault
from gongfu.sparql.tokens import graph_names
from gongfu.sparql.worker import isolate

MISSES = Path(__file__).parent / "sparql11.misses.yaml"
_ELSEWHERE = ("entailment", "protocol", "service-description")
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NOTHING = SPARQL11 + "nothing"  # an empty graph, for tests without data
_ACCEPT = {"srx": "application/sparql-results+xml", "srj": "application/sparql-results+json", "csv": "text/csv",
           "tsv": "text/tab-separated-values", "ttl": "text/turtle"}  # fmt: skip
_PARSED = (
    "query-service",
    "service-not-listed",
    "graph-unknown",
    "query-evaluation",
)  # not for its syntax
_NUMBERS = {_XSD + "integer": int, _XSD + "decimal": float, _XSD + "double": float, _XSD + "float": float}
_SERVICE = re.compile(r"\bSERVICE(\s+SILENT)?\b")
Term = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass(frozen=True)
class Test:
    """A test: the IRI W3C gave it, its type, and the nodes of what is done and what is to come of it."""

    __test__ = False

    iri: str
    kind: str
    action: Any
    result: Any


class Suites:
    """All manifests and files."""

    def __init__(self) -> None:
        self.files = sparql11()
        self._facts = ox.Store()
        for iri, content in self.files.items():
            if iri.endswith("/manifest.ttl") and iri.removeprefix(SPARQL11).split("/")[0] not in _ELSEWHERE:
                self._facts.load(content, ox.RdfFormat.TURTLE, base_iri=iri)

    def all(self, node: Any, name: str) -> list[Any]:
        """Return the values of a property."""
        if node is None or isinstance(node, ox.Literal):
            return []
        return [quad.object for quad in self._facts.quads_for_pattern(node, ox.NamedNode(name), None)]

    def one(self, node: Any, name: str) -> Any:
        """Return the value of a property, None where there is none."""
        return next(iter(self.all(node, name)), None)

    def _listed(self) -> Iterator[Any]:
        for quad in self._facts.quads_for_pattern(None, ox.NamedNode(_MF + "entries"), None):
            node: Any = quad.object
            while node is not None and node != ox.NamedNode(_RDF + "nil"):
                yield self.one(node, _RDF + "first")
                node = self.one(node, _RDF + "rest")

    def tests(self) -> list[Test]:
        """Return the tests that the manifests list, in the order of their IRIs."""
        found = []
        for node in sorted(self._listed(), key=lambda one: str(one.value)):
            kind = self.one(node, _RDF + "type").value.removeprefix(_MF)
            action, result = self.one(node, _MF + "action"), self.one(node, _MF + "result")
            found.append(Test(node.value, kind, action, result))
        return found


@cache
def suites() -> Suites:
    """Return the suites, read once."""
    return Suites()


def queries() -> list[Test]:
    """Return the tests of queries."""
    return [test for test in suites().tests() if not _changes(test)]


def updates() -> list[Test]:
    """Return the tests of updates."""
    return [test for test in suites().tests() if _changes(test)]


def _changes(test: Test) -> bool:
    """Say whether a test is of an update; the type of some of them says otherwise, their file does not."""
    return "Update" in test.kind or str(getattr(test.action, "value", "")).endswith(".ru")


def misses() -> Mapping[str, Mapping[str, str]]:
    """Return the tests that are known not to pass, by suite and name, each with the reason."""
    known: dict[str, dict[str, str]] = yaml.safe_load(MISSES.read_text("utf-8"))
    return known


def short(iri: str) -> str:
    """Return how a test is named in the list of misses: its suite and its name."""
    suite, _, name = iri.removeprefix(SPARQL11).partition("/manifest#")
    return f"{suite}/{name}"


def write_store(path: Path) -> None:
    """Write the store of all data of the query tests, each file a graph."""
    store = ox.Store(str(path))
    store.add_graph(ox.NamedNode(_NOTHING))
    names = ("data", "graphData")
    actions = [test.action for test in queries()]
    actions += [data for action in actions for data in suites().all(action, _QT + "serviceData")]
    for iri in sorted({one.value for action in actions for name in names for one in suites().all(action, _QT + name)}):
        form = ox.RdfFormat.from_extension(iri.rpartition(".")[2])
        store.add_graph(ox.NamedNode(iri))
        store.load(suites().files[iri], form, base_iri=iri, to_graph=ox.NamedNode(iri))
    store.flush()


def run(test: Test, client: httpx.Client) -> str:
    """Run a test of a query against a server of the store; return why it failed, an empty text when it passed."""
    if "Syntax" in test.kind:
        return _syntax(test, client)
    query = suites().one(test.action, _QT + "query").value
    default = [one.value for one in suites().all(test.action, _QT + "data")] or [_NOTHING]
    named = [one.value for one in suites().all(test.action, _QT + "graphData")]
    ending = test.result.value.rpartition(".")[2]
    text = _at_home(f"BASE <{query}>\n{suites().files[query].decode()}", test, str(client.base_url).rstrip("/"))
    asked: dict[str, Any] = {"query": text}
    if not graph_names(text, query):  # the names of a request go before those of its query
        asked |= {"default-graph-uri": default, "named-graph-uri": named}
    answer = client.post("/sparql", data=asked, headers={"accept": _ACCEPT[ending]})
    if answer.status_code != 200:
        return f"{answer.status_code}: {answer.json()['en']['detail'][:200]}"
    return difference(ending, suites().files[test.result.value], answer.content, test.result.value)


def services(address: str) -> str:
    """Return the list of endpoints that a server at an address must be allowed to call for the SERVICE tests."""
    data = {one.value for test in queries() for one in _service_data(test).values()}
    return " ".join([f"{address}/nothing", *(_endpoint(address, iri) for iri in sorted(data))])


def _service_data(test: Test) -> dict[str, Any]:
    """Return the data of each endpoint that a test names."""
    named = suites().all(test.action, _QT + "serviceData")
    return {suites().one(one, _QT + "endpoint").value: suites().one(one, _QT + "data") for one in named}


def _endpoint(address: str, graph: str) -> str:
    return f"{address}/sparql?default-graph-uri={quote(graph, safe='')}"


def _at_home(text: str, test: Test, address: str) -> str:
    """Return a query with the endpoints of the test in the place of those it names."""
    for endpoint, data in _service_data(test).items():
        text = text.replace(f"<{endpoint}>", f"<{_endpoint(address, data.value)}>")
    return text.replace("<http://invalid.endpoint.org/sparql>", f"<{address}/nothing>")


def _syntax(test: Test, client: httpx.Client) -> str:
    text = suites().files[test.action.value].decode()
    answer = client.post("/sparql", data={"query": text, "default-graph-uri": _NOTHING}, headers={"accept": "*/*"})
    problem = answer.json()["type"].rpartition("/")[2] if answer.status_code != 200 else ""
    if test.kind.startswith("Negative"):
        return "" if problem == "query-syntax" else f"{answer.status_code} {problem}, expected query-syntax"
    if problem in _PARSED:
        harmless = _SERVICE.sub("GRAPH", text)  # the engine is given no query that calls anybody
        problem = "query-syntax" if syntax_fault(harmless, test.action.value) else ""
    return problem


def difference(ending: str, expected: bytes, found: bytes, base: str) -> str:
    """Return how a result differs from the expected one, an empty text when it does not; ``ending`` is its format."""
    if ending == "ttl":
        same = _graph(expected, base) == _graph(found, base)
    elif ending == "csv":
        same = _cells(expected) == _cells(found)
    else:
        form = ox.QueryResultsFormat.from_media_type(_ACCEPT[ending])
        same = _solutions(expected, form) == _solutions(found, form)
    return "" if same else f"another result: {found.decode()[:300]}"


def _cells(content: bytes) -> Counter[tuple[tuple[str, str], ...]]:
    """Return the rows of CSV as a bag, cells by their variable; blank nodes have no names worth comparing."""
    rows = csv.DictReader(io.StringIO(content.decode()))
    plain = ({name: "_:" if cell.startswith("_:") else cell for name, cell in row.items()} for row in rows)
    return Counter(tuple(sorted(row.items())) for row in plain)


def _graph(turtle: bytes, base: str) -> ox.Dataset:
    return _canonical(ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri=base))


def _canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    found = ox.Dataset(ox.Quad(one.subject, one.predicate, _plain(one.object), one.graph_name) for one in quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def _solutions(content: bytes, form: ox.QueryResultsFormat | None) -> object:
    """Return what of a result counts: its truth, or its variables and its rows as a bag, blank nodes matched."""
    found = ox.parse_query_results(content, form)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    rows = Counter(tuple((name, _plain(row[name])) for name in names if row[name]) for row in found)
    quads = []
    for number, (row, times) in enumerate(rows.items()):
        node = ox.BlankNode(f"row{number}")
        quads.append(ox.Quad(node, ox.NamedNode("row:times"), ox.Literal(times)))
        quads += [ox.Quad(node, ox.NamedNode(f"row:{name}"), term) for name, term in row]
    return sorted(names), _canonical(quads)


def _plain(term: Any) -> Any:
    """Return a number in one spelling of its value (1.50 and 1.5 are one), any other term as it is."""
    if isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS:
        try:
            return ox.Literal(repr(_NUMBERS[term.datatype.value](term.value)), datatype=term.datatype)
        except ValueError:
            return term
    return term


def run_update(test: Test) -> str:
    """Run a test of an update on the engine; return why it failed, an empty text when it passed."""
    if "Syntax" in test.kind:
        return _update_syntax(suites().files[test.action.value].decode(), test)
    request = suites().one(test.action, _UT + "request").value
    store, expected = _loaded(test.action), _loaded(test.result)
    try:
        store.update(suites().files[request].decode(), base_iri=request)
    except (SyntaxError, RuntimeError, ValueError, OSError) as error:
        return f"{type(error).__name__}: {error}"[:300]
    return "" if _canonical(store) == _canonical(expected) else "another dataset than expected"


def _update_syntax(text: str, test: Test) -> str:
    try:
        ox.Store().update(text, base_iri=test.action.value)
    except SyntaxError as error:
        return "" if test.kind.startswith("Negative") else str(error)[:300]
    except (RuntimeError, ValueError, OSError):
        pass  # it parses, and then finds nothing to load
    return "it parses" if test.kind.startswith("Negative") else ""


def _loaded(node: Any) -> ox.Store:
    store = ox.Store()
    for one in suites().all(node, _UT + "data"):
        store.load(suites().files[one.value], ox.RdfFormat.TURTLE, base_iri=one.value)
    for one in suites().all(node, _UT + "graphData"):
        file, name = suites().one(one, _UT + "graph").value, suites().one(one, _LABEL)
        graph = ox.NamedNode(name.value)
        store.load(suites().files[file], ox.RdfFormat.TURTLE, base_iri=file, to_graph=graph)
    return store


def main() -> None:
    """Run the update tests without network and print their faults."""
    isolate(2 * 1024**3)
    json.dump({test.iri: run_update(test) for test in updates()}, sys.stdout)


if __name__ == "__main__":
    main()
