"""Engines: the fast SHACL engine and pySHACL give the same results, node for node, on generated catalogues with faults.

Run, in tests/: python -m bench.engines [count] [--first N] [--seed S] [--faults N]. It ends with 1 where any result
differs. Each catalogue is a graph of its own with all 81 items; the seconds are of the processor, for validation alone.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from bench.generate import written

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import examine
from gongfu.settings import base_iri
from gongfu.validate import Engine, Result, validate

ENGINES: tuple[Engine, Engine] = ("shacl", "pyshacl")


def results(path: Path, region: str) -> dict[Engine, tuple[float, list[Result]]]:
    """Return by engine the seconds and the results of one catalogue."""
    codes, base = codelists(), base_iri()
    examined = examine(read_catalogue(path, region, codes), national(NATION, codes, base), codes, base)
    data = [*examined.prepared.triples, *examined.related, *examined.compared]
    found: dict[Engine, tuple[float, list[Result]]] = {}
    for engine in ENGINES:
        begun = time.process_time()
        told = validate(data, engine)
        found[engine] = (time.process_time() - begun, list(told))
    return found


def main() -> int:
    """Validate all with both and print what differs, how many results there were, and the seconds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("count", type=int, nargs="?", default=300)
    options.add_argument("--first", type=int, default=0, help="pass over so many: a long run in several pieces")
    options.add_argument("--seed", default="engines")
    options.add_argument("--faults", type=int, default=8, help="planted in each")
    given = options.parse_args()
    seconds, told, shapes, differing, checked = Counter[str](), 0, set[str](), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), given.first + given.count, given.seed, given.faults)
        for path, one in islice(files, given.first, None):
            found = results(path, one.region)
            ours, theirs = (found[engine][1] for engine in ENGINES)
            if ours != theirs:
                differing += 1
                print(f"{path.name}: {set(ours) ^ set(theirs)}", flush=True)
            seconds.update({engine: found[engine][0] for engine in ENGINES})
            told, checked, shapes = told + len(ours), checked + 1, shapes | {result.shape for result in ours}
            if checked % 20 == 0:  # what a long run has shown is not lost when it is stopped
                print(f"{checked} catalogues, {told} results, {differing} differ", flush=True)
    ratio = seconds["pyshacl"] / (seconds["shacl"] or 1)
    print(f"{checked} catalogues, {told} results of {len(shapes)} shapes, {differing} differ; "
          f"shacl {seconds['shacl']:.2f} s, pySHACL {seconds['pyshacl']:.2f} s of the processor, {ratio:.0f} times")  # fmt: skip
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
