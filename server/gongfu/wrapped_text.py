"""Wrapped text: a table that was copied cell by cell, its cells broken at the width of their columns, is told apart.

Place in the flow: document -> **wrapped text** -> arrange. That is what copying a table out of a printed page leaves:
the number of a row, then the lines of its cells one after another, and nothing between two cells. A line that is not
the last of its cell is full: the next word would not have fitted. The widths of the columns under which that holds
best are looked for; a row is read where one way of parting its lines is better than all others, and what stays in
doubt is handed on as unread.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

from gongfu.catalogue import CellReference, Unread
from gongfu.codes import CodeLists
from gongfu.departments import read_departments
from gongfu.header_titles import columns, is_heading
from gongfu.reading.cells import caption, table_address, table_from_texts
from gongfu.running_text import RunningText, names_units
from gongfu.text import key, tidy

_NUMBER = re.compile(r"[（(]?(\d{1,3})[）)．.、]?")
_ANNEX = re.compile(r"(附件|附表|附录)\s*[0-9一二三四五六七八九十]{0,3}[:：]?")
_PAYS = re.compile("财政|政府|承担|负担|分担|缴|基金|补助|负责|经费|自筹|中央|单位")
# What is not broken: figures and letters, an opening bracket and what it opens, a mark that may not begin a line.
_WORD = re.compile(r"[（《“‘(]*(?:[0-9A-Za-z.%—–-]+|.)[，。、；：）》”’％%,.;:)]*")
_CLOSING, _JOINING = "，。、；：）》”’％%,.;:)", "（《“‘(、，,"
_TITLE_LINES, _HEADINGS, _ROW_LINES, _ROWS_MIN, _SHARE_MIN = 3, 8, 60, 4, 0.5
_SAMPLE, _PASSES, _WIDTHS, _SLIPS = 20, 4, 16, 0.25
# What it costs: a line broken for no reason, a cell of another kind than its column, a unit that no list knows or a
# cell of sentences that ends within one; and how much of this is let pass.
_TORN, _STRANGE, _DOUBTFUL, _DOUBT, _HOPELESS = 2, 4, 1, 2, 16


def read_wrapped_text(prose: str, tables: int, codes: CodeLists) -> RunningText:
    """Return the table whose cells were broken into lines, for a document of ``tables`` others; nothing for no such."""
    lines = [tidy(line) for line in prose.split("\n")]
    start, titles = next(
        ((place, found) for place in range(len(lines)) if (found := _header(lines, place)[0])), (0, ())
    )
    fields = [columns().titles[key(title)] for title in titles]
    if not fields or fields[0] != "number" or "departments" not in fields:
        return RunningText((), ())
    blocks, headings = _blocks(lines, start, titles)
    rows = {
        block.place: cells for block, cells in zip(blocks, _parted(blocks, fields[1:], codes), strict=True) if cells
    }
    if len(rows) < max(_ROWS_MIN, _SHARE_MIN * len(blocks)):
        return RunningText((), ())
    sheet, address = caption("", tables + 1), table_address(tables + 1)
    unread = tuple(Unread("passage", "\n".join((block.number, *block.lines)),
                          CellReference(sheet, address(block.place + 1, 1)))
                   for block in blocks if block.place not in rows)  # fmt: skip
    told = {start: titles, **headings, **rows}
    table = table_from_texts(sheet, (told.get(place, ()) for place in range(len(lines))), address)
    return RunningText((table,), unread)


def _header(lines: Sequence[str], start: int) -> tuple[tuple[str, ...], int]:
    """Return the titles that head a catalogue from this line on, each in up to three lines, and the line behind."""
    titles: dict[str, str] = {}
    place = start
    while place < len(lines):
        sizes = range(min(_TITLE_LINES, len(lines) - place), 0, -1)
        joined = ((size, "".join(lines[place : place + size])) for size in sizes)
        known = ((size, title, columns().titles.get(key(title))) for size, title in joined)
        size, title, name = next((one for one in known if one[2] and one[2] not in titles), (0, "", None))
        if not name:
            break
        titles[name] = title
        place += size
    return (tuple(titles.values()), place) if columns().make_header(set(titles)) else ((), start)


# --- the lines of each row -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Block:
    """The lines between a row's number and what follows it; ``place`` is the line of the number."""

    place: int
    number: str
    lines: tuple[str, ...]

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Return how wide each line is, a Latin letter or figure counting one, anything else two."""
        return tuple(map(_width, self.lines))

    @cached_property
    def with_next(self) -> tuple[int, ...]:
        """Return how wide each line but the last would be with the next word on it."""
        words = (_WORD.match(line) for line in self.lines[1:])
        return tuple(width + (_width(word[0]) if word else 0) for width, word in zip(self.widths, words, strict=False))


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _blocks(
    lines: Sequence[str], start: int, titles: tuple[str, ...]
) -> tuple[list[_Block], dict[int, tuple[str, ...]]]:
    """Return the lines of each row from the header on, and the headings between rows by their place."""
    blocks: list[_Block] = []
    headings: dict[int, tuple[str, ...]] = {}
    place = _header(lines, start)[1]
    while place < len(lines) and not (_ANNEX.fullmatch(lines[place]) and blocks):
        line, behind = lines[place], _header(lines, place)
        number = _NUMBER.fullmatch(line)
        if behind[0] == titles:
            place = behind[1]
            continue
        if number and int(number[1]) in {1, _last(blocks) + 1}:
            blocks.append(_Block(place, line, ()))
        elif is_heading(line) and _row_follows(lines, place + 1, blocks):
            headings[place] = (line,)
        elif blocks and line and not columns().ignore(line):
            blocks[-1] = _Block(blocks[-1].place, blocks[-1].number, (*blocks[-1].lines, line))
        place += 1
    return [block for block in blocks if block.lines], headings


def _last(blocks: Sequence[_Block]) -> int:
    number = _NUMBER.fullmatch(blocks[-1].number) if blocks else None
    return int(number[1]) if number else 0


def _row_follows(lines: Sequence[str], place: int, blocks: Sequence[_Block]) -> bool:
    """Say whether the next line that is no heading is the number of a row: 一、二年级 in a cell heads nothing."""
    line = next((line for line in lines[place : place + _HEADINGS] if line and not is_heading(line)), "")
    number = _NUMBER.fullmatch(line)
    return bool(number and int(number[1]) in {1, _last(blocks) + 1}) or bool(_header([line], 0)[0])


# --- parting the lines of a row --------------------------------------------------------------------------------------

Strange = Callable[[str, str], int]
Way = tuple[int, int, tuple[int, ...]]  # what it costs to part lines, in how many ways that is reached, where cells end


def _parted(blocks: Sequence[_Block], fields: Sequence[str], codes: CodeLists) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each row, the number first; nothing where no way of parting it is better than all others."""

    @cache
    def strange(field: str, text: str) -> int:
        return _strangeness(field, text, codes)

    whole = {block.place: _Parting(block, fields, strange) for block in blocks
             if len(fields) <= len(block.lines) <= _ROW_LINES}  # fmt: skip
    sample = sorted(whole.values(), key=lambda one: len(one.block.lines))[:_SAMPLE]
    widths = _widths(sample, fields) if len(whole) >= _ROWS_MIN else ()
    for block in blocks:
        ends = whole[block.place].best(widths)[1] if widths and block.place in whole else ()
        starts = (0, *ends)
        cells = tuple("".join(block.lines[first:last]) for first, last in zip(starts, ends, strict=False))
        yield (block.number, *cells) if cells else ()


