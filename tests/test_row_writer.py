"""The functions made of the table files write what the SPARQL engine makes of the same rows, triple for triple."""

import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from gongfu import facts
from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.examine import examine
from gongfu.facts import Table, by_engine
from gongfu.row_query import BeyondRows, parse
from gongfu.row_terms import Iri, Row, Rows, encoded, function_of, integer, iri
from gongfu.row_writer import row_code
from gongfu.settings import base_iri, house
from gongfu.sources import source_folder
from gongfu.triple_index import tables

FILES = sorted((house().data / "tables").glob("*.rq"))
BASE = "https://example.org/"
TO_THE_ENGINE = {"question", "dump", "version", "prefix"}  # VALUES; datatypes that the engine writes in its own way
_TEXTS = (
    "a",
    "",
    "30",
    "007",
    "99999999999999999999",
    '0—6岁 “儿童”\t"x"\\n\n换行\r',
    "https://e.org/a b",
    "a/b?c#d%",
    "é",
    "narrower",
)
_RELATION = "https://w3id.org/bps-cn/code/target-relation/"
_IRIS = tuple(map(Iri, ("https://e.org/x", "https://e.org/published", _RELATION + "narrower", _RELATION + "undecided")))
_OTHERS = (
    0,
    7,
    -3,
    2**40,
    Decimal("80.50"),
    Decimal(100),
    Decimal("1E+3"),
    Decimal("0.00"),
    date(2017, 1, 23),
    True,
    False,
    None,
)
_TRUTHS = {"doubtful", "catalogue"}  # what a file asks the truth of; and what it compares with a text or an IRI
_COMPARED = {"role", "relation"}


def graph(lines: bytes) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)}


def rows_of(columns: list[str], chance: random.Random) -> tuple[Row, ...]:
    """Return rows with some of the columns, with values of every kind in them."""

    def value(column: str) -> object:
        if column in _TRUTHS:
            return chance.choice((True, False, None))
        few = (*_IRIS, *_TEXTS) if column in _COMPARED else (*_IRIS, *_TEXTS, *_TEXTS, *_TEXTS, *_OTHERS)
        return "a" if chance.random() < 0.4 else chance.choice(few)

    share = chance.choice((0.6, 1.0, 1.0))
    found = [
        {column: value(column) for column in columns if chance.random() < share} for _ in range(chance.randint(1, 4))
    ]
    return tuple(found)  # type: ignore[arg-type]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_any_rows_give_what_the_engine_gives(file: Path) -> None:
    chance, made = random.Random(file.stem), 0
    columns = sorted(set(re.findall(r"row:(\w+) ", file.read_text("utf-8"))) - {"settings", "base"})
    for _ in range(20):
        rows = rows_of(columns, chance)
        expected = set(by_engine(file.stem, rows, BASE))
        assert graph(Table(file.stem, rows, BASE).lines(None)) == expected, rows
        made += len(expected)
    assert made


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_meets_the_nation_is_what_the_engine_gives(file: Path) -> None:
    """In one pass: what is asked by predicate and subject, what is judged as Turtle; some predicates are neither."""
    chance = random.Random(file.stem)
    columns = sorted(set(re.findall(r"row:(\w+) ", file.read_text("utf-8"))) - {"settings", "base"})
    rows = [rows_of(columns, chance) for _ in range(6)]
    expected = [set(by_engine(file.stem, one, BASE)) for one in rows]
    named = sorted({triple.predicate.value for one in expected for triple in one})
    asked, judged = (frozenset(one for one in named if chance.random() < 0.6) for _ in range(2))
    for some, made in zip(rows, expected, strict=True):
        found = tables()
        turtle = Table(file.stem, some, BASE).meet(found, asked, judged)
        assert {quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)} == {
            one for one in made if one.predicate.value in judged
        }
        lines = [f"{s} {p} {o} .\n" for p, starts in found.items() for s, ends in starts.items() for o in ends]
        assert graph("".join(lines).encode()) == {one for one in made if one.predicate.value in asked}


