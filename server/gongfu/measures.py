"""Measures: read what a standard promises in numbers.

Place in the flow: arrange -> **measures** -> match. The grammar (data/wording/measures.lark) cuts the text into values,
binding words and the rest; the word table (data/wording/words.yaml) says what they mean; this module puts a value, what
it measures and how it binds together. A sentence whose number becomes neither a measure nor a known non-measure is
returned as unread, never dropped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from gongfu.cutting import Piece, Value, cut
from gongfu.text import Reading, reading
from gongfu.words import Words, words

# The columns in which a catalogue promises numbers.
STANDARD_COLUMNS = ("content", "standard", "coverage")


@dataclass(frozen=True)
class Measure:
    """One number that a standard promises.

    ``lower`` and ``upper`` are printed numbers times ``multiplier`` in ``unit``; bounds are None where open.
    ``normal_*`` are the same in the normal unit (元每生每年, %) or None where there is no such form.
    ``start`` and ``end`` are offsets of ``quote`` in the verbatim text of the cell; ``context`` is the sentence up to
    there, in reading form.
    """

    label: str
    comparator: str
    lower: Decimal | None
    upper: Decimal | None
    unit: str
    per: str = ""
    multiplier: str = ""
    scope: str = ""
    role: str = "floor"
    attainment: str = "immediate"
    condition: str = ""
    quote: str = ""
    start: int = 0
    end: int = 0
    normal_lower: Decimal | None = None
    normal_upper: Decimal | None = None
    normal_unit: str = ""
    normal_note: str = ""
    context: str = ""
    indicator: str = ""


Span = tuple[Decimal, str]


@dataclass(frozen=True)
class Passage:
    """A sentence with a number that was not understood, with its offsets in the verbatim text."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)  # matching reads a row's numbers before the mapping does
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
    for sentence in _sentences(pieces):
        found, left = _read_sentence(read, sentence, level, spans[0] if len(spans) == 1 else None)
        measures += found
        unread += left
    return tuple(replace(one, label=one.label or name) for one in measures), tuple(unread)


def _sentences(pieces: list[Piece]) -> Iterator[list[Piece]]:
    sentence: list[Piece] = []
    for piece in pieces:
        if piece.kind == "STOP":
            yield sentence
            sentence = []
        else:
            sentence.append(piece)
    yield sentence


def _read_sentence(
    read: Reading, sentence: list[Piece], level: str, span: Span | None
) -> tuple[list[Measure], list[Passage]]:
    """``span`` says over how many days or months of a year the text counts, where the sentence itself does not."""
    measures: list[Measure] = []
    unread: list[Passage] = []
    span = next((piece.span for piece in sentence if piece.span), span)
    sentence = [_with_unit(sentence, index) for index in range(len(sentence))]
    sentence = [_without_former(sentence, index) for index in range(len(sentence))]
    shared: set[int] = set()
    for index, piece in enumerate(sentence):
        bare = piece.value is not None and not piece.value.unit and not _understood_bare(sentence, index)
        if piece.kind == "LEFT_OVER" or bare:
            unread.append(_passage(read, sentence))
        elif piece.value and index not in shared and not _selects(sentence, index):
            before = measures[-1] if measures else None
            measure = _measure(read, sentence, index, level, before)
            listed = _listed(sentence, index)
            shared.update(listed)
            measures += _distributed(read, measure, sentence, listed) if listed else _grouped(measure)
    counted = dict([(span[1], span[0])] if span else [])
    return [normalised(measure, counted.get("天"), counted.get("月")) for measure in measures], unread[:1]


def _without_former(sentence: list[Piece], index: int) -> Piece:
    """Take the value from a number that says what the standard was: 由每人每月70元提高到80元."""
    piece, table = sentence[index], words()
    if piece.value is None or not table.former_after.match("".join(other.text for other in sentence[index + 1 :])):
        return piece
    before = "".join(other.text for other in sentence[:index])
    return replace(piece, kind="FORMER", value=None) if table.former_before.search(before) else piece


