"""Target source: the target groups that people typed beside a catalogue, in targets.csv.

Place in the flow: beside sources, before check and build.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from gongfu.catalogue import Item
from gongfu.criteria import Criterion, values
from gongfu.sources import FaultySource
from gongfu.targets import Alternative, TargetGroup

EVERYONE = "everyone"
_AGE = re.compile(r"age(>=|>|<=|<)(\d+(?:\.\d+)?)")


def curated_targets(folder: Path, items: Sequence[Item]) -> dict[str, TargetGroup] | None:
    """Return targets.csv of a folder by item key; None where there is no such file.

    Raises:
        FaultySource: a row names no item, quotes what is not there or has a code that no list knows.
    """
    path = folder / "targets.csv"
    if not path.is_file():
        return None
    by_number = {item.number: item for item in items}
    found: dict[str, list[Alternative]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            item = by_number.get(row["number"])
            if item is None:
                raise FaultySource(f"{path}:{line}: 清单没有第{row['number']}项 / the catalogue has no such item")
            found.setdefault(item.key, []).append(_alternative(f"{path}:{line}", row, item))
    texts = {item.key: item.text("target") for item in items}
    return {key: TargetGroup(texts[key], tuple(kinds)) for key, kinds in found.items()}


def _alternative(place: str, row: Mapping[str, str], item: Item) -> Alternative:
    start = item.text("target").find(row["quote"])
    if start < 0:
        raise FaultySource(f"{place}: 引文不在第{item.number}项中：{row['quote']} / quotation not found in the item")
    all_of = _criteria(place, "" if row["criteria"] == EVERYONE else row["criteria"])
    none_of = _criteria(place, row["exclusions"])
    return Alternative(all_of, none_of, (), start, start + len(row["quote"]), row["group"])


def _criteria(place: str, text: str) -> tuple[Criterion, ...]:
    parts = [part for part in text.split(";") if part]
    ages = [match for part in parts if (match := _AGE.fullmatch(part))]
    rest = [_criterion(place, part) for part in parts if not _AGE.fullmatch(part)]
    return (_age(ages), *rest) if ages else tuple(rest)


def _age(bounds: Sequence[re.Match[str]]) -> Criterion:
    """Return the bounds of age as one criterion."""
    known = {match[1][0]: (Decimal(match[2]), match[1].endswith("=")) for match in bounds}
    lower, upper = known.get(">"), known.get("<")
    return Criterion("age", (), lower and lower[0], upper and upper[0], not lower or lower[1], not upper or upper[1])


def _criterion(place: str, part: str) -> Criterion:
    attribute, _, listed = part.partition(":")
    codes = tuple(code if code in values() else f"{attribute}-{code}" for code in listed.split("|"))
    unknown = [code for code in codes if code not in values() or values()[code].attribute != attribute]
    if unknown:
        raise FaultySource(f"{place}: 条件代码表没有 {unknown} / not in the code list of criterion values")
    return Criterion(attribute, codes)
