"""Graph steps: a query on a graph becomes steps, each of which finds what the next one goes on with.

Place in the flow: **compare**. The files stay the only source of the comparisons. The engine needs a store, and reads
and plans each query for each catalogue anew, which takes several times as long as to answer it of a hundred rows; steps
are made once a process. tests/test_graph_query.py holds their answers equal to the engine's.

A step takes what is bound so far, a list of terms by slot; it binds more, goes on, and takes it back. What is true ends
a search.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from gongfu.graph_expressions import Bound, Expressions, Step, constant_term
from gongfu.graph_order import Known, after, after_all, ordered
from gongfu.graph_query import Element, Group, Optional, Select, Triple, Union, Values
from gongfu.graph_values import term_of
from gongfu.row_query import BeyondRows, Bind, Filter, Node, Variable
from gongfu.triple_index import TripleIndex

INDEX, FOUND = 0, 1  # the first slots: the index, and what was found


class SubQuery(Protocol):
    """What answers a sub-query."""

    steps: "Steps"

    def rows(self, index: TripleIndex) -> Sequence[Sequence[str | None]]:
        """Return what it tells of each solution."""


class Steps:
    """The steps of a query or a sub-query, and the slots of what they bind.

    ``finish`` gives the last step, which puts down what a solution makes; ``sub`` what answers a sub-query.
    """

    def __init__(
        self, elements: Group, finish: Callable[["Steps", Known], Step], sub: Callable[[Select], SubQuery]
    ) -> None:
        self._empty: Bound = [None, None]
        self._names: dict[str, int] = {}
        self._tables: list[tuple[int, str, bool]] = []
        self._inner: list[Steps] = []
        self._sub = sub
        self.expressions = Expressions(self.slot, self._search)
        self._first = self._group(elements, Known(), finish(self, after_all(elements, Known())))

    def found(self, index: TripleIndex) -> list[Any]:
        """Return what the last step put down of each solution."""
        bound = self._empty.copy()
        bound[INDEX], bound[FOUND] = index, []
        for slot, predicate, back in self._tables:
            bound[slot] = index.backward(predicate) if back else index.forward(predicate)
        self._first(bound)
        return list(bound[FOUND])

    @property
    def both(self) -> frozenset[str]:
        """Return the predicates that are looked up by their objects."""
        return frozenset(predicate for _, predicate, back in self._tables if back).union(
            *(one.both for one in self._inner)
        )

    # --- slots --------------------------------------------------------------------------------------------------------

    def slot(self, name: str) -> int:
        """Return where a variable stands."""
        if name not in self._names:
            self._names[name] = self._new()
        return self._names[name]

    def node(self, node: Node) -> int:
        """Return where a variable or a constant stands."""
        if isinstance(node, Variable):
            return self.slot(node.name)
        return self._new(constant_term(node))

    def _new(self, value: str | None = None) -> int:
        self._empty.append(value)
        return len(self._empty) - 1

    def _table(self, predicate: str, back: bool) -> int:
        found = next((slot for slot, *one in self._tables if one == [predicate, back]), 0)
        if not found:
            found = self._new()
            self._tables.append((found, predicate, back))
        return found

    # --- steps --------------------------------------------------------------------------------------------------------

    def _group(self, elements: Group, known: Known, then: Step) -> Step:
        """Return the first step of a group that goes on to a step; made from the last to the first."""
        before = []
        for element in ordered(elements, known):
            before.append((element, known))
            known = after(element, known)
        for element, known in reversed(before):
            then = self._step(element, known, then)
        return then

    def _search(self, elements: Group, known: Known) -> Step:
        return self._group(elements, known, lambda bound: True)

    def _step(self, element: Element, known: Known, then: Step) -> Step:
        if isinstance(element, Triple):
            return self._triple(element, known, then)
        if isinstance(element, Filter):
            return self._filter(element, known, then)
        if isinstance(element, Bind):
            return self._bind(element, known, then)
        if isinstance(element, Optional):
            return self._optional(element, known, then)
        if isinstance(element, Union):
            return self._union(element, known, then)
        return self._rows(element, known, then) if isinstance(element, Values) else self._select(element, known, then)

    def _filter(self, element: Filter, known: Known, then: Step) -> Step:
        asked = self.expressions.value(element.expression, known)
        return lambda bound: then(bound) if asked(bound) is True else None

    def _bind(self, element: Bind, known: Known, then: Step) -> Step:
        if element.name in known:
            raise BeyondRows(f"?{element.name} twice")
        slot, asked = self.slot(element.name), self.expressions.value(element.expression, known)

        def step(bound: Bound) -> object:
            bound[slot] = term_of(asked(bound))
            ended = then(bound)
            bound[slot] = None
            return ended

        return step

    def _optional(self, element: Optional, known: Known, then: Step) -> Step:
        matched = self._new()

        def go_on(bound: Bound) -> object:
            bound[matched] = True
            return then(bound)

        inner = self._group(element.elements, known, go_on)

        def step(bound: Bound) -> object:
            bound[matched] = None
            return inner(bound) or (None if bound[matched] else then(bound))

        return step

    def _union(self, element: Union, known: Known, then: Step) -> Step:
        groups = [self._group(one, known, then) for one in element.groups]
        if len(groups) == 1:
            return groups[0]
        if len(groups) == 2:  # nearly all
            one, other = groups
            return lambda bound: one(bound) or other(bound)
        return lambda bound: any(group(bound) for group in groups)

    def _rows(self, element: Values, known: Known, then: Step) -> Step:
        rows = [tuple(map(constant_term, row)) for row in element.rows]
        return self._joined(element.names, known, then, lambda bound: rows)

    def _select(self, element: Select, known: Known, then: Step) -> Step:
        """Return the step of a sub-query: it is answered once, when it is first asked for."""
        inner = self._sub(element)
        self._inner.append(inner.steps)
        return self._joined([name for _, name in element.told], known, then, lambda bound: inner.rows(bound[INDEX]))

    def _joined(self, names: Sequence[str], known: Known, then: Step, rows: Callable[[Bound], Iterable[Any]]) -> Step:
        """Return a step that goes on with each of some rows that agrees with what is bound."""
        if any(name in known.maybe for name in names):
            raise BeyondRows("rows of what may be bound")
        keys = [(place, self.slot(name)) for place, name in enumerate(names) if name in known.certain]
        rest = [(place, self.slot(name)) for place, name in enumerate(names) if name not in known.certain]
        table = self._new()

        def indexed(bound: Bound) -> dict[tuple[str, ...], list[Any]]:
            found: dict[tuple[str, ...], list[Any]] = {}
            for row in rows(bound):
                found.setdefault(tuple(row[place] for place, _ in keys), []).append(row)
            return found

        def step(bound: Bound) -> object:
            if bound[table] is None:
                bound[table] = indexed(bound)
            for row in bound[table].get(tuple([bound[slot] for _, slot in keys]), ()):
                for place, slot in rest:
                    bound[slot] = row[place]
                if then(bound):
                    return True
            for _, slot in rest:
                bound[slot] = None
            return None

        return step

    # --- triple patterns ----------------------------------------------------------------------------------------------

    def _triple(self, one: Triple, known: Known, then: Step) -> Step:
        """Return the step of a pattern: what is certain of its ends is known here, what may be is seen when it runs."""
        subject, value, predicate = self.node(one.subject), self.node(one.object), f"<{one.predicate}>"
        if subject == value:
            raise BeyondRows("one variable at both ends")
        certain = [known.bound(node) for node in (one.subject, one.object)]
        maybe = [isinstance(node, Variable) and node.name in known.maybe for node in (one.subject, one.object)]
        if any(maybe):
            return self._either_way(subject, value, predicate, then)
        if all(certain):
            return _check(self._table(predicate, back=False), subject, value, then)
        if certain[1]:
            return _look(self._table(predicate, back=True), value, subject, then)
        if certain[0]:
            return _look(self._table(predicate, back=False), subject, value, then)
        return _all(self._table(predicate, back=False), subject, value, then)

    def _either_way(self, subject: int, value: int, predicate: str, then: Step) -> Step:
        forward, backward = self._table(predicate, back=False), self._table(predicate, back=True)
        check = _check(forward, subject, value, then)
        along, against = _look(forward, subject, value, then), _look(backward, value, subject, then)
        everything = _all(forward, subject, value, then)

        def step(bound: Bound) -> object:
            if bound[subject] is not None:
                return (along if bound[value] is None else check)(bound)
            return (everything if bound[value] is None else against)(bound)

        return step


def _check(table: int, subject: int, value: int, then: Step) -> Step:
    return lambda bound: then(bound) if bound[value] in bound[table].get(bound[subject], ()) else None


def _look(table: int, key: int, value: int, then: Step) -> Step:
    def step(bound: Bound) -> object:
        for end in bound[table].get(bound[key], ()):
            bound[value] = end
            if then(bound):
                return True
        bound[value] = None
        return None

    return step


def _all(table: int, subject: int, value: int, then: Step) -> Step:
    def step(bound: Bound) -> object:
        for start, ends in bound[table].items():
            bound[subject] = start
            for end in ends:
                bound[value] = end
                if then(bound):
                    return True
        bound[subject] = bound[value] = None
        return None

    return step
