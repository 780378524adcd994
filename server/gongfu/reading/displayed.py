"""Numbers as a person sees them in a spreadsheet: 80 and not 80.0, 80% and not 0.8, 2018-06-03 and not 43254.

Place in the flow: used by the readers of workbooks; pure functions of a number and its number format.

The one departure from what is on the screen: dates are ISO (``yyyy-mm-dd``), so that 3/6/2018 has one reading.
A format that is not understood (fractions, scientific notation) leaves the plain number.
"""

import math
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

GENERAL = "General"
# Spreadsheet programs allow no longer number format.
_CODE_MAX = 255

# ECMA-376 part 1, 18.8.30, with the Chinese formats 27-36 and 50-58; only what decides between the kinds matters.
_DATE, _TIME, _BOTH = "yyyy-mm-dd", "h:mm:ss", "yyyy-mm-dd h:mm"
BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 46: "[h]:mm:ss",
    22: _BOTH, 49: "@",
    **dict.fromkeys([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58], _DATE),
    **dict.fromkeys([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56], _TIME),
}  # fmt: skip

_LITERAL = r'"[^"]*"|[\\!].|_.|\*.|\[[^\]]*\]'
_AROUND = rf'(?:{_LITERAL}|[^0#?.,"\\!_*\[])*?'
_NUMBER = re.compile(
    rf"(?P<before>{_AROUND})(?P<digits>General|G/通用格式|[#0?,]*[#0?])(?:\.(?P<decimals>[#0?]*))?(?P<after>{_AROUND})"
)
_SHOWN_LITERAL = re.compile(r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?:\$(?P<money>[^\]-]*))?[^\]]*\]')
_DATE_PLACEHOLDER = re.compile(r"[ymdhs]", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"[0#?@]|General|G/通用格式")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


def shown(number: float, code: str, starts_1904: bool = False) -> str:
    """Return the text a cell shows for a number under a number format; dates and times are ISO 8601."""
    if not math.isfinite(number):
        return str(number)
    if code in ("", GENERAL) or len(code) > _CODE_MAX:
        return _plain(number)
    if _is_date(code):
        return _shown_date(number, code, starts_1904) or _plain(number)
    return _shown_number(number, code)


def _is_date(code: str) -> bool:
    bare = re.sub(_LITERAL, "", _sections(code)[0]).replace(GENERAL, "")
    return bool(_ELAPSED.search(code) or _DATE_PLACEHOLDER.search(bare))


def _sections(code: str) -> list[str]:
    """Return the parts of a format for positive, negative, zero and text; a semicolon in quotes divides nothing."""
    pieces = re.findall(rf"{_LITERAL}|;|.", code)
    sections = [""]
    for piece in pieces:
        if piece == ";":
            sections.append("")
        else:
            sections[-1] += piece
    return sections


def _shown_date(serial: float, code: str, starts_1904: bool) -> str:
    """Return the ISO date, time or duration of a serial day; empty where no calendar has that day."""
    if _ELAPSED.search(code):
        minutes = round(serial * 24 * 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if serial < 0:
        return ""
    # Day 60 is the 29 February 1900 that never was; before it, day 1 is the 1 January 1900.
    epoch = datetime(1904, 1, 1) if starts_1904 else datetime(1899, 12, 30 if serial >= 60 else 31)
    try:
        moment = epoch + timedelta(seconds=round(serial * 86400))
    except OverflowError:
        return ""
    if 0 <= serial < 1:
        return moment.time().isoformat()
    return moment.date().isoformat() if moment.time() == moment.min.time() else moment.isoformat()


def _shown_number(number: float, code: str) -> str:
    sections = _sections(code)
    chosen = 1 if number < 0 and len(sections) > 1 else 2 if number == 0 and len(sections) > 2 else 0
    form = _NUMBER.fullmatch(sections[chosen])
    if form is None:
        only_words = not _PLACEHOLDER.search(re.sub(_LITERAL, "", sections[chosen]))
        return _literal(sections[chosen]) if only_words else _plain(number)
    value = _decimal(abs(number))
    around = _literal(form["before"]), _literal(form["after"])
    for _ in range((around[0] + around[1]).count("%")):
        value *= 100
    sign = "-" if number < 0 and chosen == 0 else ""
    return sign + around[0] + _digits(value, form["digits"], form["decimals"]) + around[1]


def _literal(part: str) -> str:
    """Return what the text around the digits of a format looks like: quotes, colours and paddings gone."""
    return _SHOWN_LITERAL.sub(lambda match: match["quoted"] or match["escaped"] or match["money"] or "", part).strip()


def _digits(value: Decimal, digits: str, decimals: str | None) -> str:
    if not set(digits) & set("0#?"):
        return _text(value)
    places = decimals or ""
    # The default 28 digits are fewer than a spreadsheet's largest number has.
    with localcontext(prec=400):
        rounded = value.quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:f}".partition(".")
    whole = whole.zfill(digits.count("0")) if "0" in digits else whole.lstrip("0")
    if "," in digits:
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", whole)
    while places.endswith("#") and fraction.endswith("0"):
        places, fraction = places[:-1], fraction[:-1]
    return f"{whole}.{fraction}" if fraction else whole


def _decimal(number: float) -> Decimal:
    """Return the number with the fifteen digits a spreadsheet keeps, so that 0.1 + 0.2 is 0.3, and no minus zero."""
    return Decimal(f"{number + 0.0:.15g}")


def _plain(number: float) -> str:
    return _text(_decimal(number))


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
