"""The national items as rows of text: what generated catalogues put in their own words and what faults are planted in."""

import csv
from dataclasses import dataclass, replace
from functools import lru_cache

from gongfu.sources import source_folder

FIELDS = ("domain", "number", "name", "target", "standard", "funding", "departments")


@dataclass(frozen=True)
class Row:
    """A row in the making; ``national`` is the item that it answers to, empty for one of its own."""

    national: str
    texts: dict[str, str]

    def saying(self, field: str, text: str) -> "Row":
        return replace(self, texts={**self.texts, field: text})


@lru_cache(maxsize=1)
def nation() -> tuple[Row, ...]:
    """Return the national items."""
    with (source_folder("cn-13fyp") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = [dict(zip(FIELDS, row, strict=True)) for row in list(csv.reader(file))[1:]]
    return tuple(Row(row["number"], row) for row in rows)


def printed(national: str, field: str) -> str:
    """Return what the nation prints in a field of an item."""
    return next(one for one in nation() if one.national == national).texts[field]
