"""Submission: what an agency sent, kept as it came, in the order it came; part of every later build.

Place in the flow: publishing. ``<build>/published/<edition>/<number>/`` holds ``record.json`` and, unless the catalogue
was withdrawn, the content. The last of an edition is in force, the earlier ones are its history.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

FOLDER = "published"
# Graphs, and documents that are read as the command line reads them.
SUFFIXES: Mapping[str, str] = MappingProxyType({
    "text/turtle": ".ttl", "application/n-triples": ".nt", "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld", "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/pdf": ".pdf",
})  # fmt: skip
GRAPH_SUFFIXES = frozenset({".ttl", ".nt", ".rdf", ".jsonld"})


@dataclass(frozen=True)
class Submission:
    """One version of an edition: its number from 1, when and from whom it came (ISO time, token's name), its file.

    ``suffix`` tells the form; it is empty for a withdrawal, which has no content.
    """

    edition: str
    number: int
    received: str
    agent: str
    suffix: str
    sha256: str
    folder: Path

    @property
    def content(self) -> Path:
        """The file as it was sent."""
        return self.folder / f"catalogue{self.suffix}"


def submissions(folder: Path) -> dict[str, list[Submission]]:
    """Return what a folder of submissions holds: by edition, in order."""
    found: dict[str, list[Submission]] = {}
    for record in folder.glob("*/*/record.json"):
        one = Submission(**json.loads(record.read_text("utf-8")), folder=record.parent)
        found.setdefault(one.edition, []).append(one)
    return {edition: sorted(found[edition], key=lambda one: one.number) for edition in sorted(found)}


def add_submission(folder: Path, edition: str, received: str, agent: str, suffix: str, content: bytes) -> Submission:
    """Write the next version of an edition; an empty suffix withdraws it."""
    number = len(submissions(folder).get(edition, ())) + 1
    target = folder / edition / f"{number:04d}"
    target.mkdir(parents=True)
    one = Submission(edition, number, received, agent, suffix, hashlib.sha256(content).hexdigest(), target)
    if suffix:
        one.content.write_bytes(content)
    facts = {name: value for name, value in asdict(one).items() if name != "folder"}
    (target / "record.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")
    return one


def carry_over(build: Path, beside: Path) -> None:
    """Take all submissions of a build over into the next; the files are shared, for they never change."""
    if (build / FOLDER).is_dir():
        shutil.copytree(build / FOLDER, beside / FOLDER, copy_function=os.link)


def submissions_digest(build: Path) -> str:
    """Return a digest of all submissions of a build, an empty text where it has none."""
    every = [one for listed in submissions(build / FOLDER).values() for one in listed]
    text = "".join(f"{one.edition} {one.number} {one.suffix} {one.sha256} {one.received}\n" for one in every)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if every else ""
