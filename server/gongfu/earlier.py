"""Earlier wording: what a row still says as the previous national edition said it, and the current one does not.

Place in the flow: match -> **earlier** -> graph. Texts are compared, nothing is read out of them: names and target
groups whole, standards sentence by sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongfu.catalogue import Item
from gongfu.match import Correspondence
from gongfu.text import key

_SENTENCE = re.compile(r"[^。；;]+[。；;]?")
_PERIOD = re.compile(r"^\s*[“”]?十[一二三四五]五[“”]?(?:规划)?(?:时期|期间|期末|末期)?，")
_STANDARD_COLUMNS = ("standard", "content", "coverage")
_SHORT = 6  # a sentence of fewer characters than this says too little to be traced to an edition


@dataclass(frozen=True)
class EarlierWording:
    """Words of a row (``column``, verbatim) that equal those of an ``earlier`` row and not those of the national."""

    item: str
    national: str
    earlier: str
    column: str
    text: str
    national_text: str


def earlier_wordings(
    pairs: Sequence[Correspondence], items: Mapping[str, Item], nation: Mapping[str, Item],
    earlier: Mapping[str, Sequence[Item]],
) -> Iterator[EarlierWording]:  # fmt: skip
    """Yield the earlier wordings of a catalogue.

    Args:
        pairs: which row answers which national item.
        items: the catalogue's rows by key.
        nation: the current national items by key.
        earlier: for each national key the rows of the previous edition that became it.
    """
    for pair in pairs:
        item, national = items.get(pair.item or ""), nation.get(pair.national or "")
        if item and national:
            for before in earlier.get(national.key, ()):
                yield from _of_row(item, national, before)


def _of_row(item: Item, national: Item, before: Item) -> Iterator[EarlierWording]:
    for column in ("name", "target"):
        ours, theirs, old = (key(row.text(column)) for row in (item, national, before))
        if ours and ours == old and ours != theirs:
            yield EarlierWording(item.key, national.key, before.key, column, item.text(column), national.text(column))
    current = key("".join(national.text(column) for column in _STANDARD_COLUMNS))
    previous = {words for column in _STANDARD_COLUMNS for words, _ in _split(before.text(column))}
    for column in _STANDARD_COLUMNS:
        kept = [text for words, text in _split(item.text(column)) if words in previous and words not in current]
        if kept:
            text = "".join(kept)
            yield EarlierWording(item.key, national.key, before.key, column, text, national.standard)


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Yield (what is compared, verbatim text) of each sentence; that it holds for the plan period is not compared."""
    for sentence in _SENTENCE.findall(text):
        words = key(_PERIOD.sub("", sentence))
        if len(words) >= _SHORT:
            yield words, sentence
