"""The page of the W3C tests shows the record as it stands, and a miss by its name."""

from pathlib import Path

import pyoxigraph as ox
from client import client_of
from markupsafe import escape

from gongfu.pages.conformance import FILE, read_record


def test_the_page_shows_every_test_of_the_record(tmp_path: Path) -> None:
    rows = list(read_record(FILE.read_bytes()))
    assert len(rows) >= 490
    assert all(row["title"] and row["set"] and row["outcome"] in {"passed", "failed"} for row in rows)
    ox.Store(str(tmp_path / "store")).flush()
    with client_of(tmp_path / "store") as client:
        for language in ("zh", "en"):
            page = client.get(f"/{language}/conformance")
            assert page.status_code == 200
            missed = [row for row in rows if row["outcome"] == "failed"]
            assert page.text.count("<tr><td") == len(rows) + len(missed)
            assert all(row[language] and str(escape(row[language])) in page.text for row in missed)
        assert client.get("/conformance.ttl").content == FILE.read_bytes()


def test_a_miss_is_named() -> None:
    record = FILE.read_text("utf-8").replace("earl:passed", "earl:failed", 1)
    assert [row["outcome"] for row in read_record(record.encode())].count("failed") == 1 + FILE.read_text().count(
        "earl:failed"
    )
