"""Terms: what can be written into a query, for the editor to complete: classes, properties, codes, editions, items.

Place in the flow: HTTP, pages. The terms are found by queries/query/terms.rq, their names are those of the pages.
"""

import json
import re
from collections.abc import Iterator, Mapping

from gongfu.pages.asking import ask
from gongfu.pages.layout import Served
from gongfu.settings import CODES
from gongfu.sparql.prefixes import PREFIXES

# What stands after a prefix without escapes: letters, digits, - and _, percent escapes.
_LOCAL = re.compile(r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2})*")


def terms(served: Served) -> bytes:
    """Return the terms as JSON: prefixes with their namespaces, and for each term how it is written and called."""
    rows = list(ask(served.store, served.dataset.merged, "query/terms"))
    prefixes = {**PREFIXES, **_code_prefixes(str(row["term"]) for row in rows)}
    found = [_term(served, row["term"], row["kind"], prefixes) for row in rows]
    document = {"prefixes": prefixes, "terms": found}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def written(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return an IRI as a query writes it: with the prefix of its longest namespace, else in angle brackets."""
    known = [(len(namespace), prefix) for prefix, namespace in prefixes.items() if iri.startswith(namespace)]
    if known:
        length, prefix = max(known)
        if _LOCAL.fullmatch(iri[length:]):
            return f"{prefix}:{iri[length:]}"
    return f"<{iri}>"


def _term(served: Served, iri: str, kind: str, prefixes: Mapping[str, str]) -> dict[str, str]:
    names = served.names.by_iri.get(iri, {})
    said = {language: names[language] for language in ("zh", "en") if language in names}
    return {"name": written(iri, prefixes), "kind": str(kind), **said}


def _code_prefixes(iris: Iterator[str]) -> dict[str, str]:
    """Return a prefix for each code list, named as the list is; the code lists' own IRIs have the prefix code."""
    lists = {
        iri.removeprefix(CODES).partition("/")[0] for iri in iris if iri.startswith(CODES) and "/" in iri[len(CODES) :]
    }
    return {"code": CODES, **{name: f"{CODES}{name}/" for name in sorted(lists)}}
