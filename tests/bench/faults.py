"""Faults that are planted in generated catalogues: each violation a catalogue can be guilty of, in several wordings.

A kind of fault takes a row and returns it broken, with the rules that must find it, or None where it does not fit. The
wordings were written from what catalogues print, not from what the grammar reads; a wording that is missed stays here.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from bench.rows import Row, printed

Planted = tuple[Row | None, str, str]  # the row with its fault (None: it is gone), the rule, the field
Kind = Callable[[Row, random.Random], Planted | None]

# (national item, its clause as printed, what it measures, the rate in %)
_RATES = (
    ("15", "综合接通率达到80%以上", "综合接通率", 80),
    ("16", "推动企业劳动合同签订率达到90%以上", "企业劳动合同签订率", 90),
    ("17", "推动劳动人事争议调解成功率达到60%以上", "劳动人事争议调解成功率", 60),
    ("17", "仲裁案件结案率达到90%以上", "仲裁案件结案率", 90),
    ("23", "大病保险的报销比例达到50%以上", "大病保险的报销比例", 50),
    ("26", "建档率逐步达到90%", "居民电子健康档案建档率", 90),
    ("28", "适龄儿童免疫规划疫苗接种率逐步达到90%以上", "适龄儿童免疫规划疫苗接种率", 90),
    ("29", "突发公共卫生事件相关信息报告率达到100%", "突发公共卫生事件相关信息报告率", 100),
    ("30", "0—6岁儿童健康管理率逐步达到90%", "0—6岁儿童健康管理率", 90),
    ("31", "孕产妇系统管理率逐步达到90%以上", "孕产妇系统管理率", 90),
    ("32", "65岁及以上老年人健康管理率逐步达到70%", "65岁及以上老年人健康管理率", 70),
    ("36", "结核病患者健康管理服务率逐步达到90%", "结核病患者健康管理服务率", 90),
    ("37", "目标人群覆盖率逐步达到65%", "目标人群覆盖率", 65),
    ("38", "感染者和病人规范管理率逐步达到90%", "感染者和病人规范管理率", 90),
    ("39", "干预措施覆盖率逐步达到90%", "干预措施覆盖率", 90),
    ("40", "目标人群覆盖率逐步达到80%", "目标人群覆盖率", 80),
)
_LOW_RATES = (
    "{label}达到{value}%以上", "{label}不低于{value}%", "{label}≥{value}%", "{label}保持在{value}%以上",
    "{label}稳定在{value}%以上", "到2020年，{label}达到{value}%", "力争{label}达到{value}%以上",
    "{label}提高到{value}%", "{label}在{value}%以上", "“十三五”期末，{label}达到{value}%", "{label}达{value}%",
    "{label}{value}%以上", "{label}达到百分之{words}以上", "确保{label}不低于{value}%", "{label}不少于{value}%",
    "逐步使{label}达到{value}%", "{label}达到{value}％",
)  # fmt: skip
_NO_RATE = ("逐步提高{label}", "不断提高{label}", "{label}稳步提升", "")
_LOW_AMOUNTS = (
    ("20", "国家确定的基础养老金最低标准为每人每月70元", (
        "基础养老金标准为每人每月60元", "基础养老金每人每月60元", "基础养老金最低标准为每人每年720元",
        "基础养老金标准为60元/人·月", "全省基础养老金最低标准为每人每月不低于65元",
        "基础养老金标准由每人每月55元提高到每人每月65元")),
    ("3", "小学生每生每年1000元", (
        "小学生每生每年800元", "小学生每生每年补助900元", "小学每生每学年800元", "小学生每人每年不低于900元")),
    ("3", "初中生每生每年1250元", ("初中生每生每年1000元", "初中生每生每年补助1200元", "初中生每人每学年1000元")),
    ("2", "中央财政为试点地区学生提供每生每年800元的营养膳食补助", (
        "为试点地区学生提供每生每天3元的营养膳食补助，全年按200天计算", "为试点地区学生提供每生每年600元的营养膳食补助",
        "按每生每天3元、全年200天的标准为试点地区学生提供营养膳食补助")),
    ("5", "国家助学金每生每年2000元", (
        "国家助学金每生每年1500元", "国家助学金标准为每生每学年1800元", "国家助学金每人每年1500元")),
    ("64", "通过直播卫星提供不少于17套广播节目", (
        "通过直播卫星提供不少于15套广播节目", "通过直播卫星提供12套以上广播节目", "通过直播卫星提供15套广播节目")),
    ("64", "通过无线模拟提供不少于6套广播节目", ("通过无线模拟提供不少于4套广播节目", "通过无线模拟提供三套广播节目")),
    ("65", "通过直播卫星提供25套电视节目", ("通过直播卫星提供20套电视节目", "通过直播卫星提供不少于17套电视节目")),
    ("65", "通过地面数字电视提供不少于15套电视节目", ("通过地面数字电视提供不少于12套电视节目",)),
    ("66", "比例不少于1/3", ("比例不少于1/4", "比例不少于四分之一", "比例不低于30%", "比例达到20%以上")),
    ("66", "为中小学生每学期提供2部爱国主义教育影片", (
        "为中小学生每学期提供1部爱国主义教育影片", "为中小学生每学年提供2部爱国主义教育影片",
        "为中小学生每学期提供一部爱国主义教育影片")),
    ("35", "逐步覆盖90%以上的乡镇", ("逐步覆盖80%以上的乡镇", "覆盖70%的乡镇", "逐步覆盖百分之八十以上的乡镇")),
    ("15", "人工服务为5×8小时", ("人工服务为5×6小时", "人工服务为每周5天、每天6小时")),
    ("48", "按不低于70%的比例给予救助", ("按不低于60%的比例给予救助", "按60%的比例给予救助", "给予不低于50%的救助")),
)  # fmt: skip
# Whom another cell of the row still names is not surely left out (U06), and whom the nation's own standard names is no
# narrower group (75: 城镇残疾人, 农村贫困残疾人), so none of these is named elsewhere.
_NARROWED = (  # target groups with fewer people than the nation's
    (("30",), "0—6岁儿童", ("0—3岁儿童", "0-5岁儿童", "0～3周岁儿童", "农村0—6岁儿童", "低保家庭0—6岁儿童")),
    (("32",), "65岁及以上老年人", ("70岁及以上老年人", "年满70周岁的老年人", "65岁及以上农村老年人", "80岁以上老年人",
                                   "65岁及以上低保老年人")),
    (("26", "27", "35", "41", "45", "62", "64", "65", "67", "70", "71"), "城乡居民", (
        "城镇居民", "农村居民", "低收入居民", "农村低保对象", "城乡低保居民")),
    (("31",), "孕产妇", ("农村孕产妇", "低保家庭孕产妇")),
    (("33",), "原发性高血压患者和Ⅱ型糖尿病患者", ("原发性高血压患者", "Ⅱ型糖尿病患者", "35岁及以上原发性高血压患者和Ⅱ型糖尿病患者")),
    (("37",), "65岁以上老人、0—3岁儿童", ("70岁以上老人、0—3岁儿童", "65岁以上老人、0—2岁儿童")),
    (("18",), "各类用人单位和劳动者", ("劳动者",)),
    (("69",), "未成年人、老年人、现役军人、残疾人和低收入人群", ("未成年人、老年人和残疾人", "老年人、现役军人、残疾人和低收入人群")),
    (("43",), "年满60周岁", ("年满65周岁", "年满70周岁")),
    (("54",), "未满16周岁", ("未满14周岁", "不满12周岁")),
    (("75",), "残疾人", ("重度残疾人",)),
    (("78",), "残疾儿童、青少年", ("残疾儿童",)),
    (("81",), "残疾人、老年人等", ("残疾人",)),
)  # fmt: skip
_BLANK = ("", "—", "／", " ", "-")
_SUBSIDISED = (
    "地方人民政府负责，中央财政适当补助。", "由省级人民政府负责，中央财政给予适当补助。", "市、县政府负责，中央财政予以补助。",
    "市县财政负责，中央和省财政适当补助。", "所需资金由地方财政承担，中央财政适当奖补。", "地方财政负担，中央财政给予补助。",
    "省、市、县财政负责，中央财政予以适当补助",
)  # fmt: skip
_HOW_LOST = (
    "省和市县政府，中央财政适当补助。",
    "市、县人民政府，中央和省财政适当补助。",
    "县级财政，上级财政给予补助。",
)
_WHO_LOST = ("个人缴费和补贴相结合。", "给予适当补贴。", "适当补助。", "缴费比例不高于2%。", "按比例分担。")
_SAYS_NOTHING = ("按国家有关规定执行。", "按现行政策执行。", "按照有关文件规定执行。", "按规定执行", "执行现行规定。")
_MATCHED = (  # what the centre pays alone, with a local part
    "国家试点县学生营养膳食补助所需资金由中央财政和省级财政按比例分担；地方试点县学生营养膳食补助所需资金由地方财政承担。",
    "国家试点县学生营养膳食补助所需资金由中央和地方财政共同承担；地方试点县学生营养膳食补助所需资金由地方财政承担。",
    "国家试点县所需资金由中央财政承担80%，省、市、县财政承担20%；地方试点县所需资金由地方财政承担。",
)  # fmt: skip
_SUMS = (
    "中央财政承担60%，省级财政承担30%，市县财政承担20%。", "中央、省、市县财政按60%、30%、20%的比例分担。",
    "中央财政和地方财政分别负担70%和40%。", "中央财政负担50%，省级财政负担30%，市县财政负担30%。",
    "中央和地方财政按60%:50%分担。",
)  # fmt: skip
_OVERLAPS = (
    "中央和地方财政按比例分担：西部地区中央与地方分担比例为8∶2；中西部地区分担比例为6∶4。",
    "中央和地方财政按比例分担：中部地区中央与地方分担比例为6∶4；中西部地区分担比例为8∶2。",
)
_REVERSED_AGES = {"30": ("6—0岁儿童", "6周岁至0周岁儿童"), "32": ("90—65岁老年人",)}
_REVERSED_NUMBERS = (
    (
        "63",
        "为农村乡镇每年提供戏曲等文艺演出服务",
        ("为每个乡镇每年提供6—4场戏曲等文艺演出服务", "每年为农村乡镇送戏4至2场"),
    ),
    ("58", "给予符合条件的重点优抚对象集中供养", ("给予符合条件的重点优抚对象集中供养，每人每月800—600元",)),
    ("55", "骨灰寄存等基本殡葬服务", ("骨灰寄存等基本殡葬服务，每具遗体减免1000—800元",)),
)
_WORDS = "零一二三四五六七八九"


def _in_words(value: int) -> str:
    """Return a whole number under a hundred in Chinese."""
    tens, ones = divmod(value, 10)
    return (_WORDS[tens] if tens > 1 else "") + ("十" if tens else "") + (_WORDS[ones] if ones or not tens else "")


def _said_otherwise(
    row: Row, chance: random.Random, wordings: Sequence[tuple[str, str, Sequence[str]]], rule: str
) -> Planted | None:
    """Return a row of the national item of one of the wordings with its clause said so; None where none is of it."""
    fitting = [one for one in wordings if one[0] == row.national]
    if not fitting:
        return None
    _, clause, said = chance.choice(fitting)
    return _put(row, "standard", clause, chance.choice(said)), rule, "standard"


def _put(row: Row, field: str, old: str, new: str) -> Row:
    """Return a row that says the national text of a field with one clause in other words; a clause may go altogether."""
    text = printed(row.national, field)
    assert old in text, (row.national, old)
    if new:
        return row.saying(field, text.replace(old, new, 1))
    return row.saying(field, text.replace(f"，{old}", "", 1).replace(f"{old}。", "", 1).replace(old, "", 1) or "。")


def low_rate(row: Row, chance: random.Random) -> Planted | None:
    """R10: a rate below the nation's."""
    fitting = [one for one in _RATES if one[0] == row.national]
    if not fitting:
        return None
    _, clause, label, value = chance.choice(fitting)
    lower = int(value * chance.choice([0.6, 0.8, 0.9, 0.95]))
    said = chance.choice(_LOW_RATES).format(label=label, value=lower, words=_in_words(lower))
    return _put(row, "standard", clause, said), "R10", "standard"


