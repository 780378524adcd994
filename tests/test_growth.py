"""What the comparisons look at grows with the rows of a catalogue, not with their square, as the engine itself counts.

A workbook of all counties of a province has thousands of rows. One EXISTS or UNION too many made 3 GB of one.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from servers import OXIGRAPH

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.compare import asked_predicates, comparisons, of_codes
from gongfu.examine import Examined, examine
from gongfu.facts import ROW
from gongfu.settings import base_iri, house
from gongfu.sources import source_folder

QUERIES = sorted((house().data / "comparisons").glob("*.rq"))
TIMES = 4
SETTINGS = f"""
<{ROW}settings> <{ROW}base> "{base_iri()}" .
<{ROW}settings> <{ROW}certain> 0.8 .
"""


def examined(times: int) -> Examined:
    """Return what is read from Jilin's catalogue with each of its rows so many times."""
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    once = read_catalogue(source_folder("jilin-13fyp") / "catalogue.csv", None, codes)
    items = [
        replace(item, key=f"{item.key}-{n}", position=item.position + n * len(once.items))
        for n in range(times)
        for item in once.items
    ]
    return examine(replace(once, items=tuple(items)), nation, codes, base)


def store(found: Examined, folder: Path) -> Path:
    """Return a store with all that the queries can ask, the comparisons themselves included."""
    parts = (found.prepared.graph, found.related, found.compared)
    lines = b"".join((found.nation.asked, of_codes(asked_predicates()), *(part.lines() for part in parts)))
    (folder / "all.ttl").write_bytes(lines + SETTINGS.encode())
    run("load", "--location", folder / "store", "--file", folder / "all.ttl")
    return folder / "store"


def run(*words: str | Path) -> None:
    assert OXIGRAPH
    subprocess.run([OXIGRAPH, *words], check=True, capture_output=True)


def looked_at(query: Path, location: Path) -> int:
    """Return how many solutions all steps of a query gave together."""
    plan = location.parent / f"{query.stem}.json"
    run("query", "--location", location, "--query-file", query, "--results-file", location.parent / "results.nt",
        "--explain-file", plan, "--stats")  # fmt: skip
    return sum(node.get("number of results", 0) for node in steps(json.loads(plan.read_text("utf-8"))["plan"]))


def steps(node: Mapping[str, object]) -> Iterator[Mapping[str, int]]:
    yield node  # type: ignore[misc]
    for child in node.get("children", ()):  # type: ignore[attr-defined]
        yield from steps(child)


@pytest.mark.skipif(not OXIGRAPH, reason="no oxigraph: pip install oxigraph")
def test_no_comparison_costs_the_square_of_the_rows(tmp_path: Path) -> None:
    """The steps of a query find fewer solutions in all than half of what there is; the square would be far more."""
    location = store(examined(TIMES), tmp_path)
    there = (tmp_path / "all.ttl").read_bytes().count(b"\n")
    counts = {query.name: looked_at(query, location) for query in QUERIES}
    assert min(counts.values()) > 0
    assert {name: count for name, count in counts.items() if count > there / 2} == {}


def calls(found: Examined) -> int:
    """Return how many functions are called, ours and those of C, to compare what was read."""
    lines = (found.prepared.graph + found.related).lines(asked_predicates())
    index, count = found.nation.meeting.with_catalogue(lines), 0

    def counted(_frame: object, event: str, _value: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        made = comparisons(index, base_iri())
    finally:
        sys.setprofile(None)
    assert len(made.given) > 1_000
    return count


def test_steps_grow_with_the_rows() -> None:
    """Twice the rows take twice the calls; the square would be four times."""
    few = calls(examined(TIMES // 2))
    assert 1.5 * few < calls(examined(TIMES)) < 2.5 * few
