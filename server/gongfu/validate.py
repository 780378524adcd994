"""Validate: a data graph against the shapes; the one place that chooses the SHACL engine.

Place in the flow: compare -> **validate** -> report. Shapes are the only source of rules; nothing is judged here.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gongfu.codes import codelist_triples
from gongfu.settings import house

if TYPE_CHECKING:
    import rdflib

SH = "http://www.w3.org/ns/shacl#"
_SEVERITIES = {"Violation": "violation", "Warning": "warning", "Info": "information"}
# What the shapes ask of code lists: which scheme a code is in, which kind a department is of.
_NEEDED = ("http://www.w3.org/2004/02/skos/core#inScheme", "https://w3id.org/bps-cn/def#departmentKind")


@dataclass(frozen=True)
class Result:
    """One validation result: the node at fault, the path, the shape that says so, its severity, the value if any."""

    focus: str
    shape: str
    severity: str
    component: str
    path: str = ""
    value: str = ""


def shape_files() -> list[Path]:
    """Return the shapes files in order of name."""
    return sorted(house().shapes.glob("*.ttl"))


def validate(data: Iterable[ox.Triple]) -> list[Result]:
    """Return the validation results of a data graph in a stable order; an empty list means that it conforms.

    The engine is pySHACL over rdflib, the referee of SHACL engines: every shape is SHACL Core, the joins were made
    beforehand by CONSTRUCT.
    """
    import pyshacl  # half a second to import: only a check needs it
    import rdflib
    from rdflib.namespace import SH as SHACL

    codes = [triple for triple in codelist_triples() if triple.predicate.value in _NEEDED]
    graph = _rdflib_graph([*data, *codes])
    _, report, _ = pyshacl.validate(graph, shacl_graph=_shapes(), inplace=True, meta_shacl=False, advanced=False)
    results = []
    for node in report.subjects(SHACL.focusNode, None):
        severity = str(report.value(node, SHACL.resultSeverity)).removeprefix(SH)
        path, value = report.value(node, SHACL.resultPath), report.value(node, SHACL.value)
        results.append(Result(
            focus=str(report.value(node, SHACL.focusNode)), shape=str(report.value(node, SHACL.sourceShape)),
            severity=_SEVERITIES[severity], component=str(report.value(node, SHACL.sourceConstraintComponent)),
            path=str(path) if isinstance(path, rdflib.URIRef) else "", value="" if value is None else str(value),
        ))  # fmt: skip
    return sorted(set(results), key=lambda result: (result.focus, result.shape, result.component, result.value))


def _rdflib_graph(triples: Iterable[ox.Triple]) -> "rdflib.Graph":
    import rdflib

    turtle = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert turtle is not None
    return rdflib.Graph().parse(data=turtle, format="nt")


@functools.lru_cache(maxsize=1)
def _shapes() -> "rdflib.Graph":
    import rdflib

    graph = rdflib.Graph()
    for file in shape_files():
        graph.parse(file, format="turtle")
    return graph
