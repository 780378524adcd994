"""OpenAPI tells of every address for programs, its page in both languages shows it, and nothing in it is made up."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from client import Client, client_of, problem
from fastapi.routing import APIRoute

from gongfu.endpoint import ADDRESSES
from gongfu.metrics import Metrics
from gongfu.pages.interface import FILE
from gongfu.rooms import open_rooms
from gongfu.settings import read_yaml
from gongfu.sparql.dataset import PAGES

# Addresses that are the same as another, or lead to a page.
ELSEWHERE = {"/", "/sparql/", "/dumps/", "/problem/{name}", "/{path:path}"}


@pytest.fixture(scope="module")
def client(built_store: Path) -> Iterator[Client]:
    with client_of(built_store) as client:
        yield client


def test_every_address_for_programs_is_told(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/sparql", "/rdf-graph-store", "/graph/{path}", "/check", "/dumps", "/dumps/{name}", "/{iri}"} <= set(paths)
    assert {address.rstrip("/") for address in ADDRESSES} <= set(paths)
    for route in open_rooms(client.app.service, Metrics(client.app.service), None, None).app.routes:
        if isinstance(route, APIRoute) and route.path not in ELSEWHERE:
            told = paths[route.path.replace(":path}", "}")]
            methods = (route.methods or set()) - {"HEAD", "QUERY"}
            assert methods <= {method.upper() for method in told}, route.path


def test_what_is_told_is_there(client: Client) -> None:
    for path, of_path in client.get("/openapi.json").json()["paths"].items():
        place = re.sub(r"\{\w+\}", "x", path)
        for method, said in of_path.items():
            assert " · " in said["summary"], (method, path)
            assert said["operationId"]
            answer = client.request(method.upper(), place, headers={"accept": "*/*"})
            assert answer.status_code != 405, (method, path)
            assert str(answer.status_code) in said["responses"], (method, path, answer.status_code)


@pytest.mark.parametrize(
    ("address", "methods"),
    [("/rdf-graph-store?default", "DELETE, GET, HEAD, POST, PUT"),
     ("/graph/330000-14fyp", "DELETE, GET, HEAD, POST, PUT"), ("/check/" + "x" * 32, "DELETE, GET, HEAD"),
     ("/dumps", "GET, HEAD"), ("/sparql", "GET, HEAD, POST, QUERY")],
)  # fmt: skip
def test_a_method_that_is_not_taken_is_told_all_that_are(client: Client, address: str, methods: str) -> None:
    response = client.request("PATCH", address)
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == methods
    heads = client.request("HEAD", address).status_code
    assert heads == client.get(address).status_code


def test_every_problem_is_told_where_it_may_come() -> None:
    known = set(read_yaml(PAGES / "problems.yaml"))
    told = {
        name for of_path in read_yaml(FILE)["paths"].values()
        for said in of_path.values() for name in said.get("x-problems", ())
    }  # fmt: skip
    told |= set(read_yaml(FILE)["x-problems"])
    assert told <= known
    assert known - told == {"method-not-allowed", "internal"}  # of every address


def test_media_types_are_those_that_are_given(client: Client) -> None:
    answers = client.get("/openapi.json").json()["paths"]["/sparql"]["get"]["responses"]["200"]["content"]
    for kind in answers:
        query = "SELECT * { } LIMIT 1" if "graph" not in kind else ""
        either = [client.get("/sparql", params={"query": text}, headers={"accept": kind}).status_code
                  for text in (query, "CONSTRUCT { <a:b> <a:c> 1 } { }")]  # fmt: skip
        assert 200 in either, kind


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_has_it_all_and_asks_nobody(client: Client, language: str) -> None:
    page = client.get(f"/{language}/api")
    assert page.status_code == 200
    schema = client.get("/openapi.json").json()
    for path, of_path in schema["paths"].items():
        for method in of_path:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text.partition("<main")[0])
    assert set(re.findall(r'<script[^>]*src="([^"]*)"', page.text)) <= {"/pages/suggest.js"}  # the search of every page
    wrong = re.search(r" · ", re.sub(r"<[^>]+>", "", page.text.partition("<main")[2].partition("</main")[0]))
    assert wrong is None, "both languages in one page"


@pytest.mark.parametrize(
    ("language", "remedy", "choices"),
    [
        ("zh", r"服务繁忙。请在 ?…… ?秒后重试。", "：<code>json</code>"),
        ("en", r"The service is busy\. Try again after … seconds\.", ": <code>json</code>"),
    ],
)
def test_every_problem_says_what_to_do(client: Client, language: str, remedy: str, choices: str) -> None:
    page = client.get(f"/{language}/api").text
    assert re.search(remedy, page)
    assert not re.search(r"\{\w+\}</dd>|<dd>[^<]*\{\w+\}", page), "a blank is shown as it stands in the file"
    assert choices in page


def test_the_type_of_a_problem_opens(client: Client) -> None:
    found = client.get("/problem/query-syntax", headers={"accept-language": "en"})
    assert (found.status_code, found.headers["location"]) == (303, "/en/api#query-syntax")
    assert 'id="query-syntax"' in client.get("/en/api").text
    problem(client.get("/problem/none"), 404, "not-found")


def test_the_dumps_are_listed(client: Client, tmp_path: Path) -> None:
    listed = client.get("/dumps").json()
    assert {"all.nq.gz"} <= {one["name"] for one in listed}
    for one in listed:
        file = client.get(one["address"])
        assert file.status_code == 200
        assert int(file.headers["content-length"]) == one["bytes"]
    assert client.get("/dumps/").json() == listed
    page = client.get("/dumps", headers={"accept": "text/html", "accept-language": "zh"})
    assert (page.status_code, page.headers["location"]) == (303, "/zh/reuse#dumps")
    ox.Store(str(tmp_path / "store")).flush()
    with client_of(tmp_path / "store") as bare:
        assert bare.get("/dumps").json() == []
