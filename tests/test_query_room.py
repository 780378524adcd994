"""The query room: with and without a script, in both languages, within limits, to be taken along."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pyoxigraph as ox
import pytest
from browser import DESK, TELEPHONE, Watch, grave_faults, sideways
from client import Client, client_of, wait_for

from gongfu.pages.charts import bars
from gongfu.pages.network import Network, network
from gongfu.pages.results import GRAPH_TYPE, RESULT_TYPE, SHOWN, Graph, Table, Truth, read
from gongfu.pages.snippets import curl, snippets
from gongfu.pages.terms import written
from gongfu.sparql.answering import Answer

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
HOSTILE = "<script>alert(1)</script>"
SLOW = f"SELECT (COUNT(*) AS ?n) WHERE {{ {' . '.join(f'?s{i} ?p{i} ?o{i}' for i in range(9))} }}"
EDITOR = Path(__file__).parents[1] / "server" / "gongfu" / "pages" / "built" / "editor.js"


@pytest.fixture(scope="module")
def client(built_store: Path) -> Iterator[Client]:
    with client_of(built_store) as client:
        yield client


def asked(client: Client, query: str, language: str = "zh") -> Any:
    return client.get(f"/{language}/query?query={quote(query)}")


def table(rows: str) -> Table:
    found = ox.Store().query(f"SELECT * WHERE {{ VALUES {rows} }}")
    assert isinstance(found, ox.QuerySolutions)
    result = read(Answer(RESULT_TYPE, found.serialize(format=ox.QueryResultsFormat.JSON) or b""))
    assert isinstance(result, Table)
    return result


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_example_is_offered_and_has_rows(client: Client, language: str) -> None:
    page = client.get(f"/{language}/query").text
    names = re.findall(rf'href="/{language}/query\?example=([^"]+)"', page)
    assert len(names) == len(list((Path(__file__).parents[1] / "ontology" / "questions").glob("*.rq")))
    for name in names if language == "zh" else names[:3]:
        answer = client.get(f"/{language}/query?example={name}")
        assert answer.status_code == 200, name
        assert '<table class="rows">' in answer.text, name


def test_the_result_of_a_changed_query_is_shown_with_its_address(client: Client) -> None:
    query = 'SELECT ?项 WHERE { VALUES ?项 { "甲"@zh "+1%26"@zh } }'
    page = asked(client, query)
    assert page.status_code == 200
    assert ">甲</td>" in page.text
    assert "+1%26" in page.text
    assert f"/zh/query?query={quote(query, safe='/')}" in page.text
    assert '><span lang="zh-CN">甲</span></td>' in asked(client, query, "en").text


def test_a_fault_is_told_at_its_place_and_the_query_is_kept(client: Client) -> None:
    page = asked(client, "SELECT ?甲 WHERE {\n  ?甲 ] }")
    assert page.status_code == 400
    assert 'data-line="2" data-column="6" data-near="]"' in page.text
    assert "第 2 行第 6 列" in page.text
    assert "SELECT ?甲 WHERE {" in page.text
    assert "Line 2, column 6" in asked(client, "SELECT ?甲 WHERE {\n  ?甲 ] }", "en").text


def test_an_update_and_a_call_of_others_are_refused(client: Client) -> None:
    assert asked(client, "DELETE WHERE { ?s ?p ?o }").status_code == 403
    assert asked(client, "SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }").status_code == 403


def test_the_limit_of_time_is_told_with_what_to_do(built_store: Path) -> None:
    with client_of(built_store, seconds=0.5) as client:
        page = asked(client, SLOW)
    assert page.status_code == 503
    assert "查询运行超过 0.5 秒" in page.text
    assert "LIMIT" in page.text


def test_hostile_words_are_shown_and_do_nothing(client: Client) -> None:
    query = f'SELECT ?x ?y WHERE {{ VALUES (?x ?y) {{ ("{HOSTILE}" <javascript:alert(1)>) }} }} # {HOSTILE}</textarea>'
    page = asked(client, query)
    assert page.status_code == 200
    assert HOSTILE not in page.text
    assert page.text.count("</textarea>") == 1
    assert 'href="javascript' not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]


def test_a_page_says_how_much_of_a_long_result_it_shows(client: Client) -> None:
    page = asked(client, "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 5000")
    assert "共 5,000 行" in page.text
    assert f"前 {SHOWN} 行" in page.text
    assert page.text.count("<tr>") == SHOWN + 1
    assert len(page.content) < 300_000
    assert "超过 20,200 行" in asked(client, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 30000").text


def test_graphs_and_truths_are_shown(client: Client) -> None:
    page = asked(client, "CONSTRUCT { <http://example.org/x> <http://example.org/p> 1 } WHERE {}")
    assert "http://example.org/x" in page.text
    assert "Turtle" in page.text
    assert '<p class="truth">是</p>' in asked(client, "ASK {}").text
    assert '<p class="truth">No</p>' in asked(client, "ASK { FILTER(false) }", "en").text


def test_reading_answers() -> None:
    assert read(Answer(RESULT_TYPE, b'{"head":{},"boolean":true}')) == Truth(True)
    graph = read(
        Answer(GRAPH_TYPE, b'<http://x/a> <http://x/p> "1"@zh , "2" .'.replace(b" ,", b" .\n<http://x/a> <http://x/p>"))
    )
    assert isinstance(graph, Graph)
    assert (graph.count, len(graph.subjects)) == (2, 1)


def drawing(triples: str) -> Network | None:
    graph = read(Answer(GRAPH_TYPE, "".join(f"{line} .\n" for line in triples.split(" . ")).encode()))
    assert isinstance(graph, Graph)
    return network(graph)


def test_a_graph_is_drawn_from_left_to_right() -> None:
    p, a, b, c = (f"<http://x/{one}>" for one in "pabc")
    found = drawing(f'{a} {p} {b} . {b} {p} {c} . {a} {p} {c} . {a} {p} "text" . {b} <{RDF_TYPE}> <http://x/Kind>')
    assert found
    across = {node.term.text[-1]: node.x for node in found.nodes}
    assert across["a"] < across["b"] == across["c"], "by the distance from where the graph begins; texts are no nodes"
    assert [len(node.reached_by) for node in found.nodes] == [0, 1, 1]
    assert [[kind.text for kind in node.classes] for node in found.nodes] == [[], ["http://x/Kind"], []]
    assert (len(found.lines), sum(line.back for line in found.lines)) == (3, 1), "b and c stand in one column"
    assert all(0 < node.x < found.width - 100 and 0 < node.y < found.height - 40 for node in found.nodes)


def test_circles_many_nodes_and_single_ones_are_drawn_too() -> None:
    circle = drawing("<http://x/a> <http://x/p> <http://x/b> . <http://x/b> <http://x/p> <http://x/a>")
    assert circle
    assert [line.back for line in circle.lines] == [False, True]
    apart = drawing(
        "<http://x/a> <http://x/p> <http://x/b> . _:c <http://x/p> <http://x/d> . <http://x/a> <http://x/p> <http://x/a>"
    )
    assert apart
    assert len({(node.x, node.y) for node in apart.nodes}) == 4
    many = drawing(" . ".join(f"<http://x/a> <http://x/p> <http://x/{n}>" for n in range(100)))
    assert many
    assert (len(many.nodes), many.count) == (40, 101)
    assert drawing('<http://x/a> <http://x/p> "1"') is None


def test_the_drawing_of_a_graph_names_its_nodes_and_leads_to_their_pages(client: Client) -> None:
    page = asked(client, "DESCRIBE <https://w3id.org/bps-cn/cat/cn-13fyp/30>").text
    assert '<svg class="diagram"' in page
    assert re.search(r'<a href="/zh/code/domain-13fyp/health">\s*<title>.*?</title><rect .*?>基本医疗卫生<', page)
    assert '<table class="rows triples">' in page
    hostile = asked(client, f"CONSTRUCT {{ <urn:a> <urn:p> <urn:{quote(HOSTILE)}> }} WHERE {{}}").text
    assert HOSTILE not in hostile


def test_a_chart_is_drawn_only_where_the_shape_suits() -> None:
    chart = bars(table('(?n ?of ?v) { (1 "a" 4) (2 "b" 8) (3 "c" 2) (UNDEF "all" 14) }'))
    assert chart
    assert [(bar.of.text, bar.start, bar.length) for bar in chart.bars] == [("a", 0, 50), ("b", 0, 100), ("c", 0, 25)]
    below = bars(table('(?of ?v) { ("a" -5.0) ("b" 5) ("c" 0) }'))
    assert below
    assert [(bar.start, bar.length) for bar in below.bars] == [(0, 50), (50, 50), (50, 0)]
    assert bars(table('(?of ?v) { ("a" 1) ("a" 2) ("b" 3) }')) is None, "names do not tell the rows apart"
    assert bars(table('(?of ?v) { ("a" 1) ("b" 2) }')) is None, "two bars say no more than the table"
    assert bars(table('(?of ?v) { ("a" "x") ("b" 2) ("c" 3) }')) is None, "not every value is a number"
    assert bars(table('(?of ?v) { ("a" 0) ("b" 0) ("c" 0) }')) is None


ODD = 'SELECT * WHERE { ?s ?p "a\\"b#(lf)", \'\'\'"""\'\'\' . # 甲 $HOME `x` )-"\n}\nSPARQL\n'


