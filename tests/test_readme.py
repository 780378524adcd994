"""The README is true: its commands exist and run, what it shows is what they print, its rooms are the tree's."""

import re
import shlex
from pathlib import Path

import pytest

from gongfu.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[str]:
    """Return every gongfu command that the README gives, in blocks and in running text."""
    blocks = re.findall(r"^(?:pip .*&& )?(gongfu .+)$", README, re.MULTILINE)
    inline = re.findall(r"`(gongfu (?:check|query) [^`]+)`", README)
    return [*blocks, *inline]


def test_the_readme_gives_the_main_commands() -> None:
    assert {command.split()[1] for command in commands()} >= {"check", "query", "serve"}


@pytest.mark.parametrize("command", [one for one in commands() if one.split()[1] in {"check", "query"}])
def test_commands_run(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], built_store: Path
) -> None:
    monkeypatch.chdir(ROOT)
    arguments = shlex.split(command)[1:]
    if arguments[0] == "query":
        arguments += ["--out", str(built_store.parents[1])]
    assert main(arguments) in {0, 1}
    printed = capsys.readouterr().out
    assert printed
    if arguments[0] == "check":
        shown = re.search(r"^```\n(  R10 .*?)^```$", README, re.MULTILINE | re.DOTALL)
        assert shown is not None
        assert [line for line in shown.group(1).splitlines() if line not in printed.splitlines()] == []


def test_every_room_of_the_readme_is_in_the_tree() -> None:
    rooms = re.findall(r"^\| ((?:`[\w/]+/` ?)+)\|", README, re.MULTILINE)
    assert rooms
    for room in (name for line in rooms for name in re.findall(r"`([\w/]+)/`", line)):
        assert (ROOT / room).is_dir(), room


def test_nothing_else_stands_at_the_top() -> None:
    allowed = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "constraints.txt"}
    allowed |= {"ontology", "shapes", "data", "server", "tests", "out"}
    found = {
        path.name for path in ROOT.iterdir() if not path.name.startswith(".") and not path.name.endswith(".egg-info")
    }
    assert found <= allowed, f"no room for {sorted(found - allowed)}"
