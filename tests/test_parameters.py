"""The parameters of a form or an address are those that the standard library reads, in a tenth of the time."""

from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongfu.problems import Problem
from gongfu.sparql.request import parameters

PIECES = ["%", "=", "&", "+", "%E5%8C%97", "%e4%ba%ac", "%25", "%2B", "%3D", "%26", "%zz", "%4", "=3D", "=\n", "%\n",
          "\r\n", "query", "北京", "_", ".", "\0", "%00", " ", ";", "\t"]  # fmt: skip


@given(encoded=st.lists(st.sampled_from(PIECES)).map("".join))
@example("query=" + quote("SELECT ?p { <http://example.org/北京%20x> ?p '=E5' } # 100%"))
def test_parameters_are_read_as_the_standard_library_reads_them(encoded: str) -> None:
    assert parameters(encoded.encode()) == parse_qsl(encoded, keep_blank_values=True, errors="strict")


@pytest.mark.parametrize(
    ("encoded", "name"),
    [(b"query=%E5%8C", "query-encoding"), (b"\xe5=1", "query-encoding"), (b"&".join([b"a=1"] * 1001), "bad-request")],
)
def test_what_is_no_text_and_what_is_too_much_is_refused(encoded: bytes, name: str) -> None:
    with pytest.raises(Problem, match=name):
        parameters(encoded)
