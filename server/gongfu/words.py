"""Words: the table of what the words around a number mean (data/wording/words.yaml), read once.

Place in the flow: below measures; knows the table and no grammar.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gongfu.settings import house, read_yaml

# 每3-10万居民: so many people or households together are what it is per.
_COUNTED = re.compile(r"(\d+(?:-\d+)?[千百万]?)(名|人口?|居民|户|米|公里|平方米|亩)")
# 一乡一年, 1村1月, 一月一村: once for each such place in each such time; the grammar says what is a place
_PLACE = r"[^一\d年月]{1,3}"
_OF_EACH = re.compile(rf"[一1](?P<place>{_PLACE})[一1](?P<time>[年月])|[一1](?P<often>[年月])[一1](?P<other>{_PLACE})")
_PER = re.compile(r"每|均|/|·|•|\.")
_DAYS_OF_A_KIND = frozenset({"工作日", "周末", "节假日"})


@dataclass(frozen=True)
class Kind:
    """A line of the table of kinds: the kind, and what a measure of it is like; None and empty mean anything."""

    kind: str
    units: frozenset[str]
    words: re.Pattern[str] | None
    period: bool
    total: bool


@dataclass(frozen=True)
class Words:
    """The word table in the form the reading needs; see the YAML file for what each part means."""

    comparators: Mapping[str, str]
    afters: Mapping[str, str]
    reaching: frozenset[str]
    attainment: Mapping[str, str]
    units: Mapping[str, str]
    multipliers: Mapping[str, int]
    entities: Mapping[str, str]
    added_up: frozenset[str]
    facilities: tuple[str, ...]
    periods: Mapping[str, str]
    several: re.Pattern[str]
    periods_a_year: Mapping[str, int]
    shorthand: Mapping[str, str]
    roles: Mapping[str, frozenset[str]]
    total_words: tuple[str, ...]
    leading: tuple[re.Pattern[str], ...]
    trailing: tuple[re.Pattern[str], ...]
    following: re.Pattern[str]
    given_after: re.Pattern[str]
    grade: re.Pattern[str]
    grades_told: re.Pattern[str]
    averaged: re.Pattern[str]
    giving: tuple[str, ...]
    providing: tuple[str, ...]
    selecting: re.Pattern[str]
    selecting_nouns: re.Pattern[str]
    selecting_before: re.Pattern[str]
    levels_after: re.Pattern[str]
    rated_after: re.Pattern[str]
    defining: re.Pattern[str]
    former: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    amount_nouns: tuple[str, ...]
    shares: tuple[str, ...]
    bounding: Mapping[str, re.Pattern[str]]
    selecting_whoever: re.Pattern[str]
    recipients: re.Pattern[str]
    one_payer: re.Pattern[str]
    stage: re.Pattern[str]
    one_kind: Mapping[str, str]
    attended: re.Pattern[str]
    sums: frozenset[str]
    groups: frozenset[str]
    measured_endings: re.Pattern[str]
    generic: frozenset[str]
    counted_nouns: Mapping[str, str]
    growing: re.Pattern[str]
    joined: re.Pattern[str]
    sum_words: re.Pattern[str]
    chosen_after: re.Pattern[str]
    own_amount: re.Pattern[str]
    minimum_standard: re.Pattern[str]
    minimum_heading: re.Pattern[str]
    changing: re.Pattern[str]
    changed: frozenset[str]
    due: re.Pattern[str]
    due_behind: re.Pattern[str]
    opening_hours: re.Pattern[str]
    round_the_clock: re.Pattern[str]
    listed_per: re.Pattern[str]
    household: re.Pattern[str]
    household_before: re.Pattern[str]
    household_after: re.Pattern[str]
    two_kinds: re.Pattern[str]
    rate_heads: tuple[tuple[str, ...], ...]
    exclusive: tuple[tuple[str, ...], ...]
    wholes: Mapping[str, tuple[str, ...]]
    partial: re.Pattern[str]
    some: re.Pattern[str]
    carried: frozenset[tuple[str, ...]]
    exclusive_equal: Mapping[str, str]
    contrasts: Mapping[str, tuple[str, ...]]
    money: tuple[str, ...]
    counted: frozenset[str]
    kinds: tuple[Kind, ...]

    def comparator(self, word: str) -> str:
        """Return the comparator a word stands for, empty for none."""
        return self.comparators.get(word, "")

    def after(self, word: str) -> str:
        """Return the comparator a word behind a number stands for, empty for none."""
        return self.afters.get(word, "")

    def trimmed(self, text: str) -> str:
        """Return what is measured without the words at its edges that do not belong to it."""
        before = None
        while before != text:
            before = text
            for pattern in (*self.leading, *self.trailing):
                text = pattern.sub("", text)
        text = text.strip("“”（）()")
        if text.count("（") < text.count("）"):
            text = text.rsplit("）", 1)[-1]
        return text

    def leading_length(self, text: str) -> int:
        """Return how many characters at the beginning belong to nothing that is measured."""
        rest, before = text, None
        while before != rest:
            before = rest
            for pattern in self.leading:
                rest = pattern.sub("", rest)
        return len(text) - len(rest) if rest else 0

    def empty_noun(self, noun: str) -> bool:
        """Say whether a following noun names nothing that could be measured (比例给予救助)."""
        empty = noun.startswith(("比例", "标准", "范围", "部分", "基础", "确定"))
        return empty or self.grades_told.search(noun) is not None

    def unit_of_noun(self, after: str, before: str) -> str:
        """Return the unit that the noun behind (or before) a number of 万 counts, empty for none."""
        for unit, nouns in self.counted_nouns.items():
            if re.match(rf"^(名|[^，。；：、\d]{{0,18}}?){nouns}", after) or re.search(rf"{nouns}$", before):
                return unit
        return ""

    def is_age_like(self, clause: str) -> bool:
        """Say whether words before a number of years make it a length of service or of residence, no promise."""
        return clause.endswith(("服务期", "缴费", "连续", "工作", "居住", "从业", "服役"))

    def per(self, printed: list[str]) -> str:
        """Return the canonical per-what of printed words: [每生, 每年] -> 每生每年; the empty string for none."""
        entity = period = average = ""
        for text in printed:
            for part in (piece for piece in _PER.split(_spelled(text)) if piece):
                whom, when = self._parted(part)
                period = (
                    period if period in _DAYS_OF_A_KIND and when == "天" else when or period
                )  # 工作日人工接听每天8小时
                if text.endswith("均"):  # 人均标准每生每年2000元: said of pupils, all the same
                    average = average or whom
                entity = entity or (whom if not text.endswith("均") else "")
        entity = entity or average
        return (f"每{entity}" if entity else "") + (f"每{period}" if period else "")

    def _parted(self, part: str) -> tuple[str, str]:
        """Return entity and period of one word: 人, 月, and both together in 元/人月."""
        if self._period(part):
            return "", self._period(part)
        if part[:-1] in self.entities and self._period(part[-1:]):
            return self.entities[part[:-1]], self._period(part[-1:])
        return self._entity(part), ""

    def _period(self, part: str) -> str:
        several = self.several.fullmatch(part)
        if several:
            count = {"两": "2", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6"}.get(several[1], several[1])
            return count + {"日": "天"}.get(several[2], several[2])
        return self.periods.get(part, "")

    def _entity(self, part: str) -> str:
        part = part.removeprefix("个") or part  # 每个每年: each of what was named before
        if part in self.entities:
            return self.entities[part]
        facility = next((ending for ending in self.facilities if part.endswith(ending)), "")
        if facility:
            return facility
        counted = _COUNTED.fullmatch(part)
        if counted:
            entity = "人" if counted[2] in {"名", "人", "人口", "居民"} else counted[2]
            return counted[1].replace("-", "—") + entity
        longest_first = sorted(self.entities, key=len, reverse=True)
        return next((self.entities[name] for name in longest_first if part.startswith(name)), "")

    def split_per(self, per: str) -> tuple[str, str]:
        """Return entity and period of a canonical per-what, each empty where it is absent."""
        parts = [part for part in per.split("每") if part]
        period = next((part for part in parts if part in self.periods.values() or self.several.fullmatch(part)), "")
        entity = next((part for part in parts if part != period), "")
        return entity, period

    def subjects(self, label: str, *, each: bool = False) -> list[str]:
        """Return the several subjects of one label (报告率和报告及时率), or the label alone.

        ``each`` says that the text has 均 or 都 behind them: then they are several.
        """
        two = self.two_kinds.match(label)
        if two:
            return [two.group(1) + two.group(4), two.group(3) + two.group(4)]
        parts = [part for part in re.split(r"和|及(?!时)|与|、", label) if part]
        if each and len(parts) > 1 and all(part.endswith(self.amount_nouns) for part in parts):
            return [self.trimmed(part) for part in parts]
        if len(parts) < 2 or not self.measured_endings.search(parts[-1]):
            return [label]
        listed = [part for part in label.split("、") if part]
        for several in (parts, listed):
            if len(several) > 1 and all(self.measured_endings.search(part) for part in several):
                return [self.trimmed(part) for part in several]
        headed = [_with_head(part, parts[-1]) for part in parts[:-1]] if each else []
        if headed and all(headed):
            return [*headed, parts[-1]]
        longest_first = sorted(self.groups, key=len, reverse=True)
        first_group = next((group for group in longest_first if parts[-1].startswith(group)), "")
        if first_group and all(part in self.groups for part in parts[:-1]):
            rest = parts[-1][len(first_group) :]
            return [part + rest for part in parts[:-1]] + [parts[-1]]
        return [label]

    def listed_subjects(self, label: str, count: int) -> list[str]:
        """Return as many subjects as there are values listed after them, the whole label for each where they differ."""
        for parts in (self.subjects(label), [part for part in re.split(r"和|及(?!时)|与|、", label) if part]):
            if len(parts) == count:
                return parts
        return [label] * count


def _with_head(part: str, last: str) -> str:
    """Add to one of several subjects what the last of them says for all: 职工养老保险、居民养老保险参保率.

    Empty where the two have nothing in common and neither is short.
    """
    for size in range(len(part), 1, -1):
        place = last.rfind(part[-size:])
        if place >= 0:
            return part + last[place + size :]
    return part + last[len(part) :] if len(part) < 3 else part + last[-4:] if len(part) < 5 else ""


def _spelled(text: str) -> str:
    """Spell out the shorthands of per-what: 年生均 -> 每生每年, 一村一月 -> 每村每月."""
    if text in words().shorthand:
        return words().shorthand[text]
    if re.fullmatch(r"每(人|生|户|孩|例)次", text):
        return f"{text[:-1]}每次"
    named = _OF_EACH.fullmatch(text)
    if named:
        return f"每{named['place'] or named['other']}每{named['time'] or named['often']}"
    if yearly := re.fullmatch(r"(人|生|户)年均", text):
        return f"每{yearly.group(1)}每年"
    turned = re.fullmatch(r"(年|月|日)(人|生|户)均", text)
    if turned:
        return f"每{turned.group(2)}每{turned.group(1)}"
    return f"每{text[1:]}" if text.startswith("1") else text


@lru_cache(maxsize=1)
def words() -> Words:
    """Read data/wording/words.yaml."""
    table: dict[str, Any] = read_yaml(house().data / "wording" / "words.yaml")
    return Words(
        comparators=_turned(table["comparators"]), afters=_turned(table["after"]),
        attainment=_turned(table["attainment"]), shorthand=table["shorthand"], counted=frozenset(table["counted"]),
        units={printed: unit for printed, (unit, _) in table["units"].items()}, multipliers=table["multipliers"],
        entities=table["entities"], added_up=frozenset(table["added_up"]),
        facilities=tuple(table["facilities"]), periods=table["periods"], periods_a_year=table["periods_a_year"],
        roles={role: frozenset(names) for role, names in table["roles"].items()},
        total_words=tuple(table["total_words"]),
        leading=tuple(re.compile(pattern) for pattern in table["leading"]),
        trailing=tuple(re.compile(pattern) for pattern in table["trailing"]),
        following=re.compile(table["following"]), given_after=re.compile(table["given_after"]),
        grade=re.compile(table["grade"]), grades_told=re.compile(table["grades_told"]),
        averaged=re.compile(table["averaged"]),
        giving=tuple(table["giving"]),
        providing=tuple(table["providing"]),
        selecting=re.compile(table["selecting"]), selecting_nouns=re.compile(table["selecting_nouns"]),
        selecting_before=re.compile(table["selecting_before"]), levels_after=re.compile(table["levels_after"]),
        rated_after=re.compile(table["rated_after"]),
        defining=re.compile(table["defining"]), reaching=frozenset(table["reaching"]),
        former=tuple((re.compile(one["before"]), re.compile(one["after"])) for one in table["former"]),
        amount_nouns=tuple(table["amount_nouns"]), shares=tuple(table["shares"]),
        bounding={how: re.compile(pattern) for how, pattern in table["bounding"].items()},
        selecting_whoever=re.compile(table["selecting_whoever"]), recipients=re.compile(table["recipients"]),
        one_payer=re.compile(table["one_payer"]),
        stage=re.compile(table["stage"]), one_kind=table["one_kind"],
        attended=re.compile(table["attended"]), sums=frozenset(table["sums"]),
        groups=frozenset(table["groups"]), measured_endings=re.compile(table["measured_endings"]),
        generic=frozenset(table["generic"]), counted_nouns=table["counted_nouns"],
        growing=re.compile(table["growing"]), joined=re.compile(table["joined"]),
        several=re.compile(table["several"]), sum_words=re.compile(table["sum_words"]),
        chosen_after=re.compile(table["chosen_after"]),
        own_amount=re.compile(table["own_amount"]),
        minimum_heading=re.compile(table["minimum_heading"]),
        minimum_standard=re.compile(table["minimum_standard"]), due=re.compile(table["due"]),
        due_behind=re.compile(table["due_behind"]), opening_hours=re.compile(table["opening_hours"]),
        round_the_clock=re.compile(table["round_the_clock"]),
        listed_per=re.compile(table["listed_per"]),
        changing=re.compile(table["changing"]), changed=frozenset(table["changed"]),
        household=re.compile(table["household"]),
        household_before=re.compile(table["household_before"]), household_after=re.compile(table["household_after"]),
        two_kinds=re.compile(table["two_kinds"]),
        rate_heads=tuple(tuple(forms) for forms in table["rate_heads"]),
        exclusive=tuple(tuple(group) for group in table["exclusive"]),
        wholes={word: tuple(members) for word, members in table["wholes"].items()},
        partial=re.compile(table["partial"]), some=re.compile(table["some"]),
        carried=frozenset(tuple(group) for group in table["carried"]),
        exclusive_equal={word: group[0] for group in table["exclusive_equal"] for word in group},
        contrasts={group: tuple(others) for group, others in table["contrasts"].items()},
        money=tuple(table["money"]), kinds=tuple(map(_kind, table["kinds"])),
    )  # fmt: skip


def _kind(line: Mapping[str, Any]) -> Kind:
    pattern = re.compile(line["words"]) if "words" in line else None
    return Kind(
        line["kind"], frozenset(line.get("units", ())), pattern, bool(line.get("period")), bool(line.get("total"))
    )


def _turned(lists: Mapping[str, list[str]]) -> dict[str, str]:
    return {word: name for name, names in lists.items() for word in names}
