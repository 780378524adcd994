"""Containment: does a provincial target group hold everyone whom the national one holds, and nobody else?

Place in the flow: targets -> **containment** -> compare. Groups are unions of conjunctions; a conjunction lies within
another one when it implies each of its criteria. Every answer is yes, no or unknown, and unknown stays unknown: what
the texts do not define is never decided here.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from itertools import islice, product

from gongfu.criteria import Criterion, criterion, tokens, values, wording
from gongfu.implication import (
    aged,
    apart_in_years,
    are_disjoint,
    are_related,
    bears_on,
    contains,
    excludes,
    is_unstated,
)
from gongfu.targets import Alternative, TargetGroup
from gongfu.text import key, reading

_ANY_NEED = ("need-service",)  # of whatever the item serves, where its name does not say what
_MANY = 64  # more choices than this in one alternative are not told apart


class Answer(IntEnum):
    """Yes, no, or not to be decided by the texts: of several, all give the least and any of them the greatest."""

    NO = 0
    UNKNOWN = 1
    YES = 2


@dataclass(frozen=True)
class Verdict:
    """An answer with its reason (a code of ``target-reason``), the words of both members, and how near they are."""

    answer: Answer
    reason: str = ""
    inner: str = ""
    outer: str = ""
    nearness: int = 0


@dataclass(frozen=True)
class Member:
    """An alternative with one value for each choice, ages as one interval, and what its item's own name says of it."""

    stated: tuple[Criterion, ...]
    named: tuple[Criterion, ...]
    left_out: tuple[Criterion, ...]
    unread: frozenset[str]
    subject: str
    words: str


@dataclass(frozen=True)
class Members:
    """The members of a group, or of the groups of several rows that answer one national item together."""

    members: tuple[Member, ...]
    open: bool = False


# --- from groups to members -------------------------------------------------------------------------------------------


def members(
    groups: Sequence[tuple[TargetGroup, str]], others: Sequence[tuple[TargetGroup, str]] = (), region: str = "CN"
) -> Members:
    """Return the members of groups, each with the name of its item.

    A choice of values that the ``others`` have, too, is left as it is; places that lie outside the region fall away.
    """
    listed, common = list(groups), {part.values for group, _ in others for one in group.any_of for part in one.all_of}
    kinds = [(one, name) for group, name in listed for one in group.any_of]
    found = [one for alternative, name in kinds for one in _members(alternative, name, common)]
    here = [one for one in found if all(_lies_in(part, region) for part in one.stated)]
    return Members(tuple(dict.fromkeys(here)), any(group.open for group, _ in listed))


def _members(alternative: Alternative, name: str, common: Collection[tuple[str, ...]]) -> Iterator[Member]:
    named = _of_name(name)
    needs = [one for one in named if one.attribute == "need"]
    choices = [_in_one(one) for one in alternative.all_of if not (_says_nothing(one) or _is_insured(one, name))]
    choices = [needs[0] if needs and one.values == _ANY_NEED else one for one in choices]
    choices = [one for one in choices if one.values != _ANY_NEED]
    single = [
        [replace(one, values=(code,)) for code in (() if one.values in common else one.values)] or [one]
        for one in choices
    ]
    unread = frozenset(plain(text) for text in alternative.unread)
    for choice in islice(product(*single), _MANY):
        subject = next((one.values[0] for one in choice if one.attribute == "subject"), "")
        stated = tuple(one for one in aged(choice) if one.attribute != "subject")
        yield Member(stated, named, alternative.none_of, unread, subject, alternative.words)


@lru_cache(maxsize=1024)
def _of_name(name: str) -> tuple[Criterion, ...]:
    """Return the conditions that an item's own name states; a name that lists several things states none for all."""
    found = tokens(reading(name).text)
    if any(token.kind in {"list", "or"} for token in found):
        return ()
    needs = [criterion(code) for word, code in wording()["in_names"].items() if word in name]
    of_persons, sole = wording()["name_attributes"], wording()["sole_name_attributes"]
    stated = [one for token in found if token.kind != "not" for one in token.criteria]
    persons = [one for one in stated if one.attribute in of_persons]
    alone = [one for one in stated if one.attribute in sole and len(stated) == 1]
    return (*needs, *aged(persons), *alone)


