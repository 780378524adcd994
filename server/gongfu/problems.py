"""Problems: what the service says when it cannot answer, as RFC 9457 problem details in Chinese and English.

Place in the flow: HTTP. The words and the status codes are data, in pages/problems.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

MEDIA_TYPE = "application/problem+json"
Facts = Mapping[str, str | int]
_NOTHING: Mapping[str, str] = MappingProxyType({})
_LANGUAGES = ("zh", "en")
_PARTS = ("title", "detail", "remedy")


class Problem(Exception):
    """A request that cannot be answered: the name of the problem, the facts of the case, headers of the response.

    ``more`` are further members of the problem details, such as a report.
    """

    def __init__(
        self, name: str, facts: Facts = _NOTHING, headers: Mapping[str, str] = _NOTHING,
        more: Mapping[str, Any] = _NOTHING,
    ) -> None:  # fmt: skip
        super().__init__(name)
        self.name, self.facts, self.headers, self.more = name, facts, headers, more


@dataclass(frozen=True)
class Problems:
    """The words of every problem, and the base of the IRIs of their types."""

    base: str
    words: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def status(self, name: str) -> int:
        """Return the HTTP status of a problem; raises KeyError for a name that the file does not hold."""
        return int(self.words[name]["status"])

    def document(self, name: str, facts: Facts) -> dict[str, Any]:
        """Return the problem details: title and detail, Chinese first; each language apart; the facts of the case."""
        told = {language: self._told(name, language, facts) for language in _LANGUAGES}
        zh, en = (told[language] for language in _LANGUAGES)
        return {
            "type": f"{self.base}problem/{name}", "status": self.status(name),
            "title": f"{zh['title']} · {en['title']}",
            "detail": f"{zh['detail']}{zh['remedy']} · {en['detail']} {en['remedy']}", **facts, **told,
        }  # fmt: skip

    def _told(self, name: str, language: str, facts: Facts) -> dict[str, str]:
        words = self.words[name][language]
        return {part: str(words[part]).format_map(facts) for part in _PARTS}


def read_problems(file: Path, base: str) -> Problems:
    """Read the words of the problems."""
    return Problems(base, yaml.safe_load(file.read_text("utf-8")))
