"""Loading: the graphs of a build are given to a SPARQL server by the Graph Store Protocol, so that it can serve them.

Place in the flow: between a build and the service, with --store. The server cannot replace several graphs in one step;
so what it holds is written in a graph of its own: the digest of each graph that is whole, and last the version. While
that is missing nobody reads (see sparql.remote), and a load that was killed goes on where it stopped.
"""

import fcntl
import hashlib
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from gongfu.sparql.dataset import Dataset, open_store
from gongfu.sparql.remote import LOADED, UNION, exchange, loaded, skolem

_LOAD = "https://w3id.org/bps-cn/load#"
_SECONDS, _MOST_ANSWER = 300.0, 2**20
# Where servers keep their graph store, by the path of their query endpoint: Virtuoso, Oxigraph, Fuseki.
_GRAPH_STORES = {"/sparql": "/sparql-graph-crud-auth", "/query": "/store", "/ds/sparql": "/ds/data"}


@dataclass(frozen=True)
class Server:
    """A SPARQL server: the addresses of its query endpoint and of its graph store."""

    query: str
    graphs: str

    def holding(self, dataset: Dataset) -> Dataset:
        """Give the server what it lacks of a dataset, and return the dataset as it is served from there.

        Raises Problem where the server cannot be reached or refuses a graph.
        """
        with (dataset.path.parent.parent / ".loading.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            version, known = loaded(self.query, dataset.base)
            if version != dataset.version:
                self._load(dataset, known)
        return replace(dataset, remote=self.query)

    def _load(self, dataset: Dataset, known: Mapping[str, str]) -> None:
        wanted = dict(_contents(dataset))
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in wanted.items()}
        same = {name: digest for name, digest in digests.items() if known.get(name) == digest}
        self._put(dataset.base + LOADED, _told(dataset.base, same))
        for name in sorted(known.keys() - wanted.keys()):
            self._send("DELETE", name)
        for name in sorted(wanted.keys() - same.keys()):
            self._put(name, wanted[name])
        self._put(dataset.base + LOADED, _told(dataset.base, digests, dataset.version))

    def _put(self, graph: str, content: bytes) -> None:
        self._send("PUT", graph, content)

    def _send(self, method: str, graph: str, content: bytes | None = None) -> None:
        parameter = "&" if "?" in self.graphs else "?"
        address = f"{self.graphs}{parameter}graph={quote(graph, safe='')}"
        headers = {"Content-Type": "text/turtle"} if content is not None else {}  # N-Triples are Turtle everywhere
        request = urllib.request.Request(address, content, headers, method=method)  # noqa: S310  # checked by server_at
        exchange(request, _SECONDS, _MOST_ANSWER)


class NoGraphStore(ValueError):
    """The address of a query endpoint is not one of those that tell where the server has its graph store."""


def server_at(query: str, graphs: str = "") -> Server:
    """Return the server with a query endpoint; its graph store stands where such servers have it, if not elsewhere.

    Raises NoGraphStore where that is not known, and ValueError with the address that is none or holds credentials.
    """
    for address in (query, graphs or query):
        if not _is_usable(address):
            raise ValueError(address)
    parts = urlsplit(query)
    graphs = graphs or next(
        (query.removesuffix(end) + store for end, store in _GRAPH_STORES.items() if parts.path == end), ""
    )
    if not graphs:
        raise NoGraphStore(query)
    return Server(query, graphs)


def _is_usable(address: str) -> bool:
    try:
        found = urlsplit(address)
        named = found.scheme in ("http", "https") and found.hostname and found.port != 0
    except ValueError:  # the port, or a bracket
        return False
    return bool(named) and not found.username and not found.password


def _contents(dataset: Dataset) -> Iterable[tuple[str, bytes]]:
    """Yield the named graphs and their union, each as N-Triples with IRIs in the place of blank nodes."""
    store = open_store(dataset.path)
    graphs: list[ox.NamedNode | ox.DefaultGraph] = [ox.NamedNode(name) for name in dataset.graphs]
    for graph in [*graphs, ox.DefaultGraph()]:
        triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
        named = (ox.Triple(skolem(one.subject, dataset.base), one.predicate, skolem(one.object, dataset.base))
                 for one in triples)  # fmt: skip
        name = graph.value if isinstance(graph, ox.NamedNode) else dataset.base + UNION
        yield name, ox.serialize(named, format=ox.RdfFormat.N_TRIPLES) or b""


def _told(base: str, digests: Mapping[str, str], version: str = "") -> bytes:
    triples = [ox.Triple(ox.NamedNode(name), ox.NamedNode(_LOAD + "digest"), ox.Literal(digest))
               for name, digest in digests.items()]  # fmt: skip
    if version:
        triples.append(ox.Triple(ox.NamedNode(base + "dataset"), ox.NamedNode(_LOAD + "version"), ox.Literal(version)))
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
