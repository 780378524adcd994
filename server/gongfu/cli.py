"""The command line: gongfu check, build, query, serve, token, backup, restore, cache.

Place in the flow: rightmost; parses arguments, prints, sets the exit code: 0 conforms, 1 does not, 2 could not run.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gongfu import __version__

if TYPE_CHECKING:
    from gongfu.many import Outcome

_ABOUT = "公服：基本公共服务清单的比对、关联数据与查询 / check, link and query catalogues of public services"
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
    given = _parser().parse_args(arguments)
    code: int = given.run(given)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gongfu",
        description=_ABOUT,
    )
    parser.add_argument("--version", action="version", version=f"gongfu {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser("check", help="比对一份清单与国家清单 / check a catalogue against the national one")
    check.add_argument(
        "files", type=Path, nargs="+", metavar="file",
        help="清单文件（xlsx、csv、docx、pdf、txt 等）或文件夹，可写多个 / catalogue files or folders of them",
    )  # fmt: skip
    check.add_argument("--against", default="cn-13fyp", help="国家清单版本 / the national edition (default: cn-13fyp)")
    check.add_argument(
        "--region",
        help="GB/T 2260 代码，如 220000；不写则取文件所说 / code of the region; left out, what the file says",
    )
    check.add_argument(
        "--format",
        choices=["text", "json", "csv", "html", "xlsx", "ttl", "junit"],
        default="text",
        help="报告的格式；xlsx 是原工作簿加批注和汇总 / form of the report; xlsx is your workbook with comments",
    )
    check.add_argument("-o", "--output", type=Path, help="写入的文件 / file to write (default: stdout)")
    check.add_argument(
        "--lang", choices=["zh", "en"], default="zh", help="文字报告的语言 / language of the text report"
    )
    check.add_argument(
        "--engine", choices=["shacl", "pyshacl"], default="shacl",
        help="SHACL 引擎；pyshacl 是对照用的，慢得多 / SHACL engine; pyshacl is the referee, and slow",
    )  # fmt: skip
    check.add_argument("--scheduler", default="", help="Dask 调度器，如 tcp://10.0.0.1:8786 / of a Dask cluster")
    check.set_defaults(run=_check)
    build = commands.add_parser("build", help="由全部来源建成数据库和下载文件 / build store and dumps from all sources")
    build.add_argument("--out", type=Path, default=Path("out"), help="输出文件夹 / output folder (default: out)")
    build.set_defaults(run=_build)
    query = commands.add_parser("query", help="运行一个 SPARQL 查询文件 / run a SPARQL query file")
    query.add_argument("file", type=Path, help=".rq 文件 / the .rq file")
    query.add_argument("--out", type=Path, default=Path("out"), help="build 的输出文件夹 / the folder that build wrote")
    query.add_argument(
        "--format",
        choices=["table", "csv", "tsv", "json", "xml"],
        default="table",
        help="SELECT 结果的格式 / format of SELECT results",
    )
    query.set_defaults(run=_query)
    serve = commands.add_parser("serve", help="启动查询服务（需要时先 build）/ serve the endpoint (builds when needed)")
    serve.add_argument("--port", type=int, default=8000, help="端口 / port (default: 8000)")
    serve.add_argument("--host", default="127.0.0.1", help="监听地址 / address to bind (default: 127.0.0.1)")
    serve.add_argument("--out", type=Path, default=Path("out"), help="build 的输出文件夹 / the folder that build wrote")
    serve.add_argument("--processes", type=int, default=1, help="服务进程数 / processes that serve (default: 1)")
    serve.add_argument(
        "--service", action="append", default=[], metavar="IRI",
        help="查询可用 SERVICE 调用的端点，可写多次；内部网段另写，如 10.0.0.0/8 / an endpoint that queries may call; "
        "a private network that its name may lead to",
    )  # fmt: skip
    serve.add_argument(
        "--store", default="", metavar="URL",
        help="用已有的 SPARQL 1.1 服务器存数据、答查询；口令放在环境变量 / keep the data in an existing SPARQL server; "
        "credentials by GONGFU_STORE_USER and GONGFU_STORE_PASSWORD",
    )  # fmt: skip
    serve.add_argument(
        "--graph-store", default="", metavar="URL",
        help="该服务器的图存储地址（Virtuoso、Oxigraph、Fuseki 可不写）/ where its graph store is, if not where usual",
    )  # fmt: skip
    serve.add_argument(
        "--workbench", action="store_true", help="空白练习台：接受任意图和更新，不用数据 / an empty store to try on"
    )
    serve.set_defaults(run=_serve)
    cache = commands.add_parser("cache", help="说明缓存在哪里；--clear 清空 / tell where the cache is, or clear it")
    cache.add_argument("--clear", action="store_true", help="清空，随时可以 / remove what is kept; at any time")
    cache.set_defaults(run=_cache)
    _add_tokens(commands)
    for name, run, help_ in (
        ("backup", _backup, "把全部数据、已发布的清单和令牌备份为一个文件 / back everything up into one file"),
        ("restore", _restore, "由备份文件恢复，一步切换 / restore from a backup, in one step"),
    ):
        one = commands.add_parser(name, help=help_)
        one.add_argument("file", type=Path, help="备份文件，如 gongfu.tar.gz / the backup file")
        one.add_argument(
            "--out", type=Path, default=Path("out"), help="build 的输出文件夹 / the folder that build wrote"
        )
        one.set_defaults(run=run)
    return parser


def _add_tokens(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    token = commands.add_parser("token", help="发布清单用的令牌 / tokens that allow publishing a catalogue")
    token.set_defaults(run=_token)
    actions = token.add_subparsers(required=True, metavar="action", dest="action")
    add = actions.add_parser("add", help="新发一个令牌，只显示这一次 / make a token; it is shown once")
    add.add_argument("name", help="令牌的名称，如发布单位 / its name, such as the agency")
    scope = "可以发布的图，如 330000-14fyp 或 330000-*，可写多次 / a graph it may change, repeatable"
    add.add_argument("--graph", action="append", required=True, dest="graphs", metavar="NAME", help=scope)
    revoke = actions.add_parser("revoke", help="吊销一个令牌，立即生效 / make a token useless from now on")
    revoke.add_argument("name", help="令牌的名称 / its name")
    listed = actions.add_parser("list", help="列出全部令牌的名称、范围和时间 / list names, graphs and times")
    for one in (add, revoke, listed):
        one.add_argument(
            "--out", type=Path, default=Path("out"), help="build 的输出文件夹 / the folder that build wrote"
        )


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
        return _fail("-o 写的是清单文件本身，不予覆盖。请换一个文件名。", "-o names the catalogue itself.")
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
            f"“{given.output}”不是文件夹；比对多份清单时 -o 写文件夹。", "For several files -o names a folder."
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
        return _fail(f"没有完成：{error}", f"Not finished: {error}")
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
    from gongfu.kept import cache_folder

    folder = cache_folder()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(f"{folder}：{size:.1f} MB")
    if given.clear:
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)
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
        return _fail(
            f"没有名为“{error}”的令牌，或已经有了。", f"There is no token named “{error}”, or there is already."
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

    if given.workbench:
        serve_workbench(given.host, given.port)
        return CONFORMS
    os.environ[SETTING] = " ".join([os.environ.get(SETTING, ""), *given.service])
    try:
        read_services(os.environ[SETTING])
    except ValueError as error:
        return _fail(
            f"“{error}”不是端点的 IRI，也不是网段。", f"“{error}” is neither the IRI of an endpoint nor a network."
        )
    if not given.store:
        serve(given.out, given.host, given.port, given.processes)
        return CONFORMS
    from gongfu.problems import Problem
    from gongfu.sparql.loading import server_at

    try:
        server = server_at(given.store, given.graph_store)
    except ValueError as error:
        return _fail(
            f"“{error}”不是可用的地址：要 http 或 https，不带口令；图存储地址用 --graph-store 写明。",
            f"“{error}” is no usable address: http or https, no credentials; name the graph store by --graph-store.",
        )
    try:
        serve(given.out, given.host, given.port, given.processes, server)
    except Problem as problem:
        return _fail(
            f"服务器“{given.store}”不接收数据：{problem.facts}", f"{given.store} takes no data: {problem.facts}"
        )
    return CONFORMS


if __name__ == "__main__":
    sys.exit(main())