def test_programs_hold_any_query(tmp_path: Path) -> None:
    programs = snippets(ODD, "http://127.0.0.1/sparql")
    shell = "cat <<" + curl(ODD, "http://127.0.0.1/sparql", "text/csv").partition("<<")[2]
    assert subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True).stdout == ODD
    scope: dict[str, Any] = {}
    exec(programs["pandas"].split("table =")[0].replace("import pandas", ""), scope)
    assert scope["query"].strip() == ODD.strip()
    assert '"#(#)(lf)' not in programs["excel"]
    assert programs["excel"].count("\n") == 6
    text = re.search(r'sparql = "((?:[^"]|"")*)",', programs["excel"])
    assert text
    back = text[1].replace('""', '"').replace("#(lf)", "\n").replace("#(#)(", "#(")
    assert back.strip() == ODD.strip()
    if shutil.which("Rscript"):
        file = tmp_path / "a.R"
        file.write_text(programs["r"].split("address <-")[0] + "cat(query)", "utf-8")
        assert subprocess.run(["Rscript", str(file)], capture_output=True, text=True).stdout.strip() == ODD.strip()


def test_the_editor_is_offered_the_terms_of_the_data(client: Client) -> None:
    found = json.loads(client.get("/pages/terms.json").content)
    by_name = {one["name"]: one for one in found["terms"]}
    assert by_name["bps:ServiceItem"]["zh"] == "服务项目"
    assert by_name["payer:central"]["kind"] == "code"
    assert found["prefixes"]["payer"].endswith("/code/payer/")
    of = {found["lists"][one["of"]]["zh"] for one in found["terms"] if one.get("zh") == "儿童健康管理"}
    assert len(of) == 3, "items of one name are told apart by their editions"
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in found["prefixes"].items())
    ox.Store().query(prefixes + f"SELECT * WHERE {{ VALUES ?x {{ {' '.join(by_name)} }} }}")


