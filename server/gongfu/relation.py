"""Relation: how the target groups of a province's rows stand to those of the national rows that they answer.

Place in the flow: containment -> **relation** -> graph. Both sides are read by the same reader, so that a difference is
one of the texts. What the texts do not decide is ``undecided`` with its reason, never a narrower group.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gongfu.containment import Answer, Member, Members, Verdict, contained, members, plain, same_words
from gongfu.criteria import Criterion, tokens, values, wording
from gongfu.implication import contains, is_contradictory, is_limit
from gongfu.targets import TargetGroup, read_target
from gongfu.text import reading

_FEW = 4
_MANY, _LONG = 150, 200  # lists of more members are for a person to compare
LOOKED_THROUGH = 4000  # characters of the other cells that are looked through for a group that the target cell lacks
_REASONS = ("told-elsewhere", "unread-words", "ambiguous-list", "place-unknown", "unstated-condition",
            "undefined-relation")  # fmt: skip
Row = tuple[str, str]  # verbatim text of the target group, name of the item
Read = tuple[TargetGroup, str]
_RELATIONS = {
    (Answer.YES, Answer.YES): "equal", (Answer.YES, Answer.NO): "broader",
    (Answer.NO, Answer.YES): "narrower", (Answer.NO, Answer.NO): "overlaps", (Answer.NO, Answer.UNKNOWN): "lacking",
}  # fmt: skip


@dataclass(frozen=True)
class TargetRelation:
    """A relation (a code of ``target-relation``), its reason (``target-reason``) and the deciding words of both sides.

    ``limits`` are the words of caps, dates and places that only the province states. ``doubtful`` says that the
    province may leave somebody out of whom its limits do not tell; what is open between equal and broader only is not.
    """

    relation: str
    reason: str
    national_words: str = ""
    words: str = ""
    limits: tuple[str, ...] = ()
    doubtful: bool = False


def relate(
    ours: Sequence[Row], theirs: Sequence[Row], region: str, elsewhere: str = "", provided: str = ""
) -> TargetRelation:
    """Return how the groups of our rows together stand to those of the national rows together.

    ``elsewhere`` is what the other cells of our rows say: a group that only they name is not called missing.
    ``provided`` is the national standard: whom it names itself (为低保家庭中的残疾人提供) is what the nation means.
    """
    if same_words([text for text, _ in ours], [text for text, _ in theirs]):
        return TargetRelation("equal", "same-words")
    own, national = ([(read_target(text), name) for text, name in side] for side in (ours, theirs))
    province, nation = members(own, national, region), members(national, own, region)
    if max(len(province.members), len(nation.members)) > _MANY:
        words = "；".join(text for text, _ in ours)[:_LONG]
        return TargetRelation("undecided", "ambiguous-list", "", words, doubtful=True)
    if nobody := [one for one in province.members if any(is_contradictory(part) for part in one.stated)]:
        stated = [part for group, _ in own for kind in group.any_of for part in kind.all_of]
        told_by_rule = any(is_contradictory(part) for part in stated)  # R31; else conditions of several clauses clash
        return TargetRelation("undecided", "contradictory", "", nobody[0].words, doubtful=not told_by_rule)
    limits = _limits(own, national, province, nation)
    found = _related(_unlimited(province, nation), nation, elsewhere)
    if found.reason == "added-words":
        printed = {plain(text): text for group, _ in own for one in group.any_of for text in one.unread}
        whole = "。".join(text for text, _ in ours)  # told in the order in which they stand there
        added = sorted((printed.get(word, word) for word in found.words.split("\n")), key=whole.rfind)
        found = replace(found, words="、".join(added))
    if found.reason == "added-condition" and _is_meant(_unlimited(province, nation), nation, provided):
        found = TargetRelation("equal", "named-by-standard")
    if found.relation == "equal" and limits:
        return TargetRelation("narrower", "added-limit", "", "、".join(limits), limits)
    told = found.doubtful and limits and _holds(_bare(province), _bare(nation))  # by the limits, in R30
    return replace(found, limits=limits, doubtful=found.doubtful and not told)


def _holds(province: Members, nation: Members) -> bool:
    return all(verdict.answer is Answer.YES for _, verdict in contained(nation, province, national=True))


def _related(province: Members, nation: Members, elsewhere: str) -> TargetRelation:
    added = contained(province, nation, national=False)
    kept = _or_elsewhere(contained(nation, province, national=True), [verdict for _, verdict in added], elsewhere)
    answers = [min((verdict.answer for _, verdict in side), default=Answer.UNKNOWN) for side in (kept, added)]
    everyone = province.open or any(_is_everyone(one) for one in province.members)
    if nation.open and not everyone and answers[0] is Answer.YES:
        words = nation.members[-1].words if nation.members else ""
        return TargetRelation("undecided", "ambiguous-list", words, doubtful=True)
    if added_words := _added_words(kept, answers, province):
        open_ends = [verdict for _, verdict in kept if verdict.answer is Answer.UNKNOWN]
        return TargetRelation("undecided", "added-words", _joined(open_ends), added_words, doubtful=True)
    relation = _RELATIONS.get((answers[0], answers[1]), "undecided")
    found = _told(relation, [verdict for _, verdict in kept], [verdict for _, verdict in added])
    return replace(found, doubtful=relation == "undecided" and answers[0] is not Answer.YES)


def _added_words(kept: Sequence[tuple[Member, Verdict]], answers: Sequence[Answer], province: Members) -> str:
    """Return our unread words, one a line, where they alone leave open whether a national member is held."""
    open_ends = [(one, verdict) for one, verdict in kept if verdict.answer is Answer.UNKNOWN]
    if answers != [Answer.UNKNOWN, Answer.YES] or any(verdict.reason != "unread-words" for _, verdict in open_ends):
        return ""
    read = frozenset[str]().union(*(one.unread for one, _ in open_ends))
    holding = {words for _, verdict in open_ends for words in verdict.outer.split("；")}
    unread = (word for other in province.members if other.words in holding for word in sorted(other.unread - read))
    return "\n".join(dict.fromkeys(unread))


def _or_elsewhere(
    kept: Sequence[tuple[Member, Verdict]], added: Sequence[Verdict], elsewhere: str
) -> list[tuple[Member, Verdict]]:
    """Leave open whether a national member is missing where other cells name it and no member here is a part of it."""
    parts = {verdict.outer for verdict in added if verdict.answer is Answer.YES}
    missing = [verdict for _, verdict in kept if verdict.answer is Answer.NO and verdict.inner not in parts]
    said = _said(elsewhere) if missing else []
    return [
        (one, replace(verdict, answer=Answer.UNKNOWN, reason="told-elsewhere", outer=""))
        if verdict in missing and _is_named(one, said)
        else (one, verdict)
        for one, verdict in kept
    ]


def _said(text: str) -> list[Criterion]:
    return [one for token in tokens(reading(text[:LOOKED_THROUGH]).text) for one in token.criteria]


def _is_meant(province: Members, nation: Members, provided: str) -> bool:
    """Say whether the nation's own standard names whoever the province's conditions choose from the national group."""
    said = _said(provided)
    wider = {one.words: one for one in nation.members}
    held = [(one, wider[verdict.outer]) for one, verdict in contained(province, nation, national=False)
            if verdict.answer is Answer.YES]  # fmt: skip
    added = [part for one, known in held for part in one.stated
             if not any(contains(part, other) for other in known.stated)]  # fmt: skip
    left_out = any(set(one.left_out) - set(known.left_out) for one, known in held)
    stated = all(any(contains(part, one) and contains(one, part) for one in said) for part in added)
    return bool(added) and not left_out and stated and _serves_nobody_else(provided, province)


def _serves_nobody_else(provided: str, province: Members) -> bool:
    """Say whether all to whom a standard gives something are among ours; 为城镇残疾人…，为农村残疾人… are two."""
    read = reading(provided[:LOOKED_THROUGH]).text
    named = members([(read_target(found["who"]), "") for found in re.finditer(wording()["recipients"], read)])
    return bool(named.members) and all(
        verdict.answer is not Answer.NO for _, verdict in contained(named, province, national=True)
    )


def _is_named(one: Member, said: Sequence[Criterion]) -> bool:
    codes = {code for part in said for value in part.values for code in values()[value].broader}
    subject = not one.subject or one.subject == "subject-individual" or one.subject in codes
    return subject and bool(one.stated) and all(any(contains(part, other) for other in said) for part in one.stated)


def _told(relation: str, kept: Sequence[Verdict], added: Sequence[Verdict]) -> TargetRelation:
    """Return the relation with its reason and the words that decide it."""
    if relation == "equal":
        return TargetRelation("equal", "same-criteria")
    left_out = [verdict for verdict in kept if verdict.answer is Answer.NO]
    extra = [verdict for verdict in added if verdict.answer is Answer.NO]
    if relation == "overlaps":
        return TargetRelation(relation, "neither-contains", _joined(left_out), _joined(extra))
    if relation == "lacking":
        return TargetRelation(relation, "missing-member", _joined(left_out), _joined(added))
    if relation == "narrower":
        return _narrowed(left_out, [verdict for verdict in added if verdict.answer is Answer.YES])
    if relation == "broader":
        held = [verdict for verdict in kept if verdict.answer is Answer.YES]
        wider = next((verdict for verdict in extra if any(verdict.inner == one.outer for one in held)), None)
        if wider:
            inside = _joined([one for one in held if one.outer == wider.inner])
            return TargetRelation(relation, "dropped-condition", inside, wider.inner)
        return TargetRelation(relation, "added-member", "", _joined(extra))
    return _undecided(kept, added)


def _undecided(kept: Sequence[Verdict], added: Sequence[Verdict]) -> TargetRelation:
    """Tell what cannot be said of the national members first; else what cannot be said of the province's own."""
    for side, ours in ((kept, False), (added, True)):
        open_ends = [one for one in side if one.answer is Answer.UNKNOWN]
        open_ends.sort(key=lambda one: _REASONS.index(one.reason))
        if open_ends:
            same = [one for one in open_ends if one.reason == open_ends[0].reason]
            words = _joined(same), open_ends[0].outer
            return TargetRelation("undecided", open_ends[0].reason, *(reversed(words) if ours else words))
    return TargetRelation("undecided", "unread-words")


