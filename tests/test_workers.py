"""Workers: one that dies costs its task a second try, a task that kills two is told, and the others are not harmed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.generate import generated, regions

from gongfu.check import NATION
from gongfu.many import Question, check_many, lost, task_of
from gongfu.workers import alone, done_by_workers

Job = tuple[int, str]
ONCE, ALWAYS, FAULTY = 3, 5, 7


def squared(job: Job) -> int:
    """Return the square of a number; some numbers end the process, once or always, and one is a bug."""
    number, folder = job
    mark = Path(folder) / str(number)
    if number == ALWAYS or (number == ONCE and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if number == FAULTY:
        raise ValueError("a bug")
    return number**2


def jobs(numbers: range, folder: Path) -> Iterator[Job]:
    return ((number, str(folder)) for number in numbers)


def test_who_dies_costs_his_own_task_only(tmp_path: Path) -> None:
    found = {job[0]: outcome for job, outcome in done_by_workers(jobs(range(7), tmp_path), squared, lambda job: -1, 2)}
    assert found == {number: -1 if number == ALWAYS else number**2 for number in range(7)}
    assert (tmp_path / str(ONCE)).exists()


def test_a_bug_is_raised(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a bug"):
        list(done_by_workers(jobs(range(FAULTY, FAULTY + 1), tmp_path), squared, lambda job: -1, 2))


def test_nobody_is_forked_beside_threads() -> None:
    code = "import threading, time; from gongfu.workers import alone; print(alone()); "
    code += "threading.Thread(target=time.sleep, args=(600,), daemon=True).start(); print(alone())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(str, sys.path)))}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert told.stdout.split() == ["True", "False"]
    assert alone() in {True, False}


def children(process: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()]
    except OSError:
        return []


def test_a_killed_worker_loses_no_catalogue(tmp_path: Path) -> None:
    folder = tmp_path / "catalogues"
    folder.mkdir()
    for region, level in regions(3):
        generated("workers", region, level, faults=2, items=5).write(folder / f"{region}.csv")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"),
                   "PYTHONPATH": os.pathsep.join(filter(None, map(str, sys.path)))}  # fmt: skip
    words = [sys.executable, "-m", "gongfu.cli", "check", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as check:
        until = time.monotonic() + 120
        while not (found := children(check.pid)) and check.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(found[0], signal.SIGKILL)
        assert check.stdout
        lines = check.stdout.read().splitlines()
    assert check.returncode == 1
    here = {one.path: one for one in check_many(sorted(folder.iterdir()), Question(NATION), None)}
    told = [f"{path}：违反{one.counts['violation']}条，提醒{one.counts['warning']}条" for path, one in here.items()]
    assert [one for one in told if not any(line.startswith(one) for line in lines)] == []


def test_a_lost_catalogue_is_told_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x", "utf-8")
    fault = lost(task_of(path, Question(NATION))).fault
    assert fault
    assert "两次" in fault[0]
    assert "twice" in fault[1]
