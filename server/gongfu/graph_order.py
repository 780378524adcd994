"""Graph order: in which order the parts of a query's group are asked, and which variables are bound behind each.

Place in the flow: **compare**, below ``graph_steps``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from gongfu.graph_query import Aggregate, Element, Exists, Group, Optional, Select, Triple, Union, Values
from gongfu.row_query import Bind, Call, Constant, Expression, Filter, Node, Variable


@dataclass(frozen=True)
class Known:
    """Which variables are bound at a place of a query, and which may be."""

    certain: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()

    def __contains__(self, name: str) -> bool:
        return name in self.certain or name in self.maybe

    def bound(self, node: Node) -> bool:
        """Say whether a node certainly has a value."""
        return isinstance(node, Constant) or node.name in self.certain

    def also(self, certain: Iterable[str], maybe: Iterable[str] = ()) -> "Known":
        """Return this with more variables."""
        found = self.certain.union(certain)
        return Known(found, self.maybe.union(maybe) - found)


def ordered(elements: Group, known: Known) -> list[Element]:
    """Return a group's parts in the order in which they are asked.

    They stand as in the file, but of triple patterns that follow each other the one comes first that has most to go by,
    and a filter comes as soon as nothing behind it binds what it asks of.
    """
    filters = [(one, variables(one)) for one in elements if isinstance(one, Filter)]
    found: list[Element] = []  # from the last to the first
    for element, before in reversed(_by_what_is_bound([one for one in elements if not isinstance(one, Filter)], known)):
        binds = variables(element) - before.certain
        found += [one for one, asked in reversed(filters) if asked & binds]
        filters = [(one, asked) for one, asked in filters if not asked & binds]
        found.append(element)
    return [*(one for one, _ in filters), *reversed(found)]


def _by_what_is_bound(elements: Sequence[Element], known: Known) -> list[tuple[Element, Known]]:
    """Return the parts in order, each with what is bound before it."""
    left, found = list(elements), list[tuple[Element, Known]]()
    while left:
        patterns = takewhile(lambda one: isinstance(one, Triple), left)
        chosen = max(patterns, key=lambda one: _to_go_by(one, known), default=left[0])
        left.remove(chosen)
        found.append((chosen, known))
        known = after(chosen, known)
    return found


def _to_go_by(pattern: Element, known: Known) -> int:
    """Return how much a pattern has to go by: a subject has fewer triples than most objects."""
    assert isinstance(pattern, Triple)
    return 2 * known.bound(pattern.subject) + known.bound(pattern.object)


def after(element: Element, known: Known) -> Known:
    """Return what is bound behind a part of a group."""
    if isinstance(element, Triple | Values):
        return known.also(variables(element))
    if isinstance(element, Bind):
        return known.also((), [element.name])
    if isinstance(element, Optional):
        return known.also((), variables(element))
    if isinstance(element, Select):
        inner = after_all(element.elements, Known())
        certain = [name for told, name in element.told if _has_value(told, inner)]
        return known.also(certain, variables(element))
    if isinstance(element, Union):
        groups = [after_all(one, known) for one in element.groups]
        return known.also(frozenset.intersection(*(one.certain for one in groups)), variables(element))
    return known


def after_all(elements: Group, known: Known) -> Known:
    """Return what is bound behind a group."""
    for element in elements:
        known = after(element, known)
    return known


def _has_value(told: Expression, known: Known) -> bool:
    if isinstance(told, Aggregate):
        return all(isinstance(one, Variable) and one.name in known.certain for one in told.arguments)
    return isinstance(told, Constant) or (isinstance(told, Variable) and told.name in known.certain)


def variables(part: Element | Expression) -> frozenset[str]:
    """Return the variables that a part of a query binds or asks of; of a sub-query those that it tells."""
    told: frozenset[str] | None = vars(part).get("variables")  # kept with the part: it is asked a dozen times
    if told is None:
        told = vars(part)["variables"] = _variables(part)
    return told


def _variables(part: Element | Expression) -> frozenset[str]:
    if isinstance(part, Variable):
        return frozenset({part.name})
    if isinstance(part, Triple):
        return variables(part.subject) | variables(part.object)
    if isinstance(part, Values):
        return frozenset(part.names)
    if isinstance(part, Select):
        return frozenset(name for _, name in part.told)
    inner: Iterable[Element | Expression] = ()
    if isinstance(part, Exists | Optional):
        inner = part.elements
    elif isinstance(part, Union):
        inner = [one for group in part.groups for one in group]
    elif isinstance(part, Call):
        inner = part.arguments
    elif isinstance(part, Filter):
        inner = [part.expression]
    elif isinstance(part, Bind):
        inner = [part.expression, Variable(part.name)]
    return frozenset[str]().union(*map(variables, inner))
