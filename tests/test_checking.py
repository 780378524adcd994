"""POST /check answers with the report that the command gives, says what is wrong with a file, and none holds it up."""

import asyncio
import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from client import Client, alive, children, client_of, problem

import gongfu.checking.routes
from gongfu.check import check
from gongfu.checking.jobs import KEPT_SECONDS, Job, Jobs, Order, State, jobs_folder, safe_name
from gongfu.checking.runner import CheckLimits, Runner
from gongfu.codes import codelists
from gongfu.problems import Problem
from gongfu.report import FORMS, as_json, as_text
from gongfu.settings import base_iri
from gongfu.sparql.limits import SETTING

CATALOGUE = (
    "领域,序号,服务项目,服务对象,服务标准,支出责任,牵头负责单位\n"
    "基本医疗卫生,30,儿童健康管理,0—6岁儿童,0—6岁儿童健康管理率达到80%以上。,地方人民政府负责,省卫生计生委\n"
)
NAME = "吉林省清单.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checks")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Client]:
    store = tmp_path_factory.mktemp("data") / "store"
    make_store(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gongfu.checking.routes, "jobs_folder", lambda: folder)
        patch.setenv(SETTING, "check_file_bytes=200000 check_patience=600")
        with client_of(store) as client:
            yield client


def make_store(path: Path) -> None:
    import pyoxigraph as ox

    store = ox.Store(str(path))
    store.bulk_load(
        b"<http://e/s> <http://e/p> 1 .", ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(base_iri() + "graph/x")
    )
    store.flush()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("expected") / NAME
    path.write_text(CATALOGUE, "utf-8")
    return check(path)


# --- the report


def test_a_form_is_answered_with_the_report_of_the_command(client: Client, expected: Any, folder: Path) -> None:
    answer = client.post("/check", files={"file": (NAME, CATALOGUE.encode(), "text/csv")})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.text == as_json(expected, codelists())
    assert list(folder.iterdir()) == []  # whoever has the answer needs nothing kept


def test_bare_content_is_answered_in_form_and_language_that_are_asked_for(client: Client, expected: Any) -> None:
    query = {"filename": NAME, "format": "text", "lang": "en"}
    answer = client.post("/check", params=query, content=CATALOGUE.encode())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text == as_text(expected, "en")


def test_accept_chooses_the_form_and_a_workbook_opens(client: Client) -> None:
    workbook = FORMS["xlsx"].media_type
    headers = {"accept": f"{workbook}, */*;q=0.1", "content-type": "text/csv",
               "content-disposition": "attachment; filename*=UTF-8''%E5%90%89%E6%9E%97%E7%9C%81.csv"}  # fmt: skip
    answer = client.post("/check", content=CATALOGUE.encode(), headers=headers)
    assert answer.headers["content-type"] == workbook
    assert "attachment" in answer.headers["content-disposition"]
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames == ["吉林省", "比对结果"]
    assert "UTF-8''%E5%90%89%E6%9E%97%E7%9C%81.report.xlsx" in answer.headers["content-disposition"]


def test_region_edition_and_name_are_those_given_as_far_as_harmless(client: Client, folder: Path) -> None:
    query = {"filename": "../../../吉林<b>.csv", "region": "130000"}
    answer = client.post("/check", params=query, content=CATALOGUE.encode())
    about = {"file": "吉林b.csv", "region": "130000", "level": "province", "against": "cn-13fyp"}
    assert answer.json()["document"] == about
    assert [path for path in folder.parent.rglob("吉林b*") if folder not in path.parents] == []
    wrong = problem(client.post("/check?against=cn-99", files={"file": ("a.csv", b"x,y")}), 422, "catalogue-unusable")
    assert "cn-99" in wrong["zh"]["detail"]


# --- jobs


def test_a_job_tells_how_far_it_is_and_keeps_its_report_until_it_is_deleted(client: Client, folder: Path) -> None:
    begun = client.post("/check?format=html", files={"file": (NAME, CATALOGUE.encode())},
                        headers={"prefer": "respond-async"})  # fmt: skip
    assert (begun.status_code, begun.json()["state"] in {"waiting", "running"}) == (202, True)
    address = begun.headers["location"]
    assert len(address.removeprefix("/check/")) == 32
    status = ended(client, address)
    assert (status["state"], status["conforms"], status["counts"]["rows"]) == ("done", False, 1)
    report = client.get(status["reports"][0]["address"])
    assert report.status_code == 200
    assert report.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "低于国家第30项的标准（90%以上）" in report.text
    assert client.request("DELETE", address).status_code == 204
    problem(client.get(address), 404, "check-unknown")
    assert not (folder / address.removeprefix("/check/")).exists()


