"""kill -9 at any moment of a build leaves the data before or after, whole; a backup gives everything back."""

import multiprocessing
import random
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from killing import GRAPHS, NUMBER, build_number, check_sums, publish_number, published_numbers

from gongfu.backup import NoBackup, back_up, restore
from gongfu.builds import CURRENT
from gongfu.cli import main
from gongfu.publishing.keys import add_key, key_of
from gongfu.sparql.dataset import describe, open_store

KILLS = 20


def served(out: Path) -> int:
    """Return the number that the data tell; fail where they are not whole: graphs, union, facts, dumps."""
    build = (out / CURRENT).resolve()
    store, facts = open_store(build / "store"), describe(build / "store")
    told = set()
    graphs: list[ox.NamedNode | ox.DefaultGraph] = [ox.NamedNode(name) for name in GRAPHS]
    for graph in [*graphs, ox.DefaultGraph()]:
        quads = list(store.quads_for_pattern(None, NUMBER, None, graph))
        assert len(quads) == 200
        told |= {quad.object for quad in quads}
    for name, count in facts.graphs.items():
        assert sum(1 for _ in store.quads_for_pattern(None, None, None, ox.NamedNode(name))) == count
    check_sums(build / "dumps")
    (number,) = told
    assert isinstance(number, ox.Literal)
    return int(number.value)


def test_a_build_that_is_killed_changes_nothing_or_all(tmp_path: Path) -> None:
    build_number(tmp_path, 0)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["killing"])
    context.Process(target=time.sleep, args=(0,)).start()  # the server has loaded everything before a clock runs
    begun = time.monotonic()
    build_number(tmp_path, 0)
    whole = time.monotonic() - begun
    now, seen = 0, set()
    for number in range(1, KILLS + 1):
        process = context.Process(target=build_number, args=(tmp_path, number))
        process.start()
        process.join(random.uniform(0.5, 1.0) * 1.5 * whole * (number - 1) / KILLS)
        process.kill()
        process.join()
        found = served(tmp_path)
        assert found in (now, number)
        seen.add(found == number)
        now = found
    build_number(tmp_path, KILLS + 1)
    assert served(tmp_path) == KILLS + 1
    assert not list(tmp_path.glob(".building-*/"))  # what the killed ones left behind
    assert False in seen, "no kill came in time"


def test_a_publication_that_is_killed_changes_nothing_or_all(tmp_path: Path) -> None:
    """A sample of tests/bench/kill_publishing.py, which kills a real server 200 times."""
    build_number(tmp_path, 0)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["killing"])
    begun = time.monotonic()
    publish_number(tmp_path, 90)
    whole = time.monotonic() - begun
    now: tuple[int, ...] = (90,)
    for number, part in ((91, 0.6), (0, 0.3), (0, 0.45)):
        process = context.Process(target=publish_number, args=(tmp_path, number))
        process.start()
        process.join(part * whole)
        process.kill()
        process.join()
        found = published_numbers(tmp_path)
        assert found in (now, (*now, number))
        now = found
    publish_number(tmp_path, 92)
    assert published_numbers(tmp_path) == (*now, 92)
    assert not list(tmp_path.glob(".building-*/"))


def test_a_backup_gives_everything_back(tmp_path: Path) -> None:
    out, file = tmp_path / "out", tmp_path / "all.tar.gz"
    with pytest.raises(NoBackup):
        back_up(out, file)
    build_number(out, 1)
    token = add_key(out, "甲", ["330000-*"])
    assert main(["backup", str(file), "--out", str(out)]) == 0
    assert file.stat().st_mode & 0o077 == 0
    build_number(out, 2)
    add_key(out, "乙", ["*"])
    assert served(out) == 2
    assert main(["restore", str(file), "--out", str(out)]) == 0
    assert served(out) == 1
    assert key_of(out, token)
    assert main(["restore", str(file), "--out", str(tmp_path / "new")]) == 0
    assert served(tmp_path / "new") == 1
    (tmp_path / "no.tar.gz").write_bytes(b"nothing")
    with pytest.raises(NoBackup):
        restore(out, tmp_path / "no.tar.gz")
    assert served(out) == 1
