"""Subject: what one validation result is about: item, cell, both values and quotations, the words of its message.

Place in the flow: validate -> **subject** -> findings. Messages are the shapes' own; words in braces are filled here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from gongfu.catalogue import TEXT_FIELDS, Catalogue, CellReference, Item
from gongfu.codes import CodeLists
from gongfu.elements import SENTENCE_ENDS, stretch_around
from gongfu.examine import Examined
from gongfu.graph import missing_numbers
from gongfu.measures import Measure
from gongfu.reviews import Review, digest
from gongfu.rules import rules
from gongfu.settings import SHAPES
from gongfu.validate import Result
from gongfu.wording import conversion, in_words, printed_value, sides

# The column whose cell a result points at, by the beginning of its shape's name; shapes that end in a column name it.
_COLUMNS = {
    "R03": "payment",
    "R05": "number",
    "R07-DomainKnown": "domain",
    "R09": "departments",
    "R14": "standard",
    "R15": "standard",
    "R24": "number",
    "R27-Recipients": "standard",
    "R27": "target",
    "R31": "target",
    **dict.fromkeys(("R06-Funding", "R33", "R34", "R35", "R36", "R37", "R38", "R39"), "funding"),
    "R41": "departments",
}
_NAMES_EQUAL = "R25-NameKept"
# A total is of the whole cell: any one of its clauses shows a part of the sum only.
_SUMS_UP = ("R38-SharesSumTo100-funding", "R38-NothingLeftOver-rest")
_BRACES = re.compile(r"(“?)\{(\w+)\}")
INNER_QUOTES = str.maketrans("“”", "‘’")
_WORD_MAX = 160
LANGUAGES = ("zh", "en")
SEVERITIES = ("violation", "warning", "information")


@dataclass(frozen=True)
class Finding:
    """One finding: rule, severity, item and national item (numbers), cell, messages, both values and quotations.

    ``remedy`` is the end of each message that says what to do, empty where it says none; ``results`` are the validation
    results that the finding tells of.
    """

    rule: str
    severity: str
    item: str | None
    national_item: str | None
    sheet: str | None
    cell: str | None
    message: Mapping[str, str]
    value: str
    national_value: str
    quote: str
    national_quote: str
    confidence: float
    clause: str = ""
    shape: str = ""
    remedy: Mapping[str, str] = field(default_factory=dict)
    item_key: str = ""
    national_key: str = ""
    domain: str = ""
    results: tuple[Result, ...] = ()
    review: Review | None = None

    @property
    def digest(self) -> str:
        """The name of the words that the finding is about: a person's judgement holds for these and no others."""
        words = (self.shape, self.item_key, self.national_key, self.quote, self.national_quote, self.value)
        return digest(*words, self.national_value)