def test_which_files_go_to_the_engine() -> None:
    beyond = set()
    for file in FILES:
        try:
            function_of(row_code(parse(file.read_text("utf-8")), None))
        except BeyondRows:
            beyond.add(file.stem)
    assert beyond == TO_THE_ENGINE


def test_a_whole_catalogue() -> None:
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    catalogue = read_catalogue(source_folder("jilin-13fyp") / "catalogue.csv", None, codes)
    examined = examine(catalogue, nation, codes, base)
    tables = [one for one in (*examined.prepared.graph.parts, *examined.related.parts) if isinstance(one, Table)]
    assert len({one.name for one in tables}) > 10
    for one in tables:
        assert graph(one.lines(None)) == set(by_engine(one.name, one.rows, one.base)), one.name


def test_only_what_is_asked_for_is_written() -> None:
    rows: tuple[Row, ...] = ({"edition": "x", "key": "1", "position": 1, "name": "名", "target": "人"},)
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    found = graph(Table("item", rows, BASE).lines(frozenset({label})))
    assert {str(one) for one in found} == {f'<{BASE}cat/x/1> <{label}> "名"@zh'}


@pytest.mark.parametrize("beyond", [
    "?row row:a ?a . FILTER NOT EXISTS { ?row row:b ?b }", "?row row:a ?a . BIND(REGEX(?a, \"a.c\") AS ?b)",
    "?row row:a ?a . ?row row:b ?a .", "?row row:a ?a . OPTIONAL { ?row row:b ?b . BIND(CONCAT(?a, ?b) AS ?c) }",
    "?row row:a ?a . BIND(MD5(?a) AS ?c)", "?row <http://e.org/p> ?a .", "?row row:a+ ?a .",
])  # fmt: skip
def test_what_is_beyond_rows_is_left_to_the_engine(beyond: str) -> None:
    query = "PREFIX row: <https://w3id.org/bps-cn/row#> CONSTRUCT { <http://e.org/s> <http://e.org/p> ?c , ?b , ?a }"
    with pytest.raises(BeyondRows):
        row_code(parse(f"{query} WHERE {{ {beyond} }}"), None)


FILTERED = """
PREFIX row: <https://w3id.org/bps-cn/row#>
CONSTRUCT { ?s <http://e.org/cell> ?b ; <http://e.org/made> ?c } WHERE {
  ?row row:a ?a .
  OPTIONAL { ?row row:b ?b . BIND(CONCAT(?b, "!") AS ?c) FILTER(?b = "30") }
  BIND(IRI(CONCAT("http://e.org/", ?a)) AS ?s)
}
"""


def test_what_a_filter_refuses_leaves_nothing_made_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "filtered.rq").write_text(FILTERED, "utf-8")
    monkeypatch.setattr(facts, "_file", lambda table: tmp_path / f"{table}.rq")
    rows: tuple[Row, ...] = ({"a": "x", "b": "30"}, {"a": "y", "b": "31"}, {"a": "z"})
    found = graph("".join(function_of(row_code(parse(FILTERED), None))(Rows(rows), BASE, None)).encode())
    assert found == set(by_engine("filtered", rows, BASE))
    assert {str(triple.object) for triple in found} == {'"30"', '"30!"'}


def test_functions_on_texts() -> None:
    assert [integer(one) for one in ("007", "-3", "x", "9" * 19, "9" * 30)] == [7, -3, None, None, None]
    assert [iri(one) for one in ("https://e.org/a b", "no scheme", "https://e.org/%E4")] == [
        None,
        None,
        "https://e.org/%E4",
    ]
    assert encoded("0—6岁/a b~") == "0%E2%80%946%E5%B2%81%2Fa%20b~"
    rows = Rows([{"a": 1}, {"a": True}, {"a": "1"}, {"a": ""}, {}])
    assert [len(rows.with_value("a", one)) for one in (1, True, "1", "2")] == [1, 1, 1, 0]
    assert len(rows.with_column("a")) == 3
