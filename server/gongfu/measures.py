"""Measures: read what a standard promises in numbers.

Place in the flow: arrange -> **measures** -> match. The grammar (data/wording/measures.lark) cuts the text into values,
binding words and the rest; the word table (data/wording/words.yaml) says what they mean; this module puts a value, what
it measures and how it binds together. A sentence whose number becomes neither a measure nor a known non-measure is
returned as unread, never dropped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from gongfu.binding import attainment, bound, bounds, comparator, due_year, is_change, per_what, role, scope
from gongfu.catalogue import Item
from gongfu.cutting import Piece, cut
from gongfu.measure import Measure, Passage
from gongfu.normal import normalised
from gongfu.opening import Hours, a_week, hours_of
from gongfu.selection import selects
from gongfu.sentence import REACH, Sentence, sentences, words_of
from gongfu.text import Reading, reading
from gongfu.words import words

__all__ = ["STANDARD_COLUMNS", "Measure", "Numbers", "Passage", "normalised", "read_measures", "read_numbers"]

# The columns in which a catalogue promises numbers.
STANDARD_COLUMNS = ("content", "standard", "coverage")

Span = tuple[Decimal, str]
Numbers = Mapping[tuple[str, str], tuple[tuple[Measure, ...], tuple[Passage, ...]]]


@lru_cache(maxsize=4096)  # most texts of a province are the nation's own, word for word
def read_measures(
    text: str, level: str = "province", name: str = ""
) -> tuple[tuple[Measure, ...], tuple[Passage, ...]]:
    """Return the measures of a standard's verbatim text, and the passages whose numbers stay unread.

    ``level`` (national or province) says whose total a count of 万人 is; ``name`` is the item's name, which labels a
    number that stands without a noun of its own (每生每年2000元).
    """
    read = reading(text)
    measures: list[Measure] = []
    unread: list[Passage] = []
    pieces = cut(read.text)
    spans = [piece.span for piece in pieces if piece.span]
    week = _week(pieces)
    for sentence in sentences(pieces):
        found, left = _read_sentence(read, sentence, level, spans[0] if len(spans) == 1 else None, week)
        measures += found
        unread += left
    if words().household_before.search(name):
        measures = [_of_household(one, text) for one in measures]
    return tuple(one if one.label else replace(one, label=name) for one in measures), tuple(unread)


def read_numbers(items: Iterable[Item], level: str) -> Numbers:
    """Return what is read of the columns in which items promise numbers, by the text and the item's name."""
    return {
        (text, item.name): read_measures(text, level, item.name)
        for item in items for column in STANDARD_COLUMNS if (text := item.text(column))
    }  # fmt: skip


def _of_household(measure: Measure, text: str) -> Measure:
    """Count the people found work per household where the item's name says whose they are: 零就业家庭援助."""
    bare = measure.unit == "人" and not (measure.per or measure.multiplier)
    noun = measure.quote + reading(text[measure.end : measure.end + REACH]).text
    if not bare or not words().household_after.match(noun.split("人", 1)[-1]):
        return measure
    return normalised(replace(measure, per="每户"), {})


def _read_sentence(
    read: Reading, sentence: Sentence, level: str, span: Span | None, week: dict[str, Decimal]
) -> tuple[list[Measure], list[Passage]]:
    """``span`` says over how many days or months of a year the text counts, where the sentence itself does not.

    ``week`` says on how many days of a week something is open, where the text says on which.
    """
    measures: list[Measure] = []
    hours: list[Hours] = []
    unread: list[Passage] = []
    span = next((piece.span for piece in sentence.pieces if piece.span), span)
    shared: set[int] = set()
    for index, piece in enumerate(sentence.pieces):
        # A number without a unit is a measure only as a fraction (三分之一).
        bare = piece.value is not None and not piece.value.unit and not piece.value.fraction
        if piece.kind == "LEFT_OVER" or bare:
            unread.append(_passage(read, sentence))
        elif piece.value and index not in shared and not selects(sentence, index):
            measure = _measure(read, sentence, index, level, measures[-1] if measures else None)
            listed = _listed(sentence, index)
            shared.update(listed)
            found = _distributed(read, measure, sentence, listed) if listed else _grouped(measure, sentence, index)
            hours += (hours_of(one, sentence.segment(index)) for one in found)
            measures += found
    measures = a_week(read, hours)
    counted = ({span[1]: span[0]} if span else {}) | week | _days_a_week(measures)
    return [normalised(measure, counted) for measure in measures], unread[:1]


