"""Messages: every word that the pages say of themselves, by language and room; data in messages/<language>/*.yaml.

Place in the flow: HTTP, pages; imports nothing of the package. A test holds the languages complete and every word used.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"zh": "zh-CN", "en": "en"}
)  # in an address -> in HTML; the first leads
FOLDER = Path(__file__).parent / "messages"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where PyYAML was built with libyaml

Messages = Mapping[str, Mapping[str, Any]]


def read_messages(language: str, folder: Path = FOLDER) -> Messages:
    """Return the messages of a language: the file's name, then the word's name, gives the text."""
    files = sorted((folder / language).glob("*.yaml"))
    return {file.stem: yaml.load(file.read_text("utf-8"), _LOADER) for file in files}  # noqa: S506


def preferred_language(accept_language: str | None) -> str:
    """Return the language, of those the pages have, that an ``Accept-Language`` header likes best; Chinese without one.

    Rules: RFC 9110, section 12.5.4; a range matches by its first subtag.
    """
    liked: dict[str, float] = {}
    for part in (accept_language or "").split(","):
        tag, _, weight = part.strip().lower().partition(";")
        quality = _quality(weight.strip().removeprefix("q="))
        name = tag.strip().partition("-")[0]
        liked.setdefault(name, quality)
    return max(LANGUAGES, key=lambda language: liked.get(language, liked.get("*", 0.0)))


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
