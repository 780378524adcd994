"""HTML: the report as one page in one file: no script, nothing fetched, fit to print on A4.

Place in the flow: one form of the report. Template and style stand beside this module; every word is escaped.
"""

from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from gongfu.codes import codelists
from gongfu.findings import Report
from gongfu.report.grouping import MANY, by_severity, headline, missing_items, place, places, report_words, sure
from gongfu.report.row_by_row import rows_read

_DOMAINS_MAX = 30
HERE = Path(__file__).resolve().parent
STYLE = HERE / "report.css"


@lru_cache(maxsize=1)
def templates() -> jinja2.Environment:
    """Return the templates of the report: everything is escaped, and a name that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def as_html(report: Report, language: str) -> str:
    """Return the report as an HTML document that stands alone."""
    style = Markup(report_style())  # noqa: S704 (our own file, and no word of a catalogue)
    title = headline(report, language)[0]
    body = report_body(report, language)
    return templates().get_template("report.html").render(title=title, language=language, style=style, body=body)


def report_body(report: Report, language: str) -> Markup:
    """Return the report as a piece of HTML, for this form and for the page of a check."""
    sections = by_severity(report, language)
    domains = list(dict.fromkeys(item.text("domain") for item in report.examined.prepared.catalogue.items))
    domains = [domain for domain in domains if domain][:_DOMAINS_MAX]
    rendered = templates().get_template("body.html").render(
        report=report, head=headline(report, language), said=report_words(language), language=language,
        sections=sections, rows=rows_read(report, codelists(), language), many=MANY, places=places,
        place=place, sure=sure, missing=missing_items(report, language),
        domains=domains,
        filters=len(report.findings) > 1, number_of={domain: number for number, domain in enumerate(domains, 1)},
    )  # fmt: skip
    return Markup(rendered)  # noqa: S704 (rendered by a template that escapes)


def report_style() -> str:
    """Return the style sheet of a report, with the rules by which its filters work without a script."""
    rules = [_filter_rule(number) for number in range(1, _DOMAINS_MAX + 1)]
    return "\n".join([STYLE.read_text("utf-8"), *rules])


def _filter_rule(number: int) -> str:
    """Hide what is of another domain than the chosen one; a cause with nothing left goes too, where :has() is known."""
    chosen, ours = f"#domain-{number}:checked ~ .severity-section", f".domain-{number}"
    hidden = [f"{chosen} {kind}:not({ours})" for kind in (".finding", ".finding-line")]
    return f"{', '.join(hidden)} {{ display: none; }}\n{chosen} .cause:not(:has({ours})) {{ display: none; }}"