def low_amount(row: Row, chance: random.Random) -> Planted | None:
    """R10: an amount or a number below the nation's."""
    return _said_otherwise(row, chance, _LOW_AMOUNTS, "R10")


def without_number(row: Row, chance: random.Random) -> Planted | None:
    """R13: the number is gone; its words may still be there."""
    fitting = [one for one in _RATES if one[0] == row.national]
    if not fitting:
        return None
    _, clause, label, _ = chance.choice(fitting)
    return _put(row, "standard", clause, chance.choice(_NO_RATE).format(label=label)), "R13", "standard"


def dropped(row: Row, chance: random.Random) -> Planted | None:
    """R21: no row answers the national item."""
    return None, "R21", ""


def narrowed(row: Row, chance: random.Random) -> Planted | None:
    """R27: fewer people."""
    fitting = [one for one in _NARROWED if row.national in one[0]]
    if not fitting:
        return None
    _, theirs, ours = chance.choice(fitting)
    return _put(row, "target", theirs, chance.choice(ours)), "R27", "target"


def empty(row: Row, chance: random.Random) -> Planted | None:
    """R02: an empty cell; a standard only where no number is lost with it, which is a fault of its own."""
    numbers = bool(re.search(r"\d|至少一人", printed(row.national, "standard")))
    field = chance.choice(["funding", "departments", "target", *([] if numbers else ["standard"])])
    return row.saying(field, chance.choice(_BLANK)), "R02", field


