"""What tests of reading share: one small table, the texts of cells that were read, a changed part of a container."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from gongfu.document import Document, Table

HEADER = ["序号", "服务项目", "服务对象", "服务标准", "支出责任", "牵头负责单位"]
ROWS = [
    HEADER,
    ["1", "免费义务教育", "义务教育学生", "小学650元，初中850元；免费。", "省、市、县负责", "省教育厅"],
    ["2", "“12333”热线", "所有单位", '含 , ; " 与|号', "", "省人社厅"],
]


def texts(table: Table) -> list[list[str]]:
    """Return the texts of the cells, row by row."""
    return [[cell.text for cell in row] for row in table.rows]


def only(document: Document) -> Table:
    """Return the one table of a document."""
    assert len(document.tables) == 1
    return document.tables[0]


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Change the text of one part of a container."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path
