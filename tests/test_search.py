"""Search finds words of two characters, pinyin, initials, English and other names, and marks what was asked for."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from gongfu.pages.browsing import FACETS, facets, items
from gongfu.pages.lookup import by_kind
from gongfu.pages.naming import Editions
from gongfu.search import INDEX, Hit, Passage, find, match_expression, open_index, write_index
from gongfu.settings import CODES, DEFAULT_BASE, DEFINITIONS, house, read_yaml

STORE = f"""@prefix : <{DEFAULT_BASE}cat/> . @prefix bps: <{DEFINITIONS}> . @prefix department: <{CODES}department/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{DEFAULT_BASE}cat/a/1> a bps:ServiceItem ; bps:inEdition :a ; skos:prefLabel "基本养老服务补贴"@zh ;
    bps:targetText "经济困难的高龄老年人"@zh ; bps:standardText "{"一" * 40}发放养老卡{"二" * 90}"@zh .
<{DEFAULT_BASE}cat/b/2> a bps:ServiceItem ; bps:inEdition :b ; skos:prefLabel "基本养老服务补贴"@zh .
<{DEFAULT_BASE}cat/a/3> a bps:ServiceItem ; bps:inEdition :a ; skos:prefLabel "孕产妇健康管理"@zh .
department:x a bps:Department ; skos:prefLabel "国家卫生计生委"@zh , "Health Commission"@en ;
    skos:altLabel "卫计委"@zh .
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "store"
    store = ox.Store(str(path))
    store.bulk_load(STORE.encode(), ox.RdfFormat.TURTLE)
    store.flush()
    return path


@pytest.mark.parametrize(
    ("asked", "found", "marked"),
    [("养老", "a/1", "养老"), ("yl", "a/1", "养老"), ("yanglao", "a/1", "养老"), ("YangLao", "a/1", "养老"),
     ("jiankang", "a/3", "健康"), ("yangl", "a/1", "养老"), ("养老 补贴", "a/1", "养老"), ("yl 补贴", "a/1", "养老"),
     ("高龄", "a/1", "")],
)  # fmt: skip
def test_it_finds_and_marks(store: Path, asked: str, found: str, marked: str) -> None:
    hits = find(open_index(store), asked, "zh")
    hit = next(hit for hit in hits if hit.thing.endswith(found))
    assert hit.label[hit.start : hit.end] == marked


def test_another_name_is_told_where_the_name_has_no_hit(store: Path) -> None:
    hit = find(open_index(store), "卫计委", "zh")[0]
    assert (hit.label, hit.passage, hit.end) == ("国家卫生计生委", Passage("", "卫计委", ""), 0)
    english = find(open_index(store), "health", "en")[0]
    assert english.label[english.start : english.end] == "Health"


@pytest.mark.parametrize("asked", ["", "  ", '"', "*", "' OR 1", '养老" OR name:x', "a" * 500, "NEAR(", "-", "^", "𠮷"])
def test_nothing_that_is_typed_breaks_it(store: Path, asked: str) -> None:
    find(open_index(store), asked, "zh")


def test_the_words_are_marked_in_a_text_that_holds_them(store: Path) -> None:
    hit = find(open_index(store), "老卡", "zh")[0]
    assert (hit.end, hit.passage) == (0, Passage("一" * 27 + "发放养", "老卡", "二" * 60))


def test_words_that_do_not_occur_are_not_found(store: Path) -> None:
    assert find(open_index(store), "养殖", "zh") == []
    assert find(open_index(store), "养老 殡葬", "zh") == []
    assert match_expression("·") == ""


def test_the_index_beside_the_store_is_the_one_that_is_asked(store: Path, tmp_path: Path) -> None:
    write_index(store, tmp_path / INDEX)
    database = open_index(tmp_path / "store")
    assert [hit.thing for hit in find(database, "孕产妇", "zh")] == [DEFAULT_BASE + "cat/a/3"]
    with pytest.raises(Exception, match="readonly"):
        database.execute("DELETE FROM entry")


def test_items_of_one_name_stand_together(store: Path) -> None:
    groups = by_kind(find(open_index(store), "养老", "zh"), 9, Editions())["item"]
    assert [len(group) for group in groups] == [2]


def test_what_is_in_force_and_what_begins_with_the_words_comes_first() -> None:
    hits = [
        Hit("old/1", "item", "old", "养老补贴", 0, 2), Hit("a/1", "item", "a", "优待养老", 2, 4),
        Hit("b/1", "item", "b", "养老", 0, 2), Hit("a/2", "item", "a", "养老", 0, 2),
        Hit("a/3", "item", "a", "抚恤", 0, 0, Passage("", "养老", "金")),
    ]  # fmt: skip
    groups = by_kind(hits, 9, Editions(("a", "b", "old"), frozenset({"old"})))["item"]
    assert [[hit.thing for hit in group] for group in groups] == [["a/2", "b/1"], ["a/1"], ["old/1"], ["a/3"]]


def test_what_people_call_a_thing_finds_what_catalogues_call_it(store: Path) -> None:
    found = find(open_index(store), "孕妇", "zh")
    assert [(hit.label, hit.label[hit.start : hit.end]) for hit in found] == [("孕产妇健康管理", "孕产妇")]


def test_each_everyday_word_leads_to_a_name_of_the_national_catalogue() -> None:
    words = read_yaml(house().data / "search" / "everyday.yaml")
    items = (house().data / "sources" / "cn-13fyp" / "catalogue.csv").read_text("utf-8")
    assert [(word, meant) for word, listed in words.items() for meant in listed if meant not in items] == []
    assert not set(words) & {meant for listed in words.values() for meant in listed}


def test_facets_count_what_fits_the_other_choices() -> None:
    rows = [
        {"item": item, "number": "1", "position": "1", "facet": facet, "value": value}
        for item, facet, value in [
            ("i1", "edition", "a"), ("i1", "domain", "health"), ("i2", "edition", "a"), ("i2", "domain", "work"),
            ("i3", "edition", "b"), ("i3", "domain", "work"),
        ]
    ]  # fmt: skip
    found = facets(items(rows, Editions()), {"edition": "a"})
    assert tuple(found) == FACETS
    assert {one.iri: one.items for one in found["domain"]} == {"health": 1, "work": 1}
    assert {one.iri: (one.items, one.chosen) for one in found["edition"]} == {"a": (2, True), "b": (1, False)}
    assert {one.iri: one.query for one in found["edition"]} == {"a": "", "b": "edition=b"}
