"""Jobs: what belongs to one check: the file that was sent, how far it is, its reports; kept for a day and then deleted.

Place in the flow: HTTP; files only. A job is a folder whose name nobody can guess, inside a folder that only the
service's user may enter; everything is on disk, so that several serving processes know the same jobs.
"""

import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KEPT_SECONDS = 24 * 3600
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{32}")
# What a file name may not hold here: separators, control characters, what some systems forbid, marks of direction.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_NAME_MAX, _ENDING_MAX = 60, 10


@dataclass(frozen=True)
class Order:
    """What is to be checked: the file's name, region and edition as asked, the reports wanted as (form, language)."""

    name: str
    region: str | None
    against: str
    reports: tuple[tuple[str, str], ...]
    seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class State:
    """How far a job is: waiting, running, done or failed; the stage at work; at its end the counts or the problem."""

    state: str = "waiting"
    stage: str = ""
    conforms: bool | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A job by its folder."""

    folder: Path

    @property
    def identifier(self) -> str:
        """The part of its address that nobody can guess."""
        return self.folder.name

    @property
    def created(self) -> float:
        """When it was made, in seconds of the epoch."""
        return (self.folder / "order.json").stat().st_mtime

    @property
    def order(self) -> Order:
        """What is to be checked."""
        read: dict[str, Any] = json.loads((self.folder / "order.json").read_text("utf-8"))
        return Order(**{**read, "reports": tuple((form, language) for form, language in read["reports"])})

    @property
    def file(self) -> Path:
        """The file that was sent, in a folder where nothing else stands beside it."""
        return self.folder / "sent" / self.order.name

    @property
    def state(self) -> State:
        """How far it is."""
        file = self.folder / "state.json"
        return State(**json.loads(file.read_text("utf-8"))) if file.is_file() else State()

    def say(self, state: State) -> None:
        """Write how far it is, so that a reader finds the old state or the new one whole."""
        self._put("state.json", json.dumps(asdict(state), ensure_ascii=False).encode())

    def report(self, form: str, language: str) -> Path:
        """Return the place of a report."""
        return self.folder / f"report.{language}.{form}"

    def write_report(self, form: str, language: str, document: bytes) -> None:
        """Keep a report."""
        self._put(self.report(form, language).name, document)

    def _put(self, name: str, content: bytes) -> None:
        whole = self.folder / f".{name}.{secrets.token_hex(4)}"
        whole.write_bytes(content)
        whole.replace(self.folder / name)


class Jobs:
    """The folder of all jobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, order: Order, content: bytes) -> Job:
        """Keep a file with what is to be done with it."""
        job = Job(self._folder / secrets.token_urlsafe(24))
        self._folder.mkdir(mode=0o700, exist_ok=True)  # systems clear temporary folders that lay still for days
        job.folder.mkdir(mode=0o700)
        (job.folder / "sent").mkdir(mode=0o700)
        (job.folder / "sent" / order.name).write_bytes(content)
        (job.folder / "order.json").write_text(json.dumps(asdict(order), ensure_ascii=False), "utf-8")
        return job

    def find(self, identifier: str) -> Job | None:
        """Return the job of an identifier; None where there is none, or its day is over."""
        if not _IDENTIFIER.fullmatch(identifier):
            return None
        job = Job(self._folder / identifier)
        known = (job.folder / "order.json").is_file()
        return job if known and time.time() - job.created < KEPT_SECONDS else None

    def count(self) -> int:
        """Return how many jobs there are."""
        return sum(1 for _ in self._folder.iterdir()) if self._folder.is_dir() else 0

    def delete(self, job: Job) -> None:
        """Delete everything of a job."""
        shutil.rmtree(job.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Delete every job whose day is over, and what a crash left without an order."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            order = folder / "order.json"
            since = (order if order.is_file() else folder).stat().st_mtime
            if time.time() - since > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def jobs_folder() -> Path:
    """Return the folder of the jobs of this user, made where it is not; another one where that is not ours alone."""
    folder = Path(tempfile.gettempdir()) / f"gongfu-checks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    ours = about.st_uid == os.getuid() and not about.st_mode & 0o077 and not folder.is_symlink()
    return folder if ours else Path(tempfile.mkdtemp(prefix="gongfu-checks-"))


def safe_name(name: str, ending: str = "") -> str:
    """Return the name of a stranger's file as ours may be called: its last part, without anything that means more.

    ``ending`` (".csv") is added where the name has none.
    """
    last = _NOT_IN_NAMES.sub("", re.split(r"[/\\]", name)[-1]).strip(" .")
    stem, dot, end = last.rpartition(".")
    if not dot or len(end) > _ENDING_MAX or not end.isalnum():
        stem, end = last, ending.lstrip(".")
    stem = stem.strip(" .")[:_NAME_MAX] or "catalogue"
    return f"{stem}.{end}" if end else stem
