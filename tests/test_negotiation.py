"""The media type that an Accept header asks for."""

import pytest

from gongfu.negotiation import choose, media_ranges

OFFERS = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv", "application/json")
JSON, XML, CSV, PLAIN_JSON = OFFERS

CASES = [
    # No wish: the server's first.
    (None, JSON), ("", JSON), ("  ", JSON), ("*/*", JSON),
    # One type, as written or in capitals.
    ("text/csv", CSV), ("Text/CSV", CSV), ("text/html", None), ("text/plain, image/*", None),
    # Weights.
    ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", XML), ("text/csv; q=0.9 , application/json ; q=0.8", CSV),
    ("text/csv;q=0.001", CSV), ("text/csv;Q=0.3, application/json;q=0.2", CSV), ("text/csv;q=1.000, */*;q=0.999", CSV),
    # Zero means never, also where a wildcard would take it.
    ("text/csv;q=0", None), ("text/csv;q=0.000, text/*", None), ("*/*;q=0", None),
    ("*/*, application/sparql-results+json;q=0", XML), ("application/*;q=0, */*", CSV),
    # The more specific range decides for an offer, wherever it stands.
    ("*/*;q=1, text/csv;q=0.1", JSON), ("application/*;q=0.2, application/json;q=0.9", PLAIN_JSON),
    ("text/csv;q=0.4, text/*;q=0.9", CSV), ("application/*", JSON), ("text/*", CSV),
    # Equal weights: the type that is named goes before one that a wildcard takes, then the server's order.
    ("*/*, text/csv", CSV), ("text/csv, application/sparql-results+json", JSON), ("text/csv,application/json", CSV),
    # What a browser sends, and what common clients send.
    ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", JSON),
    ("application/sparql-results+json,application/json;q=0.9", JSON), ("application/json", PLAIN_JSON),
    # Parameters: utf-8 is what is served, another charset or an unknown parameter is another type.
    ("text/csv;charset=utf-8", CSV), ('text/csv; charset="UTF-8"; q=0.5', CSV), ("text/csv;charset=gb18030", None),
    ("text/csv;header=absent", None), ("text/csv;header=absent, text/csv;q=0.1", CSV),
    ('text/csv;note="a, b; q=0", application/json', PLAIN_JSON),
    # What breaks the grammar is passed over.
    ("csv", None), ("text/", None), ("/csv", None), ("*/csv", None), ("text/csv;q=2", None), ("text/csv;q=x", None),
    ("text/csv;q=-1, application/json", PLAIN_JSON), ("text/csv;q=0.1234, application/json;q=0.1", PLAIN_JSON),
    (",,text/csv,,", CSV), ('"text/csv', CSV), ("text/csv;;q=0.5;", CSV), ("te xt/csv, */*;q=0.1", JSON),
    (";", None), ("=;=,/", None), ("text/csv;=", None),
]  # fmt: skip


@pytest.mark.parametrize(("accept", "expected"), CASES)
def test_choice(accept: str | None, expected: str | None) -> None:
    assert choose(accept, OFFERS) == expected


def test_offers_with_parameters() -> None:
    offers = ("text/html", "text/html;level=1", "text/html;level=2")
    accept = "text/*;q=0.3, text/html;q=0.7, text/html;level=1, text/html;level=2;q=0.4, */*;q=0.5"  # RFC 9110, 12.5.1
    assert choose(accept, offers) == "text/html;level=1"
    assert choose("text/html;level=2", offers) == "text/html;level=2"


def test_no_offers() -> None:
    assert choose("*/*", ()) is None
    assert choose(None, ()) is None


def test_a_long_header_takes_no_time() -> None:
    for piece in (";", " ", '"', "a/b;", ",", 'a/b;c="\\', "*/*;q=", "a/b; ;  "):
        assert choose(piece * 5000, OFFERS) in {*OFFERS, None}


def test_weight_of_a_range() -> None:
    assert [one.quality for one in media_ranges("a/b, a/c;q=0.25, a/d;q=0")] == [1.0, 0.25, 0.0]
