"""The W3C SPARQL 1.1 suites pass but for the misses that sparql11.misses.yaml names, each with its reason.

Query tests go over HTTP to a running server, update tests to the engine in a process without network.
"""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import sparql11
import suites
from client import free_port, server

from gongfu.pages.conformance import FILE, read_record

pytestmark = pytest.mark.skipif(
    not suites.distribution("rdflib").is_file(),
    reason=f"no {suites.distribution('rdflib')}: python tests/suites.py fetches it",
)


def missed(faults: dict[str, str]) -> set[str]:
    return {sparql11.short(iri) for iri, fault in faults.items() if fault}


def known(tests: list[sparql11.Test]) -> set[str]:
    return set(sparql11.misses()) & {sparql11.short(test.iri) for test in tests}


def test_queries(tmp_path: Path) -> None:
    sparql11.write_store(tmp_path / "store")
    tests = sparql11.queries()
    port = free_port()
    running = server(tmp_path / "store", sparql11.services(f"http://127.0.0.1:{port}"), port)
    with running as (_, address), httpx.Client(base_url=address, timeout=60.0) as client:
        faults = {test.iri: sparql11.run(test, client) for test in tests}
    assert len(tests) > 280
    assert missed(faults) == known(tests), {iri: fault for iri, fault in faults.items() if fault}


def test_updates() -> None:
    done = subprocess.run([sys.executable, sparql11.__file__], capture_output=True, text=True, check=True)
    faults: dict[str, str] = json.loads(done.stdout)
    assert len(faults) > 150
    assert missed(faults) == known(sparql11.updates()), {iri: fault for iri, fault in faults.items() if fault}


def test_every_miss_is_a_test_and_the_page_shows_it() -> None:
    tests = {sparql11.short(test.iri): test for test in sparql11.suites().tests()}
    assert set(sparql11.misses()) <= set(tests)
    rows = [row for row in read_record(FILE.read_bytes()) if row["test"].startswith(suites.SPARQL11)]
    failed = {row["test"] for row in rows if row["outcome"] == "failed"}
    assert {tests[name].iri for name in sparql11.misses()} == failed


def test_another_result_is_a_miss() -> None:
    test = next(test for test in sparql11.queries() if test.iri.endswith("#agg01"))
    right = sparql11.suites().files[test.result.value]
    assert sparql11.difference("srx", right, right, "") == ""
    assert sparql11.difference("srx", right, right.replace(b">5<", b">6<"), "")
    assert sparql11.difference("ttl", b"<a> <b> [] .", b"<a> <b> <c> .", "http://example.org/")
    assert sparql11.difference("csv", b"a,b\r\n1,2\r\n", b"b,a\r\n2,1\r\n", "") == ""
    assert sparql11.difference("csv", b"a,b\r\n1,2\r\n", b"b,a\r\n1,2\r\n", "")
