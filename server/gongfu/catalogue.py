"""The records that pass between the stages: a catalogue, its items with their cells, what could not be read.

Place in the flow: data only; every stage imports these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

_ORDINAL_DIGITS = 6

TEXT_FIELDS = ("number", "domain", "category", "name", "target", "content", "standard", "funding", "departments",
               "coverage", "payment")  # fmt: skip

# Kinds of unread words that may hold items of their own: what stands in them is neither there nor missing.
UNREAD_PARTS = frozenset({"passage", "picture"})


@dataclass(frozen=True)
class CellReference:
    """Where a text stands in the official's own file: sheet (or table) and address (A1, T2R5C3, P3T1R5C3)."""

    sheet: str
    address: str


@dataclass(frozen=True)
class Item:
    """One row of a catalogue. ``key`` is its identity inside the edition: the number, made unique where it repeats."""

    key: str
    number: str
    position: int
    texts: Mapping[str, str]
    cells: Mapping[str, CellReference]
    extra: tuple[tuple[str, str], ...] = ()

    def text(self, column: str) -> str:
        """Return the verbatim text of a column, empty where the catalogue has none."""
        return self.texts.get(column, "")

    @property
    def ordinal(self) -> int | None:
        """Return the number as a whole number; None where it is none or beyond what any catalogue numbers."""
        plain = self.number.isascii() and self.number.isdigit() and len(self.number) <= _ORDINAL_DIGITS
        return int(self.number) if plain else None

    @property
    def name(self) -> str:
        """Return the name of the service item."""
        return self.text("name")

    @property
    def standard(self) -> str:
        """Return the standard, or the content column where a catalogue has only that."""
        return self.text("standard") or self.text("content")


@dataclass(frozen=True)
class Unread:
    """Something that could not be read: kind (a code of ``unread-kind``), where, the words, the nearest known."""

    kind: str
    text: str
    cell: CellReference | None = None
    item: str | None = None
    column: str | None = None
    nearest: str = ""


@dataclass(frozen=True)
class Edition:
    """What is known of the catalogue as a document; a draft on somebody's desk knows little of it.

    ``version`` is the year that its title names (2022年版).
    """

    id: str
    region: str
    file: str
    level: str = "province"
    title: Mapping[str, str] = field(default_factory=dict)
    document_number: str = ""
    document_title: str = ""
    issuer: str = ""
    issued: date | None = None
    period: tuple[int, int] | None = None
    version: int | None = None
    declared_items: int | None = None
    sha256: str = ""
    implements: str = ""
    series: str = ""
    forwarded_by: str = ""
    forwarded_title: str = ""
    forwarded_issuer: str = ""
    forwarded_issued: date | None = None
    absent: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # what the original lacks -> the reason, by language
    supersedes: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    published: bool = False
    scheme: str = "domain-13fyp"


@dataclass(frozen=True)
class Observation:
    """One figure of an indicator table: ``label`` as printed without unit, ``indicator`` its IRI where a list has it.

    ``period`` is a year, ``cumulative`` or the kind itself where the table names no year; ``kind`` a code of
    ``period-kind``. ``value`` is in ``multiplier`` times ``unit``, None where the table states that there is none.
    ``printed_unit`` is what stands in the brackets of the label, ``footnote`` what the table says it means.
    """

    label: str
    indicator: str
    period: str
    kind: str
    printed: str
    value: Decimal | None
    comparator: str
    unit: str
    multiplier: str
    printed_unit: str = ""
    domain: str = ""
    footnote: str = ""
    cell: CellReference | None = None


@dataclass(frozen=True)
class Task:
    """One row of a division of tasks: number, task and responsible units verbatim.

    ``partners`` are the units of a column of their own; ``leads`` says that the column of units has
    lead units only.
    """

    number: str
    text: str
    units: str
    partners: str = ""
    leads: bool = False
    cell: CellReference | None = None


@dataclass(frozen=True)
class Statement:
    """A number that running text states for an indicator: ``kind`` baseline (a level reached) or target.

    ``words`` is the value in no language; the bounds are in ``unit``, the normal unit, None where open.
    """

    kind: str
    indicator: str
    label: str
    quote: str
    words: str
    lower: Decimal | None
    upper: Decimal | None
    unit: str


@dataclass(frozen=True)
class Plan:
    """What a plan holds beside its catalogue: figures of indicator tables, tasks, statements; each in order."""

    observations: tuple[Observation, ...] = ()
    tasks: tuple[Task, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """A catalogue as arranged from ``file``: its edition, its items in order, what could not be read, header cells.

    ``plan`` is what the document holds beside it.
    """

    edition: Edition
    items: tuple[Item, ...]
    unread: tuple[Unread, ...] = ()
    columns: Mapping[str, CellReference] = field(default_factory=dict)
    file: str = ""
    plan: Plan = Plan()

    def item(self, key: str) -> Item:
        """Return the item with this key; KeyError where there is none."""
        return self.by_key[key]

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """Return the items by their keys."""
        return {item.key: item for item in self.items}
