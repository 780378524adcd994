"""Who pays, as the grammar reads it: against the tables that people typed, and in wordings of provinces never seen.

The figures of the curated catalogues are printed with `pytest -s`. A new wording is a new line of wording/funding.yaml.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gongfu.funding import FundingRule, read_funding
from gongfu.shares import Rate, Share

CASES = yaml.safe_load((Path(__file__).parent / "wording" / "funding.yaml").read_text("utf-8"))
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


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_wording_is_read(case: dict[str, object]) -> None:
    rules, unread = read_funding(str(case["text"]))
    assert [told(rule) for rule in rules] == case["rules"]
    assert [passage.text for passage in unread] == case.get("unread", [])


WORDS = [word for case in CASES for word in (case["text"][:7], case["text"][5:11], case["text"][-6:])]


@given(st.lists(st.sampled_from(WORDS) | st.text("的由和、，；。：（）0123456789%∶—省市县中央财政补助按", max_size=6), max_size=8).map("".join))
def test_any_text_is_read_and_quoted_as_it_stands(text: str) -> None:
    rules, unread = read_funding(text)
    for one in rules:
        assert one.quote == text[one.start : one.end]
    for passage in unread:
        assert passage.text == text[passage.start : passage.end]
