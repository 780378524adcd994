"""Recall: how many planted violations of generated catalogues a check finds, and how many it finds that nobody planted.

Run, in tests/: python -m bench.recall [count] [--seed N]. It ends with 1 where any violation is missed or was not planted.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from bench.editions import written
from bench.generate import Generated

from gongfu.check import national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import Prepared, examine
from gongfu.findings import report
from gongfu.settings import base_iri

Violation = tuple[str, str, str]  # rule, cell (empty for none), national item (empty where the row alone is at fault)
_OF_THE_ROW = frozenset({"R02", "R05", "R08", "R31", "R33", "R38"})


def wanted(one: Generated) -> set[Violation]:
    """Return the violations that were planted."""
    return {(fault.rule, one.cell(fault), "" if fault.rule in _OF_THE_ROW else fault.national) for fault in one.faults}


def found(path: Path, one: Generated) -> set[Violation]:
    """Return the violations that a check finds; of a published edition source.yaml says the region."""
    codes = codelists()
    catalogue = read_catalogue(path, None if one.about else one.region, codes)
    told = report(examine(catalogue, _nation(one.against), codes, base_iri()), codes)
    return {
        (each.rule, each.cell or "", "" if each.rule in _OF_THE_ROW else each.national_item or "")
        for each in told.findings
        if each.severity == "violation"
    }


@lru_cache(maxsize=2)
def _nation(edition: str) -> Prepared:
    return national(edition, codelists(), base_iri())


def _both(task: tuple[Path, Generated]) -> tuple[str, set[Violation], set[Violation]]:
    path, one = task
    return f"{path.parent.name}/{path.name}", wanted(one), found(path, one)


def main() -> int:
    """Check all and print recall, what was missed and what was not planted, by rule."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("count", type=int, nargs="?", default=500)
    options.add_argument("--seed", default="1")
    options.add_argument("--first", type=int, default=0, help="pass over so many: a long run in several pieces")
    options.add_argument("--faults", type=int, default=4, help="planted in each")
    options.add_argument("--seconds", type=float, default=float("inf"), help="begin with no more after so long")
    given = options.parse_args()
    planted, missed, more = Counter[str](), Counter[str](), Counter[str]()
    checked, until = 0, time.monotonic() + given.seconds
    with tempfile.TemporaryDirectory() as folder, get_context("spawn").Pool(os.cpu_count()) as pool:
        files = islice(written(Path(folder), given.count, given.seed, given.faults), given.first, None)
        while (some := list(islice(files, 20))) and time.monotonic() < until:
            for name, theirs, ours in pool.imap_unordered(_both, some):
                checked += 1
                planted.update(rule for rule, _, _ in theirs)
                missed.update(rule for rule, _, _ in theirs - ours)
                more.update(rule for rule, _, _ in ours - theirs)
                for what, which in (("missed", theirs - ours), ("not planted", ours - theirs)):
                    for one in sorted(which):
                        print(f"{name}: {what}: {' '.join(one)}")
    total, lost = sum(planted.values()), sum(missed.values())
    print(f"{checked} catalogues, seed {given.seed}: {total} planted violations {dict(planted)}")
    print(f"recall {(total - lost) / total:.4f}, missed {lost}, not planted {sum(more.values())}")
    return int(bool(lost or more))


if __name__ == "__main__":
    sys.exit(main())
