"""A build that can be killed: two graphs that tell the same number, in a process that has nothing else loaded."""

from pathlib import Path

import pyoxigraph as ox

from gongfu.build import building, fill, finish
from gongfu.settings import base_iri

GRAPHS = tuple(f"{base_iri()}graph/{name}" for name in ("330000-14fyp", "comparison/330000-14fyp"))
NUMBER = ox.NamedNode("http://example.org/number")


def build_number(out: Path, number: int) -> None:
    """Build a dataset both of whose graphs tell a number, 200 times each."""
    nodes = [ox.NamedNode(f"http://example.org/{one}") for one in range(200)]
    triples = [ox.Triple(node, NUMBER, ox.Literal(number)) for node in nodes]
    with building(out) as beside:
        fill(beside / "store", dict.fromkeys(GRAPHS, triples))
        finish(out, beside, base_iri())
