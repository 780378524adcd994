"""Listing: the segments of one clause become its members, each a run of tokens that bear on one kind of beneficiary.

Place in the flow: criteria -> **listing** -> targets. A segment that names a being ends a member; one that names none
qualifies the next that does. Whether qualifications add up or are a choice, how far 的 reaches, what 等 and 中 make of
a list: all of that is decided here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gongfu.criteria import Criterion, Token, criterion, narrowest, tokens, values, wording
from gongfu.implication import contains, topic

CONNECTORS = frozenset({"list", "or", "and", "comma"})
Segment = list[Token]
_MANY = 24  # more kinds of a whole, or of a qualification, are not multiplied out
_DEEP = 4  # nor are parts of parts of parts of more than so many wholes


def segments(found: Iterable[Token]) -> Iterator[tuple[str, Segment]]:
    """Yield (the connectors before it, segment): list, or, and, comma; the strongest of several in a row."""
    connector, segment = "", list[Token]()
    for token in found:
        if token.kind not in CONNECTORS:
            segment.append(token)
            continue
        if segment:
            yield connector, segment
            connector, segment = "", []
        mark = "pause" if token.text == "、" else token.kind
        connector = mark if connector in {"", "pause"} or mark in {"or", "and"} else connector
    if segment:
        yield connector, segment


def excluded(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Return who is left out; 艺术类专业学生 are told by their specialty, for students they are in any case."""
    telling = tuple(one for one in criteria if one.values != ("enrolment-student",))
    return narrowest(telling or criteria)


