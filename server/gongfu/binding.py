"""Binding: how a value binds (comparator, attainment, role) and over what it counts (per-what, scope).

Place in the flow: sentence -> **binding** -> measures. What the words mean stands in data/wording/words.yaml.
"""

from dataclasses import replace
from decimal import Decimal

from gongfu.cutting import Piece, Value
from gongfu.measure import Measure
from gongfu.sentence import Sentence, words_of
from gongfu.words import words

_AND = frozenset({"、", "和", "及", "以及"})
# A length of time is not per what the value before it is per: 每人每天20元、期限不超过3个月.
_TIMES = frozenset({"年", "个月", "天", "日", "工作日", "个工作日", "小时", "分钟"})
_WHOLE_DAY = 24
# Hours from one time to another are those of each such day.
_DAYS = frozenset({"天", "工作日", "周末", "节假日"})
# Of these units a number may be the total of a whole area.
_TOTALS = frozenset({"人", "户", "套", "人次", "元", "例次", "户次", "件次", "个"})


def comparator(sentence: Sentence, index: int, before: Measure | None) -> str:
    """Return how a value binds: by the words before and behind it, else as the value it is coordinated with."""
    value, segment = sentence.value(index), sentence.segment(index)
    if is_change(sentence, index):
        return _comparator_of_change(sentence, index)
    how = _own_comparator(segment, value)
    if how == "exactly" and value.unit == "元" and words().minimum_heading.search(sentence.before(index)):
        return "at-least"  # 最低养育标准：集中供养每人每月1728元
    if how != "exactly" or before is None or before.comparator == "range":
        return how
    stated_before = not words().after(sentence.value_before(index).after)  # 8%左右、2%: 左右 binds the first only
    shares = _continues(sentence, index, segment, before) or (stated_before and joined(sentence, index, before))
    return before.comparator if shares else how


def _comparator_of_change(sentence: Sentence, index: int) -> str:
    """Return how a change binds, by the words between it and the word of changing: 加发不少于3元."""
    table, value = words(), sentence.value(index)
    if value.lower != value.upper:
        return "range"
    found = table.changing.search(sentence.before(index))
    between = found.group(2) if found else ""
    return table.after(value.after) or table.comparator(between or "") or "exactly"


def _own_comparator(segment: list[Piece], value: Value) -> str:
    table = words()
    if value.lower != value.upper:
        return "range"
    after = table.after(value.after)
    if after:
        return after
    before = [piece.text for piece in segment if piece.kind == "COMPARE" and table.comparator(piece.text)]
    binding = [word for word in before if word not in table.reaching]
    if binding:
        return table.comparator(binding[-1])
    # 封顶线为每生每年800元, 上限达到800元: neither the per-what nor the reaching binds
    label = "".join(piece.text for piece in segment if piece.kind != "PER" and piece.text not in before)
    named = next((how for how, pattern in table.bounding.items() if pattern.search(label)), "")
    return named or (table.comparator(before[-1]) if before else "exactly")


def _continues(sentence: Sentence, index: int, segment: list[Piece], before: Measure) -> bool:
    """Say whether an amount shares the binding words of the one before: 不低于500元，初中700元."""
    table, kinds = words(), {piece.kind for piece in segment}
    if sentence.value(index).unit != "元" or before.unit != "元" or "COMPARE" in kinds:
        return False
    if "PER" in kinds and not table.minimum_standard.search(sentence.before(index)):
        return False
    own = "".join(piece.text for piece in segment)
    return not words_of(segment).endswith(table.amount_nouns) and not table.own_amount.search(own)


def joined(sentence: Sentence, index: int, before: Measure | None) -> bool:
    """Say whether a value is coordinated with the one before it: 不少于17套广播节目和25套电视节目, 1200种、1500册."""
    table, value, between = words(), sentence.value(index), sentence.between(index)
    if before is None or any(piece.kind in {"COMPARE", "PER"} for piece in sentence.segment(index)):
        return False
    same_unit = before.unit == table.units.get(value.unit, value.unit)
    return (between in _AND) or (same_unit and table.joined.match(between) is not None)


