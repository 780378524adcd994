"""Arguments: the words of the command line, as they are typed and as --help tells them.

Place in the flow: left of the command line, which does what the words ask for.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from gongfu import __version__

_ABOUT = "公服：基本公共服务清单的比对、关联数据与查询 / check, link and query catalogues of public services"
_Commands = argparse._SubParsersAction  # what add_subparsers returns has no public name
# What argparse says of a faulty command, and the same in Chinese.
_FAULTS = (
    (r"the following arguments are required: (.*)", r"缺少 \1"),
    (r"unrecognized arguments: (.*)", r"不认识 \1"),
    (r"argument (.*): invalid choice: (\S+) \(choose from (.*)\)", r"\1 不能写 \2，可以写 \3"),
    (r"argument (.*): invalid \w+ value: (.*)", r"\1 不能写 \2"),
    (r"argument (.*): expected .* arguments?", r"\1 后面要写内容"),
)
_PORT_MAX = 65_535


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong with a command in both languages."""

    def error(self, message: str) -> NoReturn:
        """Print usage and fault, and end with 2."""
        found = ((re.fullmatch(pattern, message, re.DOTALL), words) for pattern, words in _FAULTS)
        zh = next((match.expand(words) for match, words in found if match), message)
        self.print_usage(sys.stderr)
        self.exit(
            2,
            f"gongfu: 命令没有写对：{zh}。写法见 {self.prog} --help。\n"
            f"        The command is not right: {message}. See {self.prog} --help.\n",
        )


def port(text: str) -> int:
    """Return a port; ValueError for what is none. argparse tells its name."""
    number = int(text)
    if not 0 <= number <= _PORT_MAX:  # the server would take the rest of a division and not say so
        raise ValueError(text)
    return number


def graph(text: str) -> str:
    """Return the name of a graph, with * for any characters; ValueError for what no graph can be named."""
    if not re.fullmatch(r"[0-9a-z*-]+", text):
        raise ValueError(text)
    return text


def count(text: str) -> int:
    """Return a number of at least one; ValueError for another. argparse tells its name."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was typed (None: on the command line of this process), ``command`` among it; ends with 2 else."""
    parser = _Parser(prog="gongfu", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"gongfu {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    for add in (_check, _build, _query, _serve, _cache, _token, _backup, _restore):
        add(commands)
    typed = sys.argv[1:] if arguments is None else arguments
    if not typed:
        parser.print_help(sys.stderr)
        parser.exit(2)
    return parser.parse_args(typed)


def _check(commands: "_Commands[_Parser]") -> None:
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
        "--format", choices=["text", "json", "csv", "html", "xlsx", "ttl", "junit"], default="text",
        help="报告的格式；xlsx 是原工作簿加批注和汇总 / form of the report; xlsx is your workbook with comments",
    )  # fmt: skip
    check.add_argument("-o", "--output", type=Path, help="写入的文件 / file to write (default: stdout)")
    check.add_argument("--lang", choices=["zh", "en"], default="zh", help="报告的语言 / language of the report")
    check.add_argument(
        "--engine", choices=["shacl", "pyshacl"], default="shacl",
        help="SHACL 引擎；pyshacl 是对照用的，慢得多 / SHACL engine; pyshacl is the referee, and slow",
    )  # fmt: skip
    check.add_argument(
        "--watch", action="store_true",
        help="留意文件，每次保存后重新比对，按 Ctrl-C 结束 / check again after each save, until Ctrl-C",
    )  # fmt: skip
    check.add_argument("--scheduler", default="", help="Dask 调度器，如 tcp://10.0.0.1:8786 / of a Dask cluster")


def _build(commands: "_Commands[_Parser]") -> None:
    build = commands.add_parser("build", help="由全部来源建成数据库和下载文件 / build store and dumps from all sources")
    build.add_argument("--out", type=Path, default=Path("out"), help="输出文件夹 / output folder (default: out)")


def _query(commands: "_Commands[_Parser]") -> None:
    query = commands.add_parser("query", help="运行一个 SPARQL 查询文件 / run a SPARQL query file")
    query.add_argument("file", type=Path, help=".rq 文件 / the .rq file")
    _add_out(query)
    query.add_argument(
        "--format", choices=["table", "csv", "tsv", "json", "xml"], default="table",
        help="SELECT 结果的格式 / format of SELECT results",
    )  # fmt: skip


def _serve(commands: "_Commands[_Parser]") -> None:
    serve = commands.add_parser("serve", help="启动查询服务（需要时先 build）/ serve the endpoint (builds when needed)")
    serve.add_argument("--port", type=port, default=8000, help="端口 / port (default: 8000)")
    serve.add_argument("--host", default="127.0.0.1", help="监听地址 / address to bind (default: 127.0.0.1)")
    _add_out(serve)
    serve.add_argument("--processes", type=count, default=1, help="服务进程数 / processes that serve (default: 1)")
    serve.add_argument(
        "--service", action="append", default=[], metavar="IRI",
        help="查询可用 SERVICE 调用的端点，可写多次；内部网段另写，如 10.0.0.0/8 / an endpoint that queries may call; "
        "a private network that its name may lead to",
    )  # fmt: skip
    serve.add_argument(
        "--limit", action="append", default=[], metavar="NAME=VALUE",
        help="改动一项限度，可写多次，如 seconds=30、rows=100000、check_seconds=300（全部见 README）/ change a limit",
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


def _cache(commands: "_Commands[_Parser]") -> None:
    cache = commands.add_parser("cache", help="说明缓存在哪里；--clear 清空 / tell where the cache is, or clear it")
    cache.add_argument("--clear", action="store_true", help="清空，随时可以 / remove what is kept; at any time")


def _token(commands: "_Commands[_Parser]") -> None:
    token = commands.add_parser("token", help="发布清单用的令牌 / tokens that allow publishing a catalogue")
    actions = token.add_subparsers(required=True, metavar="action", dest="action")
    add = actions.add_parser("add", help="新发一个令牌，只显示这一次 / make a token; it is shown once")
    add.add_argument("name", help="令牌的名称，如发布单位 / its name, such as the agency")
    scope = "可以发布的图，如 330000-14fyp 或 330000-*，可写多次 / a graph it may change, repeatable"
    add.add_argument("--graph", action="append", required=True, dest="graphs", type=graph, metavar="NAME", help=scope)
    revoke = actions.add_parser("revoke", help="吊销一个令牌，立即生效 / make a token useless from now on")
    revoke.add_argument("name", help="令牌的名称 / its name")
    listed = actions.add_parser("list", help="列出全部令牌的名称、范围和时间 / list names, graphs and times")
    for one in (add, revoke, listed):
        _add_out(one)


def _backup(commands: "_Commands[_Parser]") -> None:
    about = "把全部数据、已发布的清单和令牌备份为一个文件 / back everything up into one file"
    _add_file_of_backup(commands.add_parser("backup", help=about))


def _restore(commands: "_Commands[_Parser]") -> None:
    about = "由备份文件恢复，一步切换 / restore from a backup, in one step"
    _add_file_of_backup(commands.add_parser("restore", help=about))


def _add_file_of_backup(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="备份文件，如 gongfu.tar.gz / the backup file")
    _add_out(command)


def _add_out(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", type=Path, default=Path("out"), help="build 的输出文件夹 / the folder that build wrote"
    )
