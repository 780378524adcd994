"""The W3C SHACL suite passes in both engines but for what shacl_suite.misses.yaml names, each with its reason."""

import dataclasses
import logging

import pytest
import shacl_suite
import suites

from gongfu.pages.conformance import FILE, read_record

pytestmark = pytest.mark.skipif(
    not suites.distribution("pyshacl").is_file(),
    reason=f"no {suites.distribution('pyshacl')}: python tests/suites.py fetches it",
)


@pytest.mark.parametrize("engine", shacl_suite.ENGINES)
@pytest.mark.filterwarnings("ignore::pyshacl.errors.ConstraintLoadWarning")
def test_all_but_the_known_misses_pass(engine: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)  # rdflib tells of each literal that is none of its datatype
    tests = shacl_suite.tests()
    faults = {test.iri.removeprefix(suites.SHACL): shacl_suite.run(test, shacl_suite.ENGINES[engine]) for test in tests}
    assert len(faults) == 121
    missed = {name: fault for name, fault in faults.items() if fault}
    assert set(missed) == set(shacl_suite.misses(engine)), missed


def test_the_page_shows_what_the_engine_of_a_check_misses() -> None:
    rows = [row for row in read_record(FILE.read_bytes()) if row["test"].startswith(suites.SHACL)]
    assert {row["test"] for row in rows} == {test.iri for test in shacl_suite.tests()}
    failed = {row["test"].removeprefix(suites.SHACL) for row in rows if row["outcome"] == "failed"}
    assert failed == set(shacl_suite.misses("shacl"))


def test_another_report_is_a_miss() -> None:
    one = next(test for test in shacl_suite.tests() if test.iri.endswith("/core/path/path-complex-002"))
    refused = next(test for test in shacl_suite.tests() if test.report is None)
    assert shacl_suite.run(one, shacl_suite.by_shacl) == ""
    for told, other in ((":Violation", ":Warning"), ("inversePath", "zeroOrMorePath"), ("tests/i>", "tests/j>")):
        report = shacl_suite.by_shacl(one.data, one.shapes)
        changed = report.replace(told.encode(), other.encode(), 1)
        assert changed != report
        assert shacl_suite.run(one, lambda *_, changed=changed: changed)
    assert shacl_suite.run(refused, lambda *_: shacl_suite.by_shacl(one.data, one.shapes))
    assert shacl_suite.run(dataclasses.replace(one, shapes="no Turtle"), shacl_suite.by_shacl)
