"""Results as tables: an Excel workbook whose cells are text, Parquet whose columns have types; nothing is lost."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as parquet
import pyoxigraph as ox
import pytest
from client import client_of, problem

from gongfu.sparql import tables
from gongfu.sparql.tables import PARQUET, XLSX, TableTooLarge, table

NAMES = "iri text count share both ratio on day at mixed big"
QUERY = f"""PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT ?{NAMES.replace(" ", " ?")} {{
  VALUES (?iri ?text ?count ?share ?both ?ratio ?on ?day ?at ?mixed ?big) {{
    (<http://example.org/北京> "=1+1" 9007199254740993 1.15 1 "1.5E0"^^xsd:double true "2017-01-23"^^xsd:date
     "2017-01-23T08:00:00+08:00"^^xsd:dateTime 1 123456789012345678901)
    (UNDEF "<b>&\\u0001\\n换行" 2 2.25 2.5 "INF"^^xsd:double false UNDEF UNDEF "x" 1) }} }}"""


def solutions(query: str) -> ox.QuerySolutions:
    found = ox.Store().query(query)
    assert isinstance(found, ox.QuerySolutions)
    return found


def test_a_workbook_holds_every_value_as_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(table(solutions(QUERY), XLSX)))
    rows = list(book.worksheets[0].iter_rows())
    assert " ".join(str(cell.value) for cell in rows[0]) == NAMES
    assert [cell.value for cell in rows[1]] == [
        "http://example.org/北京", "=1+1", "9007199254740993", "1.15", "1", "1.5", "true", "2017-01-23",
        "2017-01-23T08:00:00+08:00", "1", "123456789012345678901",
    ]  # fmt: skip
    assert {cell.data_type for row in rows[1:] for cell in row if cell.value is not None} == {"s"}
    assert (rows[2][0].value, rows[2][1].value) == (None, "<b>&_x0001_\n换行")  # OOXML's way to write U+0001


def test_parquet_columns_have_the_narrowest_exact_type() -> None:
    found = parquet.read_table(io.BytesIO(table(solutions(QUERY), PARQUET)))
    types = {field.name: str(field.type) for field in found.schema}
    assert types == {
        "iri": "string", "text": "string", "count": "int64", "share": "decimal128(3, 2)", "both": "decimal128(2, 1)",
        "ratio": "double", "on": "bool", "day": "date32[day]", "at": "timestamp[us, tz=UTC]", "mixed": "string",
        "big": "string",
    }  # fmt: skip
    first, second = found.to_pylist()
    assert first["count"] == 9007199254740993
    assert (first["share"], second["both"]) == (Decimal("1.15"), Decimal("2.5"))
    assert (first["day"], second["day"]) == (date(2017, 1, 23), None)
    assert first["at"] == datetime(2017, 1, 23, tzinfo=UTC)
    assert second["ratio"] == float("inf")
    assert (first["iri"], second["iri"]) == ("http://example.org/北京", None)
    assert second["text"] == "<b>&\x01\n换行"


def test_parquet_of_nothing() -> None:
    found = parquet.read_table(io.BytesIO(table(solutions("SELECT ?a ?b { FILTER(false) }"), PARQUET)))
    assert (found.num_rows, found.column_names) == (0, ["a", "b"])
    assert found.schema.types == [pa.string(), pa.string()]


def test_the_same_result_gives_the_same_bytes() -> None:
    for kind in (XLSX, PARQUET):
        assert table(solutions(QUERY), kind) == table(solutions(QUERY), kind)


def test_what_does_not_fit_is_refused_and_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    long = 'SELECT ?x { BIND("' + "长" * 32_768 + '" AS ?x) }'
    with pytest.raises(TableTooLarge):
        table(solutions(long), XLSX)
    monkeypatch.setattr(tables, "_ROWS", 3)
    two = solutions("SELECT ?x { VALUES ?x { 1 2 } }")
    assert table(two, XLSX)
    with pytest.raises(TableTooLarge):
        table(solutions("SELECT ?x { VALUES ?x { 1 2 3 } }"), XLSX)


@pytest.mark.parametrize(
    ("asked", "kind", "start"),
    [({"format": "xlsx"}, XLSX, b"PK"), ({"format": "parquet"}, PARQUET, b"PAR1"),
     ({"format": "csv"}, "text/csv", b"x"),
     ({"format": "JSON"}, "application/sparql-results+json", b"{"), ({"accept": XLSX}, XLSX, b"PK"),
     ({"accept": f"text/csv;q=0.5, {PARQUET}"}, PARQUET, b"PAR1")],
)  # fmt: skip
def test_tables_over_http(tmp_path: Path, asked: dict[str, Any], kind: str, start: bytes) -> None:
    ox.Store(str(tmp_path / "store")).flush()
    with client_of(tmp_path / "store") as client:
        accept = {"accept": asked["accept"]} if "accept" in asked else {"accept": "text/turtle"}
        params = {"query": "SELECT (1 AS ?x) {}"} | {key: asked[key] for key in asked if key == "format"}
        response = client.get("/sparql", params=params, headers=accept)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].split(";")[0] == kind
        assert response.content.startswith(start)
        assert ("attachment" in response.headers.get("content-disposition", "")) == (kind in (XLSX, PARQUET))
        if "format" in asked:
            problem(client.get("/sparql", params={"query": "ASK {}", "format": "xlsx"}), 406, "not-acceptable")
            problem(client.get("/sparql", params={"query": "ASK {}", "format": "exe"}), 406, "not-acceptable")
            turtle = client.get("/sparql", params={"query": "DESCRIBE <x>", "format": "ttl"})
            assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
