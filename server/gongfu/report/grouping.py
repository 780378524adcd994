"""Grouping: the findings of a report by severity and cause, and the words that every form of the report uses.

Place in the flow: below the forms of the report.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from gongfu.catalogue import UNREAD_PARTS
from gongfu.findings import Finding, Report
from gongfu.regions import NATIONWIDE, level_of
from gongfu.rules import rules
from gongfu.settings import house, read_yaml
from gongfu.subject import SEVERITIES

# Findings of one rule: up to FEW are told with their quotations, up to MANY in one line each, more of them once with
# the list of their places. Values that break a rule are always told in full, and the JSON holds every finding.
FEW, MANY = 8, 20
# The address of a cell in a document whose tables have none: reading.cells.table_address.
_IN_TABLE = re.compile(r"(?:P(?P<page>\d+))?T(?P<table>\d+)R(?P<row>\d+)C(?P<column>\d+)")


@dataclass(frozen=True)
class Cause:
    """The findings of one severity that break one rule: its id, its label in the report's language, its clause."""

    severity: str
    rule: str
    label: str
    clause: str
    findings: tuple[Finding, ...]

    @property
    def in_full(self) -> bool:
        """Say whether each finding is told with its quotations: few are, and values that break a rule."""
        first = self.findings[0]
        return len(self.findings) <= FEW or bool(first.severity == "violation" and first.national_quote)


@lru_cache(maxsize=1)
def _all_words() -> Mapping[str, Mapping[str, Any]]:
    loaded: Mapping[str, Mapping[str, Any]] = read_yaml(house().data / "report" / "words.yaml")
    return loaded


def report_words(language: str) -> Mapping[str, Any]:
    """Return the words of the report in a language; KeyError for one that it does not speak."""
    return _all_words()[language]


def by_severity(report: Report, language: str) -> list[tuple[str, list[Cause]]]:
    """Return each severity, the gravest first, with its causes."""
    return [
        (severity, list(_causes([one for one in report.findings if one.severity == severity], severity, language)))
        for severity in SEVERITIES
    ]


def _causes(found: Sequence[Finding], severity: str, language: str) -> Iterator[Cause]:
    def rule(one: Finding) -> tuple[str, str]:
        return one.rule, label_of_rule(one, language)

    for (rule_id, label), group in groupby(sorted(found, key=rule), key=rule):
        listed = tuple(group)
        yield Cause(severity, rule_id, label, listed[0].clause, listed)


def label_of_rule(one: Finding, language: str) -> str:
    """Return the name of the rule that a finding breaks."""
    return rules()[one.shape].label[language]


def conclusion(report: Report) -> str:
    """Return which conclusion holds: what could not be read as items at all is not said to conform."""
    whole = all(one.kind not in UNREAD_PARTS for one in report.examined.prepared.catalogue.unread)
    return ("conforms" if whole else "partly") if report.conforms else "fails"


def headline(report: Report, language: str) -> tuple[str, str, str, str]:
    """Return title, region, counts and conclusion in the words of the language."""
    said, catalogue = report_words(language), report.examined.prepared.catalogue
    placed = catalogue.edition.region != NATIONWIDE or catalogue.edition.level == level_of(NATIONWIDE)
    return (
        said["title"].format(file=catalogue.file, against=_title(report, language)),
        said["region" if placed else "no_region"].format(name=report.region[language], code=catalogue.edition.region)
        + _later(report, language),
        said["counts"].format(**report.counts),
        said[conclusion(report)].format(n=report.counts["violation"]),
    )


def _later(report: Report, language: str) -> str:
    """Say that a catalogue is of a time after the plan of the nation's, empty where it is not or tells no year."""
    ours, theirs = report.examined.prepared.catalogue.edition, report.examined.nation.catalogue.edition
    years = (ours.issued.year if ours.issued else None, ours.period and ours.period[0], ours.version)
    year, end = max((one for one in years if one), default=0), theirs.period[1] if theirs.period else 0
    return report_words(language)["later"].format(year=year, end=end) if end and year > end else ""


def _title(report: Report, language: str) -> str:
    """Return what the national catalogue is called."""
    edition = report.examined.nation.catalogue.edition
    return edition.title.get(language) or edition.id


def missing_items(report: Report, language: str) -> tuple[str, str] | None:
    """Return how many national items have no counterpart, and which; None where each has one."""
    said = report_words(language)
    if not report.missing:
        return None
    which = said["missing_which"].format(listed=said["join"].join(report.missing))
    return said["missing"].format(n=len(report.missing)), which


def place(one: Finding, language: str) -> str:
    """Return sheet and cell as a person looks for them; empty for what has no cell."""
    if not one.cell:
        return ""
    found, told = _IN_TABLE.fullmatch(one.cell), cell_told(one.cell, language)
    return told if found and one.sheet == f"表{found['table']}" else f"{one.sheet} {told}"


def cell_told(address: str, language: str) -> str:
    """Return the address of a cell in words where it has no letters: D32 as it is, T2R40C4 as 表2第40行第4列."""
    found, said = _IN_TABLE.fullmatch(address), report_words(language)
    return said["page_cell" if found["page"] else "table_cell"].format(**found.groupdict()) if found else address


def sure(confidence: float) -> str:
    """Return how sure a correspondence is, as a percentage that never says more than is known: 0.996 is 99%."""
    return f"{int(confidence * 100 + 1e-9)}%"


def places(listed: Sequence[Finding], language: str) -> str:
    """Say how many findings there are and where: by item, else by national item, else by cell."""
    said = report_words(language)
    kind = next((kind for kind in ("item", "national_item") if getattr(listed[0], kind)), "cell")
    found = dict.fromkeys(getattr(one, kind) or "—" for one in listed)
    return str(said[kind]).format(n=len(listed), listed=said["join"].join(found))
