"""Keys: who may publish which graphs. A token is shown once, when it is made; only its hash is kept.

Place in the flow: publishing; the command line and the graph store routes. A token is 32 random bytes, so that a plain
SHA-256 of it cannot be guessed back, unlike that of a password.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

FILE = "tokens.json"


@dataclass(frozen=True)
class Key:
    """A token's name, its hash, the graphs it may change (their names; ``*`` stands for any characters), times."""

    name: str
    sha256: str
    graphs: tuple[str, ...]
    made: str
    revoked: str = ""

    def may_change(self, graph: str) -> bool:
        """Say whether the token may publish or withdraw the graph whose IRI ends so."""
        return not self.revoked and any(fnmatchcase(graph, one) for one in self.graphs)


class UnknownName(Exception):
    """There is no token of this name, or already one."""


def keys(out: Path) -> list[Key]:
    """Return all tokens that were made under ``out``, revoked ones too."""
    file = out / FILE
    if not file.is_file():
        return []
    return [Key(**{**one, "graphs": tuple(one["graphs"])}) for one in json.loads(file.read_text("utf-8"))]


def add_key(out: Path, name: str, graphs: Sequence[str]) -> str:
    """Make a token and return it; it cannot be had again. Raises UnknownName where the name is taken."""
    token = secrets.token_urlsafe(32)
    with _changing(out) as known:
        if any(one.name == name for one in known):
            raise UnknownName(name)
        known.append(Key(name, _hash(token), tuple(graphs), _now()))
    return token


def revoke_key(out: Path, name: str) -> None:
    """Make a token useless from now on. Raises UnknownName."""
    with _changing(out) as known:
        place = next((place for place, one in enumerate(known) if one.name == name), None)
        if place is None:
            raise UnknownName(name)
        known[place] = replace(known[place], revoked=known[place].revoked or _now())


def key_of(out: Path, token: str) -> Key | None:
    """Return the key of a token that is valid now, None for any other text."""
    sent = _hash(token)
    found = (one for one in keys(out) if secrets.compare_digest(one.sha256, sent) and not one.revoked)
    return next(found, None)


@contextmanager
def _changing(out: Path) -> Iterator[list[Key]]:
    """Give the tokens to be changed, and write them in one step; only their owner may read the file."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".tokens.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = keys(out)
        yield known
        beside = out / f".{FILE}-{os.getpid()}"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump([asdict(one) for one in known], file, ensure_ascii=False, indent=1)
        beside.replace(out / FILE)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
