"""Forms: which forms a report has, their media types and file endings, and who writes them.

Place in the flow: the door of the package; the command line, HTTP and the pages offer what stands in this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from gongfu.codes import codelists
from gongfu.findings import Report
from gongfu.report.json_form import as_json
from gongfu.report.text import as_text


@dataclass(frozen=True)
class Form:
    """One form: its media type, the ending of its files, and what writes it.

    ``write`` takes the report, the language (zh, en) and the catalogue's own file, which only a workbook needs.
    """

    media_type: str
    ending: str
    write: Callable[[Report, str, Path], bytes]


def _text(report: Report, language: str, file: Path) -> bytes:
    return as_text(report, language).encode()


def _json(report: Report, language: str, file: Path) -> bytes:
    return as_json(report, codelists()).encode()


# The libraries behind the others are imported only when such a form is asked for.
def _csv(report: Report, language: str, file: Path) -> bytes:
    from gongfu.report.table import as_csv

    return as_csv(report, language)


def _html(report: Report, language: str, file: Path) -> bytes:
    from gongfu.report.html_page import as_html

    return as_html(report, language).encode()


def _xlsx(report: Report, language: str, file: Path) -> bytes:
    from gongfu.report.workbook import as_workbook

    return as_workbook(report, language, file)


def _turtle(report: Report, language: str, file: Path) -> bytes:
    from gongfu.report.shacl_report import as_turtle

    return as_turtle(report)


def _junit(report: Report, language: str, file: Path) -> bytes:
    from gongfu.report.junit import as_junit

    return as_junit(report, language)


FORMS: Mapping[str, Form] = MappingProxyType({
    "text": Form("text/plain", "txt", _text),
    "json": Form("application/json", "json", _json),
    "csv": Form("text/csv", "csv", _csv),
    "html": Form("text/html", "html", _html),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", _xlsx),
    "ttl": Form("text/turtle", "ttl", _turtle),
    "junit": Form("application/xml", "xml", _junit),
})  # fmt: skip


def written(report: Report, form: str, language: str, file: Path) -> bytes:
    """Return the report in a form; ``file`` is the catalogue that was checked. KeyError for a form that is none."""
    return FORMS[form].write(report, language, file)
