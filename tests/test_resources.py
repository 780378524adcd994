"""Every IRI of the data, the terms, the code lists and the rules leads to its description, in the form asked for."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from client import Client, client_of, problem

from gongfu.settings import DEFAULT_BASE, base_iri
from gongfu.sparql.dataset import open_store
from gongfu.sparql.neighbourhood import Neighbours

ITEM = "cat/220000-13fyp/30"


@pytest.fixture(scope="module")
def client(built_store: Path) -> Iterator[Client]:
    with client_of(built_store) as client:
        yield client


def triples(client: Client, address: str, form: ox.RdfFormat = ox.RdfFormat.TURTLE) -> set[ox.Triple]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return {quad.triple for quad in ox.parse(response.content, form)}


def test_an_item_leads_browsers_to_its_page(client: Client) -> None:
    asked = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "accept-language": "en-GB,en;q=0.9"}
    response = client.get(f"/{ITEM}", headers=asked)
    assert (response.status_code, response.headers["location"]) == (303, f"/en/{ITEM}")
    assert response.headers["vary"] == "Accept, Accept-Language"
    assert client.get(f"/{ITEM}.html").headers["location"] == f"/zh/{ITEM}"
    page = client.get(response.headers["location"])
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "extension"),
    [("*/*", "ttl"), ("text/turtle", "ttl"), ("application/ld+json", "jsonld"), ("application/n-triples", "nt"),
     ("application/rdf+xml;q=0.9, text/turtle;q=0.1", "rdf")],
)  # fmt: skip
def test_an_item_leads_to_its_description(client: Client, accept: str, extension: str) -> None:
    response = client.get(f"/{ITEM}", headers={"accept": accept})
    assert (response.status_code, response.headers["location"]) == (303, f"/{ITEM}.{extension}")
    assert response.headers["vary"] == "Accept"
    described = client.get(response.headers["location"])
    form = ox.RdfFormat.from_media_type(described.headers["content-type"].split(";")[0])
    found = {quad.triple for quad in ox.parse(described.content, form)}
    item = ox.NamedNode(base_iri() + ITEM)
    assert any(one.subject == item for one in found)
    assert any(one.object == item and "correspondence" in str(one.subject) for one in found), "no back-links"
    unit = ox.NamedNode(f"{DEFAULT_BASE}code/column/standard")
    assert any(one.subject == item and one.object != unit for one in found)
    assert f'<{item.value}>; rel="describes"' in described.headers["link"]
    assert 'rel="via"' in described.headers["link"]
    again = client.get(response.headers["location"], headers={"if-none-match": described.headers["etag"]})
    assert again.status_code == 304


def test_what_is_not_there_or_not_to_be_had(client: Client) -> None:
    problem(client.get("/cat/220000-13fyp/999"), 404, "not-found")
    problem(client.get("/cat/220000-13fyp/999.ttl"), 404, "not-found")
    problem(client.get(f"/{ITEM}", headers={"accept": "image/png"}), 406, "not-acceptable")
    problem(client.get("/%3Cscript%3E.ttl"), 404, "not-found")
    problem(client.get("/%FF%00"), 404, "not-found")
    assert client.get(f"//example.org/../{ITEM}").status_code in {303, 404}


@pytest.mark.parametrize(
    ("address", "part"),
    [("def", "def#CatalogueEdition"), ("shapes", "shapes#R10-FloorNotBelowNational"),
     ("code/unit", "code/unit/percent"), ("graph/220000-13fyp", ITEM),
     ("report/220000-13fyp", "report/220000-13fyp#1")],
)  # fmt: skip
def test_a_vocabulary_is_served_as_a_whole(client: Client, address: str, part: str) -> None:
    response = client.get(f"/{address}")
    if address.startswith("graph/"):  # its own address gives it at once, as the Graph Store Protocol asks
        assert (response.status_code, response.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    else:
        assert response.headers["location"] == f"/{address}.ttl"
    about = [one for one in triples(client, f"/{address}.ttl") if one.subject == ox.NamedNode(DEFAULT_BASE + part)]
    assert len(about) > 1


def test_a_page_is_about_a_term_without_a_hash_too(client: Client) -> None:
    assert client.get("/zh/def/indicator-table").status_code == 200


def test_an_iri_with_chinese_is_found_encoded_and_plain(tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "store"))
    plain, encoded = ox.NamedNode(base_iri() + "x/北京"), ox.NamedNode(base_iri() + "x/" + quote("吉林"))
    for node in (plain, encoded):
        store.add(ox.Quad(node, ox.NamedNode("http://example.org/p"), ox.Literal("x"), ox.NamedNode(base_iri() + "g")))
    store.flush()
    del store
    with client_of(tmp_path / "store") as client:
        for name, node in (("北京", plain), ("吉林", encoded)):
            response = client.get(f"/x/{quote(name)}")
            assert response.headers["location"] == f"/x/{quote(name)}.ttl"
            assert {one.subject for one in triples(client, f"/x/{quote(name)}.ttl")} == {node}


def test_every_iri_of_the_data_has_a_description(built_store: Path) -> None:
    opened = open_store(built_store)
    neighbours = Neighbours(opened, True, base_iri())
    quads = opened.quads_for_pattern(None, None, None, ox.DefaultGraph())
    named = {term.value for quad in quads for term in quad.triple if isinstance(term, ox.NamedNode)}
    own = {iri for iri in named if iri.startswith((base_iri(), DEFAULT_BASE)) and "#" not in iri}
    assert len(own) > 5000
    found = {iri: neighbours.of([iri], 1) for iri in own}
    silent = {iri for iri, one in found.items() if not one or not any(iri in str(t.subject) for t in one.triples)}
    version = f"{DEFAULT_BASE}def/0.1.0"  # the ontology alone speaks of its version
    assert silent <= {version}
    assert found[version]


def test_a_person_who_asks_for_nothing_known_gets_a_page(client: Client) -> None:
    led = client.get("/nowhere", headers={"accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, "/zh/nowhere")
    page = client.get("/zh/nowhere", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/nowhere", headers={"accept": "text/turtle"}).status_code == 404
