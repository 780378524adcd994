"""Generate catalogues: made-up provinces, prefectures and counties that say what the nation says in their own words.

Run, in tests/: python -m bench.generate FOLDER [count] [--seed N]. Each catalogue takes the national items in another order
under other column titles, with other wordings and values of its own that do not fall below the nation's, drops nothing,
adds items of its own, and then breaks what is planted: a known fault in a known cell. ``faults`` is what a check must
find as violations, no less and no more.
"""

import argparse
import csv
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.faults import planted, renumbered
from bench.rows import FIELDS, Row, nation

from gongfu.check import NATION
from gongfu.codes import codelists
from gongfu.divisions import divisions

TITLES = {
    "domain": ("领域", "服务领域"), "number": ("序号", "编号"), "name": ("服务项目", "项目名称", "基本公共服务项目"),
    "target": ("服务对象", "保障对象"), "standard": ("服务指导标准", "服务标准", "服务内容和标准", "保障标准"),
    "funding": ("支出责任", "支出责任划分"), "departments": ("牵头负责单位", "牵头负责部门", "主责单位"),
    "coverage": ("覆盖水平",),
}  # fmt: skip
_ENDINGS = {"province": ("省", "厅"), "prefecture": ("市", "局"), "county": ("县", "局")}
_UNITS = {
    "教育部": "教育_", "财政部": "财政_", "人力资源社会保障部": "人力资源社会保障_", "民政部": "民政_", "司法部": "司法_",
    "住房城乡建设部": "住房城乡建设_", "文化部": "文化_", "农业部": "农业_", "工业和信息化部": "工业和信息化_",
    "国家卫生计生委": "卫生计生委", "新闻出版广电总局": "新闻出版广电局", "体育总局": "体育局", "国家文物局": "文物局",
    "食品药品监管总局": "食品药品监管局", "国家中医药局": "中医药局", "中国残联": "残联",
}  # fmt: skip
_TOTALS = {  # what the nation counts for itself, each place counts for itself
    "24": ("参保人数在1.8亿人左右", "参保人数达到{}万人"), "25": ("参保人数达到2.2亿人以上", "参保人数达到{}万人以上"),
    "33": ("全国计划管理高血压患者约1亿人，糖尿病患者约3500万人", "管理高血压患者{}万人，糖尿病患者{}万人"),
    "60": ("全国开工改造包括城市危房、城中村在内的各类棚户区住房2000万套", "开工改造各类棚户区住房{}万套"),
    "76": ("为100万残疾人", "为{}万残疾人"), "79": ("为50万中西部地区农村贫困残疾人", "为{}万农村贫困残疾人"),
}  # fmt: skip
_OWN = (
    ("基本公共文化体育", "地方志书查阅", "城乡居民", "地方志馆向读者开放馆藏的志书和年鉴。", "文化部"),
    ("基本社会服务", "婚姻登记免费服务", "办理婚姻登记的居民", "免收婚姻登记工本费。", "民政部"),
    ("基本医疗卫生", "居家隔离消毒指导", "居家养病的居民", "上门提供消毒和隔离的指导。", "国家卫生计生委"),
    ("基本住房保障", "物业服务纠纷咨询", "住宅小区业主", "提供物业服务纠纷的咨询和调处。", "住房城乡建设部"),
)
_MERGED = (("30", "31", "儿童和孕产妇健康管理"), ("64", "65", "收听广播、观看电视"), ("24", "25", "失业保险、工伤保险"))
_PARTED = {
    "3": (("小学寄宿生生活补助", "义务教育家庭经济困难寄宿学生", "小学生每生每年1000元。"),
          ("初中寄宿生生活补助", "义务教育家庭经济困难寄宿学生", "初中生每生每年1250元。")),
    "34": (("严重精神障碍患者管理", "严重精神障碍患者", "提供登记管理、随访指导服务。在册患者管理率达到80%以上。"),
           ("精神分裂症患者治疗", "严重精神障碍患者", "精神分裂症治疗率达到80%以上。")),
}  # fmt: skip
_ADDED = (  # what a place adds of its own, with numbers that answer no number of the nation's
    "服务对象满意度达到85%以上。", "每年开展不少于2次宣传活动。", "群众知晓率达到70%以上。", "投诉办结率达到95%。",
    "向社会公开服务流程和监督电话。", "每个乡镇（街道）至少配备1名专（兼）职工作人员。", "具体办法由市、县人民政府制定。",
    "“十三五”期末，实现城乡全覆盖。", "工作人员每年培训不少于40学时。", "按照国家有关规定执行。",
)  # fmt: skip
_PAID = {  # who pays, in a place's own words
    "地方人民政府负责。": ("省、市、县政府分别负责。", "市、县政府负责。", "省级和市县财政按规定负担。", "地方政府负责。"),
    "地方人民政府负责，中央财政适当补助。": (
        "市、县政府负责，中央和省财政适当补助。", "市县政府负责，中央、省财政适当补助。", "省、市、县财政负责，中央财政适当补助。",
        "地方政府负责，中央财政适当给予补助。"),
    "中央和地方财政按比例分担。": (
        "中央和省、市、县财政按比例分担。", "中央、省及市县财政按比例分担。", "中央与地方财政按比例共同分担。",
        "所需资金由中央和地方按规定比例分担。"),
}  # fmt: skip
_MISNUMBERED = 0.2  # of the catalogues with faults
_RATE = re.compile(r"(?P<step>逐步)?(?P<all>均)?达到(?P<value>\d+)%(?P<more>以上)?")
_LIST = re.compile(r"(?<=提供)([^，。；：（）]+?、[^，。；：（）和与及]+)(?=等[^，。；]*服务)")
_AMOUNT = re.compile(r"(?P<per>每[人生户][每]?[年月天]?(?:每[年月天])?)(?P<value>\d+)元")


