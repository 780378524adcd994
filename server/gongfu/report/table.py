"""Table: the findings as rows of texts, for CSV and for the summary sheet of a workbook.

Place in the flow: one form of the report, and the ground of another.
"""

import csv
import io

from gongfu.findings import Finding, Report
from gongfu.report.grouping import label_of_rule, report_words

COLUMNS = ("severity", "rule", "label", "sheet", "cell", "item", "national_item", "message", "quote", "national_quote",
           "clause", "confidence")  # fmt: skip
# To be filled in by a person, who keeps the file beside the catalogue as <name>.reviewed.csv; see gongfu.reviews.
JUDGEMENT = ("digest", "verdict", "reason", "by", "date")


def as_csv(report: Report, language: str) -> bytes:
    """Return the findings as CSV after RFC 4180, in UTF-8 with the mark by which Excel knows it.

    Texts stand exactly as they were read, also those that begin like a formula: programs that read the file get the
    words of the catalogue. Whoever opens reports on strangers' files in Excel takes xlsx, whose cells are all texts.
    """
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow((*COLUMNS, *JUDGEMENT))  # names, not titles: programs and the file of judgements go by them
    lines.writerows([*row(one, language), *_judgement(one)] for one in report.findings)
    return written.getvalue().encode("utf-8-sig", "replace")


def titles(language: str) -> list[str]:
    """Return the heads of the columns as a person reads them."""
    return [report_words(language)["columns"][column] for column in COLUMNS]


def _judgement(one: Finding) -> list[str]:
    said = one.review
    return [one.digest, said.verdict, said.reason, said.by, said.date] if said else [one.digest, "", "", "", ""]


def row(one: Finding, language: str) -> list[str]:
    """Return the texts of one finding by COLUMNS; empty where it has none."""
    sure = one.item and one.national_item
    return [
        report_words(language)["severities"][one.severity], one.rule, label_of_rule(one, language), one.sheet or "",
        one.cell or "", one.item or "", one.national_item or "", one.message[language], one.quote, one.national_quote,
        one.clause, format(one.confidence, "g") if sure else "",
    ]  # fmt: skip
