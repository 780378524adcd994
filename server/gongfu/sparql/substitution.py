"""Substitution: the text of a query with the values of variables in it, to be run where none can be handed over.

Place in the flow: below the stores; pure. ``with_values`` is for people and shows the values as one reads them;
``with_terms`` writes them wherever the variable stands, which is what the embedded engine does, and what servers
understand that join VALUES with sub-selects in their own way.
"""

import re
from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from gongfu.sparql.tokens import pieces

Term = ox.NamedNode | ox.BlankNode | ox.Literal
_SUB_SELECT = re.compile(r"\bSELECT\b([^{}]*)\bWHERE \{")


def with_values(text: str, values: Mapping[str, Term]) -> str:
    """Return a query as it can be run by itself: values stand in VALUES, as the first thing in its WHERE.

    They stand in the sub-selects too that select such a variable: a LIMIT there counts what is left after them.
    """
    head, brace, rest = text.partition("WHERE {\n")
    lines = [f"  VALUES ?{variable} {{ {value} }}\n" for variable, value in values.items()]

    def inside(found: re.Match[str]) -> str:
        named = set(re.findall(r"[?$](\w+)", found[1]))
        return found[0] + "".join(f" VALUES ?{name} {{ {value} }}" for name, value in values.items() if name in named)

    return head + brace + "".join(lines) + _SUB_SELECT.sub(inside, rest)


def with_terms(text: str, values: Mapping[str, Term]) -> str:
    """Return a query in which terms stand in the place of variables; where they are selected, named by the variable."""
    return "".join(_with_terms(text, values))


def _with_terms(text: str, values: Mapping[str, Term]) -> Iterator[str]:
    clause, depth, braces = "", 0, 0
    for kind, piece in pieces(text):
        word = piece.upper() if kind == "word" else ""
        if word in {"SELECT", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET"} or piece in "{}":
            clause, depth = word, 0
        depth += (piece == "(") - (piece == ")")
        braces += (piece == "{") - (piece == "}")
        name = piece[1:] if kind == "variable" else ""
        if name not in values:
            yield piece
        elif clause == "SELECT" and not depth:
            yield "" if braces else f"({values[name]} AS ?{name})"  # the whole query names it, its parts need not
        elif clause in {"GROUP", "ORDER"} and not depth:
            yield f"({values[name]})"
        else:
            yield str(values[name])


def with_plain_variables(text: str) -> tuple[str, dict[str, str]]:
    """Return a query whose variables have names of ASCII letters, and what each of the new names stands for.

    Comments are left out as well: of the servers there are some cannot read Chinese in either.
    """
    names: dict[str, str] = {}
    parts: list[str] = []
    for kind, piece in pieces(text):
        if kind == "blank" and piece.startswith("#"):
            continue
        if kind == "variable" and not piece.isascii():
            plain = names.setdefault(piece[1:], f"v{len(names)}_{piece[1:].encode().hex()}"[:60])
            piece = f"?{plain}"
        parts.append(piece)
    return "".join(parts), {plain: name for name, plain in names.items()}
