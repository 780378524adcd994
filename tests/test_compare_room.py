"""The compare room: province and nation, two provinces, two editions, indicators, who pays; for every eye and hand."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import DESK, TELEPHONE, Watch, grave_faults, sideways
from client import Client, client_of

from gongfu.pages.asking import Said
from gongfu.pages.heat import ASPECTS, VERDICTS, WHOLE, heats
from gongfu.pages.indicator_charts import indicator_charts
from gongfu.pages.layout import FOLDER
from gongfu.pages.messages import LANGUAGES, read_messages

PAGES = ["", "/220000-13fyp/30", "/provinces", "/editions", "/indicators", "/funding"]
# Between the words of neighbouring heads of a heat map, in pixels.
GAPS = """[...document.querySelectorAll('.heat thead tr')].flatMap(row => {
  const words = [...row.querySelectorAll('.cell')].map(cell => {
    const range = document.createRange(); range.selectNodeContents(cell); return range.getBoundingClientRect() });
  return words.slice(1).map((one, place) => one.left - words[place].right) })"""


@pytest.fixture(scope="module")
def client(built_store: Path) -> Iterator[Client]:
    with client_of(built_store) as client:
        yield client


def text(page: str) -> str:
    """Return the words of a page without its tags, blanks made one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def row(**values: str) -> dict[str, Said]:
    return {name: Said(value) for name, value in values.items()}


def found(edition: str, number: str, verdict: str, item: str = "", aspect: str = "measure") -> dict[str, Said]:
    national = "" if item else f"n/{number}"
    return row(nation="n", edition=edition, region=f"r/{edition}", short="", order="1", domain="d", number=number,
               national=national, item=item, aspect=aspect, verdict=verdict)  # fmt: skip


def test_rows_become_a_heat_map() -> None:
    rows = [found("a", "1", "below"), found("b", "1", "equal"), found("a", "2", "equal"), found("b", "2", "equal"),
            found("a", "2", "dropped", aspect="element"), found("b", "3", "missing", aspect="item"),
            found("b", "9", "added", item="b/9", aspect="item")]  # fmt: skip
    (heat,) = heats(rows)
    lines = heat.domains["d"]
    assert [(line.number, *(line.verdict(one, "measure") for one in "ab")) for line in lines] == [
        ("1", "below", "equal"), ("2", "equal", "equal"), ("3", "", "missing"),
    ]  # fmt: skip
    assert lines[1].verdict("a") == "dropped", "the gravest of its aspects"
    assert [line.number for line in heat.lines("below")["d"]] == ["1"]
    assert [line.number for line in heat.lines("dropped")["d"]] == ["2"]
    assert heat.lines("dropped", "measure") == {}
    assert [line.number for line in heat.lines("missing", "target")["d"]] == ["3"]
    assert [line.item for line in heat.added["b"]] == ["b/9"]
    assert [column.grave for column in heat.columns] == [2, 1]
    assert heat.columns[1].parts("measure") == [("missing", 0, 33.33), ("equal", 33.33, 66.67)]
    assert heat.columns[0].counts["element"] == {"dropped": 1, "": 2}


def test_every_verdict_of_the_query_has_a_word_and_a_sign_in_every_language() -> None:
    text = (FOLDER / "queries/compare/verdicts.rq").read_text()
    said = set(re.findall(r'\(\d "(\w+)"\)|BIND\("(\w+)" AS \?verdict', text))
    kinds = {one or other for one, other in said}
    assert kinds == set(VERDICTS)
    aspects = set(re.findall(r'BIND\("(\w+)" AS \?aspect|\("(\w+)" \d\)', text))
    assert {one or other for one, other in aspects} == {*ASPECTS, WHOLE}
    for language in LANGUAGES:
        words = read_messages(language)["compare"]
        assert set(words["verdicts"]) == set(words["signs"]) == kinds
        assert len(set(words["signs"].values())) == len(kinds), "a sign of its own: colour is no meaning"
        assert len(set(words["initials"].values())) == len(ASPECTS)
        assert set(words["of_aspect"]) == {*ASPECTS, "part", "lead"}
        assert {kind for own in words["of_aspect"].values() for kind in own} <= kinds


