"""The indicator tables and the divisions of tasks are typed whole: every printed character, in the printed order.

``source.yaml`` says where they stand in the document (keys ``indicators`` and ``tasks``); the layouts are those of
tests/test_sources.py. Tests that need a document are skipped where the folder of documents is absent.
"""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from printed import plain

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ROOT.parent / "shared" / "documents"
FOLDERS = sorted(path.parent for path in (ROOT / "data" / "sources").glob("*/source.yaml"))

# Rows counted in the documents by eye: indicators, tasks.
ROWS = {"cn-13fyp": (20, 26), "hebei-13fyp": (20, 26), "jilin-13fyp": (20, 25), "guidance-2018": (0, 22)}

needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason=f"the published documents are not here: no folder {DOCUMENTS}"
)


def having(table: str) -> pytest.MarkDecorator:
    """Parametrize by the folders that have a table, named by the folder in the test report."""
    found = [folder for folder in FOLDERS if (folder / f"{table}.csv").is_file()]
    return pytest.mark.parametrize("folder", found, ids=lambda folder: folder.name)


def source(folder: Path) -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((folder / "source.yaml").read_text("utf-8"))
    return described


def rows(folder: Path, table: str) -> list[list[str]]:
    """Return a typed table, its header first; no row where there is no such table."""
    path = folder / f"{table}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, strict=True))


def bare(text: str) -> str:
    """Drop what extraction added (white space, markup); brackets and dashes in one form."""
    text = re.sub(r"\s+", "", re.sub(r"</?b>", "", text))
    return text.translate(str.maketrans("()—", "（）–"))


def stretch(folder: Path, part: dict[str, str | None]) -> str:
    """Return the document from ``starts`` (included) to ``ends`` (excluded; None is the end of the file)."""
    text = plain((DOCUMENTS / source(folder)["document"]["file"]).read_text("utf-8"))
    begin = text.index(str(part["starts"]))
    return text[begin : text.index(part["ends"], begin + 1)] if part["ends"] else text[begin:]


def test_rows_of_each_table_are_those_counted_by_eye() -> None:
    found = {folder.name: tuple(max(len(rows(folder, table)) - 1, 0) for table in ("indicators", "tasks"))
             for folder in FOLDERS}  # fmt: skip
    assert {name: counts for name, counts in found.items() if any(counts)} == ROWS


# --- divisions of tasks ---------------------------------------------------------------------------------------------


@needs_documents
@having("tasks")
def test_every_task_stands_in_the_document_as_printed(folder: Path) -> None:
    about, typed = source(folder)["tasks"], rows(folder, "tasks")
    printed = "".join(stretch(folder, part) for part in about["parts"])
    if about["layout"] == "rows":
        header = printed.splitlines()[0].split("\t")
        lines = [[bare(cell) for cell in line.split("\t")] for line in printed.splitlines() if "\t" in line]
        assert [[bare(cell) for cell in row] for row in typed] == [header, *(line for line in lines if line != header)]
    else:
        assert_interleaved(typed, bare(printed), {str(number) for number in about["numbers_lost"]})


def assert_interleaved(typed: list[list[str]], printed: str, lost: set[str]) -> None:
    """The same characters as the two columns that stand through each other, and each column in the order of print."""
    _, tasks, units = zip(*typed[1:], strict=True)
    numbers = [row[0] for row in typed[1:] if row[0] not in lost]
    title = "重点任务分工方案"
    assert Counter("".join([title, *typed[0], *numbers, *tasks, *units])) == Counter(printed)
    for column in (tasks, units):
        assert first_out_of_order(bare("".join(column)), printed) == ""


def first_out_of_order(wanted: str, text: str) -> str:
    """Return what remains of the wanted characters when they are looked for in the text one after another."""
    position = -1
    for index, character in enumerate(wanted):
        position = text.find(character, position + 1)
        if position < 0:
            return wanted[index:]
    return ""


@having("tasks")
def test_tasks_are_numbered_without_a_gap(folder: Path) -> None:
    typed = rows(folder, "tasks")[1:]
    assert [row[0] for row in typed] == [str(number) for number in range(1, len(typed) + 1)]
    assert all(task.endswith("。") and units.endswith("负责") for _, task, units in typed)


# --- indicator tables -----------------------------------------------------------------------------------------------


@needs_documents
@having("indicators")
def test_every_indicator_stands_in_the_document_as_printed(folder: Path) -> None:
    printed = bare(stretch(folder, source(folder)["indicators"]["table"]))
    printed = printed.removeprefix(bare(source(folder)["indicators"]["table"]["starts"]))
    for header in ("指标2015年2020年累计", "指\u3000标2015年2020年累计"):
        printed = printed.replace(bare(header), "")
    typed, domain, notes = [], "", 0
    for row in dict_rows(folder):
        typed.append(row["domain"] if row["domain"] != domain else "")
        domain = row["domain"]
        notes += bool(row["definition"])
        values = bare(row["baseline_2015"] + row["target_2020"] + row["cumulative"])
        typed.append(
            bare(row["label"]) + f"（{printed_unit(row)}）" + (str(notes) if row["definition"] else "") + values
        )
    assert "".join(typed) == printed


def dict_rows(folder: Path) -> list[dict[str, str]]:
    header, *found = rows(folder, "indicators")
    return [dict(zip(header, row, strict=True)) for row in found]


def printed_unit(row: dict[str, str]) -> str:
    """Return what stands in brackets after the label: no unit where the label itself ends with it (流通人次（亿）)."""
    return row["multiplier"] + ("" if row["label"].endswith(row["unit"]) and row["multiplier"] else row["unit"])


@needs_documents
@having("indicators")
def test_definitions_are_the_footnotes_in_order(folder: Path) -> None:
    definitions = [row["definition"] for row in dict_rows(folder) if row["definition"]]
    about = source(folder)["indicators"].get("footnotes")
    if about is None:
        assert definitions == []
        return
    printed = bare(stretch(folder, about))
    assert printed == "注：" + "".join(bare(f"{number}.{text}") for number, text in enumerate(definitions, 1))
