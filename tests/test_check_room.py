"""The room where a catalogue is handed in: form, progress, report, downloads, deletion; nothing of a file is markup."""

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import lxml.html
import openpyxl
import pytest
from browser import CHROMIUM, DESK, TELEPHONE, Watch, chromium, grave_faults, site
from client import Client, client_of
from test_checking import CATALOGUE, NAME, make_store

import gongfu.checking.routes
from gongfu.check import check
from gongfu.checking.jobs import Jobs, State
from gongfu.checking.routes import order_of
from gongfu.checking.runner import CheckLimits
from gongfu.checking.samples import sample, template
from gongfu.pages.check import REPORTS, STAGES
from gongfu.problems import Problem
from gongfu.sparql.limits import SETTING

LANGUAGES = ("zh", "en")
HOSTILE = "吉林<img src=x onerror=alert(1)>清单.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checks")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "store"
    make_store(path)
    return path


@pytest.fixture(scope="module")
def client(store: Path, folder: Path) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gongfu.checking.routes, "jobs_folder", lambda: folder)
        patch.setenv(SETTING, "check_file_bytes=200000")
        with client_of(store) as client:
            yield client


@pytest.fixture(scope="module")
def address(client: Client) -> str:
    """The address of the page of a finished check."""
    sent = {"file": (HOSTILE, CATALOGUE.replace("儿童健康管理,", "儿童健康管理 & <svg/onload=alert(1),").encode())}
    begun = client.post("/zh/check", files=sent, data={"region": "220000"})
    assert begun.status_code == 303
    place = begun.headers["location"]
    for _ in range(6000):
        if 'http-equiv="refresh"' not in client.get(place).text:
            return place
        time.sleep(0.1)
    raise AssertionError(client.get(place).text)