def _is_insured(one: Criterion, name: str) -> bool:
    insured = wording()["insured"]
    if one.attribute != values()[insured["value"]].attribute or not re.search(insured["names"], name):
        return False
    return one.values == (insured["value"],) or any(one in token.criteria for token in tokens(reading(name).text))


def _in_one(one: Criterion) -> Criterion:
    """Put values that together are another one as that one: grades 1 and 2 are severe disability."""
    for same in wording()["same_values"]:
        if set(same["values"]) <= set(one.values):
            rest = tuple(code for code in one.values if code not in same["values"])
            kind = criterion(same["as"])
            return replace(kind, shared=one.shared) if not rest else replace(one, values=(*kind.values, *rest))
    return one


def _says_nothing(one: Criterion) -> bool:
    complements = {values()[code].complement for code in one.values}
    return bool(one.values) and (
        bool(complements & set(one.values)) or bool(set(one.values) & set(wording()["neutral"]))
    )


def _lies_in(one: Criterion, region: str) -> bool:
    located = {code for value in one.values for code in values()[value].located}
    return not located or region == "CN" or any(code[:2] == region[:2] for code in located)


@lru_cache(maxsize=4096)  # most groups of a province are the nation's own
def plain(text: str) -> str:
    """Return a text in the form in which two wordings of the same thing are equal."""
    text = reading(text).text
    for word, meaning in wording()["same"].items():
        text = text.replace(word, meaning)
    return "、".join(key(part) for part in re.split("[，；。、]", text) if part)


