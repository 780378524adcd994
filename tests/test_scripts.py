"""The editor of the query room: pinned without addresses, free licences, and an installation without npm goes on."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "server" / "scripts"
# The hook is no part of the package; hatchling loads it in the same way.
SPEC = importlib.util.spec_from_file_location("build_scripts", SCRIPTS / "build_scripts.py")
assert SPEC
assert SPEC.loader
build_scripts: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(build_scripts)

LOCK = json.loads((SCRIPTS / "package-lock.json").read_text("utf-8"))
PACKAGES = {name: about for name, about in LOCK["packages"].items() if name}


def test_the_lock_names_no_address_and_holds_every_checksum() -> None:
    assert "://" not in json.dumps([{**about, "funding": ""} for about in PACKAGES.values()])
    assert [name for name, about in PACKAGES.items() if not about.get("integrity", "").startswith("sha512-")] == []


def test_the_packages_are_pinned_as_asked_for_and_free() -> None:
    asked = json.loads((SCRIPTS / "package.json").read_text("utf-8"))
    wanted = {**asked["dependencies"], **asked["devDependencies"]}
    assert wanted == {name: PACKAGES[f"node_modules/{name}"]["version"] for name in wanted}
    assert {about["license"] for about in PACKAGES.values()} <= {"MIT"}


class App:
    """What the hook is given to speak with."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)


def hook(app: App) -> Any:
    return build_scripts.ScriptsHook(str(ROOT), {}, None, None, str(ROOT), "wheel", app)


def unreachable(command: list[str], folder: Path) -> None:
    raise build_scripts.BuildFailed("npm error ECONNREFUSED")


def test_without_npm_the_installation_goes_on_and_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(build_scripts, "BUILT", tmp_path / "built")
    monkeypatch.setattr(build_scripts, "_run", unreachable)
    monkeypatch.setattr(build_scripts, "_node", lambda: ("node", "npm"))
    monkeypatch.delenv(build_scripts.SETTING, raising=False)
    app = App()
    build_data: dict[str, dict[str, str]] = {"force_include": {}}
    hook(app).initialize("standard", build_data)
    assert build_data == {"force_include": {}}
    assert "查询编辑器没有生成" in app.warnings[0]
    assert "ECONNREFUSED" in app.warnings[0]
    monkeypatch.setenv(build_scripts.SETTING, "required")
    with pytest.raises(build_scripts.BuildFailed):
        hook(app).initialize("standard", build_data)


def test_a_bundle_of_other_sources_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runs: list[Path] = []

    def bundled(work: Path) -> Path:
        runs.append(work)
        (work / "bundle.js").write_text("1")
        return work / "bundle.js"

    monkeypatch.setattr(build_scripts, "_bundled", bundled)
    for _ in range(2):
        assert build_scripts.build(tmp_path).read_text() == "1"
    assert len(runs) == 1
    (tmp_path / "editor.sha256").write_text("other")
    build_scripts.build(tmp_path)
    assert len(runs) == 2
