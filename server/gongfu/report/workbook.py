"""Workbook: the official's own workbook given back with the findings in its cells and a sheet that lists them all.

Place in the flow: one form of the report. Other documents come back as a workbook with tables of the same shape.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gongfu.codes import codelists
from gongfu.document import Limits, read_document
from gongfu.findings import Finding, Report
from gongfu.report.annotation import Line, Mark, Summary, annotate
from gongfu.report.grouping import headline, label_of_rule, missing_items, report_words, sure
from gongfu.report.rebuilt import rebuilt
from gongfu.report.table import COLUMNS, row, titles
from gongfu.report.workbook_package import changed_package
from gongfu.subject import SEVERITIES

_COLOURS = {"violation": "F8B4AE", "warning": "FFE699", "information": "CFE2F3"}
_EDGES = {"violation": "C00000", "warning": "BF8F00", "information": "2F75B6"}
_WIDTHS = {"severity": 10.0, "rule": 7.0, "label": 20.0, "sheet": 12.0, "cell": 9.0, "item": 7.0, "national_item": 9.0,
           "message": 48.0, "quote": 36.0, "national_quote": 36.0, "clause": 36.0, "confidence": 10.0}  # fmt: skip
_COMMENT_MAX, _FINDINGS_MAX = 1_600, 6

Place = tuple[str, str]


def as_workbook(report: Report, language: str, file: Path, limits: Limits | None = None) -> bytes:
    """Return the workbook of a report on ``file``; UnreadableDocument where that is no longer what was checked."""
    limits = limits or Limits()
    document = read_document(file, limits)
    if document.format in {"xlsx", "xlsm"}:
        return _annotated(report, language, file, limits, {})
    made = rebuilt(document, codelists())
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "catalogue.xlsx"
        base.write_bytes(made.file)
        return _annotated(report, language, base, limits, made.places)


def _annotated(report: Report, language: str, base: Path, limits: Limits, places: Mapping[Place, Place]) -> bytes:
    """Return a workbook with the findings; ``places`` say where cells went, those not in it stayed where they were."""
    marks, summary = _marks(report, language, places), _summary(report, language, places)
    author = report_words(language)["comment_author"]
    return changed_package(base, limits, lambda package: annotate(package, marks, summary, author))


def _place(one: Finding, places: Mapping[Place, Place]) -> Place | None:
    if not one.cell:
        return None
    place = (one.sheet or "", one.cell)
    return places.get(place) if places else place


def _marks(report: Report, language: str, places: Mapping[Place, Place]) -> list[Mark]:
    by_place: dict[Place, list[Finding]] = {}
    for one in report.findings:
        place = _place(one, places)
        if place:
            by_place.setdefault(place, []).append(one)
    return [Mark(*place, _COLOURS[grave], _EDGES[grave], _comment(found, language))
            for place, found in by_place.items()
            for grave in [min((one.severity for one in found), key=SEVERITIES.index)]]  # fmt: skip


def _comment(found: Sequence[Finding], language: str) -> str:
    """Return what is said of one cell: each finding with the nation's words and the clause, the gravest first."""
    said = report_words(language)
    told: list[str] = []
    for one in found[:_FINDINGS_MAX]:
        lines = [
            f"【{said['severities'][one.severity]}】{one.rule} {label_of_rule(one, language)}",
            one.message[language],
        ]
        lines += [said["nation"].format(text=one.national_quote)] if one.national_quote else []
        part = "\n".join([*lines, said["clause"].format(text=one.clause)])
        if told and sum(map(len, told)) + len(part) > _COMMENT_MAX:
            break
        told.append(part)
    left = len(found) - len(told)
    more = [said["more"].format(n=left, sheet=said["summary_sheet"])] if left else []
    return "\n\n".join([*told, *more])


def _line(one: Finding, language: str, place: Place | None) -> Line:
    """Return the line of a finding; sheet and cell are those of the workbook that it stands in."""
    texts = row(one, language)
    if place:
        texts[COLUMNS.index("sheet") : COLUMNS.index("cell") + 1] = place
    confidence = COLUMNS.index("confidence")
    texts[confidence] = sure(one.confidence) if texts[confidence] else ""
    return Line(texts, _COLOURS[one.severity], place)


def _summary(report: Report, language: str, places: Mapping[Place, Place]) -> Summary:
    said = report_words(language)
    missing = [said["colon"].join(told)] if (told := missing_items(report, language)) else []
    lines = [_line(one, language, _place(one, places)) for one in report.findings]
    heads = [(title, _WIDTHS[column]) for title, column in zip(titles(language), COLUMNS, strict=True)]
    notes = [note[language] for note in report.notes]
    above = [*headline(report, language), *notes, *missing, said["legend"], said["footer"]]
    return Summary(said["summary_sheet"], above, heads, lines, COLUMNS.index("cell"))
