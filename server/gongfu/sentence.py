"""Sentence: the pieces between two stops, and which of them belong to a value.

Place in the flow: cutting -> **sentence** -> binding -> measures. How far back or ahead a value looks is bounded, so
that a cell without a single stop is read in time that grows with its length.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from gongfu.cutting import Piece, Value
from gongfu.words import words

# How many pieces (mostly characters) before or behind a value may say something about it.
REACH = 300
_ENDING_MARKS = frozenset({"，", ":"})
_ENDING_KINDS = frozenset({"OPEN", "DAYS"})


@dataclass(frozen=True)
class Sentence:
    """The pieces of a sentence in order; together they cover every character of it."""

    pieces: tuple[Piece, ...]

    @cached_property
    def text(self) -> str:
        """The sentence in reading form."""
        return "".join(piece.text for piece in self.pieces)

    def before(self, index: int) -> str:
        """Return the words before a piece, as far as they can matter to it."""
        end = self._offset(index)
        return self.text[max(end - REACH, 0) : end]

    def after(self, index: int) -> str:
        """Return the words behind a piece, as far as they can matter to it."""
        start = self._offset(index) + len(self.pieces[index].text)
        return self.text[start : start + REACH]

    def _offset(self, index: int) -> int:
        return self.pieces[index].start - self.pieces[0].start

    def value(self, index: int) -> Value:
        """Return the value of a piece that is one."""
        value = self.pieces[index].value
        assert value is not None
        return value

    def segment(self, index: int) -> list[Piece]:
        """Return the pieces before a value that may belong to it: back to the last comma, colon or value.

        What stands in brackets on the way is passed over: 国产新片（院线上映不超过2年）比例不少于1/3.
        """
        if index not in self._segments:
            segment = outside_brackets(self.pieces[self._segment_start(index) : index])
            while segment and segment[0].text == "、":
                segment = segment[1:]
            self._segments[index] = segment
        return self._segments[index]

    @cached_property
    def _segments(self) -> dict[int, list[Piece]]:
        """The segments asked for so far, by index: every question about a value begins with its segment."""
        return {}

    def between(self, index: int) -> str:
        """Return the words between the value before a value and the value itself; a stop where there is none."""
        start = index
        while start > 0 and index - start < REACH and self.pieces[start - 1].value is None:
            start -= 1
        if start == 0 or self.pieces[start - 1].value is None:
            return "。"
        return self.text[self._offset(start) : self._offset(index)]

    def value_before(self, index: int) -> Value:
        """Return the value that stands before a value and its words; the value itself where there is none."""
        values = (piece.value for piece in reversed(self.pieces[max(index - REACH, 0) : index]) if piece.value)
        return next(values, self.value(index))

    def earlier_segments(self, index: int) -> Iterator[list[Piece]]:
        """Yield the segments before the value's own, nearest first, as far as they hold no value."""
        end, last = self._segment_start(index), max(index - REACH, 0)
        while end > last:
            end -= 1
            if self.pieces[end].value is not None:
                return
            segment = self.segment(end)
            if segment:
                yield segment
            end = self._segment_start(end)

    def _segment_start(self, index: int) -> int:
        start, last = index, max(index - REACH, 0)
        while start > last and not _ends_segment(self.pieces[start - 1]):
            start = self._openings.get(start - 1, start - 1)
        return start

    @cached_property
    def _openings(self) -> dict[int, int]:
        """The index of the bracket that each closing bracket closes."""
        found: dict[int, int] = {}
        opened: list[int] = []
        for index, piece in enumerate(self.pieces):
            if piece.kind == "OPEN":
                opened.append(index)
            elif piece.kind == "CLOSE" and opened:
                found[index] = opened.pop()
        return found

    def following(self, index: int) -> tuple[str, int]:
        """Return the noun that follows a value (25套电视节目) and where it ends, in reading offsets."""
        end = self.pieces[index].end
        match = words().following.match(self.after(index))
        if not match:
            return "", end
        noun = words().trimmed(match.group(3))
        return noun, end + match.start(3) + len(match.group(3)) if noun else end


def sentences(pieces: Iterable[Piece]) -> Iterator[Sentence]:
    """Yield the sentences of a text that has been cut; those without a value or a left-over digit are left out."""
    held: list[Piece] = []
    for piece in pieces:
        if piece.kind != "STOP":
            held.append(piece)
            continue
        yield from _prepared(held)
        held = []
    yield from _prepared(held)


def _prepared(pieces: list[Piece]) -> Iterator[Sentence]:
    if any(piece.value is not None or piece.kind == "LEFT_OVER" for piece in pieces):
        sentence = Sentence(tuple(_raised(pieces)))
        pieces = list(sentence.pieces)
        sentence = Sentence(tuple(_with_unit(sentence, index) for index in range(len(pieces))))
        yield Sentence(tuple(_without_former(sentence, index) for index in range(len(pieces))))


def _raised(pieces: list[Piece]) -> Iterator[Piece]:
    """Part the two values of 提高15元至133元: by how much, and to what."""
    before = ""
    for piece in pieces:
        mark = "至" if "至" in piece.text else "到"
        low, _, high = piece.text.partition(mark)
        value = piece.value
        if value and high and words().changing.search(before) and value.unit in words().changed:
            middle = piece.start + len(low)
            yield Piece("VALUE", low, piece.start, middle, replace(value, upper=value.lower, after=""))
            yield Piece("COMPARE", mark, middle, middle + 1)
            yield Piece("VALUE", high, middle + 1, piece.end, replace(value, lower=value.upper))
        else:
            yield piece
        before = (before + piece.text)[-8:]


def _with_unit(sentence: Sentence, index: int) -> Piece:
    """Give a number of 万 without a unit the unit of the noun beside it (5万残疾人), a decimal rate that of 0.7."""
    piece = sentence.pieces[index]
    if piece.value is None or piece.value.unit:
        return piece
    before = words().trimmed(words_of(sentence.segment(index)))
    if not piece.value.multiplier:
        return _as_share(piece, piece.value, before)
    return replace(piece, value=replace(piece.value, unit=words().unit_of_noun(sentence.after(index), before)))


def _as_share(piece: Piece, value: Value, before: str) -> Piece:
    """Read a decimal fraction of a rate in per cent: 健康管理率≥0.7."""
    if value.fraction or not 0 < value.lower < 1 or not before.endswith(words().shares):
        return piece
    return replace(piece, value=replace(value, lower=value.lower * 100, upper=value.upper * 100, unit="%"))


def _without_former(sentence: Sentence, index: int) -> Piece:
    """Take the value from a number that says what the standard was: 由每人每月70元提高到80元."""
    piece = sentence.pieces[index]
    if piece.value is None:
        return piece
    before, after = sentence.before(index), sentence.after(index)
    former = any(ends.match(after) and begins.search(before) for begins, ends in words().former)
    return replace(piece, kind="FORMER", value=None) if former else piece


def outside_brackets(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces that stand in no bracket."""
    kept, depth = [], 0
    for piece in pieces:
        depth += piece.kind == "OPEN"
        if not depth:
            kept.append(piece)
        depth -= piece.kind == "CLOSE" and depth > 0
    return kept


def words_of(pieces: Iterable[Piece]) -> str:
    """Return the words of pieces that can name what is measured."""
    return "".join(piece.text for piece in outside_brackets(pieces) if piece.is_word)


def _ends_segment(piece: Piece) -> bool:
    return piece.text in _ENDING_MARKS or piece.value is not None or piece.kind in _ENDING_KINDS
