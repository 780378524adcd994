"""Catalogues of provinces that nobody curated, read and checked against what a person wrote down before running them.

Each ``provinces/<name>.<csv|xlsx|txt>`` has a ``<name>.expected.json``: the national items each row answers to, the
measures of each row, every finding of the rules of standards and coverage, the R10 findings that are only a doubt
(``doubtful``), and how much stays unread. A false alarm counts as much as a missed breach, so every part is compared
whole.
"""

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from gongfu.check import check
from gongfu.codes import codelists
from gongfu.report import as_json

FOLDER = Path(__file__).parent / "provinces"
NAMES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json"))
RULES = frozenset({"R10", "R13", "R16", "R18", "R20", "R21", "R22"})
Finding = tuple[str, str | None, str | None]


def expected(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.expected.json").read_text("utf-8"))


@lru_cache(maxsize=1)
def got(name: str) -> Any:
    path = next(path for path in FOLDER.glob(f"{name}.*") if path.suffix != ".json")
    return json.loads(as_json(check(path, region=expected(name)["region"]), codelists()))


def row_of(name: str, number: str) -> str:
    item = next((item for item in got(name)["items"] if item["number"] == number), None)
    return f"row {number} {item['name']}: {item['standard']}" if item else f"row {number}"


def measures(item: Any) -> list[tuple[Any, ...]]:
    return [(one["comparator"], one["lower"], one["upper"], one["unit"], one["per"]) for one in item["measures"]]


def findings(name: str) -> set[Finding]:
    return {(one["rule"], one["item"], one["national_item"]) for one in got(name)["findings"] if one["rule"] in RULES}


def messages(name: str, finding: Finding) -> str:
    found = got(name)["findings"]
    return "".join(
        f"\n    {one['message']['zh']}" for one in found if (one["rule"], one["item"], one["national_item"]) == finding
    )


def differences(wanted: Counter[Any], found: Counter[Any]) -> str:
    lines = [f"  expected, not got: {one}" for one in (wanted - found).elements()]
    return "\n".join(lines + [f"  got, not expected: {one}" for one in (found - wanted).elements()])


@pytest.mark.parametrize("name", NAMES)
def test_rows_answer_to_the_national_items(name: str) -> None:
    wanted = {number: sorted(national) for number, national in expected(name)["national"].items()}
    found = {
        item["number"]: sorted(one["number"] for one in item["national"] if one["number"])
        for item in got(name)["items"]
    }
    wrong = [
        f"{row_of(name, number)}\n  expected {wanted.get(number)}, got {found.get(number)}"
        for number in {**wanted, **found}
        if wanted.get(number) != found.get(number)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_measures_are_the_ones_that_people_read(name: str) -> None:
    wanted = {number: Counter(map(tuple, rows)) for number, rows in expected(name)["measures"].items()}
    found = {item["number"]: Counter(measures(item)) for item in got(name)["items"]}
    wrong = [
        f"{row_of(name, number)}\n{differences(wanted[number], found.get(number, Counter()))}"
        for number in wanted
        if wanted[number] != found.get(number)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_the_ones_that_people_judge(name: str) -> None:
    wanted = {(rule, item, national) for rule, item, national in expected(name)["findings"]}
    found = findings(name)
    wrong = [f"missed: {one}\n  {row_of(name, one[1] or '')}" for one in sorted(wanted - found, key=str)]
    wrong += [
        f"false: {one}{messages(name, one)}\n  {row_of(name, one[1] or '')}" for one in sorted(found - wanted, key=str)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_below_is_a_violation_except_where_the_text_leaves_it_open(name: str) -> None:
    found = [one for one in got(name)["findings"] if one["rule"] == "R10" and one["severity"] != "violation"]
    doubtful = {(one["item"], one["national_item"]) for one in found}
    assert doubtful == {(item, national) for item, national in expected(name)["doubtful"]}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stays_unread(name: str) -> None:
    assert got(name)["counts"]["unread"] == expected(name)["unread"]
