"""Many catalogues: a folder is checked in parallel, only what changed is checked again, a lost worker loses nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest
from bench.generate import generated, regions

from gongfu import many
from gongfu.check import NATION, check
from gongfu.cli import main
from gongfu.many import Outcome, Question, Task, catalogue_files, check_many, done, task_of
from gongfu.sources import source_folder

COUNT = 5
needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="needs Dask: pip install gongfu[dask]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of small catalogues, one table that is none, and files that stand beside one."""
    folder = tmp_path_factory.mktemp("catalogues")
    for region, level in regions(COUNT):
        generated("many", region, level, faults=2, items=5).write(folder / f"{region}.csv")
    (folder / "notes.txt").write_text("没有清单", "utf-8")
    (folder / "110000.reviewed.csv").write_text("rule,digest,verdict,reason,by\n", "utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = many.kept_outcomes()
    assert folder
    return folder


def test_files_of_a_folder(folder: Path) -> None:
    names = [path.name for path in catalogue_files([folder])]
    assert names == [*(f"{region}.csv" for region, _ in regions(COUNT)), "notes.txt"]
    assert catalogue_files([folder / "picture.png"]) == [folder / "picture.png"]  # who names a file means it


def test_what_stands_beside_belongs_to_the_task(folder: Path) -> None:
    task = task_of(folder / "110000.csv", Question(NATION))
    assert [name for name, _ in task.files] == ["110000.csv", "110000.reviewed.csv"]
    assert task.digest != task_of(folder / "110000.csv", Question(NATION, language="en")).digest


def test_a_curated_folder_is_checked_as_its_catalogue_is() -> None:
    """What people typed beside a catalogue, its indicators and tasks too, goes with it wherever it is checked."""
    [path] = catalogue_files([source_folder("hebei-13fyp")])
    assert path.name == "catalogue.csv"
    outcome = done(task_of(path, Question(NATION)))
    assert outcome.counts == check(path).counts
    assert "[indicators " in outcome.document.decode()


def test_only_what_changed_is_checked_again(
    folder: Path, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("120000.csv", "130000.csv")]
    for path in paths:
        path.write_bytes((folder / path.name).read_bytes())
    asked: list[str] = []

    def doing(task: Task) -> Outcome:
        asked.append(task.path)
        return done(task)

    monkeypatch.setattr(many, "done", doing)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    question = Question(NATION, form="json")
    first = {one.path: one for one in check_many(paths, question, kept)}
    assert asked == [str(path) for path in paths]
    assert {one.path: one for one in check_many(paths, question, kept)} == first
    paths[1].write_text(paths[1].read_text("utf-8").replace("90", "91"), "utf-8")
    again = {one.path: one for one in check_many(paths, question, kept)}
    assert asked == [str(path) for path in (*paths, paths[1])]
    assert again[str(paths[0])] == first[str(paths[0])]


def test_a_damaged_outcome_is_made_again(folder: Path, kept: Path) -> None:
    path, question = folder / "110000.csv", Question(NATION)
    [first] = check_many([path], question, kept)
    (kept / task_of(path, question).digest).write_text('{"counts": {}', "utf-8")
    assert list(check_many([path], question, kept)) == [first]


def test_a_folder_on_the_command_line(
    folder: Path, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = tmp_path / "reports"
    assert main(["check", str(folder), "--format", "json", "-o", str(reports)]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == COUNT + 2
    assert f"共{COUNT + 1}份：符合" in lines[-1]
    assert [line for line in lines if "notes.txt" in line and "没有找到清单" in line]
    assert len(list(reports.glob("*.json"))) == COUNT
    told = {one.path: one for one in check_many(catalogue_files([folder]), Question(NATION, form="json"), kept)}
    for path, one in told.items():
        if not one.fault:
            assert f"{path}：违反{one.counts['violation']}条，" in "\n".join(lines)
            assert (reports / one.report_name).read_bytes() == one.document


def test_without_a_cache_all_is_checked(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert many.kept_outcomes() is None
    [told] = check_many([folder / "110000.csv"], Question(NATION), tmp_path / "removed")
    assert told.counts["violation"]


# --- on a cluster -----------------------------------------------------------------------------------------------------


def started(stack: ExitStack, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(str, sys.path)))}
    process = subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    stack.enter_context(process)  # closes its output and waits for its end
    stack.callback(process.kill)
    return process


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """Give the address of a scheduler on loopback with two workers, and the workers."""
    file = tmp_path / "scheduler.json"
    with ExitStack() as stack:
        here = ("--host", "127.0.0.1", "--no-dashboard")
        started(stack, "distributed.cli.dask_scheduler", *here, "--port", "0", "--scheduler-file", str(file))
        until = time.monotonic() + 120
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        words = ("distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny")
        workers = [
            started(stack, *words, *here, "--local-directory", str(tmp_path / str(number))) for number in range(2)
        ]
        yield _address(file), workers


def _address(file: Path) -> str:
    return str(json.loads(file.read_text("utf-8"))["address"])


@needs_dask
def test_a_killed_worker_loses_nothing(
    folder: Path, cluster: tuple[str, list[subprocess.Popen[str]]], kept: Path
) -> None:
    address, workers = cluster
    with ExitStack() as stack:
        check = started(stack, "gongfu.cli", "check", str(folder), "--scheduler", address)
        assert check.stdout
        first = check.stdout.readline()
        os.kill(workers[0].pid, signal.SIGKILL)
        lines = [first, *check.stdout]
        assert check.wait() == 2
    here = {one.path: one for one in check_many(catalogue_files([folder]), Question(NATION), None)}
    assert len(lines) == len(here) + 1
    for path, one in here.items():
        assert [line for line in lines if line.startswith(path) and _told(one) in line], path


def _told(one: Outcome) -> str:
    return one.fault[0] if one.fault else f"违反{one.counts['violation']}条，提醒{one.counts['warning']}条"
