"""The whole reports of the catalogues at hand are the ones that a person has read line by line beside the documents.

reports/<folder of data/sources>.<language>.txt is the report as text. The national catalogue stands beside itself: it
must not violate its own standard. A new approved report is a new file.
"""

import difflib
from functools import lru_cache
from pathlib import Path

import pytest

from gongfu.check import check
from gongfu.findings import Report
from gongfu.report import as_text
from gongfu.sources import source_folder

APPROVED = sorted((Path(__file__).parent / "reports").glob("*.txt"))


@lru_cache
def report_of(source: str) -> Report:
    return check(source_folder(source) / "catalogue.csv")


def test_the_provinces_and_the_nation_are_approved() -> None:
    names = {path.name.split(".")[0] for path in APPROVED}
    assert {"cn-13fyp", "hebei-13fyp", "jilin-13fyp"} <= names


@pytest.mark.parametrize("approved", APPROVED, ids=lambda path: path.stem)
def test_the_report_is_the_approved_one(approved: Path) -> None:
    source, language, _ = approved.name.split(".")
    wanted, got = approved.read_text("utf-8"), as_text(report_of(source), language)
    lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), "approved", "now", lineterm="", n=1)
    told = "\n".join(lines)
    # no assert on the texts themselves: pytest would explain their difference for minutes
    if wanted != got:
        pytest.fail(
            f"{told}\n\nRead each changed line beside the documents. Where it is right, approve the report anew:\n"
            f"gongfu check data/sources/{source}/catalogue.csv --lang {language} -o tests/reports/{approved.name}",
            pytrace=False,
        )


def test_the_nation_does_not_violate_its_own_standard() -> None:
    report = report_of("cn-13fyp")
    assert [one.message["zh"] for one in report.findings if one.severity == "violation"] == []
    assert {one.rule for one in report.findings if one.severity == "warning"} == {"R03"}
