"""Measure: one number that a standard promises, as records.

Place in the flow: below measures; everything that tells, compares or maps a number knows this record and no grammar.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Measure:
    """One number that a standard promises.

    ``lower`` and ``upper`` are printed numbers times ``multiplier`` in ``unit``; bounds are None where open.
    ``normal_*`` are the same in the normal unit (元/人·年, %) or None where there is no such form.
    ``start`` and ``end`` are offsets of ``quote`` in the verbatim text of the cell; ``context`` is the sentence up to
    there, in reading form, as far as it can matter. ``printed`` is a fraction as it stands in print (1/3).
    ``due_year`` is the year by which the value is to be reached, where the text says so (2018年达到80%).
    """

    label: str
    comparator: str
    lower: Decimal | None
    upper: Decimal | None
    unit: str
    per: str = ""
    multiplier: str = ""
    scope: str = ""
    role: str = "floor"
    attainment: str = "immediate"
    condition: str = ""
    quote: str = ""
    start: int = 0
    end: int = 0
    normal_lower: Decimal | None = None
    normal_upper: Decimal | None = None
    normal_unit: str = ""
    normal_note: str = ""
    context: str = ""
    printed: str = ""
    due_year: int | None = None
    indicator: str = ""


@dataclass(frozen=True)
class Passage:
    """A sentence with a number that was not understood, with its offsets in the verbatim text."""

    text: str
    start: int
    end: int
