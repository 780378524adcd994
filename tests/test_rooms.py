"""The pages of the rooms: both languages complete, every word used, nothing from elsewhere, hostile labels harmless."""

import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from client import Client, client_of

from gongfu.examples import example
from gongfu.pages.addresses import address, iris
from gongfu.pages.asking import ask
from gongfu.pages.layout import Room
from gongfu.pages.messages import FOLDER as MESSAGES
from gongfu.pages.messages import LANGUAGES, preferred_language, read_messages
from gongfu.settings import DEFAULT_BASE
from gongfu.sparql.dataset import describe, merge_graphs

PAGES = MESSAGES.parent
HOSTILE = "<script>alert(1)</script>"
BASE = DEFAULT_BASE
STORE = f"""@prefix : <{BASE}cat/> . @prefix bps: <{BASE}def#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix ex: <http://example.org/> .
@prefix xkos: <http://rdf-vocabulary.ddialliance.org/xkos#> .
@prefix change: <https://w3id.org/bps-cn/code/change-type/> .
:cn-13fyp a bps:CatalogueEdition ; skos:prefLabel "“十三五”清单"@zh , "Catalogue"@en ; bps:actualItemCount 81 ;
    dct:isPartOf ex:文件 . ex:文件 bps:documentNumber "国发〔2017〕9号" ; dct:issued "2017-01-23" .
:220000-13fyp a bps:CatalogueEdition ; skos:prefLabel "{HOSTILE}"@zh ; bps:actualItemCount 85 ;
    bps:implementsEdition :cn-13fyp .
<{BASE}cat/cn-13fyp/1> a bps:ServiceItem ; bps:inEdition :cn-13fyp ; skos:prefLabel "甲"@zh .
<{BASE}cat/cn-13fyp/2> a bps:ServiceItem ; bps:inEdition :cn-13fyp ; skos:prefLabel "乙"@zh .
<{BASE}cat/220000-13fyp/9> a bps:ServiceItem ; bps:inEdition :220000-13fyp ; skos:prefLabel "甲和乙"@zh .
ex:one xkos:sourceConcept <{BASE}cat/cn-13fyp/1> ; xkos:targetConcept <{BASE}cat/220000-13fyp/9> ;
    bps:inEdition :220000-13fyp ; bps:changeType change:merged ; skos:note "甲并入"@zh .
ex:two xkos:sourceConcept <{BASE}cat/cn-13fyp/2> ; xkos:targetConcept <{BASE}cat/220000-13fyp/9> ;
    bps:inEdition :220000-13fyp ; bps:changeType change:merged ; skos:note "乙并入"@zh .
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small store whose labels are partly markup."""
    path = tmp_path_factory.mktemp("rooms") / "store"
    store = ox.Store(str(path))
    store.bulk_load(STORE.encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(BASE + "graph/x"))
    merge_graphs(store)
    store.flush()
    return path


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[Client]:
    with client_of(store) as client:
        yield client


