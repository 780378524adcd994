"""Who pays, as the grammar reads it: against the tables that people typed, and in wordings of provinces never seen.

The figures of the curated catalogues are printed with `pytest -s`. A new wording is a new line of wording/funding.yaml.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gongfu.check import read_catalogue
from gongfu.codes import codelists
from gongfu.funding import FundingRule, read_funding
from gongfu.funding_source import curated_funding
from gongfu.shares import Rate, Share
from gongfu.sources import FaultySource, source_folder

CASES = yaml.safe_load((Path(__file__).parent / "wording" / "funding.yaml").read_text("utf-8"))
EDITIONS = ["cn-13fyp", "hebei-13fyp", "jilin-13fyp", "cn-12fyp"]
BAR = 0.98
SIGNS = {"at-least": ">=", "at-most": "<=", "about": "~", "exactly": "="}


def plain(number: Decimal | None) -> str:
    return "" if number is None else format(number.normalize(), "f")


def rate_text(rate: Rate) -> str:
    if not rate.comparator:
        return ""
    if rate.comparator == "range":
        return f"{plain(rate.lower)}-{plain(rate.upper)}%"
    return f"{SIGNS[rate.comparator]} {plain(rate.upper if rate.lower is None else rate.lower)}%"


def share_text(share: Share) -> str:
    return f"{'+'.join(share.payers)}:{plain(share.percent)}"


def told(rule: FundingRule) -> str:
    """Return a rule as the cases write it."""
    parts = [rule.mode, "|".join(rule.payers), *map(share_text, rule.shares), rate_text(rule.rate), rule.rate.base]
    parts += ["to", rule.delegated_to] if rule.delegated_to else []
    return " ".join(part for index, part in enumerate(parts) if part or index == 0)


def places(rule: FundingRule) -> tuple[object, ...]:
    return (sorted(rule.regions), sorted(rule.origins), rule.area, rule.valid_from, rule.valid_to)


Curated = list[tuple[str, str, list[FundingRule]]]


def curated(edition: str) -> Curated:
    """Return number and funding text of each item of a catalogue with the rules that a person typed."""
    folder = source_folder(edition)
    items = read_catalogue(folder / "catalogue.csv", None, codelists()).items
    typed = curated_funding(folder, items, codelists())
    assert typed is not None
    return [(item.number, item.text("funding"), typed[item.key]) for item in items]


@pytest.mark.parametrize("edition", EDITIONS)
def test_rules_as_people_read_them(edition: str) -> None:
    right = found = wanted = 0
    differences: list[str] = []
    for number, text, typed in curated(edition):
        ours, theirs = (Counter(told(rule) for rule in rules) for rules in (read_funding(text)[0], typed))
        right, found, wanted = right + (ours & theirs).total(), found + ours.total(), wanted + theirs.total()
        differences += [f"{number}: not read {rule!r}" for rule in theirs - ours]
        differences += [f"{number}: read, but not typed {rule!r}" for rule in ours - theirs]
    precision, recall = right / found, right / wanted
    print(f"\n{edition}: precision {precision:.3f}, recall {recall:.3f} ({right} of {found} read, {wanted} typed)")
    assert min(precision, recall) >= BAR, "\n".join(differences)


@pytest.mark.parametrize("edition", EDITIONS)
def test_shares_and_rates_as_people_read_them(edition: str) -> None:
    def numbers(rules: Iterable[FundingRule]) -> Counter[tuple[object, ...]]:
        return Counter((told(rule), *map(str, places(rule))) for rule in rules if rule.shares or rule.rate.comparator)

    def numbers_of(one: Iterable[tuple[FundingRule, ...] | list[FundingRule]]) -> Counter[tuple[object, ...]]:
        return sum((numbers(rules) for rules in one), Counter())

    rows = curated(edition)
    ours, theirs = numbers_of(read_funding(text)[0] for _, text, _ in rows), numbers_of(typed for _, _, typed in rows)
    right = (ours & theirs).total()
    assert theirs
    assert min(right / ours.total(), right / theirs.total()) >= BAR, (ours - theirs, theirs - ours)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_funding_cell_was_typed_and_is_read_whole(edition: str) -> None:
    rows = curated(edition)
    assert [number for number, _, typed in rows if not typed] == []
    assert [(number, passage.text) for number, text, _ in rows for passage in read_funding(text)[1]] == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("number", "99"), ("mode", "paying"), ("payers", "central|nobody"), ("quote", "中央财政"), ("rate", "a"),
     ("shares", "central"), ("valid_from", "2016")],
)  # fmt: skip
def test_a_faulty_row_is_named(tmp_path: Path, column: str, value: str) -> None:
    folder = source_folder("cn-13fyp")
    items = read_catalogue(folder / "catalogue.csv", None, codelists()).items
    header, first, *_ = (folder / "funding.csv").read_text("utf-8").splitlines()
    row = dict(zip(header.split(","), first.replace("中央和地方财政按比例分担", "按比例分担").split(","), strict=True))
    (tmp_path / "funding.csv").write_text(f"{header}\n{','.join((row | {column: value}).values())}\n", "utf-8")
    with pytest.raises(FaultySource, match=r"funding\.csv:2"):
        curated_funding(tmp_path, items, codelists())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_wording_is_read(case: dict[str, object]) -> None:
    rules, unread = read_funding(str(case["text"]))
    assert [told(rule) for rule in rules] == case["rules"]
    assert [passage.text for passage in unread] == case.get("unread", [])


WORDS = [word for case in CASES for word in (case["text"][:7], case["text"][5:11], case["text"][-6:])]


@given(
    st.lists(
        st.sampled_from(WORDS) | st.text("的由和、，；。：（）0123456789%∶—省市县中央财政补助按", max_size=6),
        max_size=8,
    ).map("".join)
)
def test_any_text_is_read_and_quoted_as_it_stands(text: str) -> None:
    rules, unread = read_funding(text)
    for one in rules:
        assert one.quote == text[one.start : one.end]
    for passage in unread:
        assert passage.text == text[passage.start : passage.end]
