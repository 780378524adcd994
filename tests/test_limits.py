"""Every limit of queries and checks can be set by the operator; an answer with too many rows is none."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pyoxigraph as ox
import pytest
from client import Client, client_of, problem

from gongfu.checking.runner import CheckLimits
from gongfu.cli import main
from gongfu.sparql.answering import RESULT_TYPES
from gongfu.sparql.limits import OF_CHECKS, SETTING, Limits, names_of, read_limits
from gongfu.sparql.rows import more_rows
from gongfu.sparql.tables import table_types

MOST = 5
TEXTS = ('}},{"x":', "<result>", "a\r\nb", "a\nb", '"},{"', "")
README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("limits") / "store"
    ox.Store(str(path)).flush()
    with client_of(path, rows=MOST) as client:
        yield client


def rows(number: int) -> str:
    """Return a query with so many rows, among them texts that look like what stands between rows."""
    texts = (ox.Literal(f"{TEXTS[one % len(TEXTS)]}{one}") for one in range(number))
    return f"SELECT * {{ VALUES ?x {{ {' '.join(map(str, texts))} }} OPTIONAL {{ ?x ?y ?z }} }}"


@pytest.mark.parametrize("kind", [*RESULT_TYPES, *table_types()])
def test_more_rows_than_there_may_be_are_no_answer(client: Client, kind: str) -> None:
    for number in (0, 1, MOST):
        found = client.get("/sparql", params={"query": rows(number)}, headers={"accept": kind})
        assert found.status_code == 200, found.text
    too_many = client.get("/sparql", params={"query": rows(MOST + 1)}, headers={"accept": kind})
    assert problem(too_many, 422, "too-many-rows")["limit"] == MOST


@pytest.mark.parametrize("kind", RESULT_TYPES)
def test_rows_are_counted_exactly(kind: str) -> None:
    store = ox.Store()
    for number in (1, 2, 100):
        found = store.query(rows(number))
        assert isinstance(found, ox.QuerySolutions)
        body = found.serialize(format=ox.QueryResultsFormat.from_media_type(kind)) or b""
        assert not more_rows(body, kind, number)
        assert more_rows(body, kind, number - 1)


def test_limits_are_read_from_names_and_values() -> None:
    text = "seconds=1.5 rows=7 check_seconds=9 check_at_once=3"
    assert read_limits(text, Limits) == Limits(seconds=1.5, rows=7)
    assert read_limits(text, CheckLimits, OF_CHECKS) == CheckLimits(seconds=9.0, at_once=3)
    assert read_limits("", Limits) == Limits()


@pytest.mark.parametrize(
    "entry",
    ["secs=1", "seconds", "seconds=", "seconds=0",
     "seconds=-1", "seconds=nan", "seconds=inf", "rows=1.5", "check_rows=1"],
)  # fmt: skip
def test_the_command_refuses_what_is_no_limit(
    entry: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SETTING, "")
    assert main(["serve", "--port", "0", "--limit", entry]) == 2
    said = capsys.readouterr().err
    assert f"“{entry}”" in said
    assert "quick_seconds" in said


def test_every_limit_of_a_query_is_described_and_all_stand_in_the_readme(client: Client) -> None:
    described = client.get("/sparql", headers={"accept": "text/turtle"}).text
    for field in fields(Limits):
        assert f'schema:propertyID "{field.name}"' in described
    told = README.read_text("utf-8")
    assert all(f"`{name}`" in told for name in (*names_of(Limits), *names_of(CheckLimits, OF_CHECKS)))
