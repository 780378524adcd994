"""The W3C SHACL suite against the engines that judge catalogues: the report of each test, compared as a graph.

A report is what a test expects when the two are isomorphic: focus node, path, severity, component, constraint, shape
and value of every result, blank nodes matched; messages count where the test gives one. Where a test expects a failure
the engine must refuse the shapes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import yaml
from suites import SHACL, shacl

MISSES = Path(__file__).parent / "shacl_suite.misses.yaml"
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"
_SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ASKED = ("focusNode", "resultSeverity", "sourceConstraintComponent", "sourceConstraint", "sourceShape", "value")
Engine = Callable[[str, str], bytes]
"""Takes data and shapes as Turtle and returns the report as Turtle; raises where it refuses the shapes."""


@dataclass(frozen=True)
class Test:
    """A test: its IRI, data and shapes as Turtle, and the report it expects; None where that is a failure."""

    __test__ = False

    iri: str
    data: str
    shapes: str
    report: ox.Dataset | None
    """As ``comparable`` makes it."""
    messages: bool
    """Whether the report gives messages."""


class Facts:
    """The triples of some Turtle."""

    def __init__(self, turtle: bytes, base: str = "") -> None:
        self.store = ox.Store()
        self.store.load(turtle, ox.RdfFormat.TURTLE, base_iri=base or None)

    def all(self, node: Any, name: str) -> list[Any]:
        """Return the values of a property."""
        return [quad.object for quad in self.store.quads_for_pattern(node, ox.NamedNode(name), None)]

    def one(self, node: Any, name: str) -> Any:
        """Return the value of a property, None where there is none."""
        return next(iter(self.all(node, name)), None)

    def list(self, node: Any) -> Iterator[Any]:
        """Yield what stands in a list."""
        while node is not None and node != ox.NamedNode(_RDF + "nil"):
            yield self.one(node, _RDF + "first")
            node = self.one(node, _RDF + "rest")


def comparable(facts: Facts, report: Any, messages: bool) -> ox.Dataset:
    """Return what of a report counts, with canonical names for its blank nodes."""
    asked = [*_ASKED, *(["resultMessage"] if messages else [])]
    found = [ox.Quad(report, ox.NamedNode(_SH + "conforms"), facts.one(report, _SH + "conforms"))]
    for result in facts.all(report, _SH + "result"):
        found.append(ox.Quad(report, ox.NamedNode(_SH + "result"), result))
        for name in asked:
            found += [ox.Quad(result, ox.NamedNode(_SH + name), one) for one in facts.all(result, _SH + name)]
        for path in facts.all(result, _SH + "resultPath"):
            found += _copied(facts, result, ox.NamedNode(_SH + "resultPath"), path)
    whole = ox.Dataset(found)
    whole.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return whole


def _copied(facts: Facts, of: Any, name: ox.NamedNode, node: Any) -> Iterator[ox.Quad]:
    """Yield a property and what hangs on its blank node, which results may share: a path is what its steps are."""
    copy = ox.BlankNode() if isinstance(node, ox.BlankNode) else node
    yield ox.Quad(of, name, copy)
    if copy is not node:
        for quad in facts.store.quads_for_pattern(node, None, None):
            yield from _copied(facts, copy, quad.predicate, quad.object)


@cache
def tests() -> tuple[Test, ...]:
    """Return all tests of the suite, in the order of their IRIs."""
    files = shacl()
    found = [test for iri in files if iri.endswith(".ttl") for test in _of_file(iri, files)]
    return tuple(sorted(found, key=lambda test: test.iri))


def _of_file(iri: str, files: Mapping[str, bytes]) -> Iterator[Test]:
    facts = Facts(files[iri], iri)
    for entries in facts.all(None, _MF + "entries"):
        for node in facts.list(entries):
            action, report = facts.one(node, _MF + "action"), facts.one(node, _MF + "result")
            data, shapes = (
                _turtle(facts.one(action, _SHT + name).value, files) for name in ("dataGraph", "shapesGraph")
            )
            messages = bool(facts.all(None, _SH + "resultMessage"))
            failure = report == ox.NamedNode(_SHT + "Failure")
            expected = None if failure else comparable(facts, report, messages)
            yield Test(node.value, data, shapes, expected, messages)


def _turtle(iri: str, files: Mapping[str, bytes]) -> str:
    """Return a file under a base that any parser takes; nothing that a report names is relative to it."""
    return f"@base <http://example.org/{iri.removeprefix(SHACL)}> .\n{files[iri].decode()}"


def run(test: Test, engine: Engine) -> str:
    """Run a test; return why it failed, an empty text when it passed."""
    try:
        told = engine(test.data, test.shapes)
    except Exception as error:  # whatever an engine raises is its refusal
        return "" if test.report is None else f"{type(error).__name__}: {error}"[:300]
    if test.report is None:
        return "a report where the shapes should be refused"
    facts = Facts(told)
    report = next(iter(facts.store.quads_for_pattern(None, ox.NamedNode(_SH + "conforms"), None))).subject
    found = comparable(facts, report, test.messages)
    return "" if found == test.report else f"another report: {found}"


def by_shacl(data: str, shapes: str) -> bytes:
    """Judge with the engine that a check uses."""
    from shacl import Shapes

    return Shapes.from_turtle(shapes).validate_turtle(data).serialize("turtle").encode()


def by_pyshacl(data: str, shapes: str) -> bytes:
    """Judge with the referee."""
    import pyshacl
    import rdflib

    graphs = [rdflib.Graph().parse(data=text, format="turtle") for text in (data, shapes)]
    _, report, _ = pyshacl.validate(graphs[0], shacl_graph=graphs[1], inplace=True, meta_shacl=False, advanced=False)
    if not isinstance(report, rdflib.Graph):
        raise report if isinstance(report, Exception) else ValueError(report)
    return report.serialize(format="turtle").encode()


ENGINES: Mapping[str, Engine] = {"shacl": by_shacl, "pyshacl": by_pyshacl}


def misses(engine: str) -> Mapping[str, Mapping[str, str]]:
    """Return the tests that are known not to pass by name, each with the reason."""
    known: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(MISSES.read_text("utf-8"))
    return known[engine]