def keys(tree: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def words(language: str) -> dict[str, Any]:
    return dict(read_messages(language))


def test_both_languages_have_every_message() -> None:
    found = {language: set(keys(words(language))) for language in LANGUAGES}
    assert found["zh"] == found["en"]
    assert found["zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty_or_cannot_be_reached(language: str) -> None:
    def leaves(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in tree.items():
            yield from leaves(value) if isinstance(value, Mapping) else [(name, value)]
            assert not hasattr(dict, str(name)), f"a template cannot reach a message called {name}"

    for room, messages in words(language).items():
        for name, value in leaves(messages):
            assert isinstance(value, str), f"{room}: {name}"
            assert value.strip() or name == "path", f"{room}: {name}"


def test_every_message_is_used() -> None:
    """A word is used when a template or a module names it, or names the group that it is chosen from."""
    text = "\n".join(
        path.read_text("utf-8") for path in PAGES.rglob("*") if path.suffix in {".html", ".py"} and path.is_file()
    )
    for key in keys(words("zh")):
        parts = key.split(".")
        whole = rf"\bt\.{re.escape(key)}\b"
        group = rf"\bt\.{re.escape('.'.join(parts[:-1]))}(?:\[|\b)"
        deeper = rf"\bt\.{re.escape('.'.join(parts[:2]))}\["
        found = re.search(whole, text) or (len(parts) > 2 and (re.search(group, text) or re.search(deeper, text)))
        assert found, f"no page says {key}"


@pytest.mark.parametrize(
    ("header", "language"),
    [(None, "zh"), ("", "zh"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
     ("fr, en;q=0.5, zh;q=0.4", "en"), ("fr", "zh"), ("*", "zh"), ("zh;q=0, en;q=0.1", "en"), ("en;q=x", "zh"),
     ("fr, *;q=0.5, zh;q=0.1", "en")],
)  # fmt: skip
def test_the_language_is_negotiated(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


def test_the_root_leads_to_the_visitors_language(client: Client) -> None:
    response = client.get("/", headers={"accept-language": "en"})
    assert (response.status_code, response.headers["location"]) == (302, "/en/")
    assert response.headers["vary"] == "Accept-Language"
    assert client.get("/", headers={"accept-language": "zh-TW"}).headers["location"] == "/zh/"


@pytest.mark.parametrize(
    ("iri", "place"),
    [("cat/cn-13fyp/30", "/zh/cat/cn-13fyp/30"), ("def#ServiceItem", "/zh/def/ServiceItem"),
     ("org/130000/%E7%9C%81", "/zh/org/130000/%E7%9C%81"), ("shapes#R10-X", "/zh/shapes/R10-X"),
     ("cat/x/三", "/zh/cat/x/%E4%B8%89")],
)  # fmt: skip
def test_an_address_and_its_iri_belong_together(iri: str, place: str) -> None:
    assert address(BASE + iri, base=BASE, language="zh") == place
    assert BASE + iri in list(iris(place.removeprefix("/zh"), BASE))
    assert address("http://example.org/x", base=BASE, language="zh") == ""


def test_an_address_of_other_data_keeps_the_words_apart() -> None:
    base = "https://data.example/"
    assert address(base + "cat/x/1", base=base, language="en") == "/en/cat/x/1"
    assert next(iris("/cat/x/1", base)) == base + "cat/x/1"
    assert next(iris("/code/unit/percent", base)) == BASE + "code/unit/percent"


class Links(HTMLParser):
    """The addresses that a page loads or leads to, and what could run in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.running: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src", "action", "data-suggest"}:
                self.addresses.append(value or "")
            if name == "style" or name.startswith("on") or (tag == "script" and not dict(attrs).get("src")):
                self.running.append(f"{tag} {name}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_of_its_text(client: Client, language: str) -> None:
    response = client.get(f"/{language}/")
    links = Links(response.text)
    assert all(place.startswith(("/", "#")) and not place.startswith("//") for place in links.addresses)
    assert not links.running
    assert HOSTILE not in response.text
    assert "&lt;script&gt;alert(1)" in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for sheet in (PAGES / "static").glob("*.css"):
        text = sheet.read_text("utf-8")
        assert "@import" not in text
        assert "http:" not in text
        assert "https:" not in text


def test_a_page_says_its_language_and_where_the_others_are(client: Client) -> None:
    page = client.get("/en/").text
    assert '<html lang="en">' in page
    assert '<link rel="alternate" hreflang="zh-CN" href="/zh/">' in page
    assert '<span lang="zh-CN">' in page, "a Chinese name on an English page is marked as Chinese"
    assert "Catalogue" in page


def test_a_page_is_not_sent_twice(client: Client, store: Path) -> None:
    first = client.get("/zh/")
    assert first.headers["etag"] != client.get("/en/").headers["etag"]
    again = client.get("/zh/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert describe(store).version in first.text


def test_style_and_scripts_are_served(client: Client) -> None:
    for path in (PAGES / "static").iterdir():
        response = client.get(f"/pages/{path.name}")
        assert response.status_code == 200
        assert response.content == path.read_bytes()
        assert client.get(f"/pages/{path.name}", headers={"if-none-match": response.headers["etag"]}).status_code == 304


def test_an_example_is_a_query_file(tmp_path: Path) -> None:
    path = tmp_path / "01-domains.rq"
    path.write_text(
        "#title 几个领域？\n#title@en How many?\n#description 末行合计。\n#audience official\nASK {}\n", "utf-8"
    )
    found = example(path)
    assert (found.name, found.titles) == ("01-domains", {"zh": "几个领域？", "en": "How many?"})
    assert (found.descriptions, found.audience) == ({"zh": "末行合计。"}, "official")
    path.write_text("#title 几个领域？ · How many?\nASK {}\n", "utf-8")
    assert example(path).titles == found.titles
    path.write_text("ASK {}\n", "utf-8")
    assert example(path).titles == {"zh": "01-domains"}


QUERIES = sorted((PAGES / "queries").rglob("*.rq"))


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(PAGES / "queries")))
def test_a_query_of_the_pages_says_what_it_asks_and_can_be_run_by_itself(path: Path) -> None:
    """The text that "see the query" opens is a query, with the values that the page asked with."""
    found = example(path)
    assert set(found.titles) == {"zh", "en"}, "a title in both languages"
    variables = set(re.findall(r"\$(\w+)", path.read_text("utf-8")))
    values: dict[str, Any] = {name: ox.NamedNode("http://example.org/x") for name in variables}
    asked = ask(ox.Store(), True, str(path.relative_to(PAGES / "queries").with_suffix("")), **values)
    assert all(f"VALUES ?{name} {{ <http://example.org/x> }}" in asked.text for name in values)
    ox.Store().query(asked.text)


@pytest.mark.parametrize(
    "place", ["/zh/", "/en/cat/220000-13fyp", "/zh/search?q=alert", "/zh/suggest?q=alert", "/zh/browse", "/zh/reuse"]
)
def test_hostile_names_stay_text(client: Client, place: str) -> None:
    response = client.get(place)
    assert response.status_code == 200
    assert HOSTILE not in response.text
    assert not Links(response.text).running
    if "alert" in place or "cat" in place:
        assert "alert" in response.text


def test_a_row_that_answers_several_national_items_shows_every_correspondence(client: Client) -> None:
    page = client.get("/zh/cat/220000-13fyp/9").text
    assert "对应几个国家项目" in page
    table = page[page.index('id="correspondence"') :].partition("</table>")[0]
    for number, note in (("1", "甲并入"), ("2", "乙并入")):
        assert f'href="/zh/cat/cn-13fyp/{number}"' in table
        assert note in table
        assert f'href="/zh/compare/220000-13fyp/{number}"' in table
    assert "对应几个国家项目" not in client.get("/zh/cat/cn-13fyp/1").text


def test_a_page_that_fails_says_so_on_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("gongfu.pages.lookup.find", fails)
    response = client.get("/zh/search?q=x")
    assert (response.status_code, response.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "服务内部出错" in response.text
    assert "RuntimeError" not in response.text


def test_hostile_addresses_stay_text(client: Client) -> None:
    response: httpx.Response = client.get(f"/zh/{HOSTILE}?x={HOSTILE}")
    assert HOSTILE not in response.text


def test_pages_are_made_two_at_a_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many at once would keep every other answer waiting; those that wait are made in their turn."""
    begun, go_on = threading.Semaphore(0), threading.Event()
    written = Room.written

    def slowly(*what: Any) -> str:
        begun.release()
        assert go_on.wait(30)
        return written(*what)

    monkeypatch.setattr(Room, "written", slowly)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(client.get, f"/zh/?n={number}") for number in range(4)]
        try:
            assert begun.acquire(timeout=30)
            assert begun.acquire(timeout=30)
            assert client.get("/health").status_code == 200
            assert not begun.acquire(timeout=0.2)
        finally:
            go_on.set()
        assert [one.result().status_code for one in asked] == [200] * 4
