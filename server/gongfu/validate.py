"""Validate: a data graph against the shapes; the one place that chooses the SHACL engine.

Place in the flow: compare -> **validate** -> report. Shapes are the only source of rules; nothing is judged here.

Two engines, one answer. ``shacl`` (Rust; MIT or Apache-2.0; young, kept by one person, hence pinned) is the fast path:
0.04 s where pySHACL with its imports needs 2 s for one catalogue, and 120 of the 121 tests of the W3C suite, where
pySHACL passes 118 (tests/test_shacl_suite.py holds which not). ``pyshacl`` over rdflib is the referee; tests hold the
two equal, result for result, on every case of tests/shapes, on the real catalogues and on generated ones.
"""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyoxigraph as ox

from gongfu.compare import of_codes
from gongfu.facts import written
from gongfu.kept import kept, kept_object
from gongfu.settings import house, program, unchanged

if TYPE_CHECKING:
    import rdflib
    from shacl import Shapes

Engine = Literal["shacl", "pyshacl"]
SH = "http://www.w3.org/ns/shacl#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
_SEVERITIES = {"Violation": "violation", "Warning": "warning", "Info": "information"}
# What the shapes ask of code lists: which scheme a code is in, which kind a department is of.
_NEEDED = ("http://www.w3.org/2004/02/skos/core#inScheme", "https://w3id.org/bps-cn/def#departmentKind")


@dataclass(frozen=True)
class Result:
    """One validation result: the node at fault, the path, the shape that says so, its severity, the value if any.

    ``path`` is an IRI, or empty for a path of several steps; ``value`` is the lexical form.
    """

    focus: str
    shape: str
    severity: str
    component: str
    path: str = ""
    value: str = ""


def shape_files() -> list[Path]:
    """Return the shapes files in order of name."""
    return sorted(house().shapes.glob("*.ttl"))


def validate(data: Iterable[ox.Triple], engine: Engine = "shacl") -> list[Result]:
    """Return the validation results of a data graph in a stable order; an empty list means that it conforms."""
    return validate_turtle(judged_turtle(data), engine)


def judged_turtle(data: Iterable[ox.Triple]) -> str:
    """Return what is judged of a data graph as Turtle."""
    judged = judged_predicates()
    text = ox.serialize((one for one in data if one.predicate.value in judged), format=ox.RdfFormat.TURTLE)
    return (text or b"").decode()


def validate_turtle(data: str, engine: Engine = "shacl") -> list[Result]:
    """Return the validation results of what is judged of a data graph, given as Turtle, as ``validate`` does.

    Turtle without prefixes, all of a subject in one: that is read in two thirds of the time of N-Triples, and to read
    takes longer than to judge.
    """
    results = set((_by_shacl if engine == "shacl" else _by_pyshacl)(data + _codes()))
    return sorted(results, key=lambda result: (result.focus, result.shape, result.component, result.value))


@functools.lru_cache(maxsize=1)
def judged_predicates() -> frozenset[str]:
    """Return what the shapes may look at in a data graph: every IRI in them, and what makes a class of another.

    None of them is closed or asks by SPARQL, so what they do not name they cannot see (tests/test_shapes.py).
    """
    found: frozenset[str] = kept_object("judged-predicates", program(), _judged_predicates, unchanged)
    return found


def _judged_predicates() -> frozenset[str]:
    shapes = (quad for file in shape_files() for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE))
    return frozenset({_TYPE, _SUBCLASS}).union(
        term.value for quad in shapes for term in quad.triple if isinstance(term, ox.NamedNode)
    )


@functools.lru_cache(maxsize=1)
def _codes() -> str:
    return kept("codes-judged", program(), lambda: of_codes(_NEEDED), unchanged).decode()


def _by_shacl(turtle: str) -> Iterator[Result]:
    for result in compiled_shapes().validate_text(turtle).results:
        path = result.path or ""
        yield Result(
            focus=_bare(result.focus_node),
            shape=_bare(result.source_shape or ""),
            severity=_SEVERITIES[result.severity],
            component=result.component_iri,
            path=path[1:-1] if path.startswith("<") and path.count("<") == 1 and path.endswith(">") else "",
            value=result.value_plain or "",
        )


def _bare(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term


@functools.lru_cache(maxsize=1)
def compiled_shapes() -> "Shapes":
    """Return the shapes, ready to judge, made once a process."""
    from shacl import Shapes  # only a check pays for it

    return Shapes.from_turtle("\n".join(file.read_text("utf-8") for file in shape_files()))


def _by_pyshacl(turtle: str) -> Iterator[Result]:
    import pyshacl  # a second to import: only the referee needs it
    import rdflib
    from rdflib.namespace import SH as SHACL

    triples = written(quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    graph = rdflib.Graph().parse(data=triples, format="nt")  # which rdflib reads in half the time
    _, report, _ = pyshacl.validate(graph, shacl_graph=_shapes(), inplace=True, meta_shacl=False, advanced=False)
    for node in report.objects(None, SHACL.result):  # not sh:detail, which tells of the shapes inside a shape
        path, value = report.value(node, SHACL.resultPath), report.value(node, SHACL.value)
        yield Result(
            focus=str(report.value(node, SHACL.focusNode)),
            shape=str(report.value(node, SHACL.sourceShape)),
            severity=_SEVERITIES[str(report.value(node, SHACL.resultSeverity)).removeprefix(SH)],
            component=str(report.value(node, SHACL.sourceConstraintComponent)),
            path=str(path) if isinstance(path, rdflib.URIRef) else "",
            value="" if value is None else str(value),
        )


@functools.lru_cache(maxsize=1)
def _shapes() -> "rdflib.Graph":
    import rdflib

    graph = rdflib.Graph()
    for file in shape_files():
        graph.parse(file, format="turtle")
    return graph
