"""Row by row: how each row of the catalogue was matched and what was read from it, the least sure first.

Place in the flow: below the forms that show it (HTML, the page of a check).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gongfu.codes import CodeLists
from gongfu.findings import Report
from gongfu.match import Correspondence
from gongfu.report.grouping import cell_told
from gongfu.wording import printed_value


@dataclass(frozen=True)
class Counterpart:
    """A national item that a row answers to: number, name, the kind of change in words, confidence from 0 to 1."""

    number: str
    name: str
    relation: str
    confidence: float


@dataclass(frozen=True)
class RowRead:
    """A row as it was understood; ``measures`` are pairs of the value as read and the words it was read from."""

    number: str
    name: str
    cell: str
    counterparts: tuple[Counterpart, ...]
    measures: tuple[tuple[str, str], ...]

    @property
    def doubt(self) -> float:
        """How sure the least sure counterpart is."""
        return min((one.confidence for one in self.counterparts), default=1.0)


def rows_read(report: Report, codes: CodeLists, language: str) -> list[RowRead]:
    """Return every row of the catalogue, those matched with least confidence first."""
    prepared, nation = report.examined.prepared, report.examined.nation.catalogue
    names = {item.key: (item.number, item.name) for item in nation.items}
    pairs: dict[str, list[Counterpart]] = {}
    for pair in report.examined.correspondences:
        if pair.item and pair.national in names:
            pairs.setdefault(pair.item, []).append(_counterpart(pair, names, codes, language))
    rows = [
        RowRead(
            item.number or "—", item.name,
            cell_told(item.cells["name"].address, language) if "name" in item.cells else "",
            tuple(pairs.get(item.key, ())),
            tuple((printed_value(one, language), one.quote) for _, one in prepared.measures.get(item.key, ())),
        )
        for item in prepared.catalogue.items
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row.doubt)  # the sort is stable: equal ones stay in the order of the file


def _counterpart(
    pair: Correspondence, names: Mapping[str, tuple[str, str]], codes: CodeLists, language: str
) -> Counterpart:
    number, name = names[pair.national or ""]
    relation = codes.concept("change-type", pair.relation)
    return Counterpart(number, name, relation.label(language) if relation else pair.relation, pair.confidence)
