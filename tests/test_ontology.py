"""The words are sound: every ontology file parses in three engines, and no check of tests/lint finds an offender.

A check is a query beside its fault: lint/<name>.rq selects offenders, lint/<name>.bad.ttl plants some and names
each on an #offender line. A new check is these two files.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import owlready2  # type: ignore[import-untyped]
import pyoxigraph
import pyshacl
import pytest
from rdflib import OWL, PROV, QB, RDF, RDFS, SKOS, XSD, Graph, URIRef
from rdflib.namespace import SH, DefinedNamespace

HOUSE = Path(__file__).resolve().parents[1]
LINT = HOUSE / "tests" / "lint"
BPS = "https://w3id.org/bps-cn/def#"
FILE = "urn:gongfu:"
MARK = "urn:gongfu:lint#"

SPARQL_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""'
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|\bPREFIX\s+(?P<prefix>[\w-]*):\s*<(?P<namespace>[^>]*)>"
    r'|<(?P<iri>[^<>"{}|^`\\\s]*)>'
    r"|\#[^\n]*"
    r"|(?P<start>[A-Za-z][\w-]*):(?P<local>[\w-]+(?:\.[\w-]+)*)",
    re.IGNORECASE,
)


def turtle_files() -> list[Path]:
    return sorted([*HOUSE.glob("ontology/**/*.ttl"), *HOUSE.glob("shapes/**/*.ttl")])


def query_files() -> list[Path]:
    return sorted([*HOUSE.glob("ontology/**/*.rq"), *HOUSE.glob("shapes/**/*.rq"), *HOUSE.glob("data/**/*.rq")])


def check_files() -> list[Path]:
    return sorted(LINT.glob("*.rq"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases: dict[str, Callable[[], list[Path]]] = {"turtle": turtle_files, "check": check_files}
    for name, find in cases.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, find(), ids=lambda path: str(path.relative_to(HOUSE)))


def mentions(sparql: str, prefixes: dict[str, str]) -> set[str]:
    """Return the IRIs that a query names, written out or with a prefix; strings and comments do not count."""
    prefixes = dict(prefixes)
    found: set[str] = set()
    for token in SPARQL_TOKEN.finditer(sparql):
        if token["namespace"] is not None:
            prefixes[token["prefix"]] = token["namespace"]
        elif token["iri"]:
            found.add(token["iri"])
        elif token["local"] and token["start"] in prefixes:
            found.add(prefixes[token["start"]] + token["local"])
    return found


def shape_queries(graph: Graph) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each query that a shapes file holds as text, with the prefixes it may use."""
    prefixes = {prefix: str(namespace) for prefix, namespace in graph.namespaces()}
    for declaration in graph.objects(None, SH.declare):
        prefixes[str(graph.value(declaration, SH.prefix))] = str(graph.value(declaration, SH.namespace))
    for kind in (SH.select, SH.ask, SH.construct):
        for text in graph.objects(None, kind):
            yield str(text), prefixes


def add_mentions(store: pyoxigraph.Store, file: Path, iris: set[str]) -> None:
    name = pyoxigraph.NamedNode(FILE + file.relative_to(HOUSE).as_posix())
    graph = pyoxigraph.NamedNode(MARK + "mentions")
    for iri in iris:
        term = pyoxigraph.NamedNode(iri)
        store.add(pyoxigraph.Quad(name, pyoxigraph.NamedNode(MARK + "mentions"), term, graph))


def vocabulary() -> dict[str, set[str]]:
    """Return the terms of each vocabulary whose list is at hand, by namespace."""
    shacl = Graph().parse(Path(pyshacl.__file__).parent / "assets" / "shacl.ttl")
    terms = {str(SH): {str(subject) for subject in shacl.subjects() if isinstance(subject, URIRef)}}
    listed: tuple[type[DefinedNamespace], ...] = (OWL, RDF, RDFS, SKOS, XSD, QB, PROV)
    for namespace in listed:
        terms[str(namespace)] = {str(term) for term in dir(namespace)}
    return terms


def add_vocabulary(store: pyoxigraph.Store) -> None:
    graph = pyoxigraph.NamedNode(MARK + "vocabulary")
    a = pyoxigraph.NamedNode(str(RDF.type))
    for namespace, terms in vocabulary().items():
        text = pyoxigraph.Literal(namespace)
        store.add(pyoxigraph.Quad(graph, pyoxigraph.NamedNode(MARK + "namespace"), text, graph))
        for term in terms:
            store.add(pyoxigraph.Quad(pyoxigraph.NamedNode(term), a, pyoxigraph.NamedNode(MARK + "Term"), graph))


