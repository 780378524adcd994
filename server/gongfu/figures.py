"""Figures: the cells of an indicator table: a label with its unit, a figure with its sign, a title with its year.

Place in the flow: below plan; the words stand in data/tables/indicators.yaml.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from gongfu.codes import CodeLists
from gongfu.settings import house, read_yaml
from gongfu.text import key, reading

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年?(?!\d)")
# The last brackets of a label, a footnote mark behind them: 参保率（%）3.
_BRACKETS = re.compile(r"^(?P<label>.+?)[（(](?P<unit>[^（()）]{0,12})[)）](?P<mark>[\d①-⑳*＊]{0,2})$")
_FIGURE = re.compile(r"(\D*?)[\[［〔【（(]?(\d+(?:\.\d+)?)[\]］〕】）)]?(\D*)")
_DIGITS_MAX = 18
_SIGNS = {"more-than": ">", "at-least": "≥", "at-most": "≤", "less-than": "<", "about": "约"}
_HEADS = {"人次": "人次", "人数": "人", "户数": "户", "套数": "套", "比例": "%", "率": "%", "比重": "%"}


@dataclass(frozen=True)
class Title:
    """What a header title says: the field, and for a column of figures its period and kind (empty where unsaid)."""

    field: str
    period: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Unit:
    """The unit of an indicator: a word of the unit list (empty where none is known), 万 or 亿, as printed."""

    unit: str
    multiplier: str
    printed: str


@dataclass(frozen=True)
class Figure:
    """A figure with the meaning of its sign; ``value`` None where the cell says that there is none."""

    value: Decimal | None
    comparator: str
    unit: str = ""


@lru_cache(maxsize=1)
def indicator_words() -> Mapping[str, Any]:
    """Return data/tables/indicators.yaml."""
    loaded: Mapping[str, Any] = read_yaml(house().data / "tables" / "indicators.yaml")
    return loaded


@lru_cache(maxsize=1)
def _titles() -> Mapping[str, str]:
    columns = indicator_words()["columns"]
    return {key(title): field for field, column in columns.items() for title in column["titles"]}


def read_title(text: str) -> Title | None:
    """Return what a header title of an indicator table says; None where it says nothing known."""
    plain = reading(text).text
    years = _YEAR.findall(plain)
    if years and len(plain) <= 24:
        kinds = [kind for kind, said in indicator_words()["year_words"].items() if any(word in plain for word in said)]
        kind = kinds[0] if kinds else "cumulative" if len(years) > 1 else ""
        return Title("figure", "cumulative" if kind == "cumulative" else years[-1], kind)
    field = _titles().get(key(text), "")
    if field in indicator_words()["figures"]:
        return Title("figure", field, field)
    return Title(field) if field else None


def with_kinds(titles: Mapping[int, Title]) -> dict[int, Title]:
    """Return the titles by column; of those with only a year the first is the baseline, the last the target."""
    years = sorted({title.period for title in titles.values() if title.period.isdigit()})
    found = dict(titles)
    for column, title in titles.items():
        if title.field == "figure" and not title.kind:
            alone = len(years) == 1
            kind = (
                "target"
                if alone or title.period == years[-1]
                else "baseline"
                if title.period == years[0]
                else "interim"
            )
            found[column] = Title("figure", title.period, kind)
    return found


def read_label(text: str, unit_column: str, codes: CodeLists) -> tuple[str, Unit]:
    """Return an indicator's label without unit and footnote mark, and its unit."""
    plain = re.sub(r"\s+", "", text)
    if unit_column:
        return _without_mark(plain), _unit(unit_column, plain, codes)
    found = _BRACKETS.match(plain)
    if found:
        unit = _unit(found["unit"], found["label"], codes)
        if unit.unit or not codes.iri("indicator", plain):
            return found["label"], unit
    return _without_mark(plain), Unit("", "", "")


def _without_mark(label: str) -> str:
    return re.sub(r"(?<=[\u4e00-\u9fff）)])[①-⑳*＊]{1,2}$", "", label)


def _unit(printed: str, label: str, codes: CodeLists) -> Unit:
    plain = reading(printed).text
    if codes.iri("unit", plain) or codes.iri("unit", plain.lstrip("/每")):
        return Unit(plain if codes.iri("unit", plain) else plain.lstrip("/每"), "", printed)
    multiplier = plain[:1] if plain[:1] in {"万", "亿"} else ""
    rest = plain[len(multiplier) :]
    if rest:
        return Unit(rest if codes.iri("unit", rest) else "", multiplier, printed)
    head = next((head for head in _HEADS if label.endswith(head)), "")
    return Unit(_HEADS.get(head, ""), multiplier, printed)


def read_figure(text: str, codes: CodeLists) -> Figure | None:
    """Return the figure of a cell; None where the words are not understood."""
    words = indicator_words()
    plain = reading(text).text
    if plain in {reading(word).text for word in words["no_figure"]}:
        return Figure(None, "")
    found = _FIGURE.fullmatch(plain)
    if found is None or len(found[2]) > _DIGITS_MAX:
        return None
    before, after = _meaning(words["before"], found[1]), found[3]
    unit = next((after[:end] for end in range(len(after), 0, -1) if codes.iri("unit", after[:end])), "")
    behind = _meaning(words["after"] | {"": "exactly"}, after.removeprefix(unit))
    if before is None or behind is None:
        return None
    return Figure(Decimal(found[2]), behind if behind != "exactly" else before, unit)


def signed(comparator: str, digits: str, unit: str) -> str:
    """Return a figure with the sign of its comparator and its unit, in no language: >375万人, 18/10万."""
    return f"{_SIGNS.get(comparator, '')}{digits}{unit.removeprefix('1') if '/' in unit else unit}"


def _meaning(said: Mapping[str, str], word: str) -> str | None:
    return next((meaning for known, meaning in said.items() if reading(known).text == word), None)