def _strangeness(field: str, text: str, codes: CodeLists) -> int:
    """Return what it costs to take a text for a cell of this column."""
    if text[0] in _CLOSING or text[-1] in _JOINING:
        return _STRANGE
    if field == "departments":
        units = read_departments(text, "CN", codes) if names_units(text, codes) else ()
        return _DOUBTFUL * any(not (unit.iri or unit.counterparts) for unit in units) if units else _STRANGE
    if field == "funding":
        return _DOUBTFUL * (not _PAYS.search(text.split("。")[0])) if _PAYS.search(text) else _STRANGE
    return _DOUBTFUL * (("。" in text[:-1] and text[-1] not in _CLOSING) or (field == "name" and "的" in text))


def _widths(rows: Sequence["_Parting"], fields: Sequence[str]) -> tuple[int, ...]:
    """Return the widths of the columns under which the rows are parted at the least cost, from the likely starts."""
    blocks = [row.block for row in rows]
    seen = Counter(width for block in blocks for width in block.widths)
    likely = sorted({*(width for width, _ in seen.most_common(_WIDTHS)), max(seen)})
    first, last = max(block.widths[0] for block in blocks), max(block.widths[-1] for block in blocks)
    found: dict[tuple[int, ...], int] = {}
    for middle in (likely[-1], likely[len(likely) // 2], likely[len(likely) // 4]):
        start = (first, *(middle for _ in fields[2:]), last)
        least, widths = _settled(start, likely, rows)
        found[widths] = least
        if least <= len(blocks) * _SLIPS:
            break
    return min(found, key=lambda widths: found[widths])


def _settled(widths: tuple[int, ...], likely: Sequence[int], rows: Sequence["_Parting"]) -> tuple[int, tuple[int, ...]]:
    """Change one width after another as long as that costs less; return the cost and the widths."""
    least = sum(row.best(widths)[0] for row in rows)
    for _ in range(_PASSES):
        before = widths
        for column in range(len(widths)):
            tried = {(*widths[:column], width, *widths[column + 1 :]) for width in likely} - {widths}
            for one in tried:
                least, widths = min((least, widths), (_cost(rows, one, least), one))
        if widths == before:
            break
    return least, widths


def _cost(rows: Sequence["_Parting"], widths: tuple[int, ...], least: int) -> int:
    """Return what it costs to part the rows under these widths, or what is more than ``least`` already."""
    cost = 0
    for row in rows:
        cost += row.best(widths)[0]
        if cost > least:
            break
    return cost


class _Parting:
    """The ways of parting the lines of a row.

    Hundreds of widths are tried, a column changed at a time: what columns before it cost is kept from the last ones.
    """

    def __init__(self, block: _Block, fields: Sequence[str], strange: Strange) -> None:
        self.block, self._size, self._columns = block, len(block.lines), len(fields)
        self._strange = strange
        self._fields, self._cells = fields, [dict[tuple[int, int], int]() for _ in fields]
        self._torn: dict[int, tuple[list[int], list[int]]] = {}
        self._widths: tuple[int, ...] = ()
        self._reached: list[dict[int, Way]] = [{0: (0, 1, ())}]  # behind each column by the number of lines used

    def best(self, widths: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        """Return the least cost of parting the row into cells, and where they end; no ends where that is in doubt."""
        same = next((at for at, two in enumerate(zip(widths, self._widths, strict=False)) if two[0] != two[1]),
                    len(self._widths))  # fmt: skip
        self._widths, self._reached = widths, self._reached[: same + 1]
        for column in range(same, self._columns):
            self._reached.append(self._following(column, widths[column]))
        cost, ways, ends = self._reached[-1].get(self._size, (_HOPELESS, 0, ()))
        return cost, ends if ways == 1 and cost <= _DOUBT else ()

    def _following(self, column: int, width: int) -> dict[int, Way]:
        """Return the ways to where the cell of a column may end, from those to where it may begin."""
        before, behind = self._torn_lines(width)
        cells, following = self._cells[column], dict[int, Way]()
        last = self._size - self._columns + column + 1
        for start, (cost, ways, ends) in self._reached[column].items():
            first = last if column + 1 == self._columns else start + 1
            for end in range(first, last + 1):
                more = cost + behind[end] - before[start]
                if more > _HOPELESS:
                    break
                known = following.get(end)
                if known is None or more <= known[0]:
                    if (start, end) not in cells:
                        cells[start, end] = self._strange(self._fields[column], "".join(self.block.lines[start:end]))
                    more += cells[start, end]
                    following[end] = _better(known, (more, ways, (*ends, end)))
        return following

    def _torn_lines(self, width: int) -> tuple[list[int], list[int]]:
        """Return for each line what the lines torn before it cost under a width, and those up to its end."""
        if width not in self._torn:
            block = self.block
            broken = list(accumulate((int(full <= width) for full in block.with_next), initial=0))
            over = list(accumulate(map(_over(width), block.lines, block.widths), initial=0))
            before = [_TORN * (one + other) for one, other in zip(broken, over, strict=False)]
            behind = [0, *(_TORN * (one + other) for one, other in zip(broken, over[1:], strict=False))]
            self._torn[width] = before, behind
        return self._torn[width]


def _over(width: int) -> Callable[[str, int], int]:
    return lambda line, wide: int(wide > width + (2 if line[-1] in _CLOSING else 0))


def _better(known: Way | None, found: Way) -> Way:
    """Return the cheaper of two ways to a line; of two that cost the same, one with the ways of both."""
    if known is None or found[0] < known[0]:
        return found
    return known if found[0] > known[0] else (known[0], known[1] + found[1], known[2])
