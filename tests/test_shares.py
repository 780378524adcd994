"""What shares come to: as the whole, as parts that leave a rest to nobody, as the numbers of a ratio (rule R38)."""

import re

import pytest

from gongfu.codes import codelists
from gongfu.funding import read_funding
from gongfu.funding_graph import funding_triples

TOTAL = re.compile(r'def#(\w+Total)> "([\d.]+)"')


@pytest.mark.parametrize(("text", "totals"), [
    ("中央财政承担50%，省承担25%，市县承担20%。", {"shareTotal": 95}),
    ("省财政负担40%，市县财政负担50%。", {"partTotal": 90}),
    ("省级承担50%，市级承担20%，县级承担30%。", {"partTotal": 100}),
    ("中央财政适当补助，省财政负担40%，市县财政负担50%。", {}),  # the rest may be the centre's
    ("省财政负担40%，其余由市县财政负担。", {}),
    ("市财政负担40%，县财政负担50%。", {}),  # nothing is said of those above
    ("省财政补助40%，市级补助30%。", {}),
    ("中央和地方财政按8∶2比例分担。", {"shareTotal": 100, "ratioTotal": 10}),
    ("省、市、县财政按5:3:1比例分担。", {"shareTotal": 100, "ratioTotal": 9}),
    ("省、市、县财政按60%:30%:20%比例分担。", {"shareTotal": 110}),
    ("省与市县按二八比例分担。", {"shareTotal": 100, "ratioTotal": 10}),
])  # fmt: skip
def test_what_shares_come_to(text: str, totals: dict[str, float]) -> None:
    rules, _ = read_funding(text)
    lines = funding_triples("e", {"1": rules}, codelists(), "https://example.org/", "grammar").lines().decode()
    assert {name: round(float(value)) for name, value in TOTAL.findall(lines)} == totals
