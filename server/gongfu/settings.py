"""Where things are: the folders that ship with the package, the IRIs, the one setting of the data's base IRI.

Place in the flow: leftmost but for what is kept.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gongfu import __version__
from gongfu.kept import kept_object

DEFINITIONS = "https://w3id.org/bps-cn/def#"
CODES = "https://w3id.org/bps-cn/code/"
SHAPES = "https://w3id.org/bps-cn/shapes#"
DEFAULT_BASE = "https://w3id.org/bps-cn/"
_SOURCE_SUFFIXES = frozenset({".ttl", ".rq", ".csv", ".yaml", ".lark", ".py"})


@dataclass(frozen=True)
class House:
    """The folders that hold what is not code: terms, rules, sources, tables."""

    ontology: Path
    shapes: Path
    data: Path


def house() -> House:
    """Return the folders of the checkout when run from one, else the copies inside the installed package."""
    package = Path(__file__).resolve().parent
    checkout = package.parents[1]
    root = checkout if (checkout / "ontology").is_dir() else package / "house"
    return House(root / "ontology", root / "shapes", root / "data")


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says; our own are kept as they were read."""
    content = path.read_bytes()
    if not path.is_relative_to(house().data):
        return _yaml(content)
    return kept_object(f"yaml-{path.parent.name}-{path.stem}", f"{sys.version} {content!r}", lambda: _yaml(content))


def _yaml(content: bytes) -> Any:
    """Read YAML; in C where PyYAML has it, which is ten times as fast."""
    import yaml

    return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # safe as well


def base_iri() -> str:
    """Return the base of all data IRIs: the environment's GONGFU_BASE, else the default; always ends in a slash."""
    base = os.environ.get("GONGFU_BASE", DEFAULT_BASE)
    return base if base.endswith("/") else base + "/"


@lru_cache(maxsize=1)
def program() -> str:
    """Return what this process runs: the digest of the sources when it first asks, for it reads each once."""
    return sources_digest()


def unchanged() -> bool:
    """Say whether the sources are still those that ``program`` names."""
    return sources_digest() == program()


def sources_digest() -> str:
    """Return a short digest of everything an outcome depends on: the files of the house, the base IRI, the version."""
    digest = hashlib.sha256(f"{__version__} {base_iri()} {sys.version}".encode())
    folders = house()
    for root in (folders.ontology, folders.shapes, folders.data, Path(__file__).parent):
        for path in sorted(_sources(str(root))):
            with open(path, "rb", buffering=0) as file:
                digest.update(path.removeprefix(str(root)).encode() + b"\0" + file.read() + b"\0")
    return digest.hexdigest()[:16]


def _sources(folder: str) -> Iterator[str]:
    """Yield the sources in a folder and below; asked so often that Path objects would cost too much."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _sources(entry.path)
        elif os.path.splitext(entry.name)[1] in _SOURCE_SUFFIXES and entry.is_file():
            yield entry.path
