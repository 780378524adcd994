"""Guard: does a query call another host? And where in its text is a fault?

Place in the flow: the worker asks it before the engine sees a query, since Oxigraph's Python API cannot switch SERVICE
off and would call any address, this machine's own included. It fails closed: a query is let through only when it is
shown that it has no SERVICE.

How it is shown: a text without the letters "service" has none. In any other text one letter of each such word is
replaced, and the result is given to the engine's own parser on an empty store. Inside strings, comments, IRIs, names,
variables and language tags the grammar treats the two letters alike, so the text still parses; where the word was the
keyword, nothing in the grammar begins with the new word and is followed by what follows SERVICE, so it does not. The
judge is the parser that would run the query: no second grammar can disagree with it.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

import pyoxigraph as ox

from gongfu.sparql.tokens import plain

# Not of the keyword, not a hexadecimal digit, not a letter of a string escape (\t \b \n \r \f \u).
_STAND_INS = "qwxyzkmpgjh"
_WORD = re.compile("service", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")
_PLACE = re.compile(r"error at ([0-9]+):([0-9]+)")
_PADDING = " " * 24


@dataclass(frozen=True)
class Fault:
    """Which problem, where (line and column from 1), the word that stands there, and the parser's own words."""

    problem: str
    line: int
    column: int
    near: str
    said: str = ""


def service_fault(query: str, base: str) -> Fault | None:
    """Return None when the query certainly calls no other host, else the place that could not be cleared.

    The problem is ``query-service`` (the keyword), ``query-disguised`` (an escape that could hide it) or
    ``query-syntax`` (the text does not parse; such a query must not run either).
    """
    decoded = plain(query)
    if "service" not in decoded.casefold() and plain(decoded) == decoded:
        return None
    for escape in _ESCAPE.finditer(query):
        if plain(escape.group()).casefold().isascii():
            return _fault("query-disguised", query, query, escape.start())
    letter = next((one for one in _STAND_INS if f"ser{one}ice" not in query.casefold()), None)
    if letter is None:
        return _fault("query-disguised", query, query, 0)
    return syntax_fault(_WORD.sub(lambda word: _with_letter(word.group(), letter), query), base, query)


def _with_letter(word: str, letter: str) -> str:
    return word[:3] + (letter.upper() if word[3].isupper() else letter) + word[4:]


def syntax_fault(query: str, base: str, original: str | None = None) -> Fault | None:
    """Return the place of the syntax error, None when the query parses; words are quoted from ``original``, if given.

    The parser reports how far it looked, which is up to 14 characters past the fault, since it takes as many characters
    as a keyword has. Blanks are therefore stretched first: looking ahead then never reaches the next word.
    """
    stretched = re.sub(r"[ \t\r\n]+", lambda blanks: blanks.group() + _PADDING, query)
    try:
        ox.Store().query(stretched, base_iri=base)
    except SyntaxError as error:
        place = _PLACE.search(str(error))
        offset = _offset(stretched, int(place[1]), int(place[2])) if place else 0
        return _fault("query-syntax", original or query, stretched, offset, str(error))
    except RuntimeError:
        return None  # it parses; that the engine lacks a function it names, running it will tell
    return None


def _offset(text: str, line: int, column: int) -> int:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return starts[min(line, len(starts)) - 1] + column - 1


def _fault(problem: str, query: str, stretched: str, offset: int, said: str = "") -> Fault:
    """Return the fault at the word in which, or behind which, the offset lies in the stretched form of the query."""
    starts = [match.start() for match in re.finditer(r"\S+", stretched)]
    words = [(match.start(), match.group()) for match in re.finditer(r"\S+", query)]
    start, near = words[max(bisect_right(starts, offset) - 1, 0)] if words else (0, "")
    if problem == "query-syntax" and _WORD.search(near):
        problem = "query-service"
    line_start = query.rfind("\n", 0, start) + 1
    return Fault(problem, query.count("\n", 0, start) + 1, start - line_start + 1, near[:60], said[:300])
