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
    """Return the terms as JSON: prefixes with their namespaces, the names of lists and editions, and for each term how
    it is written and called, with the place of the list or edition that it belongs to.
    """
    rows = list(ask(served.store, served.dataset.merged, "query/terms"))
    prefixes = {**PREFIXES, **_code_prefixes(str(row["term"]) for row in rows)}
    lists = {iri: place for place, iri in enumerate(sorted({row["list"] for row in rows if row["list"]}))}
    found = [
        {"name": written(row["term"], prefixes), "kind": str(row["kind"]), **_names(served, row["term"]),
         **({"of": lists[row["list"]]} if row["list"] else {})}
        for row in rows
    ]  # fmt: skip
    document = {"prefixes": prefixes, "lists": [_names(served, iri) for iri in lists], "terms": found}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def written(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return an IRI as a query writes it: with the prefix of its longest namespace, else in angle brackets."""
    known = [(len(namespace), prefix) for prefix, namespace in prefixes.items() if iri.startswith(namespace)]
    if known:
        length, prefix = max(known)
        if _LOCAL.fullmatch(iri[length:]):
            return f"{prefix}:{iri[length:]}"
    return f"<{iri}>"


def _names(served: Served, iri: str) -> dict[str, str]:
    names = served.names.by_iri.get(iri, {})
    return {language: names[language] for language in ("zh", "en") if language in names}


def _code_prefixes(iris: Iterator[str]) -> dict[str, str]:
    """Return a prefix for each code list, named as the list is; the code lists' own IRIs have the prefix code."""
    codes = (iri.removeprefix(CODES) for iri in iris if iri.startswith(CODES))
    lists = {code.partition("/")[0] for code in codes if "/" in code}
    return {"code": CODES, **{name: f"{CODES}{name}/" for name in sorted(lists)}}
