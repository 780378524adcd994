"""Examples: the query files of ontology/questions/, which say in comments what they ask and for whom.

Place in the flow: read by the build for the metadata, and by the pages; imports nothing of the package.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Example:
    """A query file: its name, what it asks and how to read the answer, by language (zh, en), for whom, its text."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    query: str
    audience: str = ""

    @property
    def encoded(self) -> str:
        """The query as the value of an address's parameter."""
        return quote(self.query, safe="")


def example(path: Path) -> Example:
    """Read a query file, whose comments ``#title zh``, ``#title@en en`` and ``#description`` say what it asks.

    ``#title zh · en`` on one line does as well; without a title the file's name stands for it.
    """
    text = path.read_text("utf-8")
    titles, audience = titles_of(text), _said(text, "audience")
    return Example(path.stem, titles or {"zh": path.stem}, _said(text, "description"), text, audience.get("zh", ""))


def titles_of(text: str) -> Mapping[str, str]:
    """Return what a query asks by its comments, by language."""
    return _said(text, "title")


def examples(folder: Path) -> list[Example]:
    """Read the .rq files of a folder, which may be empty or absent, in order of name."""
    return [example(path) for path in sorted(folder.glob("*.rq"))]


def _said(text: str, word: str) -> dict[str, str]:
    """Return what the comments of a query say under a word, by language."""
    said: dict[str, str] = {}
    for match in re.finditer(rf"^#{word}(?:@([a-z]+))? +(.+)$", text, re.MULTILINE):
        first, _, second = match[2].strip().partition(" · ")
        said |= {match[1] or "zh": first} | ({"en": second} if second else {})
    return said
