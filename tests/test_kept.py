"""What is kept in the user's cache is made once, whole or not at all, and made again where it cannot be kept."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gongfu.cli import main
from gongfu.kept import cache_folder, kept, kept_object

CATALOGUE = Path(__file__).parent / "catalogues" / "R10.below.csv"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder() / "made"


def never() -> bytes:
    raise AssertionError("made again")


def one() -> bytes:
    return b"one"


def test_objects_are_kept(cache: Path) -> None:
    assert kept_object("thing", "files", lambda: {"a": (1, None)}) == {"a": (1, None)}
    assert kept_object("thing", "files", never) == {"a": (1, None)}
    assert cache.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in cache.iterdir()] == [0o600]


@pytest.mark.parametrize("which", ["folder", "file"])
def test_what_others_can_write_is_not_read(cache: Path, which: str) -> None:
    kept("thing", "files", one)
    [path] = cache.iterdir()
    (cache if which == "folder" else path).chmod(0o777)
    assert kept("thing", "files", lambda: b"two") == b"two"


def test_what_another_user_made_is_not_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept("thing", "files", one)
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    assert kept("thing", "files", lambda: b"two") == b"two"


@pytest.mark.parametrize("spoilt", [lambda whole: whole[:-1], lambda whole: whole + b"e", lambda _: b""])
def test_what_does_not_stand_there_whole_is_made_again(cache: Path, spoilt: Callable[[bytes], bytes]) -> None:
    kept("thing", "files", one)
    [path] = cache.iterdir()
    path.write_bytes(spoilt(path.read_bytes()))
    assert kept("thing", "files", lambda: b"two") == b"two"
    assert kept("thing", "files", never) == b"two"


def test_of_one_name_only_the_last_is_kept(cache: Path) -> None:
    kept("other", "files", one)
    kept("thing", "files of yesterday", one)
    kept("thing", "files of today", one)
    assert sorted(path.name.rpartition("-")[0] for path in cache.iterdir()) == ["other", "thing"]
    assert kept("thing", "files of today", never) == b"one"
    assert kept("thing", "files of yesterday", lambda: b"two") == b"two"


def test_what_changed_while_it_was_made_is_not_kept(cache: Path) -> None:
    assert kept("thing", "files", one, lambda: False) == b"one"
    assert not cache.exists()


def test_switched_off(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGFU_CACHE", "off")
    assert [kept("thing", "files", made) for made in (one, lambda: b"two")] == [b"one", b"two"]
    assert not cache.exists()


def test_cleared_by_a_command(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept("thing", "files", one)
    assert main(["cache"]) == 0
    assert str(cache.parent) in capsys.readouterr().out
    assert cache.exists()
    assert main(["cache", "--clear"]) == 0
    assert not cache.parent.exists()
    assert main(["cache", "--clear"]) == 0


def test_the_command_tells_that_the_cache_is_off(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GONGFU_CACHE", "off")
    for typed in (["cache"], ["cache", "--clear"]):
        assert main(typed) == 0
        assert capsys.readouterr().out == "缓存已关闭（GONGFU_CACHE=off） / the cache is off\n"


def test_what_could_not_be_removed_is_not_called_cleared(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache.parent.parent.mkdir()
    cache.parent.touch()  # no folder
    assert main(["cache", "--clear"]) == 2
    told = capsys.readouterr()
    assert "cleared" not in told.out
    assert str(cache.parent) in told.err


def test_a_check_needs_nothing_that_windows_lacks(cache: Path) -> None:
    """Officials have Windows: the whole check runs where neither these modules nor numbers of users are there.

    Twice: the first makes what is kept, the second reads it.
    """
    lacking = (
        "import os, sys; del os.geteuid, os.getuid, os.fork; "
        "sys.modules.update(dict.fromkeys(['fcntl', 'resource', 'pwd', 'grp', 'termios'])); "
        "from gongfu.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", lacking, "check", str(CATALOGUE)], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr.decode()) == (1, "")
        assert any(cache.iterdir())
