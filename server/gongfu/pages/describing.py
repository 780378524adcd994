"""Describing: the page of whatever an IRI names, chosen by its class.

Place in the flow: HTTP, pages. A class without a page of its own gets the page that lists what is said of it.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pyoxigraph as ox

from gongfu.pages.addresses import iris
from gongfu.pages.item_page import item_page
from gongfu.pages.layout import Found, Visit
from gongfu.pages.listings import (
    department_page,
    domain_page,
    edition_page,
    group_page,
    indicator_page,
    region_page,
    rule_page,
    scheme_page,
    thing_page,
)
from gongfu.problems import Problem
from gongfu.settings import DEFINITIONS

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DOMAINS = re.compile(r"/code/(?:domain|category)-[^/]+/")
PageOf = Callable[[Visit, str], Found]


def describe(visit: Visit) -> Found:
    """Return what the page of the thing shows that the address names; raises Problem where nothing is known of it."""
    path = visit.raw_path.removeprefix(f"/{visit.language}")
    for iri in iris(path, visit.served.dataset.base):
        classes = _classes(visit, iri)
        if classes is not None:
            page = next((page for kind, page in _PAGES.items() if kind in classes), None)
            return (page or (domain_page if _DOMAINS.search(iri) else thing_page))(visit, iri)
    raise Problem("not-found")


def _classes(visit: Visit, iri: str) -> set[str] | None:
    """Return the classes of a node, None where nothing is said of it; the engine's index answers without a query."""
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return None
    graph = ox.DefaultGraph() if visit.served.dataset.merged else None
    said = list(visit.served.store.quads_for_pattern(node, None, None, graph))
    return (
        {term.value for quad in said if quad.predicate == _TYPE and isinstance(term := quad.object, ox.NamedNode)}
        if said
        else None
    )


_SHACL = "http://www.w3.org/ns/shacl#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_PAGES: Mapping[str, PageOf] = MappingProxyType({
    DEFINITIONS + "ServiceItem": item_page, DEFINITIONS + "CatalogueEdition": edition_page,
    DEFINITIONS + "Department": department_page, DEFINITIONS + "AdministrativeDivision": region_page,
    DEFINITIONS + "EligibilityCriterion": group_page, DEFINITIONS + "Indicator": indicator_page,
    _SHACL + "NodeShape": rule_page, _SHACL + "PropertyShape": rule_page, _SKOS + "ConceptScheme": scheme_page,
})  # fmt: skip
