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

_UNTIDY = re.compile("[\\s\u200b\ufeff<*&\u2e80-\u2fd5]")  # a text with none of these is tidy
_THOUSANDS = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_UNNAMED = re.compile(r"[^\w%‰]|_")


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
    """The table of characters: ``changing`` finds what does not stand in the reading form as it is printed.

    ``forms`` is what stands there for it; markup and other white space have none.
    """

    mouth_words: frozenset[str]
    supplement: dict[str, str]
    forms: dict[str, str]
    changing: re.Pattern[str]


@lru_cache(maxsize=1)
def _characters() -> _Characters:
    table = read_yaml(house().data / "wording" / "characters.yaml")
    letters = [letter for letter in map(chr, range(0xFF10, 0xFF5B)) if letter.isalnum()]
    wide = {letter: unicodedata.normalize("NFKC", letter) for letter in letters}
    # Lines of a cell are what arrange put together from the cells of one merged row.
    forms = {**wide, **table["marks"], "\n": "；"}
    changing = re.compile(rf"{_MARKUP.pattern}|[\s\u200b\ufeff{re.escape(''.join(forms))}]")
    return _Characters(frozenset(table["mouth_words"]), table["supplement"], forms, changing)


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
    if not _UNTIDY.search(text):
        return text
    text = plain_characters(_MARKUP.sub("", text)).replace("\r", "").strip()
    text = re.sub(r"[ \t\u3000\u00a0]*\n[ \t\u3000\u00a0]*", "\n", text)
    text = re.sub(r"(?<=[A-Za-z0-9,.])\n(?=[A-Za-z])", " ", text).replace("\n", "")
    return re.sub(r"[ \t\u3000\u00a0\u200b\ufeff]+", " ", _INNER_SPACE.sub("", text))


def reading(printed: str) -> Reading:
    """Return the reading form of printed text: half-width digits and letters, one form of each mark, no white space."""
    plain, characters = plain_characters(printed), _characters()
    parts: list[str] = []
    origin: list[int] = []
    begin = 0
    for found in characters.changing.finditer(plain):
        start, end = found.span()
        parts.append(plain[begin:start])
        origin += range(begin, start)
        form = characters.forms.get(found.group(), "") if origin or found.group() != "\n" else ""
        parts.append(form)
        origin += (start for _ in form)
        begin = end
    return _without_thousands(printed, "".join([*parts, plain[begin:]]), [*origin, *range(begin, len(plain))])


def _without_thousands(printed: str, text: str, origin: list[int]) -> Reading:
    """Drop the comma of 1,000: it is the only comma between one to three digits and exactly three digits."""
    for found in reversed(list(_THOUSANDS.finditer(text))):
        text = text[: found.start()] + text[found.end() :]
        del origin[found.start()]
    return Reading(printed, text, tuple(origin))


@lru_cache(maxsize=16384)  # the same titles, names and code labels are asked for thousands of times in one check
def key(text: str) -> str:
    """Return what two wordings must share to be the same name: reading form without punctuation."""
    characters = _characters()
    read = characters.changing.sub(lambda found: characters.forms.get(found.group(), ""), plain_characters(text))
    return _UNNAMED.sub("", read)
