"""Each rule fires where it should and nowhere else, says in two languages what is wrong, and rests on a clause.

A case is a small data graph shapes/<rule>/valid.<why>.ttl or invalid.<why>.ttl; beside an invalid one stands
invalid.<why>.expected.json with the results of that rule, exactly. A new case is one or two new files. A case names its
nodes under its own base, so that all of them are validated as one graph.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, Namespace, Node, URIRef
from rdflib.namespace import SH

from gongfu.check import check
from gongfu.codes import codelists
from gongfu.rules import rules
from gongfu.settings import DEFINITIONS, SHAPES
from gongfu.sources import described, source_folders
from gongfu.subject import Subject
from gongfu.text import plain_characters
from gongfu.validate import Result, shape_files, validate

HERE = Path(__file__).parent
CASES = sorted((HERE / "shapes").glob("*/*.ttl"))
DOCUMENTS = HERE.parents[1] / "shared" / "documents"
BPS = Namespace(DEFINITIONS)
LANGUAGES = {"zh", "en"}
SEVERITIES = {SH.Violation, SH.Warning, SH.Info}

needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason=f"the published documents are not here: no folder {DOCUMENTS}"
)
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")


def base_of(case: Path) -> str:
    return f"https://example.org/{case.parent.name}/{case.stem}/"


def triples_of(case: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path=str(case), format=ox.RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return validate(triple for case in CASES for triple in triples_of(case))


@pytest.fixture(scope="module")
def shapes() -> Graph:
    graph = Graph()
    for file in shape_files():
        graph.parse(file)
    return graph


def told(result: Result) -> dict[str, str]:
    return {"focus": result.focus, "path": result.path, "shape": result.shape, "severity": result.severity,
            "component": result.component}  # fmt: skip


def in_order(entries: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(entries, key=lambda entry: sorted(entry.items()))


# --- the cases ------------------------------------------------------------------------------------------------------


@every_case
def test_nodes_of_a_case_stand_under_its_own_base(case: Path) -> None:
    subjects = {str(triple.subject) for triple in triples_of(case)}
    assert subjects
    assert [node for node in subjects if not node.startswith(f"<{base_of(case)}")] == []


@every_case
def test_case_gives_the_expected_results(case: Path, results: list[Result]) -> None:
    found = [told(result) for result in results
             if result.focus.startswith(base_of(case)) and rules()[result.shape].id == case.parent.name]  # fmt: skip
    expected = case.with_suffix(".expected.json")
    assert expected.is_file() == case.stem.startswith("invalid.")
    assert in_order(found) == (in_order(json.loads(expected.read_text("utf-8"))) if expected.is_file() else [])


@every_case
def test_case_says_what_it_is_in_two_languages(case: Path) -> None:
    first, _, rest = case.read_text("utf-8").partition("\n")
    assert re.fullmatch(r"# .*[\u4e00-\u9fff].* · .*[A-Za-z].*", first)
    assert not rest.startswith("#")


def test_every_rule_has_both_kinds_of_case() -> None:
    kinds = Counter((case.parent.name, case.stem.partition(".")[0]) for case in CASES)
    assert set(kinds) == {(rule.id, kind) for rule in rules().values() for kind in ("valid", "invalid")}


def test_every_expectation_has_its_case() -> None:
    expectations = sorted((HERE / "shapes").glob("*/*.expected.json"))
    assert expectations
    assert {file.name.removesuffix(".expected.json") for file in expectations} <= {case.stem for case in CASES}


def test_every_constraint_has_fired(shapes: Graph) -> None:
    expected = [row for case in CASES if (file := case.with_suffix(".expected.json")).is_file()
                for row in json.loads(file.read_text("utf-8"))]  # fmt: skip
    fired = {(row["shape"], row["component"]) for row in expected}
    assert fired == set(constraints(shapes))


def constraints(shapes: Graph) -> Iterator[tuple[str, str]]:
    """Yield (shape, constraint component) for every constraint of a named shape; sh:property only leads to others."""
    vocabulary = Graph().parse(Path(pyshacl.__file__).parent / "assets" / "shacl.ttl")
    components = {vocabulary.value(parameter, SH.path): component
                  for component, parameter in vocabulary.subject_objects(SH.parameter)}  # fmt: skip
    for shape in named_shapes(shapes):
        for predicate in set(shapes.predicates(shape)) - {SH.property}:
            if predicate in components:
                yield str(shape), str(components[predicate])


def named_shapes(shapes: Graph) -> list[URIRef]:
    kinds = (SH.NodeShape, SH.PropertyShape)
    return sorted(node for kind in kinds for node in shapes.subjects(RDF.type, kind) if isinstance(node, URIRef))


# --- what the shapes say of themselves --------------------------------------------------------------------------------


def test_every_part_of_a_shape_belongs_to_one_rule(shapes: Graph) -> None:
    rule_shapes = set(shapes.subjects(BPS.ruleId))
    owners = {shape: list(shapes.subjects(SH.property, shape)) for shape in named_shapes(shapes)}
    assert rule_shapes
    assert [shape for shape, owner in owners.items() if shape not in rule_shapes and len(owner) != 1] == []
    assert [shape for shape, owner in owners.items() if shape not in rule_shapes and owner[0] not in rule_shapes] == []


def test_every_rule_is_labelled_and_rests_on_a_clause(shapes: Graph) -> None:
    for shape in set(shapes.subjects(BPS.ruleId)):
        assert languages(shapes, shape, SKOS.prefLabel) == ["en", "zh"], shape
        assert languages(shapes, shape, DCTERMS.source) == ["zh"], shape
        assert str(shape).startswith(f"{SHAPES}{shapes.value(shape, BPS.ruleId)}-"), shape


def test_every_part_of_a_rule_has_a_name_and_its_place(shapes: Graph) -> None:
    for rule in set(shapes.subjects(BPS.ruleId)):
        parts = list(shapes.objects(rule, SH.property))
        assert [part for part in parts if languages(shapes, part, SH.name) != ["en", "zh"]] == []
        assert sorted(int(str(shapes.value(part, SH.order))) for part in parts) == list(range(1, len(parts) + 1)), rule


def test_whatever_fires_has_a_message_and_a_severity(shapes: Graph) -> None:
    firing = {URIRef(shape) for shape, _ in constraints(shapes)}
    assert firing
    for shape in firing:
        assert languages(shapes, shape, SH.message) == ["en", "zh"], shape
        assert list(shapes.objects(shape, SH.severity)) in [[severity] for severity in SEVERITIES], shape


def languages(shapes: Graph, shape: Node, predicate: URIRef) -> list[str]:
    texts = [text for text in shapes.objects(shape, predicate) if isinstance(text, Literal)]
    assert all(str(text).strip() for text in texts)
    return sorted(text.language or "" for text in texts)


def test_messages_end_as_sentences(shapes: Graph) -> None:
    messages = [text for text in shapes.objects(None, SH.message) if isinstance(text, Literal)]
    ends = {"zh": ("。", "。{nearestZh}"), "en": (".", ". {nearestEn}")}
    assert messages
    assert [str(text) for text in messages if not str(text).endswith(ends[text.language or ""])] == []


def test_every_word_in_braces_is_one_that_findings_fill(shapes: Graph) -> None:
    examined = check(HERE.parent / "data" / "sources" / "cn-13fyp" / "catalogue.csv").examined
    subject = Subject(examined, codelists(), {}, Result("", f"{SHAPES}R01-x", "violation", ""))
    for text in shapes.objects(None, SH.message):
        assert isinstance(text, Literal)
        known = subject.words(text.language or "")
        unknown = [word for word in re.findall(r"\{(.*?)\}", str(text)) if word not in known]
        assert unknown == [], text
        other = "En" if text.language == "zh" else "Zh"
        assert not re.search(rf"\{{\w+{other}\}}", str(text)), text


# --- the clauses ------------------------------------------------------------------------------------------------------

CHAPTER = re.compile(r"第[一二三四五六七八九十]+[章节]|（[一二三四五六七八九十]+）")


@dataclass(frozen=True)
class Clause:
    """A clause as dct:source states it: document number, place in the document, sentence."""

    document: str
    place: str
    sentence: str


def clauses() -> list[Clause]:
    parts = [re.fullmatch(r"(.+?〕\d+号)(.+?)：(.+)", rule.clause) for rule in rules().values()]
    assert all(parts)
    return sorted({Clause(*part.groups()) for part in parts if part}, key=str)


def bare(text: str) -> str:
    return re.sub(r"\s+", "", plain_characters(text)).translate(str.maketrans("()", "（）"))


def document_of(clause: Clause) -> str:
    """Return the text of the clause's document without white space and with one form of brackets."""
    folder = next(folder for folder in source_folders() if described(folder)["document"]["number"] == clause.document)
    return bare((DOCUMENTS / described(folder)["document"]["file"]).read_text("utf-8"))


@needs_documents
@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.document + clause.place + clause.sentence[:4])
def test_the_sentence_of_a_clause_stands_at_its_place(clause: Clause) -> None:
    before, found, _ = document_of(clause).partition(bare(clause.sentence))
    assert len(clause.sentence) > 10
    assert found
    wanted = CHAPTER.findall(clause.place)
    nearest = {heading[-1]: heading for heading in CHAPTER.findall(before)}  # the last of each kind: 章, 节, ）
    assert wanted
    assert [nearest[heading[-1]] for heading in wanted] == wanted


def test_shapes_see_only_what_they_name(shapes: Graph) -> None:
    """A check gives the engine only the predicates that the shapes name; these would see others."""
    assert not [
        one
        for one in (SH.closed, SH.sparql, SH.rule, SH.js, SH.SPARQLTarget)
        if one in shapes.all_nodes() | set(shapes.predicates())
    ]
