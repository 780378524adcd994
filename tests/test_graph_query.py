"""The steps made of the comparison files answer what the SPARQL engine answers, also of graphs that are torn."""

import random
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.compare import asked_predicates, of_codes
from gongfu.examine import examine
from gongfu.facts import ROW
from gongfu.graph_answers import Construction, Selection
from gongfu.graph_query import Construct, Select, parse_query
from gongfu.row_query import BeyondRows
from gongfu.settings import base_iri, house
from gongfu.sources import source_folder
from gongfu.triple_index import TripleIndex

COMPARISONS = sorted((house().data / "comparisons").glob("*.rq"))
FINDING = house().data / "report" / "finding.rq"
SETTINGS = f"""<{ROW}settings> <{ROW}base> "{base_iri()}" .
<{ROW}settings> <{ROW}certain> "0.8"^^<http://www.w3.org/2001/XMLSchema#decimal> .
""".encode()
TORN = 3


@lru_cache(maxsize=1)
def catalogue() -> tuple[bytes, bytes]:
    """Return what is asked of the nation and the codes, and of a catalogue."""
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    read = read_catalogue(source_folder("jilin-13fyp") / "catalogue.csv", None, codes)
    examined = examine(read, nation, codes, base)
    ours = (examined.prepared.graph + examined.related).lines(asked_predicates())
    return nation.asked + of_codes(asked_predicates()) + SETTINGS, ours


def torn(lines: bytes, chance: random.Random) -> bytes:
    """Return a graph that has lost a tenth of its triples, and some of whose triples end elsewhere."""
    there = [line.split(b" ", 2) for line in lines.splitlines(keepends=True)]
    ends: dict[bytes, list[bytes]] = {}
    for _, predicate, end in there:
        ends.setdefault(predicate, []).append(end)
    kept = (one for one in there if chance.random() > 0.1)
    made = (
        (start, predicate, chance.choice(ends[predicate]) if chance.random() < 0.05 else end)
        for start, predicate, end in kept
    )
    return b"".join(sorted({b" ".join(one) for one in made}))


@lru_cache(maxsize=64)
def construction(path: Path) -> Construction:
    query = parse_query(path.read_text("utf-8"))
    assert isinstance(query, Construct)
    return Construction(query)


@lru_cache(maxsize=1)
def finding() -> Selection:
    query = parse_query(FINDING.read_text("utf-8"))
    assert isinstance(query, Select)
    return Selection(query)


def by_engine(store: ox.Store, query: str) -> set[str]:
    found = store.query(query)
    assert isinstance(found, ox.QueryTriples)
    return {f"{triple.subject} {triple.predicate} {triple.object}" for triple in found}


def rows_by_engine(store: ox.Store, query: str) -> Counter[tuple[str | None, ...]]:
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return Counter(tuple(None if one is None else str(one) for one in row) for row in found)


def unordered(rows: Iterable[tuple[str | None, ...]]) -> Counter[tuple[str | None, ...]]:
    """Return rows whose joined texts may be joined in any order: only ORDER BY inside would say which."""
    return Counter(tuple(None if one is None else "".join(sorted(one)) for one in row) for row in rows)


@pytest.mark.parametrize("seed", range(TORN + 1))
def test_comparisons_and_findings_are_those_of_the_engine(seed: int) -> None:
    common, ours = catalogue()
    if seed:
        ours = torn(ours, random.Random(seed))
    both = finding().steps.both.union(*(construction(path).steps.both for path in COMPARISONS))
    index = TripleIndex(ours, both, TripleIndex(common, both))
    store = ox.Store()
    store.load(common + ours, format=ox.RdfFormat.N_TRIPLES)
    made = 0
    for path in COMPARISONS:
        found = construction(path).triples(index)
        assert {" ".join(one) for one in found} == by_engine(store, path.read_text("utf-8")), path.name
        index.add(found)
        store.load("".join(f"{' '.join(one)} .\n" for one in found), format=ox.RdfFormat.N_TRIPLES)
        made += len(found)
    assert made > 1_000
    nodes = sorted({str(quad.subject) for quad in store})
    foci = "".join(f"<{ROW}settings> <{ROW}focus> {node} .\n" for node in nodes if "/code/" not in node).encode()
    index.add_lines(foci)
    store.load(foci, format=ox.RdfFormat.N_TRIPLES)
    told = finding().rows(index)
    assert len(told) > 1_000
    assert unordered(told) == unordered(rows_by_engine(store, FINDING.read_text("utf-8")).elements())


