"""Numbers in spreadsheets read as a person sees them; expected texts are what Excel shows, dates in ISO."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongfu.reading.displayed import shown

CASES = [
    (80, "General", "80"),
    (80.0, "General", "80"),
    (0.1 + 0.2, "General", "0.3"),
    (-0.0, "General", "0"),
    (0.8, "0%", "80%"),
    (0.07, "0%", "7%"),
    (0.955, "0.0%", "95.5%"),
    (79.6, "0", "80"),
    (2.5, "0", "3"),
    (17.4, "0.00", "17.40"),
    (2, "0.##", "2"),
    (1234567.5, "#,##0.00", "1,234,567.50"),
    (5, "000", "005"),
    (4, '0"元"', "4元"),
    (4, 'G/通用格式"元"', "4元"),
    (1, '"第"0"项"', "第1项"),
    (-3, "#,##0_);(#,##0)", "(3)"),
    (-3, "0.0_ ", "-3.0"),
    (0, '0;-0;"—"', "—"),
    (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', "-"),
    (3.5, "[$￥-804]#,##0.00", "￥3.50"),
    (0.96, "0.00_);[红色]\\(0.00\\)", "0.96"),
    (12345, '0!.0,"万"', "12345"),  # not understood: the plain number, not a wrong one
    (2.5, "# ?/?", "2.5"),
    (12345.678, "0.00E+00", "12345.678"),
    (43254, "yyyy-mm-dd", "2018-06-03"),
    (43254, 'yyyy"年"m"月"d"日"', "2018-06-03"),
    (43254, '[$-804]yyyy"年"m"月";@', "2018-06-03"),
    (43254.5, "m/d/yy h:mm", "2018-06-03T12:00:00"),
    (0.35, "h:mm", "08:24:00"),
    (5 / 3, "[h]:mm", "40:00"),
    (1, "yyyy-mm-dd", "1900-01-01"),
    (59, "yyyy-mm-dd", "1900-02-28"),
    (61, "yyyy-mm-dd", "1900-03-01"),
    (-1, "yyyy-mm-dd", "-1"),
    (1e10, "yyyy-mm-dd", "10000000000"),
]


@pytest.mark.parametrize(("number", "code", "text"), CASES)
def test_number_reads_as_shown(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text


def test_workbook_that_starts_in_1904_counts_from_there() -> None:
    assert shown(43254 - 1462, "yyyy-mm-dd", starts_1904=True) == "2018-06-03"


@given(st.integers(-(10**14), 10**14))
def test_whole_number_keeps_its_digits(number: int) -> None:
    assert shown(float(number), "General") == str(number)


@given(st.floats(), st.text(max_size=20))
def test_any_format_gives_some_text(number: float, code: str) -> None:
    assert isinstance(shown(number, code), str)
