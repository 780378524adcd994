"""Large workbook: how many seconds of the processor each stage of a check takes on a workbook of 3,000 rows, and how much memory in all.

Run: python tests/bench/large_workbook.py [rows] [--write FILE]. The rows are those of three catalogues in turn, each
time with another place in the name and other numbers, as a workbook of all counties of a province would hold them.
"""

import argparse
import csv
import random
import re
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl

from gongfu import check, examine, report
from gongfu.sources import source_folder

EDITIONS = ("cn-13fyp", "hebei-13fyp", "jilin-13fyp")
COLUMNS = ("序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位")
PLACES = "东西南北中前后上下新旧大小长宁安平和昌明清河江山海林田石城关桥口"


def rows(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Yield rows numbered from 1 on."""
    chance, known = random.Random(seed), list[list[str]]()
    for edition in EDITIONS:
        with (source_folder(edition) / "catalogue.csv").open(encoding="utf-8", newline="") as file:
            known += [list(row)[2:7] for row in list(csv.reader(file))[1:]]
    for number in range(1, count + 1):
        name, *cells = known[(number - 1) % len(known)]
        place = "".join(chance.sample(PLACES, 2)) + chance.choice("县区市")
        yield [str(number), f"{name}（{place}）", *(varied(cell, chance) for cell in cells)]


def varied(text: str, chance: random.Random) -> str:
    """Return a text with its larger numbers moved a little."""
    return re.sub(r"\d{2,}(?=[%元万人])", lambda found: str(max(10, int(found[0]) + chance.randrange(-5, 6))), text)


def write(path: Path, count: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("清单")
    sheet.append(COLUMNS)
    for row in rows(count):
        sheet.append(row)
    book.save(path)


@contextmanager
def timed(module: object, names: dict[str, str], seconds: dict[str, float]) -> Iterator[None]:
    """Add up how long each of a module's functions takes, under the name of its stage."""
    kept = {name: getattr(module, name) for name in names}

    def measured(name: str) -> object:
        def call(*given: object, **named: object) -> object:
            begun = time.process_time()
            try:
                return kept[name](*given, **named)
            finally:
                seconds[names[name]] = seconds.get(names[name], 0) + time.process_time() - begun

        return call

    for name in names:
        setattr(module, name, measured(name))
    yield
    for name, function in kept.items():
        setattr(module, name, function)


def main() -> None:
    """Print seconds by stage."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rows", type=int, nargs="?", default=3_000)
    options.add_argument("--write", type=Path, help="write the workbook here and end")
    given = options.parse_args()
    if given.write:
        write(given.write, given.rows)
        return
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.xlsx"
        write(path, given.rows)
        begun = time.process_time()
        with (
            timed(check, {"national": "nation", "read_document": "read", "arrange": "arrange", "report": "findings"}, seconds),
            timed(examine, {"read_numbers": "numbers", "named_quantities": "match", "match": "match", "prepare": "prepare",
                            "covered": "cover", "comparison_triples": "targets", "comparisons": "compare", "validate_turtle": "validate",
                            "correspondence_triples": "relate"}, seconds),
        ):  # fmt: skip
            found = check.check(path)
        checked = time.process_time()
        text = report.as_text(found, "zh")
        seconds["text"] = time.process_time() - checked
    for stage, took in seconds.items():
        print(f"{stage:10}{took:8.2f} s")
    print(f"{'whole':10}{time.process_time() - begun:8.2f} s, {len(found.findings)} findings, {len(text)} characters, "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