def same_words(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Say whether the texts of two sides are equal but for synonyms, particles and marks between list members."""
    return sorted(plain(text) for text in ours) == sorted(plain(text) for text in theirs)


# --- one member within another ----------------------------------------------------------------------------------------


@lru_cache(maxsize=16384)
def _within(inner: Member, outer: Member) -> Verdict:
    """Say whether everyone in the inner member is in the outer one."""
    verdicts = [_of_subject(inner, outer), *(_implies(inner, one, outer) for one in outer.stated)]
    verdicts += [_leaves_out(inner, one, outer) for one in outer.left_out]
    if outer.unread - inner.unread:
        verdicts.append(Verdict(Answer.UNKNOWN, "unread-words"))
    worst = min(verdicts, key=lambda one: one.answer, default=Verdict(Answer.YES))
    if worst.answer is Answer.NO and _goes_by_name(inner, outer):
        worst = Verdict(Answer.UNKNOWN, "undefined-relation")
    near = sum(1 for one in verdicts[1:] if one.answer is Answer.YES) + (inner.words == outer.words)
    return replace(worst, inner=inner.words, outer=outer.words, nearness=near)


def _goes_by_name(inner: Member, outer: Member) -> bool:
    """Say whether the one side uses the very term that names the other side's item: 特困人员 for 特困人员救助供养.

    A term that both sides use decides nothing: 留守儿童 under 14 and under 16 differ in the age that is added to it.
    """
    terms = [one for one in inner.stated if one.attribute in wording()["terms"]
             and not any(contains(one, part) for part in outer.stated)]  # fmt: skip
    return any(contains(term, one) for term in terms for one in outer.named)


def _best(verdicts: Iterable[Verdict], words: str) -> Verdict:
    none = Verdict(Answer.NO, "missing-member", words)
    return max(verdicts, key=lambda verdict: (verdict.answer, verdict.nearness), default=none)


def _of_subject(inner: Member, outer: Member) -> Verdict:
    """Persons and organisations are apart; persons and the families they live in are not told apart by the texts."""
    one, other = inner.subject, outer.subject
    if one == other or other in (values()[one].broader if one else ()) or {one, other} == {"", "subject-individual"}:
        return Verdict(Answer.YES)
    organisations = ["subject-unit" in (values()[code].broader if code else ()) for code in (one, other)]
    apart = organisations[0] != organisations[1] or bool(one and other and are_disjoint(one, other))
    if one and other and {one, other} & (values()[one].related | values()[other].related):
        return Verdict(Answer.UNKNOWN, "undefined-relation")
    everyone = not outer.stated and not outer.unread and not outer.left_out
    if everyone and outer.words in wording()["public"]:
        return Verdict(Answer.YES)
    vague = outer.unread or (outer.stated and all(is_unstated(one) for one in outer.stated))
    if (apart or all(organisations)) and not (vague and not outer.subject):
        return Verdict(Answer.NO, "missing-member")
    reason = "unstated-condition" if vague else "undefined-relation"
    return Verdict(Answer.YES) if everyone else Verdict(Answer.UNKNOWN, reason)


def _implies(inner: Member, wanted: Criterion, outer: Member) -> Verdict:
    unread = inner.unread - outer.unread
    own = [one for one in (*inner.stated, *(() if unread else inner.named)) if contains(wanted, one)]
    if any(not one.shared for one in own) or _goes_without_saying(wanted, inner):
        return Verdict(Answer.YES)
    if any(excludes(one, wanted) for one in inner.stated):
        return Verdict(Answer.NO, "missing-member")
    if own or wanted.shared:
        return Verdict(Answer.UNKNOWN, "ambiguous-list")
    if _is_kind(wanted, inner):
        return Verdict(Answer.NO, "added-condition")
    if is_unstated(wanted) or any(is_unstated(one) and one not in outer.stated for one in inner.stated):
        return Verdict(Answer.UNKNOWN, "unstated-condition")
    if unread:
        return Verdict(Answer.UNKNOWN, "unread-words")
    alike = [one for one in inner.stated if bears_on(one, wanted) and not contains(one, wanted)]
    if alike and not apart_in_years(alike, wanted):
        return Verdict(Answer.UNKNOWN, "undefined-relation")
    return Verdict(Answer.NO, "added-condition")


def _goes_without_saying(wanted: Criterion, inner: Member) -> bool:
    known = [wording()["implied"].get(code) for code in wanted.values]
    return bool(known) and all(code and any(contains(criterion(code), one) for one in inner.stated) for code in known)


def _is_kind(wanted: Criterion, inner: Member) -> bool:
    """Say whether a criterion asks for one kind only of those whom the member names, and nothing else of it does so."""
    whole = [one for one in inner.stated if one.values and contains(one, wanted)]
    related = any(are_related(one, wanted) for one in inner.stated if one not in whole)
    return bool(whole) and not is_unstated(wanted) and not related


def _leaves_out(inner: Member, unwanted: Criterion, outer: Member) -> Verdict:
    if any(contains(one, unwanted) for one in inner.left_out) or any(excludes(one, unwanted) for one in inner.stated):
        return Verdict(Answer.YES)
    if any(is_unstated(one) for one in inner.stated):
        return Verdict(Answer.UNKNOWN, "unstated-condition")
    if inner.unread - outer.unread:
        return Verdict(Answer.UNKNOWN, "unread-words")
    return Verdict(Answer.NO, "added-condition")


# --- one group within another -----------------------------------------------------------------------------------------


def contained(inner: Members, outer: Members, *, national: bool) -> list[tuple[Member, Verdict]]:
    """Return for each inner member whether the outer group holds it.

    ``national`` says that the inner group is the nation's: a member tied to a place may not concern the province.
    """
    alike = {_conditions(other): other.words for other in outer.members}
    return [
        (one, Verdict(Answer.YES, "", one.words, alike[_conditions(one)]))
        if _conditions(one) in alike
        else (one, _in_group(one, inner, outer, national=national))
        for one in inner.members
    ]


def _conditions(one: Member) -> tuple[object, ...]:
    return (one.stated, one.left_out, one.unread, one.subject)


def _in_group(one: Member, inner: Members, outer: Members, *, national: bool) -> Verdict:
    verdicts = [_within(one, other) for other in outer.members]
    best = _best(verdicts, one.words)
    if best.answer is Answer.UNKNOWN and not outer.open and _listed_apart(one, verdicts, inner, outer):
        best = Verdict(Answer.NO, "missing-member", one.words)
    if best.answer is Answer.NO:
        best = _by_parts(one, outer) or best
    if best.answer is Answer.UNKNOWN:
        nearest = max(verdicts, key=lambda verdict: verdict.nearness)
        return replace(best, outer="；".join(dict.fromkeys(one.outer for one in (nearest, best) if one.outer)))
    if best.answer is Answer.YES:
        return best
    if outer.open:
        return replace(best, answer=Answer.UNKNOWN, reason="ambiguous-list")
    if national and any(part.attribute == "place" for part in one.stated) and not _somewhere_there(one, outer):
        return replace(best, answer=Answer.UNKNOWN, reason="place-unknown")
    return best


def _somewhere_there(one: Member, outer: Members) -> bool:
    """Say whether the other side serves the places of a member, too: then they are not what leaves it out."""
    places = [part for part in one.stated if part.attribute == "place"]
    return any(all(any(contains(part, place) for part in other.stated) for place in places) for other in outer.members)


def _listed_apart(one: Member, verdicts: Sequence[Verdict], inner: Members, outer: Members) -> bool:
    """Say whether whatever might hold a member lies within another member of its list, which names the two apart."""
    known = {_conditions(other) for other in inner.members if other != one}  # word for word on both lists
    open_ends = [(other, verdict.reason) for other, verdict in zip(outer.members, verdicts, strict=True)
                 if verdict.answer is Answer.UNKNOWN and _conditions(other) not in known]  # fmt: skip
    if one.unread or any(other.unread or any(is_unstated(part) for part in other.stated) for other, _ in open_ends):
        return False
    if any(reason not in {"undefined-relation", "unstated-condition"} for _, reason in open_ends):
        return False
    if any(are_related(part, own) for other, _ in open_ends for part in other.stated for own in one.stated):
        return False
    others = [_as_defined(other) for other in inner.members if other != one]
    return all(any(_within(candidate, other).answer is Answer.YES for other in others) for candidate, _ in open_ends)


def _as_defined(one: Member) -> Member:
    """Return a member without the conditions that the texts do not tell (符合条件的), which nobody can fail."""
    kept = tuple(part for part in one.stated if part.attribute != "condition")
    return replace(one, stated=kept or one.stated)


def _by_parts(one: Member, outer: Members) -> Verdict | None:
    """Judge a member by its parts where the other side names all of them: 农村 and 城市, 小学 and 初中."""
    named = {code for other in outer.members for part in other.stated for code in part.values}
    for parts in _parts(one, named):
        verdicts = [_best((_within(part, other) for other in outer.members), one.words) for part in parts]
        worst = min(verdicts, key=lambda verdict: verdict.answer)
        if worst.answer is not Answer.NO:
            return replace(worst, inner=one.words)
    return None


def _parts(one: Member, named: Collection[str]) -> Iterator[list[Member]]:
    """Yield each way to see a member as parts that are named: halves of what it leaves open, parts of its own."""
    for code in sorted(named):
        complement = values()[code].complement
        if complement in named and not any(part.attribute == values()[code].attribute for part in one.stated):
            yield [replace(one, stated=(*one.stated, criterion(half))) for half in (code, complement)]
    for whole, kinds in wording()["wholes"].items():
        if set(kinds) <= set(named) and any(part.values == (whole,) for part in one.stated):
            rest = tuple(part for part in one.stated if part.values != (whole,))
            yield [replace(one, stated=(*rest, criterion(kind))) for kind in kinds]
