"""Sheet styles: the style sheet of a workbook with a few styles more: the old ones, each with a fill or a border.

Place in the flow: below the annotated workbook. A style is an index into cellXfs; the old ones keep theirs.
"""

from copy import deepcopy

from lxml import etree

from gongfu.report.workbook_package import Root, WorkbookPackage

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
# The order that the schema gives to the children of a style sheet, as far as new ones come between.
_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
_DEFAULTS = {"fonts": "font", "fills": "fill", "borders": "border", "cellStyleXfs": "xf", "cellXfs": "xf"}

_LINE = "BFC4CA"


class SheetStyles:
    """The styles of a workbook; every method returns the index of a style, made where there is none yet."""

    def __init__(self, package: WorkbookPackage) -> None:
        self._tag = package.tag
        part = package.linked(package.main, "styles")
        if part is None:
            part = package.free_name("xl/styles{}.xml")
            package.add(part, _empty(package), _TYPE, "styles", package.main)
        self._root = package.part(part)
        self._made: dict[tuple[object, ...], int] = {}

    def marked(self, style: int, fill: str, edge: str) -> int:
        """Return the style that is like another one but for its fill, or where that has one, its border; RRGGBB."""
        key = ("like", style, fill)
        if key not in self._made:
            known = self._list("cellXfs")
            new = deepcopy(known[style] if style < len(known) else known[0])
            if self._has_fill(new):
                new.attrib.update({"borderId": str(self._border(edge, "medium")), "applyBorder": "1"})
            else:
                new.attrib.update({"fillId": str(self._fill(fill)), "applyFill": "1"})
            known.append(new)
            self._made[key] = self._counted("cellXfs")
        return self._made[key]

    def text(self, bold: bool = False, size: int = 11, colour: str = "", border: bool = True) -> int:
        """Return a style for our own sheets: wrapped text at the top of its cell."""
        key = ("text", bold, size, colour, border)
        if key not in self._made:
            xf = etree.SubElement(self._list("cellXfs"), self._tag("xf"), numFmtId="49", xfId="0", applyFont="1",
                                  fontId=str(self._font(bold, size)), fillId=str(self._fill(colour)), applyFill="1",
                                  borderId=str(self._border(_LINE) if border else 0), applyBorder="1",
                                  applyNumberFormat="1", applyAlignment="1")  # fmt: skip
            etree.SubElement(xf, self._tag("alignment"), vertical="top", wrapText="1")
            self._made[key] = self._counted("cellXfs")
        return self._made[key]

    def _has_fill(self, style: Root) -> bool:
        """Say whether cells of a style have a fill that can be seen; white is none."""
        fills, number = self._list("fills"), style.get("fillId", "0")
        fill = fills[int(number)] if number.isdigit() and int(number) < len(fills) else None
        if fill is None or fill.find(self._tag("gradientFill")) is not None:
            return fill is not None
        pattern, colour = (
            fill.find(self._tag("patternFill")),
            fill.find(f"{self._tag('patternFill')}/{self._tag('fgColor')}"),
        )
        kind = pattern.get("patternType", "none") if pattern is not None else "none"
        return kind != "none" and not (kind == "solid" and (colour is None or _is_white(colour)))

    def _fill(self, colour: str) -> int:
        if not colour:
            return 0
        key = ("fill", colour)
        if key not in self._made:
            fill = etree.SubElement(self._list("fills"), self._tag("fill"))
            pattern = etree.SubElement(fill, self._tag("patternFill"), patternType="solid")
            etree.SubElement(pattern, self._tag("fgColor"), rgb=f"FF{colour}")
            etree.SubElement(pattern, self._tag("bgColor"), indexed="64")
            self._made[key] = self._counted("fills")
        return self._made[key]

    def _font(self, bold: bool, size: int) -> int:
        key = ("font", bold, size)
        if key not in self._made:
            font = etree.SubElement(self._list("fonts"), self._tag("font"))
            if bold:
                etree.SubElement(font, self._tag("b"))
            etree.SubElement(font, self._tag("sz"), val=str(size))
            etree.SubElement(font, self._tag("name"), val="宋体")
            etree.SubElement(font, self._tag("family"), val="3")
            etree.SubElement(font, self._tag("charset"), val="134")
            self._made[key] = self._counted("fonts")
        return self._made[key]

    def _border(self, colour: str, style: str = "thin") -> int:
        key = ("border", colour, style)
        if key not in self._made:
            border = etree.SubElement(self._list("borders"), self._tag("border"))
            for side in ("left", "right", "top", "bottom"):
                line = etree.SubElement(border, self._tag(side), style=style)
                etree.SubElement(line, self._tag("color"), rgb=f"FF{colour}")
            etree.SubElement(border, self._tag("diagonal"))
            self._made[key] = self._counted("borders")
        return self._made[key]

    def _list(self, name: str) -> Root:
        """Return a list of the style sheet, made at its place, with the entries that it must begin with, if missing."""
        found = self._root.find(self._tag(name))
        if found is None:
            found = etree.Element(self._tag(name))
            before = [self._tag(one) for one in _ORDER[: _ORDER.index(name)]]
            place = sum(1 for child in self._root if child.tag in before)
            self._root.insert(place, found)
        while len(found) < (2 if name == "fills" else 1):
            entry = etree.SubElement(found, self._tag(_DEFAULTS[name]))
            if name == "fills":
                etree.SubElement(entry, self._tag("patternFill"), patternType=("none", "gray125")[len(found) - 1])
            elif name == "cellXfs":
                self._list("cellStyleXfs")
                entry.attrib.update({"numFmtId": "0", "fontId": "0", "fillId": "0", "borderId": "0", "xfId": "0"})
        return found

    def _counted(self, name: str) -> int:
        """Bring the count of a list up to date and return the index of its last entry."""
        entries = self._list(name)
        if "count" in entries.attrib or name != "cellXfs":
            entries.set("count", str(len(entries)))
        return len(entries) - 1


def _is_white(colour: Root) -> bool:
    """Say whether a colour of a style sheet is white: by its value, in the old palette, or the theme's paper."""
    rgb, tint = colour.get("rgb", ""), float(colour.get("tint", "0"))
    return (
        rgb[-6:].upper() == "FFFFFF" or colour.get("indexed") in {"1", "9"} or (colour.get("theme") == "0" and not tint)
    )


def _empty(package: WorkbookPackage) -> Root:
    """Return a style sheet with nothing but the name of the ordinary style."""
    root = etree.Element(package.tag("styleSheet"))
    names = etree.SubElement(root, package.tag("cellStyles"), count="1")
    etree.SubElement(names, package.tag("cellStyle"), name="Normal", xfId="0", builtinId="0")
    return root
