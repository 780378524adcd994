"""Compare: national and provincial measures become comparison nodes, by the CONSTRUCT files of data/comparisons/.

Place in the flow: map -> **compare** -> validate. The comparisons are data: published, queryable, and what the shapes
judge.
"""

from collections.abc import Iterable
from decimal import Decimal

import pyoxigraph as ox

from gongfu.codes import codelist_triples
from gongfu.facts import Row, construct
from gongfu.settings import DEFINITIONS, house

# A pair of rows that is less sure than this is not judged; it is reported for a person to confirm.
CERTAIN = Decimal("0.5")
# What the comparisons ask of code lists: which way an indicator is better, which national unit a local one answers to.
_NEEDED = (DEFINITIONS + "polarity", DEFINITIONS + "counterpartOf")


def comparisons(graphs: Iterable[Iterable[ox.Triple]], base: str) -> list[ox.Triple]:
    """Return the comparison nodes of a catalogue graph and the national graph, given together."""
    store = ox.Store()
    for graph in graphs:
        store.extend(ox.Quad(*triple) for triple in graph)
    store.extend(ox.Quad(*triple) for triple in codelist_triples() if triple.predicate.value in _NEEDED)
    values: Row = {"base": base, "certain": CERTAIN}
    found: list[ox.Triple] = []
    for file in sorted((house().data / "comparisons").glob("*.rq")):
        made = construct(store, file, values)
        store.extend(ox.Quad(*triple) for triple in made)  # a later file may ask what an earlier one found
        found += made
    return list(dict.fromkeys(found))
