"""Cutting: the grammar's view of a text as pieces (values, binding words, marks, characters) with their offsets.

Place in the flow: below measures and funding; knows the grammar file and nothing of what the pieces mean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from lark import Lark, Token, Tree

from gongfu.clock import days_a_week, hours
from gongfu.grammar import grammar
from gongfu.text import reading

_WORDS = frozenset({"OTHER", "UNIT", "MULTIPLIER", "NOT_MEASURE", "PAUSE", "DASH", "POST", "CLOSE", "OPEN"})
_STOPS = "。；"
_STOP = re.compile(f"[{_STOPS}]")
_NUMERAL = re.compile("[\\d零一二两三四五六七八九十百千半成]")  # every value has one of these
_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALES = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True, slots=True)
class Value:
    """A number with what clings to it; ``lower`` and ``upper`` differ for a range. Units and words as printed.

    ``printed`` is a fraction as it stands in print (1/3, 三分之一), empty for other numbers. ``clock`` says that the
    hours are those from one time of a day to another (9:00—17:00).
    """

    lower: Decimal
    upper: Decimal
    unit: str
    multiplier: str
    after: str
    per: str
    fraction: bool
    times: bool
    printed: str = ""
    clock: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the reading form: kind is the grammar's terminal, or VALUE."""

    kind: str
    text: str
    start: int
    end: int
    value: Value | None = None

    @property
    def is_word(self) -> bool:
        """Say whether the piece can be part of the name of what is measured."""
        return self.kind in _WORDS

    @property
    def span(self) -> tuple[Decimal, str] | None:
        """Return how many days or months of a year a DAYS piece counts (全年按200天计算): number and period."""
        found = re.findall(r"([\d一二两三四五六七八九十百]+)(天|个月)", self.text) if self.kind == "DAYS" else []
        if len(found) == 2:  # 10个月、每月20天
            return _decimal(_whole(found[0][0]) * _whole(found[1][0])), "天"
        return (_decimal(_whole(found[0][0])), found[0][1].removeprefix("个")) if found else None

    @property
    def days_a_week(self) -> int:
        """Return on how many days of a week something is open where the piece says on which (周二至周日); 0 else."""
        return days_a_week(self.text) if self.kind == "WEEK" else 0


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    return grammar("measures")


