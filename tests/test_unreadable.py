"""What cannot be read is refused with a reason and a remedy, at once, and without filling the memory."""

import base64
import io
import random
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]
from bench.broken_files import with_part
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from gongfu.document import Limits, UnreadableDocument, read_document

MEGABYTE = 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
NOISE = random.Random(1).randbytes(4000)


def xlsx_bytes(cells: dict[str, str | int] | None = None) -> bytes:
    workbook, stream = openpyxl.Workbook(), io.BytesIO()
    sheet = workbook.worksheets[0]
    for address, value in (cells or {"A1": "序号", "B1": "服务项目"}).items():
        sheet[address] = value
    workbook.save(stream)
    return stream.getvalue()


def docx_bytes() -> bytes:
    file, stream = docx.Document(), io.BytesIO()
    file.add_paragraph("清单")
    file.add_table(rows=2, cols=2).cell(0, 0).text = "甲"
    file.save(stream)
    return stream.getvalue()


def xls_bytes(row: int = 0, column: int = 0) -> bytes:
    workbook, stream = xlwt.Workbook(), io.BytesIO()
    workbook.add_sheet("清单").write(row, column, "远")
    workbook.save(stream)
    return stream.getvalue()


def pdf_bytes(text: str = "table", encryption: StandardEncryption | None = None) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=encryption)
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    if text:
        canvas.setFont("Helvetica" if text.isascii() else "STSong-Light", 12)
        canvas.drawString(100, 100, text)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def zip_of(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return stream.getvalue()


def sheet_xml(rows: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'.encode()


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1000 + b'">'
ENTITIES += b"".join(f'<!ENTITY {b} "{f"&{a};" * 100}">'.encode() for a, b in zip("abcde", "bcdef", strict=True))
ENTITIES += b"]><x>&f;</x>"


def pdf_stream(data: bytes) -> bytes:
    return b"%PDF-1.4\n1 0 obj <</Length 1>>\nstream\n" + data + b"\nendstream endobj\n%%EOF\n"


# file name, bytes, words the message must hold
BAD = {
    "empty": ("a.xlsx", b"", "空的"),
    "noise": ("a.xlsx", NOISE, "不是可识别"),
    "noise named text": ("a.txt", NOISE, "无法识别的字符"),
    "zeros": ("a.csv", bytes(3000), "也不是文本"),
    "text named xlsx": ("a.xlsx", b"plain words", "扩展名"),
    "text named pdf": ("a.pdf", "文本".encode(), "扩展名"),
    "text without a name": ("a", b"words", "扩展名"),
    "cut zip": ("a.xlsx", xlsx_bytes()[:3000], "不完整"),
    "cut docx": ("a.docx", docx_bytes()[:-30], "不完整"),
    "cut xls": ("a.xls", xls_bytes()[:1500], "不完整"),
    "cut pdf": ("a.pdf", pdf_bytes()[:-200], "不完整"),
    "cut utf-8": ("a.csv", ("序号,服务项目\n" * 50).encode()[:-3], "第50行"),
    "zip only": ("a.zip", zip_of("a.csv"), "压缩包"),
    "no workbook part": ("a.xlsx", zip_of("xl/sharedStrings.xml"), "不完整"),
    "broken xml": ("a.xlsx", with_part(xlsx_bytes(), SHEET, b"<worksheet><row"), "不完整"),
    "bad address": ("a.xlsx", with_part(xlsx_bytes(), SHEET, sheet_xml('<c r="??"><v>1</v></c>')), "不完整"),
    "missing string": ("a.xlsx", with_part(xlsx_bytes(), SHEET, sheet_xml('<c t="s"><v>9</v></c>')), "不完整"),
    "entities xlsx": ("a.xlsx", with_part(xlsx_bytes(), SHEET, ENTITIES), "不完整"),
    "entities docx": ("a.docx", with_part(docx_bytes(), "word/document.xml", ENTITIES), "不完整"),
    "locked ooxml": ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "locked xls": ("a.xls", xls_bytes().replace(b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00", 1), "密码"),
    "locked pdf": ("a.pdf", pdf_bytes(encryption=StandardEncryption("user")), "密码"),
    "old word": ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "另存为.docx"),
    "other ole": ("a.xls", OLE, "不完整"),
    "xlsb": ("a.xlsb", zip_of("xl/workbook.bin"), "另存为.xlsx"),
    "ofd": ("a.ofd", zip_of("OFD.xml"), "OFD"),
    "odf": ("a.ods", zip_of("mimetype", "content.xml"), "OpenDocument"),
    "rtf": ("a.doc", b"{\\rtf1}", "RTF"),
    "mht": ("a.xls", b"MIME-Version: 1.0\r\n", "MHT"),
    "xml 2003": ("a.xls", b'<?xml version="1.0"?><W xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
    "picture": ("a.xlsx", b"\x89PNG\r\n\x1a\n", "图片"),
    "scan": ("a.pdf", pdf_bytes(""), "没有文字"),
    "shapes": ("a.pdf", pdf_bytes("清单", StandardEncryption("", ownerPassword="o")), "没有编码"),
    "quotation mark": ("a.csv", '序号,项目\n1,"甲\n2,乙\n'.encode(), "引号"),
    "bare quotation marks": ("a.csv", '序号,项目\n1,"12333"热线\n'.encode(), "引号"),
    "far cell": ("a.xlsx", xlsx_bytes({"A1": "x", "XFD1048576": "远"}), "XFD1048576"),
    "far cell xls": ("a.xls", xls_bytes(65535, 255), "IV65536"),
    "wide csv": ("a.csv", b"," * 300, "列数"),
    "wide html": ("a.html", b"<table><tr><td colspan=9999999>1</table>", "列数"),
    "long line": ("a.txt", b"x" * 1_000_001, "第1行"),
    "many tags": ("a.html", b"<table>" + b"<td>" * 1_000_000, "标签数"),
    "streams in streams": ("a.pdf", pdf_stream(b"stream\n" * 100_000), "不完整"),
    "deep html": ("a.html", b"<div>" * 3000, "不完整"),
    "many parts": ("a.xlsx", zip_of(*map(str, range(5001))), "解压后过大"),
    "zip bomb": ("a.xlsx", with_part(xlsx_bytes(), SHEET, bytes(20 * MEGABYTE)), "解压后过大"),
    "docx bomb": ("a.docx", with_part(docx_bytes(), "word/document.xml", b" " * 20 * MEGABYTE), "解压后过大"),
}


@pytest.fixture
def memory() -> Iterator[Callable[[], float]]:
    """Give the largest amount of memory in use since the test began, in MB."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1] / MEGABYTE
    tracemalloc.stop()


@pytest.mark.parametrize("case", BAD)
def test_bad_file_is_refused_with_a_remedy(case: str, tmp_path: Path, memory: Callable[[], float]) -> None:
    name, data, words = BAD[case]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableDocument) as refused:
        read_document(tmp_path / name)
    assert words in refused.value.zh
    assert any(remedy in refused.value.zh for remedy in ("请", "改名"))
    assert refused.value.en
    assert memory() < 40


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xlsx", tmp_path):
        with pytest.raises(UnreadableDocument, match="找不到文件"):
            read_document(path)


ROWS = "".join(f"{number},甲\n" for number in range(20)).encode()
PACKED = zlib.compress(bytes(2 * MEGABYTE))
SHEETS = {"A1": 1, "B2": 2, "C3": 3}


@pytest.mark.parametrize(
    ("name", "data", "limits", "words"),
    [
        ("a.csv", ROWS, Limits(file_size=100), "文件大小"),
        ("a.csv", ROWS, Limits(rows=19), "行数"),
        ("a.csv", ROWS, Limits(columns=1), "列数"),
        ("a.csv", ROWS, Limits(cells=39), "单元格数"),
        ("a.txt", ROWS.replace(b",", b"\t"), Limits(cells=39), "单元格数"),
        ("a.txt", b"1\t2\n" * 3 + b"\n\n3\n" * 9 + b"1\t2\n" * 3, Limits(cells=11), "单元格数"),
        ("a.html", b"<table><tr><td rowspan=9><td colspan=9>" + b"<tr><td>" * 9, Limits(cells=20), "单元格数"),
        ("a.xlsx", xlsx_bytes(dict(SHEETS)), Limits(cells=2), "单元格数"),
        ("a.xlsx", xlsx_bytes(dict(SHEETS)), Limits(rows=2), "C3"),
        ("a.xlsx", xlsx_bytes(dict(SHEETS)), Limits(sheets=0), "工作表数"),
        ("a.xlsx", xlsx_bytes(), Limits(unpacked_size=1000), "解压后过大"),
        ("a.docx", docx_bytes(), Limits(columns=1), "列数"),
        ("a.docx", docx_bytes(), Limits(entries=3), "解压后过大"),
        ("a.xls", xls_bytes(), Limits(sheets=0), "工作表数"),
        ("a.pdf", pdf_bytes(), Limits(pages=0), "页数"),
        ("a.pdf", pdf_bytes("x" * 500), Limits(unpacked_size=100), "解压后过大"),
        ("a.pdf", pdf_stream(PACKED), Limits(unpacked_size=MEGABYTE), "解压后过大"),
        ("a.pdf", pdf_stream(zlib.compress(PACKED)), Limits(), "解压后过大"),
        ("a.pdf", pdf_stream(base64.a85encode(PACKED) + b"~>"), Limits(unpacked_size=MEGABYTE), "解压后过大"),
        ("a.pdf", pdf_stream(PACKED.hex().encode() + b">"), Limits(unpacked_size=MEGABYTE), "解压后过大"),
    ],
)
def test_every_limit_holds(name: str, data: bytes, limits: Limits, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableDocument, match=words):
        read_document(tmp_path / name, limits)


def test_a_few_cells_far_apart_cost_nothing(tmp_path: Path, memory: Callable[[], float]) -> None:
    (tmp_path / "a.xlsx").write_bytes(xlsx_bytes({"A1": "x", "GR200000": "y"}))
    table = read_document(tmp_path / "a.xlsx").tables[0]
    assert table.rows[199_999][199].address == "GR200000"
    assert memory() < 40


def test_cells_without_a_text_do_not_count(tmp_path: Path, memory: Callable[[], float]) -> None:
    blank = "".join(f'<row r="{row}">{"<c/>" * 500}</row>' for row in range(1, 100))
    (tmp_path / "a.xlsx").write_bytes(with_part(xlsx_bytes(), SHEET, sheet_xml("<row><c><v>1</v></c></row>" + blank)))
    assert len(read_document(tmp_path / "a.xlsx", replace(Limits(), columns=1, rows=1)).tables[0].rows) == 1
    assert memory() < 40


GOOD = {".xlsx": xlsx_bytes(), ".docx": docx_bytes(), ".xls": xls_bytes(), ".pdf": pdf_bytes()}
PARTS = {".xlsx": [SHEET, "xl/workbook.xml", "xl/styles.xml"], ".docx": ["word/document.xml", "word/numbering.xml"]}


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_a_damaged_file_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    """Whatever bytes are changed or cut, outside or inside the container: no other exception comes out."""
    suffix = data.draw(st.sampled_from(sorted(GOOD)))
    part = data.draw(st.sampled_from(["", *PARTS.get(suffix, [])]))
    whole = zipfile.ZipFile(io.BytesIO(GOOD[suffix])).read(part) if part else GOOD[suffix]
    changes = data.draw(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=4))
    damaged = bytearray(whole)
    for position, byte in changes:
        damaged[position] = byte
    cut = bytes(damaged[: data.draw(st.integers(1, len(whole)))])
    path = tmp_path / f"a{suffix}"
    path.write_bytes(with_part(GOOD[suffix], part, cut) if part else cut)
    with suppress(UnreadableDocument):
        assert read_document(path).path == str(path)