def is_change(sentence: Sentence, index: int) -> bool:
    """Say whether a number says by how much something changes, not what it is: 提高10元, 延长15日."""
    table = words()
    return sentence.value(index).unit in table.changed and table.changing.search(sentence.before(index)) is not None


def bound(measure: Measure, how: str) -> Measure:
    """Return a measure of one number that binds as the comparator ``how`` says."""
    lower = None if how in {"at-most", "less-than"} else measure.lower
    upper = None if how in {"at-least", "more-than"} else measure.upper
    return replace(measure, comparator=how, lower=lower, upper=upper)


def bounds(how: str, value: Value) -> tuple[Decimal | None, Decimal | None]:
    """Return lower and upper bound of a value that binds as the comparator ``how`` says."""
    if how in {"at-least", "more-than"}:
        return value.lower, None
    if how in {"at-most", "less-than"}:
        return None, value.upper
    return value.lower, value.upper


# --- over what it counts ---------------------------------------------------------------------------------------------


def per_what(sentence: Sentence, index: int, segment: list[Piece], before: Measure | None) -> str:
    """Return the canonical per-what: from the value's own words, else from the words before it in the sentence."""
    table, value = words(), sentence.value(index)
    if value.times:
        return "每周"
    if value.clock:
        return _of_days(sentence, index, segment)
    if value.fraction or value.unit in {"%", "‰", "倍"}:
        grows = table.growing.search(words_of(segment)) is not None
        return table.per(_pers(segment)) if grows else ""
    earlier = table.per([text for other in sentence.earlier_segments(index) for text in _pers(other)])
    per = table.per(_own_pers(sentence, index, segment)) or _carried(sentence, index, segment, before, earlier)
    if before is not None and "、" in sentence.between(index) and "，" not in sentence.between(index):
        per = _of_same(per, before.per) if per else "" if value.unit in _TIMES else before.per
        per = before.per if value.unit == before.unit and per in before.per else per  # 年标准为1000元/人、1250元/人
    listed = table.listed_per.match(sentence.after(index)) if value.unit == "元" and not per else None
    return _completed(table.per([listed.group(1)]) if listed else per, earlier, value, before)


def _of_days(sentence: Sentence, index: int, segment: list[Piece]) -> str:
    """Return on what days hours from one time to another are: on working days where the words say so, else each day."""
    table = words()
    said = [_pers(pieces) for pieces in (segment, *sentence.earlier_segments(index))]
    return next((per for per in map(table.per, said) if table.split_per(per)[1] in _DAYS), "每天")


def _own_pers(sentence: Sentence, index: int, segment: list[Piece]) -> list[str]:
    """Return the per-words of a value: before it, behind a stroke (元/人), else directly behind it (元每人每年)."""
    value = sentence.value(index)
    own = [text for text in (*_pers(segment), value.per) if text]
    behind = [piece for piece in sentence.pieces[index + 1 : index + 3] if piece.kind != "OPEN"][:1]  # （每生每年）
    return own or (_pers(list(behind)) if value.unit not in _TIMES else [])


def _carried(sentence: Sentence, index: int, segment: list[Piece], before: Measure | None, earlier: str) -> str:
    """Return what a value that says nothing of it is per: ``earlier`` words of the sentence, or the value before it."""
    table, value = words(), sentence.value(index)
    if table.units.get(value.unit) == "人" and not value.multiplier and _of_household(sentence, index, segment):
        return "每户"
    if before is not None and (joined(sentence, index, before) or _same_subject(segment, before, value)):
        return before.per
    if value.unit not in {"元", "小时"} or table.sum_words.search(sentence.before(index)):
        return ""
    if value.unit == "小时" and _is_round_the_clock(sentence, index, segment):
        return "每天"
    opening = table.opening_hours.search(sentence.before(index))
    if opening and value.unit == "小时":
        return table.per([opening.group(1)])  # 每周开放：图书馆56小时、文化馆42小时
    said = earlier if value.unit == "元" else ""
    if "一次性" in words_of(segment) or before is None or before.unit != value.unit:
        return said
    if value.unit == "小时" and value.upper == _WHOLE_DAY:
        return "每天"  # 工作日8:30至17:30人工接听，自助语音24小时
    return said or before.per


