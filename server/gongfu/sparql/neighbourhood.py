"""Neighbourhood: what the store says of one node: its own triples, those that point at it, labels of its neighbours.

Place in the flow: runs in a worker; reads the store's indexes, so it costs what it returns, not what the store holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeGuard

import pyoxigraph as ox

from gongfu.sparql.stores import ReadStore

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_IN_SCHEME = ox.NamedNode(_SKOS + "inScheme")
_LABELS = tuple(
    ox.NamedNode(iri)
    for iri in (
        _SKOS + "prefLabel",
        "http://purl.org/dc/terms/title",
        "http://www.w3.org/2000/01/rdf-schema#label",
    )
)
# An edition is a concept scheme too, but its items have pages of their own.
_CODES = "graph/codes"
Node = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True)
class Neighbourhood:
    """The node that was found, the triples around it, and whether more of them point at it than are given."""

    iri: str
    triples: tuple[ox.Triple, ...]
    cut: bool


@dataclass(frozen=True)
class Neighbours:
    """A store to look in: ``merged`` says that its default graph holds all triples, ``base`` names its own graphs."""

    store: ReadStore
    merged: bool
    base: str

    def of(self, candidates: Iterable[str], most: int) -> Neighbourhood | None:
        """Return the neighbourhood of the first candidate that stands in any triple, None where none does.

        ``most`` bounds the triples that point at the node.
        """
        for iri in candidates:
            try:
                node = ox.NamedNode(iri)
            except ValueError:
                continue
            own, back = list(self._closed(node)), list(islice(self._triples(None, node), most + 1))
            if own or back:
                return self._around(node, own, back, most)
        return None

    def document(self, graph: str) -> Iterator[ox.Triple]:
        """Yield every triple of a named graph; of the default graph for a name that is no IRI."""
        where = ox.NamedNode(graph) if ":" in graph else self._graph
        for quad in self.store.quads_for_pattern(None, None, None, where):
            yield quad.triple

    def _around(self, node: ox.NamedNode, own: list[ox.Triple], back: list[ox.Triple], most: int) -> Neighbourhood:
        parts = {one.object for one in own if _is_part(one.object, node)}
        members = [
            triple for member in (*self._members(node), *sorted(parts, key=str)) for triple in self._closed(member)
        ]
        found = [*own, *members, *back[:most]]
        ends = {one for triple in found for one in (triple.subject, triple.object) if isinstance(one, ox.NamedNode)}
        labels = [one for end in sorted(ends - {node}, key=str) for one in self._labels(end)]
        return Neighbourhood(node.value, tuple(dict.fromkeys([*found, *labels])), len(back) > most)

    def _members(self, node: ox.NamedNode) -> Iterator[ox.NamedNode]:
        """Yield the codes of a code list, which is of no use without them."""
        codes = ox.NamedNode(self.base + _CODES)
        for quad in self.store.quads_for_pattern(None, _IN_SCHEME, node, codes):
            assert isinstance(quad.subject, ox.NamedNode)
            yield quad.subject

    def _labels(self, node: ox.NamedNode) -> Iterator[ox.Triple]:
        for predicate in _LABELS:
            for quad in self.store.quads_for_pattern(node, predicate, None, self._graph):
                yield quad.triple

    def _closed(self, node: Node) -> Iterator[ox.Triple]:
        """Yield the triples of a node and of the blank nodes they lead to."""
        todo: list[Node] = [node]
        seen = {node}
        while todo:
            for triple in self._triples(todo.pop(), None):
                yield triple
                if isinstance(triple.object, ox.BlankNode) and triple.object not in seen:
                    seen.add(triple.object)
                    todo.append(triple.object)

    def _triples(self, subject: Node | None, object_: Node | None) -> Iterator[ox.Triple]:
        for quad in self.store.quads_for_pattern(subject, None, object_, self._graph):
            yield quad.triple

    @property
    def _graph(self) -> ox.DefaultGraph | None:
        return ox.DefaultGraph() if self.merged else None


def _is_part(term: object, node: ox.NamedNode) -> TypeGuard[ox.NamedNode]:
    """Say whether a term is a part of a node's document (``…#1``), whose IRI leads to that document."""
    return isinstance(term, ox.NamedNode) and term.value.startswith(f"{node.value}#")