def _listed(sentence: list[Piece], index: int) -> list[int]:
    """Return the values that 分别 shares out together with this one: 访视率、管理率分别达到90%、85%以上."""
    if not any(piece.text == "分别" for piece in _segment(sentence, index)):
        return []
    listed, position = [], index + 1
    while position + 1 < len(sentence) and sentence[position].text in {"、", "和", "及"}:
        if sentence[position + 1].value is None:
            break
        listed.append(position + 1)
        position += 2
    return listed


def _distributed(read: Reading, first: Measure, sentence: list[Piece], listed: list[int]) -> list[Measure]:
    """Give each of the listed values its own subject where there are as many subjects as values."""
    subjects = words().listed_subjects(first.label, 1 + len(listed))
    last = sentence[listed[-1]].value
    shared = words().after(last.after) if last and first.comparator == "exactly" else ""
    first = _bound(first, shared) if shared else first  # 左右 behind the last of them stands behind all
    measures = [replace(first, label=subjects[0])]
    for subject, index in zip(subjects[1:], listed, strict=True):
        value = sentence[index].value
        assert value is not None
        comparator = words().after(value.after) or first.comparator
        lower, upper = _bounds(comparator, value)
        _, end = read.span(sentence[index].start, sentence[index].end)
        measures.append(replace(first, label=subject, comparator=comparator, lower=lower, upper=upper, end=end,
                                quote=read.printed[first.start : end]))  # fmt: skip
    return measures


def _with_unit(sentence: list[Piece], index: int) -> Piece:
    """Give a number of 万 without a unit the unit of the noun beside it: 5万残疾人."""
    piece = sentence[index]
    if piece.value is None or piece.value.unit or not piece.value.multiplier:
        return piece
    after = "".join(other.text for other in sentence[index + 1 :])
    before = words().trimmed(_words_of(_segment(sentence, index)))
    return replace(piece, value=replace(piece.value, unit=words().unit_of_noun(after, before)))


def _passage(read: Reading, sentence: list[Piece]) -> Passage:
    start, end = read.span(sentence[0].start, sentence[-1].end)
    return Passage(read.printed[start:end], start, end)


def _understood_bare(sentence: list[Piece], index: int) -> bool:
    """A number without a unit is a measure only as a fraction (三分之一)."""
    value = sentence[index].value
    return value is not None and value.fraction


# --- which part of the sentence belongs to a value -------------------------------------------------------------------


def _segment(sentence: list[Piece], index: int) -> list[Piece]:
    """Return the pieces before a value that may belong to it: back to the last comma, colon or value.

    What stands in brackets on the way is passed over: 国产新片（院线上映不超过2年）比例不少于1/3.
    """
    segment = _outside_brackets(sentence[_segment_start(sentence, index) : index])
    while segment and segment[0].text == "、":
        segment = segment[1:]
    return segment


def _segment_start(sentence: list[Piece], index: int) -> int:
    start = index
    while start > 0 and not _ends_segment(sentence[start - 1]):
        start = _opening(sentence, start - 1) if sentence[start - 1].kind == "CLOSE" else start - 1
    return start


def _outside_brackets(pieces: list[Piece]) -> list[Piece]:
    kept, depth = [], 0
    for piece in pieces:
        depth += piece.kind == "OPEN"
        if not depth:
            kept.append(piece)
        depth -= piece.kind == "CLOSE" and depth > 0
    return kept


def _opening(sentence: list[Piece], close: int) -> int:
    """Return the index of the bracket that the one at ``close`` closes, or ``close`` where there is none."""
    for index in range(close, -1, -1):
        if sentence[index].kind == "OPEN":
            return index
    return close


def _ends_segment(piece: Piece) -> bool:
    return piece.text in {"，", ":"} or piece.value is not None or piece.kind in {"OPEN", "DAYS"}


