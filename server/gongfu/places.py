"""Places: where in the rows that answer a national item to look for a thing, and what the rows say of free of charge.

Place in the flow: below coverage. A place is the name of a row, a clause, or two neighbouring clauses.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from gongfu.catalogue import Item
from gongfu.elements import CLAUSE_ENDS, COLUMNS, SENTENCE_ENDS, element_words, is_spared
from gongfu.telling import Pairs, Wanted, said


@dataclass(frozen=True)
class Clause:
    """A stretch of a row: its item's key, its text as printed, the sentence around it, the pairs of characters."""

    item: str
    text: str
    sentence: str
    pairs: Pairs


class Clauses:
    """Clauses in order, and what was found in them so far: several questions begin with it."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self.all = tuple(clauses)
        self._found: dict[Wanted, list[int]] = {}

    def found(self, wanted: Wanted) -> list[int]:
        """Return for each clause the characters of a thing that are found in it, one bit for each."""
        if wanted not in self._found:
            self._found[wanted] = [wanted.found(clause.pairs) for clause in self.all]
        return self._found[wanted]


@dataclass(frozen=True)
class Place:
    """The rows that answer an item: what is asked of them is worked out once for all its elements."""

    rows: tuple[Item, ...]
    words: frozenset[str]

    @cached_property
    def clauses(self) -> Clauses:
        """The clauses to look in."""
        return Clauses(clause for row in self.rows for clause in _clauses(row))

    @cached_property
    def doubtful(self) -> Clauses:
        """The clauses where a reader may find a thing that stands in none of the others."""
        wider = [(clause.item, clause.text, clause.sentence) for clause in self.clauses.all]
        wider += [(row.key, text, text) for row in self.rows
                  for text in (row.text("target"), *(text for _, text in row.extra))]  # fmt: skip
        return Clauses(Clause(*one, said(one[1]) | said(one[1], "perhaps")) for one in wider)

    @cached_property
    def context(self) -> Pairs:
        """The pairs of characters of names and target groups."""
        return self.served.union(*(said(row.name) for row in self.rows))

    @cached_property
    def served(self) -> Pairs:
        """The pairs of characters of target groups."""
        return frozenset().union(*(said(row.text("target")) for row in self.rows))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the rows."""
        return frozenset(row.name for row in self.rows)

    @cached_property
    def free(self) -> bool:
        """Whether the rows say anywhere that they are free of charge, or their names spare people one."""
        return "free" in self.words or any(map(is_spared, self.names))


def _affirmed(clause: str) -> str:
    """Return a clause without what it denies: 不再补助伙食费."""
    denied = re.search(str(element_words()["denied"]), clause)
    return clause[: denied.start()] if denied else clause


def _clauses(row: Item) -> list[Clause]:
    """Return the name, every clause and every two neighbouring clauses of a row."""
    found = [Clause(row.key, row.name, row.name, said(row.name))]
    for text in (row.text(column) for column in (*COLUMNS, "coverage")):
        for sentence in re.split(rf"[{SENTENCE_ENDS}]|\.(?!\d)", text):
            parts = [part for one in re.split(f"[{CLAUSE_ENDS}]", sentence) if (part := _affirmed(one)).strip()]
            parts += [f"{one}，{other}" for one, other in pairwise(parts)]
            found += [Clause(row.key, part, sentence, said(part)) for part in parts]
    return found


def smallest(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses that hold no other of them: what a neighbouring clause promises is not promised here."""
    return [one for one in clauses if not any(other.text in one.text and other.text != one.text for other in clauses)]
