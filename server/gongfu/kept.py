"""Kept: what is dear to make and follows from files of the program alone is made once and kept in the user's cache.

Place in the flow: leftmost; whoever keeps something names everything that it depends on. GONGFU_CACHE=off keeps
nothing; ``gongfu cache --clear`` removes what is kept.

Objects and code are read back by pickle and marshal, which run what a file says. So only files of this very user are
read, in a folder that nobody else can write in: whoever can put a file there can run programs as this user anyway.
"""

import hashlib
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

NOWHERE = Path(os.devnull) / "gongfu"  # the folder of whoever keeps nothing
_OTHERS_WRITE = 0o022


def switched_off() -> bool:
    """Say whether the user wants nothing kept."""
    return os.environ.get("GONGFU_CACHE") == "off"


def cache_folder() -> Path:
    """Return the folder of what may be made again at any time; nobody has made it yet, or nobody can."""
    if switched_off():
        return NOWHERE
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gongfu"
    except RuntimeError:  # a service of a user without a home
        return NOWHERE


def kept(name: str, depends_on: str, make: Callable[[], bytes], still: Callable[[], bool] = lambda: True) -> bytes:
    """Return the bytes that ``make`` makes, from the user's cache where they stand there whole.

    ``depends_on`` is everything that the bytes follow from; others of that name go. ``still`` says after the making
    whether that is still so; else they are not kept. Several processes may do this at a time, and a folder in which
    nothing can be written costs time and no more.
    """
    content = found(name, depends_on)
    if content is None:
        content = make()
        if still():
            keep(name, depends_on, content)
    return content


def found(name: str, depends_on: str) -> bytes | None:
    """Return the bytes that were kept under a name and follow from that; None where they do not stand there whole."""
    path = _path(name, depends_on)
    with suppress(OSError):
        if _own(path.parent) and _own(path):
            digest, _, content = path.read_bytes().partition(b"\n")
            if digest == _digest(content):
                return content
    return None


def keep(name: str, depends_on: str, content: bytes) -> None:
    """Keep bytes under a name, in place of all that was kept under it; where nothing can be written, nothing is."""
    path = _path(name, depends_on)
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, _digest(content) + b"\n" + content)
        for other in path.parent.glob(f"{name}-*"):
            if other != path:
                other.unlink()


def _path(name: str, depends_on: str) -> Path:
    return cache_folder() / "made" / f"{name}-{hashlib.sha256(depends_on.encode()).hexdigest()[:16]}"


def kept_object(name: str, depends_on: str, make: Callable[[], Any], still: Callable[[], bool] = lambda: True) -> Any:
    """Return the object that ``make`` makes, as ``kept`` does; what comes from the cache is equal, not the same."""
    return pickle.loads(kept(name, depends_on, lambda: pickle.dumps(make(), pickle.HIGHEST_PROTOCOL), still))  # noqa: S301  # our own


def _own(path: Path) -> bool:
    """Say whether a file or folder is this user's and nobody else can write there."""
    status = path.stat()
    if not hasattr(
        os, "geteuid"
    ):  # Windows: a profile's folders are its user's by their access lists, modes say nothing
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place whole: nobody reads half of it."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    with suppress(FileNotFoundError):
        beside.unlink()  # of a process that died
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)
