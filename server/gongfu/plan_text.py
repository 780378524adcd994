"""Plan text: indicator tables and divisions of tasks whose columns were lost: a row a line, its cells parted by blanks.

Place in the flow: document -> plan -> **plan text** -> arrange; for documents in which no such table was found. A line
is a row only when it ends in as many figures as the header has columns of them; every other line is left alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from gongfu.catalogue import CellReference, Observation, Plan, Task
from gongfu.codes import CodeLists
from gongfu.figures import Title, read_figure, read_label, read_title, with_kinds
from gongfu.header_titles import is_heading
from gongfu.plan import task_words
from gongfu.text import key, plain_characters, tidy

_LINE_MAX, _LINES_MAX, _HEADER_MAX = 200, 50_000, 40
_ENDS = re.compile(r"^(注|备注|说明|资料来源)[:：]|^第[一二三四五六七八九十]+[章节]|^附件")
_TASK = re.compile(r"^(\d{1,3})[.、\s]\s*(.{4,}?。)\s*(\S{2,}.*(?:负责|牵头|参加|配合))$")


def read_plan_text(prose: str, codes: CodeLists) -> Plan:
    """Return the figures and tasks that stand as lines in a document's running text."""
    lines = [plain_characters(line).strip() for line in prose.split("\n")[:_LINES_MAX]]
    return Plan(tuple(_observations(lines, codes)), tuple(_tasks(lines)))


def _observations(lines: Sequence[str], codes: CodeLists) -> Iterator[Observation]:
    titles: list[Title] = []
    domain = ""
    for number, line in enumerate(lines, 1):
        header = _header(line)
        if header or (titles and _ENDS.match(line)):
            titles = header
        elif titles and line and len(line) <= _LINE_MAX:
            found = list(_row(line, number, titles, domain, codes))
            domain = tidy(line) if not found and is_heading(tidy(line)) else domain
            yield from found


def _header(line: str) -> list[Title]:
    """Return the columns of figures that a line heads; nothing where it is no such header."""
    joined = re.sub(r"(?<=指)\s+(?=标)|(?<=累)\s+(?=计)|(?<=\d)\s+(?=年)", "", line)
    titles = [read_title(piece) for piece in joined.split()] if len(line) <= _HEADER_MAX else []
    known = [title for title in titles if title]
    if len(known) != len(titles) or not known or known[0].field != "label":
        return []
    columns: Mapping[int, Title] = with_kinds(dict(enumerate(known)))
    return [columns[place] for place in sorted(columns) if columns[place].field == "figure"]


def _row(line: str, number: int, titles: Sequence[Title], domain: str, codes: CodeLists) -> Iterator[Observation]:
    pieces = line.split()
    label, cells = "".join(pieces[: -len(titles)]), pieces[-len(titles) :]
    figures = [read_figure(cell, codes) for cell in cells]
    if not label or len(cells) < len(titles) or any(figure is None for figure in figures):
        return
    name, unit = read_label(label, "", codes)
    for title, cell, figure in zip(titles, cells, figures, strict=True):
        if figure:
            yield Observation(
                label=name, indicator=codes.iri("indicator", name) or "", period=title.period, kind=title.kind,
                printed=cell, value=figure.value, comparator=figure.comparator, unit=unit.unit or figure.unit,
                multiplier=unit.multiplier, printed_unit=unit.printed or figure.unit, domain=domain,
                cell=CellReference("正文", f"L{number}"),
            )  # fmt: skip


def _tasks(lines: Sequence[str]) -> Iterator[Task]:
    """Yield the tasks below a line that heads a division of tasks, up to the end of the annex."""
    inside = False
    for number, line in enumerate(lines, 1):
        if _heads_tasks(line):
            inside = True
        elif inside and _ENDS.match(line):
            inside = False
        elif inside and len(line) <= 2 * _LINE_MAX and (row := _TASK.match(line)):
            yield Task(row[1], tidy(row[2]), tidy(row[3]), cell=CellReference("正文", f"L{number}"))


def _heads_tasks(line: str) -> bool:
    columns = task_words()["columns"]
    pieces = {key(piece) for piece in line.split()} if len(line) <= _HEADER_MAX else set()
    names = {name for name, column in columns.items() if pieces & {key(title) for title in column["titles"]}}
    return "task" in names and bool(names & set(task_words()["units"]))
