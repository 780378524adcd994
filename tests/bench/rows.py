"""The national items as rows of text: what generated catalogues put in their own words and what faults are planted in."""

import csv
from dataclasses import dataclass, replace
from functools import lru_cache

from gongfu.sources import source_folder

FIELDS = ("domain", "number", "name", "target", "standard", "funding", "departments")
EARLIER = "cn-12fyp"
EARLIER_FIELDS = (*FIELDS, "coverage")
_COLUMNS = {
    "cn-13fyp": FIELDS,
    EARLIER: ("domain", "number", "category", "name", "target", "standard", "funding", "coverage"),
}


@dataclass(frozen=True)
class Row:
    """A row in the making; ``national`` is the item that it answers to, empty for one of its own."""

    national: str
    texts: dict[str, str]

    def saying(self, field: str, text: str) -> "Row":
        return replace(self, texts={**self.texts, field: text})


@lru_cache(maxsize=2)
def nation(edition: str = "cn-13fyp") -> tuple[Row, ...]:
    """Return the items of a national edition."""
    with (source_folder(edition) / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = [dict(zip(_COLUMNS[edition], row, strict=True)) for row in list(csv.reader(file))[1:]]
    return tuple(Row(row["number"], row) for row in rows)


def printed(national: str, field: str) -> str:
    """Return what the nation prints in a field of an item."""
    return next(one for one in nation() if one.national == national).texts[field]
