"""Workbook package: the parts of an official's own workbook; a few are changed, all others stay as they are.

Place in the flow: below the annotated workbook. Edited is the package itself, for every library that reads a workbook
into objects and writes it again loses what it has no objects for: charts, pictures in headers, stored results of
formulas, slicers, settings of printers.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from gongfu.reading.cells import Limits
from gongfu.reading.ooxml import Package, open_package, unescaped

_TYPES, _LINKS = "[Content_Types].xml", "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
_STRICT = "http://purl.oclc.org/ooxml/"
_PLAIN_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_DROPPED = re.compile(r"(^|/)(_xmlsignatures/|vbaProject)", re.IGNORECASE)
Root = etree._Element


def root_element(tag: str, namespaces: Mapping[str | None, str]) -> Root:
    """Return an element that declares namespaces; the one under None needs no prefix."""
    given: Any = dict(namespaces)  # the stubs know of no default namespace
    return etree.Element(tag, nsmap=given)


class WorkbookPackage:
    """The parts of a workbook; ``part`` gives one as XML, which is written back with whatever was done to it.

    Macros and signatures are left out: a signature does not hold for a changed file, and with macros it would be no
    xlsx.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._changed: dict[str, Root] = {}
        self.main = self._name(package.main_part())
        self.workbook = self.part(self.main)
        self.namespace = etree.QName(self.workbook).namespace or ""
        office = _STRICT + "officeDocument" if self.namespace.startswith(_STRICT) else (
            "http://schemas.openxmlformats.org/officeDocument/2006")  # fmt: skip
        self.links = f"{office}/relationships"
        self._become_plain()

    def _name(self, part: str) -> str:
        return self._package.names.get(part.lower(), part)

    def has(self, part: str) -> bool:
        """Say whether the part exists, in the file or since."""
        return self._package.has(part) or part in self._changed

    def part(self, name: str) -> Root:
        """Return a part as XML; KeyError where there is none."""
        name = self._name(name)
        if name not in self._changed:
            with self._package.open(name) as stream:
                parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True,
                                         recover=name.endswith(".vml"))  # fmt: skip
                self._changed[name] = etree.parse(stream, parser).getroot()
        return self._changed[name]

    def tag(self, name: str) -> str:
        """Return the qualified name of an element of a workbook."""
        return f"{{{self.namespace}}}{name}"

    def sheets(self) -> list[tuple[str, str]]:
        """Return name and part of every worksheet in the order of the tabs."""
        links = self._package.relations(self.main)
        found = ((unescaped(entry.get("name", "")), links.get(entry.get(f"{{{self.links}}}id", "")))
                 for entry in self.workbook.iter(self.tag("sheet")))  # fmt: skip
        return [(name, self._name(link.target)) for name, link in found if link and link.kind == "worksheet"]

    def linked(self, part: str, kind: str) -> str | None:
        """Return the part that another one leads to by a link of this kind, None where it leads to none."""
        links = self._package.relations(part).values()
        return next((self._name(link.target) for link in links if link.kind == kind and self.has(link.target)), None)

    def free_name(self, pattern: str) -> str:
        """Return a name for a new part, from a pattern with {}, which a number fills where the plain name is taken."""
        return next(name for number in range(100_000) if not self.has(name := pattern.format(number or "")))

    def add(self, name: str, root: Root, content_type: str, kind: str, source: str) -> str:
        """Add a part that another part leads to; return the id of the link."""
        self._changed[name] = root
        types = self.part(_TYPES)
        if name.endswith(".vml"):
            known = {entry.get("Extension", "").lower() for entry in types.iter(f"{{{_CONTENT}}}Default")}
            if "vml" not in known:
                types.insert(0, etree.Element(f"{{{_CONTENT}}}Default", Extension="vml", ContentType=content_type))
        else:
            etree.SubElement(types, f"{{{_CONTENT}}}Override", PartName=f"/{name}", ContentType=content_type)
        return self._link(source, kind, name)

    def _link(self, source: str, kind: str, target: str) -> str:
        relations = self._relations(source)
        used = {link.get("Id") for link in relations}
        identifier = next(name for number in range(1, 100_000) if (name := f"rIdGongfu{number}") not in used)
        etree.SubElement(relations, f"{{{_LINKS}}}Relationship", Id=identifier, Type=f"{self.links}/{kind}",
                         Target=f"/{target}")  # fmt: skip
        return identifier

    def _relations(self, part: str) -> Root:
        folder, name = posixpath.split(part)
        sheet = self._name(posixpath.join(folder, "_rels", f"{name}.rels"))
        if not self.has(sheet):
            self._changed[sheet] = root_element(f"{{{_LINKS}}}Relationships", {None: _LINKS})
        return self.part(sheet)

    def _become_plain(self) -> None:
        """Drop macros and signatures with the links to them, and say that the workbook is one without macros."""
        types = self.part(_TYPES)
        for entry in list(types):
            if _DROPPED.search(entry.get("PartName", "")):
                types.remove(entry)
            elif entry.get("PartName", "").lstrip("/").lower() == self.main.lower():
                entry.set("ContentType", _PLAIN_WORKBOOK)
        for source in ("", self.main):
            relations = self._relations(source)
            dropped = [
                link for link in relations
                if _DROPPED.search(link.get("Target", "")) or "digital-signature" in link.get("Type", "")
            ]  # fmt: skip
            for link in dropped:
                relations.remove(link)
            if not dropped and not source:
                del self._changed[self._name("_rels/.rels")]  # nothing was done to it: it goes on byte for byte

    def written(self) -> bytes:
        """Return the package as a file: parts that nobody asked for byte for byte, the others as they are now."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in self._order():
                if name in self._changed:
                    root = self._changed[name]
                    archive.writestr(
                        name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
                    )
                else:
                    with self._package.open(name) as source, archive.open(name, "w") as copy:
                        while block := source.read(1 << 20):
                            copy.write(block)
        return target.getvalue()

    def _order(self) -> Iterator[str]:
        """Yield the names of all parts, the list of their types first, as some readers want it."""
        names = dict.fromkeys((_TYPES, *(name.replace("\\", "/") for name in self._package.names.values()),
                               *self._changed))  # fmt: skip
        yield from (name for name in names if not name.endswith("/") and not _DROPPED.search(name))


def changed_package(path: Path, limits: Limits, change: Callable[[WorkbookPackage], None]) -> bytes:
    """Open a workbook, let ``change`` work on it and return it as a file; UnreadableDocument when it is damaged."""
    with open_package(path, limits) as package:
        whole = WorkbookPackage(package)
        change(whole)
        return whole.written()
