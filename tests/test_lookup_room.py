"""Look up and reuse, driven in the browser on the built store: search, items, what is below, in both languages.

Item 30 is the one that issue 6 names: Jilin's 80 per cent stands marked below the nation's 90.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import DESK, TELEPHONE, Chromium, Watch, grave_faults, sideways
from client import Client, client_of
from playwright.sync_api import Page, expect

from gongfu.pages.asking import ask
from gongfu.pages.layout import environment
from gongfu.pages.messages import LANGUAGES, read_messages

ITEM = "/cat/cn-13fyp/30"
KINDS = {
    "start": "/", "search": "/search?q=yl", "nothing": "/search?q=zzzz", "browse": "/browse", "item": ITEM,
    "added": "/cat/130000-13fyp/73", "edition": "/cat/220000-13fyp", "region": "/code/division/220000",
    "domain": "/code/domain-13fyp/health", "department": "/code/department/cn-health-family-planning",
    "group": "/criterion/life-stage-child", "indicator": "/code/indicator/child-0-6-health-management-rate",
    "scheme": "/code/unit", "code": "/code/payer/central", "rule": "/shapes/R10-FloorNotBelowNational",
    "term": "/def/ServiceItem", "document": "/doc/cn-13fyp", "reuse": "/reuse", "terms": "/def", "rules": "/shapes",
    "code-lists": "/code", "prefix": "/dataset/prefix/code", "tasks": "/tasks", "missing": "/nowhere",
}  # fmt: skip
HEAVIEST = 300_000


@pytest.fixture(scope="module")
def client(built_store: Path) -> Iterator[Client]:
    with client_of(built_store) as client:
        yield client


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Page]:
    page = chromium.new_page(viewport=DESK)
    yield page
    page.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_typed_are_found_and_lead_to_the_item(page: Page, site: str, language: str) -> None:
    watch = Watch(page, site)
    page.goto(f"{site}/{language}/")
    for typed in ("养老", "yl"):
        page.locator("#find").fill(typed)
        expect(page.locator("#suggestions [role=option] mark").first).to_be_visible()
        assert "养老" in " ".join(page.locator("#suggestions mark").all_text_contents()) or typed == "yl"
    page.locator("#find").fill("儿童健康管理")
    expect(page.locator("#suggestions [role=option]").first).to_contain_text("儿童健康管理")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("儿童健康管理")
    assert not watch.elsewhere
    assert not watch.complaints


@pytest.mark.parametrize("language", ["zh", "en"])
def test_jilins_80_per_cent_is_marked_below_the_nations_90(page: Page, site: str, language: str) -> None:
    page.goto(f"{site}/{language}{ITEM}")
    row = page.locator("table.beside tr.measure").first
    expect(row.locator("td").nth(0)).to_contain_text("90%")
    jilin = row.locator("td").last
    expect(jilin).to_contain_text("80%")
    expect(jilin.locator(".verdict.below")).to_have_text({"zh": "低于国家", "en": "Below the nation"}[language])
    expect(jilin).to_contain_text({"zh": "−10个百分点", "en": "−10 percentage points"}[language])
    expect(page.locator("mark.below")).to_have_text("0—6岁以下儿童健康管理率达到80%以上")
    expect(page.locator(".finding").first).to_contain_text("R10")


def test_catalogues_stand_in_one_order_the_superseded_last(client: Client) -> None:
    """工伤保险 has one name in all four catalogues."""
    order = ["cn-13fyp", "130000-13fyp", "220000-13fyp", "cn-12fyp"]
    chips = re.search(r"工伤保险</.*?</li>", client.get("/zh/search?q=工伤保险").text, re.DOTALL)
    assert chips is not None
    assert re.findall(r'class="chip" href="/zh/cat/([^/"]+)', chips[0]) == order
    assert list(dict.fromkeys(re.findall(r'scope="row"><a href="/zh/cat/([^/"]+)"', client.get("/zh/").text))) == order


def test_an_item_that_only_a_province_has_is_called_added(client: Client) -> None:
    said = "国家清单里没有与它对应的项目"
    assert said in client.get("/zh/cat/130000-13fyp/73").text
    assert said not in client.get(f"/zh{ITEM}").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_history_of_an_item_says_what_was_raised_lowered_and_kept(client: Client, language: str) -> None:
    """Read off the two national documents: 55 to 70 yuan a month; 100 to 95 per cent; 1250 yuan both times."""
    words = {"zh": ("↑ 提高", "↓ 降低", "＝ 持平", "✕ 不再写"),
             "en": ("↑ raised", "↓ lowered", "＝ unchanged", "✕ no longer stated")}[language]  # fmt: skip
    said = []
    for number in (20, 29, 3):
        page = client.get(f"/{language}/cat/cn-13fyp/{number}").text
        history = page[page.index('id="history"') : page.index('id="correspondence"')]
        said.append(" ".join(re.sub(r"<[^>]+>", " ", history).split()))
    assert re.search(rf"55 .*70 .*{re.escape(words[0])} \+180", said[0])
    assert words[3] in said[0], "the number of insured stands in the earlier edition only"
    assert said[1].count(words[1]) == 2
    assert said[1].count({"zh": "−5个百分点", "en": "−5 percentage points"}[language]) == 2, (
        "95% is not 5% less than 100%"
    )
    assert said[2].count(words[2]) == 2


@pytest.mark.parametrize(
    ("difference", "unit", "zh", "en"),
    [
        ("-10", "%", "−10个百分点", "−10 percentage points"),
        ("5", "%/年", "+5个百分点/年", "+5 percentage points/年"),
        ("-4.1", "‰", "−4.1个千分点", "−4.1 points per thousand"),
        ("-5", "1/10万", "−5/10万", "−5 per 100 000"),
        ("120", "元/年", "+120元/年", "+120元/年"),
    ],
)
def test_a_difference_has_the_unit_of_a_difference(difference: str, unit: str, zh: str, en: str) -> None:
    for language, said in {"zh": zh, "en": en}.items():
        pieces: Any = (
            environment()
            .get_template("lookup/pieces.html")
            .make_module({"t": read_messages(language), "language": language, "html_language": LANGUAGES})
        )
        shown = pieces.difference({"difference": difference, "unit": unit})
        assert re.sub(r"<[^>]+>", "", shown) == said


def test_what_has_no_name_is_counted_and_messages_are_told_without_their_blanks(client: Client) -> None:
    ministry = client.get("/zh/code/department/cn-education").text
    assert ">吉林省教育厅</a>" in ministry
    assert not re.search(r">d\d</a>", ministry), "a cell or a role says nobody anything"
    assert "没有名称" in ministry
    for place in ("/zh/shapes", "/zh/shapes/R10-FloorNotBelowNational"):
        assert "{item" not in client.get(place).text
    assert "第……项“……”" in client.get("/zh/shapes/R10-FloorNotBelowNational").text


def test_search_works_without_script(client: Client) -> None:
    for typed in ("养老", "yl"):
        found = client.get("/zh/search", params={"q": typed}).text
        assert "<mark>养老</mark>" in found
    assert "<script>alert" not in client.get("/zh/search", params={"q": "<script>alert(1)</script>"}).text


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_page_is_sound(page: Page, site: str, kind: str) -> None:
    """Not wider than any screen, nothing from elsewhere, no serious fault by axe; languages take turns."""
    place = list(KINDS).index(kind)
    watch = Watch(page, site)
    page.goto(f"{site}/{('zh', 'en')[place % 2]}{KINDS[kind]}")
    assert sideways(page) <= 0
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    assert sideways(page) <= 0
    page.set_viewport_size((TELEPHONE, DESK)[place // 2 % 2])  # type: ignore[arg-type]
    assert grave_faults(page) == []
    assert not watch.elsewhere
    assert not watch.complaints


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_light_and_says_what_it_is(client: Client, kind: str) -> None:
    pages = {language: client.get(f"/{language}{KINDS[kind]}") for language in ("zh", "en")}
    for response in pages.values():
        assert response.status_code == (404 if kind == "missing" else 200)
        assert len(response.content) < HEAVIEST
        assert response.text.count("<h1>") == 1
    assert pages["zh"].text != pages["en"].text


@pytest.mark.parametrize("vocabulary", ["code/", "code", "def", "shapes"])
def test_a_vocabulary_is_served_at_its_own_iri(client: Client, vocabulary: str) -> None:
    """For persons as a page, for programs as the whole graph; the IRI of the code lists ends in a slash."""
    name = vocabulary.rstrip("/")
    for accept, place in {"text/html": f"/zh/{name}", "text/turtle": f"/{name}.ttl"}.items():
        led = client.get(f"/{vocabulary}", headers={"accept": accept})
        assert (led.status_code, led.headers["location"]) == (303, place)
        assert client.get(place).status_code == 200


def test_a_page_asks_at_most_three_queries(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those whose answer follows from the data alone are asked once for all pages and not counted again."""
    asked: list[str] = []

    def counted(store: Any, merged: bool, query: str, **values: Any) -> Any:
        asked.append(query)
        return ask(store, merged, query, **values)

    monkeypatch.setattr("gongfu.pages.layout.ask", counted)
    monkeypatch.setattr("gongfu.pages.compare.ask", counted)
    rooms = ["/compare", "/compare/220000-13fyp/30", "/compare/provinces", "/compare/editions", "/compare/funding"]
    for path in (*KINDS.values(), *rooms):
        client.get(f"/zh{path}", headers={"cache-control": "no-cache"})
        asked.clear()
        assert client.get(f"/en{path}").content
        assert len(asked) <= 3, (path, asked)


def test_every_link_of_the_room_leads_somewhere(client: Client) -> None:
    """Of every kind of page the links to pages of this room and the reuse room are followed, a few of each."""
    for kind in ("item", "rule", "reuse", "department", "prefix"):
        text = client.get(f"/zh{KINDS[kind]}").text
        places = dict.fromkeys(part.split('"')[0].replace("&amp;", "&") for part in text.split('href="')[1:])
        own = [
            place for place in places if place.startswith(("/zh/cat/", "/zh/code", "/zh/shapes", "/zh/def", "/dumps/"))
        ]
        for place in own[:: max(1, len(own) // 12)]:
            assert client.get(place).status_code == 200, f"{kind}: {place}"
