"""Browsing: the items of all catalogues, narrowed down by facets: edition, region, domain, department, target group.

Place in the flow: HTTP, pages. One query finds every item with the values of its facets; counting them is all that is
done here. The pages of a domain, department, region, group or edition are the same list narrowed to that one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from gongfu.pages.layout import Found, Visit
from gongfu.pages.naming import Editions

FACETS = ("edition", "domain", "department", "group")
_SHOWN = 120


@dataclass(frozen=True)
class Listed:
    """An item in a list: its number, and its values of every facet."""

    iri: str
    number: str
    position: int
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choice:
    """A value of a facet, how many items have it, whether it is chosen, the query of the address toggling it."""

    iri: str
    items: int
    chosen: bool
    query: str

    @property
    def scheme(self) -> str:
        """The code list that the value is of."""
        return self.iri.rpartition("/")[0]


def browse(visit: Visit) -> Found:
    """Return the items that fit the facets of the address, and every facet's values with counts."""
    chosen = {facet: visit.query[facet] for facet in FACETS if visit.query.get(facet)}
    asked = visit.ask("browse")
    listed = items(asked, visit.served.editions)
    fitting = [one for one in listed if _fits(one, chosen)]
    found = facets(listed, chosen)
    found["edition"].sort(key=lambda one: visit.served.editions.place(one.iri))
    return {"items": fitting[:_SHOWN], "total": len(fitting), "facets": found, "chosen": chosen,
            "queries": (asked,)}  # fmt: skip


def items(rows: Iterable[Mapping[str, str]], editions: Editions) -> list[Listed]:
    """Return the items of the rows item, facet, value, number, position, in the order of their catalogues."""
    values: dict[str, dict[str, set[str]]] = {}
    places: dict[str, tuple[str, int]] = {}
    for row in rows:
        places[row["item"]] = (row["number"], int(row["position"] or 0))
        values.setdefault(row["item"], {}).setdefault(row["facet"], set()).add(row["value"])
    found = [Listed(item, *places[item], {facet: sorted(values[item].get(facet, ())) for facet in FACETS})
             for item in values]  # fmt: skip
    place = editions.place
    return sorted(found, key=lambda one: ([place(edition) for edition in one.values["edition"]], one.position))


def facets(listed: Sequence[Listed], chosen: Mapping[str, str]) -> dict[str, list[Choice]]:
    """Return every facet with its values; counts are of the items that fit the choices in the other facets."""
    found: dict[str, list[Choice]] = {}
    for facet in FACETS:
        others = {name: value for name, value in chosen.items() if name != facet}
        counted = Counter(value for one in listed if _fits(one, others) for value in one.values[facet])
        found[facet] = [
            Choice(value, count, chosen.get(facet) == value, _toggled(chosen, facet, value))
            for value, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
    return found


def _fits(one: Listed, chosen: Mapping[str, str]) -> bool:
    return all(value in one.values[facet] for facet, value in chosen.items())


def _toggled(chosen: Mapping[str, str], facet: str, value: str) -> str:
    rest = {name: known for name, known in chosen.items() if name != facet}
    return urlencode(rest if chosen.get(facet) == value else {**rest, facet: value})
