"""What every reader hands on: cells, tables, the limits it keeps to, and the fault it raises.

Place in the flow: data only; every reader and ``gongfu.document`` import these.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

MEGABYTE = 1024 * 1024
CAPTION_MAX = 60

Merge = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column; 1-based, inclusive, inside the table."""


@dataclass(frozen=True)
class Limits:
    """How much a file may hold before it is refused; the catalogues of this world are far below every one of them."""

    file_size: int = 50 * MEGABYTE
    """Bytes of the file itself."""
    unpacked_size: int = 500 * MEGABYTE
    """Bytes of all parts of a zip container (xlsx, docx), or of all page streams of a PDF, once unpacked."""
    unpacked_ratio: int = 200
    """Unpacked bytes for each packed byte; looked at only when more than ten megabytes come out."""
    entries: int = 5_000
    """Parts in a zip container."""
    sheets: int = 100
    """Sheets in a workbook."""
    pages: int = 1_000
    """Pages in a PDF."""
    rows: int = 200_000
    """Rows of one table, counted to the last one with a text in it."""
    columns: int = 200
    """Columns of one table, counted to the last one with a text in it."""
    cells: int = 2_000_000
    """Cells of all tables together."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it stands in the official's own file: text verbatim (line breaks are ``\\n``), address, position.

    ``address`` is D32 in spreadsheets and csv/tsv, T2R5C3 in documents and text, P3T1R5C3 in a PDF.
    ``row`` and ``column`` are 1-based positions in the table; in a spreadsheet they are those of the sheet.
    """

    text: str
    address: str
    row: int
    column: int


@dataclass(frozen=True)
class Table:
    """A table: ``rows[r - 1][c - 1]`` is the cell in row r, column c. Rows may be ragged, blank rows are empty tuples.

    ``sheet`` is the name of the sheet, the stem of a csv file's name, or the caption above a table in a document
    (表1, 表2 ... where there is none). A merged cell's text stands in its first cell only; ``merged`` says how far
    it reaches.
    """

    sheet: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[Merge, ...] = ()


@dataclass(frozen=True)
class Unread:
    """A place that holds something no reader can read: a page (``P3``) that is only a picture."""

    address: str


Block = Table | Unread | str
"""What a reader yields, in the order of the document: a table, a line of prose, a place it could not read."""


class UnreadableDocument(Exception):
    """The file cannot be read and its owner can mend that: ``zh`` and ``en`` say what, where, and what to do next."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


def damaged(name: str) -> UnreadableDocument:
    """Return the fault of a file that begins as it should and then breaks off or makes no sense."""
    return UnreadableDocument(
        f"文件“{name}”已损坏或不完整，无法读取。请重新下载或复制一次；若仍不行，请用原来的软件打开后另存一份再试。",
        f"The file “{name}” is damaged or incomplete. Fetch or copy it again; if that does not help, open it in the "
        "program it came from and save a fresh copy.",
    )


def sheet_address(row: int, column: int) -> str:
    """Return the A1 address of a 1-based row and column: (32, 4) is D32."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def table_address(table: int, page: int | None = None) -> Callable[[int, int], str]:
    """Return the addressing of a table in a document: T2R5C3, and P3T1R5C3 when it stands on a page."""
    prefix = f"T{table}" if page is None else f"P{page}T{table}"
    return lambda row, column: f"{prefix}R{row}C{column}"


def table_from_texts(
    sheet: str,
    texts: Iterable[Sequence[str]],
    address: Callable[[int, int], str],
    merged: Iterable[Merge] = (),
) -> Table:
    """Return the table of these rows of texts, every cell with its position and address."""
    rows = tuple(
        tuple(Cell(text, address(row, column), row, column) for column, text in enumerate(line, 1))
        for row, line in enumerate(texts, 1)
    )
    return Table(sheet, rows, tuple(merged))


def caption(above: str, number: int) -> str:
    """Return the text above the ``number``-th table as its caption, or 表N when that text is none or a paragraph."""
    heading = above.lstrip("#").strip().strip("*").strip()
    return heading if 0 < len(heading) <= CAPTION_MAX else f"表{number}"


def within(rows: Iterable[Sequence[str]], limits: Limits, place: str) -> Iterator[Sequence[str]]:
    """Pass the rows of one table on; raise UnreadableDocument at the first row, column or cell above the limits."""
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if len(row) > limits.columns:
            raise too_large(place, f"第{number}行的列数", f"the columns of row {number}", len(row), limits.columns)
        if number > limits.rows:
            raise too_large(place, "行数", "the number of rows", number, limits.rows)
        if cells > limits.cells:
            raise too_large(place, "单元格数", "the number of cells", cells, limits.cells)
        yield row


def too_large(place: str, zh: str, en: str, found: int, allowed: int) -> UnreadableDocument:
    """Return the fault of something that exceeds a limit; ``zh`` and ``en`` name what was counted."""
    return UnreadableDocument(
        f"“{place}”：{zh}为{found}，超过上限{allowed}。请只保留清单本身，删去多余内容后另存一份再试。",
        f"“{place}”: {en} is {found}, more than the {allowed} allowed. Keep only the catalogue, delete the rest, "
        "save a copy and try again.",
    )
