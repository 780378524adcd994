"""The command line: gongfu check, build, query, serve, token, backup, restore, cache.

Place in the flow: rightmost; does what the arguments ask for, prints, and sets the exit code: 0 conforms,
1 does not, 2 could not run.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from gongfu.arguments import parsed
from gongfu.check_command import check_files
from gongfu.exits import CONFORMS, fail
from gongfu.refused import refused


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return _done(parsed(arguments))


def run() -> NoReturn:
    """Run the command that this process was started for, and end the process.

    A check ends at once: to take down what it has read, object by object, is a twelfth of its time and of no use.
    Whatever has more to close than its output (a server, a store, a cluster) ends as Python ends.
    """
    given = parsed()
    if given.command != "check" or given.scheduler:
        sys.exit(_done(given))
    from gongfu.compiled import keep_compiled

    keep = keep_compiled()
    code = _done(given)
    keep()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads them any more; Python tells so at its end
        sys.exit(code)
    os._exit(code)


def _done(given: argparse.Namespace) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # a Chinese report must not die of a Latin-1 terminal
    try:
        return _COMMANDS[given.command](given)
    except OSError as error:
        if error.filename is None:
            raise
        return fail(*refused(error))  # a file that was named; what has no name is a fault of ours


def _check(given: argparse.Namespace) -> int:
    if not given.watch:
        return check_files(given)
    from gongfu.watch_command import watch_files

    return watch_files(given)


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
            return fail(
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
        return fail(error.zh, error.en)
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
            return fail(
                f"已经有名为“{error}”的令牌。请换一个名称。", f"A token “{error}” is there already: use another name."
            )
        return fail(
            f"没有名为“{error}”的令牌。用 gongfu token list 查看名称。",
            f"No token is named “{error}”: see gongfu token list.",
        )
    return CONFORMS


def _backup(given: argparse.Namespace) -> int:
    from gongfu.backup import NoBackup, back_up

    try:
        back_up(given.out, given.file)
    except NoBackup as error:
        return fail(error.zh, error.en)
    print(f"已备份到 {given.file} / backed up")
    return CONFORMS


def _restore(given: argparse.Namespace) -> int:
    from gongfu.backup import NoBackup, restore

    try:
        built = restore(given.out, given.file)
    except NoBackup as error:
        return fail(error.zh, error.en)
    print(f"已恢复 {built} / restored")
    return CONFORMS


def _serve(given: argparse.Namespace) -> int:
    from gongfu.addresses import unusable
    from gongfu.serving import serve, serve_workbench
    from gongfu.sparql.services import SETTING, read_services

    if closed := unusable(given.host, given.port):
        return fail(*closed)
    if given.graph_store and not given.store:
        return fail(
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
        return fail(
            f"--service 的“{entry}”不是端点的 IRI，也不是网段。请写如 https://data.example.org/sparql 或 10.0.0.0/8。",
            f"--service “{entry}” is neither the IRI of an endpoint nor a network. "
            "Write one such as https://data.example.org/sparql or 10.0.0.0/8.",
        )
    if wrong := _unknown_limit(given.limit):
        return wrong
    if not given.store:
        serve(given.out, given.host, given.port, given.processes)
        return CONFORMS
    return _serve_from_server(given)


def _unknown_limit(given: Sequence[str]) -> int:
    """Set the limits that were given; return the exit code where one of them is none, else 0."""
    from gongfu.checking.runner import CheckLimits
    from gongfu.sparql.limits import OF_CHECKS, SETTING, Limits, names_of, read_limits

    os.environ[SETTING] = " ".join([os.environ.get(SETTING, ""), *given])
    try:
        read_limits(os.environ[SETTING], Limits)
        read_limits(os.environ[SETTING], CheckLimits, OF_CHECKS)
    except ValueError as error:
        names = ", ".join([*names_of(Limits), *names_of(CheckLimits, OF_CHECKS)])
        return fail(
            f"“{error}”不是一项限度。请写成“名称=数值”，数值大于零，名称是其中一个：{names}。",
            f"“{error}” is no limit. Write name=value with a value above zero and one of these names: {names}.",
        )
    return CONFORMS


def _serve_from_server(given: argparse.Namespace) -> int:
    from gongfu.problems import Problem
    from gongfu.serving import serve
    from gongfu.sparql.loading import NoGraphStore, server_at

    try:
        server = server_at(given.store, given.graph_store)
    except NoGraphStore:
        return fail(
            "不知道这个服务器的图存储在哪里，请用 --graph-store 写明它的地址。",
            "It is not known where this server has its graph store: name its address by --graph-store.",
        )
    except ValueError as error:
        address = _without_credentials(error)
        return fail(
            f"“{address}”不是可用的地址：要 http 或 https；用户名、口令另由 GONGFU_STORE_USER 和"
            "GONGFU_STORE_PASSWORD 给出。",
            f"“{address}” is no usable address: it needs http or https, and credentials go into GONGFU_STORE_USER and "
            "GONGFU_STORE_PASSWORD.",
        )
    try:
        serve(given.out, given.host, given.port, given.processes, server)
    except Problem as problem:
        said = "; ".join(map(str, problem.facts.values()))
        return fail(
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
    run()