def _earlier_segments(sentence: list[Piece], index: int) -> Iterator[list[Piece]]:
    """Yield the segments before the value's own, nearest first, as far as they hold no value."""
    end = _segment_start(sentence, index)
    while end > 0:
        end -= 1
        if sentence[end].value is not None:
            return
        segment = _segment(sentence, end)
        if segment:
            yield segment
        end = _segment_start(sentence, end)


def _following(sentence: list[Piece], index: int) -> tuple[str, int]:
    """Return the noun that follows a value (25套电视节目) and where it ends, in reading offsets."""
    text = "".join(piece.text for piece in sentence[index + 1 :] if piece.kind != "DAYS" or piece.text)
    match = words().following.match(text)
    if not match:
        return "", sentence[index].end
    noun = words().trimmed(match.group(3))
    return noun, sentence[index].end + match.start(3) + len(match.group(3)) if noun else sentence[index].end


def _selects(sentence: list[Piece], index: int) -> bool:
    """Say whether the value selects somebody instead of promising something."""
    table: Words = words()
    value = sentence[index].value
    assert value is not None
    before = "".join(piece.text for piece in sentence[:index])
    after = "".join(piece.text for piece in sentence[index + 1 :])
    clause = before.rsplit("，", 1)[-1]
    inside = before.rfind("（") > before.rfind("）")
    clause = clause.rsplit("（", 1)[-1] if inside else clause
    if table.selecting_before.search(clause) or (inside and clause in {"含", "不含"}):
        return True
    if table.defining.match(before + sentence[index].text + after):
        return True
    if inside and value.unit in {"年", "天", "个月", "人", "月", "周", "小时"} and "每" not in clause:
        return True
    if table.selecting_nouns.match(after) and value.after:
        return True
    if value.unit in {"年", "个月"} and table.is_age_like(clause):
        return True
    if not table.selecting.match(after):
        return False
    addressed = clause.startswith(("对", "凡", "其中对", "符合")) and not any(word in clause for word in table.giving)
    compares = any(piece.kind == "COMPARE" and table.comparator(piece.text) in {"more-than", "less-than"}
                   for piece in _segment(sentence, index))  # fmt: skip
    return addressed or compares or bool(value.after and value.unit not in {"%", "‰", "元"})


# --- one value becomes a measure --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Label:
    text: str
    start: int
    end: int


def _measure(read: Reading, sentence: list[Piece], index: int, level: str, before: Measure | None) -> Measure:
    table = words()
    value = sentence[index].value
    assert value is not None
    segment = _segment(sentence, index)
    label = _label(sentence, index, segment, before)
    comparator = _comparator(segment, value)
    if comparator == "exactly" and (_continues(sentence, index, segment, before) or _joined(segment, value, before)):
        comparator = before.comparator if before else comparator
    lower, upper = _bounds(comparator, value)
    unit = table.units.get(value.unit, value.unit)
    whole = [piece for earlier in _earlier_segments(sentence, index) for piece in earlier] + segment
    start, end = read.span(label.start, max(label.end, sentence[index].end))
    measure = Measure(
        label=label.text, comparator=comparator, lower=lower, upper=upper, unit="%" if value.fraction else unit,
        per=_per(sentence, index, segment, before), multiplier=value.multiplier,
        attainment=_attainment(whole), quote=read.printed[start:end], start=start, end=end,
        context=read.text[sentence[0].start : max(label.end, sentence[index].end)],
    )  # fmt: skip
    scope = _scope(measure, whole, level)
    return replace(measure, scope=scope, role=_role(measure, whole, scope))


