"""Beginnings: with which characters can what a regular expression matches begin?

Place in the flow: leftmost, below grammar. Python parses regular expressions and has no public way to show what it
parsed, so some of its names are used that are not public. What is not known here may begin with anything.
"""

import re
from collections.abc import Iterable
from functools import reduce
from importlib import import_module
from typing import Any

Begins = tuple[frozenset[str] | None, bool]  # members of a character class, None for any; may it be empty?
_CATEGORIES = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "SPACE": r"\s", "NOT_SPACE": r"\S", "WORD": r"\w",
               "NOT_WORD": r"\W"}  # fmt: skip


def beginnings(expression: str) -> str | None:
    """Return the characters of which the first of a match is one, as members of a class; None where any may be."""
    found, empty = _of_sequence(import_module("re._parser").parse(expression))
    return None if empty or found is None else "".join(sorted(found))


def _of_sequence(parsed: Iterable[tuple[object, Any]]) -> Begins:
    found: frozenset[str] | None = frozenset()
    for kind, given in parsed:
        more, empty = _of(str(kind), given)
        found = _either(found, more)
        if not empty:
            return found, False
    return found, True


def _of(kind: str, given: Any) -> Begins:
    """Return how one part begins, by its name in Python's parser; looking around it takes no character."""
    match kind:
        case "LITERAL":
            return frozenset({re.escape(chr(given))}), False
        case "IN":
            return _of_class(given), False
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, _, part = given
            found, empty = _of_sequence(part)
            return found, empty or least == 0
        case "SUBPATTERN":
            _, added, _, part = given
            return (None, True) if added & re.IGNORECASE else _of_sequence(part)
        case "ATOMIC_GROUP":
            return _of_sequence(given)
        case "BRANCH":
            ways = [_of_sequence(part) for part in given[1]]
            return reduce(_either, (found for found, _ in ways)), any(empty for _, empty in ways)
        case "ASSERT" | "ASSERT_NOT" | "AT":
            return frozenset(), True
        case _:
            return None, True


def _either(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other


def _of_class(members: Iterable[tuple[object, Any]]) -> frozenset[str] | None:
    found: set[str] = set()
    for kind, given in members:
        match str(kind):
            case "LITERAL":
                found.add(re.escape(chr(given)))
            case "RANGE":
                found.add("-".join(re.escape(chr(end)) for end in given))
            case "CATEGORY":
                found.add(_CATEGORIES[str(given).removeprefix("CATEGORY_")])
            case _:
                return None
    return frozenset(found)