def _narrowed(left_out: Sequence[Verdict], parts: Sequence[Verdict]) -> TargetRelation:
    """Tell a national member that a provincial one holds in part from one that nothing here answers."""
    part_of = {verdict.outer: verdict.inner for verdict in parts}
    missing = any(verdict.inner not in part_of for verdict in left_out)
    ours = dict.fromkeys(part_of[verdict.inner] for verdict in left_out if verdict.inner in part_of)
    reason = "missing-member" if missing else "added-condition"
    return TargetRelation("narrower", reason, _joined(left_out), "；".join(ours))


def _joined(verdicts: Sequence[Verdict]) -> str:
    words = list(dict.fromkeys(verdict.inner for verdict in verdicts))
    return "；".join(words[:_FEW]) + ("等" if len(words) > _FEW else "")


def _is_everyone(one: Member) -> bool:
    return not (one.stated or one.unread or one.left_out or one.subject)


# --- limits -----------------------------------------------------------------------------------------------------------


def _limits(own: Sequence[Read], national: Sequence[Read], province: Members, nation: Members) -> tuple[str, ...]:
    """Return the words of the caps, dates and places that only the province states."""
    theirs = {limit for group, _ in national for limit in group.limits}
    found = [limit for group, _ in own for limit in group.limits if limit not in theirs]
    known = {code for one in nation.members for part in one.stated for code in part.values}
    stated = [part for one in province.members for part in one.stated if is_limit(part)]
    places = [part for part in stated if not set(part.values) <= known]
    if places and _holds(province, nation):  # 户籍人口和常住人口
        places = []
    texts = [reading(group.text).text for group, _ in own]
    return tuple(dict.fromkeys([*found, *(_printed(part, texts) for part in places)]))


def _printed(one: Criterion, texts: Sequence[str]) -> str:
    """Return the words by which the texts state a criterion, the longest that stand there."""
    words = sorted((word for code in one.values for word in values()[code].words), key=len, reverse=True)
    told = next((word for word in words if any(word in text for text in texts)), "")
    phrases = (token.text for text in texts for token in tokens(text) for part in token.criteria
               if set(part.values) & set(one.values))  # fmt: skip
    return max(told, next(phrases, ""), key=len) or words[0]


def _bare(group: Members) -> Members:
    """Return a group without any place or registration."""
    kept = [replace(one, stated=tuple(part for part in one.stated if not is_limit(part))) for one in group.members]
    return Members(tuple(dict.fromkeys(kept)), group.open)


def _unlimited(province: Members, nation: Members) -> Members:
    """Leave out limits of a kind that the nation does not set: who is meant is compared without them."""
    kinds = {part.attribute for one in nation.members for part in one.stated if is_limit(part)}
    kept = [replace(one, stated=tuple(part for part in one.stated if not is_limit(part) or part.attribute in kinds))
            for one in province.members]  # fmt: skip
    return Members(tuple(dict.fromkeys(kept)), province.open)