def load(store: pyoxigraph.Store, file: Path, name: str) -> None:
    store.load(path=file, format=pyoxigraph.RdfFormat.TURTLE, to_graph=pyoxigraph.NamedNode(FILE + name))


def offenders(store: pyoxigraph.Store, check: Path) -> dict[str, set[str]]:
    """Run a check over all files at once; return each offender with its details."""
    found: dict[str, set[str]] = {}
    rows = store.query(check.read_text("utf-8"), use_default_graph_as_union=True)
    assert isinstance(rows, pyoxigraph.QuerySolutions)
    for row in rows:
        details = [str(row[variable]) for variable in rows.variables if variable.value != "offender"]
        found.setdefault(row["offender"].value, set()).update(details)
    return found


@pytest.fixture(scope="session")
def house() -> pyoxigraph.Store:
    """The ontology, the code lists, the shapes, one named graph a file, and what the queries mention."""
    store = pyoxigraph.Store()
    add_vocabulary(store)
    for file in turtle_files():
        load(store, file, file.relative_to(HOUSE).as_posix())
        if file.is_relative_to(HOUSE / "shapes"):
            for text, prefixes in shape_queries(Graph().parse(file)):
                add_mentions(store, file, mentions(text, prefixes))
    for file in query_files():
        add_mentions(store, file, mentions(file.read_text("utf-8"), {}))
    return store


def test_there_is_an_ontology_and_a_check() -> None:
    assert HOUSE / "ontology" / "bps.ttl" in turtle_files()
    assert check_files()


def test_two_engines_read_the_same_triples(turtle: Path) -> None:
    store = pyoxigraph.Store()
    store.load(path=turtle, format=pyoxigraph.RdfFormat.TURTLE)
    assert len(store) == len(Graph().parse(turtle)) > 0


def test_a_term_is_declared_once(turtle: Path) -> None:
    """Two declarations of one term are merged without a word: whoever mends the one leaves the other as it was."""
    declared = re.findall(r"^([\w-]+:[\w.-]+)\s+a\s", turtle.read_text("utf-8"), re.MULTILINE)
    assert sorted(declared) == sorted(set(declared))


def test_owlready2_reads_the_terms_as_declared() -> None:
    graph = Graph()
    for file in HOUSE.glob("ontology/**/*.ttl"):
        graph.parse(file)
    world = owlready2.World()
    world.get_ontology(BPS).load(fileobj=BytesIO(graph.serialize(format="nt", encoding="utf-8")))
    read = {
        OWL.Class: world.classes(),
        OWL.ObjectProperty: world.object_properties(),
        OWL.DatatypeProperty: world.data_properties(),
        OWL.AnnotationProperty: world.annotation_properties(),
    }
    for kind, entities in read.items():
        declared = {str(term) for term in graph.subjects(RDF.type, kind) if str(term).startswith(BPS)}
        assert declared == {entity.iri for entity in entities if entity.iri.startswith(BPS)}


def test_check_finds_no_offender(check: Path, house: pyoxigraph.Store) -> None:
    assert offenders(house, check) == {}, re.findall(r"^#title .*", check.read_text("utf-8"), re.MULTILINE)


def test_check_finds_the_planted_fault_and_nothing_else(check: Path) -> None:
    fault = check.with_suffix(".bad.ttl")
    planted = re.findall(r"^#offender (\S+)$", fault.read_text("utf-8"), re.MULTILINE)
    store = pyoxigraph.Store()
    add_vocabulary(store)
    load(store, fault, f"ontology/{fault.name}")
    assert planted
    assert set(offenders(store, check)) == set(planted)


def test_check_says_what_it_is_in_two_languages(check: Path) -> None:
    text = check.read_text("utf-8")
    for mark in ("title", "description"):
        assert len(re.findall(rf"^#{mark} .*[\u4e00-\u9fff].* · [A-Z].+$", text, re.MULTILINE)) == 1, mark


def test_every_fault_has_its_check() -> None:
    assert {file.name.removesuffix(".bad.ttl") for file in LINT.glob("*.ttl")} == {
        file.stem for file in LINT.glob("*.rq")
    }


def test_mentions_are_read_outside_strings_and_comments() -> None:
    query = """PREFIX bps: <urn:b#> # bps:comment
    PREFIX code: <urn:c/>
    SELECT ?x WHERE { ?x a bps:One ; bps:two/code:13-a "bps:string", 'code:quoted' ; <urn:d#three> ?y }"""
    assert mentions(query, {}) == {"urn:b#One", "urn:b#two", "urn:c/13-a", "urn:d#three"}
