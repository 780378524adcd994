"""Bytes become text: UTF-8, UTF-16 with its mark, GB18030; anything else is refused with the place that fails.

Place in the flow: used by the readers of csv, text, Markdown and HTML.
"""

import codecs
import re

from gongfu.reading.cells import UnreadableDocument

_LINE_MAX = 1_000_000
_SAMPLE = 1_000_000
_DAMAGED_SHARE = 0.02
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(data: bytes, name: str) -> str:
    """Return the text of a file with every line break as ``\\n``; UnreadableDocument when it is none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(_strict(data.removeprefix(mark), encoding, name), name)
    try:
        return _checked(data.decode("utf-8"), name)
    except UnicodeDecodeError as fault:
        if _is_damaged_utf8(data):
            raise _broken_byte(name, data, fault.start) from fault
    # GB2312 and GBK are subsets of GB18030, which office programs in China write as ANSI.
    return _checked(_strict(data, "gb18030", name), name)


def decoded_page(data: bytes, name: str) -> str:
    """Return the text of an HTML page: as its meta element declares, else as ``decoded`` finds."""
    declared = _CHARSET.search(data, 0, 4096)
    if declared and declared[1].lower() in (b"gb2312", b"gbk", b"gb18030", b"x-gbk"):
        return _checked(_strict(data, "gb18030", name), name)
    return decoded(data, name)


def lines(text: str, name: str) -> list[str]:
    """Return the lines of a text; UnreadableDocument when one is longer than any text for people."""
    found = text.split("\n")
    for number, line in enumerate(found, 1):
        if len(line) > _LINE_MAX:
            raise UnreadableDocument(
                f"文件“{name}”第{number}行超过{_LINE_MAX}个字符，不像清单文本。请检查文件后再试。",
                f"Line {number} of “{name}” is longer than {_LINE_MAX} characters: this is no catalogue. "
                "Check the file and try again.",
            )
    return found


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as fault:
        raise _broken_byte(name, data, fault.start) from fault


def _is_damaged_utf8(data: bytes) -> bool:
    """Say whether nearly all of it is UTF-8: a cut or mended file, which GB18030 would turn into nonsense."""
    text = data.decode("utf-8", "replace")
    foreign = sum(character > "\x7f" for character in text)
    return text.count("\ufffd") <= max(1, _DAMAGED_SHARE * foreign) < foreign


def _checked(text: str, name: str) -> str:
    sample = text[:_SAMPLE]
    if "\x00" in text or len(_CONTROL.findall(sample)) > len(sample) / 100:
        raise not_text(name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def not_text(name: str) -> UnreadableDocument:
    """Return the fault of a file that is neither a known format nor text."""
    return UnreadableDocument(
        f"文件“{name}”既不是可识别的表格或文档，也不是文本。请用xlsx、xls、csv、docx、带文字的pdf、html、md或txt格式另存后再试。",
        f"The file “{name}” is no known format and no text. "
        "Save it as xlsx, xls, csv, docx, PDF with text, html, md or txt and try again.",
    )


def _broken_byte(name: str, data: bytes, position: int) -> UnreadableDocument:
    line = data.count(b"\n", 0, position) + 1
    return UnreadableDocument(
        f"文件“{name}”第{line}行有无法识别的字符（字节位置{position}）：文件损坏，或编码既不是UTF-8也不是GB18030。"
        "请用原来的软件打开，选择UTF-8编码另存后再试。",
        f"Line {line} of “{name}” (byte {position}) cannot be decoded: the file is damaged or neither UTF-8 nor "
        "GB18030. Save it as UTF-8 and try again.",
    )
