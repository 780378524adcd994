"""Elements: the things that a standard provides, as a person typed them or split from its text.

Place in the flow: arrange -> **elements** -> coverage -> map. A person's list (elements.csv beside the catalogue) is
taken where there is one; any other edition is split by the words of data/wording/elements.yaml.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gongfu.catalogue import Item
from gongfu.settings import house, read_yaml
from gongfu.text import key, reading

COLUMNS = ("standard", "content")
SENTENCE_ENDS, CLAUSE_ENDS = "。；;\n", "。；;\n，,：:"
_OPENING, _CLOSING = "（(《“‘", "）)》”’"


@dataclass(frozen=True)
class Manner:
    """How a thing is promised: whether free of charge, and how firmly (a code of ``attainment``)."""

    free: bool
    attainment: str


@dataclass(frozen=True)
class Element:
    """One thing a standard provides: its short name, where it stands, the sentence around it, how it is promised.

    ``quote`` is the verbatim stretch of the column from ``start`` to ``end``; ``typed`` by a person, else split.
    """

    name: str
    quote: str
    column: str
    start: int
    end: int
    sentence: str
    manner: Manner
    typed: bool = False


Table = Mapping[str, list[str]]


@lru_cache(maxsize=1)
def element_words() -> Table:
    """Return the lists of data/wording/elements.yaml by name."""
    loaded: Table = read_yaml(house().data / "wording" / "elements.yaml")
    return loaded


def element_at(item: Item, column: str, start: int, end: int, name: str, *, typed: bool = False) -> Element:
    """Return the element that stands at ``start`` to ``end`` of a column, with what its surroundings say of it."""
    text = item.text(column)
    clause = stretch_around(text, start, end, CLAUSE_ENDS)
    before = text[stretch_start(text, start, CLAUSE_ENDS) : end]
    free = has_any(item.name + clause, "free") or is_spared(item.name + clause)
    manner = Manner(free, attainment_of(before))
    sentence = stretch_around(text, start, end, SENTENCE_ENDS)
    return Element(name, text[start:end], column, start, end, sentence, manner, typed)


def has_any(text: str, words: str) -> bool:
    """Say whether a text has one of the words of a list."""
    return any(map(text.__contains__, element_words()[words]))


@lru_cache(maxsize=8192)  # every element is looked for in the same clauses
def is_spared(clause: str) -> bool:
    """Say whether a clause spares people a charge; 免疫 has nothing to do with it."""
    for word in element_words()["not_spared"]:
        clause = clause.replace(word, "")
    return has_any(clause, "spared")


def attainment_of(before: str) -> str:
    """Return how firmly a thing is promised by the words before it: immediate, progressive or encouraged."""
    return next((code for code in ("encouraged", "progressive") if has_any(before, code)), "immediate")


def stretch_start(text: str, position: int, ends: str) -> int:
    """Return where the stretch between marks that holds a position begins."""
    return max((text.rfind(mark, 0, position) for mark in ends), default=-1) + 1


@lru_cache(maxsize=4096)  # what stands around the nation's elements is asked for with every catalogue
def stretch_around(text: str, start: int, end: int, ends: str) -> str:
    """Return the stretch between marks that holds ``start`` to ``end``, without the marks."""
    last = min((found for mark in ends if (found := text.find(mark, end)) >= 0), default=len(text))
    return text[stretch_start(text, start, ends) : last]


def split_elements(item: Item) -> tuple[Element, ...]:
    """Return the things that the standard of an item provides, split by its marks and the words of the table."""
    found: dict[str, Element] = {}
    for column in COLUMNS:
        for start, end in _parts(item.text(column)):
            name = item.text(column)[start:end]
            if len(name) >= 2:
                found.setdefault(name, element_at(item, column, start, end, name))
    return tuple(found.values())


def describes(item: Item) -> bool:
    """Say whether an item says what it provides: more than quantities, procedure and its own name."""
    name = _telling(item.name)
    for column in COLUMNS:
        text = item.text(column)
        for start, end in _cut(text, rf"[{CLAUSE_ENDS}]"):
            clause = text[start:end]
            if has_any(clause, "gives") if states_quantity(clause) else not has_any(clause, "procedure"):
                first, last = _bare(text, _thing_start(text, start, end), end)
                if not _telling(text[first:last]) <= name:
                    return True
    return False


def _telling(text: str) -> set[str]:
    """Return the pairs of characters of a text without the words that tell little."""
    bare = re.sub("|".join(map(re.escape, element_words()["weak"])), "", key(text))
    return {bare[at : at + 2] for at in range(len(bare) - 1)}


def _parts(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _cut(text, rf"[{CLAUSE_ENDS}]"):
        if not _is_procedure(text[start:end]):
            for part in _cut(text, _separators(), _thing_start(text, start, end), end):
                first, last = _bare(text, *part)
                if not text.endswith(tuple(element_words()["people"]), first, last):
                    yield first, last


def _cut(text: str, marks: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the stretches between the marks, those inside brackets and quotation marks not counted."""
    end = len(text) if end is None else end
    begin = start
    for mark in re.finditer(marks, text[start:end]):
        at = start + mark.start()
        before = text[begin:at]
        if sum(map(before.count, _OPENING)) <= sum(map(before.count, _CLOSING)) and at > begin:
            yield begin, at
            begin = start + mark.end()
    if begin < end:
        yield begin, end


@lru_cache(maxsize=1)
def _separators() -> str:
    words = "|".join(map(re.escape, element_words()["and"]))
    return rf"、|(?<=[\u4e00-\u9fff]{{2}})(?:{words})(?!时)(?=[\u4e00-\u9fff]{{2}})"


def _is_procedure(clause: str) -> bool:
    return has_any(clause, "procedure") or states_quantity(clause)


@lru_cache(maxsize=16384)  # every element is looked for in the same clauses
def states_quantity(clause: str) -> bool:
    """Say whether a clause states a rate, or a number of people, money, times or the like."""
    units = "|".join(map(re.escape, element_words()["counted"]))
    return re.search(rf"\d[万亿]?(?:{units})|(?<![差效])率", reading(clause).text) is not None


def _thing_start(text: str, start: int, end: int) -> int:
    """Return where a clause begins to say what is provided; its end where it only says who, for whom or how."""
    words, clause = element_words(), text[start:end]
    told = [clause.find(word) + len(word) for word in words["subjects"] if word in clause]
    if told:
        return start + max(told)
    if not clause.startswith(tuple(words["openers"])):
        return start
    acts = [at for word in words["acts"] if (at := clause.find(word)) >= 0]
    verbs = [at + len(word) for word in words["verbs"] if (at := clause.find(word)) >= 0]
    return start + min(acts + verbs, default=len(clause))


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a part without the verbs before and the words behind it that say nothing."""
    verbs = sorted(element_words()["verbs"], key=len, reverse=True)
    while verb := next((verb for verb in verbs if text.startswith(verb, start) and end - start - len(verb) >= 2), ""):
        start += len(verb)
    tails = sorted(element_words()["tails"], key=len, reverse=True)
    while tail := next(
        (tail for tail in tails if text.endswith(tail, start, end) and end - start - len(tail) >= 3), ""
    ):
        end -= len(tail)
    return start, end
