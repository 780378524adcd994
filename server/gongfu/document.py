"""Read: a file as its owner has it becomes tables of text cells, each with its address in that file.

Place in the flow: **document** -> arrange -> map. This is the door; ``gongfu.reading`` holds one reader a format.

Read are xlsx, xlsm, xls, csv, tsv, docx, pdf with text, html (also when named .xls), md and txt. Everything a file
can do wrong is an ``UnreadableDocument`` with a remedy; nothing is guessed, repaired or left out in silence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from gongfu.reading.cells import (
    MEGABYTE,
    Block,
    Cell,
    Limits,
    Table,
    Unread,
    UnreadableDocument,
    too_large,
)
from gongfu.reading.recognition import recognise
from gongfu.refused import refused

__all__ = ["Cell", "Document", "Limits", "Table", "UnreadableDocument", "read_document"]

Reader = Callable[[Path, Limits], Iterator[Block]]

# Which module reads which format, and by which function. A module and the libraries behind it are imported only when
# such a file comes.
_READERS: Mapping[str, tuple[str, str]] = {
    "xlsx": ("spreadsheets", "read_xlsx"),
    "xlsm": ("spreadsheets", "read_xlsx"),
    "xls": ("spreadsheets", "read_xls"),
    "csv": ("delimited", "read_delimited"),
    "tsv": ("delimited", "read_delimited"),
    "docx": ("word_documents", "read_docx"),
    "pdf": ("pdf_documents", "read_pdf"),
    "html": ("web_pages", "read_web_page"),
    "md": ("plain_text", "read_plain_text"),
    "txt": ("plain_text", "read_plain_text"),
}


def _reader(kind: str) -> Reader:
    module, name = _READERS[kind]
    found: Reader = getattr(import_module(f"gongfu.reading.{module}"), name)
    return found


@dataclass(frozen=True)
class Document:
    """A file as read: its tables in order, and the text outside of them, a line for each line or paragraph.

    ``unread`` are the addresses of places that hold something no reader can read: P3 is a page that is only a picture.
    """

    path: str
    format: str
    tables: tuple[Table, ...]
    prose: str
    unread: tuple[str, ...] = ()


def read_document(path: Path, limits: Limits = Limits()) -> Document:  # noqa: B008 (frozen, so it can be shared)
    """Return the tables and the prose of a file; UnreadableDocument when it cannot be read within the limits."""
    _check_file(path, limits)
    kind = recognise(path, limits)
    blocks = list(_within_cells(_reader(kind)(path, limits), limits, path.name))
    return Document(
        path=str(path),
        format=kind,
        tables=tuple(block for block in blocks if isinstance(block, Table)),
        prose="\n".join(block for block in blocks if isinstance(block, str)),
        unread=tuple(block.address for block in blocks if isinstance(block, Unread)),
    )


def _check_file(path: Path, limits: Limits) -> None:
    """Raise UnreadableDocument for what can be told without reading the file."""
    try:
        there = path.is_file()
        if there:
            path.open("rb").close()
    except OSError as error:
        raise UnreadableDocument(*refused(error, path)) from error
    if not there:
        raise UnreadableDocument(
            f"找不到文件“{path}”，或它是一个文件夹。请检查路径和文件名。",
            f"There is no file “{path}”, or it is a folder. Check the path and the name.",
        )
    size = path.stat().st_size
    if size == 0:
        raise UnreadableDocument(
            f"文件“{path.name}”是空的（0字节）。请重新下载或复制一次。",
            f"The file “{path.name}” is empty (0 bytes). Fetch or copy it again.",
        )
    if size > limits.file_size:
        raise too_large(
            path.name, "文件大小（MB）", "the size in MB", -(-size // MEGABYTE), limits.file_size // MEGABYTE
        )


def _within_cells(blocks: Iterable[Block], limits: Limits, name: str) -> Iterator[Block]:
    """Pass the blocks on until all tables together hold more cells than allowed."""
    cells = 0
    for block in blocks:
        if isinstance(block, Table):
            cells += sum(map(len, block.rows))
            if cells > limits.cells:
                raise too_large(name, "全部单元格数", "the number of all cells", cells, limits.cells)
        yield block
