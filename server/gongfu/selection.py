"""Selection: numbers that select somebody instead of promising something (达到50%以上的见习单位, 3人以上农户).

Place in the flow: sentence -> **selection** -> measures.
"""

from gongfu.sentence import Sentence
from gongfu.words import words

# In brackets these say how long, how many or since when somebody must have been something.
_CONDITIONS = frozenset({"年", "天", "个月", "人", "月", "周", "小时"})


def selects(sentence: Sentence, index: int) -> bool:
    """Say whether the value selects somebody instead of promising something."""
    table, value = words(), sentence.value(index)
    before, after = sentence.before(index), sentence.after(index)
    inside = before.rfind("（") > before.rfind("）")
    clause = before.rsplit("，", 1)[-1]
    clause = clause.rsplit("（", 1)[-1] if inside else clause
    if table.selecting_before.search(clause) or (inside and clause in {"含", "不含"}):
        return True
    if table.defining.match(before + sentence.pieces[index].text + after):
        return True
    hours = value.unit == "小时" and table.attended.search(before.rsplit("（", 1)[0])
    if (
        inside
        and not hours
        and value.unit in _CONDITIONS
        and "每" not in clause
        and not clause.startswith(("共", "合计", "总计"))
    ):
        return True
    if table.levels_after.match(after) or (table.selecting_nouns.match(after) and value.after):
        return True
    if value.after and value.unit not in {"%", "‰"} and table.rated_after.match(after):
        return True
    if value.unit in {"年", "个月"} and table.is_age_like(clause):
        return True
    if table.chosen_after.match(after) and _exceeds(sentence, index) and not value.after:
        return True
    if value.after and table.selecting_whoever.match(after):
        return True
    return table.selecting.match(after) is not None and _addresses(sentence, index, clause)


def _exceeds(sentence: Sentence, index: int) -> bool:
    """Say whether a number is a limit that somebody is above or below: 超过2000元, 低于15平方米."""
    outside = {"more-than", "less-than"}
    return any(
        piece.kind == "COMPARE" and words().comparator(piece.text) in outside for piece in sentence.segment(index)
    )


def _addresses(sentence: Sentence, index: int, clause: str) -> bool:
    """Say whether a number before 的 is a threshold: 对超过2000元的部分, 达到50%以上的见习单位."""
    table, value = words(), sentence.value(index)
    if clause.startswith(("对", "凡", "其中对", "符合")) and not any(word in clause for word in table.giving):
        return True
    if _exceeds(sentence, index):
        return True
    provides = any(word in clause for word in table.providing)
    threshold = table.after(value.after) not in {"", "about"}  # 40平方米左右的小户型 is no threshold
    return threshold and value.unit not in {"%", "‰", "元"} and not provides
