"""The command line: gongfu check, build, query, serve, token, backup, restore, cache.

Place in the flow: rightmost; does what the arguments ask for, prints, and sets the exit code: 0 conforms,
1 does not, 2 could not run.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gongfu.arguments import parsed

if TYPE_CHECKING:
    from gongfu.many import Outcome

_MOMENT_SECONDS, _UNFREED = 0.5, 100_000
_STAGES = {
    "nation": ("读取国家清单", "reading the national catalogue"), "reading": ("读取清单", "reading the catalogue"),
    "comparing": ("逐项对应和比对", "matching and comparing"), "telling": ("整理发现", "putting findings in order"),
}  # fmt: skip
CONFORMS, DOES_NOT, COULD_NOT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # a Chinese report must not die of a Latin-1 terminal
    given = parsed(arguments)
    return _COMMANDS[given.command](given)


def _fail(zh: str, en: str) -> int:
    print(f"gongfu: {zh}\n        {en}", file=sys.stderr)
    return COULD_NOT


def _check(given: argparse.Namespace) -> int:
    gc.set_threshold(_UNFREED)  # a check makes little that goes in circles, and looking for it takes a twentieth
    # Imported here: a command pays only for the libraries it needs.
    if given.scheduler or len(given.files) > 1 or given.files[0].is_dir():
        return _check_many(given)
    from gongfu.check import UnreadableDocument, UnusableCatalogue, check
    from gongfu.report import written

    if given.format == "xlsx" and not given.output:
        return _fail("xlsx 不能输出到屏幕，请用 -o 写明文件名。", "xlsx is no text: name a file with -o.")
    if given.output and given.output.resolve() == given.files[0].resolve():
        return _fail(
            "-o 写的是清单文件本身，不予覆盖。请换一个文件名。", "-o names the catalogue itself: use another name."
        )
    try:
        report = check(given.files[0], given.against, given.region, _progress(), given.engine)
        document = written(report, given.format, given.lang, given.files[0])
    except (UnreadableDocument, UnusableCatalogue) as error:
        return _fail(error.zh, error.en)
    try:
        _put(document, given.output)
    except OSError as error:
        why = error.strerror or str(error)
        return _fail(f"写不进“{given.output}”：{why}", f"“{given.output}” cannot be written: {why}")
    return CONFORMS if report.conforms else DOES_NOT


def _check_many(given: argparse.Namespace) -> int:
    """Check several files; print a line for each, write their reports where -o names a folder."""
    from gongfu.many import Question, catalogue_files, check_many, kept_outcomes

    if given.output and given.output.exists() and not given.output.is_dir():
        return _fail(
            f"“{given.output}”不是文件夹。比对多份清单时，-o 请写文件夹。",
            f"“{given.output}” is no folder; for several files -o names one.",
        )
    files = catalogue_files(given.files)
    if not files:
        names = "、".join(map(str, given.files))
        return _fail(
            f"文件夹“{names}”里没有清单文件。请检查路径。", f"No file in the folder “{names}”. Check the path."
        )
    form = given.format if given.output else "text"
    question = Question(given.against, given.region, form, given.lang, given.engine)
    try:
        outcomes = check_many(files, question, kept_outcomes(), given.scheduler)
        codes = [_tell(outcome, given) for outcome in outcomes]
    except ModuleNotFoundError:
        return _fail('--scheduler 需要 Dask，请先 pip install "gongfu[dask]"。', "--scheduler needs gongfu[dask].")
    except OSError as error:
        return _fail(f"没有完成：{error}。请检查后重试。", f"Not finished: {error}. Check it and try again.")
    counts = [codes.count(code) for code in (CONFORMS, DOES_NOT, COULD_NOT)]
    texts = {
        "zh": "共{}份：符合{}份，有违反{}份，无法比对{}份",
        "en": "{} files: {} conform, {} do not, {} could not be checked",
    }
    print(texts[given.lang].format(len(codes), *counts))
    return max(codes)


def _tell(outcome: "Outcome", given: argparse.Namespace) -> int:
    """Print what came of one file, write its report, and return its exit code."""
    if outcome.fault:
        print(f"{outcome.path}: {outcome.fault[given.lang == 'en']}", flush=True)
        return COULD_NOT
    texts = {"zh": "{path}：违反{violation}条，提醒{warning}条，告知{information}条",
             "en": "{path}: {violation} violations, {warning} warnings, {information} notes"}  # fmt: skip
    print(texts[given.lang].format(path=outcome.path, **outcome.counts), flush=True)
    if given.output:
        given.output.mkdir(parents=True, exist_ok=True)
        (given.output / outcome.report_name).write_bytes(outcome.document)
    return CONFORMS if outcome.conforms else DOES_NOT


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


def _put(document: bytes, path: Path | None) -> None:
    """Write a document to a file, or to standard output as text, which a terminal may need in another encoding."""
    if path:
        path.write_bytes(document)
    else:
        sys.stdout.write(document.decode("utf-8"))


def _cache(given: argparse.Namespace) -> int:
    from gongfu.kept import NOWHERE, cache_folder, switched_off

    folder = cache_folder()
    if folder == NOWHERE:
        off = "缓存已关闭（GONGFU_CACHE=off） / the cache is off"
        print(off if switched_off() else "没有可放缓存的文件夹 / there is no folder for a cache")
        return CONFORMS
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(f"{folder}：{size:.1f} MB")
    if given.clear:
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)
        if folder.exists():
            return _fail(
                f"“{folder}”没有清空，或没有全部清空。请检查它的权限。",
                f"“{folder}” could not be removed, or not all of it. Check its permissions.",
            )
        print("已清空 / cleared")
    return CONFORMS


def _build(given: argparse.Namespace) -> int:
    from gongfu.build import build

    built = build(given.out)
    print(f"已建成 {built.store}：{built.quads} 条 / built: {built.quads} quads in {len(built.graphs)} graphs")
    return CONFORMS


def _query(given: argparse.Namespace) -> int:
    from gongfu.query import QueryFault, run_query

    try:
        sys.stdout.write(run_query(given.file, given.out, given.format))
    except QueryFault as error:
        return _fail(error.zh, error.en)
    return CONFORMS


def _token(given: argparse.Namespace) -> int:
    from gongfu.publishing.keys import UnknownName, add_key, keys, revoke_key

    try:
        if given.action == "add":
            print(add_key(given.out, given.name, given.graphs))
        elif given.action == "revoke":
            revoke_key(given.out, given.name)
            print(f"已吊销 {given.name} / revoked: {given.name}")
        for one in keys(given.out) if given.action == "list" else ():
            state = f"已吊销 revoked {one.revoked}" if one.revoked else "有效 valid"
            print(f"{one.name}\t{' '.join(one.graphs)}\t{one.made}\t{state}")
    except UnknownName as error:
        if given.action == "add":
            return _fail(
                f"已经有名为“{error}”的令牌。请换一个名称。", f"A token “{error}” is there already: use another name."
            )
        return _fail(
            f"没有名为“{error}”的令牌。用 gongfu token list 查看名称。",
            f"No token is named “{error}”: see gongfu token list.",
        )
    return CONFORMS


def _backup(given: argparse.Namespace) -> int:
    from gongfu.backup import NoBackup, back_up

    try:
        back_up(given.out, given.file)
    except NoBackup as error:
        return _fail(error.zh, error.en)
    print(f"已备份到 {given.file} / backed up")
    return CONFORMS


def _restore(given: argparse.Namespace) -> int:
    from gongfu.backup import NoBackup, restore

    try:
        built = restore(given.out, given.file)
    except NoBackup as error:
        return _fail(error.zh, error.en)
    print(f"已恢复 {built} / restored")
    return CONFORMS


def _serve(given: argparse.Namespace) -> int:
    from gongfu.serving import serve, serve_workbench
    from gongfu.sparql.services import SETTING, read_services

    if given.graph_store and not given.store:
        return _fail(
            "只写 --graph-store 不起作用，请用 --store 写明服务器的查询地址。",
            "--graph-store does nothing alone: name the server's query endpoint by --store.",
        )
    if given.workbench:
        serve_workbench(given.host, given.port)
        return CONFORMS
    os.environ[SETTING] = " ".join([os.environ.get(SETTING, ""), *given.service])
    try:
        read_services(os.environ[SETTING])
    except ValueError as error:
        entry = _without_credentials(error)
        return _fail(
            f"--service 的“{entry}”不是端点的 IRI，也不是网段。请写如 https://data.example.org/sparql 或 10.0.0.0/8。",
            f"--service “{entry}” is neither the IRI of an endpoint nor a network. "
            "Write one such as https://data.example.org/sparql or 10.0.0.0/8.",
        )
    if not given.store:
        serve(given.out, given.host, given.port, given.processes)
        return CONFORMS
    return _serve_from_server(given)


def _serve_from_server(given: argparse.Namespace) -> int:
    from gongfu.problems import Problem
    from gongfu.serving import serve
    from gongfu.sparql.loading import NoGraphStore, server_at

    try:
        server = server_at(given.store, given.graph_store)
    except NoGraphStore:
        return _fail(
            "不知道这个服务器的图存储在哪里，请用 --graph-store 写明它的地址。",
            "It is not known where this server has its graph store: name its address by --graph-store.",
        )
    except ValueError as error:
        address = _without_credentials(error)
        return _fail(
            f"“{address}”不是可用的地址：要 http 或 https；用户名、口令另由 GONGFU_STORE_USER 和"
            "GONGFU_STORE_PASSWORD 给出。",
            f"“{address}” is no usable address: it needs http or https, and credentials go into GONGFU_STORE_USER and "
            "GONGFU_STORE_PASSWORD.",
        )
    try:
        serve(given.out, given.host, given.port, given.processes, server)
    except Problem as problem:
        said = "; ".join(map(str, problem.facts.values()))
        return _fail(
            f"数据没能存进服务器“{given.store}”（{said}）。请检查地址，以及 GONGFU_STORE_USER、GONGFU_STORE_PASSWORD。",
            f"{given.store} takes no data ({said}). Check the address, GONGFU_STORE_USER and GONGFU_STORE_PASSWORD.",
        )
    return CONFORMS


def _without_credentials(address: object) -> str:
    """Return an address as it may be shown: what stands before its last @ may be a password."""
    before, _, rest = str(address).rpartition("@")
    return f"…@{rest}" if before else rest


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check, "build": _build, "query": _query, "serve": _serve, "cache": _cache, "token": _token,
    "backup": _backup, "restore": _restore,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