def subsidised(row: Row, chance: random.Random) -> Planted | None:
    """R34: sharing has become a subsidy."""
    if row.national not in {"1", "3", "7", "8", "40", "43", "44"}:
        return None
    return row.saying("funding", chance.choice(_SUBSIDISED)), "R34", "funding"


def payment_unclear(row: Row, chance: random.Random) -> Planted | None:
    """R33: nobody pays, or in no way."""
    if printed(row.national, "funding") not in {"地方人民政府负责。", "地方人民政府负责，中央财政适当补助。"}:
        return None
    return row.saying("funding", chance.choice(chance.choice([_HOW_LOST, _WHO_LOST, _SAYS_NOTHING]))), "R33", "funding"


def matched(row: Row, chance: random.Random) -> Planted | None:
    """R36: a local part of what the centre pays alone."""
    return (row.saying("funding", chance.choice(_MATCHED)), "R36", "funding") if row.national == "2" else None


def odd_shares(row: Row, chance: random.Random) -> Planted | None:
    """R38: shares that do not make a whole."""
    if row.national not in {"1", "40", "43", "44"}:
        return None
    return row.saying("funding", chance.choice(_SUMS)), "R38", "funding"


def overlapping_shares(row: Row, chance: random.Random) -> Planted | None:
    """R38: two shares for one case."""
    return (row.saying("funding", chance.choice(_OVERLAPS)), "R38", "funding") if row.national in {"7", "8"} else None


