"""What tests of reading share: one small table, and the texts of the cells that were read."""

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
