"""What the comparisons look at grows with the rows of a catalogue, not with their square.

A workbook of all counties of a province has thousands of rows. One EXISTS or UNION too many made 3 GB of one.
"""

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.compare import asked_predicates, comparisons, of_codes
from gongfu.examine import Examined, examine
from gongfu.facts import ROW
from gongfu.graph_answers import Construction
from gongfu.graph_query import Construct, parse_query
from gongfu.settings import base_iri, house
from gongfu.sources import source_folder
from gongfu.triple_index import TripleIndex

QUERIES = sorted((house().data / "comparisons").glob("*.rq"))
TIMES = 4
SETTINGS = f"""<{ROW}settings> <{ROW}base> "{base_iri()}" .
<{ROW}settings> <{ROW}certain> "0.8"^^<http://www.w3.org/2001/XMLSchema#decimal> .
""".encode()


@lru_cache(maxsize=2)
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


class Counted(dict[str, Collection[str]]):
    """A table that counts what was found in it."""

    def __init__(self, table: Mapping[str, Collection[str]], counts: list[int]) -> None:
        super().__init__(table)
        self._counts = counts

    def get(self, key: str, default: Collection[str] = ()) -> Collection[str]:  # type: ignore[override]
        found = super().get(key, default)
        self._counts.append(len(found))
        return found

    def items(self) -> Iterator[tuple[str, Collection[str]]]:  # type: ignore[override]
        for key, found in super().items():
            self._counts.append(len(found))
            yield key, found


class CountingIndex(TripleIndex):
    """An index that counts what is found in all of its tables."""

    counts: list[int]

    def forward(self, predicate: str) -> Mapping[str, Collection[str]]:
        return Counted(super().forward(predicate), self.counts)

    def backward(self, predicate: str) -> Mapping[str, Collection[str]]:
        return Counted(super().backward(predicate), self.counts)


def test_no_comparison_costs_the_square_of_the_rows() -> None:
    """What a comparison finds is less than half of what there is, comparisons included; the square is far more."""
    found = examined(TIMES)
    parts = (found.prepared.graph, found.related, found.compared)
    lines = b"".join((found.nation.asked, of_codes(asked_predicates()), *(part.lines() for part in parts)))
    queries = {path.name: Construction(parsed) for path in QUERIES
               if isinstance(parsed := parse_query(path.read_text("utf-8")), Construct)}  # fmt: skip
    both = frozenset[str]().union(*(one.steps.both for one in queries.values()))
    index, counts = CountingIndex(lines + SETTINGS, both), {}
    for name, query in queries.items():
        index.counts = []
        query.triples(index)
        counts[name] = sum(index.counts)
    assert len(counts) == len(QUERIES)
    assert min(counts.values()) > 0
    assert {name: count for name, count in counts.items() if count > lines.count(b"\n") / 2} == {}


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
