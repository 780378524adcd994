"""Annotation: findings in the cells of a workbook, as colours and comments, and a sheet of its own that lists them.

Place in the flow: below the workbook form. It works on the package of the workbook and knows of no report.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from gongfu.reading.cells import sheet_address
from gongfu.report.sheet_comments import SheetComments, column_number
from gongfu.report.sheet_styles import SheetStyles
from gongfu.report.workbook_package import Root, WorkbookPackage, root_element

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_CELL_MAX = 32_000
_HEAD = "E8EBEF"
_LINE_HEIGHT, _HEIGHT_MAX = 15.0, 400.0


@dataclass(frozen=True)
class Mark:
    """What is said of one cell: its sheet's name, its address (D32), the colours (RRGGBB) of its fill, or of the border
    that stands for it, and the comment's text.
    """

    sheet: str
    address: str
    fill: str
    edge: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of the summary: its texts, a colour for the first of them, and the cell that it leads to, if any."""

    texts: Sequence[str]
    colour: str = ""
    target: tuple[str, str] | None = None


@dataclass(frozen=True)
class Summary:
    """The summary sheet: its name, the lines above the table, the heads with their widths, the lines of the table.

    ``linked`` is the column (0 is the first) whose texts lead to the cells.
    """

    name: str
    above: Sequence[str]
    heads: Sequence[tuple[str, float]]
    lines: Sequence[Line]
    linked: int


def annotate(package: WorkbookPackage, marks: Sequence[Mark], summary: Summary, author: str) -> None:
    """Colour and comment the marked cells and add the summary as the last sheet; nothing else changes.

    A cell that the owner filled keeps its fill, which means something to him, and gets a thick border instead.
    """
    styles = SheetStyles(package)
    parts = dict(package.sheets())
    for sheet in dict.fromkeys(mark.sheet for mark in marks if mark.sheet in parts):
        here = _at_heads(package, package.part(parts[sheet]), [mark for mark in marks if mark.sheet == sheet])
        _colour(package, package.part(parts[sheet]), here, styles)
        comments = SheetComments(package, parts[sheet], author)
        for mark in here:
            comments.say(mark.address, clean(mark.text))
    _add_sheet(package, summary, styles)


def clean(text: str) -> str:
    """Return a text as a cell can hold it: no character that XML lacks, none that reads as an escape, not too long."""
    return _LIKE_ESCAPE.sub("_x005F_", _NO_XML.sub("", text))[:_CELL_MAX]


def row_height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Return the height in points of a row that shows wrapped texts whole: not every program finds it by itself.

    ``widths`` are those of the columns, in digits; a Chinese character is two digits wide.
    """
    lines = [sum(max(1, -(-_width(line) // max(1, int(width) - 1))) for line in text.split("\n"))
             for text, width in zip(texts, widths, strict=False)]  # fmt: skip
    return min(max([1, *lines]) * _LINE_HEIGHT + 3, _HEIGHT_MAX)


def _width(line: str) -> int:
    return sum(2 if letter > "\u2000" else 1 for letter in line)


def _at_heads(package: WorkbookPackage, sheet: Root, marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks with those of cells that a merged cell covers at its first one: nobody sees what is under it.

    Marks that meet there are one, in their order, with the colour of the first.
    """
    merged = [_corners(one.get("ref", "")) for one in sheet.iter(package.tag("mergeCell"))]
    found: dict[str, Mark] = {}
    for mark in marks:
        place = _ADDRESS.fullmatch(mark.address)
        row, column = (int(place[2]), column_number(place[1])) if place else (0, 0)
        head = next((sheet_address(top, left) for top, left, bottom, right in merged
                     if top <= row <= bottom and left <= column <= right), mark.address)  # fmt: skip
        told = found.get(head)
        found[head] = replace(told, text=f"{told.text}\n\n{mark.text}") if told else replace(mark, address=head)
    return list(found.values())


def _corners(reference: str) -> tuple[int, int, int, int]:
    """Return first row and column, last row and column of a range such as A4:A11; zeros for none."""
    places = [_ADDRESS.fullmatch(part) for part in reference.split(":")]
    if len(places) != 2 or not all(places):
        return (0, 0, 0, 0)
    (top, left), (bottom, right) = ((int(one[2]), column_number(one[1])) for one in places if one)
    return (top, left, bottom, right)


def _colour(package: WorkbookPackage, sheet: Root, marks: Sequence[Mark], styles: SheetStyles) -> None:
    rows = sheet.find(package.tag("sheetData"))
    assert rows is not None
    cells = _cells(package, rows)
    for mark in marks:
        cell = cells.get(mark.address)
        if cell is None:
            cell = _new_cell(package, rows, mark.address)
        style = cell.get("s", "0")
        cell.set("s", str(styles.marked(int(style) if style.isdigit() else 0, mark.fill, mark.edge)))


def _cells(package: WorkbookPackage, rows: Root) -> dict[str, Root]:
    """Return the cells by address, after writing out the positions that a sheet may leave to be counted."""
    found = {}
    number = 0
    for row in rows.iterchildren(package.tag("row")):
        number = int(row.get("r", number + 1))
        row.set("r", str(number))
        column = 0
        for cell in row.iterchildren(package.tag("c")):
            place = _ADDRESS.fullmatch(cell.get("r", ""))
            column = column_number(place[1]) if place else column + 1
            address = sheet_address(number, column)
            cell.set("r", address)
            found[address] = cell
    return found


def _new_cell(package: WorkbookPackage, rows: Root, address: str) -> Root:
    """Put an empty cell at its place, in a new row where there is none."""
    place = _ADDRESS.fullmatch(address)
    assert place
    row = _placed(rows, package.tag("row"), int(place[2]), lambda one: int(one.get("r", "0")))
    row.set("r", place[2])
    cell = _placed(row, package.tag("c"), column_number(place[1]), _column_of)
    cell.set("r", address)
    if "s" in row.attrib:
        cell.set("s", row.get("s", "0"))
    return cell


