"""Search: an index of names, other names and texts, made when data are built, asked as somebody types.

Place in the flow: before build, which writes the index beside the store; the pages open it read-only. Every Chinese
character and every letter of pinyin is a token of its own, so that a phrase finds 养老, yanglao and yl inside a name.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from gongfu.settings import house, read_yaml

INDEX = "search.sqlite"
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LETTERS = re.compile(r"[a-z]+")
_BEFORE, _AFTER = 30, 60  # characters of a text that are shown around the words
_TABLE = """CREATE VIRTUAL TABLE entry USING fts5(
    name, alias, words, pinyin, initials,
    thing UNINDEXED, kind UNINDEXED, edition UNINDEXED, label UNINDEXED, other UNINDEXED, passage UNINDEXED,
    syllables UNINDEXED, tokenize = 'unicode61')"""
_FIND = """SELECT thing, kind, edition, label, other, passage, syllables FROM entry WHERE entry MATCH ?
    ORDER BY bm25(entry, 12.0, 8.0, 1.0, 5.0, 5.0), length(label), thing LIMIT ?"""


@dataclass(frozen=True)
class Passage:
    """Another name or a part of a text that holds the words where the label does not: they and what stands around."""

    before: str
    words: str
    after: str


@dataclass(frozen=True)
class Hit:
    """Something found: its IRI, kind and edition, its label and the stretch of it that was asked for."""

    thing: str
    kind: str
    edition: str
    label: str
    start: int
    end: int
    passage: Passage | None = None


@dataclass
class _Entry:
    kind: str
    edition: str
    names: dict[str, str]
    aliases: list[str]
    texts: list[str]


def write_index(store_path: Path, file: Path) -> None:
    """Write the index of a finished store; raises OSError where the file exists already."""
    if file.exists():
        raise FileExistsError(file)
    with sqlite3.connect(file) as database:
        _fill(database, ox.Store.read_only(str(store_path)))
    database.close()


def open_index(store_path: Path) -> sqlite3.Connection:
    """Open the index that stands beside a store; for a store without one it is made in memory."""
    file = store_path.parent / INDEX
    if file.is_file():
        return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    _fill(database, ox.Store.read_only(str(store_path)))
    return database


def find(database: sqlite3.Connection, asked: str, language: str, most: int = 200) -> list[Hit]:
    """Return what is found for some words in Chinese, English, pinyin or its initials, the best first."""
    expression = match_expression(asked)
    if not expression:
        return []
    return [_hit(row, asked, language) for row in database.execute(_FIND, (expression, most))]


def match_expression(asked: str) -> str:
    """Return the FTS5 expression for what somebody typed: every part must be found; empty where there is no word."""
    parts = [_expression(part) for part in _parts(asked)]
    return " AND ".join(f"({part})" for part in parts)


def _parts(asked: str) -> list[str]:
    """Return the runs of Chinese characters, of letters and of digits."""
    return re.findall(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z]+(?:'[a-z]+)?|\d+", asked.lower())[:8]


@lru_cache(maxsize=1)
def _everyday() -> Mapping[str, Sequence[str]]:
    """Return the words of catalogues by what people call a thing (data/search/everyday.yaml)."""
    known: Mapping[str, Sequence[str]] = read_yaml(house().data / "search" / "everyday.yaml")
    return known


def _expression(part: str) -> str:
    if _CHINESE.match(part):
        meant = (f'{{name alias}} : "{" ".join(word)}"' for word in _everyday().get(part, ()))
        return " OR ".join([f'{{name alias words}} : "{" ".join(part)}"', *meant])
    letters = part.replace("'", "")
    typed = f'{{name alias words}} : "{letters}" *'
    return (
        f'{typed} OR {{pinyin initials}} : "{" ".join(letters)}"' if letters.isalpha() and len(letters) > 1 else typed
    )


def _fill(database: sqlite3.Connection, store: ox.Store) -> None:
    database.execute(_TABLE)
    database.executemany(f"INSERT INTO entry VALUES ({', '.join('?' * 12)})", _rows(_entries(store)))  # noqa: S608
    database.commit()


def _entries(store: ox.Store) -> Mapping[str, _Entry]:
    found: dict[str, _Entry] = {}
    rows = store.query((house().data / "search" / "entries.rq").read_text("utf-8"))
    assert isinstance(rows, ox.QuerySolutions)
    for row in rows:
        edition = row["edition"].value if row["edition"] else ""
        entry = found.setdefault(row["thing"].value, _Entry(row["kind"].value, edition, {}, [], []))
        words, role = row["words"], row["role"].value
        if role == "name":
            entry.names[words.language or "zh"] = words.value
        else:
            (entry.aliases if role == "alias" else entry.texts).append(words.value)
    return {thing: entry for thing, entry in found.items() if entry.names}


def _rows(entries: Mapping[str, _Entry]) -> Iterator[Sequence[str]]:
    from pypinyin import lazy_pinyin  # a tenth of a second to import: only an index pays for it

    for thing, entry in entries.items():
        label = entry.names.get("zh") or next(iter(entry.names.values()))
        others = [*(name for tag, name in entry.names.items() if tag != "zh"), *entry.aliases]
        read = iter(lazy_pinyin(label, errors="ignore"))  # each with its neighbours: 银行 is yinhang
        syllables = [next(read, "") if _CHINESE.match(character) else "" for character in label]
        yield (
            _spaced(label), "\n".join(_spaced(other) for other in others), _spaced("\n".join(entry.texts)),
            " ".join("".join(syllables)), " ".join("".join(one[:1] for one in syllables)),
            thing, entry.kind, entry.edition, label, "\n".join(others), "\n".join(entry.texts), " ".join(syllables),
        )  # fmt: skip


def _spaced(text: str) -> str:
    return _CHINESE.sub(r" \g<0> ", text)


def _hit(row: Sequence[str], asked: str, language: str) -> Hit:
    thing, kind, edition, label, other, passage, syllables = row
    others = other.split("\n")
    shown = next((one for one in others if language == "en" and one and not _CHINESE.search(one)), label)
    parts = _parts(asked)
    meant = [*parts, *(word for part in parts for word in _everyday().get(part, ()))]
    start, end = next(_places(shown, syllables.split(" ") if shown == label else [], meant), (0, 0))
    found = None if end else _passage((*others, *re.split(r"[。；\n]", passage)), meant)
    return Hit(thing, kind, edition, shown, start, end, found)


def _passage(texts: Iterable[str], parts: Sequence[str]) -> Passage | None:
    """Return the first of some texts that holds one of the words, cut to what can be read at a glance."""
    places = ((text, start, end) for text in texts for start, end in _places(text, (), parts))
    text, start, end = next(places, ("", 0, 0))
    return Passage(text[max(0, start - _BEFORE) : start], text[start:end], text[end : end + _AFTER]) if end else None


def _places(label: str, syllables: Sequence[str], parts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where in a label the parts stand: as they are, by initials, by whole syllables."""
    for part in parts:
        at = label.lower().find(part)
        if at >= 0:
            yield at, at + len(part)
        if len(syllables) == len(label) and _LETTERS.fullmatch(part):
            yield from _sounding(syllables, part)


def _sounding(syllables: Sequence[str], letters: str) -> Iterator[tuple[int, int]]:
    initials = "".join(one[:1] or "-" for one in syllables)
    at = initials.find(letters)
    if at >= 0:
        yield at, at + len(letters)
    for start in range(len(syllables)):
        sounded = ""
        for end in range(start, len(syllables)):
            if not syllables[end]:
                break
            sounded += syllables[end]
            if sounded.startswith(letters):
                yield start, end + 1
                break
            if not letters.startswith(sounded):
                break
