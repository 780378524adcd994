"""What is asked of the national graph: the part of it that the queries name is enough, and no query asks for more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Variable
from rdflib.plugins.sparql.algebra import translateQuery, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import codelists
from gongfu.compare import UNREACHED, Meeting, asked_predicates, comparisons
from gongfu.examine import examine
from gongfu.facts import Graph
from gongfu.settings import DEFINITIONS, base_iri, house
from gongfu.sources import source_folder
from gongfu.validate import judged_predicates

QUERIES = sorted([*(house().data / "comparisons").glob("*.rq"), house().data / "report" / "finding.rq"])


def predicates(query: str) -> Iterator[object]:
    """Yield the predicates of all triple patterns, those inside EXISTS and sub-queries too."""
    found: list[object] = []

    def visit(node: object) -> None:
        if isinstance(node, CompValue) and "triples" in node:
            found.extend(predicate for block in node["triples"] for predicate in block[1::3])

    traverse(translateQuery(parseQuery(query)).algebra, visitPre=visit)
    return iter(found)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_no_query_has_a_variable_for_a_predicate(query: Path) -> None:
    named = list(predicates(query.read_text("utf-8")))
    assert named
    assert [one for one in named if isinstance(one, Variable)] == []


def test_a_variable_for_a_predicate_would_be_seen() -> None:
    query = "SELECT ?a { ?a a ?b FILTER EXISTS { ?a ?anything ?c } }"
    assert Variable("anything") in list(predicates(query))


def test_what_is_asked_of_the_nation_is_enough() -> None:
    codes, base = codelists(), base_iri()
    nation = national(NATION, codes, base)
    catalogue = read_catalogue(source_folder("jilin-13fyp") / "catalogue.csv", None, codes)
    examined = examine(catalogue, nation, codes, base)
    ours = Graph((*examined.prepared.graph.parts, *examined.related.parts)).lines()
    found = Graph((comparisons(Meeting(nation.graph.lines(), "whole").with_catalogue(ours), base),))
    assert found
    assert set(found.triples) == set(examined.compared.triples[: len(found.triples)])
    assert len(nation.asked.splitlines()) < len(nation.triples)


def test_nothing_leads_to_what_is_left_out() -> None:
    """The nodes of the tables in UNREACHED have a class and are named by links that no query and no shape knows."""
    named = asked_predicates() | judged_predicates()
    made = {str(DEFINITIONS + name) for name in ("Cell", "hasCell", "quotedCell", "cellText")}
    assert not named & made
    tables = [(house().data / "tables" / f"{name}.rq").read_text("utf-8") for name in UNREACHED]
    assert all("?cell a bps:Cell" in one and "bps:hasCell ?cell" in one for one in tables)