def test_an_iri_is_written_short_only_where_that_needs_no_escape() -> None:
    prefixes = {"a": "http://x/", "b": "http://x/y/"}
    assert written("http://x/y/z", prefixes) == "b:z"
    assert written("http://x/%E7%9C%81", prefixes) == "a:%E7%9C%81"
    assert written("http://x/q/z", prefixes) == "<http://x/q/z>"
    assert written("http://x/z.", prefixes) == "<http://x/z.>"


@pytest.mark.parametrize(("language", "run"), [("zh", "运行"), ("en", "Run")])
def test_a_visitor_runs_an_example_changes_it_and_takes_it_along(
    site: str, chromium: Any, language: str, run: str, tmp_path: Path
) -> None:
    page = chromium.new_page(viewport=DESK, accept_downloads=True)
    watch = Watch(page, site)
    page.goto(f"{site}/{language}/query")
    page.locator(".audiences a[href$='01-domains-and-items']").click()
    page.wait_for_selector("table.rows")
    rows = page.locator("table.rows tbody tr").count()
    assert rows > 1
    if EDITOR.is_file():  # else the plain field is what there is
        page.locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.type("\nLIMIT 1")
        page.keyboard.press("Control+Enter")
    else:
        page.fill("#query", page.input_value("#query") + "\nLIMIT 1")
        page.get_by_role("button", name=run, exact=True).click()
    page.wait_for_url("**LIMIT+1*")
    assert page.locator("table.rows tbody tr").count() == 1
    with page.expect_download() as waiting:
        page.locator(".formats a", has_text="Excel").click()
    waiting.value.save_as(tmp_path / "result.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "result.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["次序", "领域", "项数"]
    assert sheet.max_row == 2
    assert not watch.elsewhere
    assert not watch.complaints
    page.close()


@pytest.mark.parametrize("viewport", [TELEPHONE, DESK], ids=["390", "1440"])
@pytest.mark.parametrize(
    "address", ["/zh/query?example=01-domains-and-items", "/en/query?query=SELECT%20%3Fx%20%7B%5D"]
)
def test_the_room_fits_every_screen_and_everybody(site: str, chromium: Any, viewport: Any, address: str) -> None:
    page = chromium.new_page(viewport=viewport)
    watch = Watch(page, site)
    page.goto(site + address)
    assert sideways(page) <= 0
    assert grave_faults(page) == []
    assert not watch.elsewhere
    assert not watch.complaints, "the policy of the page refused something"
    page.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_heading_stands_in_one_column_with_all_its_questions(site: str, chromium: Any, language: str) -> None:
    page = chromium.new_page(viewport=DESK)
    page.goto(f"{site}/{language}/query")
    pieces = page.evaluate("[...document.querySelectorAll('.audience')].map(one => one.getClientRects().length)")
    assert set(pieces) == {1}
    page.close()


def test_the_limit_of_time_is_met_by_the_keyboard_alone_and_without_a_script(site: str, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/zh/query")
    page.focus("#query")
    page.keyboard.press("Control+A")
    page.keyboard.type(SLOW)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".problem")
    assert "查询超时" in page.inner_text(".problem")
    assert page.input_value("#query") == SLOW
    context.close()


@pytest.mark.skipif(not EDITOR.is_file(), reason="the editor was not built: npm could not be reached at installation")
def test_the_editor_completes_by_chinese_names_marks_faults_and_lets_the_keyboard_out(site: str, chromium: Any) -> None:
    page = chromium.new_page(viewport=DESK)
    page.goto(f"{site}/zh/query?query=SELECT%20%3Fx%20WHERE%20%7B%0A%20%5D%20%7D")
    page.wait_for_selector(".cm-lintRange-error")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?x WHERE { ?x a 服务项")
    page.locator(".cm-tooltip-autocomplete li[aria-selected]", has_text="服务项目").wait_for()
    page.wait_for_timeout(120)  # a choice is taken only when it has been seen
    page.keyboard.press("Enter")
    page.keyboard.type(" ")
    wait_for(lambda: "bps:ServiceItem" in page.input_value("#query"))  # not in the page, whose policy forbids eval
    assert page.input_value("#query").startswith("PREFIX bps: <https://w3id.org/bps-cn/def#>")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    page.close()