def reversed_ages(row: Row, chance: random.Random) -> Planted | None:
    """R31: from an age to a lower one."""
    if row.national not in _REVERSED_AGES:
        return None
    return row.saying("target", chance.choice(_REVERSED_AGES[row.national])), "R31", "target"


def reversed_numbers(row: Row, chance: random.Random) -> Planted | None:
    """R08: from a number to a lower one."""
    return _said_otherwise(row, chance, _REVERSED_NUMBERS, "R08")


FAULTS: tuple[Kind, ...] = (
    low_rate, low_amount, without_number, dropped, narrowed, empty, subsidised, payment_unclear, matched, odd_shares,
    overlapping_shares, reversed_ages, reversed_numbers,
)  # fmt: skip


def planted(
    rows: Sequence[Row], count: int, chance: random.Random, kinds: Sequence[Kind] = FAULTS
) -> tuple[list[Row], list[tuple[str, str, str]]]:
    """Return the rows with faults, and (national item, rule, field) of each; a row has one fault at most."""
    found, faults = list(rows), list[tuple[str, str, str]]()
    for kind in _chosen(kinds, count, chance):
        whole = [place for place, row in enumerate(found) if row.national and row == rows[place]]
        made = ((place, kind(found[place], chance)) for place in chance.sample(whole, len(whole)))
        fitting = next(((place, fault) for place, fault in made if fault), None)
        if fitting is None:
            continue
        place, (row, rule, field) = fitting
        faults.append((found[place].national, rule, field))
        found[place] = row or Row("", {})
    return [row for row in found if row.texts], faults


def _chosen(kinds: Sequence[Kind], count: int, chance: random.Random) -> Iterator[Kind]:
    """Yield kinds of faults, none twice until all were there."""
    while count > 0:
        yield from chance.sample(kinds, min(count, len(kinds)))
        count -= len(kinds)


def renumbered(numbers: list[str], chance: random.Random) -> tuple[list[str], list[tuple[str, str, int]]]:
    """Return numbers of which one is used twice or one is left out, with (rule, field, row) of each finding of it."""
    if len(numbers) < 10:
        return numbers, []
    at = chance.randrange(4, len(numbers) - 2)
    if chance.random() < 0.5:  # a number stands twice: all that follow are one less
        shifted = [number if place < at else str(int(number) - 1) for place, number in enumerate(numbers)]
        return shifted, [("R05", "number", at), ("R05", "number", at + 1)]
    shifted = [number if place < at else str(int(number) + 1) for place, number in enumerate(numbers)]
    return shifted, [("R05", "", 0)]
