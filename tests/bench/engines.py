"""Engines: the fast SHACL engine and pySHACL give the same results, node for node, on thousands of graphs with faults.

Run, in tests/: python -m bench.engines [count] [--rows N] [--batch N] [--first N] [--seed S] [--faults N]. It ends with 1
where any result differs. A graph is that of a generated catalogue with some rows, published or not, compared with the
nation; of the items that so few rows leave out, three are kept. Several graphs are judged at once, for the referee spends
half a second on the shapes alone: each names its nodes by its own edition, and no rule looks from one to another.
``--rows 0`` takes whole catalogues. The seconds are of the processor, for validation alone.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pyoxigraph as ox
from bench.editions import dressed, placed
from bench.generate import generated, regions

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import examine
from gongfu.settings import base_iri
from gongfu.validate import Engine, Result, validate

ENGINES: tuple[Engine, Engine] = ("shacl", "pyshacl")
_LEFT_OUT = 3


def graphs(numbers: range, seed: str, faults: int, rows: int) -> Iterator[list[ox.Triple]]:
    """Yield the graphs that are judged of generated catalogues."""
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            region, level = regions(number + 1)[number]
            one = generated(f"{seed}-{number}", region, level, faults, rows)
            path, one = placed(Path(folder) / f"{region}-{number}", dressed(one, True, Random(f"{seed}-{number}")))
            catalogue = read_catalogue(path, None if one.about else region, codes)
            examined = examine(catalogue, nation, codes, base)
            data = [*examined.prepared.triples, *examined.related, *examined.compared]
            missing = [result.focus for result in examined.results if "#R21-NationalItemCovered" in result.shape]
            gone = frozenset(missing[_LEFT_OUT:] if rows else ())
            yield [triple for triple in data if getattr(triple.subject, "value", "") not in gone]


def results(data: list[ox.Triple]) -> dict[Engine, tuple[float, list[Result]]]:
    """Return by engine the seconds and the results."""
    found: dict[Engine, tuple[float, list[Result]]] = {}
    for engine in ENGINES:
        begun = time.process_time()
        told = validate(data, engine)
        found[engine] = (time.process_time() - begun, told)
    return found


def main() -> int:
    """Validate all with both and print what differs, how many results there were, and the seconds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("count", type=int, nargs="?", default=2_000)
    options.add_argument("--rows", type=int, default=10)
    options.add_argument("--batch", type=int, default=20)
    options.add_argument("--first", type=int, default=0, help="pass over so many: a long run in several pieces")
    options.add_argument("--seed", default="engines")
    options.add_argument("--faults", type=int, default=40, help="planted in each, before its rows are chosen")
    given = options.parse_args()
    seconds, told, shapes, differing, checked = Counter[str](), 0, Counter[str](), 0, 0
    made = graphs(range(given.first, given.first + given.count), given.seed, given.faults, given.rows)
    while some := list(islice(made, given.batch if given.rows else 1)):
        found = results([triple for data in some for triple in data])
        ours, theirs = (found[engine][1] for engine in ENGINES)
        if ours != theirs:
            differing += 1
            print(f"graphs {checked} and on: {set(ours) ^ set(theirs)}", flush=True)
        seconds.update({engine: found[engine][0] for engine in ENGINES})
        told, checked = told + len(ours), checked + len(some)
        shapes.update(result.shape.rpartition("#")[2] for result in ours)
        if checked % 100 < len(some):  # what a long run has shown is not lost when it is stopped
            print(f"{checked} graphs, {told} results of {len(shapes)} shapes, {differing} differ", flush=True)
    ratio = seconds["pyshacl"] / (seconds["shacl"] or 1)
    print(", ".join(f"{shape} {count}" for shape, count in sorted(shapes.items())))
    print(f"{checked} graphs, {told} results of {len(shapes)} shapes, {differing} differ; "
          f"shacl {seconds['shacl']:.2f} s, pySHACL {seconds['pyshacl']:.2f} s of the processor, {ratio:.0f} times")  # fmt: skip
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
