"""The numbers Word writes in front of paragraphs: 1, 一、 and （二） stand in no text, yet everybody sees them.

Place in the flow: used by the reader of Word documents. Numbers that come from a paragraph's style are not known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element

from gongfu.reading.ooxml import attribute, elements, local_name

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_CHINESE = frozenset({
    "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
    "japaneseCounting", "japaneseDigitalTenThousand", "ideographDigital",
})  # fmt: skip


@dataclass(frozen=True)
class Level:
    """How one level of a list counts: first number, kind of number, and the text with %1 for the number."""

    start: int = 1
    kind: str = "decimal"
    text: str = "%1"


@dataclass(frozen=True)
class ListStyle:
    """A list as paragraphs refer to it: the definition it shares with others, its levels, where it starts anew."""

    definition: str
    levels: Mapping[int, Level]
    restarts: Mapping[int, int]


@dataclass
class Counters:
    """Counts through the lists of one document; lives inside one reading of it."""

    lists: Mapping[str, ListStyle]
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _restarted: set[tuple[str, int]] = field(default_factory=set)

    def label(self, paragraph: Element) -> str:
        """Return the number in front of this paragraph and count it; empty where it has none."""
        reference = _reference(paragraph)
        if reference is None or reference[0] not in self.lists:
            return ""
        style, depth = self.lists[reference[0]], reference[1]
        level = style.levels.get(depth)
        if level is None or level.kind in {"bullet", "none"}:
            return ""
        self._count(reference[0], style, depth, level)
        return re.sub(r"%([1-9])", lambda match: self._shown(style, int(match[1]) - 1), level.text)

    def _count(self, name: str, style: ListStyle, depth: int, level: Level) -> None:
        counts = {above: count for above, count in self._counts.get(style.definition, {}).items() if above <= depth}
        if depth in style.restarts and (name, depth) not in self._restarted:
            counts[depth] = style.restarts[depth] - 1
            self._restarted.add((name, depth))
        counts[depth] = counts.get(depth, level.start - 1) + 1
        self._counts[style.definition] = counts

    def _shown(self, style: ListStyle, depth: int) -> str:
        level = style.levels.get(depth, Level())
        return numeral(self._counts.get(style.definition, {}).get(depth, level.start), level.kind)


def read_lists(stream: IO[bytes]) -> dict[str, ListStyle]:
    """Return the lists of a numbering part by the id that paragraphs use."""
    definitions: dict[str, dict[int, Level]] = {}
    lists: dict[str, ListStyle] = {}
    for entry in elements(stream, {"abstractNum", "num"}):
        if local_name(entry) == "abstractNum":
            levels = {_depth(part): _level(part) for part in entry if local_name(part) == "lvl" and _depth(part) < 9}
            definitions[attribute(entry, "abstractNumId")] = levels
        else:
            definition = _value(entry, "abstractNumId")
            restarts = {_depth(part): int(_value(part, "startOverride")) for part in entry
                        if local_name(part) == "lvlOverride" and _value(part, "startOverride")}  # fmt: skip
            lists[attribute(entry, "numId")] = ListStyle(definition, definitions.get(definition, {}), restarts)
    return lists


def _reference(paragraph: Element) -> tuple[str, int] | None:
    """Return list and depth a paragraph names in its own properties; list 0 means none."""
    for properties in paragraph:
        if local_name(properties) == "pPr":
            for part in properties:
                if local_name(part) == "numPr":
                    return _value(part, "numId"), int(_value(part, "ilvl") or 0)
    return None


def _depth(level: Element) -> int:
    return int(attribute(level, "ilvl", "0"))


def _level(level: Element) -> Level:
    start, kind, text = _value(level, "start"), _value(level, "numFmt"), _value(level, "lvlText")
    return Level(int(start or 1), kind or "decimal", text)


def _value(element: Element, name: str) -> str:
    """Return the ``val`` of the child of this name, empty where there is none."""
    return next((attribute(part, "val") for part in element if local_name(part) == name), "")


def numeral(number: int, kind: str) -> str:
    """Return a number in one of Word's kinds: Chinese, circled, letters; any other kind in digits."""
    if kind in _CHINESE and 0 < number < 10_000:
        return _chinese(number)
    if kind.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return chr(ord("①") + number - 1)
    if kind in {"upperLetter", "lowerLetter"} and 0 < number <= 26:
        return chr(ord("A" if kind == "upperLetter" else "a") + number - 1)
    return str(number)


def _chinese(number: int) -> str:
    digits = [int(digit) for digit in str(number)]
    places = reversed(_PLACES[: len(digits)])
    words = "".join(_DIGITS[digit] + place if digit else "零" for digit, place in zip(digits, places, strict=True))
    text = re.sub("零+", "零", words).rstrip("零")
    return text.removeprefix("一") if text.startswith("一十") else text