def _label(sentence: list[Piece], index: int, segment: list[Piece], before: Measure | None) -> _Label:
    table = words()
    own = table.trimmed(_words_of(segment))
    noun, noun_end = _following(sentence, index)
    start = segment[0].start if segment else sentence[index].start
    value = sentence[index].value
    assert value is not None
    takes_noun = value.unit in table.counted or (value.unit == "%" and not table.measured_endings.search(own))
    noun = noun if noun and not table.empty_noun(noun) else ""
    if own and own not in table.generic:
        end = noun_end if takes_noun and noun else sentence[index].end
        return _Label(own + (noun if takes_noun else ""), _start_of(segment), end)
    for earlier in _earlier_segments(sentence, index):
        text = table.trimmed(_words_of(earlier))
        if text and (own or not noun):
            end = noun_end if takes_noun and noun else sentence[index].end
            return _Label(text + (noun if takes_noun else ""), _start_of(earlier), end)
    if noun:
        return _Label(noun, start, noun_end)
    return _Label(own or (before.label if before else ""), start, sentence[index].end)


def _words_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in _outside_brackets(pieces) if piece.is_word)


def _start_of(pieces: list[Piece]) -> int:
    """Return where the quotation begins: leading words that belong to nothing measured are not quoted."""
    skip = words().leading_length("".join(piece.text for piece in pieces))
    for piece in pieces:
        if skip < piece.end - piece.start:
            return piece.start + max(skip, 0)
        skip -= piece.end - piece.start
    return pieces[0].start


def _comparator(segment: list[Piece], value: Value) -> str:
    table = words()
    if value.lower != value.upper:
        return "range"
    after = table.after(value.after)
    if after:
        return after
    before = [piece.text for piece in segment if piece.kind == "COMPARE" and table.comparator(piece.text)]
    binding = [word for word in before if word not in table.reaching] or before
    return table.comparator(binding[-1]) if binding else "exactly"


def _continues(sentence: list[Piece], index: int, segment: list[Piece], before: Measure | None) -> bool:
    """Say whether an amount shares the binding words of the one before: 不低于500元，初中700元."""
    value = sentence[index].value
    if value is None or before is None or value.unit != "元" or before.unit != "元" or before.comparator == "range":
        return False
    own = _words_of(segment)
    return not any(piece.kind in {"COMPARE", "PER"} for piece in segment) and not own.endswith(words().amount_nouns)


def _joined(segment: list[Piece], value: Value, before: Measure | None) -> bool:
    """Say whether a value is coordinated with the one before it: 不少于17套广播节目和25套电视节目."""
    table = words()
    between = "".join(piece.text for piece in segment)
    if before is None or before.comparator == "range" or before.unit != table.units.get(value.unit, value.unit):
        return False
    return table.joined.match(between) is not None


def _bound(measure: Measure, comparator: str) -> Measure:
    """Return a measure of one number that binds as ``comparator`` says."""
    lower = None if comparator in {"at-most", "less-than"} else measure.lower
    upper = None if comparator in {"at-least", "more-than"} else measure.upper
    return replace(measure, comparator=comparator, lower=lower, upper=upper)


def _bounds(comparator: str, value: Value) -> tuple[Decimal | None, Decimal | None]:
    if comparator in {"at-least", "more-than"}:
        return value.lower, None
    if comparator in {"at-most", "less-than"}:
        return None, value.upper
    return value.lower, value.upper


def _per(sentence: list[Piece], index: int, segment: list[Piece], before: Measure | None) -> str:
    """Return the canonical per-what: from the value's own words, else from the words before it in the sentence."""
    table = words()
    value = sentence[index].value
    assert value is not None
    if value.times:
        return "每周"
    if value.fraction or value.unit in {"%", "‰", "倍"}:
        grows = table.growing.search(_words_of(segment)) is not None
        return table.per([piece.text for piece in segment if piece.kind == "PER"]) if grows else ""
    own = [piece.text for piece in segment if piece.kind == "PER"] + [value.per]
    if index + 1 < len(sentence) and sentence[index + 1].kind == "PER" and not any(own):
        own.append(sentence[index + 1].text)
    counts_people = table.units.get(value.unit) == "人" and not value.multiplier
    if not any(own) and counts_people and _of_household(sentence, index, segment):
        return "每户"
    earlier = [piece.text for words in _earlier_segments(sentence, index) for piece in words if piece.kind == "PER"]
    if not any(own) and before is not None and _joined(segment, value, before):
        return before.per
    if not any(own) and value.unit in {"元", "小时"}:
        own = earlier if value.unit == "元" else []
        if not own and before is not None and before.unit == value.unit:
            return before.per
    return _completed(table.per([text for text in own if text]), table.per(earlier) if earlier else "", value, before)


