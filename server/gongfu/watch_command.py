"""Watch command: files are checked, and again after each save, by a process that has read all else already.

Place in the flow: beside the check command, whose reports it prints and writes. What it says itself goes to standard
error, so that a report on standard output is whole.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from gongfu.check_command import UNFREED, is_for_many, line_of, put, question_of, refusal, tell
from gongfu.exits import CONFORMS, COULD_NOT, DOES_NOT, fail
from gongfu.many import Outcome, catalogue_files, check_many, checked, kept_outcomes
from gongfu.refused import refused
from gongfu.watching import Watch


def watch_files(given: argparse.Namespace, wait: Callable[[float], None] = time.sleep) -> int:
    """Check what was named, and again what is saved, until Ctrl-C; return the exit code of the last reports.

    ``wait`` is called before each look at the files, with the seconds to the next.
    """
    gc.set_threshold(UNFREED)
    fault = refusal(given) or _refusal(given)
    if fault:
        return fail(*fault)
    codes: dict[Path, int] = {}
    try:
        watch = Watch(lambda: catalogue_files(given.files), given.output)
        for outcome in _outcomes(catalogue_files(given.files), given, kept_outcomes()):
            codes[Path(outcome.path)] = _told(outcome, given)
        if not any(path.exists() for path in codes):
            return COULD_NOT  # a name that was misspelt
        _say("正在留意，每次保存后重新比对；按 Ctrl-C 结束", "watching: checked again after each save; Ctrl-C ends")
        if is_for_many(given):  # what was told may have been kept, or other processes' work: this one has read little
            list(_outcomes(list(codes)[:1], given, None))
        while True:
            wait(watch.pause)
            _look(watch, codes, given)
    except KeyboardInterrupt:
        _say("结束", "ended")
    return max(codes.values(), default=COULD_NOT)


def _refusal(given: argparse.Namespace) -> tuple[str, str] | None:
    """Return in zh and en why what was typed cannot be watched; None where it can."""
    if given.scheduler:
        return (
            "--watch 不能与 --scheduler 同用。请去掉一个。",
            "--watch and --scheduler do not go together: leave one out.",
        )
    watched = {path.resolve() for path in given.files if path.is_dir()}
    if given.output and given.output.resolve() in watched:
        return (
            "-o 写的是所留意的文件夹，报告会被当作清单。请换一个文件夹。",
            "-o names the folder that is watched, where reports would be taken for catalogues: use another.",
        )
    return None


def _look(watch: Watch, codes: dict[Path, int], given: argparse.Namespace) -> None:
    """Look once, check what was saved, and tell it; note the exit codes."""
    news = watch.news()
    for path in news.gone:
        codes.pop(path, None)
        _say(f"“{path}”不在了，出现后再比对", f"{path} is gone; it is checked when it is back")
    for outcome in _outcomes(news.saved, given, kept_outcomes()):
        path = Path(outcome.path)
        if not watch.is_as_seen(path):
            continue  # saved again, or gone, meanwhile: the next look tells
        if outcome.fault and not watch.is_still(path):
            if watch.put_off(path):
                _say(
                    f"“{path}”暂时读不出，可能还在保存，稍候再试", f"{path} is perhaps still being saved; trying again"
                )
            continue
        watch.believe(path)
        codes[path] = _told(outcome, given, datetime.now().astimezone())


def _outcomes(paths: Sequence[Path], given: argparse.Namespace, kept: Path | None) -> Iterator[Outcome]:
    """Yield what comes of files; one that cannot be opened at this moment is a fault of its own.

    ``kept`` is the folder of earlier outcomes, None for none.
    """
    question, left = question_of(given), list(paths)
    if len(paths) > 1:
        with suppress(OSError):  # one went away while it was opened: the others one by one
            for outcome in check_many(paths, question, kept):
                left.remove(Path(outcome.path))
                yield outcome
    for path in left:
        try:
            yield from check_many([path], question, kept) if is_for_many(given) else [checked(path, question)]
        except OSError as error:
            yield Outcome(str(path), {}, fault=refused(error, path))


def _told(outcome: Outcome, given: argparse.Namespace, saved: datetime | None = None) -> int:
    """Tell an outcome as the check command does, after the time of a save; return its exit code."""
    if saved:
        _say(f"{saved:%H:%M:%S} “{outcome.path}”已保存", "saved")
    if is_for_many(given):
        try:
            return tell(outcome, given)
        except OSError as error:  # the earlier report is open in Excel, which lets nobody write it
            zh, en = refused(error)
            return fail(f"报告写不进{zh}", f"The report cannot be written to {en}")
    if outcome.fault:
        return fail(*outcome.fault)
    failed = put(outcome.document, given.output)
    sys.stdout.flush()
    if given.output:
        _say(*line_of(outcome))
    return failed or (CONFORMS if outcome.conforms else DOES_NOT)


def _say(zh: str, en: str) -> None:
    print(f"gongfu: {zh} / {en}", file=sys.stderr, flush=True)
