"""Grouping: the findings of a report by severity and cause, and the words that every form of the report uses.

Place in the flow: below the forms of the report.
"""

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
        said["title"].format(file=catalogue.file, against=report.examined.nation.catalogue.edition.id),
        said["region" if placed else "no_region"].format(name=report.region[language], code=catalogue.edition.region),
        said["counts"].format(**report.counts),
        said[conclusion(report)].format(n=report.counts["violation"]),
    )


def places(listed: Sequence[Finding], language: str) -> str:
    """Say how many findings there are and where: by item, else by national item, else by cell."""
    said = report_words(language)
    kind = next((kind for kind in ("item", "national_item") if getattr(listed[0], kind)), "cell")
    found = dict.fromkeys(getattr(one, kind) or "—" for one in listed)
    return str(said[kind]).format(n=len(listed), listed=said["join"].join(found))