def _column_of(cell: Root) -> int:
    place = _ADDRESS.fullmatch(cell.get("r", ""))
    return column_number(place[1]) if place else 0


def _placed(parent: Root, tag: str, number: int, number_of: Callable[[Root], int]) -> Root:
    """Return the child with this number, made between its neighbours where there is none."""
    children = list(parent.iterchildren(tag))
    known = next((one for one in children if number_of(one) == number), None)
    if known is not None:
        return known
    new = etree.Element(tag)
    after = next((one for one in children if number_of(one) > number), None)
    if after is None:
        parent.append(new)
    else:
        after.addprevious(new)
    return new


def _add_sheet(package: WorkbookPackage, summary: Summary, styles: SheetStyles) -> None:
    sheets = package.workbook.find(package.tag("sheets"))
    assert sheets is not None
    taken = {entry.get("name", "").casefold() for entry in sheets}
    names = (f"{summary.name}{number}" if number > 1 else summary.name for number in range(1, 1000))
    name = next(one for one in names if one.casefold() not in taken)
    root = _summary_sheet(package, summary, styles)
    link = package.add(package.free_name("xl/worksheets/sheetGongfu{}.xml"), root, _TYPE, "worksheet", package.main)
    number = max((int(entry.get("sheetId", "0")) for entry in sheets), default=0) + 1
    etree.SubElement(sheets, package.tag("sheet"), {
        "name": name, "sheetId": str(number), f"{{{package.links}}}id": link,
    })  # fmt: skip


def _summary_sheet(package: WorkbookPackage, summary: Summary, styles: SheetStyles) -> Root:
    tag = package.tag
    sheet = root_element(tag("worksheet"), {None: package.namespace, "r": package.links})
    properties = etree.SubElement(sheet, tag("sheetPr"))
    etree.SubElement(properties, tag("pageSetUpPr"), fitToPage="1")
    top = len(summary.above) + 1
    view = etree.SubElement(etree.SubElement(sheet, tag("sheetViews")), tag("sheetView"), workbookViewId="0")
    etree.SubElement(view, tag("pane"), ySplit=str(top), topLeftCell=f"A{top + 1}", activePane="bottomLeft",
                     state="frozen")  # fmt: skip
    columns = etree.SubElement(sheet, tag("cols"))
    for number, (_, width) in enumerate(summary.heads, 1):
        etree.SubElement(columns, tag("col"), min=str(number), max=str(number), width=str(width), customWidth="1")
    rows, widths = etree.SubElement(sheet, tag("sheetData")), [width for _, width in summary.heads]
    for number, cells in enumerate(_lines(summary, styles), 1):
        spread = [sum(widths)] if number < top else widths
        height = row_height([text for text, _ in cells], spread)
        _write_row(package, rows, number, cells, height if number > 1 else 24.0)
    last = sheet_address(top + len(summary.lines), len(summary.heads))
    etree.SubElement(sheet, tag("autoFilter"), ref=f"A{top}:{last}")
    _write_merges(package, sheet, summary)
    _write_links(package, sheet, summary, top)
    etree.SubElement(sheet, tag("pageMargins"), left="0.4", right="0.4", top="0.5", bottom="0.5", header="0.3",
                     footer="0.3")  # fmt: skip
    etree.SubElement(sheet, tag("pageSetup"), paperSize="9", orientation="landscape", fitToHeight="0")
    return sheet


def _lines(summary: Summary, styles: SheetStyles) -> Iterator[list[tuple[str, int]]]:
    """Yield the cells of every row: text and style."""
    for number, text in enumerate(summary.above):
        yield [(text, styles.text(bold=number == 0, size=14 if number == 0 else 11, border=False))]
    yield [(head, styles.text(bold=True, colour=_HEAD)) for head, _ in summary.heads]
    for line in summary.lines:
        yield [(text, styles.text(colour=line.colour if column == 0 else "")) for column, text in enumerate(line.texts)]


def _write_row(
    package: WorkbookPackage, rows: Root, number: int, cells: Sequence[tuple[str, int]], height: float
) -> None:
    row = etree.SubElement(rows, package.tag("row"), r=str(number), ht=str(height), customHeight="1")
    for column, (text, style) in enumerate(cells, 1):
        cell = etree.SubElement(row, package.tag("c"), r=sheet_address(number, column), s=str(style), t="inlineStr")
        words = etree.SubElement(etree.SubElement(cell, package.tag("is")), package.tag("t"))
        words.text = clean(text)  # a text cell, so that nothing that begins with = is ever a formula
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _write_merges(package: WorkbookPackage, sheet: Root, summary: Summary) -> None:
    last = sheet_address(1, len(summary.heads)).rstrip("1")
    merges = etree.SubElement(sheet, package.tag("mergeCells"), count=str(len(summary.above)))
    for number in range(1, len(summary.above) + 1):
        etree.SubElement(merges, package.tag("mergeCell"), ref=f"A{number}:{last}{number}")


def _write_links(package: WorkbookPackage, sheet: Root, summary: Summary, top: int) -> None:
    leading = [(top + place, line.target) for place, line in enumerate(summary.lines, 1) if line.target]
    if not leading:
        return
    links = etree.SubElement(sheet, package.tag("hyperlinks"))
    for row, (name, address) in leading:
        quoted = name.replace("'", "''")
        etree.SubElement(links, package.tag("hyperlink"), ref=sheet_address(row, summary.linked + 1),
                         location=f"'{clean(quoted)}'!{address}")  # fmt: skip
