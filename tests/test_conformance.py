"""The page of the W3C tests shows the record as it stands, and a miss by its name."""

from pathlib import Path

import pyoxigraph as ox
import suites
from client import client_of
from markupsafe import escape

from gongfu.pages.conformance import FILE, read_record


def test_the_page_shows_every_test_of_the_record(tmp_path: Path) -> None:
    rows = list(read_record(FILE.read_bytes()))
    assert len(rows) >= 610
    of_sparql = [row for row in rows if not row["test"].startswith(suites.SHACL)]
    assert all(row["test"].endswith(f"/{row['set']}/manifest#{row['name']}") for row in of_sparql)
    assert all(
        row["test"] == f"urn:x-{row['set'].replace('/', '-test:/', 1)}/{row['name']}"
        for row in rows
        if row not in of_sparql
    )
    assert all(row["name"] and row["set"] and row["outcome"] in {"passed", "failed"} for row in rows)
    ox.Store(str(tmp_path / "store")).flush()
    with client_of(tmp_path / "store") as client:
        for language in ("zh", "en"):
            page = client.get(f"/{language}/conformance")
            assert page.status_code == 200
            missed = [row for row in rows if row["outcome"] == "failed"]
            assert page.text.count("<tr><td") == len(rows) + len(missed)
            assert all(f"<code>{escape(row['name'])}</code>" in page.text for row in rows)
            assert all(row[language] and str(escape(row[language])) in page.text for row in missed)
        assert client.get("/conformance.ttl").content == FILE.read_bytes()


def test_the_record_has_no_sentence_of_others() -> None:
    """What W3C calls its tests stays with W3C: the record's only words are why a test is missed, and they are ours."""
    said = {quad.predicate.value.rpartition("#")[2] for quad in ox.parse(FILE.read_bytes(), format=ox.RdfFormat.TURTLE)
            if isinstance(quad.object, ox.Literal)}  # fmt: skip
    assert said == {"name", "revision", "info", "http://purl.org/dc/terms/date"}


def test_a_miss_is_named() -> None:
    record = FILE.read_text("utf-8").replace("earl:passed", "earl:failed", 1)
    assert [row["outcome"] for row in read_record(record.encode())].count("failed") == 1 + FILE.read_text().count(
        "earl:failed"
    )
