"""Many: catalogue files checked one by one, in parallel processes or on a Dask scheduler; only those that changed.

Place in the flow: beside check, for a folder or several files. A task carries the bytes it needs, so that any process
on any machine can do it; its outcome is kept under the digest of the task and of everything the program reads.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from gongfu.kept import cache_folder, kept_object
from gongfu.refused import refused
from gongfu.settings import base_iri, program, unchanged

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from gongfu.codes import CodeLists
    from gongfu.examine import Prepared
    from gongfu.validate import Engine

# What stands in a folder of catalogues and is none: what a person said of one, and the tables of a curated edition.
_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".docx", ".pdf", ".html", ".htm", ".md", ".txt"})
_CURATED = "catalogue.csv"  # in a folder of its own, with what people typed beside it
_BESIDE = ("source.yaml", "correspondence.csv", "indicators.csv", "tasks.csv", "narrative.csv")
_FIRST = 12
_AHEAD = 4  # tasks a worker that wait with their files in memory


@dataclass(frozen=True)
class Question:
    """What is asked of every file: the edition to compare with, the region, form and language of the report, engine."""

    against: str
    region: str | None = None
    form: str = "text"
    language: str = "zh"
    engine: "Engine" = "shacl"


@dataclass(frozen=True)
class Task:
    """A question about one file; ``files`` are names and bytes of the catalogue, first, and of what counts beside."""

    path: str
    question: Question
    files: tuple[tuple[str, bytes], ...]

    @property
    def digest(self) -> str:
        """Return the digest of the question and the files: equal tasks have equal outcomes."""
        found = hashlib.sha256(repr(self.question).encode())
        for name, content in self.files:
            found.update(f"\0{name}\0{len(content)}\0".encode() + content)
        return found.hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What came of a task: counts by severity and the report, whose files end in ``ending``; or why there is none.

    ``fault`` says in zh and en why it could not be checked.
    """

    path: str
    counts: Mapping[str, int]
    document: bytes = b""
    ending: str = ""
    fault: tuple[str, str] | None = None

    @property
    def conforms(self) -> bool:
        """Say whether no rule is violated."""
        return self.fault is None and not self.counts["violation"]

    @property
    def report_name(self) -> str:
        """Return the name of the report's file: the path's own, as one word, with the ending of its form."""
        parts = [part for part in Path(self.path).parts if part not in {"/", ".", ".."}]
        return f"{'-'.join(parts)}.{self.ending}"


def catalogue_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files, and of each folder the files in it that may be catalogues, in order of name."""
    found: list[Path] = []
    for path in paths:
        inside = _inside(path) if path.is_dir() else [path]
        found += [one for one in inside if one == path or (one.is_file() and _may_be_catalogue(one))]
    return found


def _inside(folder: Path) -> list[Path]:
    """Return the files of a folder; of a curated one the catalogue only, for the others stand beside it."""
    catalogue = folder / _CURATED
    return [catalogue] if catalogue.is_file() and (folder / "source.yaml").is_file() else sorted(folder.iterdir())


def _may_be_catalogue(path: Path) -> bool:
    beside = path.name.endswith(".reviewed.csv") or path.name == "correspondence.csv"
    return path.suffix.lower() in _SUFFIXES and not (beside or path.name.startswith((".", "~$")))


def beside(path: Path) -> list[Path]:
    """Return the files that a check of a catalogue reads beside it, where they are there."""
    names = [f"{path.stem}.reviewed.csv", *(_BESIDE if path.name == _CURATED else ())]
    return [path.with_name(name) for name in names]


def task_of(path: Path, question: Question) -> Task:
    """Return the task of a file: its bytes, and those of the files beside it that a check reads."""
    files = [path, *beside(path)]
    return Task(str(path), question, tuple((one.name, one.read_bytes()) for one in files if one.is_file()))


def done(task: Task) -> Outcome:
    """Do a task, wherever this runs."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="gongfu-") as folder:
        for name, content in task.files:
            (Path(folder) / name).write_bytes(content)
        outcome = checked(Path(folder) / Path(task.path).name, task.question)
    return replace(outcome, path=task.path)


def checked(path: Path, ask: Question) -> Outcome:
    """Check a file. What a check needs is imported here: where nothing changed nobody pays for it."""
    from gongfu.check import UnreadableDocument, UnusableCatalogue, check
    from gongfu.report import FORMS, written

    try:
        report = check(path, ask.against, ask.region, engine=ask.engine)
        document = written(report, ask.form, ask.language, path)
    except (UnreadableDocument, UnusableCatalogue) as error:
        return Outcome(str(path), {}, fault=(error.zh, error.en))
    return Outcome(str(path), report.counts, document, FORMS[ask.form].ending)


def lost(task: Task) -> Outcome:
    """Return the outcome of a task that ended two processes."""
    return Outcome(task.path, {}, fault=(
        "比对这份清单的进程两次意外终止，没有结果（可能是内存不足）。请单独再试一次；其他清单不受影响。",
        "The process that checked it died twice, so there is no result (perhaps for want of memory). "
        "Try it again alone; the other files are not affected."))  # fmt: skip


