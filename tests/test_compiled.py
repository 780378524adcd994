"""What Python compiles in a process is kept for the next one: equal to what it would compile, and nothing else."""

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongfu.compiled import TRIED, Compiled, keep_compiled
from gongfu.kept import cache_folder

CATALOGUE = Path(__file__).parent / "catalogues" / "R10.below.csv"
# What a second process must not do: read a regular expression, or compile a method of one of our dataclasses.
NEVER = """
import re._parser
from gongfu import cli, compiled
def never(*_, **__): raise AssertionError("compiled again")
def keep_compiled(take=compiled.keep_compiled):
    keep = take()
    re._parser.parse = vars(compiled)["compile"] = never
    return keep
compiled.keep_compiled = keep_compiled
cli.run()
"""
tried = pytest.mark.skipif(sys.version_info[:2] not in TRIED, reason="compiled as ever in a Python that was not tried")


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the standard library back as it was."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("gongfu.compiled.unchanged", lambda: True)  # whoever edits a source meanwhile
    compiler = vars(sys.modules["re._compiler"])
    before = compiler["compile"]
    yield
    compiler["compile"] = before
    vars(dataclasses).pop("exec", None)
    re.purge()


PATTERNS = [
    ("第(?P<number>[一二三四五六七八九十\\d]+)条", 0), ("[^，。；\\d]{0,6}(标准|水平)[^。；]*$", 0), ("a(?i:b)|Ä", 2),
    ("(?<=每)(?P<whom>人|户)(?P<when>年|月)?(?(when)|次)", 0), ("[\\u3400-\\u9fff]+?  # words", re.VERBOSE),
]  # fmt: skip


def test_a_kept_pattern_is_the_compiled_one() -> None:
    compiled = {(text, flags): re.compile(text, flags) for text, flags in PATTERNS}
    for _ in range(2):  # the first time it is made, the second it is taken from what was kept
        re.purge()
        keep = keep_compiled()
        for (text, flags), pattern in compiled.items():
            found = re.compile(text, flags)
            assert found is not pattern
            assert found == pattern  # text, flags and code
            assert (found.groups, found.groupindex) == (pattern.groups, pattern.groupindex)
        keep()
    assert re.search(PATTERNS[0][0], "第十二条")["number"] == "十二"  # type: ignore[index]
    with pytest.raises(re.error, match="unterminated"):
        re.compile("(一")


@tried
def test_a_second_check_compiles_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(str, sys.path)))}
    words = ["check", str(CATALOGUE)]
    ways = (["-m", "gongfu"], ["-c", NEVER])
    first, second = (
        subprocess.run([sys.executable, *way, *words], capture_output=True, env=environment, check=False)
        for way in ways
    )
    assert second.stderr.decode() == ""
    assert (second.returncode, second.stdout) == (first.returncode, first.stdout)
    assert first.returncode == 1


@tried
def test_no_more_is_kept_than_our_own_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongfu.compiled._MANY", 3)
    keep = keep_compiled()
    for number in range(9):
        re.compile(f"第{number}行")
    keep()
    [path] = (cache_folder() / "made").iterdir()
    again = Compiled(path.read_bytes().partition(b"\n")[2])
    assert len(again._patterns) == 3


def test_what_a_dataclass_is_told_is_what_it_was() -> None:
    for _ in range(2):
        keep = keep_compiled()

        @dataclasses.dataclass(frozen=True, order=True)
        class Row:
            number: int
            words: tuple[str, ...] = ()

        assert Row(1) < Row(2, ("a",)) == Row(2, ("a",))
        assert repr(Row(1)).endswith("Row(number=1, words=())")
        with pytest.raises(dataclasses.FrozenInstanceError):
            Row(1).number = 2  # type: ignore[misc]
        keep()


def test_a_python_that_was_not_tried_compiles_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    before = vars(sys.modules["re._compiler"])["compile"]
    monkeypatch.setattr("gongfu.compiled.TRIED", frozenset())
    keep_compiled()()
    assert vars(sys.modules["re._compiler"])["compile"] is before
    assert "exec" not in vars(dataclasses)
    assert not cache_folder().exists()
