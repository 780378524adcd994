"""Targets: read whom a service is for: any of several alternatives, each with all of its criteria and none of some.

Place in the flow: listing -> **targets** -> containment. A text is cut at its full stops into clauses, a clause at its
connectors into segments (gongfu.listing). What the words leave unexplained stays with its alternative as unread text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from gongfu.criteria import Criterion, Token, criterion, tokens, values, wording
from gongfu.implication import is_limit
from gongfu.listing import CONNECTORS, Listing, Segment, excluded, segments
from gongfu.text import Reading, reading

_JOINT = 2  # a connector is one or two characters: 、且 or 以及


@dataclass(frozen=True)
class Alternative:
    """One kind of beneficiary. No criterion means everyone; ``unread`` are words that may hold further conditions.

    ``start`` and ``end`` are offsets in the verbatim text of the cell, from the first word that bears on it to the
    last; ``words`` are the words that bear on it, without the other members of the list between them.
    """

    all_of: tuple[Criterion, ...] = ()
    none_of: tuple[Criterion, ...] = ()
    unread: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    words: str = ""


@dataclass(frozen=True)
class TargetGroup:
    """Whom a service is for: any of the alternatives; ``limits`` are numbers and dates that cap them.

    ``open`` says that the list is left open (残疾人、老年人等).
    """

    text: str
    any_of: tuple[Alternative, ...] = ()
    limits: tuple[str, ...] = ()
    open: bool = False


@lru_cache(maxsize=4096)  # most texts of a province are the nation's own, word for word
def read_target(text: str) -> TargetGroup:
    """Return the group that the verbatim text of a cell names; an empty text names none."""
    read = reading(text)
    found: list[_Clause] = []
    for clause in _clauses(_without_asides(tokens(read.text))):
        found.append(_clause(clause, bool(found and found[-1].members)))
    alternatives = [_alternative(member, read) for clause in found for member in clause.members]
    limits = [read.quote(start, end) for clause in found for start, end in clause.limits]
    return TargetGroup(text, tuple(dict.fromkeys(alternatives)), tuple(limits), any(one.open for one in found))


@dataclass(frozen=True)
class _Clause:
    members: list[Segment]
    limits: tuple[tuple[int, int], ...] = ()
    open: bool = False


# --- brackets and clauses -------------------------------------------------------------------------------------------


def _without_asides(found: list[Token]) -> list[Token]:
    """Put in the place of what stands in brackets what it does: leave somebody out, add, limit or qualify."""
    kept: list[Token] = []
    index = 0
    while index < len(found):
        if found[index].kind != "open":
            kept.append(found[index])
            index += 1
            continue
        close = _closing(found, index)
        after = found[close + 1] if close + 1 < len(found) else None
        _put_aside(kept, found[index + 1 : close], after)
        index = close + 1
    return kept


def _closing(found: list[Token], index: int) -> int:
    depth = 0
    for position in range(index, len(found)):
        depth += (found[position].kind == "open") - (found[position].kind == "close")
        if not depth:
            return position
    return len(found)


def _put_aside(kept: list[Token], inner: list[Token], after: Token | None) -> None:
    if not inner:
        return
    text, start, end = "".join(token.text for token in inner), inner[0].start, inner[-1].end
    criteria = tuple(one for token in inner for one in token.criteria)
    only = re.match(wording()["restricted"], text)
    # who is named before the brackets ends there
    ends = bool(kept) and kept[-1].head and (after is None or after.kind in {*CONNECTORS, "stop"})
    if any(token.kind == "limit" for token in inner) or (only and all(is_limit(one) for one in criteria)):
        kept.append(Token("limit", text, start, end))
    elif only:
        _put_aside(kept, [*_moved(tokens(text[only.end() :]), start + only.end())], after)
    elif re.search(wording()["left_out"], text):
        kept.append(Token("not_all" if ends else "not", text, start, end, excluded(criteria)))
    elif re.search(wording()["explaining"], text):
        return
    elif told := re.match(wording()["explained"], text):
        _put_aside(kept, [*_moved(tokens(text[told.end() :]), start + told.end())], after)
    elif re.search(wording()["included"], text):
        _widen(kept, criteria)
    elif any(token.kind in {"list", "or"} for token in inner) and criteria:
        kept.append(_kinds(Token("other", text, start, end, head=ends), criteria))
    elif criteria and not any(token.kind == "other" for token in inner):
        kept.extend(replace(token, head=False) for token in inner if token.kind not in CONNECTORS)
    else:
        kept.append(Token("other", text, start, end, head=ends))


def _kinds(aside: Token, criteria: tuple[Criterion, ...]) -> Token:
    """Return an aside that lists kinds of those before it, （小学生、初中生）, as a choice, else as unread."""
    if len({one.attribute for one in criteria}) > 1 or any(not one.values for one in criteria):
        return aside
    codes = dict.fromkeys(code for one in criteria for code in one.values)
    return replace(aside, kind="criterion", criteria=(criterion(*codes),), head=False)


def _moved(found: list[Token], by: int) -> Iterator[Token]:
    return (replace(token, start=token.start + by, end=token.end + by) for token in found)


def _widen(kept: list[Token], criteria: tuple[Criterion, ...]) -> None:
    """Let 农村（含县镇） take in the towns; an inclusion of another kind only explains."""
    before = kept[-1].criteria if kept else ()
    if len(before) == len(criteria) == 1 and before[0].attribute == criteria[0].attribute and before[0].values:
        merged = dict.fromkeys((*before[0].values, *criteria[0].values))
        kept[-1] = replace(kept[-1], criteria=(replace(before[0], values=tuple(merged)),))


def _clauses(found: list[Token]) -> Iterator[list[Token]]:
    """Yield the clauses without headings; what stands before a colon and is no heading qualifies the clause."""
    clause: list[Token] = []
    for token in [*found, Token("stop", "", 0, 0)]:
        if token.kind == "stop":
            alone = not any(one.attribute != "subject" for part in clause for one in part.criteria)
            heading = alone and _is_heading(clause) and len(clause) < len(found) - 1
            if clause and not heading:
                yield clause
            clause = []
        elif token.kind == "colon":
            clause = [] if _is_heading(clause) else [*clause, Token("scope", "", token.start, token.start)]
        else:
            clause.append(token)


def _is_heading(clause: list[Token]) -> bool:
    return bool(re.search(wording()["heading"], "".join(token.text for token in clause)))


# --- one clause -----------------------------------------------------------------------------------------------------


def _clause(clause: list[Token], goes_on: bool) -> _Clause:
    """Read a clause; one that states a share of those named before (按10%的比例确定) is a limit and names nobody."""
    if goes_on and any(token.kind == "limit" and "%" in token.text for token in clause):
        return _Clause([], ((clause[0].start, clause[-1].end),))
    limits = tuple((token.start, token.end) for token in clause if token.kind == "limit")
    listing = Listing()
    for connector, segment in segments(token for token in clause if token.kind != "limit"):
        listing.add(connector, segment)
    return _Clause(listing.all(), limits, listing.open)


# --- one member becomes an alternative --------------------------------------------------------------------------------


def _alternative(member: Segment, read: Reading) -> Alternative:
    being = max((index for index, token in enumerate(member) if token.head), default=0)
    stated = [one for index, token in enumerate(member) if token.kind != "not"
              for one in _of_token(token, last=index >= being)]  # fmt: skip
    left_out = [one for token in member if token.kind == "not" for one in token.criteria]
    unread = tuple(read.quote(token.start, token.end) for token in member if token.kind == "other")
    start, end = read.span(min(token.start for token in member), max(token.end for token in member))
    none_of = tuple(dict.fromkeys(left_out))
    return Alternative(_condensed(stated), none_of, unread, start, end, _words(member, read))


def _words(member: Segment, read: Reading) -> str:
    """Return the words of a member: its tokens in order, with the mark or connector that stood between two of them.

    Who is left out in brackets keeps the brackets.
    """
    at = {(token.start, token.end): token for token in member if token.end > token.start}  # a scope may stand twice
    said = [at[place] for place in sorted(at)]
    words = ""
    for before, token in zip([None, *said], said, strict=False):
        joint = before is not None and 0 < token.start - before.end <= _JOINT
        start = before.end if before and joint else token.start
        apart = not joint or read.text[token.start - 1] == "（" or token.text in wording()["left_out_clause"]
        bracketed = token.kind == "not" and bool(before) and apart
        quote = read.quote(token.start if bracketed else start, token.end)
        words += f"（{quote}）" if bracketed else quote.removeprefix("）")
        if words.count("（") > words.count("）") and read.text[token.end : token.end + 1] == "）":
            words += "）"
    return words.removesuffix("的")


def _of_token(token: Token, *, last: bool) -> Iterator[Criterion]:
    """Yield the criteria of a token; that families or employers are served is said by the last being only."""
    for one in token.criteria:
        if one.attribute != "subject" or last:
            yield one
    if last and token.head and not any(one.attribute == "subject" for one in token.criteria):
        if re.search(r"(家庭|(?<![商落立])户)$", token.text):
            yield criterion("subject-family")
        elif any(one.attribute == "employer" for one in token.criteria):
            yield criterion("subject-employer")


def _condensed(stated: list[Criterion]) -> tuple[Criterion, ...]:
    """Return the criteria without those that another one contains (学生 beside 义务教育)."""
    found = list(dict.fromkeys(stated))
    if [one.values for one in found] == [("subject-individual",)]:
        return ()
    return tuple(one for one in found if not any(other != one and _within(other, one) for other in found))


def _within(one: Criterion, other: Criterion) -> bool:
    """Say whether a criterion goes without saying beside another."""
    if not one.values or not other.values:
        return False
    contained = all(values()[code].broader & set(other.values) for code in one.values)
    return contained and (set(one.values) != set(other.values) or (other.shared and not one.shared))
