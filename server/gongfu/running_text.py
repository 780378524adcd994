"""Running text: rows of a catalogue whose table lost its columns are told apart again, where nothing is in doubt.

Place in the flow: document -> **running text** -> arrange. Text extraction writes a row as one line, its cells parted
by blanks, and puts blanks inside words as well: where the font changes, before a radical, a digit, a Latin letter.
A line is a row only when its cells fit the header, the first is a number and the one of the lead unit names units, and
when it follows a row, a heading or the header: amid fragments of interleaved columns a row is incomplete. Everything
else up to the end of the annex is handed on as unread, one passage for each stretch of lines.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from math import comb

from gongfu.catalogue import CellReference, Unread
from gongfu.codes import CodeLists
from gongfu.departments import is_field, read_departments
from gongfu.document import Table
from gongfu.header_titles import columns, is_heading
from gongfu.reading.cells import caption, table_address, table_from_texts
from gongfu.text import key, plain_characters, tidy

_HEADER_MAX, _HEADER_PIECES, _TITLE_PIECES = 200, 40, 6
_UNITS_MAX, _UNIT_MAX = 150, 20
_READINGS_MAX = 500
_END = re.compile(r"[#*\s]*(?:附件|附表|附录)\s*[0-9一二三四五六七八九十]{0,3}\s*(?:[:：].*|\s\S.{0,40})?")
_NUMBER = re.compile(r"[（(]?(\d{1,4})[）)．.、]?(?=\s)")
# 一般, 三农: a numeral that begins a word, not a heading.
_NUMERAL_WORD = re.compile(r"[（(]?[一二三四五六七八九十]+(?![一二三四五六七八九十、.．)）])")
_BLANK = re.compile(r"\s+")
# A blank after or before one of these stands inside a cell, however wide it is.
_JOINING, _CLOSING = "、，,（(《〈“‘：:", "、，,。；;：:）)》〉”’"
_SENTENCE_ENDS = "。；;！!”）)"
_LETTER_MARKS = "“”‘’%‰+/<>"
_LONG_COLUMNS = ("content", "standard", "funding")


@dataclass(frozen=True)
class RunningText:
    """The tables told apart in running text, and the passages in which nothing could be."""

    tables: tuple[Table, ...]
    unread: tuple[Unread, ...]


@dataclass(frozen=True)
class _Annex:
    """The lines from a header to the end of its annex; ``fields`` are the columns that the header names."""

    above: str
    titles: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(columns().titles[key(title)] for title in self.titles)


@dataclass(frozen=True)
class _Line:
    """A line, its place in the annex, and what it is.

    ``kind`` is header, heading, row (its cells fit the header), odd (a row whose cells do not), ignored or fragment.
    """

    place: int
    kind: str
    text: str
    cells: tuple[str, ...] = ()
    number: int | None = None


def read_running_text(prose: str, tables: int, codes: CodeLists) -> RunningText:
    """Return the tables in the prose of a document that holds ``tables`` others; none where no header line stands."""
    found: list[Table] = []
    unread: list[Unread] = []
    for number, annex in enumerate(_annexes(prose.split("\n")), tables + 1):
        sheet, address = caption(tidy(annex.above), number), table_address(number)
        lines = _without_torn_rows(list(_lines(annex, codes)), annex.fields)
        cells = {line.place: line.cells for line in lines}
        rows = (cells.get(place, ()) for place in range(1, len(annex.lines) + 1))
        found.append(table_from_texts(sheet, rows, address))
        unread += [Unread("passage", text, CellReference(sheet, address(place, 1))) for place, text in _passages(lines)]
    return RunningText(tuple(found), tuple(unread))


def _annexes(lines: Sequence[str]) -> Iterator[_Annex]:
    """Yield each stretch of lines that a header line opens, up to the next annex, another header or the end."""
    start, above, announced = 0, "", ""
    titles: tuple[str, ...] = ()
    for index, line in enumerate(lines):
        here, ends = _header(line), _ends(line)
        if titles and ((here and here != titles) or (ends and key(line) != announced)):  # page heads repeat their own
            yield _Annex(above, titles, tuple(lines[start:index]))
            titles = ()
        if ends and not titles:
            announced = key(line)
        if here and not titles:
            start, above, titles = index, lines[index - 1] if index else "", here
    if titles:
        yield _Annex(above, titles, tuple(lines[start:]))


def _ends(line: str) -> bool:
    """Say whether a line announces the next annex or heads a table of another kind."""
    if len(line) > _HEADER_MAX:
        return False
    pieces = [key(piece) for piece in line.split()]
    other = len(pieces) > 2 and pieces[0] in {"指标", "序号", "编号"} and max(map(len, pieces)) < 12
    return bool(_END.fullmatch(plain_characters(line.strip()))) or (other and not _header(line))


def _header(line: str) -> tuple[str, ...]:
    """Return the titles of a line that consists of known titles, blanks aside, and heads a catalogue; else nothing."""
    pieces = line.split() if len(line) <= _HEADER_MAX else []
    titles = _titles(pieces, frozenset()) if 3 <= len(pieces) <= _HEADER_PIECES else None
    fields = {columns().titles[key(title)] for title in titles or ()}
    return titles if titles and columns().make_header(fields) else ()


def _titles(pieces: Sequence[str], used: frozenset[str]) -> tuple[str, ...] | None:
    """Return the most known titles, each of another column, that these pieces are together; None when they are not."""
    if not pieces:
        return ()
    found: list[tuple[str, ...]] = []
    for size in range(1, min(_TITLE_PIECES, len(pieces)) + 1):
        title = tidy("".join(pieces[:size]))
        name = columns().titles.get(key(title))
        if name and name not in used:
            rest = _titles(pieces[size:], used | {name})
            found += [(title, *rest)] if rest is not None else []
    return max(found, key=len, default=None)


def _lines(annex: _Annex, codes: CodeLists) -> Iterator[_Line]:
    """Yield what every line of an annex is; lines that mean nothing are left out between rows, not amid fragments."""
    last, kind = 0, "header"
    for place, text in enumerate(annex.lines, 1):
        line = _line(place, text.strip(), annex, last, codes)
        if line.kind == "ignored" and kind == "fragment" and line.text:
            line = replace(line, kind="fragment")
        if line.kind != "ignored":
            last, kind = line.number or last, line.kind
            yield line


def _line(place: int, text: str, annex: _Annex, last: int, codes: CodeLists) -> _Line:
    plain = tidy(text)
    if _header(text):
        return _Line(place, "header", text, annex.titles)
    if is_heading(plain) and not _NUMERAL_WORD.match(plain):
        return _Line(place, "heading", text, (plain,))
    if not plain or _means_nothing(plain, last):
        return _Line(place, "ignored", text)
    number = _NUMBER.match(text)
    if number is None:
        return _Line(place, "fragment", text)
    cells = _cells(number[0], text[number.end() :].strip(), annex.fields, codes)
    kind = "row" if cells else "odd" if names_units(text.split()[-1], codes) else "fragment"
    return _Line(place, kind, text, cells, int(number[1]))


def _means_nothing(line: str, last: int) -> bool:
    """Say whether a line between rows is only page furniture; the next number alone is a row that fell apart."""
    furniture = columns().ignore(line) and line != str(last + 1)
    return furniture and (not line.startswith("附") or _ends(line))


def _cells(number: str, rest: str, fields: Sequence[str], codes: CodeLists) -> tuple[str, ...]:
    """Return the cells of a row when its blanks part them in one way only that fits the header; else nothing."""
    if fields[0] != "number" or "departments" not in fields:
        return ()  # neither end of a row could be told: nothing would prove that the cells are the right ones
    certain, doubtful = _separators(rest)
    wanted = len(fields) - 2 - len(certain)
    if not 0 <= wanted <= len(doubtful) or comb(len(doubtful), wanted) > _READINGS_MAX:
        return ()
    readings = [(number, *_parted(rest, sorted((*certain, *more)))) for more in combinations(doubtful, wanted)]
    units = fields.index("departments")
    named = {text for text in {cells[units] for cells in readings} if names_units(text, codes)}
    fitting = [cells for cells in readings if cells[units] in named]
    return fitting[0] if len(fitting) == 1 else ()


def _separators(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the blanks of a row that part cells for certain, and those that extraction may have put in."""
    certain: list[tuple[int, int]] = []
    doubtful: list[tuple[int, int]] = []
    for blank in _BLANK.finditer(text):
        before, after = text[blank.start() - 1], text[blank.end()]
        if before not in _JOINING and after not in _CLOSING:
            single = blank[0] in " \u00a0"
            (doubtful if single and _font_changes(before, after) else certain).append(blank.span())
    return certain, doubtful


