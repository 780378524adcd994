"""Broken files: a thousand ways a file can be wrong, each given to `gongfu check` in a process that can be killed.

Run: python tests/bench/broken_files.py [files] [--seed N]. The files are made from Jilin's catalogue, the same for the same
seed. Each child has an address space and a time of its own; a traceback, a limit that was hit, an exit code other than
0, 1, 2, or a refusal without a reason in zh and en is a failure. It prints a table by kind and ends with 1 if any failed.
"""

import argparse
import contextlib
import csv
import html
import io
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile
from pathlib import Path

import docx
import openpyxl
import xlwt  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A3, landscape
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

from gongfu.sources import source_folder

SECONDS, MEGABYTES = 30, 1500
"""Processor time and address space of one check; a busy machine makes no file a slow one."""
HANGS = 300
COLUMNS = ("序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
Table = tuple[tuple[str, ...], ...]
File = tuple[str, bytes]


# --- sound files of every format -------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def catalogue(rows: int) -> Table:
    """Return header and the first rows of Jilin's catalogue."""
    with (source_folder("jilin-13fyp") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        found = [tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file)]
    return (COLUMNS, *found[:rows])


def as_xlsx(table: Sequence[Sequence[str]]) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in table:
        book.worksheets[0].append(list(row))
    book.save(stream)
    return stream.getvalue()


def as_xls(table: Sequence[Sequence[str]]) -> bytes:
    book, stream = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("清单")
    for place, row in enumerate(table):
        for column, text in enumerate(row):
            sheet.write(place, column, text)
    book.save(stream)
    return stream.getvalue()


def as_docx(table: Sequence[Sequence[str]]) -> bytes:
    document, stream = docx.Document(), io.BytesIO()
    grid = document.add_table(rows=len(table), cols=len(table[0]))
    for cells, row in zip(grid.rows, table, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    document.save(stream)
    return stream.getvalue()


def as_pdf(table: Sequence[Sequence[str]], lock: StandardEncryption | None = None) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style, stream = ParagraphStyle("cell", fontName="STSong-Light", fontSize=7, wordWrap="CJK"), io.BytesIO()
    body = [[Paragraph(html.escape(text), style) for text in row] for row in table]
    grid = LongTable(body, colWidths=[40, 110, 200, 460, 190, 120], style=[("GRID", (0, 0), (-1, -1), 0.5, "black")])
    SimpleDocTemplate(stream, pagesize=landscape(A3), encrypt=lock).build([grid])
    return stream.getvalue()


def as_csv(table: Sequence[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(table)
    return stream.getvalue().encode()


def as_html(table: Sequence[Sequence[str]]) -> bytes:
    rows = ("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in table)
    return ("<html><meta charset=utf-8><body><table>" + "".join(rows) + "</table></body></html>").encode()


def as_txt(table: Sequence[Sequence[str]]) -> bytes:
    return "\n".join("\t".join(row) for row in table).encode()


WRITERS: Mapping[str, Callable[[Sequence[Sequence[str]]], bytes]] = {
    ".xlsx": as_xlsx, ".xls": as_xls, ".docx": as_docx, ".pdf": as_pdf, ".csv": as_csv, ".html": as_html, ".txt": as_txt,
}  # fmt: skip


@lru_cache(maxsize=64)
def sound(suffix: str, rows: int) -> bytes:
    """Return the catalogue as a sound file of a format."""
    return WRITERS[suffix](catalogue(rows))


# --- ways to break them: each takes chance and how many rows the catalogue has, and gives name and bytes -----------------


def any_format(chance: random.Random) -> str:
    return chance.choice(list(WRITERS))


def truncated(chance: random.Random, rows: int) -> File:
    suffix = any_format(chance)
    data = sound(suffix, rows)
    return f"a{suffix}", data[: chance.randrange(1, len(data))]


def flipped_bytes(chance: random.Random, rows: int) -> File:
    suffix = any_format(chance)
    return f"a{suffix}", flipped(sound(suffix, rows), chance)


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 3, 10, 40])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def flipped_inside_the_container(chance: random.Random, rows: int) -> File:
    suffix = chance.choice([".xlsx", ".docx"])
    return f"a{suffix}", with_parts(sound(suffix, rows), chance, lambda data: flipped(data, chance))


def cut_inside_the_container(chance: random.Random, rows: int) -> File:
    suffix = chance.choice([".xlsx", ".docx"])
    return f"a{suffix}", with_parts(sound(suffix, rows), chance, lambda data: data[: chance.randrange(len(data))])


def with_parts(container: bytes, chance: random.Random, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        changed = chance.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == changed else old.read(name))
    return stream.getvalue()


def with_part(container: bytes, name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, data)
    return stream.getvalue()


def without_a_part(chance: random.Random, rows: int) -> File:
    suffix = chance.choice([".xlsx", ".docx"])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound(suffix, rows))) as old, zipfile.ZipFile(stream, "w") as new:
        lost = chance.choice(old.namelist())
        for name in old.namelist():
            if name != lost:
                new.writestr(name, old.read(name))
    return f"a{suffix}", stream.getvalue()


def wrong_extension(chance: random.Random, rows: int) -> File:
    suffix = any_format(chance)
    others = [".doc", ".et", ".wps", ".md", ".json", ".zip", "", *WRITERS]
    return f"a{chance.choice([other for other in others if other != suffix])}", sound(suffix, rows)


def zip_bomb(chance: random.Random, rows: int) -> File:
    size = chance.choice([15, 40, 120]) * 1024 * 1024
    kind = chance.choice(["sheet", "strings", "word", "parts"])
    if kind == "parts":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for number in range(chance.randrange(5_001, 9_000)):
                archive.writestr(f"xl/{number}", b"")
        return "a.xlsx", stream.getvalue()
    part = {"sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml", "word": "word/document.xml"}[kind]
    suffix = ".docx" if kind == "word" else ".xlsx"
    return f"a{suffix}", with_part(sound(suffix, rows), part, b"<x>" + b" " * size + b"</x>")


def far_cell(chance: random.Random, rows: int) -> File:
    row, column = chance.choice([(1_048_576, 16_384), (200_000, 150), (65_536, 256), (900, 16_000), (1_000_000, 3)])
    if chance.random() < 0.3:
        book, stream = xlwt.Workbook(), io.BytesIO()
        sheet = book.add_sheet("清单")
        sheet.write(0, 0, "序号")
        sheet.write(min(row, 65_536) - 1, min(column, 256) - 1, "远")
        book.save(stream)
        return "a.xls", stream.getvalue()
    book = openpyxl.load_workbook(io.BytesIO(sound(".xlsx", rows)))
    book.worksheets[0].cell(row, column).value = "远"
    stream = io.BytesIO()
    book.save(stream)
    return "a.xlsx", stream.getvalue()


def macro(chance: random.Random, rows: int) -> File:
    data = with_part(sound(".xlsx", rows), "xl/vbaProject.bin", chance.randbytes(2_000))
    return chance.choice(["a.xlsm", "a.xlsx", "a.xltm"]), data


def password(chance: random.Random, rows: int) -> File:
    kind = chance.choice(["ooxml", "xls", "pdf", "zip"])
    if kind == "ooxml":
        return chance.choice(["a.xlsx", "a.docx"]), OLE + "EncryptedPackage".encode("utf-16-le") + chance.randbytes(900)
    if kind == "xls":
        return "a.xls", sound(".xls", rows).replace(b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00", 1)
    if kind == "pdf":
        return "a.pdf", as_pdf(catalogue(2), StandardEncryption("user"))
    data = bytearray(sound(".xlsx", rows))
    for place in find_all(data, b"PK\x01\x02"):
        data[place + 8] |= 1
    return "a.xlsx", bytes(data)


def find_all(data: bytes | bytearray, wanted: bytes) -> Iterator[int]:
    place = data.find(wanted)
    while place >= 0:
        yield place
        place = data.find(wanted, place + 1)


def html_named_xls(chance: random.Random, rows: int) -> File:
    data = sound(".html", rows)
    kind = chance.choice(["whole", "cut", "flipped", "utf-16", "gb18030"])
    if kind == "cut":
        data = data[: chance.randrange(1, len(data))]
    elif kind == "flipped":
        data = flipped(data, chance)
    elif kind != "whole":
        data = data.decode().replace("utf-8", kind).encode(kind)
    return "a.xls", data


def empty_sheet(chance: random.Random, rows: int) -> File:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for number in range(chance.randrange(4)):
        book.create_sheet(f"空{number}")
    kind = chance.choice(["nothing", "blanks", "header", "title"])
    if kind == "blanks":
        book.worksheets[0].append([" ", "", "\u3000"])
    elif kind == "header":
        book.worksheets[0].append(list(COLUMNS))
    elif kind == "title":
        book.worksheets[0].append(["基本公共服务清单"])
    book.save(stream)
    return "a.xlsx", stream.getvalue()


def nothing_in_it(chance: random.Random, rows: int) -> File:
    return f"a{any_format(chance)}", chance.choice([b"", b" ", b"\n" * 50, b"\xef\xbb\xbf", b"\xff\xfe", b",,,,\n" * 9])


def noise(chance: random.Random, rows: int) -> File:
    head = chance.choice(
        [b"", b"PK\x03\x04", OLE[:8], b"%PDF-1.7\n", b"<html>", b"\xef\xbb\xbf", b"\xff\xfe", b"{\\rtf"]
    )
    tail = chance.choice([b"", b"\n%%EOF", b"PK\x05\x06" + bytes(18)])
    return f"a{any_format(chance)}", head + chance.randbytes(chance.choice([10, 600, 30_000])) + tail


def deep_nesting(chance: random.Random, rows: int) -> File:
    depth = chance.choice([60, 900, 20_000, 200_000])
    kind = chance.choice(["div", "table", "sheet", "word", "brackets"])
    if kind in {"div", "table"}:
        opened = "<div>" if kind == "div" else "<table><tr><td>"
        return "a.html", b"<html>" + opened.encode() * depth + sound(".html", rows)
    if kind == "sheet":
        return "a.xlsx", with_part(sound(".xlsx", rows), "xl/worksheets/sheet1.xml", b"<c>" * depth + b"</c>" * depth)
    if kind == "word":
        return "a.docx", with_part(sound(".docx", rows), "word/document.xml", b"<w:tbl xmlns:w='w'>" + nested(depth))
    return "a.csv", as_csv(changed_cells(catalogue(rows), chance, lambda text: "（" * depth + text + "）" * depth))


def nested(depth: int) -> bytes:
    return b"<w:tr><w:tc><w:tbl>" * depth + b"</w:tbl></w:tc></w:tr>" * depth + b"</w:tbl>"


def huge_cell(chance: random.Random, rows: int) -> File:
    piece = chance.choice([
        "每人每月70元，", "小学600元、", "覆盖率达到90%以上。", "9", "九", "甲", "（", "每生每天4元，全年按200天计算，",
        "中央和地方财政按8∶2的比例分担、", "65岁及以上", "教育部、", "1—2", "！", "100%以上的", "“", "和", "万", "　 ",
    ])  # fmt: skip
    size = chance.choice([2_000, 32_000, 200_000, 900_000])
    suffix = chance.choice([".xlsx", ".csv", ".html", ".txt", ".docx"])
    text = (piece * (size // len(piece) + 1))[: min(size, 32_000) if suffix == ".xlsx" else size]
    table = changed_cells(catalogue(rows), chance, lambda _: text)
    return f"a{suffix}", WRITERS[suffix](table)


def changed_cells(table: Table, chance: random.Random, change: Callable[[str], str], cells: int = 1) -> list[list[str]]:
    found = [list(row) for row in table]
    for _ in range(cells):
        row, column = chance.randrange(1, len(found)), chance.randrange(len(COLUMNS))
        found[row][column] = change(found[row][column])
    return found


def wrong_encoding(chance: random.Random, rows: int) -> File:
    suffix = chance.choice([".csv", ".html", ".txt"])
    text = sound(suffix, rows).decode()
    code = chance.choice(
        ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5", "euc-jp", "utf-7", "latin-1", "mixed"]
    )
    if code == "mixed":
        return f"a{suffix}", text[:300].encode("gb18030") + text[300:].encode()
    return f"a{suffix}", text.encode(code, errors="replace")


def nuls(chance: random.Random, rows: int) -> File:
    suffix = any_format(chance)
    data = bytearray(sound(suffix, rows))
    for _ in range(chance.choice([1, 5, 100])):
        place = chance.randrange(len(data))
        data[place:place] = bytes(chance.choice([1, 2, 16]))
    return f"a{suffix}", bytes(data)


STRANGE = (
    "9" * 5_000, "9" * 400 + "元", "1/0", "0/0", "1/3/5", "百分之", "百分之零", "分之一", "5000万亿", "1e309元", "½", "²", "①", "Ⅷ",
    "1,000,000,00元", "1..5%", "-5%", "∞", "每每每年", "5—", "—5%", "5×8×9小时", "0×0小时", "万万万元", "亿分之亿", "千百十", "九" * 300 + "元",
    "\u202e清单", "\u200b" * 500, "e\u0301" * 300, "\ue000\uf8ff", "\U0001f600" * 99, "\ufffe", "\ufeff", "=1+1", "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>", "]]>", "&#0;", "<" * 999, "%s%n", "{{7*7}}", "\\", "'" * 99, '"', "\t", "\n\n\n", "NaN", "None", "\x7f",
    "http://例子/ 空格<>\"{}|^`", "第" * 2_000, "以上" * 2_000, "，" * 3_000, "。" * 3_000, "、" * 3_000, "1、" * 2_000, "20%、" * 900,
    "至" * 999 + "5", "每" * 999, "1-" * 999, "（1" * 999, "三分之一" * 500, "满" * 500 + "18周岁", "达到" * 900, "省" * 3_000, "部、" * 2_000,
)  # fmt: skip


def strange_cells(chance: random.Random, rows: int) -> File:
    suffix = chance.choice([".csv", ".html", ".txt", ".xlsx"])
    table = changed_cells(catalogue(rows), chance, lambda _: chance.choice(STRANGE), chance.choice([1, 4, 30]))
    if suffix == ".xlsx":
        illegal = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE
        table = [[illegal.sub("", text).replace("\ufffe", "") for text in row] for row in table]
    return f"a{suffix}", WRITERS[suffix](table)


def rows_in_disorder(chance: random.Random, rows: int) -> File:
    table = [list(row) for row in catalogue(rows)]
    kind = chance.choice(["ragged", "no header", "doubled", "two headers", "columns", "numbers", "glued", "transposed"])
    if kind == "ragged":
        table = [row[: chance.randrange(len(row) + 1)] for row in table]
    elif kind == "no header":
        table = table[1:]
    elif kind == "doubled":
        table = [table[0], *[row for row in table[1:] for _ in range(3)]]
    elif kind == "two headers":
        table[0] = table[0] + table[0]
    elif kind == "columns":
        order = chance.sample(range(6), chance.randrange(1, 6))
        table = [[row[place] for place in order] for row in table]
    elif kind == "numbers":
        table = [[chance.choice(["", "0", "-1", "1.5", "1", "一", "999999999999"]), *row[1:]] for row in table]
    elif kind == "glued":
        table = [["".join(row)] for row in table]
    else:
        table = [list(column) for column in zip(*table, strict=True)]
    suffix = chance.choice([".csv", ".html", ".txt", ".xlsx"])
    return f"a{suffix}", WRITERS[suffix](table)


def quotation_marks(chance: random.Random, rows: int) -> File:
    text = sound(".csv", rows).decode()
    for _ in range(chance.choice([1, 2, 7])):
        place = chance.randrange(len(text))
        text = text[:place] + chance.choice(['"', '""', '",', ',"', "\r", '"\n']) + text[place:]
    return chance.choice(["a.csv", "a.tsv"]), text.encode()


def monstrous_merge(chance: random.Random, rows: int) -> File:
    if chance.random() < 0.5:
        reach = chance.choice([99, 1_000, 99_999, 9_999_999, -1, 10**30])
        kind = chance.choice(["colspan", "rowspan"])
        return "a.html", sound(".html", rows).replace(b"<td>", f"<td {kind}={reach}>".encode(), chance.choice([1, 40]))
    ranges = chance.choice(
        [
            "A1:XFD1048576",
            "A1:F3000",
            "A1:A1",
            "ZZZ9:A1",
            "A1",
            "",
            "A0:B0",
            "A1:F9" + '"/><mergeCell ref="A1:F9' * 3_000,
        ]
    )
    with zipfile.ZipFile(io.BytesIO(sound(".xlsx", rows))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    merged = f'</sheetData><mergeCells><mergeCell ref="{ranges}"/></mergeCells>'.encode()
    return "a.xlsx", with_part(sound(".xlsx", rows), "xl/worksheets/sheet1.xml", sheet.replace(b"</sheetData>", merged))


def entities(chance: random.Random, rows: int) -> File:
    text = '<!DOCTYPE x [<!ENTITY a "' + "a" * chance.choice([10, 1000]) + '">'
    names = "abcdefghij"
    for before, name in zip(names, names[1:], strict=False):
        text += f'<!ENTITY {name} "{f"&{before};" * chance.choice([2, 10, 50])}">'
    text += chance.choice(["]><x>&j;</x>", "]><x>&out;</x>", "]><html><table><tr><td>&j;</table></html>"])
    text = text.replace("]>", ' <!ENTITY out SYSTEM "file:///etc/passwd">]>', 1)
    suffix, part = chance.choice([(".xlsx", "xl/worksheets/sheet1.xml"), (".xlsx", "xl/workbook.xml"),
                                  (".docx", "word/document.xml"), (".html", "")])  # fmt: skip
    return f"a{suffix}", with_part(sound(suffix, rows), part, text.encode()) if part else text.encode()


def lying_directory(chance: random.Random, rows: int) -> File:
    suffix = chance.choice([".xlsx", ".docx"])
    data = bytearray(sound(suffix, rows))
    for place in find_all(data, b"PK\x01\x02"):
        if chance.random() < 0.4:
            field = chance.choice([10, 16, 20, 24, 28, 42])
            data[place + field : place + field + 4] = chance.randbytes(4)
    return f"a{suffix}", bytes(data)


def many_rows(chance: random.Random, rows: int) -> File:
    """Make more rows than any catalogue has; under the limits of the readers."""
    size, table = chance.choice([1_000, 5_000, 150_000]), catalogue(rows)
    body = [[str(number), *table[1 + number % (len(table) - 1)][1:]] for number in range(1, size)]
    if size > 100_000:
        body = [[number, name, "", "", "", ""] for number, name, *_ in body]
    suffix = chance.choice([".csv", ".txt"])
    return f"a{suffix}", WRITERS[suffix]([table[0], *body])


KINDS: tuple[Callable[[random.Random, int], File], ...] = (
    truncated, flipped_bytes, flipped_inside_the_container, cut_inside_the_container, without_a_part, wrong_extension,
    zip_bomb, far_cell, macro, password, html_named_xls, empty_sheet, nothing_in_it, noise, deep_nesting, huge_cell,
    wrong_encoding, nuls, strange_cells, rows_in_disorder, quotation_marks, monstrous_merge, entities, lying_directory,
)  # fmt: skip


def broken_files(folder: Path, count: int, seed: str, rows: int) -> Iterator[tuple[str, Path]]:
    """Write broken files, kinds in turn, and yield kind and path of each; one in 200 has very many rows."""
    kinds = KINDS
    for number in range(count):
        kind = many_rows if number % 200 == 199 else kinds[number % len(kinds)]
        name, data = kind(random.Random(f"{seed}-{number}"), rows)
        path = folder / f"{number:04d}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        yield kind.__name__, path


# --- one check in a process that can be killed ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of one file; ``fault`` is empty where the check behaved."""

    kind: str
    path: Path
    code: int
    seconds: float
    megabytes: float
    fault: str


@dataclass(frozen=True)
class Running:
    """A child that checks a file, when it began, and what it wrote to."""

    kind: str
    path: Path
    child: int
    begun: float
    said: Path


def begun(kind: str, path: Path) -> Running:
    """Start to check a file in a child process with limits."""
    said, now = path.parent / "said.txt", time.perf_counter()
    child = os.fork()  # from a process with one thread: a lock that another thread holds would never open in the child
    if child == 0:
        _check_and_exit(path, said)
    return Running(kind, path, child, now, said)


def ended(one: Running) -> Outcome | None:
    """Say what became of a child; None while it is at work and within its time."""
    done, status, used = os.wait4(one.child, os.WNOHANG)
    if not done and time.perf_counter() - one.begun > HANGS:
        os.kill(one.child, signal.SIGKILL)
        done, status, used = os.wait4(one.child, 0)
    if not done:
        return None
    code = os.waitstatus_to_exitcode(status)
    text = one.said.read_text("utf-8", errors="replace") if one.said.exists() else ""
    return Outcome(one.kind, one.path, code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, _fault(code, text))


def _check_and_exit(path: Path, said: Path) -> None:
    code = 70
    with said.open("w", encoding="utf-8") as stream, contextlib.suppress(BaseException):
        limit = MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        sys.stdout, sys.stderr = (
            open(1, "w", encoding="utf-8", closefd=False),
            open(2, "w", encoding="utf-8", closefd=False),
        )  # noqa: SIM115
        try:
            from gongfu.cli import main

            code = main(["check", str(path)])
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _fault(code: int, text: str) -> str:
    if "Traceback (most recent call last)" in text:
        return "traceback: " + text.strip().rsplit("\n", 1)[-1][:200]
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return f"more than {SECONDS} s"
    if code not in {0, 1, 2}:
        return f"exit code {code}"
    if code == 2 and not (
        text.startswith("gongfu: ") and "\n        " in text and any(one >= "\u4e00" for one in text)
    ):
        return f"refused without a reason in both languages: {text[:80]!r}"
    return "" if text.strip() else "said nothing"


def warmed() -> None:
    """Load the program once, so that each child pays for its own file only; no engine with threads is started."""
    from gongfu import cli, examine, findings, report  # noqa: F401
    from gongfu.check import check  # noqa: F401
    from gongfu.codes import codelists
    from gongfu.measures import read_measures

    codelists()
    read_measures("每人每月70元")


def outcomes(files: Iterable[tuple[str, Path]], workers: int) -> Iterator[Outcome]:
    """Check all files, a few at a time, and yield what became of each as it ends."""
    warmed()
    waiting, running = iter(files), list[Running]()
    while True:
        running += [begun(*file) for file in islice(waiting, workers - len(running))]
        if not running:
            return
        ends = {one: ended(one) for one in running}
        running = [one for one, end in ends.items() if end is None]
        yield from (end for end in ends.values() if end)
        time.sleep(0.003)


def table_of(found: Sequence[Outcome]) -> str:
    """Return the table: files, exit codes, slowest, largest and failures by kind."""
    lines = [f"{'kind':32}{'files':>6}{'exit 0':>8}{'exit 1':>8}{'exit 2':>8}{'max s':>8}{'max MB':>8}{'failed':>8}"]
    for kind in [*dict.fromkeys(one.kind for one in found), "all"]:
        here = [one for one in found if kind in {one.kind, "all"}]
        codes = [sum(one.code == code and not one.fault for one in here) for code in (0, 1, 2)]
        lines.append(f"{kind:32}{len(here):>6}" + "".join(f"{count:>8}" for count in codes)
                     + f"{max(one.seconds for one in here):>8.1f}{max(one.megabytes for one in here):>8.0f}"
                     + f"{sum(bool(one.fault) for one in here):>8}")  # fmt: skip
    return "\n".join(lines)


def main() -> int:
    """Make the files, check them, print the table and the failures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", type=int, nargs="?", default=1_000)
    options.add_argument("--seed", default="1")
    options.add_argument("--seconds", type=float, default=float("inf"), help="begin with no more after so long")
    options.add_argument("--rows", type=int, default=85, help="rows of the catalogue that the files are made from")
    options.add_argument("--keep", type=Path, help="a folder for the files; else they are removed")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        until = time.monotonic() + given.seconds
        files = broken_files(given.keep or Path(folder), given.files, given.seed, given.rows)
        found = list(outcomes(takewhile(lambda _: time.monotonic() < until, files), os.cpu_count() or 1))
    print(
        f"{len(found)} files, seed {given.seed}; each may take {SECONDS} s of processor time and {MEGABYTES} MB of address space"
    )
    print(table_of(found))
    failed = [one for one in found if one.fault]
    for one in failed:
        print(f"{one.kind} {one.path.parent.name}/{one.path.name}: {one.fault}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
