"""Unit names: does a unit go by this name on the date of the document, and is it a name that documents use?

Place in the flow: departments -> **unit names** -> map. The names and their dates stand in the code list ``unit-name``;
a name that is not in it says nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from gongfu.catalogue import Catalogue, CellReference
from gongfu.codes import CodeLists, Concept
from gongfu.departments import Role
from gongfu.facts import Graph, Row, mapped
from gongfu.tasks import task_roles
from gongfu.text import key

Named = tuple[str, str | None, CellReference | None]


def naming_triples(catalogue: Catalogue, roles: Mapping[str, Sequence[Role]], codes: CodeLists, base: str) -> Graph:
    """Return one node for each name of a unit that the list knows, at the place that uses it first."""
    edition = catalogue.edition
    seen: dict[str, Row] = {}
    for name, item, cell in _names(catalogue, roles, codes):
        known = known_name(name, codes) if name not in seen else None
        if known:
            seen[name] = {
                "edition": edition.id, "name": name, "key": item, "date": edition.issued,
                "from": _day(known, "validFrom"), "to": _day(known, "validTo"),
                "standard": known.facts.get("standardName"),
                "sheet": cell.sheet if cell else None, "address": cell.address if cell else None,
            }  # fmt: skip
    return mapped("unit-naming", seen.values(), base)


def _names(catalogue: Catalogue, roles: Mapping[str, Sequence[Role]], codes: CodeLists) -> Iterable[Named]:
    for item in catalogue.items:
        for role in roles[item.key]:
            yield role.name, item.key, item.cells.get("departments")
    for task in catalogue.plan.tasks:
        for named in task_roles(task, catalogue.edition.region, codes):
            yield named.unit.name, None, task.cell


@lru_cache(maxsize=4096)  # the same few units in all catalogues
def known_name(name: str, codes: CodeLists) -> Concept | None:
    """Return the listed name that a unit's name ends or begins with; the longest wins, None where there is none."""
    plain = key(name)
    found = [(len(key(ending)), concept.iri) for concept in codes.scheme("unit-name") for ending in concept.endings
             if plain.endswith(key(ending)) or plain.startswith(key(ending))]  # fmt: skip
    return codes.concepts[max(found)[1]] if found else None


def _day(known: Concept, fact: str) -> date | None:
    return date.fromisoformat(known.facts[fact]) if fact in known.facts else None
