"""Negotiation: which media type an ``Accept`` header asks for, of those that can be given.

Place in the flow: HTTP; pure, imports nothing of the package. Rules: RFC 9110, sections 12.4.2 and 12.5.1.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PART = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*")+')
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True)
class MediaRange:
    """``type/subtype`` with its parameters (names and values in lower case, without q) and its weight from 0 to 1."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]
    quality: float


def choose(accept: str | None, offers: Sequence[str]) -> str | None:
    """Return the offer that the header likes best, None when it takes none of them.

    ``offers`` are media types in the server's order of preference. Without a header the first is taken. For each
    offer the most specific range that fits decides; of equally liked offers the one named more closely wins, then the
    earlier one. Ranges that break the grammar are passed over. ``charset=utf-8`` is met by every offer.
    """
    if accept is None or not accept.strip():
        return offers[0] if offers else None
    ranges = list(media_ranges(accept))
    liked = [(_liking(ranges, offer), -place, offer) for place, offer in enumerate(offers)]
    (quality, _), _, offer = max(liked, default=((0.0, 0), 0, None))
    return offer if quality > 0 else None


def media_ranges(header: str) -> Iterator[MediaRange]:
    """Yield the well-formed ranges of an ``Accept`` header."""
    for element in _ELEMENT.findall(header):
        found = _media_range(element)
        if found:
            yield found


def _media_range(element: str) -> MediaRange | None:
    name, *parts = [part.strip() for part in _PART.findall(element)] or [""]
    type_, _, subtype = name.lower().partition("/")
    pairs = [_parameter(part) for part in parts if part]
    weight = next((value for key, value in pairs if key == "q"), "1")
    if not (_TOKEN.fullmatch(type_) and _TOKEN.fullmatch(subtype)) or (type_ == "*" and subtype != "*"):
        return None
    if not _QUALITY.fullmatch(weight) or any(not _TOKEN.fullmatch(key) for key, _ in pairs):
        return None
    asked = frozenset(pair for pair in pairs if pair[0] != "q" and pair != ("charset", "utf-8"))
    return MediaRange(type_, subtype, asked, float(weight))


def _parameter(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    value = value.strip()
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return key.strip().lower(), value.lower()


def _liking(ranges: Sequence[MediaRange], offer: str) -> tuple[float, int]:
    """Return weight and specificity of the range that decides for an offer; zero weight where none fits."""
    kind = _media_range(offer)
    assert kind, f"not a media type: {offer}"
    fitting = [(_specificity(one), one.quality) for one in ranges if _fits(one, kind)]
    specificity, quality = max(fitting, default=(0, 0.0))
    return quality, specificity


def _fits(one: MediaRange, kind: MediaRange) -> bool:
    return one.type in ("*", kind.type) and one.subtype in ("*", kind.subtype) and one.parameters <= kind.parameters


def _specificity(one: MediaRange) -> int:
    """Rank ``*/*`` below ``type/*`` below ``type/subtype`` below the same with parameters."""
    return (one.type != "*") + (one.subtype != "*") + len(one.parameters)