def _is_round_the_clock(sentence: Sentence, index: int, segment: list[Piece]) -> bool:
    """Say whether 24 hours are those of a day: 全天24小时, 24小时自助语音服务; not 24小时内报告 or 累计24小时."""
    value, table = sentence.value(index), words()
    if value.upper != _WHOLE_DAY or value.after:
        return False
    return bool(
        table.round_the_clock.search(words_of(segment)) or table.round_the_clock.search(sentence.following(index)[0])
    )


def _of_same(per: str, before: str) -> str:
    """Add whom the value before it is for: 每个行政村每年看5场戏、每月看1场电影."""
    entity, period = words().split_per(per)
    other, time = words().split_per(before)
    return f"每{other}{per}" if period and not entity and other and time else per


def _same_subject(segment: list[Piece], before: Measure, value: Value) -> bool:
    """Say whether a number says more of what the one before it measured: 单套面积40平方米左右，最大不超过60平方米."""
    table = words()
    return before.unit == table.units.get(value.unit, value.unit) and not table.trimmed(words_of(segment))


def _pers(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.kind == "PER"]


def _of_household(sentence: Sentence, index: int, segment: list[Piece]) -> bool:
    """Say whether a headcount is one household's: 零就业家庭至少一人就业."""
    table = words()
    further = table.household_before.search(sentence.before(index)) and table.household_after.match(
        sentence.after(index)
    )
    return bool(table.household.search(words_of(segment)) or further)


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


# --- how it is meant -------------------------------------------------------------------------------------------------


def attainment(pieces: list[Piece]) -> str:
    """Return whether a value is to be reached at once, step by step, where there are the means, or kept."""
    table = words()
    found = [table.attainment[piece.text] for piece in pieces if piece.text in table.attainment]
    softest = next((code for code in ("encouraged", "progressive") if code in found), "")
    return softest or (found[-1] if found else "immediate")


def scope(measure: Measure, pieces: list[Piece], level: str) -> str:
    """Say whether a count is a total of the whole area: 全国约1亿人, 管理高血压患者180万人."""
    texts = {piece.text for piece in pieces}
    if measure.per or measure.unit not in _TOTALS:
        return ""
    words_of_total = any(word in measure.label for word in words().total_words)
    if "全国" in texts:
        return "national-total"
    if measure.multiplier or words_of_total:
        return "national-total" if level == "national" else "provincial-total"
    return ""


def due_year(sentence: Sentence, index: int) -> int | None:
    """Return the year by which something is to be: the last named before a value, or in brackets behind it.

    2018年达到80%，2020年达到90%; 75%（2017年）、90%（2020年）.
    """
    behind = words().due_behind.match(sentence.after(index))
    if behind:
        return int(behind.group(1))
    found = words().due.findall(sentence.before(index))
    return int(found[-1]) if found else None


def role(measure: Measure, pieces: list[Piece], counted_in: str, *, changes: bool) -> str:
    """Return the binding role; ``counted_in`` is the scope of a total, empty for none."""
    texts = {piece.text for piece in pieces}
    if changes:
        return "parameter"
    for name in ("parameter", "average"):
        if texts & words().roles[name]:
            return name
    if counted_in:
        return "aggregate-total"
    return "ceiling" if measure.comparator in {"at-most", "less-than"} else "floor"
