"""Graph values: what the terms of a graph are worth, and the functions and operators of SPARQL on them.

Place in the flow: **compare**, below ``graph_expressions``. A term is its N-Triples text, a value is a Python value. A
function gives None where SPARQL has an error. tests/test_graph_query.py holds them equal to the engine's.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache
from typing import Any

from gongfu.row_query import BeyondRows
from gongfu.row_terms import XSD, Cell, Iri, escaped, iri, lexical, written

__all__ = [
    "FUNCTIONS",
    "Other",
    "Tagged",
    "Value",
    "compared",
    "joined",
    "term_of",
    "text_of",
    "total",
    "truth",
    "value_of",
]
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_LAST_PLACE = Decimal(1).scaleb(-18)  # of the engine's decimals
_INTEGER = re.compile(r"[+-]?[0-9]+")
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
# The script Han of Unicode, which Python's regular expressions do not know by name.
_HAN = (
    r"\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufa6d\ufa70-\ufad9\U00016fe2\U00016fe3\U00016ff0\U00016ff1\U00020000-\U0003134f"
)
_PART = re.compile(r"\\p\{Han\}|\\.|\[\^?\]?|\]|\$", re.DOTALL)


class Tagged(str):
    """A text in a language."""

    __slots__ = ("language",)
    language: str


@dataclass(frozen=True)
class Other:
    """A literal of a datatype with whose values nothing is reckoned here."""

    text: str
    datatype: str


Value = Cell | Other


def _whole(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _truth(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_READ: dict[str, Callable[[str], Cell]] = {
    XSD + "integer": _whole, XSD + "decimal": _decimal, XSD + "boolean": _truth, XSD + "date": _day,
}  # fmt: skip


@lru_cache(maxsize=8_192)  # codes and numbers come again and again, texts stand in a row of questions about one item
def value_of(term: str) -> Value:
    """Return the value of a term."""
    if term[0] == "<":
        return Iri(term[1:-1])
    end = term.rindex('"')
    text, kind = _ESCAPE.sub(_unescaped, term[1:end]), term[end + 1 :]
    if not kind:
        return text
    if kind[0] == "@":
        return _tagged(text, kind[1:])
    found = _READ[kind[3:-1]](text) if kind[3:-1] in _READ else None
    return Other(text, kind[3:-1]) if found is None else found


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _LETTERS.get(found[3], found[3])


def _tagged(text: str, language: str) -> Tagged:
    made = Tagged(text)
    made.language = language
    return made


def term_of(value: Value) -> str | None:
    """Return a value as a term."""
    if type(value) is Iri:
        return f"<{value}>"
    if isinstance(value, Tagged):
        return f'"{escaped(value)}"@{value.language}'
    if isinstance(value, Other):
        return f'"{escaped(value.text)}"^^<{value.datatype}>'
    return written(value)


# --- comparing --------------------------------------------------------------------------------------------------------


def _number(value: Value) -> bool:
    return type(value) in {int, Decimal}


def _alike(left: Value, right: Value) -> bool:
    return type(left) is type(right) or (_number(left) and _number(right))


def equal(left: Value, right: Value) -> bool | None:
    """Return what ``=`` gives."""
    if left is None or right is None:
        return None
    if not _alike(left, right):
        unknown = isinstance(left, Other) or isinstance(right, Other)
        return None if unknown and not any(isinstance(one, Iri | Tagged) for one in (left, right)) else False
    if isinstance(left, Other):
        return True if left == right else None
    return left == right and getattr(left, "language", "") == getattr(right, "language", "")


def truth(value: Value) -> bool | None:
    """Return what a value is worth as a condition."""
    if value is True or value is False:
        return value
    return bool(value) if _number(value) or type(value) is str else None


def _ordered(compare: Callable[[Any, Any], Any]) -> Callable[[Value, Value], bool | None]:
    def compared(left: Value, right: Value) -> bool | None:
        known = _alike(left, right) and type(left) in {int, Decimal, str, date, bool}
        # As the engine has it, what is the same is no less, whatever it is.
        return bool(compare(left, right)) if known else bool(compare(0, 0)) if equal(left, right) else None

    return compared


def among(value: Value, *others: Value) -> bool | None:
    """Return what ``IN`` gives: found wins over an error."""
    found = [equal(value, other) for other in others]
    return True if True in found else None if None in found else False


def compared(left: Value, right: Value) -> int:
    """Return which comes first in MIN, MAX and ORDER BY, below 0 for the left: nothing, IRIs, then literals."""
    rank = [0 if one is None else 1 if isinstance(one, Iri) else 2 for one in (left, right)]
    if rank[0] != rank[1] or rank[0] == 0:
        return rank[0] - rank[1]
    if not _alike(left, right) or isinstance(left, Other):
        raise BeyondRows(f"the order of {left!r} and {right!r}")
    return (left > right) - (left < right)  # type: ignore[operator]  # alike


# --- reckoning --------------------------------------------------------------------------------------------------------


def _reckoned(sign: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def reckoned(left: Value, right: Value) -> Value:
        if not (_number(left) and _number(right)):
            return None
        try:
            return sign(left, right)  # type: ignore[arg-type]  # of whole numbers a whole number
        except (DivisionByZero, InvalidOperation):
            return None

    return reckoned


_add = _reckoned(operator.add)


def _divided(left: Decimal, right: Decimal) -> Decimal:
    return (Decimal(left) / Decimal(right)).quantize(_LAST_PLACE, ROUND_DOWN)


def _rounded(value: Value) -> Value:
    if isinstance(value, Decimal):
        return (value + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return value if type(value) is int else None


# --- texts ------------------------------------------------------------------------------------------------------------


def text_of(value: Value) -> str | None:
    """Return what STR gives."""
    return value.text if isinstance(value, Other) else None if value is None else str(lexical(value))


def _is_text(value: Value) -> bool:
    return type(value) in {str, Tagged}


def joined(*values: Value, separator: str = "") -> Value:
    """Return what CONCAT and GROUP_CONCAT give: of texts of one language a text in it."""
    if {*map(type, values)} == {str}:  # nearly always
        return separator.join(values)  # type: ignore[arg-type]  # texts
    if not all(map(_is_text, values)):
        return None
    languages = {getattr(one, "language", "") for one in values}
    text = separator.join(map(str, values))
    return _tagged(text, languages.pop()) if len(languages) == 1 and "" not in languages else text


def _on_texts(asked: Callable[[str, str], object]) -> Callable[[Value, Value], bool | None]:
    def told(text: Value, other: Value) -> bool | None:
        alike = type(other) is str or getattr(text, "language", "") == getattr(other, "language", "")
        return bool(asked(str(text), str(other))) if _is_text(text) and _is_text(other) and alike else None

    return told


def _replaced(text: Value, pattern: Value, by: Value) -> Value:
    if not (_is_text(text) and _is_text(pattern) and _is_text(by)):
        return None
    made = _substituted(str(text), str(pattern), str(by))
    return _tagged(made, text.language) if isinstance(text, Tagged) else made


@lru_cache(maxsize=4_096)  # of identifiers and units, again and again
def _substituted(text: str, pattern: str, by: str) -> str:
    return _regular(pattern).sub(_by(by), text)


@lru_cache(maxsize=256)
def _by(replacement: str) -> str:
    return re.sub(r"\$(\d)", r"\\g<\1>", replacement.replace("\\", "\\\\"))


@lru_cache(maxsize=1_024)  # one of them is made of an item's own words
def _regular(pattern: str) -> re.Pattern[str]:
    """Return a regular expression of SPARQL as one of Python: ``$`` is the end and nothing before it."""
    inside = False

    def python(found: re.Match[str]) -> str:
        nonlocal inside
        part = found[0]
        if part[0] == "[" and not inside:
            inside = True
        elif part == "]":
            inside = False
        elif part == r"\p{Han}":
            return _HAN if inside else f"[{_HAN}]"
        elif part == "$" and not inside:
            return r"\Z"
        return part

    return re.compile(_PART.sub(python, pattern))


def _language(value: Value) -> str | None:
    return None if value is None or isinstance(value, Iri) else getattr(value, "language", "")


def _made_iri(value: Value) -> Value:
    found = value if isinstance(value, Iri) else iri(value) if type(value) is str else None
    return None if found is None else Iri(found)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "=": equal, "!=": lambda left, right: _not(equal(left, right)), "IN": among, "!": lambda value: _not(truth(value)),
    "<": _ordered(operator.lt), "<=": _ordered(operator.le), ">": _ordered(operator.gt), ">=": _ordered(operator.ge),
    "+": _add, "-": _reckoned(operator.sub), "*": _reckoned(operator.mul),
    "/": _reckoned(_divided), "ROUND": _rounded,
    "STR": text_of, "CONCAT": joined, "IRI": _made_iri, "LANG": _language, "REPLACE": _replaced,
    "CONTAINS": _on_texts(lambda text, part: part in text), "STRENDS": _on_texts(str.endswith),
    "REGEX": _on_texts(lambda text, pattern: _regular(pattern).search(text)),
}  # fmt: skip


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def total(values: Sequence[Value]) -> Value:
    """Return what SUM gives."""
    found: Value = 0
    for one in values:
        found = _add(found, one)
    return found
