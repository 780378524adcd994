"""Text: the report for people at a terminal: conclusion, counts, then findings by severity and cause.

Place in the flow: one form of the report.
"""

from collections.abc import Iterator

from gongfu.findings import Finding, Report
from gongfu.report.grouping import MANY, Cause, by_severity, headline, place, places, report_words, sure
from gongfu.subject import INNER_QUOTES

_QUOTE = 120


def as_text(report: Report, language: str = "zh") -> str:
    """Return the report for people: conclusion, counts, then findings by severity and rule."""
    said = report_words(language)
    lines = [*headline(report, language), *(note[language] for note in report.notes)]
    for severity, causes in by_severity(report, language):
        lines += ["", said[severity].format(n=sum(len(cause.findings) for cause in causes))]
        lines += [line for cause in causes for line in _cause(cause, language)] or [f"  {said['none']}"]
    return "\n".join(lines) + "\n"


def _cause(cause: Cause, language: str) -> Iterator[str]:
    yield ""
    yield f"  {cause.rule} {cause.label}"
    yield f"     {report_words(language)['clause'].format(text=cause.clause)}"
    yield from _all_told(cause, language)


def _all_told(cause: Cause, language: str) -> Iterator[str]:
    """Tell the findings of one rule, in more words the fewer they are."""
    listed = cause.findings
    if cause.in_full:
        for one in listed:
            yield from _told(one, language)
    elif len(listed) <= MANY:
        yield from (next(_told(one, language)) for one in listed)
    else:
        yield from _told(listed[0], language)
        yield f"   … {places(listed, language)}"


def _told(one: Finding, language: str) -> Iterator[str]:
    said = report_words(language)
    where = place(one, language)
    yield f"   · {f'[{where}] ' if where else ''}{one.message[language]}"
    if one.national_quote:
        if one.quote:
            yield f"       {said['ours'].format(text=_short(one.quote))}"
        yield f"       {said['nation'].format(text=_short(one.national_quote))}"
    if one.item and one.national_item and one.confidence < 1:
        yield f"       {said['sure'].format(text=sure(one.confidence))}"


def _short(text: str) -> str:
    """Return a text as it stands between quotation marks, its own marks turned into inner ones, cut when it is long."""
    inner = text.translate(INNER_QUOTES)
    return inner if len(inner) <= _QUOTE else inner[:_QUOTE] + "……"
