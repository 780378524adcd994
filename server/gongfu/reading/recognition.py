"""What kind of file is this? By its content first; the name decides only between kinds of text.

Place in the flow: ``gongfu.document`` asks here which reader to call. Refuses what no reader reads, with the remedy.
"""

import zipfile
from pathlib import Path

from gongfu.reading.cells import Limits, UnreadableDocument, damaged
from gongfu.reading.characters import not_text
from gongfu.reading.ooxml import bomb, encrypted, refuse_bomb

_ZIP = b"PK\x03\x04"
_ZIP_ENTRY = b"PK\x01\x02"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096

_TEXT_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    # What exporting systems name so, when it is no workbook, is text with tabs: spreadsheet programs open it.
    ".xls": "tsv",
}  # fmt: skip

_PLAIN_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".text", ".md", ".markdown"})

# (bytes at the start, name in zh, name in en, what to do in zh, what to do in en)
_SAVE_XLSX = ("请用WPS或Excel打开，另存为.xlsx后再试", "Open it in a spreadsheet program and save it as .xlsx")
_SAVE_DOCX = ("请用WPS或Word打开，另存为.docx后再试", "Open it in a word processor and save it as .docx")
_SAVE_OFFICE = ("请另存为.xlsx或.docx后再试", "Save it as .xlsx or .docx")
_EXPORT_PDF = (
    "请导出为带文字的PDF，或提供Word、Excel原文件",
    "Export it as a PDF with text, or use the Word or Excel file",
)
_UNPACK = ("请先解压，再选择其中的清单文件", "Unpack it first and choose the catalogue inside")
_ORIGINAL = (
    "请提供Word、Excel原文件，或先做文字识别",
    "Use the Word or Excel file it was made from, or run text recognition",
)
_REFUSED_STARTS = (
    (b"{\\rtf", "RTF文档", "an RTF document", _SAVE_DOCX),
    (b"MIME-Version:", "单个文件网页（MHT）", "a single-file web page (MHT)", _SAVE_XLSX),
    (b"Rar!", "RAR压缩包", "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "7z压缩包", "a 7z archive", _UNPACK),
    (b"\x1f\x8b", "gzip压缩包", "a gzip archive", _UNPACK),
    (b"\x89PNG", "图片", "a picture", _ORIGINAL),
    (b"\xff\xd8\xff", "图片", "a picture", _ORIGINAL),
    (b"GIF8", "图片", "a picture", _ORIGINAL),
    (b"II*\x00", "图片", "a picture", _ORIGINAL),
    (b"MM\x00*", "图片", "a picture", _ORIGINAL),
)
_REFUSED_STREAMS = (
    ("WordDocument", "旧版Word（.doc）或WPS文字文档", "an old Word document (.doc)", _SAVE_DOCX),
    ("PowerPoint Document", "演示文稿", "a presentation", _SAVE_DOCX),
)
_REFUSED_PARTS = (
    ("xl/workbook.bin", "二进制工作簿（.xlsb）", "a binary workbook (.xlsb)", _SAVE_XLSX),
    ("ppt/", "演示文稿", "a presentation", _SAVE_DOCX),
    ("ofd.xml", "OFD版式文件", "an OFD file", _EXPORT_PDF),
    ("content.xml", "OpenDocument文件", "an OpenDocument file", _SAVE_OFFICE),
)


def recognise(path: Path, limits: Limits) -> str:
    """Return the format: xlsx, xlsm, xls, docx, pdf, html, csv, tsv, md or txt; UnreadableDocument when it is none.

    The size of the file is known to be within the limits.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for start, zh, en, remedy in _REFUSED_STARTS:
        if head.startswith(start):
            raise _refused(path.name, zh, en, remedy)
    if head.startswith(_ZIP):
        return _zip_format(path, limits)
    if head.startswith(_OLE):
        return _ole_format(path)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return _text_format(path, head)


def _refused(name: str, zh: str, en: str, remedy: tuple[str, str]) -> UnreadableDocument:
    return UnreadableDocument(
        f"文件“{name}”是{zh}，不能直接读取。{remedy[0]}。",
        f"The file “{name}” is {en}, which is not read. {remedy[1]} and try again.",
    )


def _zip_format(path: Path, limits: Limits) -> str:
    """Return the format of a container by the parts it holds, after making sure that looking into it is harmless."""
    # Every part has an entry in the directory, whatever number the directory declares.
    if path.read_bytes().count(_ZIP_ENTRY) > limits.entries:
        raise bomb(path.name, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bomb(archive, path, limits)
            parts = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as fault:
        raise damaged(path.name) from fault
    for part, zh, en, remedy in _REFUSED_PARTS:
        if any(name.startswith(part) for name in parts):
            raise _refused(path.name, zh, en, remedy)
    if any(name.startswith("word/") for name in parts):
        return "docx"
    if any(name.startswith("xl/") for name in parts):
        return "xlsm" if "xl/vbaproject.bin" in parts else "xlsx"
    raise _refused(path.name, "ZIP压缩包", "a ZIP archive", _UNPACK)


def _ole_format(path: Path) -> str:
    """Return xls for the container of old office files, by the names of the streams in it."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise encrypted(path.name)
    for stream, zh, en, remedy in _REFUSED_STREAMS:
        if stream.encode("utf-16-le") in data:
            raise _refused(path.name, zh, en, remedy)
    return "xls"


def _text_format(path: Path, head: bytes) -> str:
    """Return the format of something that should be text: HTML by its tags, else as its name says."""
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    suffix = path.suffix.lower()
    declared = start.startswith((b"<?xml", b"<!--"))
    if start.startswith((b"<!doctype html", b"<html")) or (declared and b"<html" in start):
        return "html"
    if declared and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise _refused(path.name, "XML表格（Excel 2003）", "an XML spreadsheet of Excel 2003", _SAVE_XLSX)
    # Markdown and text may begin with a tag without being a page.
    if suffix not in _PLAIN_SUFFIXES and start.startswith(
        (b"<head", b"<meta", b"<table", b"<body", b"<div", b"<style")
    ):
        return "html"
    if suffix in _TEXT_SUFFIXES:
        return _TEXT_SUFFIXES[suffix]
    raise _misnamed(path) if _is_text(head) else not_text(path.name)


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head and sum(byte < 9 for byte in head) == 0


def _misnamed(path: Path) -> UnreadableDocument:
    suffix = path.suffix or "（无扩展名）"
    return UnreadableDocument(
        f"文件“{path.name}”的扩展名是{suffix}，内容却是文本。若是分列文本请改名为.csv或.tsv，若是文章请改名为.txt；"
        "否则请重新导出。",
        f"The file “{path.name}” holds text, which its name does not say. Rename it to .csv or .tsv if it holds a "
        "table, to .txt if it holds an article, or export it again.",
    )
