"""What the service says of itself is true: counts, partitions, dumps with their checksums, examples that run."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from client import Client, client_of, problem

from gongfu.build import built_or_build
from gongfu.settings import base_iri
from gongfu.sparql.dataset import open_store

PREFIXES = """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <http://schema.org/> PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX void: <http://rdfs.org/ns/void#> """


@pytest.fixture(scope="module")
def client(built_store: Path) -> Iterator[Client]:
    with client_of(built_store) as client:
        yield client


@pytest.fixture(scope="module")
def said(client: Client) -> ox.Store:
    """Return the service description as a store."""
    response = client.get("/sparql", headers={"accept": "text/turtle"})
    assert response.status_code == 200
    found = ox.Store()
    found.extend(ox.parse(response.content, ox.RdfFormat.TURTLE))
    return found


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(term.value if term else "" for term in row) for row in found]


def pairs(store: ox.Store, pattern: str) -> dict[str, str]:
    return {row[0]: row[1] for row in rows(store, f"SELECT ?a ?b {pattern}")}


def test_counts_and_partitions_are_those_of_the_graphs(said: ox.Store, built_store: Path) -> None:
    opened = open_store(built_store)
    graphs = {str(graph.value) for graph in opened.named_graphs() if isinstance(graph, ox.NamedNode)}
    described = {name: int(count) for name, count in rows(said, "SELECT * { ?g a void:Dataset ; void:triples ?n }")}
    metadata = base_iri() + "graph/dataset"
    assert described[base_iri() + "dataset"] == len(list(opened.quads_for_pattern(None, None, None, ox.DefaultGraph())))
    for graph in graphs - {metadata}:
        quads = list(opened.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
        assert described[graph] == len(quads)
        counted = rows(
            said, f"SELECT ?p ?n {{ <{graph}> void:propertyPartition [ void:property ?p ; void:triples ?n ] }}"
        )
        assert {(p, int(n)) for p, n in counted} == {
            (p.value, sum(1 for quad in quads if quad.predicate == p)) for p in {quad.predicate for quad in quads}
        }
        types = {(quad.subject, quad.object.value) for quad in quads
                 if quad.predicate.value.endswith("#type") and isinstance(quad.object, ox.NamedNode)}  # fmt: skip
        entities = rows(said, f"SELECT ?c ?n {{ <{graph}> void:classPartition [ void:class ?c ; void:entities ?n ] }}")
        assert {(c, int(n)) for c, n in entities} == {
            (c, sum(1 for _, one in types if one == c)) for c in {one for _, one in types}
        }
    inner = "void:propertyPartition [ void:property dct:identifier ; void:triples ?n ]"
    assert rows(said, f"SELECT ?n {{ ?g void:classPartition [ {inner} ] }}")


def test_every_item_is_a_public_service_to_those_who_know_cpsv(said: ox.Store) -> None:
    counted = "{ ?g void:classPartition [ void:class ?class ; void:entities ?n ] } ORDER BY ?g"
    items, services = (
        rows(said, f"SELECT ?g ?n {counted.replace('?class', f'<{name}>')}")
        for name in ("https://w3id.org/bps-cn/def#ServiceItem", "http://purl.org/vocab/cpsv#PublicService")
    )
    assert len(items) >= 4
    assert services == items


def test_the_vocabularies_named_are_those_in_use(said: ox.Store, built_store: Path) -> None:
    found = open_store(built_store).query(
        f"""SELECT DISTINCT ?term {{ GRAPH ?graph {{ {{ ?s ?term ?o }} UNION {{ ?s a ?term }} }}
        FILTER(?graph != <{base_iri()}graph/dataset>) }}"""
    )
    assert isinstance(found, ox.QuerySolutions)
    used = {re.sub(r"[^#/]+$", "", row["term"].value) for row in found}
    assert {iri for (iri,) in rows(said, "SELECT ?iri { ?set void:vocabulary ?iri }")} == used


def test_editions_are_datasets_with_dumps_and_provenance(said: ox.Store) -> None:
    found = rows(
        said,
        """SELECT ?edition ?issued ?name { ?set dcat:dataset ?edition . ?edition a dcat:Dataset ; dcat:distribution ?d .
        ?d dcat:downloadURL ?d ; dct:title ?name ; spdx:checksum [ spdx:checksumValue ?sum ] .
        ?g foaf:primaryTopic ?edition ; dct:title ?title ; prov:wasDerivedFrom ?source
        OPTIONAL { ?g dct:issued ?issued } }""",
    )
    assert {edition for edition, *_ in found} >= {f"{base_iri()}cat/{name}" for name in ("cn-13fyp", "220000-13fyp")}
    compared = f"SELECT ?of {{ <{base_iri()}graph/comparison/220000-13fyp> prov:wasDerivedFrom ?of }}"
    assert {of for (of,) in rows(said, compared)} == {
        f"{base_iri()}graph/{name}" for name in ("cn-13fyp", "220000-13fyp")
    }
    without = "{ ?set a dcat:Dataset FILTER NOT EXISTS { ?set dct:rights [ a dct:RightsStatement ] } }"
    assert rows(said, f"SELECT ?set {without}") == []
    assert rows(said, "SELECT ?g { ?g dct:license <https://creativecommons.org/licenses/by/4.0/> }")


def test_dumps_are_what_their_checksums_say(client: Client, said: ox.Store, built_store: Path) -> None:
    listed = client.get("/dumps/SHA256SUMS").text.splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in listed)}
    assert sums.keys() == {path.name for path in (built_store.parent / "dumps").iterdir()} - {"SHA256SUMS"}
    described = pairs(said, "{ ?d dct:title ?a ; spdx:checksum [ spdx:checksumValue ?b ] }")
    assert described.keys() == sums.keys() - {"dataset.ttl.gz"}
    quads = 0
    for name, digest in sums.items():
        response = client.get(f"/dumps/{name}")
        assert response.headers["content-type"] == "application/gzip"
        assert hashlib.sha256(response.content).hexdigest() == digest
        assert described.get(name, digest) == digest
        turtle = ox.RdfFormat.N_QUADS if name == "all.nq.gz" else ox.RdfFormat.TURTLE
        quads += sum(1 for _ in ox.parse(gzip.decompress(response.content), turtle)) * (-1 if "nq" in name else 1)
        assert client.get(f"/dumps/{name}", headers={"if-none-match": response.headers["etag"]}).status_code == 304
    assert quads == sum(1 for _ in ox.parse(gzip.decompress(client.get("/dumps/dataset.ttl.gz").content), turtle))
    assert client.get("/dumps/all.nq.gz", headers={"range": "bytes=0-9"}).status_code == 206
    beyond = client.get("/dumps/all.nq.gz", headers={"range": "bytes=99999999999-"})
    assert problem(beyond, 416, "range-unsatisfiable")
    assert beyond.headers["content-range"].startswith("bytes */")
    for none in ("bytes=5-2", "lines=1-2", "bytes=x", "bytes=-", "bytes=0-1,x"):  # to be ignored, by RFC 9110
        assert client.get("/dumps/all.nq.gz", headers={"range": none}).status_code == 200
    for wrong in ("..%2Fstore%2FCURRENT", "none", "%2e%2e/SHA256SUMS"):
        problem(client.get(f"/dumps/{wrong}"), 404, "not-found")


