"""Funding source: the funding rules that people typed beside a catalogue, in funding.csv.

Place in the flow: beside sources, before check and build.
"""

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from gongfu.catalogue import Item
from gongfu.codes import CodeLists
from gongfu.funding import FundingRule
from gongfu.shares import Rate, Share
from gongfu.sources import FaultySource

# The columns whose values are codes, | and ; between several, and the code list of each.
_CODED = {
    "mode": "funding-mode", "payers": "payer", "rate_comparator": "comparator", "base": "contribution-base",
    "recipient_region": "region-group", "student_origin": "region-group", "area_type": "area-type",
    "delegated_to": "delegate",
}  # fmt: skip


def curated_funding(
    folder: Path, items: tuple[Item, ...], codes: CodeLists
) -> dict[str, list[FundingRule]] | None:  # fmt: skip
    """Return funding.csv of a folder by item key in the order typed; None where there is no such file.

    Raises:
        FaultySource: a row names no item, quotes what is not there or has a code that no list knows.
    """
    path = folder / "funding.csv"
    if not path.is_file():
        return None
    by_number = {item.number: item for item in items}
    found: dict[str, list[FundingRule]] = {item.key: [] for item in items}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            item = by_number.get(row["number"])
            if item is None:
                raise FaultySource(f"{path}:{line}: 清单没有第{row['number']}项 / the catalogue has no such item")
            _check_codes(f"{path}:{line}", row, codes)
            if row["mode"] or row["payers"]:
                found[item.key].append(_rule(f"{path}:{line}", row, item))
    return found


def _check_codes(place: str, row: Mapping[str, str], codes: CodeLists) -> None:
    for column, scheme in _CODED.items():
        unknown = [code for code in _several(row[column]) if codes.iri(scheme, code) is None]
        if unknown:
            raise FaultySource(f"{place}: {column}：代码表没有 {unknown} / not in the code list {scheme}")


def _rule(place: str, row: Mapping[str, str], item: Item) -> FundingRule:
    start = item.text("funding").find(row["quote"])
    if start < 0:
        raise FaultySource(f"{place}: 引文不在第{item.number}项中：{row['quote']} / quotation not found in the item")
    try:
        return FundingRule(
            mode=row["mode"], payers=_several(row["payers"]), shares=_shares(row["shares"]), rate=_rate(row),
            regions=_several(row["recipient_region"]), origins=_several(row["student_origin"]), area=row["area_type"],
            condition=row["condition"], qualifier=row["qualifier"], valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]), delegated_to=row["delegated_to"], quote=row["quote"], start=start,
            end=start + len(row["quote"]),
        )  # fmt: skip
    except (ValueError, ArithmeticError) as error:
        raise FaultySource(f"{place}: 数或者日期写错 / a number or date is wrong: {error}") from error


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _shares(text: str) -> tuple[Share, ...]:
    """Return the shares written as central:80|city+county:20."""
    pairs = (part.split(":") for part in _several(text))
    return tuple(Share(tuple(payers.split("+")), Decimal(percent)) for payers, percent in pairs)


def _rate(row: Mapping[str, str]) -> Rate:
    numbers = [Decimal(part) for part in row["rate"].split("-") if part]
    comparator = row["rate_comparator"]
    if not numbers:
        return Rate(base=row["base"])
    lower = None if comparator == "at-most" else numbers[0]
    upper = None if comparator == "at-least" else numbers[-1]
    return Rate(comparator, lower, upper, row["base"])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
