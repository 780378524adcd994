"""Tokens: what the text of a query says without running it: its operation, its FROM clauses, its BASE and prefixes.

Place in the flow: below the guard; pure. Good enough to explain and to look up graph names, and never used to
decide that a text is harmless: without the grammar around it ``<`` can open an IRI or compare, so that a text made
for it can hide words from any tokenizer (see guard).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urljoin

UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})

_TOKEN = re.compile(
    r"""
      (?P<blank>[\s\ufeff]+|\#[^\r\n]*)
    | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
        | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\[uU][0-9A-Fa-f]{4,8})*>)
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z0-9-]+)
    | (?P<name>(?:[^\W\d][\w.·-]*)?:(?:[\w:.·-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*(?<!\.))
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN_QUERY = re.compile(r"\s*(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE | re.ASCII)  # most of them


@dataclass(frozen=True)
class Token:
    """A piece of a query: its kind (string, iri, variable, language, name, word, mark) and its text."""

    kind: str
    text: str


@dataclass(frozen=True)
class GraphNames:
    """The graphs that a query or a request names: IRIs of its default graph and of its named graphs."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether any graph is named."""
        return bool(self.default or self.named)


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of a query without blanks and comments."""
    for match in _TOKEN.finditer(query):
        if match.lastgroup and match.lastgroup != "blank":
            yield Token(match.lastgroup, match.group())


def group_end(query: str, start: int) -> int:
    """Return where the group ends that opens next behind ``start``: behind its last brace, or at the end."""
    depth = 0
    for match in _TOKEN.finditer(query, start):
        depth += (match.group() == "{") - (match.group() == "}")
        if match.group() == "}" and depth <= 0:
            return match.end()
    return len(query)


def pieces(query: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of everything in a query, blanks and comments too: together they are the query."""
    for match in _TOKEN.finditer(query):
        yield match.lastgroup or "", match.group()


def is_update(query: str) -> bool:
    """Say whether the text is SPARQL Update: its first word after the prologue is an update operation."""
    if _PLAIN_QUERY.match(query):
        return False
    words = (token.text.upper() for token in tokens(query) if token.kind == "word")
    return next((word for word in words if word not in {"PREFIX", "BASE"}), "") in UPDATES


def graph_names(query: str, base: str) -> GraphNames:
    """Return the graphs of the FROM clauses as absolute IRIs; a name whose prefix is not declared stays as written."""
    if "from" not in query.casefold():
        return GraphNames()
    prefixes: dict[str, str] = {}
    default: list[str] = []
    named: list[str] = []
    pieces = [*tokens(query), Token("mark", "")]
    for position, (one, following) in enumerate(pairwise(pieces)):
        word = one.text.upper() if one.kind == "word" else ""
        if word == "BASE" and following.kind == "iri":
            base = _joined(base, following.text[1:-1])
        elif word == "PREFIX" and following.kind == "name" and position + 2 < len(pieces):
            prefixes[following.text.removesuffix(":")] = _absolute(pieces[position + 2], base, prefixes)
        elif word == "FROM" and following.text.upper() == "NAMED" and position + 2 < len(pieces):
            named.append(_absolute(pieces[position + 2], base, prefixes))
        elif word == "FROM":
            default.append(_absolute(following, base, prefixes))
    return GraphNames(tuple(default), tuple(named))


def _absolute(token: Token, base: str, prefixes: dict[str, str]) -> str:
    if token.kind == "iri":
        return _joined(base, plain(token.text[1:-1]))
    prefix, _, local = token.text.partition(":")
    return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local) if prefix in prefixes else token.text


def _joined(base: str, iri: str) -> str:
    """Return an absolute IRI; what is none (``http://[``) as it stands, for the engine to refuse."""
    try:
        return urljoin(base, iri)
    except ValueError:
        return iri


def plain(text: str) -> str:
    r"""Return the text with its codepoint escapes ``\uXXXX`` and ``\UXXXXXXXX`` decoded, once."""
    if "\\" not in text:
        return text
    return re.sub(r"\\u([0-9A-Fa-f]{4})|\\U(00[01][0-9A-Fa-f]{5})", _decoded, text)


def _decoded(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match.group()
