"""Watching: which files were saved since they were last looked at, which are gone, and which may be half written.

Place in the flow: below the command that checks again after each save. It looks at times and sizes again and again, for
the system tells nothing of files on network drives, where offices keep theirs. What is still and what is gone it tells
by the number of looks, not by a clock.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gongfu.many import beside

Stamp = tuple[int | bytes, ...]
State = tuple[Stamp | None, ...]  # of a catalogue and of what stands beside it
_SECOND = 1_000_000_000
_STILL = 10  # looks without a change after which a file is believed to be as it shall be
_PAUSE, _SHARE = 0.05, 20  # seconds between looks, and how many times as long as a look they are at least


@dataclass(frozen=True)
class News:
    """What is to be checked, and what has been gone for some looks."""

    saved: tuple[Path, ...] = ()
    gone: tuple[Path, ...] = ()


class Watch:
    """Files that are watched; ``files`` names them at each look, for a folder may have new ones."""

    def __init__(self, files: Callable[[], list[Path]], but: Path | None = None) -> None:
        """Look for the first time. ``but`` is the report, where it stands beside the file: it changes by each check."""
        self._files, self._but = files, but
        self.pause = _PAUSE
        self._seen = self._look()
        self._doubted: dict[Path, int] = {}  # looks since a check failed
        self._absent: dict[Path, int] = {}  # looks since a file was last there

    def news(self) -> News:
        """Look again, and return what there is to do."""
        now = self._look()
        saved = {path for path, state in now.items() if state != self._seen.get(path)}
        for path in self._doubted.keys() & now.keys():
            self._doubted[path] = 0 if path in saved else self._doubted[path] + 1
            if self._doubted[path] == _STILL:
                saved.add(path)
        self._absent = {path: self._absent.get(path, 0) + 1 for path in self._seen.keys() - now.keys()}
        gone = {path for path, looks in self._absent.items() if looks == _STILL}
        self._seen = {path: state for path, state in {**self._seen, **now}.items() if path not in gone}
        self._doubted = {path: looks for path, looks in self._doubted.items() if path not in gone}
        return News(tuple(sorted(saved)), tuple(sorted(gone)))

    def is_as_seen(self, path: Path) -> bool:
        """Say whether a file is still what it was at the last look."""
        return self._state(path) == self._seen.get(path)

    def is_still(self, path: Path) -> bool:
        """Say whether a file was put off, and has not changed since then."""
        return self._doubted.get(path) == _STILL

    def put_off(self, path: Path) -> bool:
        """Have a file given once more when it has been still for a while; say whether that is new."""
        new = path not in self._doubted
        self._doubted[path] = 0
        return new

    def believe(self, path: Path) -> None:
        """Forget that a file was put off."""
        self._doubted.pop(path, None)

    def _look(self) -> Mapping[Path, State]:
        begun, found = time.perf_counter(), dict[Path, State]()
        with suppress(OSError):  # the folder is not there, or is just being replaced
            found = {path: state for path in self._files() if (state := self._state(path))[0] is not None}
        self.pause = max(_PAUSE, _SHARE * (time.perf_counter() - begun))  # a big folder is not looked at all the time
        return found

    def _state(self, path: Path) -> State:
        return tuple(stamp(one) for one in (path, *beside(path)) if one != self._but)


def stamp(path: Path) -> Stamp | None:
    """Return what a save changes of a file, None where there is none; the inode tells one that was put in its place."""
    try:
        status = path.stat()
    except OSError:
        return None
    told = (status.st_mtime_ns, status.st_size, status.st_ino)
    if not status.st_mtime_ns % _SECOND:  # where whole seconds are counted two saves can have one time, and one size
        with suppress(OSError):
            return (*told, hashlib.sha256(path.read_bytes()).digest())
    return told
