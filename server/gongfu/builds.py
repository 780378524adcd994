"""Builds: which folder is the build that is served, and whether it was made from the sources as they are now.

Place in the flow: before build; light, since whoever serves a finished build needs nothing of what builds one.
"""

from pathlib import Path

from gongfu.publishing.submission import submissions_digest
from gongfu.settings import sources_digest

CURRENT = "current"


def build_name(folder: Path) -> str:
    """Return the name of a build: the digest of its sources, and that of what agencies published."""
    return "-".join(part for part in (sources_digest(), submissions_digest(folder)) if part)


def finished_store(out: Path) -> Path | None:
    """Return the store under ``out``, None when there is none or its sources have changed."""
    folder = (out / CURRENT).resolve()
    made = folder.is_dir() and folder.name.partition(".")[0] == build_name(folder)
    return folder / "store" if made else None
