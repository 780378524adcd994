"""Graph answers: what a query on a graph makes of its solutions: triples of CONSTRUCT, rows of SELECT.

Place in the flow: **compare**, above ``graph_steps``.
"""

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from gongfu.graph_expressions import Bound, Step, constant_term
from gongfu.graph_order import Known
from gongfu.graph_query import Aggregate, Construct, Select
from gongfu.graph_steps import FOUND, Steps
from gongfu.graph_values import compared, joined, term_of, total, value_of
from gongfu.row_query import BeyondRows, Constant, Expression, Variable
from gongfu.triple_index import TripleIndex

Row = tuple[str | None, ...]
_ORDER = cmp_to_key(compared)


class Construction:
    """A CONSTRUCT query, ready to answer."""

    def __init__(self, query: Construct) -> None:
        self._template = query.template
        self.steps = Steps(query.elements, self._finish, Selection)

    def triples(self, index: TripleIndex) -> dict[tuple[str, str, str], None]:
        """Return the triples that the query makes, each once."""
        return dict.fromkeys(self.steps.found(index))

    def _finish(self, steps: Steps, known: Known) -> Step:
        parts = []
        for subject, predicate, value in self._template:
            if not isinstance(predicate, Constant):
                raise BeyondRows("a variable for a predicate")
            parts.append((steps.node(subject), f"<{predicate.text}>", steps.node(value)))

        def finish(bound: Bound) -> None:
            found = bound[FOUND]
            for subject, predicate, value in parts:
                if bound[subject] is not None and bound[value] is not None and bound[subject][0] == "<":
                    found.append((bound[subject], predicate, bound[value]))

        return finish


class Selection:
    """A SELECT query, ready to answer; a row has a term or None for each name that it tells."""

    def __init__(self, query: Select) -> None:
        self._query = query
        self.names = [name for _, name in query.told]
        self.steps = Steps(query.elements, self._finish, Selection)

    def rows(self, index: TripleIndex) -> list[Row]:
        """Return the solutions in order."""
        found = self.steps.found(index)
        if self._query.grouped is not None:
            return self._grouped(found)
        rows = [row for row, _ in sorted(found, key=_by_order)] if self._query.order else [row for row, _ in found]
        return list(dict.fromkeys(rows)) if self._query.distinct else rows

    def _finish(self, steps: Steps, known: Known) -> Step:
        """Put down of each solution what it tells, and what it is ordered or grouped by."""
        told = [one.arguments[0] if isinstance(one, Aggregate) else one for one, _ in self._query.told]
        given = [_told(one, steps, known) for one in told]
        keys = [_told(Variable(name), steps, known) for name in self._query.grouped or self._query.order]

        def finish(bound: Bound) -> None:
            bound[FOUND].append((tuple([one(bound) for one in given]), tuple([one(bound) for one in keys])))

        return finish

    def _grouped(self, found: Sequence[tuple[Row, Row]]) -> list[Row]:
        groups: dict[Row, list[Row]] = {}
        for row, key in found:
            groups.setdefault(key, []).append(row)
        return [
            tuple(_aggregated(told, [row[place] for row in rows]) for place, (told, _) in enumerate(self._query.told))
            for rows in groups.values()
        ]


def _by_order(found: tuple[Row, Row]) -> list[Any]:
    return [_ORDER(None if term is None else value_of(term)) for term in found[1]]


def _told(expression: Expression, steps: Steps, known: Known) -> Any:
    """Return what gives the term of an expression."""
    if isinstance(expression, Variable):
        slot = steps.slot(expression.name)
        return lambda bound: bound[slot]
    if isinstance(expression, Constant):
        term = constant_term(expression)
        return lambda bound: term
    asked = steps.expressions.value(expression, known)
    return lambda bound: term_of(asked(bound))


def _aggregated(told: Expression, terms: Sequence[str | None]) -> str | None:
    """Return what a group of solutions tells: an aggregate, or what all of them have."""
    if not isinstance(told, Aggregate):
        return terms[0]
    there = [one for one in terms if one is not None]
    some = list(dict.fromkeys(there)) if told.distinct else there
    if told.name == "COUNT":
        return term_of(len(some))
    if len(there) < len(terms):
        return None
    if told.name == "SUM":
        return term_of(total([value_of(one) for one in some]))
    if told.name == "GROUP_CONCAT":
        return term_of(joined(*map(value_of, some), separator=told.separator))
    if len(some) == 1:
        return some[0]
    ranked = sorted(some, key=lambda one: _ORDER(value_of(one)))
    return ranked[0] if told.name == "MIN" else ranked[-1]
