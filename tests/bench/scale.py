"""Scale: seconds, memory and growth of checking 1, 31, 333 and 3,208 generated catalogues, and pySHACL beside it.

Run, in tests/: python -m bench.scale [sizes …] [--referee N]. Each size is a folder given to `gongfu check` as a process
of its own with an empty cache: seconds on the wall, seconds of the processors, the most memory that all its processes
held together. Then one file is changed and the folder is checked again. pySHACL over rdflib validates the first N of the
same data graphs, given as the same N-Triples, with the same shapes; its reports must be equal.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from bench.check import as_installed
from bench.generate import written

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import examine
from gongfu.facts import graph_of
from gongfu.settings import base_iri
from gongfu.validate import Engine, Result, judged_turtle, validate_turtle


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall, seconds of the processors, megabytes of all processes together at the worst moment."""

    wall: float
    processors: float
    megabytes: float


def cost_of_check(paths: list[Path], cache: Path, bytecode: Path) -> Cost:
    """Run `gongfu check` as a user does and return what it cost."""
    environment = {**as_installed(bytecode), "XDG_CACHE_HOME": str(cache)}
    before, begun, most = getrusage(RUSAGE_CHILDREN), time.perf_counter(), 0.0
    words = [sys.executable, "-m", "gongfu.cli", "check", *map(str, paths)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environment) as process:
        while process.poll() is None:
            most = max(most, held(process.pid))
            time.sleep(0.05)
    after, wall = getrusage(RUSAGE_CHILDREN), time.perf_counter() - begun
    if process.returncode == 2:
        raise RuntimeError("a catalogue could not be checked")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, used, most)


def of_size(size: int, bytecode: Path) -> tuple[Cost, Cost]:
    """Return what it costs to check a folder with nothing kept, and again with one file changed."""
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "catalogues", Path(name) / "cache"
        folder.mkdir()
        files = [path for path, _ in written(folder, size)]
        paths = [folder] if size > 1 else files
        whole = cost_of_check(paths, cache, bytecode)
        files[0].write_text(files[0].read_text("utf-8").replace("0", "1", 1), "utf-8")
        return whole, cost_of_check(paths, cache, bytecode)


def held(process: int) -> float:
    """Return the megabytes that a process and all its children hold (VmRSS)."""
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8")
        children = Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()
    except OSError:  # it has just ended
        return 0.0
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0) / 1024
    return own + sum(held(int(child)) for child in children)


def referee(count: int, folder: Path) -> None:
    """Print how long both engines take on the data graphs of the first catalogues, and whether their reports agree."""
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    seconds: dict[Engine, float] = {"shacl": 0.0, "pyshacl": 0.0}
    results = different = 0
    reading = 0.0
    for engine in seconds:  # imports and shapes are read once a process, whatever is judged
        validate_turtle("", engine)
    for path, one in written(folder, count, "referee"):
        found = examine(read_catalogue(path, one.region, codes), nation, codes, base)
        data = judged_turtle(graph_of([found.prepared.graph, found.related, found.compared]))
        told = {}
        for engine in seconds:
            told[engine], took = timed(lambda engine=engine, data=data: validate_turtle(data, engine))  # type: ignore[misc]
            seconds[engine] += took
        reading += timed(lambda data=data: nothing(data))[1]  # type: ignore[misc]
        results += len(told["shacl"])
        different += told["shacl"] != told["pyshacl"]
    print(f"{count} data graphs: shacl {seconds['shacl']:.2f} s, pyshacl {seconds['pyshacl']:.2f} s of the processor, "
          f"ratio {seconds['pyshacl'] / seconds['shacl']:.0f}; {results} results, {different} reports differ; "
          f"{reading:.2f} s of shacl's are the reading of the Turtle")  # fmt: skip


def nothing(data: str) -> list[Result]:
    """Have the engine read a graph and judge nothing in it: what is left of its time when there are no rules."""
    from shacl import Shapes

    Shapes.from_turtle("").validate_text(data)
    return []


def timed(work: Callable[[], list[Result]]) -> tuple[list[Result], float]:
    begun = time.process_time()
    found = work()
    return found, time.process_time() - begun


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("sizes", type=int, nargs="*", default=[1, 31, 333, 3208])
    options.add_argument("--referee", type=int, default=3)
    given = options.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the beginning")
    print(
        f"{'catalogues':>10}{'wall s':>9}{'cpu s':>9}{'cpu s each':>12}{'MB':>7}{'one changed: wall s':>21}{'cpu s':>8}"
    )
    with tempfile.TemporaryDirectory() as bytecode:
        of_size(1, Path(bytecode))  # makes the bytecode
        for size in given.sizes:
            whole, again = of_size(size, Path(bytecode))
            print(f"{size:>10}{whole.wall:>9.1f}{whole.processors:>9.1f}{whole.processors / size:>12.2f}{whole.megabytes:>7.0f}"
                  f"{again.wall:>21.2f}{again.processors:>8.2f}", flush=True)  # fmt: skip
    if given.referee:
        with tempfile.TemporaryDirectory() as name:
            referee(given.referee, Path(name))


if __name__ == "__main__":
    main()
