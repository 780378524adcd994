"""Limits: what a query may take, and how an operator says otherwise.

Place in the flow: HTTP and the command line; pure. The environment's GONGFU_LIMITS holds entries such as seconds=30,
parted by blanks; those of checks have names such as check_seconds.
"""

import math
import os
from dataclasses import dataclass, fields
from typing import TypeVar

SETTING, OF_CHECKS = "GONGFU_LIMITS", "check_"
_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Limits:
    """How many queries run at once and may wait, how long one may take, how large query, answer and memory may get,
    how many rows an answer may have.

    ``long_workers`` queries run beside the ``workers``, and each of the two lanes has a queue of ``waiting``.
    """

    workers: int = max(2, os.cpu_count() or 2)
    long_workers: int = max(2, os.cpu_count() or 2)
    waiting: int = 32
    quick_seconds: float = 0.1
    seconds: float = 15.0
    query_bytes: int = 256 * 1024
    rows: int = 1_000_000
    result_bytes: int = 32 * 1024 * 1024
    memory_bytes: int = 2 * 1024**3


def read_limits(text: str, kind: type[_Kind], prefix: str = "") -> _Kind:
    """Return limits of a kind with the values that a text gives them; entries with another prefix are passed over.

    Raises ValueError with the entry that names no limit, or gives it no positive number.
    """
    types = {prefix + field.name: type(field.default) for field in fields(kind)}  # type: ignore[arg-type]
    found = {}
    for entry in text.split():
        name, _, value = entry.partition("=")
        if name.startswith(OF_CHECKS) == (prefix == OF_CHECKS):
            found[name.removeprefix(prefix)] = _number(entry, types.get(name), value)
    return kind(**found)


def _number(entry: str, kind: type | None, value: str) -> float:
    try:
        number = kind(value) if kind else math.nan
    except ValueError as error:
        raise ValueError(entry) from error
    if not 0 < number < math.inf:
        raise ValueError(entry)
    return float(number) if kind is float else int(number)


def names_of(kind: type[object], prefix: str = "") -> list[str]:
    """Return the names that the limits of a kind have in a text."""
    return [prefix + field.name for field in fields(kind)]  # type: ignore[arg-type]