def _week(pieces: list[Piece]) -> dict[str, Decimal]:
    """Return on how many days of a week a text says that something is open: 周二至周日. One thing only may be said."""
    working = any(
        words().split_per(words().per([piece.text]))[1] == "工作日" for piece in pieces if piece.kind == "PER"
    )
    found = {piece.days_a_week for piece in pieces if piece.days_a_week}
    return {"周": Decimal(found.pop())} if len(found) == 1 and not working else {}


def _days_a_week(measures: list[Measure]) -> dict[str, Decimal]:
    """Return on how many days of a week something is open where a sentence says so: 每周5天、每天8小时."""
    told = (one.lower or one.upper for one in measures if one.unit == "天" and one.per == "每周")
    found = [days for days in told if days]
    return {"周": found[0]} if len(found) == 1 else {}


def _passage(read: Reading, sentence: Sentence) -> Passage:
    start, end = read.span(sentence.pieces[0].start, sentence.pieces[-1].end)
    return Passage(read.printed[start:end], start, end)


# --- one value becomes a measure --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Label:
    text: str
    start: int
    end: int


def _measure(read: Reading, sentence: Sentence, index: int, level: str, before: Measure | None) -> Measure:
    value, segment = sentence.value(index), sentence.segment(index)
    label = _label(sentence, index, segment, before)
    how = comparator(sentence, index, before)
    lower, upper = bounds(how, value)
    whole = [piece for earlier in sentence.earlier_segments(index) for piece in earlier] + segment
    last = max(label.end, sentence.pieces[index].end)
    start, end = read.span(label.start, last)
    measure = Measure(
        label=label.text, comparator=how, lower=lower, upper=upper,
        unit="%" if value.fraction else words().units.get(value.unit, value.unit),
        per=per_what(sentence, index, segment, before), multiplier=value.multiplier,
        attainment=attainment(whole), quote=read.printed[start:end], start=start, end=end,
        context=read.text[max(sentence.pieces[0].start, last - REACH) : last],
        printed=value.printed, due_year=due_year(sentence, index),
    )  # fmt: skip
    counted_in = scope(measure, whole, level)
    return replace(measure, scope=counted_in, role=role(measure, whole, counted_in, changes=is_change(sentence, index)))


def _label(sentence: Sentence, index: int, segment: list[Piece], before: Measure | None) -> _Label:
    table, value, end = words(), sentence.value(index), sentence.pieces[index].end
    own = table.trimmed(words_of(segment))
    noun, noun_end = sentence.following(index)
    noun = noun if noun and not table.empty_noun(noun) else ""
    takes_noun = value.unit in table.counted or (value.unit == "%" and not table.measured_endings.search(own))
    added, added_end = (noun, noun_end) if takes_noun and noun else ("", end)
    named = own.rstrip("、和与及") if added and before is not None else ""
    if named and before is not None and before.label.endswith(named):
        own = before.label.removesuffix(named)  # 直播卫星提供25套电视节目和17套广播节目
    if table.grade.fullmatch(own) and value.unit == "元":
        return _Label(_graded_of(sentence, index, before) + own, _start_of(segment), end)
    if own and own not in table.generic:
        return _Label(own + added, _start_of(segment), added_end)
    if not own and not noun and before is not None and any(piece.text in table.sums for piece in segment):
        return _Label("", _start_of(segment), end)  # 中央55元，省10元，合计65元: of the item, not of the part before it
    if not own and (given := table.given_after.match(sentence.after(index))):
        return _Label(table.trimmed(given.group(1)), _value_start(sentence, index, segment), end + given.end())
    for earlier in sentence.earlier_segments(index):
        text = table.trimmed(words_of(earlier))
        if text and (own or not noun):
            return _Label(text + added, _start_of(earlier), added_end)
    start = _value_start(sentence, index, segment)
    if noun:
        return _Label(noun, start, noun_end)
    average = any(piece.text in table.roles["average"] for piece in segment)  # of all: no label of one grade before it
    return _Label(own or (before.label if before and not average else ""), start, end)