def cut(text: str) -> list[Piece]:
    """Return the pieces of a text in reading form; together they cover every character.

    The parser is given one stretch at a time: most of them stand in other rows too, and many hold no number.
    """
    found: list[Piece] = []
    for start, end in _stretches(text):
        if _NUMERAL.search(text, start, end):
            found += (_moved(piece, start) for piece in _cut(text[start - 1 : start], text[start:end]))
        else:
            stop = end - 1 if text[end - 1] in _STOPS else end
            parts = (("OTHER", start, stop), ("STOP", stop, end))
            found += (Piece(kind, text[first:last], first, last) for kind, first, last in parts if first < last)
    return found


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text up to and with a stop. No terminal reaches over a stop but inside brackets."""
    start = 0
    for found in _STOP.finditer(text):
        if text.rfind("（", start, found.start()) <= text.rfind("）", start, found.start()):
            yield start, found.end()
            start = found.end()
    if start < len(text):
        yield start, len(text)


def _moved(piece: Piece, by: int) -> Piece:
    return Piece(piece.kind, piece.text, piece.start + by, piece.end + by, piece.value)


@lru_cache(maxsize=2048)
def _cut(before: str, text: str) -> tuple[Piece, ...]:
    """Return the pieces of a stretch; ``before`` is the stop before it, which some terminals look back at."""
    pieces = map(_piece, _grammar().parse(before + text).children)
    return tuple(_moved(piece, -len(before)) for piece in pieces if piece.start >= len(before))


def _piece(child: Token | Tree[Token]) -> Piece:
    if isinstance(child, Token):
        return Piece(child.type, str(child), child.start_pos or 0, child.end_pos or 0)
    tokens = list(child.scan_values(lambda token: isinstance(token, Token)))
    text = "".join(tokens)
    start, end = tokens[0].start_pos or 0, tokens[-1].end_pos or 0
    return Piece("VALUE", text, start, end, _value(child))


def _value(tree: Tree[Token]) -> Value:
    amounts = [child for child in tree.children if isinstance(child, Tree)]
    posts = [str(child) for child in tree.children if isinstance(child, Token) and child.type == "POST"]
    numbers = [_number(amount) for amount in amounts]
    units = [_token(amount, "UNIT") for amount in amounts]
    multipliers = [_token(amount, "MULTIPLIER") for amount in amounts]
    kinds = {token.type for token in tree.scan_values(lambda token: isinstance(token, Token))}
    after = next((post for post in posts if not post.startswith("/")), "")
    per = next((post for post in posts if post.startswith("/")), "")
    fraction = "FRACTION" in kinds and not any(units)
    if fraction or any(_is_percent_words(amount) for amount in amounts):
        numbers = [number * 100 for number in numbers]
        fraction = True
    low, high = _decimal(numbers[0]), _decimal(numbers[-1])
    if not multipliers[0] and multipliers[-1] and len(numbers) > 1 and units[0]:
        low = low / _scale(multipliers[-1])  # 5000元—1万元: one multiplier for both ends
    units = [
        "小时" if _backwards(amount) or "CLOCK" in kinds else unit for amount, unit in zip(amounts, units, strict=True)
    ]
    printed = _fraction_text(amounts[0]) if len(amounts) == 1 and not units[-1] else ""
    return Value(
        low, high, units[-1], multipliers[-1], after, per, fraction, "TIMES" in kinds, printed, "CLOCK" in kinds
    )


def _backwards(amount: Tree[Token]) -> bool:
    """Say whether hours stand before the days: 8小时×5天."""
    token = _number_token(amount)
    return token.type == "TIMES" and "小时" in token


def printed_fraction(quote: str) -> str:
    """Return the fraction in a quotation as it is printed there (1/3, 三分之一); empty for none."""
    return next((piece.value.printed for piece in cut(reading(quote).text) if piece.value and piece.value.printed), "")


def _fraction_text(amount: Tree[Token]) -> str:
    """Return a fraction as printed; per cents and tenths in words (百分之九十, 八成) are told in figures."""
    token = _number_token(amount)
    told = token.type == "FRACTION" and not _is_percent_words(amount) and "成" not in token
    return str(token) if told else ""


def _scale(multiplier: str) -> Decimal:
    return Decimal({"万": 10_000, "亿": 100_000_000, "千万": 10_000_000, "百万": 1_000_000}[multiplier])


def _token(amount: Tree[Token], kind: str) -> str:
    return next((str(child) for child in amount.children if isinstance(child, Token) and child.type == kind), "")


def _number_token(amount: Tree[Token]) -> Token:
    return next(iter(amount.scan_values(lambda token: isinstance(token, Token))))


def _is_percent_words(amount: Tree[Token]) -> bool:
    return str(_number_token(amount)).startswith("百分之")


def _number(amount: Tree[Token]) -> Fraction:
    token = _number_token(amount)
    text = str(token)
    if token.type == "CLOCK":
        return hours(text, _whole)
    if token.type == "TIMES":
        first, second = re.split("x|乘以?", text)
        return _whole(first.rstrip("天日小时")) * _whole(second.rstrip("天日"))
    if token.type == "FRACTION" and ("/" in text or ":" in text):
        top, bottom = text.replace(":", "/").split("/")
        return Fraction(int(top), int(bottom)) if int(bottom) else Fraction(0)
    if token.type == "FRACTION" and "成" in text:
        tenths, _, rest = text.partition("成")
        return Fraction(_DIGITS[tenths], 10) + Fraction(5 if rest == "半" else _DIGITS.get(rest, 0), 100)
    if token.type == "FRACTION":
        bottom, top = text.split("分之")
        return chinese_number(top) / (100 if bottom == "百" else chinese_number(bottom))
    return _whole(text)


def _whole(text: str) -> Fraction:
    if text[0].isdigit() and text.endswith("千"):
        return Fraction(text[:-1]) * _SCALES["千"]
    return Fraction(text) if text[0].isdigit() else chinese_number(text)


def chinese_number(text: str) -> Fraction:
    """Return the number of Chinese numerals, with 点 for the decimal point: 二万二千三百, 百分之九十点五, 半."""
    if text == "半":
        return Fraction(1, 2)
    if "万" in text:
        thousands, _, rest = text.partition("万")
        return chinese_number(thousands) * 10_000 + (chinese_number(rest) if rest else 0)
    whole, _, decimals = text.partition("点")
    total, digit = 0, 0
    for character in whole:
        if character in _SCALES:
            total += (digit or 1) * _SCALES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    tail = "".join(str(_DIGITS[character]) for character in decimals)
    return Fraction(total + digit) + (Fraction(int(tail), 10 ** len(tail)) if tail else 0)


def _decimal(number: Fraction) -> Decimal:
    """Return the exact decimal, or four places of it (one third of a hundred is 33.3333)."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact if Fraction(exact) == number else round(exact, 4)