def tree_of(response: httpx.Response) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(response.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_asks_for_file_region_and_edition_and_says_what_happens(client: Client, language: str) -> None:
    answer = client.get(f"/{language}/check")
    assert answer.status_code == 200
    form = next(one for one in tree_of(answer).forms if one.get("enctype"))
    assert (form.action, form.method, form.get("enctype")) == (f"/{language}/check", "POST", "multipart/form-data")
    assert {"file", "region", "against"} <= set(form.fields.keys())
    assert form.fields["against"] == "cn-13fyp"
    assert "220000" in form.inputs["region"].value_options
    assert "24" in answer.text
    assert {"/pages/sample.xlsx", "/pages/template.xlsx"} <= set(tree_of(answer).xpath("//a/@href"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_of_a_check_stands_at_its_address_in_both_languages(
    client: Client, address: str, language: str
) -> None:
    answer = client.get(address.replace("/zh/", f"/{language}/"))
    assert answer.headers["cache-control"] == "private, no-store"
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    tree = tree_of(answer)
    words = {"zh": "低于国家第30项的标准（90%以上）", "en": "below at least 90% of national item 30"}[language]
    assert words in tree.text_content()
    assert tree.xpath("//img|//svg|//style|//@style|//@*[starts-with(name(), 'on')]") == []
    assert "<svg/onload=alert(1)" in tree.text_content()
    assert [one for one in tree.xpath("//script/@src") if not one.startswith("/pages/")] == []


def test_every_download_is_there(client: Client, address: str) -> None:
    links = [link for link in tree_of(client.get(address)).xpath("//nav//a/@href") if "/report?" in link]
    forms = {re.search(r"format=(\w+)", link)[1]: client.get(link) for link in links}  # type: ignore[index]
    assert list(forms) == ["xlsx", "html", "csv", "text", "json", "ttl", "junit"]
    assert {answer.status_code for answer in forms.values()} == {200}
    assert openpyxl.load_workbook(io.BytesIO(forms["xlsx"].content)).sheetnames[-1] == "比对结果"
    assert forms["json"].json()["document"]["region"] == "220000"


def test_a_waiting_check_renews_its_page_and_names_the_stage(client: Client, folder: Path) -> None:
    from gongfu.checking.receiving import Sent

    job = Jobs(folder).make(order_of(Sent(NAME, b"x", {}), REPORTS, CheckLimits()), b"x")
    job.say(State("running", "comparing"))
    tree = tree_of(client.get(f"/zh/check/{job.identifier}"))
    assert tree.xpath("//meta[@http-equiv='refresh']/@content") == ["2"]
    assert [one.text for one in tree.xpath("//*[@aria-current='step']")] == ["逐项对应和比对"]
    assert tree.xpath("//progress/@value") == [str(STAGES.index("comparing") + 1)]
    job.say(State("failed", problem="check-too-long", facts={"seconds": "5"}))
    failed = client.get(f"/en/check/{job.identifier}")
    assert (failed.status_code, "more than 5 seconds" in failed.text) == (422, True)


def test_what_is_wrong_is_told_above_the_form(client: Client) -> None:
    answer = client.post("/zh/check", files={"other": ("a.csv", b"x")})
    assert answer.status_code == 400
    assert tree_of(answer).xpath("//*[@role='alert']")[0].text_content().strip().startswith("没有收到文件")
    large = client.post("/en/check", files={"file": ("a.csv", b"a" * 200_001)})
    assert (large.status_code, "too large" in large.text) == (413, True)


def test_who_comes_too_early_is_told_when_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise Problem("checks-busy", {"seconds": 30}, {"retry-after": "30"})

    monkeypatch.setattr("gongfu.checking.runner.Runner.start", busy)
    answer = client.post("/zh/check", files={"file": (NAME, CATALOGUE.encode())})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_a_file_that_holds_no_catalogue_is_told_on_its_page(client: Client) -> None:
    begun = client.post("/zh/check", files={"file": ("别的.csv", "姓名,年龄\n张三,30\n".encode())})
    place = begun.headers["location"]
    for _ in range(6000):
        answer = client.get(place)
        if answer.status_code != 200:
            break
        time.sleep(0.1)
    assert answer.status_code == 422
    assert "请检查表头那一行" in answer.text
    assert tree_of(answer).xpath("//main//a[@href='/zh/check']")[0].text == "再检查一份"


def test_who_names_no_region_is_told_how_the_file_was_read(client: Client, address: str) -> None:
    place = client.post("/zh/check", files={"file": ("清单.csv", CATALOGUE.encode())}).headers["location"]
    for _ in range(6000):
        page = client.get(place).text
        if 'class="conclusion' in page:
            break
        time.sleep(0.1)
    assert "文件没有写明是哪个地区的清单" in page
    assert "文件没有写明是哪个地区的清单" not in client.get(address).text, "there the region was chosen"


def test_a_check_is_deleted_at_once_when_asked(client: Client, folder: Path) -> None:
    begun = client.post("/zh/check", files={"file": (NAME, CATALOGUE.encode())})
    place = begun.headers["location"]
    assert (folder / place.rpartition("/")[2]).exists()
    gone = client.post(f"{place}/delete")
    assert (gone.status_code, gone.headers["location"]) == (303, "/zh/check?deleted")
    assert not (folder / place.rpartition("/")[2]).exists()
    assert client.get(place).status_code == 404
    assert "已删除" in client.get("/zh/check?deleted").text


# --- sample and template


def test_the_sample_is_a_catalogue_with_findings(tmp_path: Path) -> None:
    name, content = sample()
    path = tmp_path / name
    path.write_bytes(content)
    report = check(path)
    assert report.examined.prepared.catalogue.edition.region != "CN"
    assert len(report.examined.prepared.catalogue.items) > 50
    assert report.counts["violation"]


def test_what_is_filled_into_the_template_is_read(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(template()))
    sheet = workbook.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads == ["领域", "序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位", "支付类别"]
    assert all(cell.comment for cell in sheet[1])
    row = [
        "基本医疗卫生",
        "30",
        "儿童健康管理",
        "0—6岁儿童",
        "0—6岁儿童健康管理率达到80%以上",
        "省负责",
        "省卫生计生委",
        "免费",
    ]
    for column, value in enumerate(row, 1):
        sheet.cell(2, column, value)
    path = tmp_path / "吉林省.xlsx"
    workbook.save(path)
    report = check(path)
    assert [item.texts["payment"] for item in report.examined.prepared.catalogue.items] == ["免费"]
    assert [one.cell for one in report.findings if one.rule == "R10"] == ["E2"]
    assert report.counts["unread"] == 0


# --- in a browser


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
def test_a_browser_checks_a_file_filters_and_takes_the_workbook(store: Path, tmp_path: Path) -> None:
    file = tmp_path / NAME
    lines = CATALOGUE + "基本公共教育,1,免费义务教育,义务教育学生,免学杂费。,地方负责,省教育厅\n"
    file.write_text(lines, "utf-8")
    with site(store) as server, chromium() as browser:
        for language, size in (("zh", DESK), ("en", TELEPHONE)):
            page = browser.new_page(viewport=size)
            watch = Watch(page, server)
            page.goto(f"{server}/{language}/check")
            assert grave_faults(page) == []
            page.set_input_files("#file", file)
            page.click("form.hand-in button")
            page.wait_for_selector(".conclusion")
            assert grave_faults(page) == []
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"]
            assert page.is_visible("section.violation")
            page.focus("#show-violation")
            page.keyboard.press("Space")
            assert not page.is_visible("section.violation")
            page.keyboard.press("Space")
            below = page.locator("article.finding", has_text="90%").first
            assert below.is_visible()
            page.click("label[for=domain-2]")
            assert not below.is_visible()
            with page.expect_download() as download:
                page.click(".take a >> nth=0")
            assert openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).sheetnames[-1] in {
                "比对结果",
                "Findings",
            }
            assert (watch.elsewhere, watch.complaints) == ([], [])
            page.click(".take form button")
            page.wait_for_selector(".notice")
            page.close()