def test_examples_run_at_the_endpoint_they_name(client: Client, said: ox.Store) -> None:
    found = rows(
        said,
        """SELECT ?query { ?e a sh:SPARQLExecutable, sh:SPARQLSelectExecutable ; sh:select ?query ; rdfs:label ?title ;
        sh:prefixes [ sh:declare [ sh:prefix "bps" ; sh:namespace ?iri ] ] ; schema:target <http://testserver/sparql>
        FILTER(LANG(?title) = "zh") }""".replace("rdfs:label", "<http://www.w3.org/2000/01/rdf-schema#label>"),
    )
    assert len(found) >= 30
    for (query,) in found[:3]:
        assert client.get("/sparql", params={"query": query}).status_code == 200


def test_the_limits_are_told(said: ox.Store) -> None:
    told = pairs(said, "{ ?s schema:additionalProperty [ schema:propertyID ?a ; schema:maxValue ?b ] }")
    assert told["workers"] == "1"
    assert float(told["seconds"]) == 15.0


def test_well_known_void(client: Client) -> None:
    first = client.get("/.well-known/void")
    assert first.status_code == 303
    second = client.get(first.headers["location"], headers={"accept": "text/turtle"})
    assert second.status_code == 303
    assert b"void:classPartition" in client.get(second.headers["location"]).content


def test_the_same_data_give_the_same_bytes(tmp_path: Path, built_store: Path) -> None:
    again = built_or_build(tmp_path)  # which builds, for nothing is there
    assert (again.parent / "dumps" / "SHA256SUMS").read_text() == (
        built_store.parent / "dumps" / "SHA256SUMS"
    ).read_text()
    made = {path.name for path in tmp_path.iterdir()}
    assert built_or_build(tmp_path) == again
    assert {path.name for path in tmp_path.iterdir()} == made