@dataclass(frozen=True)
class Fault:
    """A violation that a check must find: its rule, the field and row it stands in (0 for none), the national item."""

    rule: str
    field: str
    row: int
    national: str


@dataclass(frozen=True)
class Generated:
    """A catalogue: its region (GB/T 2260) and level, the table with its header, and what was planted in it.

    ``above`` are title rows, ``about`` what source.yaml says of a published one, ``against`` the national edition.
    """

    region: str
    level: str
    table: tuple[tuple[str, ...], ...]
    fields: tuple[str, ...]
    faults: tuple[Fault, ...]
    above: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    against: str = NATION

    def cell(self, fault: Fault) -> str:
        """Return the address of a fault in a file that has the table alone; empty where it has no cell."""
        return f"{chr(ord('A') + self.fields.index(fault.field))}{fault.row + 1 + len(self.above)}" if fault.row else ""

    def write(self, path: Path) -> Path:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([*([line] for line in self.above), *self.table])
        return path


def regions(count: int) -> list[tuple[str, str]]:
    """Return code and level of the first regions: 31 provinces, then prefectures, then counties."""
    provinces = [one.code for one in codelists().scheme("division") if one.code.endswith("0000")]
    known = sorted(code for code in (*provinces, *divisions()) if not code.startswith(("7", "8")))
    levels = {"province": [code for code in known if code.endswith("0000")],
              "prefecture": [code for code in known if code.endswith("00") and not code.endswith("0000")],
              "county": [code for code in known if not code.endswith("00")]}  # fmt: skip
    named = [(code, level) for level, codes in levels.items() for code in codes]
    return (named * (count // len(named) + 1))[:count]


# --- the same in other words ------------------------------------------------------------------------------------------


def localised(row: Row, level: str, chance: random.Random) -> Row:
    """Return a national item as a place puts it: nothing less, sometimes more."""
    return (
        row.saying("standard", standard(row, chance))
        .saying("funding", funding(row.texts["funding"], level, chance))
        .saying("departments", departments(row.texts["departments"], level))
    )


def standard(row: Row, chance: random.Random) -> str:
    text = row.texts["standard"]
    if row.national in _TOTALS:
        printed, ours = _TOTALS[row.national]
        text = text.replace(printed, ours.format(*(chance.randrange(1, 90) for _ in range(ours.count("{}")))))
    text = _RATE.sub(lambda found: rate(found, chance), text)
    text = _AMOUNT.sub(lambda found: f"{found['per']}{raised(int(found['value']), chance)}元", text)
    text = _LIST.sub(lambda found: "、".join(shuffled(found[0].split("、"), chance)), text)
    return text + chance.choice(_ADDED) if chance.random() < 0.2 else text


def rate(found: re.Match[str], chance: random.Random) -> str:
    value = min(100, int(found["value"]) + chance.choice([0, 0, 0, 1, 2, 5]))
    step, everything = found["step"] or "", found["all"] or ""
    forms = [f"{step}{everything}达到{value}%以上", f"{everything}不低于{value}%", f"{everything}达到{value}%"]
    return chance.choice(forms)


def raised(value: int, chance: random.Random) -> int:
    return int(value * chance.choice([1, 1, 1.1, 1.2, 1.5]))


def shuffled(parts: list[str], chance: random.Random) -> list[str]:
    return chance.sample(parts, len(parts))


def funding(text: str, level: str, chance: random.Random) -> str:
    ours = {"province": ("省、市、县人民政府", "省及市县财政"), "prefecture": ("市、县人民政府", "市县财政"),
            "county": ("县人民政府", "县财政")}[level]  # fmt: skip
    if text in _PAID and level == "province" and chance.random() < 0.5:
        return chance.choice(_PAID[text])
    if text.startswith("地方人民政府负责"):
        return text.replace(
            "地方人民政府负责", chance.choice(["地方人民政府负责", f"{ours[0]}负责", f"{ours[1]}负责"]), 1
        )
    return text


def departments(text: str, level: str) -> str:
    place, ending = _ENDINGS[level]
    return "、".join(place + _UNITS[one].replace("_", ending) if one in _UNITS else one for one in text.split("、"))


def renamed(row: Row, chance: random.Random) -> Row:
    """Return a row under a name with 服务 or 工作 more or less."""
    name = row.texts["name"]
    names = [name, name, name + "服务" if not name.endswith("服务") else name, name.replace("公共", "基本公共", 1)]
    return row.saying("name", chance.choice(names))


def joined(rows: list[Row], chance: random.Random) -> list[Row]:
    """Return the rows with some pairs of items in one row, as places have it; no fault is planted in such a row."""
    for first, second, name in _MERGED:
        if chance.random() < 0.4:
            one, other = (next(row for row in rows if row.national == key) for key in (first, second))
            texts = {**one.texts, "name": name}
            texts["target"] = "、".join(dict.fromkeys((one.texts["target"], other.texts["target"])))
            texts["standard"] = one.texts["standard"] + other.texts["standard"]
            rows = [Row("", texts) if row is one else row for row in rows if row is not other]
    return rows


def parted(rows: list[Row], chance: random.Random) -> list[Row]:
    """Return the rows with some items in two rows; no fault is planted in them."""
    for key, parts in _PARTED.items():
        if chance.random() < 0.4:
            row = next(row for row in rows if row.national == key)
            pieces = [
                Row("", {**row.texts, **dict(zip(("name", "target", "standard"), part, strict=True))}) for part in parts
            ]
            rows = [one for row_ in rows for one in (pieces if row_ is row else [row_])]
    return rows


# --- a whole catalogue ------------------------------------------------------------------------------------------------


def generated(seed: str, region: str, level: str, faults: int = 4, items: int = 0) -> Generated:
    """Return a catalogue, the same for the same seed, region and number of faults; with ``items`` only so many rows."""
    chance = random.Random(f"{seed}-{region}")
    rows = [renamed(localised(row, level, chance), chance) for row in nation()]
    rows = parted(joined(rows, chance), chance)
    for domain, name, target, text, unit in chance.sample(_OWN, chance.randrange(len(_OWN) + 1)):
        texts = {"domain": domain, "name": name, "target": target, "standard": text,
                 "funding": "地方人民政府负责。", "departments": departments(unit, level)}  # fmt: skip
        rows.append(Row("", texts))
    domains = list(dict.fromkeys(row.texts["domain"] for row in rows))
    order = {domain: (domains.index(domain), chance.random()) for domain in domains}
    rows.sort(key=lambda row: (order[row.texts["domain"]], chance.random()))
    rows, broken = planted(rows, faults, chance)
    rows = rows[:items] if items else rows
    fields = tuple(chance.sample(FIELDS, len(FIELDS)))
    return table_of(rows, broken, chance, Generated(region, level, (), fields, ()), bool(faults))


def table_of(
    rows: Sequence[Row], broken: Sequence[tuple[str, str, str]], chance: random.Random, one: Generated, faulty: bool
) -> Generated:
    """Return a catalogue with its table: the rows under titles, numbered, and what was planted in them in its place."""
    numbers, misnumbered = [str(number) for number in range(1, len(rows) + 1)], list[tuple[str, str, int]]()
    if faulty and chance.random() < _MISNUMBERED:
        numbers, misnumbered = renumbered(numbers, chance)
    printed = [{**row.texts, "number": number} for number, row in zip(numbers, rows, strict=True)]
    table = [tuple(chance.choice(TITLES[field]) for field in one.fields)]
    table += [tuple(texts[field] for field in one.fields) for texts in printed]
    places = {row.national: number for number, row in enumerate(rows, 1)}
    told = tuple(Fault(rule, field, places.get(national, 0), national) for national, rule, field in broken)
    told += tuple(Fault(rule, field, row, "") for rule, field, row in misnumbered)
    return replace(one, table=tuple(table), faults=told)


def catalogues(count: int, seed: str = "1", faults: int = 4) -> Iterator[Generated]:
    """Yield catalogues of the first regions."""
    for number, (region, level) in enumerate(regions(count)):
        yield generated(f"{seed}-{number}", region, level, faults)


def written(folder: Path, count: int, seed: str = "1", faults: int = 4) -> Iterator[tuple[Path, Generated]]:
    """Write catalogues into a folder, each named by its region, and yield path and catalogue."""
    for number, one in enumerate(catalogues(count, seed, faults)):
        yield one.write(folder / f"{one.region}-{number:04d}.csv"), one


def main() -> None:
    """Write catalogues and what was planted in them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("count", type=int, nargs="?", default=31)
    options.add_argument("--seed", default="1")
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with (given.folder / "planted.tsv").open("w", encoding="utf-8") as list_:
        for path, one in written(given.folder, given.count, given.seed):
            for fault in one.faults:
                print(path.name, fault.rule, one.cell(fault), fault.national, sep="\t", file=list_)


if __name__ == "__main__":
    main()
