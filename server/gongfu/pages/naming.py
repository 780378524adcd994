"""Naming: the names of everything that has one, in every language, and the order in which catalogues are listed, read
once for each version of the data.

Place in the flow: HTTP, pages. So a query returns IRIs and need not ask for names in two languages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

import pyoxigraph as ox

from gongfu.pages.asking import Said, ask
from gongfu.settings import DEFINITIONS
from gongfu.sparql.stores import ReadStore

_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_ITEM = ox.NamedNode(DEFINITIONS + "ServiceItem")


@dataclass(frozen=True)
class Names:
    """For each IRI its name by language."""

    by_iri: Mapping[str, Mapping[str, str]] = field(repr=False)
    items: frozenset[str] = field(default=frozenset(), repr=False)  # what service items are called

    def of(self, iri: str, language: str) -> Said:
        """Return the name in a language, else in Chinese, else in any; the end of the IRI for what has none."""
        known = self.by_iri.get(iri)
        if not known:
            return Said(unquote(iri.rstrip("/").rpartition("#")[2].rpartition("/")[2]))
        tag = next(tag for tag in (language, "zh", *known) if tag in known)
        return Said(known[tag], tag)


@dataclass(frozen=True)
class Editions:
    """The catalogues in the order in which every page lists them: the nation's first, superseded ones last."""

    ordered: Sequence[str] = ()
    superseded: frozenset[str] = frozenset()

    def place(self, edition: str) -> int:
        """Return where an edition stands among the others; one that is not known stands last."""
        return self.ordered.index(edition) if edition in self.ordered else len(self.ordered)


def read_editions(store: ReadStore, merged: bool) -> Editions:
    """Read which catalogues a store has."""
    rows = ask(store, merged, "lookup/editions")
    superseded = (row["edition"] for row in rows if row["superseded"] == "true")
    return Editions(tuple(row["edition"] for row in rows), frozenset(superseded))


def read_names(store: ReadStore, merged: bool) -> Names:
    """Read the names of a store."""
    found: dict[str, dict[str, str]] = {}
    for row in ask(store, merged, "names"):
        found.setdefault(row["thing"], {})[row["name"].language] = str(row["name"])
    of_items = store.quads_for_pattern(None, _TYPE, _ITEM, ox.DefaultGraph() if merged else None)
    items = (found.get(str(quad.subject.value), {}) for quad in of_items if isinstance(quad.subject, ox.NamedNode))
    return Names(found, frozenset(name for names in items for name in names.values()))
