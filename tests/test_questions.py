"""The competency questions are asked in SPARQL and answered as the documents answer them.

A question is ontology/questions/<name>.rq; its rows, read from the documents by eye, are questions/<name>.expected.csv.
A new question is these two files; one without rows that were read fails.
"""

import csv
import re
from pathlib import Path

import pyoxigraph
import pytest
from rdflib.plugins.sparql import prepareQuery

HOUSE = Path(__file__).resolve().parents[1]
QUESTIONS = HOUSE / "ontology" / "questions"
EXPECTED = HOUSE / "tests" / "questions"
# The header, line by line and in this order: what each line must look like.
HEADER = {
    "#title ": re.compile(r".*[\u4e00-\u9fff].*"),
    "#title@en ": re.compile(r"[A-Z].+"),
    "#description ": re.compile(r".*[\u4e00-\u9fff].*。"),
    "#description@en ": re.compile(r"[^\n]+\."),
    "#audience ": re.compile(r"researcher|official|agency|citizen"),
}


def question_files() -> list[Path]:
    return sorted(QUESTIONS.glob("*.rq"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "question" in metafunc.fixturenames:
        metafunc.parametrize("question", question_files(), ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def store(built_store: Path) -> pyoxigraph.Store:
    return pyoxigraph.Store.read_only(str(built_store))


def answered(store: pyoxigraph.Store, query: str) -> list[list[str]]:
    """Return the answer as a table of texts: the names of the columns, then the rows; an unbound cell is empty."""
    solutions = store.query(query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [names, *([_text(row[name]) for name in names] for row in solutions)]


def _text(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple | None) -> str:
    """Return what a reader sees; an answer gives names and numbers, never an IRI."""
    assert term is None or isinstance(term, pyoxigraph.Literal), term
    return term.value if term else ""


def expected(question: Path) -> Path:
    return EXPECTED / f"{question.stem}.expected.csv"


def test_there_are_questions() -> None:
    assert question_files()


def test_question_says_what_it_asks_in_two_languages(question: Path) -> None:
    assert re.fullmatch(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*", question.stem)
    lines = question.read_text("utf-8").splitlines()
    for line, (mark, form) in zip(lines, HEADER.items(), strict=False):
        assert line.startswith(mark)
        assert form.fullmatch(line.removeprefix(mark)), line
    assert sum(line.startswith(tuple(HEADER)) for line in lines) == len(HEADER)


def test_rdflib_reads_the_question(question: Path) -> None:
    prepareQuery(question.read_text("utf-8"))


def test_answer_is_the_one_read_from_the_documents(question: Path, store: pyoxigraph.Store) -> None:
    with expected(question).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) > 1
    assert answered(store, question.read_text("utf-8")) == rows


def test_every_expected_answer_has_its_question() -> None:
    assert {path.name for path in EXPECTED.iterdir()} == {expected(question).name for question in question_files()}
