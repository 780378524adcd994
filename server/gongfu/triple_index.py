"""Triple index: a graph in which a catalogue meets the nation, looked up by predicate and by either end.

Place in the flow: **compare**, below ``graph_steps``. Terms are their N-Triples texts. The nation's part is indexed
once; a catalogue's index shares it and changes nothing of it: any number of catalogues may be compared at a time.
"""

import marshal
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from gongfu.row_terms import Tables

Ends = Mapping[str, Collection[str]]  # the other ends of triples by the one, each once
_Table = dict[str, dict[str, None]]
_NOTHING: Ends = {}


class TripleIndex:
    """Triples above those of another index; ``both`` are the predicates that are looked up by object, too."""

    def __init__(self, lines: bytes, both: Collection[str], above: "TripleIndex | None" = None) -> None:
        self._both = both
        self._forward: dict[str, _Table] = dict(above._forward) if above else {}
        self._backward: dict[str, _Table] = dict(above._backward) if above else {}
        self._own: set[str] = set()  # predicates whose tables are not the other's
        self.add_lines(lines)

    @classmethod
    def read(cls, content: bytes, both: Collection[str]) -> "TripleIndex":
        """Return an index as it was written."""
        index = cls(b"", both)
        index._forward, index._backward = marshal.loads(content)  # noqa: S302  # our own
        index._own = {*index._forward}
        return index

    def write(self) -> bytes:
        """Return the index in a form that is read in a quarter of the time in which it is made."""
        return marshal.dumps(tuple(
            {predicate: {key: dict(ends) for key, ends in table.items()} for predicate, table in tables.items()}
            for tables in (self._forward, self._backward)
        ))  # fmt: skip

    def forward(self, predicate: str) -> Ends:
        """Return the objects of a predicate by their subjects."""
        return self._forward.get(predicate, _NOTHING)

    def backward(self, predicate: str) -> Ends:
        """Return the subjects of a predicate by their objects."""
        return self._backward.get(predicate, _NOTHING)

    def add_lines(self, lines: bytes) -> None:
        """Add lines of N-Triples, some of which may be there already."""
        self.add(line[:-2].split(" ", 2) for line in lines.decode().split("\n") if line)

    def add(self, triples: Iterable[Iterable[str]]) -> None:
        """Add triples, some of which may be there already."""
        new = tables()
        for subject, predicate, value in triples:
            new[predicate][subject][value] = None
        self.take(new)

    def take(self, new: Tables) -> None:
        """Add triples by their predicates and subjects; the tables are the index's from now on."""
        for predicate, found in new.items():
            if predicate not in self._own:
                self._own.add(predicate)
                for known in (self._forward, self._backward):
                    known[predicate] = known.get(predicate, {}).copy()
            _join(self._forward[predicate], found)
            if predicate in self._both:
                _join(self._backward[predicate], _turned(found))


def tables() -> Tables:
    """Return empty tables to be filled: {predicate: {subject: {object: None}}}."""
    return defaultdict(lambda: defaultdict(dict))


def _join(table: _Table, more: Mapping[str, dict[str, None]]) -> None:
    """Add to a table; what it holds may be another index's, so something longer takes the place of it."""
    if table.keys().isdisjoint(more):
        table.update(more)
        return
    for key, ends in more.items():
        known = table.get(key)
        table[key] = known | ends if known else ends


def _turned(table: Mapping[str, dict[str, None]]) -> _Table:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for subject, ends in table.items():
        for value in ends:
            found[value][subject] = None
    return found