@dataclass(frozen=True)
class Subject:
    """What one result is about: what the graph knows of its focus node, and where that stands in both catalogues."""

    examined: Examined
    codes: CodeLists
    about: Mapping[str, str]
    result: Result

    def finding(self) -> Finding:
        """Return the result as a finding: its place, both values and quotations, and its message in both languages."""
        rule = rules()[self.result.shape]
        item, other, place = self._item, self._national, self._place()
        words = {language: self.words(language) for language in LANGUAGES}
        return Finding(
            rule=rule.id, severity=self.result.severity, item=item.number if item else None,
            national_item=other.number if other else None, sheet=place.sheet if place else None,
            cell=place.address if place else None,
            message={language: _filled(rule.message[language], words[language]) for language in LANGUAGES},
            value=words["zh"]["value"], national_value=words["zh"]["nationalValue"], quote=words["zh"]["quote"],
            national_quote=words["zh"]["nationalQuote"], confidence=float(self.about.get("confidence", "1.0")),
            clause=rule.clause, shape=self.result.shape,
            remedy={language: _filled(text, words[language]) for language, text in rule.remedy.items()},
            domain=next((one.text("domain") for one in (item, other) if one and one.text("domain")), ""),
            item_key=item.key if item else "", national_key=other.key if other else "", results=(self.result,),
        )  # fmt: skip

    def words(self, language: str) -> dict[str, str]:
        """Return the words that a message in this language may have in braces; empty where one has no sense."""
        item, other = self._item, self._national
        ours, theirs = self._ours, self._theirs
        reason, nearest = self.codes.concepts.get(self.about.get("comparability", "")), self.about.get("nearest", "")
        value = printed_value(ours[1], language) if ours else self.about.get("ourWords") or self._own_value()
        ground = self.codes.concepts.get(self.about.get("ground", ""))
        measured = theirs or ours
        catalogue = self.examined.prepared.catalogue
        return {
            "item": item.number or "？" if item else "—", "itemName": item.name if item else "",
            "domain": item.text("domain") if item else "", "national": other.number if other else "—",
            "nationalName": other.name if other else "", "value": value,
            "label": label_of(measured[1], self.codes, language) if measured else self._indicator(language),
            "baseline": in_words(self.about.get("baseline", ""), language), "multiple": self.about.get("multiple", ""),
            "nationalValue": printed_value(theirs[1], language) if theirs else self._their_value(),
            "converted": conversion(ours[1], theirs and theirs[1], language) if ours else "",
            "nationalConverted": conversion(theirs[1], ours and ours[1], language) if theirs else "",
            "reasonZh": ground.label("zh") if ground else "", "reasonEn": ground.label("en") if ground else "",
            **sides(self.about.get("theirWords", ""), self.about.get("ourWords", ""), language),
            "limit": self._limits(), "total": self.result.value,
            "valueZh": f"的{self._own_label('zh')}{value}" if ours else "",
            "valueEn": f"with {self._own_label('en')} {value}".replace("  ", " ") if ours else "without a number",
            "quote": self._own_words(*ours) if ours else self._own_quote(),
            "nationalQuote": theirs[1].quote if theirs else self._their_quote(),
            "comparabilityZh": reason.label("zh") if reason else "",
            "comparabilityEn": reason.label("en") if reason else "",
            "nearestZh": f"最接近的是“{nearest}”。" if nearest else "",
            "nearestEn": f"The nearest is “{nearest}”. " if nearest else "",
            "confidence": self.about.get("confidence", ""),
            "declared": str(catalogue.edition.declared_items or ""), "actual": str(len(catalogue.items)),
        }  # fmt: skip

    @cached_property
    def _item(self) -> Item | None:
        return _by_identifier(self.examined.prepared.catalogue, self.about.get("item", ""))

    @cached_property
    def _national(self) -> Item | None:
        return _by_identifier(self.examined.nation.catalogue, self.about.get("national", ""))

    @cached_property
    def _ours(self) -> tuple[str, Measure] | None:
        return self._measure("ourOrder", self._item, self.examined.prepared.measures)

    @cached_property
    def _theirs(self) -> tuple[str, Measure] | None:
        return self._measure("theirOrder", self._national, self.examined.nation.measures)

    def _measure(
        self, order: str, item: Item | None, measures: Mapping[str, Sequence[tuple[str, Measure]]]
    ) -> tuple[str, Measure] | None:
        if item is None or order not in self.about:
            return None
        found = measures.get(item.key, ())
        index = int(self.about[order]) - 1
        return found[index] if index < len(found) else None

    def _place(self) -> CellReference | None:
        if "address" in self.about:
            return CellReference(self.about.get("sheet", ""), self.about["address"])
        item = self._item
        if item is None:
            return None
        column = self._column
        cells = (item.cells.get(name) for name in (column, "content" if column == "standard" else column, "name"))
        return next((cell for cell in cells if cell), None)

    @cached_property
    def _column(self) -> str:
        """Return the column that the result is about: the measure's, the one its shape is named after, or the name."""
        ours = self._ours
        if ours:
            return ours[0]
        if "column" in self.about:
            return self.about["column"]
        named = self._column_named()
        part = self._part()
        compares = "comparability" in self.about or "theirOrder" in self.about
        item = self._item
        if self._is_of_elements() and item and item.text("content"):
            return "content"
        return named or (part if part in TEXT_FIELDS else "standard" if compares else "name")

    def _column_named(self) -> str:
        """Return the column that the beginning of the shape's name tells."""
        return _column_of(self._shape_name())

    def _is_of_elements(self) -> bool:
        """Say whether the result is about things that are provided: where 服务内容 has a column, they stand there."""
        return f"{self._part()}Sentences" in self.about and self._column_named() == "standard"

    def _shape_name(self) -> str:
        return self.result.shape.removeprefix(SHAPES)

    def _part(self) -> str:
        return self.result.shape.rsplit("-", 1)[-1]

    def _own_label(self, language: str) -> str:
        """Return what our measure measures, where that is not what the national one measures."""
        ours, theirs = self._ours, self._theirs
        if ours and ours[1].role == "part":
            return ours[1].label  # 小微企业: the province's own word says of whom
        differs = ours is not None and theirs is not None and ours[1].indicator != theirs[1].indicator
        return label_of(ours[1], self.codes, language) if ours and differs else ""

    def _own_value(self) -> str:
        """Return the value of a finding that is about no measure: what its shape looked at."""
        if self._part() == "clash":
            clash = _by_identifier(self.examined.nation.catalogue, self.about.get("clash", ""))
            return clash.name if clash else ""
        if self._shape_name() == _NAMES_EQUAL:
            item = self._item
            return item.name if item else ""
        if self._part() == "continuous":
            return "、".join(_runs(self._missing_numbers()))
        if self._part() == "numbering":
            return "、".join(_runs(map(int, self.about.get("numbering", "").split())))
        text = self.about.get(self._part()) or self.about.get("text", "")
        return next((one for one in (text, self.result.value) if one and "://" not in one), "")

    def _their_value(self) -> str:
        other = self._national
        if "theirWords" in self.about:
            return self.about["theirWords"]
        return other.name if other and self._shape_name() == _NAMES_EQUAL else ""

    def _their_quote(self) -> str:
        return self.about.get(f"{self._part()}Sentences") or self.about.get("theirText", "")

    def _indicator(self, language: str) -> str:
        """Return the indicator of a finding about none of the measures: in Chinese as the plan calls it."""
        known = self.codes.concepts.get(self.about.get("indicator", ""))
        printed = self.about.get("label", "")
        return printed if language == "zh" or known is None else known.label(language)

    def _missing_numbers(self) -> list[int]:
        return missing_numbers(self.examined.prepared.catalogue)

    def _limits(self) -> str:
        """Return the limits that the province added, in the order of its words."""
        item = self._item
        words = item.text("target") if item else ""
        return "、".join(sorted(self.about.get("limit", "").split("、"), key=words.find))

    def _own_words(self, column: str, measure: Measure) -> str:
        """Return the words of our measure; where the finding is about how firm they are, the sentence around them."""
        item = self._item
        if item is None or not self._shape_name().startswith("R14"):
            return measure.quote
        return stretch_around(item.text(column), measure.start, measure.end, SENTENCE_ENDS).strip()

    def _own_quote(self) -> str:
        paid = self._item
        if "text" in self.about and not (paid and self._shape_name() in _SUMS_UP):
            return self.about["text"]
        if paid and self._column == "funding":
            return paid.text("funding")
        item, elements = self._item, self._is_of_elements()
        if item and elements:
            return item.text("content") or item.standard
        return item.standard if item and "comparability" in self.about else ""