def _of_household(sentence: list[Piece], index: int, segment: list[Piece]) -> bool:
    """Say whether a headcount is one household's: 零就业家庭至少一人就业."""
    table = words()
    before, after = ("".join(piece.text for piece in part) for part in (sentence[:index], sentence[index + 1 :]))
    further = table.household_before.search(before) and table.household_after.match(after)
    return bool(table.household.search(_words_of(segment)) or further)


def _completed(per: str, earlier: str, value: Value, before: Measure | None) -> str:
    """Add whom an amount is for where what stands before it says so: 生均…小学700元/年，初中900元/年."""
    table = words()
    entity, period = table.split_per(per)
    if value.unit != "元" or entity or not period:
        return per
    candidates = [earlier] + ([before.per] if before is not None and before.unit == "元" else [])
    for other, time in map(table.split_per, candidates):
        if other and time in {"", period}:
            return f"每{other}{per}"
    return per


def _attainment(pieces: list[Piece]) -> str:
    table = words()
    found = [table.attainment[piece.text] for piece in pieces if piece.text in table.attainment]
    return "progressive" if "progressive" in found else found[-1] if found else "immediate"


def _scope(measure: Measure, pieces: list[Piece], level: str) -> str:
    """Say whether a count is a total of the whole area: 全国约1亿人, 管理高血压患者180万人."""
    texts = {piece.text for piece in pieces}
    if measure.per or measure.unit not in {"人", "户", "套", "人次", "元", "例次", "户次", "件次", "个"}:
        return ""
    words_of_total = any(word in measure.label for word in words().total_words)
    if "全国" in texts:
        return "national-total"
    if measure.multiplier or words_of_total:
        return "national-total" if level == "national" else "provincial-total"
    return ""


def _role(measure: Measure, pieces: list[Piece], scope: str) -> str:
    texts = {piece.text for piece in pieces}
    for role in ("parameter", "average"):
        if texts & words().roles[role]:
            return role
    if scope:
        return "aggregate-total"
    return "ceiling" if measure.comparator in {"at-most", "less-than"} else "floor"


def _grouped(measure: Measure) -> list[Measure]:
    """Split one value for several subjects: 传染病报告率和报告及时率均达到95% is two measures."""
    parts = words().subjects(measure.label)
    return [replace(measure, label=part) for part in parts] if len(parts) > 1 else [measure]


# --- normal forms -----------------------------------------------------------------------------------------------------


def normalised(measure: Measure, days: Decimal | None, months: Decimal | None = None) -> Measure:
    """Add the normal form: bounds in units of one, money per year where the text says over how many days or months."""
    table = words()
    factor = Decimal(table.multipliers.get(measure.multiplier, 1))
    entity, period = table.split_per(measure.per)
    entity = "人" if entity == "生" else entity
    note, condition = "", measure.condition
    count, name = (days, "天") if period == "天" else (months, "个月") if period == "月" else (None, "")
    if measure.unit == "元" and count:
        factor *= count
        note = f"每{period}×{count}{name}"
        condition, period = f"按{count}{name}计算", "年"
    elif measure.unit == "元" and period in table.periods_a_year:
        times = table.periods_a_year[period]
        note = f"每{period}×{times}" if times != 1 else ""
        factor, period = factor * times, "年"
    unit = measure.unit + (f"/{entity}" if entity else "") + (f"·{period}" if period else "")
    return replace(
        measure, condition=condition, normal_note=note, normal_unit=unit,
        normal_lower=None if measure.lower is None else measure.lower * factor,
        normal_upper=None if measure.upper is None else measure.upper * factor,
    )  # fmt: skip
