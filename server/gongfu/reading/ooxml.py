"""Office Open XML packages (xlsx, xlsm, docx): the guarded zip, its parts, and their XML as a stream.

Place in the flow: below the readers of workbooks and Word documents, which know what the elements mean.

The standard library and not openpyxl or python-docx, because those refuse files that office programs open without
a word: a style sheet with an empty ``<fill/>``, a relationship to a part called NULL. They also hold the whole
document in memory before anyone can count it; here at most one element is held.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

from gongfu.reading.cells import MEGABYTE, Limits, UnreadableDocument, damaged

# A ratio says nothing about a small part: a hundred equal rows pack as well as a bomb does.
_RATIO_FLOOR = 10 * MEGABYTE
# Elements inside the one element that is being collected; a Word table of 3,000 rows has about 600,000.
_HELD_ELEMENTS = 1_500_000
# What a foreign file can make zipfile, expat and the conversions of its numbers and references raise.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ParseError, LookupError, ValueError, RuntimeError, OSError)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Relation:
    """A link from one part to another: the last word of its type, and the part it leads to."""

    kind: str
    target: str


@dataclass(frozen=True)
class Package:
    """An opened container; ``names`` leads from the lower-case name of a part to its name as written."""

    archive: zipfile.ZipFile
    names: dict[str, str]

    def has(self, part: str) -> bool:
        """Say whether the part exists."""
        return part.lower() in self.names

    def open(self, part: str) -> IO[bytes]:
        """Open a part for reading; KeyError where there is none."""
        return self.archive.open(self.names[part.lower()])

    def relations(self, part: str) -> dict[str, Relation]:
        """Return the links of a part (of the package itself when ``part`` is empty) by their ids."""
        folder, name = posixpath.split(part)
        sheet = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(sheet):
            return {}
        with self.open(sheet) as stream:
            return {link.get("Id", ""): _relation(link, folder) for link in elements(stream, {"Relationship"})}

    def main_part(self) -> str:
        """Return the name of the part that holds the document; ValueError where there is none."""
        for link in self.relations("").values():
            if link.kind == "officeDocument" and self.has(link.target):
                return link.target
        raise ValueError("no main part")


def _relation(link: Element, folder: str) -> Relation:
    target = link.get("Target", "").replace("\\", "/")
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    return Relation(posixpath.basename(link.get("Type", "")), path)


@contextmanager
def open_package(path: Path, limits: Limits) -> Iterator[Package]:
    """Open a container after checking that it cannot blow up.

    Whatever breaks while it is read is reported as damage: UnreadableDocument, with the cause attached.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bomb(archive, path, limits)
            # Some programs write back slashes, some another case than the relationships use.
            yield Package(archive, {name.replace("\\", "/").lower(): name for name in archive.namelist()})
    except _DAMAGE as fault:
        raise damaged(path.name) from fault


def refuse_bomb(archive: zipfile.ZipFile, path: Path, limits: Limits) -> None:
    """Raise UnreadableDocument for a container with too many parts, too many bytes, or too good a packing.

    The sizes are those the container declares; zipfile never gives out more than it declares.
    """
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    ratio = max((part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > _RATIO_FLOOR),
                default=0.0)  # fmt: skip
    if len(parts) > limits.entries or size > limits.unpacked_size or ratio > limits.unpacked_ratio:
        raise bomb(path.name, limits)
    if any(part.flag_bits & 1 for part in parts):
        raise encrypted(path.name)


def bomb(name: str, limits: Limits) -> UnreadableDocument:
    """Return the fault of a file that would unpack to far more than it seems."""
    size = limits.unpacked_size // MEGABYTE
    return UnreadableDocument(
        f"文件“{name}”解压后过大（上限{size}MB、{limits.entries}个部分、压缩比{limits.unpacked_ratio}），未予读取。"
        "请新建一个文件，只复制清单内容后再试。",
        f"The file “{name}” would unpack to more than is allowed ({size} MB, {limits.entries} parts, ratio "
        f"{limits.unpacked_ratio}) and was not read. Copy only the catalogue into a new file and try again.",
    )


def encrypted(name: str) -> UnreadableDocument:
    """Return the fault of a file that asks for a password."""
    return UnreadableDocument(
        f"文件“{name}”设有密码，无法读取。请用原来的软件打开，取消密码（文件—文档加密）后另存一份再试。",
        f"The file “{name}” is protected by a password. Open it, remove the password, save a copy and try again.",
    )


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace (the strict and the usual format differ only there)."""
    return element.tag.rpartition("}")[2]


def elements(stream: IO[bytes], whole: Iterable[str], opening: Iterable[str] = ()) -> Iterator[Element]:
    """Yield the elements named in ``whole`` when they are complete and those in ``opening`` when they begin.

    An element inside a whole one stays with it and is not yielded. Everything else is dropped at once, so that no
    more than one whole element is in memory. ValueError when a single one is beyond all measure.
    """
    wanted, begun = frozenset(whole), frozenset(opening)
    path: list[Element] = []
    depth = held = 0
    # expat 2.4.1 and later stops entities that multiply; the size of the part is limited by refuse_bomb.
    for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314
        if event == "start":
            path.append(element)
            if depth or local_name(element) in wanted:
                depth, held = depth + 1, held + 1
                if held > _HELD_ELEMENTS:
                    raise ValueError("one element holds too many others")
            elif local_name(element) in begun:
                yield element
            continue
        path.pop()
        depth = max(depth - 1, 0)
        if depth:
            continue
        held = 0
        if local_name(element) in wanted:
            yield element
        if path:
            path[-1].remove(element)


def attribute(element: Element, name: str, default: str = "") -> str:
    """Return an attribute by its name without namespace."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), default)


def unescaped(text: str) -> str:
    """Return a text with ``_x000D_`` and its like decoded and every line break as ``\\n``."""
    plain = _ESCAPED.sub(lambda match: character(match[1]), text) if "_x" in text else text
    return plain.replace("\r\n", "\n").replace("\r", "\n")


def character(code: str) -> str:
    """Return the character of a hexadecimal code; nothing for a control character or half of a surrogate pair."""
    found = chr(int(code, 16))
    return "" if (found < " " and found not in "\t\n\r") or "\ud800" <= found <= "\udfff" else found