def _font_changes(before: str, after: str) -> bool:
    """Say whether extraction may put a blank between these two: into a foreign font, or out of digits and letters."""
    one, other = _font(before), _font(after)
    return one != other and (other != "text" or one == "letters")


def _font(character: str) -> str:
    if "\u2e80" <= character <= "\u2fd5":
        return "radicals"
    return "letters" if character in _LETTER_MARKS or (character.isascii() and character.isalnum()) else "text"


def _parted(text: str, blanks: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    starts, ends = [0, *(end for _, end in blanks)], [*(start for start, _ in blanks), len(text)]
    return tuple(text[start:end] for start, end in zip(starts, ends, strict=True))


def names_units(text: str, codes: CodeLists) -> bool:
    """Say whether a cell consists of names of units, none of them cut off."""
    if not text or len(text) > _UNITS_MAX or re.search("[。；;]", text) or text[-1] in _JOINING:
        return False
    roles = read_departments(text, "CN", codes)
    known = (role.iri or role.counterparts or role.kind != "unknown" for role in roles)
    if not roles or is_field(roles[-1].name, codes):  # 民政 may be the first half of 民政部
        return False
    return all(known) and all(len(role.name) <= _UNIT_MAX for role in roles)


def _without_torn_rows(lines: Sequence[_Line], fields: Sequence[str]) -> list[_Line]:
    """Make fragments of the rows that stand amid fragments: nothing says that they are whole."""
    following: list[_Line | None] = [*lines[1:], None]
    return [
        replace(line, kind="fragment", cells=())
        if line.kind == "row" and (before.kind == "fragment" or _cut(line, after, fields))
        else line
        for before, line, after in zip((lines[0], *lines), lines, following, strict=False)
    ]


def _cut(row: _Line, after: _Line | None, fields: Sequence[str]) -> bool:
    """Say whether the fragment after a row holds the end of one of its cells."""
    if after is None or after.kind != "fragment":
        return False
    long = [cell for name, cell in zip(fields, row.cells, strict=True) if name in _LONG_COLUMNS]
    return after.text[0] in _CLOSING or any(cell[-1] not in _SENTENCE_ENDS for cell in long)


def _passages(lines: Sequence[_Line]) -> Iterator[tuple[int, str]]:
    """Yield each stretch of lines that are no rows, with the place of its first line; radicals mapped."""
    for unread, group in groupby(lines, key=lambda line: line.kind in {"fragment", "odd"}):
        if unread:
            stretch = list(group)
            yield stretch[0].place, "\n".join(tidy(line.text) for line in stretch)
