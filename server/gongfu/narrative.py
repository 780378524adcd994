"""Narrative: levels and targets that the running text of a plan states for indicators that the list knows.

Place in the flow: document -> **narrative** -> map. Only numbers with the very name of an indicator are taken; whether
one is a level that was reached or a target is said by the words around it (data/wording/narrative.yaml).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gongfu.catalogue import Statement
from gongfu.codes import CodeLists
from gongfu.figures import signed
from gongfu.indicators import known_indicator
from gongfu.measures import Measure, read_measures
from gongfu.settings import house, read_yaml
from gongfu.text import key, reading, tidy

_HEADING_MAX = 30
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_SENTENCE = re.compile(r"[^。；;]+[。；;]?")
_LINES_MAX, _LINE_MAX = 20_000, 5_000
_WORDING_MIN = 5


@dataclass(frozen=True)
class _Said:
    """What a heading or a sentence says of the numbers under it: a level (baseline), a target, or nothing."""

    kind: str
    words: tuple[str, ...]
    headings: tuple[str, ...]


@lru_cache(maxsize=1)
def _table() -> tuple[_Said, ...]:
    table: Mapping[str, Mapping[str, list[str]]] = read_yaml(house().data / "wording" / "narrative.yaml")
    return tuple(
        _Said(kind, tuple(reading(word).text for word in said["words"]), tuple(map(key, said["headings"])))
        for kind, said in table.items()
    )


def read_narrative(prose: str, level: str, begins: int | None, codes: CodeLists) -> tuple[Statement, ...]:
    """Return the statements of a document's running text in order.

    ``level`` is that of its government, ``begins`` the first year of the plan, None where it is not known.
    """
    names = _names(codes)
    found = (
        statement
        for sentence, kind in _sentences(prose.split("\n")[:_LINES_MAX], begins, names)
        if _names_indicator(sentence, names)
        for statement in statements_in(sentence, kind, level, codes)
    )
    return tuple(dict.fromkeys(found))


def _sentences(lines: Iterable[str], begins: int | None, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the sentences whose numbers are known to be levels or targets, each with which of them."""
    under = ""
    for line in lines:
        text = tidy(line.strip("#* "))
        if len(text) <= _HEADING_MAX and not re.search(r"[。；，]", text):
            under = next((said.kind for said in _table() if any(one in key(text) for one in said.headings)), under)
            continue
        if not _names_indicator(text, names):
            continue
        kind = under
        for sentence in _SENTENCE.findall(text[:_LINE_MAX]):
            kind = _kind(sentence, begins) or kind  # 截至2015年 stands once, at the head of a chain of sentences
            if kind:
                yield sentence, kind


def _kind(sentence: str, begins: int | None) -> str:
    """Return what a sentence says of its numbers: by its last year where the plan's years are known, else by words."""
    plain = reading(sentence).text
    years = [int(year) for year in _YEAR.findall(plain)]
    if years and begins:
        return "baseline" if max(years) < begins else "target"
    kinds = [said.kind for said in _table() if any(word in plain for word in said.words)]
    return kinds[0] if len(kinds) == 1 else ""


def statements_in(sentence: str, kind: str, level: str, codes: CodeLists) -> Iterator[Statement]:
    """Yield the numbers of a sentence that bear the name of an indicator."""
    for measure in read_measures(sentence, level)[0]:
        indicator = known_indicator(measure.label, (), codes)
        if indicator and codes.iri("unit", measure.unit) == codes.concepts[indicator].facts.get("unit"):
            yield Statement(
                kind, indicator, codes.concepts[indicator].label("zh"), sentence.strip(), _words(measure),
                measure.normal_lower, measure.normal_upper, measure.normal_unit,
            )  # fmt: skip


def _words(measure: Measure) -> str:
    value = measure.upper if measure.lower is None else measure.lower
    digits = "" if value is None else format(value.normalize(), "f")
    return signed(measure.comparator, digits, measure.multiplier + measure.unit)


def _names(codes: CodeLists) -> frozenset[str]:
    words = (word for one in codes.scheme("indicator") for word in (one.labels.get("zh", ""), *one.other_words))
    return frozenset(plain for word in words if len(plain := key(word)) >= _WORDING_MIN)


def _names_indicator(sentence: str, names: frozenset[str]) -> bool:
    plain = key(sentence)
    return any(char.isdigit() for char in plain) and any(name in plain for name in names)
