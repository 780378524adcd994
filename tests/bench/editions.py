"""Editions: what stands around a generated table (title rows, source.yaml) and the faults of that; drafts of the 12th plan.

Faults of an edition are those that no row is guilty of: what a published edition must say of itself (R01), the number of
items it declares (R04), its codes of region and level (R07). Only the standards of the 12th plan have an upper bound
(12小时内), so R11 is planted in drafts that are held against them.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from bench.faults import Kind, Planted, dropped, planted
from bench.generate import Fault, Generated, catalogues, table_of
from bench.rows import EARLIER, EARLIER_FIELDS, Row, nation

About = dict[str, Any]
EditionFault = Callable[[About, int, random.Random], tuple[str, ...]]
"""Breaks source.yaml of a catalogue of so many rows, and returns the rules that must find it."""
_PUBLISHED, _TITLED = 0.3, 0.3  # of the catalogues
_FAULTY = 0.6  # of those, with one fault of the edition
_EVERY = 10  # so many catalogues hold one draft of the 12th plan
_ABSENT = {"zh": "原件没有写明", "en": "The original does not say"}
_COUNTS = (
    "{place}基本公共服务清单（共{count}项）",
    "{place}“十三五”基本公共服务清单，共{count}项",
    "本清单共计{count}项",
)
_TITLES = ("{place}基本公共服务清单", "附件1", "（征求意见稿）", "{place}“十三五”基本公共服务清单")
_SLOW = (  # what the nation does within 12 hours
    "灾后24小时内基本生活得到初步救助", "灾后24小时以内基本生活得到初步救助", "灾后不超过24小时，基本生活得到初步救助",
    "灾后36小时内基本生活得到初步救助", "灾后二十四小时内基本生活得到初步救助", "灾后24个小时内基本生活得到初步救助",
    "灾后1天内基本生活得到初步救助", "灾后一天内基本生活得到初步救助", "灾后2天内基本生活得到初步救助",
    "确保灾后24小时之内基本生活得到初步救助", "灾后15小时内基本生活得到初步救助",
)  # fmt: skip
_FAST = (
    "灾后12小时内基本生活得到初步救助",
    "灾后10小时内基本生活得到初步救助",
    "灾后不超过12小时，基本生活得到初步救助",
)


def written(folder: Path, count: int, seed: str = "1", faults: int = 4) -> Iterator[tuple[Path, Generated]]:
    """Write catalogues into a folder and yield the path of each and the catalogue: files, and folders of published ones."""
    for number, one in enumerate(catalogues(count, seed, faults)):
        chance = random.Random(f"{seed}-edition-{number}")
        if number % _EVERY == _EVERY - 1:
            one = earlier(one.region, one.level, faults, chance)
        yield placed(folder / f"{one.region}-{number:04d}", dressed(one, bool(faults), chance))


def placed(path: Path, one: Generated) -> tuple[Path, Generated]:
    """Write one: a file of the name, or a folder of it with source.yaml."""
    if not one.about:
        return one.write(path.with_suffix(".csv")), one
    path.mkdir()
    (path / "source.yaml").write_text(yaml.safe_dump(dict(one.about), allow_unicode=True), "utf-8")
    return one.write(path / "catalogue.csv"), one


def dressed(one: Generated, faulty: bool, chance: random.Random) -> Generated:
    """Return a catalogue as a published edition, with title rows above its header, or as it is."""
    kind, broken = chance.random(), faulty and chance.random() < _FAULTY
    if kind < _PUBLISHED:
        return published(one, chance.choice(EDITION_FAULTS) if broken else None, chance)
    return titled(one, broken, chance) if kind < _PUBLISHED + _TITLED else one


def titled(one: Generated, broken: bool, chance: random.Random) -> Generated:
    """Return a catalogue with lines above its header, of which one declares how many items there are."""
    count = len(one.table) - 1
    stated = count + chance.choice([-3, -2, -1, 1, 2, 5]) if broken else count
    lines = [chance.choice(_COUNTS), *chance.sample(_TITLES, chance.randrange(3))]
    told = tuple(line.format(place="某地", count=stated) for line in chance.sample(lines, len(lines)))
    return replace(one, above=told, faults=one.faults + (_of_edition("R04") if broken else ()))


def published(one: Generated, fault: EditionFault | None, chance: random.Random) -> Generated:
    """Return a catalogue that was published, with source.yaml."""
    about: About = {
        "id": f"{one.region}-14fyp", "title": {"zh": "基本公共服务清单", "en": "Catalogue"},
        "document": {"number": "某政发〔2018〕1号", "title": "基本公共服务清单", "issuer": "某地人民政府",
                     "issued": date(2018, 1, 2), "file": "清单.csv"},
        "region": one.region, "level": one.level, "period": {"from": 2016, "to": 2020},
    }  # fmt: skip
    if chance.random() < 0.5:
        about["declared_items"] = len(one.table) - 1
    if chance.random() < 0.3:  # what the original lacks, and is said to lack, is no fault
        lacking = chance.sample(["number", "issuer", "issued"], chance.randrange(1, 4))
        for name in lacking:
            del about["document"][name]
        about["document"]["absent"] = {"fields": lacking, **_ABSENT}
    rules = fault(about, len(one.table) - 1, chance) if fault else ()
    return replace(one, about=about, faults=one.faults + _of_edition(*rules))


def _of_edition(*rules: str) -> tuple[Fault, ...]:
    return tuple(Fault(rule, "", 0, "") for rule in rules)


def _without_origin(about: About, count: int, chance: random.Random) -> tuple[str, ...]:
    """R01: the document's number, issuer or date is left out, and nothing says that the original lacks it."""
    about["document"].pop("absent", None)
    full = {"number": "某政发〔2018〕1号", "issuer": "某地人民政府", "issued": date(2018, 1, 2)}
    about["document"] |= full
    for name in chance.sample(list(full), chance.randrange(1, 4)):
        del about["document"][name]
    return ("R01",)