@lru_cache(maxsize=1024)  # thousands of results of some hundred shapes
def _column_of(shape: str) -> str:
    return next((column for start, column in _COLUMNS.items() if shape.startswith(start)), "")


def _runs(numbers: Iterable[int]) -> list[str]:
    """Return numbers in order, those without a gap between them as one run: 1, 4—29."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"{run[0]}—{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]


def _by_identifier(catalogue: Catalogue, identifier: str) -> Item | None:
    """Return the item that dct:identifier (edition/key) names in a catalogue."""
    return catalogue.by_key.get(identifier.partition("/")[2])


def label_of(measure: Measure, codes: CodeLists, language: str) -> str:
    """Return what a measure measures: its indicator's label where it has one, else the words as read."""
    concept = codes.concepts.get(measure.indicator)
    return concept.label(language) if concept else measure.label


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Fill the words in braces; marks inside a word that a message puts in quotation marks become inner ones."""
    return _BRACES.sub(lambda found: found[1] + _quotable(found, _shortened(words[found[2]])), text).strip()


def _shortened(word: str) -> str:
    """Return a passage as a message can hold it, in one line; the finding's quotation holds it whole."""
    line = word.replace("\n", " ")
    return line if len(line) <= _WORD_MAX else f"{line[: _WORD_MAX - 20]}……{line[-20:]}"


def _quotable(found: re.Match[str], word: str) -> str:
    return word.translate(INNER_QUOTES) if found[1] else word
