"""A watched file is checked again after each save, and only then; what is half written or gone is waited for."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gongfu.arguments import parsed
from gongfu.cli import main
from gongfu.watch_command import watch_files
from gongfu.watching import Watch, stamp

BELOW = Path(__file__).parent / "catalogues" / "R10.below.csv"
LOOKS = 10  # without a change, until a file is believed
Step = Callable[[], object]
# Whoever runs the tests may have told them, and so their children, to take no notice of Ctrl-C.
COMMAND = "import signal; signal.signal(2, signal.default_int_handler); from gongfu.cli import run; run()"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "catalogues"
    folder.mkdir()
    return Path(shutil.copy(BELOW, folder / "吉林.csv"))


def replaced(path: Path, content: str) -> None:
    """Save as many editors do: write another file, and put it in the place of the first."""
    beside = path.with_name(f"~${path.name}")
    beside.write_text(content, "utf-8")
    beside.replace(path)


def watched(words: list[str], steps: Sequence[Step]) -> int:
    """Run the command; before each look one of the steps is done, then somebody presses Ctrl-C."""
    waiting = iter(steps)

    def wait(seconds: float) -> None:
        step = next(waiting, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    return watch_files(parsed(["check", *words, "--watch"]), wait)


def nothing() -> None: ...


# --- what was saved ---------------------------------------------------------------------------------------------------


def test_only_what_changed_is_news(file: Path) -> None:
    other = Path(shutil.copy(file, file.with_name("四川.csv")))
    watch = Watch(lambda: sorted(file.parent.glob("*.csv")))
    assert watch.news().saved == ()
    replaced(file, "服务项目")
    assert watch.news().saved == (file,)
    new = Path(shutil.copy(file, file.with_name("安徽.csv")))
    assert watch.news().saved == (new,)
    other.with_name("四川.reviewed.csv").write_text("rule\n", "utf-8")  # judgements beside a file belong to it
    assert other in watch.news().saved


def test_a_save_of_the_same_size_and_time_is_seen(file: Path) -> None:
    os.utime(file, ns=(0, 10**9))  # whole seconds: some file systems count no other time
    before = stamp(file)
    content = file.read_text("utf-8")
    file.write_text(content.replace("80", "81"), "utf-8")
    os.utime(file, ns=(0, 10**9))
    assert stamp(file) != before
    os.utime(file, ns=(0, 10**9 + 1))
    before = stamp(file)
    replaced(file, content)  # another file in its place
    os.utime(file, ns=(0, 10**9 + 1))
    assert stamp(file) != before


def test_a_file_is_gone_when_it_stays_away(file: Path) -> None:
    content = file.read_text("utf-8")
    watch = Watch(lambda: [file])
    file.unlink()
    assert [watch.news().gone for _ in range(LOOKS - 1)] == [()] * (LOOKS - 1)
    file.write_text(content, "utf-8")  # an editor took it away for a moment
    assert (watch.news().saved, watch.news().gone) == ((file,), ())
    file.unlink()
    assert [watch.news().gone for _ in range(LOOKS + 1)] == [()] * (LOOKS - 1) + [(file,), ()]
    file.write_text(content, "utf-8")
    assert watch.news().saved == (file,)


def test_what_was_put_off_is_given_again_when_it_has_been_still(file: Path) -> None:
    watch = Watch(lambda: [file])
    assert watch.put_off(file)
    assert [watch.news().saved for _ in range(3)] == [()] * 3
    replaced(file, "half")
    assert watch.news().saved == (file,)
    assert not watch.is_still(file)
    assert not watch.put_off(file)  # that is no news
    assert [watch.news().saved for _ in range(LOOKS)] == [()] * (LOOKS - 1) + [(file,)]
    assert watch.is_still(file)
    watch.believe(file)
    assert [watch.news().saved for _ in range(LOOKS + 1)] == [()] * (LOOKS + 1)


# --- the command ------------------------------------------------------------------------------------------------------


def test_each_save_is_reported_as_a_check_reports(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = file.read_text("utf-8").replace("80", "90")
    steps = [nothing, lambda: replaced(file, good), nothing]
    assert main(["check", str(file), "--region", "220000"]) == 1
    first = capsys.readouterr().out
    code = watched([str(file), "--region", "220000"], steps)
    told = capsys.readouterr()
    assert code == main(["check", str(file), "--region", "220000"])
    assert told.out == first + capsys.readouterr().out
    assert "R10" in first
    assert "R10" not in told.out.removeprefix(first)
    lines = told.err.splitlines()
    assert "按 Ctrl-C 结束 / watching" in lines[0]
    assert f"“{file}”已保存 / saved" in lines[1]
    assert lines[2:] == ["gongfu: 结束 / ended"]


def test_what_is_half_written_is_tried_again(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = file.read_text("utf-8")
    steps = [lambda: file.write_text(whole[:3], "utf-8"), nothing, lambda: file.write_text(whole, "utf-8"),
             *[nothing] * (2 * LOOKS)]  # fmt: skip
    assert watched([str(file)], steps) == 1
    told = capsys.readouterr()
    assert told.err.count("可能还在保存，稍候再试 / ") == 1
    assert told.err.count("已保存") == 1
    assert "没有找到清单" not in told.err
    assert watched([str(file)], [lambda: file.write_text(whole[:3], "utf-8"), *[nothing] * (2 * LOOKS)]) == 2
    assert capsys.readouterr().err.count("没有找到清单") == 1  # it stayed so: that is what it is


def test_a_file_that_is_deleted_is_waited_for(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = file.read_text("utf-8")
    steps = [file.unlink, *[nothing] * LOOKS, lambda: file.write_text(whole, "utf-8"), nothing]
    assert watched([str(file)], steps) == 1
    assert "不在了，出现后再比对 / " in capsys.readouterr().err
    assert watched([str(file)], [file.unlink, *[nothing] * LOOKS]) == 2


def test_of_a_folder_only_what_was_saved_is_checked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = Path(shutil.copy(file, file.with_name("四川.csv")))
    reports = file.parent.parent / "reports"
    steps = [lambda: replaced(file, file.read_text("utf-8").replace("80", "70")), nothing]
    assert watched([str(file.parent), "-o", str(reports), "--format", "json"], steps) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.partition("：")[0] for line in told][2:] == [str(file)]
    assert {line.partition("：")[0] for line in told[:2]} == {str(file), str(other)}
    assert len(list(reports.iterdir())) == 2


def test_the_report_beside_a_file_is_no_save(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged = file.with_name("吉林.reviewed.csv")
    assert watched([str(file), "--format", "csv", "-o", str(judged)], [nothing, nothing]) == 1
    assert "已保存" not in capsys.readouterr().err
    assert judged.stat().st_size


@pytest.mark.parametrize(("words", "said"), [
    (["{}", "-o", "{}"], "报告会被当作清单"), (["{}", "--scheduler", "tcp://127.0.0.1:1"], "请去掉一个"),
    (["{}/none.csv"], "none.csv"), (["{}/none"], "none"),
])  # fmt: skip
def test_what_cannot_be_watched_is_told(
    file: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watched([word.format(file.parent) for word in words], []) == 2
    assert said in capsys.readouterr().err


@pytest.fixture
def command(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Give a process that watches the file."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(str, sys.path)))}
    words = [sys.executable, "-c", COMMAND, "check", str(file), "--watch", "-o", os.devnull]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as process:
        guard = threading.Timer(120, process.kill)  # a line that never comes shall not hold the tests
        guard.start()
        yield process
        guard.cancel()
        process.kill()


def test_a_process_watches_until_ctrl_c(file: Path, command: subprocess.Popen[str]) -> None:
    assert command.stderr
    line = ""
    while "Ctrl-C" not in line:
        line = command.stderr.readline()
        assert line
    replaced(file, file.read_text("utf-8").replace("80", "90"))
    told = [command.stderr.readline() for _ in range(2)]
    assert "已保存" in told[0]
    assert "违反" in told[1]
    command.send_signal(signal.SIGINT)
    assert command.stderr.read() == "gongfu: 结束 / ended\n"
    assert command.wait() == 1
