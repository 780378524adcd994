"""Payers: the table of what the words of funding mean (data/wording/funding.yaml), read once, and who a payer is.

Place in the flow: below funding; knows the table and no grammar.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gongfu.settings import house, read_yaml

Payers = tuple[str, ...]
_SEPARATORS = re.compile(r"、|以及|及其|和|及|与|或者|或|至")


@dataclass(frozen=True)
class FundingWords:
    """The word table in the form the reading needs; see the YAML file for what each part means."""

    levels: Mapping[str, Payers]
    places: Mapping[str, str]
    apposed: frozenset[str]
    named: Mapping[str, Payers]
    means_employee: tuple[str, ...]
    means_employer: tuple[str, str]
    modes: tuple[tuple[str, frozenset[str]], ...]
    implied: Mapping[str, Payers]
    grade_words: Mapping[str, Payers]
    rated: frozenset[str]
    together: frozenset[str]
    goes_on: frozenset[str]
    follows: frozenset[str]
    above: frozenset[str]
    hardship: re.Pattern[str]
    partial_matter: re.Pattern[str]
    insured: frozenset[str]
    excess: re.Pattern[str]
    refers: re.Pattern[str]
    regions: Mapping[str, str]
    every_region: tuple[str, ...]
    origin_not: re.Pattern[str]
    pilots: Mapping[str, str]
    delegates: Mapping[str, str]
    bases: Mapping[str, str]
    comparators: Mapping[str, str]
    left_open: re.Pattern[str]
    ratio_words: Mapping[str, str]
    silent: tuple[re.Pattern[str], ...]
    conditions: re.Pattern[str]

    def groups(self, kind: str, text: str) -> list[Payers]:
        """Return the payers that printed words name, in groups: 省和市县财政 is the province, and cities with counties.

        ``kind`` is the grammar's terminal.
        """
        if kind in {"fund", "person"}:
            word = longest(self.named, text)
            return [self.named[word]] if word else []
        if kind == "places":
            endings = (re.sub(r"(人民)?(政府|财政)$", "", part)[-1:] for part in _SEPARATORS.split(text))
            return [(self.places[ending],) for ending in dict.fromkeys(endings) if ending in self.places]
        return self._levels(text)

    def _levels(self, text: str) -> list[Payers]:
        found: list[tuple[int, Payers]] = []
        index = group = 0
        while index < len(text):
            word = next((text[index:end] for end in range(len(text), index, -1) if text[index:end] in self.levels), "")
            separator = _SEPARATORS.match(text, index)
            if word:
                found.append((group, self.levels[word]))
            elif separator:
                group += 1
            index += len(word) or (len(separator.group()) if separator else 1)
        return self._grouped(found)

    def _grouped(self, found: list[tuple[int, Payers]]) -> list[Payers]:
        """Join the levels of one group, each payer once; 政府 and 财政 are payers only where no level is named."""
        general = {"government-unspecified"}
        if any(not set(payers) <= general for _, payers in found):
            found = [(group, payers) for group, payers in found if not set(payers) <= general]
        if any(not set(payers) <= self.apposed for _, payers in found):
            found = [(group, payers) for group, payers in found if not set(payers) <= self.apposed]
        groups: dict[int, list[str]] = {}
        seen: set[str] = set()
        for group, payers in found:
            groups.setdefault(group, []).extend(payer for payer in payers if payer not in seen)
            seen |= set(payers)
        return [tuple(payers) for payers in groups.values() if payers]

    def mode(self, marks: frozenset[str]) -> str:
        """Return how money is given: the first line of the table whose marks are all there, empty for none."""
        return next((mode for mode, needed in self.modes if needed <= marks), "")

    def in_regions(self, text: str) -> Payers:
        """Return the region groups a text names, in the order of the table."""
        return tuple(dict.fromkeys(region for word, region in self.regions.items() if word in text))


def longest(table: Iterable[str], text: str) -> str:
    """Return the longest word of a table that stands in the text, empty for none."""
    return max((word for word in table if word in text), key=len, default="")


@lru_cache(maxsize=1)
def funding_words() -> FundingWords:
    """Read data/wording/funding.yaml."""
    table: dict[str, Any] = read_yaml(house().data / "wording" / "funding.yaml")
    regions = {**_turned(table["regions"])}
    return FundingWords(
        levels=_several(table["levels"]), places=_turned(table["places"]), apposed=frozenset(table["apposed"]),
        named=_several(table["payers"]), means_employee=tuple(table["means_employee"]),
        means_employer=tuple(table["means_employer"]),
        modes=tuple((mode, frozenset(marks)) for mode, marks in table["modes"]),
        implied={mode: tuple(payers) for mode, payers in table["implied"].items()},
        grade_words={word: tuple(payers) for word, payers in table["grade_words"].items()},
        rated=frozenset(table["rated"]), together=frozenset(table["together"]), goes_on=frozenset(table["goes_on"]),
        follows=frozenset(table["follows"]), above=frozenset(table["above"]),
        hardship=re.compile(table["hardship"]), partial_matter=re.compile(table["partial_matter"]),
        insured=frozenset(table["insured"]),
        excess=re.compile(table["excess"]), refers=re.compile(table["refers"]),
        regions=regions, every_region=tuple(table["every_region"]),
        origin_not=re.compile(table["origin_not"]), pilots=_turned(table["pilots"]),
        delegates=_turned(table["delegates"]), bases=_turned(table["bases"]),
        comparators=_turned(table["comparators"]), left_open=re.compile(table["left_open"]),
        ratio_words=table["ratio_words"], silent=tuple(re.compile(pattern) for pattern in table["silent"]),
        conditions=re.compile(table["conditions"]),
    )  # fmt: skip


def _turned(lists: Mapping[str, list[str]]) -> dict[str, str]:
    return {word: name for name, names in lists.items() for word in names}


def _several(lists: Mapping[str, list[str]]) -> dict[str, Payers]:
    """Turn a table of words; a name such as employer|employee stands for several payers."""
    return {word: tuple(names.split("|")) for word, names in _turned(lists).items()}
