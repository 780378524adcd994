"""Characters: bring printed text into one form for reading, and keep the way back to the printed characters.

Place in the flow: used by every stage that reads words. Nothing is mended silently: the printed text stays
beside what is read from it, and every position in the reading form knows its position in print.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from gongfu.settings import house, read_yaml

_RADICAL = re.compile("[\u2e80-\u2fd5]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,40}>|\*\*|&nbsp;|&#160;")
_CJK = "\u3400-\u9fff\uf900-\ufaff"
_CLOSE = _CJK + "0-9A-Za-z（）()，,。；;：:、“”‘’《》〈〉%％—–-"
_INNER_SPACE = re.compile(
    rf"(?<=[{_CLOSE}])[ \t\u3000\u00a0\u200b\ufeff]+(?=[{_CJK}（）()，,。；;：:、“”‘’《》])"
    rf"|(?<=[{_CJK}（）()，,。；;：:、“”‘’《》])[ \t\u3000\u00a0\u200b\ufeff]+(?=[{_CLOSE}])"
)


@dataclass(frozen=True)
class Reading:
    """Text in reading form; ``origin[i]`` is the index in ``printed`` of reading character ``i``."""

    printed: str
    text: str
    origin: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """Return the printed characters behind the reading characters ``start`` to ``end`` (exclusive)."""
        first, last = self.span(start, end)
        return self.printed[first:last]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the printed offsets of the reading characters ``start`` to ``end`` (exclusive)."""
        if start >= end:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1


@dataclass(frozen=True)
class _Characters:
    mouth_words: frozenset[str]
    supplement: dict[str, str]
    marks: dict[str, str]


@lru_cache(maxsize=1)
def _characters() -> _Characters:
    table = read_yaml(house().data / "wording" / "characters.yaml")
    return _Characters(frozenset(table["mouth_words"]), table["supplement"], table["marks"])


def plain_characters(text: str) -> str:
    """Replace radicals by the characters they stand for; length and everything else stay as they are."""
    if not _RADICAL.search(text):
        return text
    return "".join(_plain(text, index) for index in range(len(text)))


def _plain(text: str, index: int) -> str:
    character = text[index]
    if character == "\u2f1c":
        before, after = text[index - 1 : index], text[index + 1 : index + 2]
        words = {unicodedata.normalize("NFKC", before) + "口", "口" + unicodedata.normalize("NFKC", after)}
        return "口" if words & _characters().mouth_words else "又"
    if "\u2f00" <= character <= "\u2fd5":
        return unicodedata.normalize("NFKC", character)
    return _characters().supplement.get(character, character)


def tidy(text: str) -> str:
    """Return the text of a cell as its author wrote it: no markup, radicals mapped, no blank inside words.

    Line breaks inside a cell are typesetting and go; misprints and odd punctuation stay.
    """
    text = plain_characters(_MARKUP.sub("", text)).replace("\r", "").strip()
    text = re.sub(r"[ \t\u3000\u00a0]*\n[ \t\u3000\u00a0]*", "\n", text)
    text = re.sub(r"(?<=[A-Za-z0-9,.])\n(?=[A-Za-z])", " ", text).replace("\n", "")
    return re.sub(r"[ \t\u3000\u00a0\u200b\ufeff]+", " ", _INNER_SPACE.sub("", text))


def reading(printed: str) -> Reading:
    """Return the reading form of printed text: half-width digits and letters, one form of each mark, no white space."""
    marks = _characters().marks
    plain = plain_characters(printed)
    skipped = {index for match in _MARKUP.finditer(printed) for index in range(*match.span())}
    pieces: list[tuple[str, int]] = []
    for index, character in enumerate(plain):
        if index in skipped:
            continue
        if character == "\n" and pieces:
            pieces.append(("；", index))  # lines that arrange put together from the cells of one merged row
        if character.isspace() or character in "\u200b\ufeff":
            continue
        if "\uff10" <= character <= "\uff5a" and character.isalnum():
            character = unicodedata.normalize("NFKC", character)
        pieces.extend((piece, index) for piece in marks.get(character, character))
    return _without_thousands(printed, pieces)


def _without_thousands(printed: str, pieces: list[tuple[str, int]]) -> Reading:
    """Drop the comma of 1,000: it is the only comma between one to three digits and exactly three digits."""
    text = "".join(piece for piece, _ in pieces)
    commas = {match.start() for match in re.finditer(r"(?<=\d)，(?=\d{3}(?!\d))", text)}
    kept = [piece for index, piece in enumerate(pieces) if index not in commas]
    return Reading(printed, "".join(piece for piece, _ in kept), tuple(index for _, index in kept))


@lru_cache(maxsize=16384)  # the same titles, names and code labels are asked for thousands of times in one check
def key(text: str) -> str:
    """Return what two wordings must share to be the same name: reading form without punctuation."""
    return re.sub(r"[^\w%‰]|_", "", reading(text).text)
