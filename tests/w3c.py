"""The W3C test sets of the SPARQL 1.1 Protocol, Graph Store Protocol and Service Description, run over HTTP.

They stand beside the repository, in ../shared/w3c, and are no part of it. A manifest says for each test which requests
to send and what to expect; addresses that begin with /gsp are mapped to the addresses of this service.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "w3c"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
GRAPH_TYPES = ("application/rdf+xml", "text/turtle", "application/n-triples")
RESULT_TYPES = ("application/sparql-results+xml", "application/sparql-results+json", "text/csv",
                "text/tab-separated-values")  # fmt: skip
_STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}


@dataclass(frozen=True)
class Test:
    """A test: the IRI W3C gave it, and where it is described."""

    __test__ = False

    iri: str
    manifest: rdflib.Graph
    folder: Path


def all_tests() -> list[Test]:
    """Return the tests of all three sets in the order of their manifests; empty where the folder is not there."""
    files = ("protocol/manifest.ttl", "graph-store-protocol/manifest-indirect.ttl",
             "graph-store-protocol/manifest-direct.ttl")  # fmt: skip
    return [test for file in files if (FOLDER / file).is_file() for test in _of_manifest(FOLDER / file)]


def _of_manifest(file: Path) -> Iterator[Test]:
    """Yield the tests that a manifest lists, then those that it describes and forgot to list."""
    graph = rdflib.Graph().parse(file, publicID=file.as_uri())
    listed = [str(test) for entries in graph.objects(None, MF.entries) for test in Collection(graph, entries)]
    kinds = (MF.ProtocolTest, MF.GraphStoreProtocolTest)
    described = sorted(str(test) for kind in kinds for test in graph.subjects(RDF.type, kind))
    for test in dict.fromkeys([*listed, *described]):
        yield Test(test, graph, file.parent)


def run(test: Test, client: httpx.Client) -> str:
    """Run a test against a workbench; return why it failed, an empty text when it passed."""
    graph, node = test.manifest, rdflib.URIRef(test.iri)
    client.post("/sparql", data={"update": "CLEAR ALL"}).raise_for_status()
    for data in graph.objects(node, UT.graphData):
        file, name = graph.value(data, UT.graph), graph.value(data, RDFS.label)
        content = (test.folder / str(file).rpartition("/")[2]).read_bytes()
        kind = {"content-type": "application/n-triples"}
        client.put("/rdf-graph-store", params={"graph": str(name)}, content=content, headers=kind).raise_for_status()
    location = ""
    requests = graph.value(graph.value(node, MF.action), HT.requests)
    assert requests
    for number, request in enumerate(Collection(graph, requests), 1):
        response = _sent(graph, request, client, location)
        location = response.headers.get("location", location)
        fault = _fault(graph, graph.value(request, HT.resp), response, client)
        if fault:
            return f"request {number}: {fault}"
    return ""


def _sent(graph: rdflib.Graph, request: rdflib.term.Node, client: httpx.Client, location: str) -> httpx.Response:
    path = str(graph.value(request, HT.absolutePath)).replace("$LOCATION$", location)
    if path.startswith("/gsp/"):
        path = "/graph/" + path.removeprefix("/gsp/")
    elif path.startswith("/gsp"):
        path = "/rdf-graph-store" + path.removeprefix("/gsp")
    content = _body(graph, request)
    headers = _headers(graph, request)
    if content is not None and headers.get("content-type", "").startswith("multipart/"):
        content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")  # Turtle files have their own line ends
    method = str(graph.value(request, HT.methodName))
    built = client.build_request(method, path, content=content, headers=headers)
    return client.send(built)


def _headers(graph: rdflib.Graph, node: rdflib.term.Node) -> dict[str, str]:
    listed = graph.value(node, HT.headers)
    pairs = list(Collection(graph, listed)) if listed else []
    return {str(graph.value(one, HT.fieldName)).lower(): str(graph.value(one, HT.fieldValue)) for one in pairs}


def _body(graph: rdflib.Graph, node: rdflib.term.Node) -> bytes | None:
    body = graph.value(node, HT.body)
    if body is None:
        return None
    return str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding) or "UTF-8"))


def _fault(
    graph: rdflib.Graph, expected: rdflib.term.Node | None, response: httpx.Response, client: httpx.Client
) -> str:
    assert expected
    statuses = [str(one).rpartition("#")[2] for one in graph.objects(expected, MF.expectedStatus)]
    if statuses and not any(_is(response.status_code, one) for one in statuses):
        return f"status {response.status_code}, expected {' or '.join(statuses)}"
    kind = response.headers.get("content-type", "").partition(";")[0]
    form = str(graph.value(expected, MF.expectedFormat) or "")
    known = {"RDF": GRAPH_TYPES, "tabular": RESULT_TYPES, "boolean": RESULT_TYPES[:2]}.get(form)
    if known and kind not in known:
        return f"content type {kind}, expected {form}"
    truth = graph.value(expected, MF.expectedBoolean)
    if truth is not None and bool(response.json()["boolean"]) != (str(truth) == "true"):
        return f"the answer is not {truth}"
    wanted = _headers(graph, expected).get("content-type")
    if wanted and kind != wanted.partition(";")[0]:
        return f"content type {kind}, expected {wanted}"
    content = _body(graph, expected)
    if content is not None and not _same_graph(content, response.content):
        return "another graph than expected"
    return ""


def _is(status: int, expected: str) -> bool:
    if expected.startswith("StatusCode"):
        return str(status)[0] == expected.removeprefix("StatusCode")[0]
    return status == _STATUS[expected]


def _same_graph(one: bytes, other: bytes) -> bool:
    return _canonical(one) == _canonical(other)


def _canonical(turtle: bytes) -> ox.Dataset:
    found = ox.Dataset(ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri="http://www.example/"))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


SD = "http://www.w3.org/ns/sparql-service-description#"
DESCRIPTION_TESTS = ("returns-rdf", "has-endpoint-triple", "conforms-to-schema")


def described(name: str, client: httpx.Client) -> str:
    """Run a test of the Service Description set, which describes its tests in words only."""
    response = client.get("/sparql", headers={"accept": "text/turtle"})
    if response.status_code != 200 or not response.headers["content-type"].startswith("text/turtle"):
        return f"status {response.status_code}, {response.headers.get('content-type')}"
    graph = rdflib.Graph().parse(data=response.text, format="turtle")
    endpoint = rdflib.URIRef(str(client.base_url.join("/sparql")))
    service = rdflib.Namespace(SD)
    if name == "has-endpoint-triple":
        return "" if (None, service.endpoint, endpoint) in graph else "no sd:endpoint"
    if name == "conforms-to-schema":
        return _off_schema(graph, service)
    return "" if len(graph) else "no triples"


def _off_schema(graph: rdflib.Graph, sd: rdflib.Namespace) -> str:
    """Return what contradicts the classes that the vocabulary gives its properties."""
    classes = {
        sd.defaultDataset: sd.Dataset, sd.namedGraph: sd.NamedGraph, sd.graph: sd.Graph, sd.defaultGraph: sd.Graph,
    }  # fmt: skip
    for predicate, kind in classes.items():
        for value in graph.objects(None, predicate):
            if (value, RDF.type, kind) not in graph:
                return f"{predicate} leads to what is no {kind}"
    services = list(graph.subjects(RDF.type, sd.Service))
    known = {term for term in graph.predicates() if str(term).startswith(SD)}
    allowed = {sd[name] for name in (
        "endpoint", "feature", "defaultEntailmentRegime", "entailmentRegime", "defaultSupportedEntailmentProfile",
        "supportedEntailmentProfile", "extensionFunction", "extensionAggregate", "languageExtension",
        "supportedLanguage", "propertyFeature", "defaultDataset", "availableGraphs", "resultFormat", "inputFormat",
        "defaultGraph", "namedGraph", "name", "graph")}  # fmt: skip
    if known - allowed:
        return f"not in the vocabulary: {sorted(map(str, known - allowed))}"
    return "" if len(services) == 1 else f"{len(services)} services"