def make_ready(question: Question) -> None:
    """Read what every check needs, so that forked workers have it already; and once see to it that all of it is kept.

    Then the rest is left to the workers: each soon has it, and while one process reads the others wait.
    """
    from gongfu.check import UnusableCatalogue, national
    from gongfu.codes import codelists

    with suppress(UnusableCatalogue):  # each outcome will say so
        codes, base = codelists(), base_iri()
        nation = national(question.against, codes, base)
        kept_object("seen", f"{program()} {base}", lambda: _seen(nation, codes, base), unchanged)


def _seen(nation: "Prepared", codes: "CodeLists", base: str) -> bool:
    """Examine a few rows, which need every grammar, query and shape: these are kept then."""
    from gongfu.examine import examine
    from gongfu.findings import report

    edition = replace(nation.catalogue.edition, id="first")
    few = replace(nation.catalogue, edition=edition, items=nation.catalogue.items[:_FIRST])
    report(examine(few, nation, codes, base), codes)
    return True


def check_many(paths: Iterable[Path], question: Question, kept: Path | None, scheduler: str = "") -> Iterator[Outcome]:
    """Yield the outcomes of all files as they come: what is kept first, the rest from processes or the scheduler.

    ``kept`` is the folder of earlier outcomes, None for none; ``scheduler`` the address of a Dask scheduler.
    """
    paths = list(paths)
    closed = [outcome for outcome in map(_closed, paths) if outcome]
    yield from closed
    shut = {outcome.path for outcome in closed}
    paths = [path for path in paths if str(path) not in shut]
    known, changed = _known_and_changed(paths, question, kept) if kept else ([], paths)
    yield from known
    if not changed:
        return
    tasks = (task_of(path, question) for path in changed)
    found = _on_cluster(tasks, scheduler) if scheduler else _here(tasks, question, len(changed))
    for task, outcome in found:
        yield _keep(kept, task, outcome)


def _closed(path: Path) -> Outcome | None:
    """Return the outcome of a file that cannot be opened, so that it does not end those of the others; None else."""
    try:
        path.open("rb").close()
    except OSError as error:
        return Outcome(str(path), {}, fault=refused(error, path))
    return None


def _here(tasks: Iterable[Task], question: Question, count: int) -> Iterator[tuple[Task, Outcome]]:
    """Do tasks on this machine: one in this very process, several in as many as there are processors."""
    workers = min(count, os.cpu_count() or 1)
    if workers == 1:
        return ((task, done(task)) for task in tasks)
    from gongfu.workers import done_by_workers

    make_ready(question)
    return done_by_workers(tasks, done, lost, workers)


def _on_cluster(tasks: Iterable[Task], scheduler: str) -> Iterator[tuple[Task, Outcome]]:
    from distributed import Client  # an extra of the package: gongfu[dask]

    with Client(scheduler, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(1)
        threads = sum(int(one["nthreads"]) for one in client.scheduler_info(n_workers=-1)["workers"].values())
        yield from _spread(tasks, client.get_executor(pure=False, retries=2), max(1, threads) * _AHEAD)


def _spread(tasks: Iterable[Task], executor: "Executor", ahead: int) -> Iterator[tuple[Task, Outcome]]:
    """Yield tasks with their outcomes as they come; no more than ``ahead`` of them wait at a time."""
    from concurrent.futures import FIRST_COMPLETED, wait

    waiting, running = iter(tasks), dict["Future[Outcome]", Task]()
    while True:
        for task in islice(waiting, ahead - len(running)):
            running[executor.submit(done, task)] = task
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            yield running.pop(future), future.result()


# --- what is kept -----------------------------------------------------------------------------------------------------


def kept_outcomes() -> Path | None:
    """Return the folder of earlier outcomes of this very program and data, in the user's cache; older ones go.

    None where nothing can be written there: then everything is checked each time.
    """
    cache = cache_folder() / "checks"
    folder = cache / program()
    if not folder.is_dir():
        from shutil import rmtree

        rmtree(cache, ignore_errors=True)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder if folder.is_dir() else None


def _known_and_changed(paths: Iterable[Path], question: Question, kept: Path) -> tuple[list[Outcome], list[Path]]:
    """Return the outcomes that are kept, and the files that have none."""
    known: list[Outcome] = []
    changed: list[Path] = []
    for path in paths:
        outcome = _kept(kept, task_of(path, question))
        if outcome:
            known.append(outcome)
        else:
            changed.append(path)
    return known, changed


def _kept(folder: Path, task: Task) -> Outcome | None:
    """Return the outcome of an equal task, None where there is none or its file is damaged."""
    try:
        told = json.loads((folder / task.digest).read_text("utf-8"))
        return Outcome(task.path, told["counts"], base64.b64decode(told["document"]), told["ending"])
    except (OSError, ValueError, KeyError):
        return None


def _keep(folder: Path | None, task: Task, outcome: Outcome) -> Outcome:
    """Keep an outcome; what could not be checked is tried again the next time."""
    if folder and not outcome.fault:
        document = base64.b64encode(outcome.document).decode()
        told = {"counts": dict(outcome.counts), "ending": outcome.ending, "document": document}
        beside = folder / f".{task.digest}-{os.getpid()}"
        with suppress(OSError):  # a full disk, or another version has removed the folder: it is checked again
            beside.write_text(json.dumps(told), "utf-8")
            beside.replace(folder / task.digest)
    return replace(outcome, path=task.path)
