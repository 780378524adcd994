"""Diagram: classes and the properties between them as a picture in SVG, drawn by rows of what was counted in the data.

Place in the flow: HTTP, pages; pure. Every arrow is a row of the table that stands below the picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT = 208, 46
_ACROSS, _DOWN, _EDGE = 330, 92, 12


@dataclass(frozen=True)
class Box:
    """A class: its IRI, the left upper corner."""

    iri: str
    x: int
    y: int


@dataclass(frozen=True)
class Arrow:
    """A property from one box to another: its IRI, the ends of the line, where its name stands."""

    iri: str
    start: tuple[int, int]
    end: tuple[int, int]
    label: tuple[int, int]


@dataclass(frozen=True)
class Diagram:
    """Boxes and arrows with the size of the whole; boxes are ``box`` wide and high."""

    width: int
    height: int
    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    box: tuple[int, int] = (_WIDTH, _HEIGHT)


def diagram(rows: Iterable[Mapping[str, str]], first: str) -> Diagram:
    """Lay out the classes that can be reached from the first one in columns by distance, an arrow a pair."""
    links: dict[tuple[str, str], str] = {}
    for row in rows:
        links.setdefault((row["from"], row["to"]), row["property"])
    columns = _columns(links, first)
    boxes = {iri: Box(iri, _EDGE + column * (_WIDTH + _ACROSS - 120), _EDGE + row * _DOWN)
             for column, listed in enumerate(columns) for row, iri in enumerate(listed)}  # fmt: skip
    depth = {iri: column for column, listed in enumerate(columns) for iri in listed}
    arrows = [_arrow(boxes[a], boxes[b], iri) for (a, b), iri in links.items()
              if a in boxes and b in boxes and depth[b] == depth[a] + 1]  # fmt: skip
    width = max(box.x for box in boxes.values()) + _WIDTH + _EDGE
    height = max(box.y for box in boxes.values()) + _HEIGHT + _EDGE
    return Diagram(width, height, list(boxes.values()), arrows)


def _columns(links: Iterable[tuple[str, str]], first: str) -> list[list[str]]:
    columns, seen = [[first]], {first}
    known = list(links)
    while columns[-1]:
        beyond = dict.fromkeys(b for a, b in known if a in columns[-1] and b not in seen)
        seen |= set(beyond)
        columns.append(list(beyond))
    return columns[:-1]


def _arrow(start: Box, end: Box, iri: str) -> Arrow:
    left = (start.x + _WIDTH, start.y + _HEIGHT // 2)
    right = (end.x - 6, end.y + _HEIGHT // 2)
    return Arrow(iri, left, right, (right[0] - 8, right[1] - 6))
