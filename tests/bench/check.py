"""Benchmark: seconds and peak memory of one check, whole process, and of the two SHACL engines on the same data.

Run: python tests/bench/check.py [runs]. It prints ratios measured in the same run and asserts nothing.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import examine
from gongfu.settings import base_iri
from gongfu.sources import source_folder
from gongfu.validate import Engine, validate

CATALOGUES = ["hebei-13fyp", "jilin-13fyp"]


def whole_process(file: Path, runs: int) -> list[float]:
    """Return the seconds of `gongfu check FILE` from process start to report, run by run."""
    command = [sys.executable, "-m", "gongfu.cli", "check", str(file), "--format", "json"]
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        environment = as_installed(Path(folder))
        for _ in range(runs + 1):  # the first makes what is kept
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, check=False, env=environment)
            seconds.append(time.perf_counter() - start)
            json.loads(done.stdout)
    return seconds[1:]


def as_installed(folder: Path) -> dict[str, str]:
    """Return an environment in which modules have their bytecode, as pip makes it, whatever this process was told."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def engine_seconds(engine: Engine, edition: str, runs: int) -> list[float]:
    """Return the seconds one engine takes on the data graph of a catalogue, the first run with its imports."""
    codes, base = codelists(), base_iri()
    catalogue = read_catalogue(source_folder(edition) / "catalogue.csv", None, codes)
    examined = examine(catalogue, national(NATION, codes, base), codes, base)
    data = [*examined.prepared.triples, *examined.related, *examined.compared]
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        validate(data, engine)
        seconds.append(time.perf_counter() - start)
    return seconds


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for edition in CATALOGUES:
        seconds = whole_process(source_folder(edition) / "catalogue.csv", runs)
        print(f"gongfu check {edition}: median {statistics.median(seconds):.2f} s, "
              f"min {min(seconds):.2f}, max {max(seconds):.2f} ({runs} runs, whole process)")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of a check: {peak:.0f} MB")
    for edition in CATALOGUES:
        fast, referee = (statistics.median(engine_seconds(engine, edition, runs)) for engine in ("shacl", "pyshacl"))
        print(f"validate {edition}: shacl {fast:.3f} s, pyshacl {referee:.3f} s, ratio {referee / fast:.0f}")


if __name__ == "__main__":
    main()
