"""Dataset: the finished store that is served, and what is known of it before the first query.

Place in the flow: between build and the workers. The store is opened read-only; whoever publishes new data builds a
new folder and starts the service on it.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gongfu.settings import base_iri
from gongfu.sparql.tokens import GraphNames

if TYPE_CHECKING:
    from gongfu.sparql.stores import ReadStore

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

# Graphs of earlier versions: to be asked for by name, and no part of what a query without FROM sees.
HISTORY = "graph/history/"
FACTS = "dataset.json"
CHANGING = "store-changing"  # the problem of a query that met other data than it was asked of
PAGES = Path(__file__).resolve().parents[1] / "pages"


@dataclass(frozen=True)
class Dataset:
    """A store folder: digest of its quads, triples of each named graph by IRI, triples in all.

    ``merged`` says that the store's own default graph holds every triple of its named graphs. Where it does not, the
    engine joins the graphs for each query, and a triple that stands in two of them is counted twice. ``open`` says that
    graphs come and go, so that one that is not there is an empty one. ``remote`` is the query endpoint of the server
    that holds the data, empty where they are read from the store itself; ``pages_too``: the pages ask it as well.
    """

    path: Path
    base: str
    version: str
    graphs: Mapping[str, int]
    triples: int
    merged: bool
    open: bool = False
    remote: str = ""
    pages_too: bool = True


class _Digest(io.BytesIO):
    """A sink that hashes what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.hash.update(data)
        return len(data)


def open_store(path: Path) -> ox.Store:
    """Open a finished store read-only.

    Raises:
        FileNotFoundError: there is no store at the path.
        OSError: what is there is not a store.
    """
    if not (path / "CURRENT").is_file():
        raise FileNotFoundError(f"no finished store at {path}")
    return ox.Store.read_only(str(path))


def describe(path: Path) -> Dataset:
    """Read what is known of a store, from what its build wrote beside it or from the store; raises as ``open_store``.

    The folder is the one that a link points at now: workers that start later must not see other data.
    """
    path = path.resolve()
    store = open_store(path)
    written = path.parent / FACTS
    if written.is_file():
        return Dataset(path=path, **json.loads(written.read_text("utf-8")))
    return _described(path, store)


def write_facts(path: Path, version: str, open_: bool = False) -> None:
    """Write beside a store that was built what is known of it, so that a service need not read it all to start."""
    store = open_store(path)
    graphs = _counts(store)
    facts = {
        "base": base_iri(), "version": version, "graphs": graphs, "triples": len(store) - sum(graphs.values()),
        "merged": True, "open": open_,
    }  # fmt: skip
    (path.parent / FACTS).write_text(json.dumps(facts), "utf-8")


def _described(path: Path, store: ox.Store) -> Dataset:
    """Read every quad of a store once."""
    graphs = _counts(store)
    merged = not bool(store.query(page_query("unmerged")))
    triples = len(store) - sum(graphs.values()) if merged else len(store)
    return Dataset(path, base_iri(), _version(store), graphs, triples, merged)


def _counts(store: ox.Store) -> dict[str, int]:
    counts = {str(row["graph"].value): int(row["triples"].value) for row in select(store, "graphs")}
    return {name: counts.get(name, 0) for name in sorted(known_graphs(store))}


def known_graphs(store: "ReadStore") -> frozenset[str]:
    """Return the IRIs of the named graphs."""
    return frozenset(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))


def _version(store: ox.Store) -> str:
    """Return a digest of all quads in the order of the store, which follows from the terms alone.

    The same data built again have the same digest as long as they have no blank nodes: those are named anew.
    """
    digest = _Digest()
    store.dump(digest, ox.RdfFormat.N_QUADS)
    return digest.hash.hexdigest()[:16]


def merge_graphs(store: ox.Store) -> None:
    """Copy every triple of the named graphs but those of history into the default graph: their union as a set."""
    quads = (quad for quad in store.quads_for_pattern(None, None, None, None) if not of_history(quad))
    store.bulk_extend(ox.Quad(*quad.triple) for quad in quads)


def of_history(quad: ox.Quad) -> bool:
    """Say whether a quad stands in a graph of an earlier version."""
    return isinstance(quad.graph_name, ox.NamedNode) and f"/{HISTORY}" in quad.graph_name.value


def replace_graphs(store: ox.Store, gone: Iterable[str], new: Mapping[str, Iterable[ox.Triple]]) -> None:
    """Drop graphs and add others in a store whose default graph is their union, and keep it so."""
    for name in gone:
        graph = ox.NamedNode(name)
        quads = list(store.quads_for_pattern(None, None, None, graph))
        store.remove_graph(graph)
        for quad in quads:
            left = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            if not any(one.graph_name != ox.DefaultGraph() and not of_history(one) for one in left):
                store.remove(ox.Quad(*quad.triple))
    for name, triples in new.items():
        quads = [ox.Quad(one.subject, one.predicate, one.object, ox.NamedNode(name)) for one in triples]
        store.extend(quads)
        store.extend(ox.Quad(*quad.triple) for quad in quads if not of_history(quad))


def page_query(name: str) -> str:
    """Return the text of a query of the pages' folder."""
    return (PAGES / f"{name}.rq").read_text("utf-8")


def select(store: ox.Store, name: str, merged: bool = True) -> ox.QuerySolutions:
    """Run a SELECT query of the pages' folder, on the union of all graphs."""
    found = store.query(page_query(name), use_default_graph_as_union=not merged)
    assert isinstance(found, ox.QuerySolutions), f"{name}.rq is no SELECT"
    return found


def run(store: "ReadStore", query: str, base: str, merged: bool, names: GraphNames) -> Result:
    """Run a query. ``names`` are the graphs that it or its request names; none means the union of all graphs.

    Passing the names explicitly matters: the engine's union switch silently overrides a query's own FROM.
    """
    if not names:
        return store.query(query, base_iri=base, use_default_graph_as_union=not merged)
    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [ox.NamedNode(name) for name in names.default]
    named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(name) for name in names.named]
    return store.query(query, base_iri=base, default_graph=default, named_graphs=named)