def cell(page: str, edition: str, number: int) -> list[str]:
    """Return the verdicts that the heat map shows for an edition and a national item: one, or one an aspect."""
    match = re.search(
        rf'<td(?: class="(\w+)")?><a (?:class="row" )?href="/zh/compare/{edition}/{number}"(.*?)</a>', page
    )
    return [] if not match else [match[1]] if match[1] else re.findall(r'<span class="(\w+)"', match[2])


def test_the_heat_map_shows_what_the_documents_say(client: Client) -> None:
    page = client.get("/zh/compare?aspect=measure").text
    assert page.count('<th scope="row"><span class="count">') == 81
    assert cell(page, "220000-13fyp", 30) == ["below"], "80% for 90%"
    assert cell(page, "130000-13fyp", 30) == ["equal"]
    assert cell(page, "220000-13fyp", 38) == ["dropped"]
    assert cell(page, "130000-13fyp", 68) == ["missing"]
    assert cell(page, "220000-13fyp", 20) == ["above"], "80元 for 70元"
    assert cell(page, "220000-13fyp", 33) == ["incomparable"], "a national total is no floor"
    assert "73 贫困残疾人" in text(page)
    below = client.get("/zh/compare?aspect=measure&only=below").text
    assert cell(below, "220000-13fyp", 30) == ["below"]
    assert not cell(below, "130000-13fyp", 68)
    assert client.get("/zh/compare?only=%3Cscript%3E&aspect=x").text.count('<th scope="row"><span class="count">') == 81


def test_a_cell_of_the_heat_map_holds_every_aspect(client: Client) -> None:
    """Quantities, target group, content, funding, lead units: read off the documents."""
    page = client.get("/zh/compare").text
    assert cell(page, "220000-13fyp", 30) == ["below", "equal", "dropped", "equal", "equal"], "80%; 喂养指导 left out"
    assert cell(page, "220000-13fyp", 25)[1] == "below", "企业职工 of all kinds of employers"
    assert cell(page, "220000-13fyp", 73)[1] == "above", "成年无业重度残疾人 without the nation's conditions"
    assert cell(page, "220000-13fyp", 7)[3] == "changed", "the nation states the shares, the province none"
    assert cell(page, "130000-13fyp", 68) == ["missing"]
    assert 'title="数量：低于国家；服务内容：没写全"' in page
    narrower = client.get("/zh/compare?aspect=target&only=below").text
    assert cell(narrower, "220000-13fyp", 25) == ["below"]
    assert not cell(narrower, "220000-13fyp", 30), "narrower quantities are another aspect"
    assert "变窄" in narrower
    assert 'title="Quantities: below the nation; Content: not all stated"' in client.get("/en/compare").text


def test_a_cell_opens_into_the_pair(client: Client) -> None:
    page = text(client.get("/zh/compare/220000-13fyp/30").text)
    assert "0—6岁儿童健康管理率逐步达到90%" in page
    assert "0—6岁以下儿童健康管理率达到80%以上" in page
    assert "▽ 没写 儿童营养与喂养指导" in page, "the element that the province leaves out"
    employers = text(client.get("/zh/compare/220000-13fyp/25").text)
    assert re.search(r"▼ 变窄 .*企业职工 缺少国家列举的对象", employers)
    funding = text(client.get("/en/compare/220000-13fyp/7").text)
    assert re.search(r"≠ to be checked .*比例分担.*R35 .*states no ratio", funding), "with the nation's own words"
    missing = text(client.get("/en/compare/130000-13fyp/68").text)
    assert "no counterpart" in missing
    assert "少数民族文化服务" in missing
    split = text(client.get("/zh/compare/220000-13fyp/48").text)
    assert split.count("吉林省 4") + split.count("吉林省 5") == 2, "both items that answer it"
    for path in ("220000-13fyp/999", "220000-13fyp/x", "nobody/30"):
        assert client.get(f"/zh/compare/{path}").status_code == 404


def test_two_provinces_side_by_side(client: Client) -> None:
    page = client.get("/zh/compare/provinces?left=220000-13fyp&right=130000-13fyp").text
    assert re.search(r'<span class="verbatim higher" lang="zh-CN">基础养老金标准为每人每月90元</span>', page)
    assert re.search(r'<span class="verbatim" lang="zh-CN">基础养老金最低标准为每人每月80元</span>', page)
    assert re.search(r"17 劳动人事争议调解仲裁 数量 ▽ 没写数量 服务对象 ▼ 变窄 数量 ＝ 与国家相同", text(page))
    assert "工伤" in page
    assert "居民健康档案" not in text(page), "what is alike is left out"
    same = client.get("/zh/compare/provinces?left=220000-13fyp&right=220000-13fyp")
    assert "没有不同" in same.text
    assert client.get("/zh/compare/provinces?left=%22%3E&right=").status_code == 200


