"""Backup: everything a service holds in one file, and back again: data, what agencies published, tokens' hashes.

Place in the flow: after build. A build never changes once it is there, so it can be packed while it is served.
"""

import os
import secrets
import tarfile
from pathlib import Path

from gongfu.build import building, switch
from gongfu.builds import CURRENT
from gongfu.publishing.keys import FILE as TOKENS
from gongfu.refused import refused
from gongfu.sparql.dataset import describe

_BUILD = "build"


class NoBackup(Exception):
    """There is nothing to back up, or the file is no backup: says so in zh and en."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def back_up(out: Path, file: Path) -> None:
    """Write a backup of what is served under ``out``. Raises NoBackup where nothing was built yet."""
    build = (out / CURRENT).resolve()
    if not (build / "store").is_dir():
        raise NoBackup(
            f"“{out}”下没有建成的数据。请先运行 gongfu build，或用 --out 写明文件夹。",
            f"Nothing was built under “{out}”. Run gongfu build first, or name the folder by --out.",
        )
    beside = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        beside.touch(0o600)
    except OSError as error:
        raise NoBackup(*refused(error, file)) from error
    try:
        with tarfile.open(beside, "w:gz", compresslevel=1) as archive:
            archive.add(build, f"{_BUILD}/{build.name}")
            if (out / TOKENS).is_file():
                archive.add(out / TOKENS, TOKENS)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _unusable(file: Path, error: Exception) -> NoBackup:
    if isinstance(error, OSError) and error.filename == str(file):
        return NoBackup(*refused(error))
    said = str(error).splitlines()[0].rstrip(":")
    return NoBackup(
        f"“{file}”不是可用的备份（{said}）。请用 gongfu backup 写成的文件；没有改动任何数据。",
        f"“{file}” is no usable backup ({said}). Take a file that gongfu backup wrote; no data were changed.",
    )


def restore(out: Path, file: Path) -> Path:
    """Serve what a backup holds from now on, in one step; return the build. Raises NoBackup for another file."""
    with building(out) as beside:
        try:
            with tarfile.open(file) as archive:
                archive.extractall(beside, filter="data")  # nothing outside the folder, no links out of it
            (kept,) = (beside / _BUILD).iterdir()
            describe(kept / "store")
        except (tarfile.TarError, OSError, ValueError) as error:
            raise _unusable(file, error) from error
        target = out / f"{kept.name.partition('.')[0]}.{secrets.token_hex(4)}"
        kept.rename(target)
        if (beside / TOKENS).is_file():
            (beside / TOKENS).replace(out / TOKENS)
    switch(out, target.name)
    return target
