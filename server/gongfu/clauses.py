"""Clauses: the grammar's view of a funding text as sentences of clauses, each cut into pieces with their offsets.

Place in the flow: below funding; knows the grammar file and nothing of what the pieces mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lark import Lark, Token, Tree

from gongfu.grammar import grammar

# Pieces without which a clause says the same; a clause of nothing else beside its payers has only payers.
_FILLERS = frozenset({"BY", "GIVE", "OPEN", "TOGETHER", "QUALIFIER", "RESPECTIVELY", "OURS"})
_JOINTS = "、和及与或以等并的在中为应将可也则均都需要其分别，"


@dataclass(frozen=True)
class Piece:
    """A stretch of the reading form: kind is the grammar's terminal in small letters, or payers, rate, ratio, each.

    ``tokens`` are the (kind, text) of a list of payers or of a rate; ``joined`` says that a 和 or 、 leads it.
    """

    kind: str
    text: str
    start: int
    end: int
    tokens: tuple[tuple[str, str], ...] = ()
    joined: bool = False

    @property
    def is_filler(self) -> bool:
        """Say whether a clause says the same without this piece."""
        return self.kind.upper() in _FILLERS or (self.kind == "other" and self.text in _JOINTS)


@dataclass(frozen=True)
class Clause:
    """Pieces between two marks; ``heads`` says that a colon ends it, so that what follows hangs on it."""

    pieces: tuple[Piece, ...]
    heads: bool = False

    @property
    def start(self) -> int:
        """Return where the clause begins in the reading form."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Return where the clause ends in the reading form."""
        return self.pieces[-1].end

    @property
    def text(self) -> str:
        """Return the words of the clause in reading form."""
        return "".join(piece.text for piece in self.pieces)

    def of(self, *kinds: str) -> list[Piece]:
        """Return the pieces of these kinds in order."""
        return [piece for piece in self.pieces if piece.kind in kinds]


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    return grammar("funding")


def sentences(text: str) -> list[list[Clause]]:
    """Return the sentences of a text in reading form, each a list of its clauses."""
    found: list[list[Clause]] = [[]]
    for child in _grammar().parse(text).children:
        if isinstance(child, Tree):
            found[-1] += _clauses(tuple(_pieces(child)))
        elif child.type == "STOP":
            found.append([])
        elif child.type == "HEADS" and found[-1]:
            found[-1][-1] = Clause(found[-1][-1].pieces, heads=True)
    return [_with_proportions(sentence) for sentence in found if sentence]


def _with_proportions(clauses: list[Clause]) -> list[Clause]:
    """Join a clause that only says by which proportion with the next, which says who shares: 按5∶5比例，由…分担."""
    joined: list[Clause] = []
    for clause in clauses:
        last = joined[-1] if joined else None
        only = last and not last.heads and last.of("ratio", "proportion") and not last.of("payers", *WAYS)
        if last and only and clause.pieces[0].kind == "by":
            joined[-1] = Clause((*last.pieces, *clause.pieces), clause.heads)
        else:
            joined.append(clause)
    return joined


def _pieces(clause: Tree[Token]) -> Iterator[Piece]:
    for child in clause.children:
        tokens = [child] if isinstance(child, Token) else [one for one in child.children if isinstance(one, Token)]
        named = tuple((token.type.lower(), str(token)) for token in tokens)
        joined = named[0][0] == "join" and len(named) > 1
        kind = named[0][0] if isinstance(child, Token) else str(child.data)
        kind = "other" if {name for name, _ in named} == {"join"} else kind
        yield Piece(
            kind, "".join(tokens), tokens[0].start_pos or 0, tokens[-1].end_pos or 0,
            () if isinstance(child, Token) else named, joined,
        )  # fmt: skip


def _clauses(pieces: tuple[Piece, ...]) -> Iterator[Clause]:
    """Cut at brackets, and where a further payer or 和补贴 begins after a way of giving: 个人缴费|和政府补助相结合."""
    begin = 0
    for index, piece in enumerate(pieces):
        again = (piece.joined or piece.kind == "also_subsidy") and any(_gives(one) for one in pieces[begin:index])
        if (again or piece.kind == "open") and index > begin:
            yield Clause(pieces[begin:index])
            begin = index
    if any(piece.kind != "open" for piece in pieces[begin:]):
        yield Clause(pieces[begin:])


def _gives(piece: Piece) -> bool:
    """Say whether a piece is a way of giving or paying."""
    return piece.kind in WAYS


# The terminals that can decide how money is given.
WAYS = frozenset({
    "exempt", "earmark", "share", "joint", "graded", "by_category", "separate", "partly", "responsible", "subsidy",
    "also_subsidy", "backstop", "reward", "support", "transfer", "matching", "guidance", "investment", "arrangement",
    "payment", "contribution", "purchase", "raised", "charge",
})  # fmt: skip