FACTS = """
<http://e.org/a> <http://e.org/number> "7"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://e.org/a> <http://e.org/part> "2.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<http://e.org/a> <http://e.org/day> "2017-01-23"^^<http://www.w3.org/2001/XMLSchema#date> .
<http://e.org/a> <http://e.org/true> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .
<http://e.org/a> <http://e.org/year> "2020"^^<http://e.org/year> .
<http://e.org/a> <http://e.org/text> "\\u201C\\u8986\\u76D6\\u7387\\u201D\\n a\\\\b \\"c\\"" .
<http://e.org/a> <http://e.org/name> "人数"@zh .
<http://e.org/a> <http://e.org/same> <http://e.org/a> .
"""
NAMES = ("number", "part", "day", "true", "year", "text", "name", "same", "none")
FORMS = (
    "?x = ?y", "?x != ?y", "?x < ?y", "?x >= ?y", "?x + ?y", "?x - ?y", "?x * ?y", "?x / ?y", "?x IN (?y, 7)",
    "?x NOT IN (?y, <http://e.org/a>)", "CONCAT(?x, ?y)", "CONTAINS(?x, ?y)", "STRENDS(STR(?x), STR(?y))",
    "COALESCE(?x < ?y, ?x)", "IF(?x, ?y, 1)", "?x && ?y", "?x || ?y", "REPLACE(STR(?x), STR(?y), \"<$0>\")",
)  # fmt: skip
ALONE = (
    "STR(?x)", "LANG(?x)", "IRI(STR(?x))", "ROUND(?x)", "!?x", "BOUND(?x)", "ROUND(?x / 3 * 100) / 100", "?x = 7",
    "REGEX(STR(?x), \"^.(\\\\p{Han}{2})率\")", "REPLACE(STR(?x), \"^.*?(\\\\p{Han}{0,2})率.*$\", \"$1!\")",
    "REGEX(STR(?x), \"[$0-9]$\")", "REPLACE(?x, \"a|人\", \"\")", "CONCAT(?x, \"b\")", "?x = <http://e.org/a>",
    "EXISTS { ?any <http://e.org/same> ?x }", "NOT EXISTS { ?x <http://e.org/same> ?any }", "?x = \"人数\"",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS + ALONE)
def test_functions_and_operators_are_those_of_the_engine(form: str) -> None:
    store = ox.Store()
    store.load(FACTS, format=ox.RdfFormat.N_TRIPLES)
    for left in NAMES:
        for right in NAMES if "?y" in form else ("none",):
            if form == "?x - ?y" and left == right == "day":
                continue  # a duration
            query = f"""CONSTRUCT {{ ?a <http://e.org/made> ?made }} WHERE {{
                ?a <http://e.org/same> ?a2 .
                OPTIONAL {{ ?a <http://e.org/{left}> ?x }} OPTIONAL {{ ?a2 <http://e.org/{right}> ?y }}
                BIND({form} AS ?made) }}"""
            made = parse_query(query)
            assert isinstance(made, Construct)
            steps = Construction(made)
            found = steps.triples(TripleIndex(FACTS.encode(), steps.steps.both))
            assert {" ".join(one) for one in found} == by_engine(store, query), f"{form} of {left} and {right}"


@pytest.mark.parametrize("beyond", [
    "?a ?any ?b", "?a <http://e.org/p>+ ?b", "GRAPH ?a { ?a <http://e.org/p> ?b }", "?a <http://e.org/p> ?a",
    "?a <http://e.org/p> ?b BIND(MD5(?b) AS ?c)", "?a <http://e.org/p> ?b MINUS { ?b <http://e.org/q> ?a }",
])  # fmt: skip
def test_what_is_not_known_is_refused(beyond: str) -> None:
    with pytest.raises(BeyondRows):
        Construction(parse_query(f"CONSTRUCT {{ ?a <http://e.org/p> ?b }} WHERE {{ {beyond} }}"))  # type: ignore[arg-type]


def test_what_a_catalogue_adds_leaves_the_nation_as_it_was() -> None:
    both = {"<b>"}
    nation = TripleIndex(b"<n> <b> <o> .\n", both)
    ours = TripleIndex(b"<n> <b> <p> .\n<n> <b> <o> .\n<c> <b> <o> .\n", both, nation)
    ours.add([("<d>", "<b>", "<o>"), ("<n>", "<b>", "<o>")])
    assert {key: list(ends) for key, ends in ours.backward("<b>").items()} == {
        "<o>": ["<n>", "<c>", "<d>"],
        "<p>": ["<n>"],
    }
    assert {key: list(ends) for key, ends in nation.forward("<b>").items()} == {"<n>": ["<o>"]}
    assert {key: list(ends) for key, ends in nation.backward("<b>").items()} == {"<o>": ["<n>"]}


def test_an_index_is_read_as_it_was_written() -> None:
    made = TripleIndex(b"<n> <b> <o> .\n<n> <c> <o> .\n", {"<b>"})
    read = TripleIndex.read(made.write(), {"<b>"})
    read.add([("<m>", "<b>", "<o>")])
    assert list(read.backward("<b>")["<o>"]) == ["<n>", "<m>"]
    assert (list(read.forward("<c>")), list(made.forward("<b>"))) == (["<n>"], ["<n>"])