def test_a_report_that_is_not_made_yet_is_told_as_such(client: Client, folder: Path) -> None:
    job = Jobs(folder).make(order(reports=(("html", "zh"),)), b"x")
    early = problem(client.get(f"/check/{job.identifier}/report"), 404, "report-unknown")
    assert "html" in early["zh"]["remedy"]
    Jobs(folder).delete(job)


def ended(client: Client, address: str) -> dict[str, Any]:
    for _ in range(6000):
        status: dict[str, Any] = client.get(address).json()
        if status["state"] in {"done", "failed"}:
            return status
        time.sleep(0.1)
    raise AssertionError(status)


@pytest.mark.parametrize("identifier", ["x", "a" * 32, "..%2f..%2fetc", "%00", "../health", "a" * 31 + "%2f"])
def test_other_addresses_are_no_jobs(identifier: str, client: Client) -> None:
    assert client.get(f"/check/{identifier}").status_code in {404, 200}
    answer = client.get(f"/check/{identifier}/report")
    assert answer.status_code == 404


# --- what cannot be checked


@pytest.mark.parametrize(
    ("name", "content", "kind", "words"),
    [
        ("空白.xlsx", b"PK\x03\x04broken", "catalogue-unreadable", "已损坏"),
        ("别的.csv", "姓名,年龄\n张三,30\n".encode(), "catalogue-unusable", "没有找到清单"),
    ],
)
def test_a_file_that_cannot_be_checked_is_a_problem_with_its_remedy(
    name: str, content: bytes, kind: str, words: str, client: Client
) -> None:
    said = problem(client.post("/check", files={"file": (name, content)}), 422, kind)
    assert words in said["zh"]["detail"]
    assert name in said["zh"]["detail"]
    assert not [part for part in (said["zh"]["detail"], said["en"]["detail"]) if "/tmp" in part]


def test_requests_that_ask_wrongly(client: Client) -> None:
    file = {"file": (NAME, CATALOGUE.encode())}
    problem(client.post("/check", content=b""), 400, "file-missing")
    problem(client.post("/check", data={"region": "220000"}, files={"other": ("a", b"a")}), 400, "file-missing")
    assert "xlsx" in problem(client.post("/check?format=docx", files=file), 400, "format-unknown")["zh"]["remedy"]
    problem(client.post("/check?lang=fr", files=file), 400, "language-unknown")
    problem(client.post("/check", files=file, headers={"accept": "image/png"}), 406, "not-acceptable")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    problem(client.post("/check", content=b"--y\r\nno form", headers=broken), 400, "form-broken")
    problem(client.post("/check", content=b"a" * 200_001), 413, "file-too-large")
    problem(client.post("/check", files={"file": ("a.csv", b"a" * 300_000)}), 413, "file-too-large")
    problem(client.post("/check", files={"file": ("a.csv", b"a" * 200_001)}), 413, "file-too-large")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("..\\..\\a.csv", "a.csv"), ("/abs/吉林.xlsx", "吉林.xlsx"), ("", "catalogue"),
        ("...", "catalogue"), ("a\x00b\r\nSet-Cookie: x.csv", "abSet-Cookie x.csv"), ("<script>.csv", "script.csv"),
        ("\u202egnp.csv", "gnp.csv"), ("x" * 300 + ".csv", "x" * 60 + ".csv"), ("a.b/", "catalogue"),
        ("清单.csv ", "清单.csv"), ("a.%2e", "a.%2e"),
    ],
)  # fmt: skip
def test_hostile_file_names_become_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_openapi_tells_of_the_check(client: Client) -> None:
    told = client.get("/openapi.json").json()["paths"]
    post = told["/check"]["post"]
    assert set(post["requestBody"]["content"]) == {"multipart/form-data", "application/octet-stream"}
    assert {one["name"] for one in post["parameters"]} == {"region", "against", "lang", "format", "filename"}
    assert set(post["responses"]["200"]["content"]) >= {form.media_type for form in FORMS.values()}
    assert {"get", "delete"} <= set(told["/check/{identifier}"])


