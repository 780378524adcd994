"""The other chapters: goals and reached levels in the narrative, and the indicator tables, read by the same grammar.

``tests/narrative/<edition>.txt`` holds the chapters of a document outside its catalogue, its task table and its
indicator table, a paragraph a line; ``data/sources/<edition>/narrative.csv`` every number in them as a person read it:
kind target (a goal with a value), level (a reached level) or none (no measure). Numbers of headings and enumerations
are not listed; a measure read in one is a fault all the same. The figures are printed with ``pytest -s``.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from gongfu.cutting import cut
from gongfu.measures import Measure, Passage, read_measures
from gongfu.sources import source_folder
from gongfu.text import reading, tidy
from gongfu.words import words

TEXTS = Path(__file__).parent / "narrative"
DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "documents"
EDITIONS = sorted(path.stem for path in TEXTS.glob("*.txt"))
BAR = 0.95
Key = tuple[str, Decimal | None, Decimal | None, str, str, str]


@dataclass(frozen=True)
class Number:
    """A row of narrative.csv and where its quotation stands in the text."""

    kind: str
    key: Key
    quote: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.quote)


@dataclass(frozen=True)
class Read:
    """A measure that the grammar read, and where its number stands in the text."""

    measure: Measure
    start: int
    end: int
    place: int

    @property
    def key(self) -> Key:
        one = self.measure
        return (one.comparator, one.lower, one.upper, one.multiplier, one.unit, one.per)


@lru_cache(maxsize=8)
def text_of(edition: str) -> str:
    return (TEXTS / f"{edition}.txt").read_text("utf-8")


def rows_of(edition: str) -> list[dict[str, str]]:
    with (source_folder(edition) / "narrative.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@lru_cache(maxsize=8)
def numbers(edition: str) -> tuple[Number, ...]:
    """Return the rows in the order of the text; a quotation that stands there often is taken in that order."""
    found: list[Number] = []
    last: dict[str, int] = {}
    for row in rows_of(edition):
        quote = row["quote"]
        start = text_of(edition).find(quote, max(last.get(quote, -1) + 1, found[-1].start if found else 0))
        assert start >= 0, f"{edition} row {row['number']}: not in the text: {quote}"
        last[quote] = start
        low, high = (Decimal(row[bound]) if row[bound] else None for bound in ("lower", "upper"))
        key = (row["comparator"], low, high, row["multiplier"], row["unit"], row["per"])
        found.append(Number(row["kind"], key, quote, start))
    return tuple(found)


@lru_cache(maxsize=8)
def readings(edition: str) -> tuple[tuple[Read, ...], tuple[Passage, ...]]:
    """Return what the grammar reads in each paragraph, with offsets in the whole text, and what it leaves unread."""
    level = "national" if edition.startswith("cn") else "province"
    found: list[Read] = []
    unread: list[Passage] = []
    start = 0
    for line in text_of(edition).split("\n"):
        measures, left = read_measures(line, level)
        found += [Read(one, start + one.start, start + one.end, start + place(one, line)) for one in measures]
        unread += left
        start += len(line) + 1
    return tuple(found), tuple(unread)


def place(measure: Measure, line: str) -> int:
    """Return where the number of a measure begins: the last value in its quotation with its bounds."""
    read = reading(line)
    bounds = {measure.lower, measure.upper} - {None}
    starts = [read.span(piece.start, piece.end)[0] for piece in cut(read.text)
              if piece.value and bounds <= {piece.value.lower, piece.value.upper}]  # fmt: skip
    return max(start for start in starts if measure.start <= start < measure.end)


def matched(wanted: Sequence[Number], read: Sequence[Read]) -> tuple[list[Number], list[Read]]:
    """Return the numbers that were not read and the measures that answer no number."""
    left = list(read)
    missed = []
    for number in wanted:
        fitting = [one for one in left if one.key == number.key and number.start <= one.place < number.end]
        if fitting:
            left.remove(max(fitting, key=lambda one: one.place))
        else:
            missed.append(number)
    return missed, left


def clause(edition: str, start: int) -> str:
    text = text_of(edition)
    return "…" + text[max(start - 18, 0) : start + 18].replace("\n", "¶") + "…"


@pytest.mark.parametrize("edition", EDITIONS)
def test_goals_and_levels_are_read(edition: str) -> None:
    wanted = [number for number in numbers(edition) if number.kind != "none"]
    read, unread = readings(edition)
    missed, wrong = matched(wanted, read)
    right = len(wanted) - len(missed)
    precision, recall = right / len(read), right / len(wanted)
    told = [f"not read: {number.key} {clause(edition, number.start)}" for number in missed]
    told += [f"read, but not typed: {one.key} {clause(edition, one.place)}" for one in wrong]
    print(f"\n{edition}: precision {precision:.3f}, recall {recall:.3f} ({right} of {len(read)} read, "
          f"{len(wanted)} typed, {len(unread)} sentences unread)", *told, sep="\n  ")  # fmt: skip
    assert min(precision, recall) >= BAR, "\n".join(told)


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_number_is_misread_as_a_measure_it_is_not(edition: str) -> None:
    none = [number for number in numbers(edition) if number.kind == "none"]
    _, wrong = matched([number for number in numbers(edition) if number.kind != "none"], readings(edition)[0])
    misread = [f"{one.key} {clause(edition, one.place)}" for one in wrong
               if any(number.start <= one.place < number.end for number in none)]  # fmt: skip
    assert not misread, "\n".join(misread)


@pytest.mark.parametrize("path", sorted((TEXTS / "none").glob("*.txt")), ids=lambda path: path.stem)
def test_a_document_without_goals_gives_no_measure(path: Path) -> None:
    assert [one.quote for line in path.read_text("utf-8").splitlines() for one in read_measures(line)[0]] == []


@pytest.mark.parametrize(
    ("sentence", "measures"),
    [
        ("广播电视全面覆盖20户以上已通电自然村", []),
        ("全面解决20户以下已通电自然村“盲村”广播电视覆盖", []),
        ("家庭至少有一人就业，帮助500万就业困难人员就业", [("1", "", "每户"), ("500", "万", "")]),
        ("为21个国家试点县和15个省级试点县学生提供营养膳食补助", []),
        ("建设15个省级示范基地", [("15", "", "")]),
        ("1.小学每生每年600元；2.初中每生每年800元", [("600", "", "每生每年"), ("800", "", "每生每年")]),
        ("每县办好1所中学和2所小学", [("1", "", "每县"), ("2", "", "每县")]),
    ],
)
def test_wordings_of_other_chapters(sentence: str, measures: list[tuple[str, str, str]]) -> None:
    """Each stands in a document whose chapters nobody typed out, or is its like."""
    assert [(str(one.lower), one.multiplier, one.per) for one in read_measures(sentence)[0]] == measures


# --- the indicator tables --------------------------------------------------------------------------------------------

PERIODS = {"baseline_2015": "截至2015年，", "target_2020": "到2020年，", "cumulative": "五年累计，"}


def figures(edition: str) -> Iterator[tuple[str, Key]]:
    """Yield each figure of an indicator table as a sentence, and the measure that it says."""
    with (source_folder(edition) / "indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    for row, period in ((row, period) for row in rows for period in PERIODS):
        found = re.fullmatch(r"([＞>]?)([\d.]+)(以上)?", row[period])
        if found:
            sign, number, above = found.groups()
            per_mille = row["unit"].removeprefix("1")  # 1/10万 stands behind a number as /10万
            unit = words().units[per_mille]
            comparator = "more-than" if sign else "at-least" if above else "exactly"
            bounds = (Decimal(number), None if sign or above else Decimal(number))
            sentence = f"{PERIODS[period]}{row['label']}{sign}{number}{row['multiplier']}{per_mille}{above or ''}。"
            yield sentence, (comparator, *bounds, row["multiplier"], unit, "")


@pytest.mark.parametrize("edition", EDITIONS)
def test_figures_of_the_indicators_are_read_as_printed(edition: str) -> None:
    told = []
    for sentence, key in figures(edition):
        measures, unread = read_measures(sentence)
        read = [(one.comparator, one.lower, one.upper, one.multiplier, one.unit, one.per) for one in measures]
        if set(read) != {key} or unread:
            told.append(f"{sentence}: read {read}, unread {len(unread)}")
    assert not told, "\n".join(told)


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_footnote_mark_of_a_table_line_is_a_value(edition: str) -> None:
    """A line of the table as extraction left it, （ %）1  44.48  95, names no unit beside a number: nothing is read."""
    lines = (TEXTS / "tables" / f"{edition}.txt").read_text("utf-8").splitlines()
    assert len(lines) > 25
    misread = [f"{line}: {one.label} {one.lower} {one.unit}" for line in lines for one in read_measures(line)[0]]
    assert not misread, "\n".join(misread)


# --- the truth itself ------------------------------------------------------------------------------------------------

ENUMERATION = re.compile(r"(?:注：|附件：|[。）单])?\d{1,2}\.(?!\d)")


def uncovered(edition: str) -> Iterator[str]:
    covered = {place for number in numbers(edition) for place in range(number.start, number.end)}
    text = text_of(edition)
    listed = {place for found in ENUMERATION.finditer(text) for place in range(*found.span())}
    for digit in re.finditer(r"\d", text):
        if digit.start() not in covered | listed:
            yield clause(edition, digit.start())


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_digit_was_judged_by_a_person(edition: str) -> None:
    assert not list(uncovered(edition))


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_number_has_a_kind_and_a_measure_has_bounds(edition: str) -> None:
    assert [row["number"] for row in rows_of(edition)] == [str(one) for one in range(1, len(rows_of(edition)) + 1)]
    for number in numbers(edition):
        comparator, low, high, *_ = number.key
        assert number.kind in {"target", "level", "none"}
        assert bool(comparator) == (number.kind != "none") == (low is not None or high is not None)


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"the published documents are not here: no folder {DOCUMENTS}")
@pytest.mark.parametrize("edition", EDITIONS)
def test_the_text_is_the_documents(edition: str) -> None:
    """Every paragraph stands in the document, radicals mapped, white space and marks of headings removed."""
    import yaml

    about = yaml.safe_load((source_folder(edition) / "source.yaml").read_text("utf-8"))
    printed = tidy((DOCUMENTS / about["document"]["file"]).read_text("utf-8"))
    whole = re.sub(r"[\s#]", "", printed)
    lost = [line[:40] for line in text_of(edition).split("\n") if line.replace("#", "") not in whole]
    assert not lost
