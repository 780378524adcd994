"""Check command: catalogues are checked as the command line asks, and their reports printed or written.

Place in the flow: between ``check`` and the command line.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gongfu.exits import CONFORMS, COULD_NOT, DOES_NOT, fail
from gongfu.refused import refused

if TYPE_CHECKING:
    from gongfu.many import Outcome, Question

_MOMENT_SECONDS = 0.5
UNFREED = 1_000_000  # for gc: a check makes nothing that goes in circles, and to look for it once takes a thirtieth
_STAGES = {
    "nation": ("读取国家清单", "reading the national catalogue"), "reading": ("读取清单", "reading the catalogue"),
    "comparing": ("逐项对应和比对", "matching and comparing"), "telling": ("整理发现", "putting findings in order"),
}  # fmt: skip


def check_files(given: argparse.Namespace) -> int:
    """Check what was named and return the exit code."""
    gc.set_threshold(UNFREED)
    fault = refusal(given)
    if fault:
        return fail(*fault)
    return _check_many(given) if is_for_many(given) else _check_one(given)


def is_for_many(given: argparse.Namespace) -> bool:
    """Say whether several files are to be checked, each told in a line."""
    return bool(given.scheduler or len(given.files) > 1 or given.files[0].is_dir())


def refusal(given: argparse.Namespace) -> tuple[str, str] | None:
    """Return in zh and en why what was typed cannot be done; None where it can."""
    if not is_for_many(given):
        if given.format == "xlsx" and not given.output:
            return "xlsx 不能输出到屏幕，请用 -o 写明文件名。", "xlsx is no text: name a file with -o."
        if given.output and given.output.resolve() == given.files[0].resolve():
            return (
                "-o 写的是清单文件本身，不予覆盖。请换一个文件名。",
                "-o names the catalogue itself: use another name.",
            )
        return None
    if given.output and given.output.exists() and not given.output.is_dir():
        return (
            f"“{given.output}”不是文件夹。比对多份清单时，-o 请写文件夹。",
            f"“{given.output}” is no folder; for several files -o names one.",
        )
    from gongfu.many import catalogue_files

    if not catalogue_files(given.files):
        names = "、".join(map(str, given.files))
        return f"文件夹“{names}”里没有清单文件。请检查路径。", f"No file in the folder “{names}”. Check the path."
    return None


def _check_one(given: argparse.Namespace) -> int:
    # Imported here: a command pays only for the libraries it needs.
    from gongfu.check import UnreadableDocument, UnusableCatalogue, check
    from gongfu.report import written

    try:
        report = check(given.files[0], given.against, given.region, _progress(), given.engine)
        document = written(report, given.format, given.lang, given.files[0])
    except (UnreadableDocument, UnusableCatalogue) as error:
        return fail(error.zh, error.en)
    return put(document, given.output) or (CONFORMS if report.conforms else DOES_NOT)


def question_of(given: argparse.Namespace) -> "Question":
    """Return what is asked of every file; of many a line each is told, and reports are for a folder."""
    from gongfu.many import Question

    form = "text" if is_for_many(given) and not given.output else given.format
    return Question(given.against, given.region, form, given.lang, given.engine)


def _check_many(given: argparse.Namespace) -> int:
    """Check several files; print a line for each, write their reports where -o names a folder."""
    from gongfu.many import catalogue_files, check_many, kept_outcomes

    try:
        outcomes = check_many(catalogue_files(given.files), question_of(given), kept_outcomes(), given.scheduler)
        codes = [tell(outcome, given) for outcome in outcomes]
    except ModuleNotFoundError:
        return fail('--scheduler 需要 Dask，请先 pip install "gongfu[dask]"。', "--scheduler needs gongfu[dask].")
    except OSError as error:
        zh, en = refused(error) if error.filename else (f"{error}。请检查后重试。", f"{error}. Check it and try again.")
        return fail(f"没有完成：{zh}", f"Not finished: {en}")
    counts = [codes.count(code) for code in (CONFORMS, DOES_NOT, COULD_NOT)]
    texts = {
        "zh": "共{}份：符合{}份，有违反{}份，无法比对{}份",
        "en": "{} files: {} conform, {} do not, {} could not be checked",
    }
    print(texts[given.lang].format(len(codes), *counts))
    return max(codes)


def tell(outcome: "Outcome", given: argparse.Namespace) -> int:
    """Print what came of one file, write its report, and return its exit code."""
    if outcome.fault:
        print(f"{outcome.path}: {outcome.fault[given.lang == 'en']}", flush=True)
        return COULD_NOT
    print(line_of(outcome)[given.lang == "en"], flush=True)
    if given.output:
        given.output.mkdir(parents=True, exist_ok=True)
        (given.output / outcome.report_name).write_bytes(outcome.document)
    return CONFORMS if outcome.conforms else DOES_NOT


def line_of(outcome: "Outcome") -> tuple[str, str]:
    """Return in zh and en how many findings there are in a file."""
    texts = ("{path}：违反{violation}条，提醒{warning}条，告知{information}条",
             "{path}: {violation} violations, {warning} warnings, {information} notes")  # fmt: skip
    zh, en = (text.format(path=outcome.path, **outcome.counts) for text in texts)
    return zh, en


def _progress() -> Callable[[str], None]:
    """Return what tells at a terminal how far a check is; elsewhere nothing is told, for errors alone belong there.

    A stage is named when the check has taken a moment: what is done at once needs no word.
    """
    begun = time.monotonic()

    def tell(stage: str) -> None:
        if sys.stderr.isatty() and time.monotonic() - begun > _MOMENT_SECONDS:
            zh, en = _STAGES[stage]
            print(f"gongfu: {zh}…… / {en} …", file=sys.stderr)

    return tell


def put(document: bytes, path: Path | None) -> int:
    """Write a document to a file, or to standard output as text, which a terminal may need in another encoding.

    Return 0, or the exit code of what could not be written and was told.
    """
    try:
        if path:
            path.write_bytes(document)
        else:
            sys.stdout.write(document.decode("utf-8"))
    except OSError as error:
        zh, en = refused(error, path)
        return fail(f"报告写不进{zh}", f"The report cannot be written to {en}")
    return 0
