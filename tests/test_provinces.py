"""Catalogues of provinces that nobody curated, read and checked against what a person wrote down before running them.

Each ``provinces/<name>.<csv|xlsx|txt>`` has a ``<name>.expected.json``: the national items each row answers to, the
measures of each row, every finding of the rules of standards and coverage, the R10 findings that are only a doubt
(``doubtful``), and how much stays unread; what the rules of target groups call more than information was added
later, each row read beside the nation's. A false alarm counts as much as a missed breach, so every part is compared
whole. Where a file names more rules (``also``) those are compared too; ``either`` lists the findings on which readers
may differ, which are not counted.

What the program still gets wrong is not hidden: ``<name>.misses.json`` lists it, part by part, and the tests hold that
list exact. A new mistake fails, and so does a mended one until it is taken off the list.
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gongfu.check import check
from gongfu.codes import codelists
from gongfu.report import as_json

FOLDER = Path(__file__).parent / "provinces"
NAMES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json"))
RULES = frozenset({"R10", "R13", "R16", "R18", "R20", "R21", "R22", "R27", "R29", "R30", "R31"})
Finding = tuple[str, str | None, str | None]


def expected(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.expected.json").read_text("utf-8"))


@cache
def got(name: str) -> Any:
    path = next(path for path in FOLDER.glob(f"{name}.*") if path.suffix != ".json")
    return json.loads(as_json(check(path, region=expected(name)["region"]), codelists()))


def approved(name: str, part: str) -> list[str]:
    """Return the mistakes of this part that are known."""
    path = FOLDER / f"{name}.misses.json"
    known: dict[str, list[str]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return known.get(part, [])


def row_of(name: str, number: str) -> str:
    item = next((item for item in got(name)["items"] if item["number"] == number), None)
    return f"row {number} {item['name']}: {item['standard']}" if item else f"row {number}"


def measures(item: Any) -> list[tuple[Any, ...]]:
    return [(one["comparator"], one["lower"], one["upper"], one["unit"], one["per"]) for one in item["measures"]]


def findings(name: str) -> set[Finding]:
    rules = RULES.union(expected(name).get("also", ()))
    found = {(one["rule"], one["item"], one["national_item"]) for one in got(name)["findings"] if one["rule"] in rules}
    return found - open_to_judgement(name)


def open_to_judgement(name: str) -> set[Finding]:
    """Return the findings on which readers may differ."""
    return {(rule, item, national) for rule, item, national in expected(name).get("either", ())}


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
    wrong = {
        f"{number}: expected {wanted.get(number)}, got {found.get(number)}": row_of(name, number)
        for number in {**wanted, **found}
        if wanted.get(number) != found.get(number)
    }
    assert sorted(wrong) == sorted(approved(name, "national")), wrong


@pytest.mark.parametrize("name", NAMES)
def test_measures_are_the_ones_that_people_read(name: str) -> None:
    wanted = {number: Counter(map(tuple, rows)) for number, rows in expected(name)["measures"].items()}
    found = {item["number"]: Counter(measures(item)) for item in got(name)["items"]}
    wrong = {
        number: f"{row_of(name, number)}\n{differences(wanted[number], found.get(number, Counter()))}"
        for number in wanted
        if wanted[number] != found.get(number)
    }
    assert sorted(wrong) == sorted(approved(name, "measures")), "\n".join(wrong.values())


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_the_ones_that_people_judge(name: str) -> None:
    wanted = {(rule, item, national) for rule, item, national in expected(name)["findings"]} - open_to_judgement(name)
    found = findings(name)
    wrong = {f"missed: {one}": row_of(name, one[1] or "") for one in wanted - found}
    wrong |= {f"false: {one}": f"{messages(name, one)}\n  {row_of(name, one[1] or '')}" for one in found - wanted}
    assert sorted(wrong) == sorted(approved(name, "findings")), "\n".join(
        f"{one}\n  {row}" for one, row in wrong.items()
    )


@pytest.mark.parametrize("name", NAMES)
def test_below_is_a_violation_except_where_the_text_leaves_it_open(name: str) -> None:
    found = [one for one in got(name)["findings"] if one["rule"] == "R10" and one["severity"] != "violation"]
    doubtful = {(one["item"], one["national_item"]) for one in found}
    assert doubtful == {(item, national) for item, national in expected(name)["doubtful"]}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stays_unread(name: str) -> None:
    unread = got(name)["counts"]["unread"] - expected(name)["unread"]
    assert ([str(unread)] if unread else []) == approved(name, "unread")