class Listing:
    """The members of one clause as they are put together, segment by segment."""

    def __init__(self) -> None:
        self.open = False
        self._whole: list[Segment] = [[]]  # what 中 says the rest are parts of
        self._prefix: list[Segment] = [[]]  # what 的 distributes over a list
        self._run: list[tuple[str, Segment]] = []  # segments that name no being yet
        self._found: list[Segment] = []
        self._left_out: list[Token] = []
        self._leaving_out = False
        self._depth = 0

    def add(self, connector: str, segment: Segment) -> None:
        """Add a segment with the connector before it."""
        if self._leaving_out or segment[0].kind == "left_out":
            self._leaving_out = True
            criteria = tuple(one for token in segment for one in token.criteria)
            self._left_out.append(replace(segment[0], kind="not", end=segment[-1].end, criteria=excluded(criteria)))
            return
        left_out = [replace(token, kind="not") for token in segment if token.kind == "not_all"]
        segment = [token for token in segment if token.kind != "not_all"]
        if connector == "comma" and not self._run:
            self._prefix = [[]]
        domain = next((index for index, token in enumerate(segment) if token.kind == "domain" and index), 0)
        if domain and self._depth < _DEEP:
            self._depth += 1
            self._place(connector, segment[:domain])
            whole = [member + segment[domain : domain + 1] for member in self._take()[:_MANY]]
            self._whole, self._found, self._prefix = whole, [], [[]]
            connector, segment = "", segment[domain + 1 :]
        self._place(connector, self._without_examples(segment))
        if left_out:
            self._found = [member + left_out for member in self._found]

    def _place(self, connector: str, segment: Segment) -> None:
        if segment and _names_beings(segment):
            self._place_member(connector, segment)
            return
        inner = next((index + 1 for index, token in enumerate(segment[:-1]) if token.kind == "scope"), 0)
        if inner:  # 经济困难的高龄、失能老年人: what stands before 的 holds for the whole list
            self._qualify(_combined([*self._run, (connector, segment[:inner])]))
            self._run, connector, segment = [], "", segment[inner:]
        if segment:
            self._run.append((connector, segment))

    def _place_member(self, connector: str, segment: Segment) -> None:
        variants = [self._lend(variant) for variant in _combined([*self._run, (connector, segment)])]
        self._found = _employed(self._found, segment)
        self._run = []
        own = list(_distinct(variant[: _scope(variant)] for variant in variants))
        if self._prefix == [[]] or (any(own) and _alike(own, self._prefix)):
            self._prefix = own
            self._found += variants
        else:
            pairs = [(prefix, variant) for prefix in self._prefix for variant in variants]
            self._found += [prefix + variant if _agree(prefix, variant) else variant for prefix, variant in pairs]

    def _qualify(self, own: list[Segment]) -> None:
        """Let what stands before 的 hold from here on, together with or instead of what held before."""
        alike = _alike(own, self._prefix)
        self._prefix = own if alike else [prefix + one for prefix in self._prefix for one in own][:_MANY]

    def _lend(self, member: Segment) -> Segment:
        """Give 青少年 in 残疾儿童、青少年 what qualifies the child before it."""
        before = self._found[-1] if self._found else []
        stages = [next((token for token in reversed(one) if token.criteria), None) for one in (before, member)]
        if len(member) == 1 and all(stage and stage.criteria[0].attribute == "life-stage" for stage in stages):
            held = [stages[0], *(token for prefix in self._prefix for token in prefix)]
            return [token for token in before if token.criteria and token not in held] + member
        return member

    def _without_examples(self, segment: Segment) -> Segment:
        """Drop what stands before 等 as an example of what stands behind it; with nothing behind, the list is open."""
        index = next((index for index, token in enumerate(segment) if token.kind == "etc"), None)
        if index is None:
            return segment
        before, after = segment[:index], [token for token in segment[index + 1 :] if token.kind != "filler"]
        if not after or after[0].kind == "noun":
            self.open = True
            closes = len(after) > 1 and after[1].kind == "scope"
            return self._together(before, after[2:]) if closes else before
        if after[0].kind == "scope" and len(after) > 1 and _is_employer(before):
            self.open = True  # 律师事务所等的职工
            return self._together(before, after[1:])
        if after[0].kind in {"other", "scope"}:
            return before + segment[index + 1 :]
        lent = self._lent(before, after[0])
        if _names_beings(before):
            self._found, keep = [], _scope(before)
        else:
            about = after[0].criteria[0].attribute if after[0].criteria else ""
            alike = [any(one.attribute == about for one in token.criteria) for token in before]
            keep = alike.index(True) if True in alike else len(before) - 1
        self._run = []
        return [*(token for token in lent if token not in before[:keep]), *before[:keep], *after]

    def _lent(self, before: Segment, whole: Token) -> Segment:
        """Return what may hold for the whole: 农村 in 农村高血压、糖尿病等慢性病患者; grammar leaves that open."""
        first = (self._found or [segment for _, segment in self._run] or [before])[0]
        example = next((index for index in range(len(first) - 1, -1, -1) if first[index].criteria), 0)
        about = {one.attribute for one in whole.criteria}
        apart = (token for token in first[:example] if not about & {one.attribute for one in token.criteria})
        return [replace(token, head=False, criteria=_as_shared(token.criteria)) for token in apart
                if token.criteria and token.kind != "not"]  # fmt: skip

    def _together(self, last: Segment, rest: Segment) -> Segment:
        """Make the members so far one choice of what qualifies the rest: 企业、事业单位等组织的职工."""
        listed = [token for member in [*self._found, last] for token in member if token.criteria]
        attribute = listed[-1].criteria[0].attribute if listed else ""
        kept = [token for token in listed if token.criteria[0].attribute == attribute]
        if not kept:
            return last + rest
        self._found = [member for member in self._found if not any(token in kept for token in member)]
        codes = [code for token in kept for code in token.criteria[0].values]
        whole = replace(kept[-1], criteria=(criterion(*dict.fromkeys(codes)),), start=kept[0].start, head=False)
        return [whole, *rest]

    def all(self) -> list[Segment]:
        """Return the members as token lists, a segment that named no being for itself."""
        return [member + self._left_out for member in self._take()]

    def _take(self) -> list[Segment]:
        left = _combined(self._run) if self._run else []
        self._found += [prefix + one for prefix in self._prefix for one in left]
        self._run = []
        pairs = [(whole, member) for whole in self._whole for member in self._found]
        if not pairs:
            return [] if self._whole == [[]] else self._whole
        members: list[Segment] = []
        for (
            whole,
            member,
        ) in pairs:  # 低保家庭中的残疾人、重度残疾人: all of these, those of the families are named already
            named = any(_is_within(whole + member, other) for other in members)
            members.append(whole + member if _agree(whole, member) and not named else member)
        return members


def _employed(found: list[Segment], last: Segment) -> list[Segment]:
    """Let 职工 in 机关、事业单位职工 be those of every employer in the list."""
    kinds = [one.attribute for token in last for one in token.criteria]
    if "employer" not in kinds or kinds[-1] != "employment":
        return found
    start = next((index + 1 for index in range(len(found) - 1, -1, -1) if not _is_employer(found[index])), 0)
    return [*found[:start], *([*member, last[-1]] for member in found[start:])]


def _is_employer(member: Segment) -> bool:
    kinds = {one.attribute for token in member for one in token.criteria}
    return "employer" in kinds and "employment" not in kinds


def _agree(whole: Segment, member: Segment) -> bool:
    """Say whether a member can be part of the whole: 民办 schools are no part of the 公办 ones."""
    codes = [{code for token in one for part in token.criteria for code in part.values} for one in (whole, member)]
    return not any(values()[code].disjoint & codes[0] for code in codes[1])


