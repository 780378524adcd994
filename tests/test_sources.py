"""The catalogues hold the published tables whole: no character lost, none invented, no row missing.

Every edition is found by its ``source.yaml``, which names the document, its checksum and where the table stands in it.
Three layouts of the extracted text are known: ``rows`` (one row a line, tabs between cells) is compared cell by cell,
``run-on`` (cells without separators) as one joined text, ``interleaved`` (columns through each other) as a multiset
of characters whose columns must also be found in order. In the last two the document keeps no cell borders: where one
cell ends and the next begins was read by a person and is not proved here. Tests that need a document are skipped where
the folder of documents is absent.
"""

import csv
import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from printed import plain

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "data" / "sources"
SHARED = ROOT.parent / "shared"
DOCUMENTS = SHARED / "documents"

# Rows per domain in the order of print, counted in the documents by eye.
ROWS_PER_DOMAIN = {
    "cn-13fyp": (8, 10, 7, 20, 13, 3, 10, 10),
    "130000-13fyp": (8, 10, 7, 20, 13, 3, 9, 11),
    "220000-13fyp": (8, 11, 7, 21, 13, 3, 11, 11),
    "cn-12fyp": (7, 7, 9, 12, 12),
}
HEADING_NUMERALS = "一二三四五六七八九"
MISREAD_MOUTH = ("人又", "窗又", "对又", "缺又")

needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason=f"the published documents are not here: no folder {DOCUMENTS}"
)


@dataclass(frozen=True)
class Edition:
    """One folder of ``data/sources``: what source.yaml says, and the header and rows of catalogue.csv."""

    folder: Path
    source: dict[str, Any]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def layout(self) -> str:
        return str(self.source["table"]["layout"])

    def column(self, title: str) -> list[str]:
        index = self.header.index(title)
        return [row[index] for row in self.rows]

    def without(self, *titles: str) -> list[tuple[str, ...]]:
        kept = [index for index, title in enumerate(self.header) if title not in titles]
        return [tuple(row[index] for index in kept) for row in self.rows]

    def printed_header(self, *ours: str) -> list[str]:
        return [title for title in self.header if title not in ours]


def read_csv(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [tuple(row) for row in csv.reader(lines, strict=True)]


def read_edition(folder: Path) -> Edition:
    source: dict[str, Any] = yaml.safe_load((folder / "source.yaml").read_text("utf-8"))
    catalogue = folder / "catalogue.csv"
    header, *rows = read_csv(catalogue) if catalogue.is_file() else [()]
    return Edition(folder, source, header, tuple(rows))


def bare(text: str) -> str:
    """Drop what extraction added: white space and the markup of paragraphs and bold type."""
    return re.sub(r"\s+", "", re.sub(r"</?[pb]>", "", text))


def document_path(edition: Edition) -> Path:
    return DOCUMENTS / str(edition.source["document"]["file"])


def document_text(edition: Edition) -> str:
    return plain(document_path(edition).read_text("utf-8"))


def stretches(text: str, starts: str, ends: str) -> list[str]:
    """Return every stretch of the text from ``starts`` (included) to the next ``ends`` (excluded)."""
    pieces = text.split(starts)[1:]
    return [starts + piece.split(ends, 1)[0] for piece in pieces if ends in piece]


def table_part(edition: Edition, part: dict[str, str]) -> str:
    """Return the part of the table between its two markers, at their first occurrence."""
    text = document_text(edition)
    begin = text.index(part["starts"])
    return text[begin : text.index(part["ends"], begin)]


def parts(edition: Edition) -> list[dict[str, str]]:
    found: list[dict[str, str]] = edition.source["table"]["parts"]
    return found


EDITIONS = [read_edition(path.parent) for path in sorted(SOURCES.glob("*/source.yaml"))]
CATALOGUES = [edition for edition in EDITIONS if edition.rows]


def with_layout(layout: str) -> list[Any]:
    """Return the editions of one layout; an edition is named by its folder in the test report."""
    return [pytest.param(edition, id=edition.folder.name) for edition in CATALOGUES if edition.layout == layout]


every_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.folder.name)
every_catalogue = pytest.mark.parametrize("edition", CATALOGUES, ids=lambda edition: edition.folder.name)


# --- the tables against the documents -----------------------------------------------------------------------------


@needs_documents
@every_edition
def test_document_is_the_one_named(edition: Edition) -> None:
    digest = hashlib.sha256(document_path(edition).read_bytes()).hexdigest()
    assert digest == edition.source["document"]["sha256"]


@needs_documents
@pytest.mark.parametrize("edition", with_layout("rows"))
def test_every_cell_equals_the_printed_cell(edition: Edition) -> None:
    printed = [row for part in parts(edition) for row in printed_rows(table_part(edition, part), edition)]
    for ours, theirs in zip(edition.rows, printed, strict=True):
        assert ours == theirs


def printed_rows(table: str, edition: Edition) -> list[tuple[str, ...]]:
    """Split a table whose cells are divided by tabs, and put each row under the heading above it."""
    header = tuple(edition.printed_header("领域"))
    domain = ""
    rows: list[tuple[str, ...]] = []
    for line in table.splitlines():
        cells = tuple(bare(cell) for cell in line.split("\t"))
        heading = re.fullmatch(rf"[{HEADING_NUMERALS}]、(.+)", "".join(cells))
        if heading:
            assert heading.group().startswith(HEADING_NUMERALS[len({row[0] for row in rows})])
            domain = heading.group(1)
        elif cells != header and set("".join(cells)) - {"-"}:
            rows.append((domain, *cells))
    return rows


