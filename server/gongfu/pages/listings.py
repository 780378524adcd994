"""Listings: the pages of what items have in common: edition, domain, department, region, target group; of an
indicator, a code list, a rule.

Place in the flow: HTTP, pages. Which items there are is read once for all pages by queries/lookup/browse.rq.
"""

import re
from collections.abc import Iterable
from functools import partial

import pyoxigraph as ox

from gongfu.pages.asking import Row, Said
from gongfu.pages.browsing import Listed, items
from gongfu.pages.layout import Found, Visit

_BLANK = re.compile(r"(?:\{\w+\})+")
_PROPERTY = ox.NamedNode("http://www.w3.org/ns/shacl#property")


def narrowed_page(visit: Visit, iri: str, facet: str) -> Found:
    """Return the items that have a value of a facet, by edition, and what is said of the value itself."""
    browsed, said = visit.ask("browse"), visit.ask("thing", thing=ox.NamedNode(iri))
    fitting = [one for one in items(browsed, visit.served.editions) if iri in one.values[facet]]
    return {"template": "lookup/narrowed.html", "iri": iri, "facet": facet, "groups": _by_edition(fitting),
            "total": len(fitting), **statements(said, visit.language), "queries": (said, browsed)}  # fmt: skip


def region_page(visit: Visit, iri: str) -> Found:
    """Return the catalogues of a region, its items and departments."""
    browsed, said = visit.ask("browse"), visit.ask("thing", thing=ox.NamedNode(iri))
    subjects = [row["value"] for row in said if row["way"] == "in" and row["property"].endswith("#jurisdiction")]
    fitting = [one for one in items(browsed, visit.served.editions) if set(one.values["edition"]) & set(subjects)]
    return {"template": "lookup/narrowed.html", "iri": iri, "facet": "region", "groups": _by_edition(fitting),
            "total": len(fitting), **statements(said, visit.language), "queries": (said, browsed)}  # fmt: skip


def edition_page(visit: Visit, iri: str) -> Found:
    """Return an edition: its document and its items by domain."""
    browsed, said = visit.ask("browse"), visit.ask("thing", thing=ox.NamedNode(iri))
    domains: dict[str, list[Listed]] = {}
    for one in items(browsed, visit.served.editions):
        if iri in one.values["edition"]:
            own = next((value for value in one.values["domain"] if "/category-" not in value), "")
            domains.setdefault(own, []).append(one)
    found = statements(said, visit.language)
    return {"template": "lookup/edition.html", "iri": iri, "domains": domains, **found,
            "total": sum(map(len, domains.values())), "queries": (said, browsed)}  # fmt: skip


def indicator_page(visit: Visit, iri: str) -> Found:
    """Return an indicator: its measures in the catalogues, its values in the plans."""
    said, measured = (visit.ask(name, **{key: ox.NamedNode(iri)}) for name, key in
                      (("thing", "thing"), ("indicator", "indicator")))  # fmt: skip
    told = sorted(measured, key=lambda row: visit.served.editions.place(row["edition"]))
    return {"template": "lookup/indicator.html", "iri": iri, **statements(said, visit.language),
            "measures": [row for row in told if row["part"] == "measure"],
            "observations": [row for row in told if row["part"] == "observation"],
            "queries": (said, measured)}  # fmt: skip


def scheme_page(visit: Visit, iri: str) -> Found:
    """Return a code list with its codes."""
    said, codes = (visit.ask(name, **{key: ox.NamedNode(iri)}) for name, key in
                   (("thing", "thing"), ("scheme", "scheme")))  # fmt: skip
    shown: dict[str, Row] = {}
    for row in codes:
        if row["code"] not in shown or row["definition"].language == visit.language:
            shown[row["code"]] = row
    found = statements((row for row in said if row["way"] == "out"), visit.language)
    return {"template": "lookup/scheme.html", "iri": iri, "codes": list(shown.values()), **found,
            "queries": (said, codes)}  # fmt: skip


def rule_page(visit: Visit, iri: str) -> Found:
    """Return a rule: its words and conditions, and what it found in the catalogues here."""
    above = next(iter(visit.served.store.quads_for_pattern(None, _PROPERTY, ox.NamedNode(iri))), None)
    rule = above.subject.value if above and isinstance(above.subject, ox.NamedNode) else iri
    said, found = visit.ask("rule", rule=ox.NamedNode(rule)), visit.ask("rule-findings", rule=ox.NamedNode(rule))
    told = [{**row, "value": without_blanks(row["value"])} for row in said]
    own = [row for row in told if row["part"] == rule]
    return {"template": "lookup/rule.html", "iri": rule, "said": _in_language(own, visit.language),
            "conditions": _in_language([row for row in told if row["part"] != rule], visit.language),
            "found": [row for row in found if row["message"].language == visit.language],
            "queries": (said, found)}  # fmt: skip


def without_blanks(text: Said) -> Said:
    """Return the message of a shape with dots where the report fills in what it found."""
    return Said(_BLANK.sub("…" if text.language == "en" else "……", text), text.language)


def thing_page(visit: Visit, iri: str) -> Found:
    """Return what is said of a node and what points at it."""
    said = visit.ask("thing", thing=ox.NamedNode(iri))
    return {"template": "lookup/thing.html", "iri": iri, **statements(said, visit.language), "queries": (said,)}


department_page = partial(narrowed_page, facet="department")
domain_page = partial(narrowed_page, facet="domain")
group_page = partial(narrowed_page, facet="group")


def statements(rows: Iterable[Row], language: str) -> Found:
    """Return what is said of a thing, texts in one language where there is a choice, and what points at it."""
    listed = list(rows)
    return {"said": _in_language([row for row in listed if row["way"] == "out"], language),
            "pointing": [row for row in listed if row["way"] == "in"]}  # fmt: skip


def _in_language(rows: Iterable[Row], language: str) -> list[Row]:
    """Drop texts in other languages of what is said in this language too."""
    listed = list(rows)
    told = {(row.get("part"), row["property"]) for row in listed if row["value"].language == language}
    return [row for row in listed if row["value"].language in ("", language)
            or (row.get("part"), row["property"]) not in told]  # fmt: skip


def _by_edition(listed: Iterable[Listed]) -> dict[str, list[Listed]]:
    found: dict[str, list[Listed]] = {}
    for one in listed:
        found.setdefault(next(iter(one.values["edition"]), ""), []).append(one)
    return found
