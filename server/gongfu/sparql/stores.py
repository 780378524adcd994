"""Stores: the port between the application and what holds the data: the embedded engine, or any SPARQL 1.1 server.

Place in the flow: below whoever reads the data, workers and pages alike. ``pyoxigraph.Store`` has these methods itself,
``RemoteStore`` has them over HTTP; nobody else asks which of the two it is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox

from gongfu.sparql.dataset import Dataset, Result, open_store

PATTERN = Path(__file__).with_name("pattern.rq")


class ReadStore(Protocol):
    """Data that can be read: a SPARQL query with its dataset and the values of variables, the triples of a pattern."""

    def query(
        self, query: str, /, *, base_iri: str | None = None, use_default_graph_as_union: bool = False,
        default_graph: Any = None, named_graphs: Any = None, substitutions: Any = None,
    ) -> Result:  # fmt: skip
        """Run a query; raises SyntaxError for a text that is none."""
        ...

    def quads_for_pattern(
        self, subject: Any, predicate: ox.NamedNode | None, object_: Any, graph_name: Any = None, /
    ) -> Iterator[ox.Quad]:
        """Yield the quads of a pattern; None stands for anything."""
        ...

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """Yield the names of the graphs."""
        ...


def open_data(dataset: Dataset, seconds: float = 15.0, most_bytes: int = 32 * 1024**2) -> ReadStore:
    """Open the store that serves a dataset: the one it was built into, or the server that was given its graphs.

    A remote one answers within so many seconds and bytes or raises Problem; the embedded one is limited by its process.
    """
    if not dataset.remote:
        return open_store(dataset.path)
    from gongfu.sparql.remote import RemoteStore  # urllib takes longer to import than the embedded engine

    return RemoteStore(dataset, seconds, most_bytes)
