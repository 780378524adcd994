"""What the command line refuses, it tells in Chinese, then in English, with what to do, and ends with 2."""

import socket
from pathlib import Path

import pyoxigraph as ox
import pytest

from gongfu.addresses import unusable
from gongfu.cli import main
from gongfu.query import QueryFault, run_query

MISTYPED = {
    "": "usage: gongfu",
    "check": "缺少 file",
    "check 清单.csv --format pdf": "--format 不能写 'pdf'，可以写 'text'",
    "check 清单.csv --bogus": "不认识 --bogus",
    "check 清单.csv -o": "-o/--output 后面要写内容",
    "serve --port 99999": "--port 不能写 '99999'",
    "serve --port 八千": "--port 不能写 '八千'",
    "serve --processes 0": "--processes 不能写 '0'",
    "token add 某厅 --graph 330000/14fyp": "--graph 不能写 '330000/14fyp'",
}


@pytest.mark.parametrize("typed", MISTYPED)
def test_a_mistyped_command_is_told_in_both_languages(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed.split())
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert MISTYPED[typed] in said
    assert not typed or "\n        The command is not right: " in said
    assert not typed or said.endswith("--help.\n")


def refusals(folder: Path) -> dict[str, str]:
    """Return command lines with what each is told, in a folder with one file that is no folder."""
    file = folder / "file.csv"
    file.write_text("服务项目\n", "utf-8")
    under = file / "out"
    return {
        f"check {folder / 'a.csv'}": f"找不到文件“{folder / 'a.csv'}”",
        f"check {folder / 'a.csv'} {folder / 'b.csv'}": "",
        f"check {file} --against 2030": "没有名为“2030”的国家清单，已有：cn-12fyp, cn-13fyp。",
        f"build --out {under}": f"“{under}”：不是文件夹。请换一个位置。",
        f"token add 某厅 --graph * --out {under}": f"“{under}”：不是文件夹。请换一个位置。",
        f"backup {folder / 'b.gz'} --out {folder}": f"“{folder}”下没有建成的数据。请先运行 gongfu build",
        f"restore {folder / 'b.gz'} --out {folder}": f"“{folder / 'b.gz'}”：路径不存在。请检查路径和文件名。",
        f"restore {file} --out {folder}": f"“{file}”不是可用的备份（file could not be opened successfully）。请用",
    }


@pytest.mark.parametrize("number", range(8))
def test_what_the_system_refuses_is_told_without_a_traceback(
    tmp_path: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    typed, expected = list(refusals(tmp_path).items())[number]
    assert main(typed.split()) == 2
    said = capsys.readouterr()
    assert expected in said.err
    assert "Errno" not in said.out + said.err
    if not expected:  # several files are told one by one, each by the name that it was given
        assert all(f"{tmp_path / name}: “{tmp_path / name}”：路径不存在" in said.out for name in ("a.csv", "b.csv"))


def test_a_file_that_may_not_be_read_does_not_end_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("关着.csv", "空.csv"):
        (tmp_path / name).touch()
    opened = Path.open

    def guarded(path: Path, *how: str, **more: str) -> object:
        if path.name == "关着.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *how, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", guarded)
    assert main(["check", str(tmp_path / "关着.csv")]) == 2
    assert "关着.csv”：没有权限。请检查它和所在文件夹的权限。" in capsys.readouterr().err
    assert main(["check", str(tmp_path)]) == 2
    said = capsys.readouterr().out
    assert "关着.csv”：没有权限" in said
    assert "“空.csv”是空的" in said


def test_a_port_that_is_taken_is_told_before_anything_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert f"端口{port}已被别的程序占用。请用 --port 换一个" in said
    assert not (tmp_path / "out").exists()


def test_a_host_of_no_machine_is_told() -> None:
    told = unusable("198.51.100.1", 0)  # kept for documentation, so that no machine has it
    assert told
    assert "请用 --host" in told[0]
    assert not unusable("127.0.0.1", 0)


@pytest.mark.parametrize(
    ("query", "zh", "en"),
    [
        ("SELECT * WHERE {\n  ?s ?p ", "第 2 行", "Line 2"),
        ("SELECT * { ?s ?p ?o FILTER(<http://example.org/no>(?s)) }", "查询引擎的答复是", "The engine says"),
    ],
)
def test_a_query_that_cannot_run_is_told_in_the_words_of_the_endpoint(
    tmp_path: Path, query: str, zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    ox.Store(str(store)).flush()
    monkeypatch.setattr("gongfu.query.built_or_build", lambda out: store)
    file = tmp_path / "query.rq"
    file.write_text(query, "utf-8")
    with pytest.raises(QueryFault) as fault:
        run_query(file, tmp_path)
    assert zh in fault.value.zh
    assert en in fault.value.en
    assert "expected one of" not in fault.value.zh
