"""JUnit: the report for the gates of automatic builds, which know no SHACL.

Place in the flow: one form of the report. A rule is a suite; a place that breaks it is a failed case, a place to
look at is a passed case with the words beside it, and a rule without findings is one passed case. So a gate stops
exactly where ``gongfu check`` says 1.
"""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gongfu.findings import Finding, Report
from gongfu.report.grouping import headline, label_of_rule, place, report_words
from gongfu.rules import rules

# XML 1.0 has no place for these, however they are written.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report, language: str) -> bytes:
    """Return the report as JUnit XML."""
    root = Element("testsuites", name=_safe(headline(report, language)[0]), failures=str(report.counts["violation"]))
    found: dict[tuple[str, str], list[Finding]]
    found = {name: [] for name in sorted({(rule.id, rule.label[language]) for rule in rules().values()})}
    for one in report.findings:
        found[one.rule, label_of_rule(one, language)].append(one)
    for (rule_id, label), listed in found.items():
        _suite(root, rule_id, label, listed, language)
    root.set("tests", str(sum(1 for _ in root.iter("testcase"))))
    indent(root)
    return bytes(tostring(root, "utf-8", xml_declaration=True))


def _suite(root: Element, rule: str, label: str, listed: list[Finding], language: str) -> None:
    failures = sum(1 for one in listed if one.severity == "violation")
    suite = SubElement(root, "testsuite", name=f"{rule} {label}", tests=str(max(1, len(listed))),
                       failures=str(failures))  # fmt: skip
    if not listed:
        SubElement(suite, "testcase", classname=rule, name=label)
    for one in listed:
        _case(suite, one, language)


def _case(suite: Element, one: Finding, language: str) -> None:
    case = SubElement(suite, "testcase", classname=one.rule, name=_safe(_name(one, language)))
    if one.severity == "violation":
        failure = SubElement(case, "failure", message=_safe(one.message[language]), type=one.rule)
        failure.text = _safe(_details(one, language))
    else:
        severity = report_words(language)["severities"][one.severity]
        SubElement(case, "system-out").text = _safe(f"{severity}: {one.message[language]}\n{_details(one, language)}")


def _name(one: Finding, language: str) -> str:
    """Return what tells one case from the others of its rule: the cell or row, then the name of the rule."""
    said = report_words(language)
    row = said["row"].format(item=one.item) if one.item else ""
    national = said["national_row"].format(item=one.national_item) if one.national_item else ""
    return " · ".join(part for part in (place(one, language), row, national, label_of_rule(one, language)) if part)


def _details(one: Finding, language: str) -> str:
    said = report_words(language)
    quoted = [said["ours"].format(text=one.quote)] if one.quote else []
    theirs = [said["nation"].format(text=one.national_quote)] if one.national_quote else []
    return "\n".join([*quoted, *theirs, said["clause"].format(text=one.clause)])


def _safe(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
