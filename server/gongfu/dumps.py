"""Dumps: all data as one N-Quads file and every named graph as a Turtle file, compressed, with their checksums.

Place in the flow: build. The same data give the same bytes.
"""

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from gongfu.sparql.prefixes import PREFIXES

ALL = "all.nq.gz"
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Dump:
    """A dump file: its name, the IRI of what it holds, its media type without compression, bytes, SHA-256."""

    name: str
    of: str
    media_type: str
    bytes: int
    sha256: str


def quads_of(graphs: Mapping[str, Iterable[ox.Triple]]) -> Iterator[ox.Quad]:
    """Yield the quads of graphs by name."""
    for name, triples in graphs.items():
        graph = ox.NamedNode(name)
        for triple in triples:
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def write_dumps(folder: Path, store: ox.Store, base: str) -> list[Dump]:
    """Write all graphs of a store as N-Quads and each of them as Turtle into a new folder.

    They are in the order of the store's index, which follows from the terms alone.
    """
    folder.mkdir(parents=True)
    names = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    graphs = {name: _triples(store, name) for name in names}
    quads = ox.serialize(quads_of(graphs), format=ox.RdfFormat.N_QUADS) or b""
    dumps = [_written(folder / ALL, quads, f"{base}dataset", "application/n-quads")]
    return dumps + [write_graph(folder, name, found) for name, found in graphs.items()]


def _triples(store: ox.Store, graph: str) -> list[ox.Triple]:
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))]


def write_graph(folder: Path, graph: str, triples: Iterable[ox.Triple]) -> Dump:
    """Write one graph as Turtle; its file is named by the end of its IRI."""
    turtle = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    name = graph.split("/graph/", 1)[1].replace("/", "-")
    return _written(folder / f"{name}.ttl.gz", turtle, graph, "text/turtle")


def write_sums(folder: Path, dumps: Iterable[Dump]) -> None:
    """Write the checksums of the dumps in the form that sha256sum reads."""
    lines = (f"{one.sha256}  {one.name}\n" for one in sorted(dumps, key=lambda one: one.name))
    (folder / SUMS).write_text("".join(lines), "utf-8")


def _written(path: Path, content: bytes, of: str, media_type: str) -> Dump:
    packed = gzip.compress(content, mtime=0)
    path.write_bytes(packed)
    return Dump(path.name, of, media_type, len(packed), hashlib.sha256(packed).hexdigest())
