"""Whose catalogue it is: provinces, prefectures and counties by what titles say, never by a guess between two."""

from pathlib import Path

import pytest

from gongfu.check import check
from gongfu.codes import codelists
from gongfu.divisions import divisions, named_below
from gongfu.document import read_document
from gongfu.regions import guess_level, guess_region

ROWS = "序号,服务项目,服务对象,服务指导标准\n1,免费义务教育,义务教育学生,免除学杂费。\n"
TITLES = {
    "湖北省宜昌市夷陵区基本公共服务清单": "420506",
    "宜昌市“十三五”基本公共服务清单": "420500",
    "恩施州基本公共服务实施标准": "422800",
    "北京市朝阳区基本公共服务清单": "110105",
    "长春市朝阳区基本公共服务清单": "220104",
    "朝阳区基本公共服务清单": "CN",  # one in Beijing, one in Changchun: not guessed
    "吉林省基本公共服务清单": "220000",  # the province, not the city of the same name
    "吉林省吉林市基本公共服务清单": "220200",
    "南通市海门区基本公共服务清单": "320614",
    "海门市“十三五”基本公共服务清单": "320684",  # the name and the code of those years
    "广州市南沙区基本公共服务清单": "440115",
    "南沙区基本公共服务清单": "440115",
    "河北省定州市基本公共服务清单": "130682",  # the code list has these two, the province is named beside it
    "辛集市基本公共服务清单": "130181",
    "石家庄市桥西区基本公共服务清单": "130104",
    "邢台市桥东区基本公共服务清单": "130502",  # its name until 2020; that of 张家口 has it still
    "河北省邢台市桥东区基本公共服务清单": "130502",
    "桥东区基本公共服务清单": "CN",  # so there were two
    "邢台市襄都区基本公共服务清单": "130502",
    "大同市城区基本公共服务清单": "140202",
    "公主岭市基本公共服务清单": "220184",
    "四平市公主岭市基本公共服务清单": "220381",
    "宜昌市城区基本公共服务清单": "420500",  # no district: what is no division of the city is not looked for elsewhere
    "推进基本公共服务均等化规划": "CN",
}


@pytest.mark.parametrize("title", TITLES)
def test_the_region_is_the_lowest_division_that_the_title_names(title: str, tmp_path: Path) -> None:
    path = tmp_path / f"{title}.csv"
    path.write_text(ROWS, "utf-8")
    assert guess_region(path, read_document(path), codelists()) == TITLES[title]


LONG = (
    f"为落实《国家基本公共服务标准》{'，保障全体居民享有与本地经济社会发展水平相适应的基本公共服务' * 3}，制定本清单。"
)


@pytest.mark.parametrize(("first", "level"), [(LONG, "province"), ("国家基本公共服务标准", "national")])
def test_without_a_region_only_a_title_makes_a_file_the_nations(first: str, level: str, tmp_path: Path) -> None:
    """A sentence that rests on the nation's standard is what every province's draft begins with."""
    path = tmp_path / "清单.txt"
    path.write_text(f"{first}\n\n1.免费义务教育\n服务对象：义务教育学生。\n服务标准：免除学杂费。\n", "utf-8")
    document = read_document(path)
    assert guess_region(path, document, codelists()) == "CN"
    assert guess_level("CN", path, document) == level


def test_a_division_in_the_words_after_the_title_is_not_the_region() -> None:
    assert named_below("基本公共服务清单（含宜昌市试点项目）") is None


def test_a_report_names_a_county_and_its_level(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text(ROWS, "utf-8")
    report = check(path, region="420506")
    assert report.region == {"zh": "夷陵区", "en": "Yiling District"}
    triples = {(triple.predicate.value.rsplit("#", 1)[-1], str(triple.object)) for triple in
               report.examined.prepared.triples if str(triple.subject).endswith("/division/420506>")}  # fmt: skip
    assert ("notation", '"420506"') in triples
    assert ("broader", "<https://w3id.org/bps-cn/code/division/420500>") in triples


def test_every_division_has_one_code_a_name_in_both_languages_and_a_province_above() -> None:
    codes = codelists()
    assert len(divisions()) > 3000
    for code, one in divisions().items():
        assert code == one.code
        assert len(code) == 6
        assert code.isdigit()
        assert one.name
        assert one.english
        assert all(codes.concept("division", above) or not above.endswith("0000") for above in one.above), code
