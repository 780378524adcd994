"""A hundred hostile requests to a real server: no 5xx but an honest 503, no traceback, no hang.

A sample of tests/bench/hostile_requests.py, which sends ten thousand; and what those found, one test each.
"""

import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from gongfu.publishing.published import Refused, sent_triples
from gongfu.settings import base_iri

BENCH = Path(__file__).parent / "bench" / "hostile_requests.py"
CASES = 100
EDITION = "330000-14fyp"
NODE = f"{base_iri()}cat/{EDITION}/1"


def test_a_hundred_hostile_requests() -> None:
    words = [sys.executable, str(BENCH), str(CASES), "--rows", "4", "--seed", "sample"]
    paths = os.pathsep.join(path for path in (str(BENCH.parents[1]), os.environ.get("PYTHONPATH")) if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    ended = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"requests 0 to {CASES}, seed sample: 0 faults, 0 tracebacks" in ended.stdout


def sent(folder: Path, text: str, name: str = "sent.ttl") -> list[ox.Triple]:
    file = folder / name
    file.write_text(text, "utf-8")
    return sent_triples(file, ".ttl", EDITION, base_iri())


def test_blank_nodes_made_to_cost_hours_are_read_at_once(tmp_path: Path) -> None:
    """Canonical names of these take longer than anybody waits, and every other agency would wait with them."""
    ring = "".join(f"_:a{one} <a:p> _:a{(one * 7 + 1) % 60} ." for one in range(60))
    nested = f"<{NODE}> <a:b> " + "( " * 2_000 + ") " * 2_000 + "."
    assert len(sent(tmp_path, ring)) == 60
    assert len(sent(tmp_path, nested)) == 3_999
    first, again = (sent(tmp_path, f"{ring} <{NODE}> <a:b> _:a1 .", name) for name in ("first", "again"))
    assert first == again  # the same in every build, wherever the file lies


def test_json_that_is_nested_too_deep_is_refused(tmp_path: Path) -> None:
    """The parser ends its process on sixty thousand levels, and the agency was told of a lack of time."""
    file = tmp_path / "deep.jsonld"
    file.write_text('{"@graph":' * 60_000 + "1" + "}" * 60_000, "utf-8")
    with pytest.raises(Refused):
        sent_triples(file, ".jsonld", EDITION, base_iri())
    file.write_text(f'{{"@id": "{NODE}", "a:b": "{"[{" * 300}"}}', "utf-8")  # brackets in a text are none
    assert len(sent_triples(file, ".jsonld", EDITION, base_iri())) == 1


def test_statements_about_statements_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        sent(tmp_path, f"<{NODE}> <a:b> <<( <a:a> <a:b> <a:c> )>> .")