@needs_documents
@pytest.mark.parametrize("edition", with_layout("run-on"))
def test_cells_joined_equal_the_run_on_text(edition: Edition) -> None:
    assert [part["domain"] for part in parts(edition)] == list(dict.fromkeys(edition.column("领域")))
    for part in parts(edition):
        printed = {bare(stretch) for stretch in stretches(document_text(edition), part["starts"], part["ends"])}
        assert printed == {joined_table(edition, part["domain"], part["title"])}


def joined_table(edition: Edition, domain: str, title: str) -> str:
    """Join title, header, sub-headings and cells of one domain in the order of print."""
    pieces = [title, *edition.printed_header("领域", "序号", "类别")]
    heading = ""
    rows = zip(edition.column("领域"), edition.column("类别"), edition.without("领域", "序号", "类别"), strict=True)
    for row_domain, category, cells in rows:
        if row_domain != domain:
            continue
        pieces += [category, *cells] if category != heading else cells
        heading = category
    return "".join(pieces)


@needs_documents
@pytest.mark.parametrize("edition", with_layout("interleaved"))
def test_characters_equal_those_of_the_interleaved_table(edition: Edition) -> None:
    printed = Counter("".join(bare(table_part(edition, part)) for part in parts(edition)))
    lost = {str(number) for number in edition.source["table"]["numbers_lost"]}
    assert lost <= set(edition.column("序号"))
    headings = [
        f"{numeral}、{domain}"
        for numeral, domain in zip(HEADING_NUMERALS, dict.fromkeys(edition.column("领域")), strict=False)
    ]
    numbers = [number for number in edition.column("序号") if number not in lost]
    cells = [cell for row in edition.without("领域", "序号") for cell in row]
    ours = Counter("".join([*edition.printed_header("领域"), *headings, *numbers, *cells]))
    assert (ours - printed, printed - ours) == (Counter(), Counter())


@needs_documents
@pytest.mark.parametrize("edition", with_layout("interleaved"))
def test_columns_read_down_in_the_order_of_the_interleaved_table(edition: Edition) -> None:
    """The multiset cannot see two cells that changed places; each column read from the top must be found in order."""
    printed = "".join(bare(table_part(edition, part)) for part in parts(edition))
    displaced = {(str(cell["number"]), cell["column"]) for cell in edition.source["table"]["displaced"]}
    for title in edition.printed_header("领域", "序号"):
        cells = zip(edition.column("序号"), edition.column(title), strict=True)
        column = "".join(cell for number, cell in cells if (number, title) not in displaced)
        assert (title, first_out_of_order(column, printed)) == (title, "")


def first_out_of_order(wanted: str, text: str) -> str:
    """Return what remains of the wanted characters when they are looked for in the text one after another."""
    position = -1
    for index, character in enumerate(wanted):
        position = text.find(character, position + 1)
        if position < 0:
            return wanted[index:]
    return ""


# --- the catalogues by themselves ----------------------------------------------------------------------------------


def test_the_editions_counted_here_are_those_in_the_folder() -> None:
    assert {edition.source["id"] for edition in CATALOGUES} == set(ROWS_PER_DOMAIN)


@every_catalogue
def test_rows_per_domain(edition: Edition) -> None:
    counted = ROWS_PER_DOMAIN[edition.source["id"]]
    assert tuple(Counter(edition.column("领域")).values()) == counted
    assert len(edition.rows) == sum(counted) == edition.source["declared_items"]
    assert edition.column("序号") == [str(number) for number in range(1, len(edition.rows) + 1)]


@every_catalogue
def test_domains_stand_together(edition: Edition) -> None:
    domains = edition.column("领域")
    changes = sum(before != after for before, after in pairwise(domains))
    assert changes + 1 == len(set(domains))


@every_catalogue
def test_every_row_fills_the_columns(edition: Edition) -> None:
    blank = [
        (row[edition.header.index("序号")], title)
        for row in edition.rows
        for title, cell in zip(edition.header, row, strict=True)
        if not cell and title != "类别"
    ]
    assert blank == []


@every_catalogue
def test_no_trace_of_extraction_is_left(edition: Edition) -> None:
    cells = [cell for row in edition.rows for cell in row]
    assert [cell for cell in cells if cell != plain(cell) or re.search("[\u2e80-\u2fdf]", cell)] == []
    assert [cell for cell in cells if cell != bare(cell)] == []
    assert [cell for cell in cells if any(word in cell for word in MISREAD_MOUTH)] == []


@every_catalogue
def test_suspected_misprints_stay_as_printed(edition: Edition) -> None:
    header, *annotations = read_csv(edition.folder / "annotations.csv")
    assert header == ("number", "column", "printed", "suspected", "reason")
    for number, column, printed, suspected, reason in annotations:
        cell = edition.column(column)[edition.column("序号").index(number)]
        assert cell.count(printed) == 1
        assert printed != suspected
        assert reason