def test_one_edition_and_the_next(client: Client) -> None:
    page = text(client.get("/zh/compare/editions").text)
    assert "↑ 提高 城乡居民基础养老金最低标准" in page
    assert "↓ 降低 传染病报告率" in page
    assert "16 新型农村社会养老保险 20 城乡居民基本养老保险" in page


def test_indicators_have_the_line_of_the_nation_where_it_is_a_standard(client: Client) -> None:
    page = client.get("/zh/compare/indicators").text
    drawn, _, totals = page.partition('id="totals"')
    mortality = drawn[drawn.index(">婴儿死亡率<") :].partition("</section>")[0]
    assert mortality.count('<line class="target"') == 3
    assert mortality.count("<circle") == 6, "a cell that says there is no figure is no point"
    assert re.search(r"河北省.*?7\.6.*?5\.0", text(mortality))
    assert "城镇新增就业人数" in totals
    assert "城镇新增就业人数" not in drawn
    assert '<line class="target"' not in totals


def test_the_scale_of_an_indicator_holds_every_value() -> None:
    rows = [
        row(indicator="i", region=region, period=period, value=value, printed=value, national=national, total="false")
        for region, national, period, value in [
            ("n", "true", "2015", "8"), ("n", "true", "2020", "7"),
            ("p", "false", "2015", "4"), ("p", "false", "2020", "5"),
        ]
    ]  # fmt: skip
    (chart,) = indicator_charts(rows)
    places = [point.at for track in chart.tracks for point in track.points.values()]
    assert all(0 < place < 100 for place in places)
    assert chart.target == places[1]
    assert places[0] > places[1] > places[3] > places[2]
    (total,) = indicator_charts([{**one, "total": Said("true")} for one in rows])
    assert (total.drawn, total.target) == (False, None)


def test_who_pays(client: Client) -> None:
    page = client.get("/zh/compare/funding?edition=cn-13fyp").text
    education = text(page[page.index("基本公共教育</th>") :].partition("</tr>")[0])
    assert education.split()[1:4] == ["8", "8", "8"], "8 items, 8 paid for by localities, 8 by the centre"
    assert client.get("/zh/compare/funding?edition=none").status_code == 200


def test_every_page_is_small_and_asks_in_the_open(client: Client) -> None:
    for language in LANGUAGES:
        for path in PAGES:
            page = client.get(f"/{language}/compare{path}")
            assert page.status_code == 200
            assert len(page.content) < 300_000
            assert f'href="/{language}/query?query=' in page.text, "the query behind it"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "viewport"), [("zh", TELEPHONE), ("en", DESK)], ids=["zh-390", "en-1440"])
def test_the_room_fits_every_screen_and_everybody(
    site: str, chromium: Any, language: str, viewport: Any, path: str
) -> None:
    page = chromium.new_page(viewport=viewport)
    watch = Watch(page, site)
    page.goto(f"{site}/{language}/compare{path}")
    assert sideways(page) <= 0
    assert grave_faults(page) == []
    assert not watch.elsewhere
    assert not watch.complaints
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_of_a_desk_hold_all_their_heads(site: str, chromium: Any, language: str) -> None:
    """The counts are not cut off, and between the names of two provinces there is a gap of 4 px at least."""
    page = chromium.new_page(viewport=DESK)
    for aspect in ("", "?aspect=measure"):
        page.goto(f"{site}/{language}/compare{aspect}")
        assert (
            page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.overview .wide'))") <= 0
        )
        gaps = page.evaluate(GAPS)
        assert len(gaps) > 1
        assert min(gaps) >= 4
    page.close()


def test_a_journalist_finds_with_the_keyboard_alone_where_jilin_is_below_the_nation(site: str, chromium: Any) -> None:
    page = chromium.new_page(viewport=DESK)
    page.goto(f"{site}/zh/")
    page.get_by_role("link", name="比较", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh/compare")
    page.locator(".filters a", has_text="数量").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**aspect=measure*")
    page.locator(".filters a", has_text="低于国家").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**aspect=measure&only=below*")
    page.locator("td.below a").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("table.measures")
    assert "80%" in page.inner_text("table.measures")
    page.close()