def _graded_of(sentence: Sentence, index: int, before: Measure | None) -> str:
    """Return what an amount is a grade of: 国家助学金分两档，一等2000元、二等1500元; empty where nothing says it."""
    table = words()
    for earlier in sentence.earlier_segments(index):
        if text := table.trimmed(words_of(earlier)):
            return text
    last = table.grade.search(before.label) if before else None
    return before.label[: last.start()] if before and last else ""


def _value_start(sentence: Sentence, index: int, segment: list[Piece]) -> int:
    return segment[0].start if segment else sentence.pieces[index].start


def _start_of(pieces: list[Piece]) -> int:
    """Return where the quotation begins: leading words that belong to nothing measured are not quoted."""
    skip = words().leading_length("".join(piece.text for piece in pieces))
    for piece in pieces:
        if skip < piece.end - piece.start:
            return piece.start + max(skip, 0)
        skip -= piece.end - piece.start
    return pieces[0].start


# --- one sentence, several subjects -----------------------------------------------------------------------------------


def _listed(sentence: Sentence, index: int) -> list[int]:
    """Return the values that 分别 shares out together with this one: 访视率、管理率分别达到90%、85%以上."""
    if not any(piece.text == "分别" for piece in sentence.segment(index)):
        return []
    pieces, listed, position = sentence.pieces, [], index + 1
    while position + 1 < len(pieces) and pieces[position].text in {"、", "和", "及"}:
        position += 1
        while position + 1 < len(pieces) and pieces[position].kind == "PER":
            position += 1
        if pieces[position].value is None:
            break
        listed.append(position)
        position += 1
    return listed


def _distributed(read: Reading, first: Measure, sentence: Sentence, listed: list[int]) -> list[Measure]:
    """Give each of the listed values its own subject where there are as many subjects as values."""
    subjects = words().listed_subjects(first.label, 1 + len(listed))
    shared = words().after(sentence.value(listed[-1]).after) if first.comparator == "exactly" else ""
    first = bound(first, shared) if shared else first  # 左右 behind the last of them stands behind all
    measures = [replace(first, label=subjects[0])]
    for subject, index in zip(subjects[1:], listed, strict=True):
        value, piece = sentence.value(index), sentence.pieces[index]
        how = words().after(value.after) or first.comparator
        lower, upper = bounds(how, value)
        _, end = read.span(piece.start, piece.end)
        own = words().per([other.text for other in sentence.segment(index) if other.kind == "PER"])
        measures.append(replace(first, label=subject, comparator=how, lower=lower, upper=upper, end=end,
                                quote=read.printed[first.start : end], printed=value.printed,
                                per=own or first.per))  # fmt: skip
    return _in_their_years(measures, sentence.before(listed[0]))


def _in_their_years(measures: list[Measure], before: str) -> list[Measure]:
    """Give each of the listed values its own year where as many are named: 到2018年、2020年分别达到75%、85%."""
    years = [int(year) for year in words().due.findall(before)]
    if len(years) != len(measures):
        return measures
    return [replace(one, due_year=year) for one, year in zip(measures, years, strict=True)]


def _grouped(measure: Measure, sentence: Sentence, index: int) -> list[Measure]:
    """Split one value for several subjects: 传染病报告率和报告及时率均达到95% is two measures."""
    each = any(piece.kind == "OTHER" and piece.text in {"均", "都"} for piece in sentence.segment(index))
    parts = words().subjects(measure.label, each=each)
    return [replace(measure, label=part) for part in parts] if len(parts) > 1 else [measure]
