"""Network: a graph that a query made, drawn as boxes and arrows from left to right; what it says stands in a table too.

Place in the flow: HTTP, pages; pure. Literals are left to the table, and the class of a node stands in its box. Columns
are the distance from where the graph begins: a drawing in columns keeps Chinese names readable, which one by forces
does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gongfu.pages.results import Cell, Graph

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_WIDTH, _HEIGHT, _GAP, _DOWN, _EDGE = 196, 44, 190, 62, 10
_MOST = 40  # boxes: more than that nobody can follow


@dataclass(frozen=True)
class Node:
    """A node: the term, the classes it is of, the left upper corner of its box, the properties that lead to it."""

    term: Cell
    classes: Sequence[Cell]
    x: int
    y: int
    reached_by: Sequence[Cell]


@dataclass(frozen=True)
class Line:
    """A line between two boxes, by its two ends; ``back`` where it does not lead to the right."""

    start: tuple[int, int]
    end: tuple[int, int]
    back: bool


@dataclass(frozen=True)
class Network:
    """Boxes, all ``box`` wide and high, and lines with the size of the whole; how many nodes there are in all."""

    width: int
    height: int
    nodes: Sequence[Node]
    lines: Sequence[Line]
    count: int
    box: tuple[int, int] = (_WIDTH, _HEIGHT)


_Edges = Sequence[tuple[Cell, Cell, Cell]]


def network(graph: Graph) -> Network | None:
    """Return the drawing of a graph; None where no node is tied to another."""
    said = [(subject, *pair) for subject, pairs in graph.subjects.items() for pair in pairs]
    edges = [one for one in said if one[2].node and one[1].text != _TYPE and one[0] != one[2]]
    if not edges:
        return None
    nodes = dict.fromkeys(node for one in edges for node in (one[0], one[2]))
    kept = set(list(nodes)[:_MOST])
    drawn = [one for one in edges if one[0] in kept and one[2] in kept]
    places = _places(_columns(drawn))
    boxes = [_node(term, place, drawn, graph) for term, place in places.items()]
    lines = [_line(places[a], places[b]) for a, b in dict.fromkeys((one[0], one[2]) for one in drawn)]
    width = max(box.x for box in boxes) + _WIDTH + _EDGE + 40 * any(line.back for line in lines)
    return Network(width, max(box.y for box in boxes) + _HEIGHT + _EDGE, boxes, lines, len(nodes))


def _columns(edges: _Edges) -> Sequence[Sequence[Cell]]:
    """Return the nodes by their distance from those that nothing leads to; a circle begins where it is told first."""
    left = dict.fromkeys(node for one in edges for node in (one[0], one[2]))
    reached = {one[2] for one in edges}
    columns: list[list[Cell]] = []
    found = [node for node in left if node not in reached]
    while left:
        columns.append(found or [next(iter(left))])
        for node in columns[-1]:
            left.pop(node)
        found = list(dict.fromkeys(b for a, _, b in edges if a in columns[-1] and b in left))
    return columns


def _places(columns: Sequence[Sequence[Cell]]) -> Mapping[Cell, tuple[int, int]]:
    """Return the left upper corners: columns from left to right, each in the middle of the height."""
    highest = max(map(len, columns))
    return {
        node: (_EDGE + column * (_WIDTH + _GAP), _EDGE + (2 * row + highest - len(nodes)) * _DOWN // 2)
        for column, nodes in enumerate(columns)
        for row, node in enumerate(nodes)
    }


def _node(term: Cell, place: tuple[int, int], edges: _Edges, graph: Graph) -> Node:
    classes = [value for property, value in graph.subjects.get(term, ()) if property.text == _TYPE]
    return Node(term, classes, *place, _once(property for _, property, end in edges if end == term))


def _once(cells: Iterable[Cell]) -> Sequence[Cell]:
    return list(dict.fromkeys(cells))


def _line(start: tuple[int, int], end: tuple[int, int]) -> Line:
    middle = _HEIGHT // 2
    back = end[0] <= start[0]
    right = (start[0] + _WIDTH, start[1] + middle)
    return Line(right, (end[0] + _WIDTH + 6 if back else end[0] - 6, end[1] + middle), back)
