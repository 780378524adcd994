"""Statements: what one clause of a funding text says by itself: payers, marks of the way of giving, condition.

Place in the flow: below funding; knows clauses and the word table, and nothing of the clauses around.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gongfu.clauses import WAYS, Clause, Piece
from gongfu.payers import Payers, funding_words

_NUMBERS = frozenset({"rate", "ratio", "each", "proportion", "whole", "base", "shortage", "delegated"})
_TOLD = frozenset({"region", "origin", "qualifier", "respectively", "valid_from", "silent", "by", "open", "payers",
                   "proportion"})  # fmt: skip
_MATTER = frozenset({"part", "shortage", "pilot", "towards", "other", "number"})
_SHORT = 3  # 一般, 原则上 and the like name no matter
_LINKS = re.compile(r"^(对|并|在|应将|其中|以及|通过|为|，|、)+|(以及|的对|在|为|，|、)+$")


@dataclass(frozen=True)
class Statement:
    """A clause taken apart: groups of payers, marks of the way of giving, the pieces before the payers.

    ``bare`` says that nothing stands beside the payers.
    """

    clause: Clause
    groups: tuple[Payers, ...]
    marks: frozenset[str]
    lead: tuple[Piece, ...]
    bare: bool

    @property
    def unknown_payer(self) -> bool:
        """Say whether somebody pays who is not known: behind 由, or joined to a known payer (兵团和地方财政)."""
        by = [index for index, piece in enumerate(self.clause.pieces) if piece.kind == "by"]
        unnamed = bool(by) and not self.groups and bool(self.mode)
        pieces = self.clause.pieces[len(self.lead) :]
        beside = [piece for piece in self.lead if not piece.is_filler]
        return unnamed or (bool(self.groups) and bool(beside) and not by and pieces[0].joined)

    @property
    def mode(self) -> str:
        """Return how money is given, empty where the clause does not say."""
        return funding_words().mode(self.marks)


def statement(clause: Clause, before: Sequence[Clause]) -> Statement:
    """Take a clause apart; ``before`` are the clauses of its conditions."""
    pieces, words = clause.pieces, funding_words()
    payers_at = [index for index, piece in enumerate(pieces) if piece.kind == "payers"]
    by = [index for index, piece in enumerate(pieces) if piece.kind == "by" and payers_at and payers_at[-1] > index]
    begin = by[0] if by else payers_at[0] if payers_at else 0
    groups = _groups(pieces[begin:])
    kinds = {piece.kind for piece in pieces[begin:] if piece.kind in WAYS or piece.kind == "negation"}
    kinds |= {piece.kind for piece in pieces if piece.kind in _NUMBERS}
    gives = next((index for index, piece in enumerate(pieces) if index >= begin and piece.kind in WAYS), len(pieces))
    to_whom = "".join(piece.text for index, piece in enumerate(pieces) if piece.kind == "towards" or index > gives)
    around = "".join(one.text for one in before) + "".join(piece.text for piece in pieces[:begin])
    payers = {payer for group in groups for payer in group}
    facts = {
        "many": len(groups) > 1, "local": bool(payers) and "central" not in payers,
        "hardship": bool(words.hardship.search(to_whom)), "partial-matter": bool(words.partial_matter.search(to_whom)),
        "excess": bool(words.excess.search(around)),
        "shortage": any(one.of("shortage") for one in before),
        "insured": bool(payers) and payers <= words.insured,
    }  # fmt: skip
    marks = {kind.replace("_", "-") for kind in kinds} | {fact for fact, holds in facts.items() if holds}
    bare = bool(groups) and all(piece.kind == "payers" or piece.is_filler for piece in pieces)
    return Statement(clause, tuple(groups), frozenset(marks), pieces[:begin], bare)


def _groups(pieces: Sequence[Piece]) -> list[Payers]:
    """Return the groups of payers, each payer once; a payer right behind 给予 is whom the money goes to."""
    found: list[Payers] = []
    for index, piece in enumerate(pieces):
        given = bool(found) and pieces[index - 1].kind in {"give", "subsidy", "transfer"}
        for kind, text in piece.tokens if piece.kind == "payers" and not given else ():
            for group in funding_words().groups(kind, text) if kind != "join" else ():
                left = tuple(payer for payer in group if not any(payer in other for other in found))
                found += [left] if left else []
    return found


def flat(groups: Sequence[Payers]) -> Payers:
    """Return the payers of all groups, each once."""
    return tuple(dict.fromkeys(payer for group in groups for payer in group))


def is_silent(clause: Clause) -> bool:
    """Say whether a clause is known to say nothing of who pays."""
    only = all(piece.is_filler or piece.kind in {"valid_from", "silent"} for piece in clause.pieces)
    return only or any(pattern.search(clause.text.strip("（）“”")) for pattern in funding_words().silent)


def says_when(clause: Clause) -> bool:
    """Say whether the words of a clause are those of a condition for the next one (…所需资金，由…)."""
    return bool(funding_words().conditions.search(clause.text))


def qualifier(clause: Clause) -> str:
    """Return the words that qualify a clause (原则上, 按国家规定的比例)."""
    refers = funding_words().refers
    return "，".join(
        piece.text
        for piece in clause.pieces
        if piece.kind == "qualifier" or (piece.kind == "proportion" and refers.search(piece.text))
    )


def condition(said: Statement, before: Sequence[Clause]) -> str:
    """Return under what condition a clause holds, in its own words: 见习人员基本生活补助所需资金.

    Regions, areas in hardship and certain matters are told by the rule itself and are no further condition.
    """
    parts = ["".join(piece.text for piece in clause.pieces if piece.kind not in _TOLD) for clause in before]
    by = any(piece.kind == "by" for piece in said.clause.pieces)
    kept = [piece.text for piece in said.lead if piece.kind not in _TOLD and (by or piece.kind in _MATTER)]
    told = {"hardship", "partial-matter"} & said.marks
    rest = [piece.text.removeprefix("对") for piece in said.clause.pieces[len(said.lead) :]
            if piece.kind in _MATTER - {"other", "number"}
            and not (piece.kind == "towards" and (told or funding_words().in_regions(piece.text)))]  # fmt: skip
    parts += ["".join(kept), "".join(rest), _shared_matter(said)]
    return "，".join(part for text in parts if (part := _LINKS.sub("", text)))


def _shared_matter(said: Statement) -> str:
    """Return what is shared where a clause names that and no payers: 寄宿生生活补助按5:5分担; empty for none."""
    pieces = said.clause.pieces
    ratio = next((index for index, piece in enumerate(pieces) if piece.kind == "ratio"), 0)
    if said.groups or any(
        piece.kind in _TOLD - {"by"} or piece.kind in _MATTER - {"other"} for piece in pieces[:ratio]
    ):
        return ""
    matter = "".join(piece.text for piece in pieces[:ratio]).removesuffix("照").removesuffix("按")
    return matter if len(matter) > _SHORT and "比例" not in matter else ""
