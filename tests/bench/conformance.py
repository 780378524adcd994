"""Conformance: how many tests of the W3C SHACL suite our engine and the referee pass.

Run: python tests/bench/conformance.py [FOLDER]. The suite is in the source distribution of pySHACL, which pip fetches
into a temporary folder unless FOLDER is one that holds it already (…/test/resources/sht_tests). A test passes where the
results are the expected ones: focus node, path, value, shape, constraint component and severity of each, blank nodes
being equal to blank nodes; or where the engine refuses what the suite says it must.
"""

import importlib.metadata
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyshacl
import rdflib
import shacl
from rdflib.namespace import RDF, SH

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
Results = Counter[tuple[str, ...]]
_ASKED = (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape, SH.sourceConstraintComponent, SH.resultSeverity)


@dataclass(frozen=True)
class Case:
    """A test: its name, the files of data and shapes, the expected results (None: the engine must refuse)."""

    name: str
    data: Path
    shapes: Path
    expected: Results | None


def cases(suite: Path) -> Iterator[Case]:
    """Yield the tests of all manifests under a folder."""
    for file in sorted(suite.rglob("*.ttl")):
        graph = rdflib.Graph().parse(file, publicID=file.as_uri())
        for node in sorted(graph.subjects(RDF.type, SHT.Validate), key=str):
            action, result = graph.value(node, MF.action), graph.value(node, MF.result)
            data, shapes = (_file(graph.value(action, part)) for part in (SHT.dataGraph, SHT.shapesGraph))
            yield Case(
                f"{file.relative_to(suite)}", data, shapes, None if result == SHT.Failure else told(graph, result)
            )


def _file(node: rdflib.term.Node | None) -> Path:
    return Path(str(node).removeprefix("file://"))


def told(graph: rdflib.Graph, report: rdflib.term.Node | None) -> Results:
    """Return the results of a validation report."""
    return Counter(
        tuple(_plain(graph.value(result, one)) for one in _ASKED) for result in graph.objects(report, SH.result)
    )


def _plain(node: rdflib.term.Node | None) -> str:
    """Return a node's value: a blank one (a path, a shape within a shape) is equal to any other."""
    return "" if node is None else "_" if isinstance(node, rdflib.BNode) else str(node)


def by_pyshacl(case: Case) -> Results:
    """Return the results of the referee."""
    data, shapes = (rdflib.Graph().parse(file, publicID=file.as_uri()) for file in (case.data, case.shapes))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False)
    if not isinstance(report, rdflib.Graph):
        raise TypeError(report)
    return told(report, report.value(None, RDF.type, SH.ValidationReport))


def by_shacl(case: Case) -> Results:
    """Return the results of our engine."""
    shapes = shacl.Shapes.from_turtle(case.shapes.read_text("utf-8"), base=case.shapes.as_uri())
    data = rdflib.Graph().parse(case.data, publicID=case.data.as_uri()).serialize(format="nt")
    return Counter(
        (_bare(one.focus_node), _path(one.path), "_" if (one.value or "").startswith("_:") else one.value_plain or "", _bare(one.source_shape or ""),
         one.component_iri, _bare(one.severity_iri))
        for one in shapes.validate_text(data, "ntriples").results
    )  # fmt: skip


def _bare(term: str) -> str:
    return term[1:-1] if term.startswith("<") else "_" if term.startswith("_:") else term.strip('"').split('"')[0]


def _path(path: str | None) -> str:
    simple = path is not None and path.startswith("<") and path.count("<") == 1 and path.endswith(">")
    return path[1:-1] if path and simple else "_" if path else ""


def passes(case: Case, engine: Callable[[Case], Results]) -> bool:
    """Say whether an engine does what the suite expects."""
    try:
        found = engine(case)
    except Exception:
        return case.expected is None
    return found == case.expected


def fetched(folder: Path) -> Path:
    """Fetch the source distribution of the installed pySHACL and return its suite."""
    wanted = f"pyshacl=={importlib.metadata.version('pyshacl')}"
    words = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder), wanted]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("*/test/resources/sht_tests"))


def main() -> int:
    """Print how many tests each engine passes, and which it does not."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else fetched(Path(folder))
        known = list(cases(suite))
        for name, engine in (("shacl", by_shacl), ("pyshacl", by_pyshacl)):
            failed = [case.name for case in known if not passes(case, engine)]
            print(f"{name} {importlib.metadata.version(name)}: {len(known) - len(failed)} of {len(known)}")
            print("".join(f"  not: {one}\n" for one in failed), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