def _is_within(member: Segment, other: Segment) -> bool:
    inner, outer = ([part for token in one for part in token.criteria] for one in (member, other))
    return bool(outer) and all(any(contains(part, one) for one in inner) for part in outer)


def _alike(some: list[Segment], others: list[Segment]) -> bool:
    """Say whether two qualifications are about the same: then the later one stands instead of the earlier."""
    return bool(_topics(some) & _topics(others))


def _topics(segments: list[Segment]) -> set[str]:
    return {topic(one) for segment in segments for token in segment for one in token.criteria}


def _distinct(segments: Iterator[Segment]) -> Iterator[Segment]:
    seen: list[Segment] = []
    for segment in segments:
        if segment not in seen:
            seen.append(segment)
            yield segment


def _names_beings(segment: Segment) -> bool:
    said = [token for token in segment if token.kind not in {"filler", "not", "not_all", "etc"}]
    return bool(said) and said[-1].head


def _scope(segment: Segment) -> int:
    """Return how many tokens reach to the last word that holds for a whole list, itself included; 0 for none."""
    return next((index + 1 for index in range(len(segment) - 1, -1, -1) if _holds_for_all(segment[index])), 0)


def _holds_for_all(token: Token) -> bool:
    place = bool(token.criteria) and not token.head and re.search(wording()["places"], token.text)
    return token.kind == "scope" or bool(place)


# --- segments that qualify one being ----------------------------------------------------------------------------------


def _combined(run: Sequence[tuple[str, Segment]]) -> list[Segment]:
    """Return the members that segments make together: one where their conditions add up, else one for each."""
    segments = [segment for _, segment in run]
    if len(segments) == 1:
        return segments
    if _adds_up(run):
        return [[token for segment in segments for token in segment]]
    first, last = segments[0], segments[-1]
    cut = _last_criterion(first)
    shared, rest = first[:cut], _rest(first, last)
    middle = [first[cut:], *segments[1:-1]]
    return [*(shared + one + rest for one in middle), shared + last]


def _rest(first: Segment, last: Segment) -> Segment:
    """Return what the members of a choice share behind the parallel words: the being, with what qualifies it."""
    scope = next((index for index, token in enumerate(last) if token.kind == "scope"), None)
    if scope is not None:
        return last[scope:]
    head = _first_criterion(last)
    rest = last[head + 1 :]
    if last[head].head and not _names_beings(rest) and last[head].criteria:
        return [*_being(last[head]), *rest]
    if _are_kinds_of_one(first[_last_criterion(first)], last[head]):
        return rest
    return [token if token.head else replace(token, criteria=_as_shared(token.criteria)) for token in rest]


def _are_kinds_of_one(one: Token, other: Token) -> bool:
    """集中连片特困地区和西藏 qualify alike; 涉农 and 非涉农 do not, for both together would qualify nobody."""
    codes = [code for token in (one, other) for part in token.criteria for code in part.values]
    attributes = {part.attribute for token in (one, other) for part in token.criteria}
    return len(attributes) == 1 and not any(values()[code].complement in codes for code in codes)


def _being(token: Token) -> Segment:
    """Return the being at the end of a phrase for the other members to share: 残疾人 in 贫困和重度残疾人."""
    ends = (tokens(token.text[start:]) for start in range(len(token.text) - 2, 0, -1))
    being = next((found[0] for found in ends if len(found) == 1 and found[0].head), None)
    return [replace(being, start=token.end - len(being.text), end=token.end)] if being else []


def _adds_up(run: Sequence[tuple[str, Segment]]) -> bool:
    """年满60周岁、只生育一个子女的夫妇 must be both; 高龄、失能老年人 and 老年或者残疾的遗属 may be either."""
    joints = [connector for connector, _ in run[1:]]
    last = run[-1][1]
    if any(segment[0].kind == "not" for _, segment in run) or joints[-1] in {"and", "comma"}:
        return True
    if (
        joints[-1] == "list"
        and any(token.text.startswith("有") for _, segment in run[:-1] for token in segment)
        and not last[0].text.startswith("有")
    ):
        return True  # 有劳动能力和就业意愿的
    return joints[-1] == "pause" and any(token.kind == "scope" for token in last)


def _last_criterion(segment: Segment) -> int:
    return next((index for index in range(len(segment) - 1, -1, -1) if segment[index].criteria), 0)


def _first_criterion(segment: Segment) -> int:
    return next((index for index, token in enumerate(segment) if token.criteria), 0)


def _as_shared(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    return tuple(replace(one, shared=True) for one in criteria)
