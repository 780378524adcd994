"""What changes nothing: columns in another order, other header titles, rows shuffled and renumbered, half-width forms,
spaces inside words, radicals. The same catalogue in other clothes is read the same.
"""

import csv
import random
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.compare import comparisons
from gongfu.examine import Prepared, pairings, prepare
from gongfu.facts import Graph
from gongfu.graph import correspondence_triples
from gongfu.match import match
from gongfu.settings import base_iri
from gongfu.sources import source_folder

TITLES = {
    "序号": ["序号", "编号", " 序 号 ", "项目序号"],
    "服务项目": ["服务项目", "项目名称", "服务\n项目", "基本公共服务项目"],
    "服务对象": ["服务对象", "保障对象", "服务对象（人群）"],
    "服务标准": ["服务标准", "服务指导标准", "服务内容和标准", "保障标准"],
    "支出责任": ["支出责任", "支出责任划分"],
    "牵头负责单位": ["牵头负责单位", "牵头负责部门", "主责单位", "责任单位"],
    "领域": ["领域", "服务领域"],
}
RADICALS = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)}
HALF = str.maketrans("，；（）：", ",;():")
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def nation() -> Prepared:
    return national(NATION, codelists(), base_iri())


def outcome(path: Path, nation: Prepared) -> dict[str, object]:
    """Return what was read, by the row's words and not by its place: matches, measures, verdicts on floors."""
    codes, base = codelists(), base_iri()
    catalogue = read_catalogue(path, "220000", codes)
    pairs = match(catalogue.items, nation.catalogue.items)
    prepared = prepare(catalogue, codes, base, None, pairings(pairs, nation))
    related = correspondence_triples(catalogue, nation.catalogue, pairs, codes, base)
    compared = Graph((comparisons(nation.meeting.with_catalogue((prepared.graph + related).lines()), base),))
    names = {item.key: plain(item.name) for item in catalogue.items}
    return {
        "matches": sorted((names.get(pair.item or "", ""), pair.national or "", pair.relation) for pair in pairs),
        "measures": sorted(
            (names[key], one.comparator, str(one.normal_lower), str(one.normal_upper), one.normal_unit, one.indicator)
            for key, found in prepared.measures.items()
            for _, one in found
        ),
        "units": sorted((names[key], plain(role.name)) for key, found in prepared.roles.items() for role in found),
        "comparisons": sorted(
            triple.object.value.rsplit("/", 1)[-1]
            for triple in compared
            if triple.predicate.value.endswith("#comparability") and hasattr(triple.object, "value")
        ),
        "unread": len(prepared.catalogue.unread),
    }


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def jilin() -> Rows:
    with (source_folder("jilin-13fyp") / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Rows, titles: dict[str, str], order: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([titles[column] for column in order])
        writer.writerows([[row[column] for column in order] for row in rows])
    return path


def spaced(text: str, chance: random.Random) -> str:
    """Put a blank inside words here and there, as text extraction does; digits stay together."""
    pieces = []
    for index, character in enumerate(text):
        pieces.append(character)
        if (
            index + 1 < len(text)
            and "\u4e00" <= character <= "\u9fff"
            and "\u4e00" <= text[index + 1] <= "\u9fff"
            and chance.random() < 0.08
        ):
            pieces.append(" ")
    return "".join(pieces)


def with_radicals(text: str, chance: random.Random) -> str:
    return "".join(
        RADICALS[one] if one in RADICALS and one not in "又" and chance.random() < 0.5 else one for one in text
    )


CLOTHES: dict[str, Callable[[str, random.Random], str]] = {
    "as printed": lambda text, chance: text,
    "half-width": lambda text, chance: text.translate(HALF),
    "full-width digits": lambda text, chance: text.translate(
        {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}
    ),
    "spaces in words": spaced,
    "radicals": with_radicals,
}


@pytest.fixture(scope="module")
def expected(nation: Prepared, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    rows = jilin()
    columns = list(rows[0])
    path = write(tmp_path_factory.mktemp("plain") / "plain.csv", rows, {column: column for column in columns}, columns)
    return outcome(path, nation)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), clothes=st.sampled_from(sorted(CLOTHES)))
def test_other_clothes_change_nothing(
    seed: int, clothes: str, nation: Prepared, expected: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(seed)
    rows = jilin()
    chance.shuffle(rows)
    for number, row in enumerate(rows, 1):
        row["序号"] = str(number)
        for column in row:
            row[column] = CLOTHES[clothes](row[column], chance) if column != "序号" else row[column]
    order = list(rows[0])
    chance.shuffle(order)
    titles = {column: chance.choice(TITLES[column]) for column in order}
    path = write(tmp_path_factory.mktemp("dressed") / "dressed.csv", rows, titles, order)
    assert outcome(path, nation) == expected