# --- processes and folders


def order(**more: Any) -> Order:
    return Order(**{"name": NAME, "region": None, "against": "cn-13fyp", "reports": (("json", "zh"),), "seconds": 60.0,
                    "memory_bytes": 2**31, **more})  # fmt: skip


def slow(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Put a process that only sleeps in the place of the check."""
    script = folder / "sleep.sh"
    script.write_text("#!/bin/sh\nexec sleep 600\n")
    script.chmod(0o755)
    monkeypatch.setattr("gongfu.checking.runner.sys.executable", str(script))


def test_a_check_that_takes_too_long_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch, tmp_path)
    before = children(os.getpid())
    jobs = Jobs(tmp_path / "jobs")
    (tmp_path / "jobs").mkdir()

    async def go() -> Job:
        runner = Runner(jobs, CheckLimits(seconds=0.5, at_once=1))
        job = runner.start(order(seconds=0.5), b"x")
        assert await runner.wait(job, 120)
        return job

    job = asyncio.run(go())
    assert (job.state.state, job.state.problem) == ("failed", "check-too-long")
    assert not [pid for pid in children(os.getpid()) if pid not in before and alive(pid)]


def test_no_more_checks_wait_than_may_and_closing_ends_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch, tmp_path)
    before = children(os.getpid())
    jobs = Jobs(tmp_path / "jobs")
    (tmp_path / "jobs").mkdir()

    async def go() -> None:
        runner = Runner(jobs, CheckLimits(seconds=60, at_once=1, waiting=1))
        first, second = (runner.start(order(), b"x") for _ in range(2))
        with pytest.raises(Problem, match="checks-busy"):
            runner.start(order(), b"x")
        assert not await runner.wait(second, 0.5)
        assert (first.state.state, second.state.state) == ("running", "waiting")
        await runner.delete(first)
        assert not first.folder.exists()
        await runner.wait(second, 0.5)
        assert second.state.state == "running"
        await runner.close()

    asyncio.run(go())
    assert not [pid for pid in children(os.getpid()) if pid not in before and alive(pid)]


def test_no_more_files_come_in_and_lie_in_store_than_may(tmp_path: Path) -> None:
    async def go() -> None:
        runner = Runner(Jobs(tmp_path), CheckLimits(uploads=1, kept=1))
        with runner.upload(), pytest.raises(Problem, match="checks-busy"), runner.upload():
            pass
        with runner.upload():
            pass
        runner = Runner(Jobs(tmp_path), CheckLimits(uploads=4, kept=1))
        with runner.upload("a"), runner.upload("a"):
            with pytest.raises(Problem, match="checks-busy"), runner.upload("a"):
                pass
            with runner.upload("b"):
                pass
        Jobs(tmp_path).make(order(), b"x")
        with pytest.raises(Problem, match="checks-busy"):
            runner.start(order(), b"x")

    asyncio.run(go())


def test_a_job_is_gone_after_its_day(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    job = jobs.make(order(), b"x")
    assert jobs.find(job.identifier) == job
    assert job.order == order()
    assert job.state == State()
    assert (job.folder.stat().st_mode & 0o077, (job.folder / "sent").stat().st_mode & 0o077) == (0, 0)
    past = time.time() - KEPT_SECONDS - 1
    os.utime(job.folder / "order.json", (past, past))
    assert jobs.find(job.identifier) is None
    jobs.sweep()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_the_system_cleared_away_is_made_again(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "cleared")
    jobs.sweep()
    assert jobs.count() == 0
    assert jobs.find(jobs.make(order(), b"x").identifier)
    assert (tmp_path / "cleared").stat().st_mode & 0o077 == 0


def test_the_folder_of_jobs_is_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongfu.checking.jobs.tempfile.tempdir", str(tmp_path))
    folder = jobs_folder()
    assert (folder.parent, folder.stat().st_mode & 0o077, jobs_folder()) == (tmp_path, 0, folder)
    folder.chmod(0o755)
    assert jobs_folder() != folder


def test_state_is_written_whole(tmp_path: Path) -> None:
    job = Jobs(tmp_path).make(order(), b"x")
    job.say(State("running", "reading"))
    assert json.loads((job.folder / "state.json").read_text("utf-8"))["stage"] == "reading"
    assert job.state == State("running", "reading")
    assert [path.name for path in job.folder.iterdir() if path.name.startswith(".")] == []
