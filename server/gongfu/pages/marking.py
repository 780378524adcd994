"""Marking: a verbatim text cut where quotations begin and end, so that a page can mark them.

Place in the flow: HTTP, pages; pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Quotation:
    """A stretch of a text, characters ``start`` to ``end``, and the kind of mark it gets."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Segment:
    """A part of a text; ``kind`` is empty where it is not marked."""

    text: str
    kind: str = ""


def marked(text: str, quotations: Iterable[Quotation]) -> Sequence[Segment]:
    """Return a text as segments, whole and in order; of quotations that overlap the first is marked."""
    segments: list[Segment] = []
    done = 0
    for one in sorted(quotations, key=lambda one: (one.start, -one.end)):
        if done <= one.start < one.end <= len(text):
            segments += [Segment(text[done : one.start]), Segment(text[one.start : one.end], one.kind)]
            done = one.end
    return [segment for segment in (*segments, Segment(text[done:])) if segment.text]
