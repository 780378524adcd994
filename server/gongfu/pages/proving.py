"""Proving: does the server that holds the data answer the pages' own queries as the embedded engine does?

Place in the flow: HTTP, pages, once for each version of the data, with --store. What a page says of a catalogue must
not hang on a server's faults: Virtuoso 7.2.5 silently loses rows of a UNION, violations among them. A server whose
answers differ serves the endpoint, and the pages are read from the build that it was given.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pyoxigraph as ox

from gongfu.pages.asking import QUERIES, Asked, ask
from gongfu.problems import Problem
from gongfu.sparql.dataset import Dataset, open_store
from gongfu.sparql.stores import ReadStore, open_data

_LOG = logging.getLogger(__name__)
_ITEMS = 5  # of all items, evenly: what is read and judged of them takes the longest queries
_OF_ITEMS = {"lookup/item-parts": "anchor", "lookup/item-family": "item", "lookup/item-comparisons": "anchor"}
_SECONDS = 15.0


def proven(dataset: Dataset) -> Dataset:
    """Return the dataset with the pages left to the server, if it answers every query of the pages as it should."""
    build, server = open_store(dataset.path), open_data(dataset, _SECONDS)
    for name, values in _probes(build):
        if not _agree(build, server, name, values):
            _LOG.warning(
                "%s 对查询 %s 的答复与内置引擎不同，网页改由本机的数据生成 / the server answers a query of the pages "
                "otherwise than the embedded engine: they are read from the build", dataset.remote, name,
            )  # fmt: skip
            return replace(dataset, pages_too=False)
    return replace(dataset, pages_too=True)


def open_for_pages(dataset: Dataset) -> ReadStore:
    """Open what the pages read: the server where it is proven, else the build."""
    return open_data(dataset) if dataset.pages_too else open_store(dataset.path)


def _probes(build: ox.Store) -> Iterator[tuple[str, dict[str, ox.NamedNode]]]:
    """Yield the queries of the pages with values: those of items first, then all that need none."""
    items = sorted({str(row["item"]) for row in ask(build, True, "lookup/browse") if row.get("item")})
    for iri in items[:: max(1, len(items) // _ITEMS)]:
        for name, variable in _OF_ITEMS.items():
            yield name, {variable: ox.NamedNode(iri)}
    for file in sorted(QUERIES.rglob("*.rq")):
        if "$" not in file.read_text("utf-8") and file.stem not in {"starter", "conformance"}:
            yield str(file.relative_to(QUERIES).with_suffix("")), {}


def _agree(build: ox.Store, server: ReadStore, name: str, values: dict[str, ox.NamedNode]) -> bool:
    try:
        return _rows(ask(build, True, name, **values)) == _rows(ask(server, True, name, **values))
    except Problem:
        return False


def _rows(found: Asked) -> Counter[tuple[tuple[str, str, str], ...]]:
    """Return the rows without their order, in which those that are equal by ORDER BY may come as they like."""
    return Counter(tuple((name, str(said), said.language) for name, said in sorted(row.items())) for row in found)
