"""Addresses: where the page of an IRI stands, and which IRI the address of a page is about.

Place in the flow: HTTP, pages; pure. The page of <base>cat/cn-13fyp/30 is /zh/cat/cn-13fyp/30; a term after a hash
(<base>def#ServiceItem) has the page /zh/def/ServiceItem.
"""

from collections.abc import Iterator
from urllib.parse import quote, unquote

from gongfu.settings import CODES, DEFAULT_BASE, DEFINITIONS, SHAPES
from gongfu.sparql.prefixes import PREFIXES

_HASHED = {"def": DEFINITIONS, "shapes": SHAPES}
_SAFE = "/:@!$&'()*+,;=~%"  # what may stand in a path as it is; a % in an IRI is already an escape


def address(iri: str, *, base: str, language: str) -> str:
    """Return the address of the page of an IRI of ours, a vocabulary's own included; an empty text for others."""
    for room, namespace in _HASHED.items():
        if iri.startswith(namespace):
            return f"/{language}/{room}/{quote(iri.removeprefix(namespace), safe=_SAFE)}".rstrip("/")
    for start in (base, DEFAULT_BASE):
        if iri.startswith(start):
            return f"/{language}/{quote(iri.removeprefix(start), safe=_SAFE)}".rstrip("/")
    return ""


def described_at(iri: str, *, base: str) -> str:
    """Return the address, without extension, of the descriptions for programs; a term is described with its whole."""
    for room, namespace in _HASHED.items():
        if iri.startswith(namespace):
            return f"/{room}"
    place = next((iri.removeprefix(start) for start in (base, DEFAULT_BASE) if iri.startswith(start)), "")
    return f"/{quote(place, safe=_SAFE)}"


def compact(iri: str) -> str:
    """Return an IRI with the prefix of its vocabulary where one is known."""
    known = next(((prefix, start) for prefix, start in PREFIXES.items() if iri.startswith(start)), None)
    return f"{known[0]}:{iri.removeprefix(known[1])}" if known else iri


def iris(path: str, base: str) -> Iterator[str]:
    """Yield the IRIs that the page at a path may be about, likeliest first; ``path`` is raw, without language."""
    path = path.strip("/")
    room, _, name = path.partition("/")
    if room in _HASHED:
        yield _HASHED[room] + unquote(name)
        yield DEFAULT_BASE + path
        return
    if DEFAULT_BASE + path[: len("code/")] == CODES:
        yield DEFAULT_BASE + path
    yield base + path
    yield base + unquote(path)
