"""Sheet comments: notes on the cells of a sheet, beside those that its owner wrote.

Place in the flow: below the annotated workbook. A comment is two things in such a file: its text in the part of
comments, and the box that shows it in a drawing of the old kind (VML).
"""

import re
from itertools import count

from lxml import etree

from gongfu.report.workbook_package import Root, WorkbookPackage, root_element

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_V, _O, _X = ("urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:office",
              "urn:schemas-microsoft-com:office:excel")  # fmt: skip
# What the schema puts behind legacyDrawing in a sheet.
_AFTER = (
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
)
_LAST_NUMBER = re.compile(r"\d{1,9}$")
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")


class SheetComments:
    """The comments of one sheet; ``say`` puts a note on a cell, below what its owner wrote there."""

    def __init__(self, package: WorkbookPackage, sheet: str, author: str) -> None:
        self._package, self._tag, self._sheet = package, package.tag, sheet
        part = package.linked(sheet, "comments")
        if part is None:
            root = root_element(self._tag("comments"), {None: package.namespace})
            package.add(package.free_name("xl/commentsGongfu{}.xml"), root, _TYPE, "comments", sheet)
        else:
            root = package.part(part)
        self._authors = self._child(root, "authors", 0)
        self._list = self._child(root, "commentList", 1)
        self._author = self._number_of(author)
        self._ids = count(1025)  # each drawing has its own thousand, beginning here
        self._boxes = self._drawing()
        self._known = {entry.get("ref", ""): entry for entry in self._list}

    def say(self, address: str, text: str) -> None:
        """Put a note on a cell; an earlier note of ours is replaced, one of the owner kept above it."""
        old = self._known.get(address)
        if old is not None and old.get("authorId") != str(self._author):
            self._run(self._child(old, "text", 0), f"\n————\n{text}")
            return
        if old is not None:
            self._list.remove(old)
        else:
            self._box(address, text)
        entry = etree.SubElement(self._list, self._tag("comment"), ref=address, authorId=str(self._author))
        self._run(etree.SubElement(entry, self._tag("text")), text)
        self._known[address] = entry

    def _child(self, parent: Root, name: str, place: int) -> Root:
        found = parent.find(self._tag(name))
        if found is None:
            found = etree.Element(self._tag(name))
            parent.insert(place, found)
        return found

    def _number_of(self, author: str) -> int:
        names = [entry.text for entry in self._authors]
        if author not in names:
            etree.SubElement(self._authors, self._tag("author")).text = author
            names.append(author)
        return names.index(author)

    def _run(self, parent: Root, text: str) -> None:
        run = etree.SubElement(parent, self._tag("r"))
        style = etree.SubElement(run, self._tag("rPr"))
        etree.SubElement(style, self._tag("sz"), val="10")
        etree.SubElement(style, self._tag("rFont"), val="宋体")
        words = etree.SubElement(run, self._tag("t"))
        words.text = text
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")

    def _drawing(self) -> Root:
        """Return the drawing that holds the boxes, made and named in the sheet where there is none."""
        sheet = self._package.part(self._sheet)
        part = self._package.linked(self._sheet, "vmlDrawing")
        if part is not None and sheet.find(self._tag("legacyDrawing")) is not None:
            drawing = self._package.part(part)
            shapes = (shape.get("id", "") for shape in drawing.iter(f"{{{_V}}}shape"))
            numbers = (int(found) for name in shapes for found in _LAST_NUMBER.findall(name))
            self._ids = count(1 + max(numbers, default=1024))
            return drawing
        root = etree.Element("xml", nsmap={"v": _V, "o": _O, "x": _X})
        layout = etree.SubElement(root, f"{{{_O}}}shapelayout", {f"{{{_V}}}ext": "edit"})
        etree.SubElement(layout, f"{{{_O}}}idmap", {f"{{{_V}}}ext": "edit", "data": "1"})
        kind = etree.SubElement(root, f"{{{_V}}}shapetype", {
            "id": "_x0000_t202", "coordsize": "21600,21600", f"{{{_O}}}spt": "202", "path": "m,l,21600r21600,l21600,xe",
        })  # fmt: skip
        etree.SubElement(kind, f"{{{_V}}}stroke", joinstyle="miter")
        etree.SubElement(kind, f"{{{_V}}}path", {"gradientshapeok": "t", f"{{{_O}}}connecttype": "rect"})
        name = self._package.free_name("xl/drawings/vmlDrawingGongfu{}.vml")
        link = self._package.add(name, root, _VML_TYPE, "vmlDrawing", self._sheet)
        after = {self._tag(one) for one in _AFTER}
        place = next((index for index, child in enumerate(sheet) if child.tag in after), len(sheet))
        sheet.insert(place, etree.Element(self._tag("legacyDrawing"), {f"{{{self._package.links}}}id": link}))
        for entry in self._list:
            self._shape(root, entry.get("ref", ""), "".join(map(str, entry.itertext())))
        return root

    def _box(self, address: str, text: str) -> None:
        self._shape(self._boxes, address, text)

    def _shape(self, drawing: Root, address: str, text: str) -> None:
        """Add the hidden box of a comment, as large as its text asks for."""
        place = _ADDRESS.fullmatch(address)
        if place is None:
            return
        lines = sum(1 + len(line) // 26 for line in text.split("\n"))
        style = "position:absolute;margin-left:59pt;margin-top:1.5pt;width:270pt;z-index:1;visibility:hidden;"
        shape = etree.SubElement(drawing, f"{{{_V}}}shape", {
            "id": f"_x0000_s{next(self._ids)}", "type": "#_x0000_t202", "fillcolor": "#ffffe1",
            "style": f"{style}height:{min(30 + 14 * lines, 400)}pt", f"{{{_O}}}insetmode": "auto",
        })  # fmt: skip
        etree.SubElement(shape, f"{{{_V}}}fill", color2="#ffffe1")
        etree.SubElement(shape, f"{{{_V}}}shadow", color="black", obscured="t")
        etree.SubElement(shape, f"{{{_V}}}path", {f"{{{_O}}}connecttype": "none"})
        box = etree.SubElement(shape, f"{{{_V}}}textbox", style="mso-direction-alt:auto")
        etree.SubElement(box, "div", style="text-align:left")
        data = etree.SubElement(shape, f"{{{_X}}}ClientData", ObjectType="Note")
        etree.SubElement(data, f"{{{_X}}}MoveWithCells")
        etree.SubElement(data, f"{{{_X}}}SizeWithCells")
        etree.SubElement(data, f"{{{_X}}}AutoFill").text = "False"
        etree.SubElement(data, f"{{{_X}}}Row").text = str(int(place[2]) - 1)
        etree.SubElement(data, f"{{{_X}}}Column").text = str(column_number(place[1]) - 1)


def column_number(letters: str) -> int:
    """Return the number of a column by its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