def _without_file(about: About, count: int, chance: random.Random) -> tuple[str, ...]:
    """R01: no source file."""
    del about["document"]["file"]
    return ("R01",)


def _without_period(about: About, count: int, chance: random.Random) -> tuple[str, ...]:
    """R01: no plan period."""
    del about["period"]
    return ("R01",)


def _without_region(about: About, count: int, chance: random.Random) -> tuple[str, ...]:
    """R01, and R07: no code is no code of the list."""
    del about["region"]
    return ("R01", "R07")


def _miscounted(about: About, count: int, chance: random.Random) -> tuple[str, ...]:
    """R04: another number of items than there are."""
    about["declared_items"] = count + chance.choice([-4, -1, 1, 2, 10])
    return ("R04",)


def _unknown_region(about: About, count: int, chance: random.Random) -> tuple[str, ...]:
    """R07: a code that is no division."""
    about["region"] = chance.choice(["990000", "229900", "220199", "某省", "2200"])
    return ("R07",)


def _unknown_level(about: About, count: int, chance: random.Random) -> tuple[str, ...]:
    """R07: a level that is in no list."""
    about["level"] = chance.choice(["hamlet", "empire", "provinces", "某级"])
    return ("R07",)


EDITION_FAULTS: tuple[EditionFault, ...] = (
    _without_origin, _without_file, _without_period, _without_region, _miscounted, _unknown_region, _unknown_level,
)  # fmt: skip


def earlier(region: str, level: str, faults: int, chance: random.Random) -> Generated:
    """Return a draft that says what the standards of the 12th plan say, but for what is planted in it."""
    rows = [row.saying("standard", chance.choice(_FAST)) if row.national == "25" else row for row in nation(EARLIER)]
    rows = [row.saying("departments", "民政部门") for row in chance.sample(rows, len(rows))]
    rows, broken = planted(rows, min(faults, len(EARLIER_FAULTS)), chance, EARLIER_FAULTS)
    fields = tuple(chance.sample(EARLIER_FIELDS, len(EARLIER_FIELDS)))
    return table_of(rows, broken, chance, Generated(region, level, (), fields, (), against=EARLIER), bool(faults))


def slow(row: Row, chance: random.Random) -> Planted | None:
    """R11: later than the nation."""
    return (row.saying("standard", chance.choice(_SLOW)), "R11", "standard") if row.national == "25" else None


def blank(row: Row, chance: random.Random) -> Planted | None:
    """R02: an empty cell."""
    field = chance.choice(["target", "funding"])
    return row.saying(field, chance.choice(["", "—", " "])), "R02", field


EARLIER_FAULTS: tuple[Kind, ...] = (slow, blank, dropped)
