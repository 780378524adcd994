"""The report in its forms: each tells every finding, reads back with a reader of others, and no word becomes markup."""

import csv
import io
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import lxml.html
import pyshacl
import pytest
import rdflib
from rdflib import DCTERMS, RDF, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH

import gongfu.report
from gongfu.check import check
from gongfu.cli import main
from gongfu.codes import codelist_triples
from gongfu.findings import Report
from gongfu.report import FORMS, written
from gongfu.report.grouping import place, report_words, sure
from gongfu.report.table import COLUMNS, JUDGEMENT
from gongfu.rules import rules
from gongfu.settings import DEFINITIONS
from gongfu.subject import SEVERITIES
from gongfu.validate import shape_files

HEADER = "领域,序号,服务项目,服务对象,服务标准,支出责任,牵头负责单位\n"
BELOW = "公共卫生,30,儿童健康管理,辖区内0—6岁儿童,{},地方人民政府负责,省卫生计生委\n"
HOSTILE = '"=HYPERLINK(""http://x/"") ]]> & <svg/onload=alert(1)// \'儿童健康管理率达到80%以上"'
ROW = "公共卫生,88,<b>无障碍</b>环境,残疾人,=1+1元,地方人民政府负责,某某局\n"
BPS = Namespace(DEFINITIONS)


def at(tree: Any, path: str) -> list[Any]:
    found: list[Any] = tree.xpath(path)
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("check") / "吉林省 <i>清单&.csv"
    path.write_text(HEADER + BELOW.format(HOSTILE) + ROW, "utf-8")
    return path


@pytest.fixture(scope="module")
def report(file: Path) -> Report:
    return check(file)


def test_the_command_offers_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    offered = re.search(r"--format {([^}]+)}", capsys.readouterr().out)
    assert offered
    assert offered[1].replace("\n", "").replace(" ", "").split(",") == list(FORMS)


def test_the_words_of_both_languages_are_complete() -> None:
    def shape(words: Any) -> Any:
        if isinstance(words, dict):
            return {key: shape(value) for key, value in words.items()}
        return sorted(re.findall(r"{\w+}", words))

    assert shape(report_words("zh")) == shape(report_words("en"))
    assert not re.search("[\u4e00-\u9fff]", str(report_words("en")))


def test_every_word_is_used() -> None:
    folder = Path(gongfu.report.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in folder.iterdir() if path.suffix in {".py", ".html"})
    assert [word for word in report_words("zh") if not re.search(rf"[.\"']{word}\b", text)] == []
    assert set(report_words("zh")["columns"]) == set(COLUMNS)


@pytest.mark.parametrize(
    ("sheet", "cell", "zh", "en"),
    [
        ("附件", "F7", "附件 F7", "附件 F7"),
        ("某省清单", "T2R40C4", "某省清单 表2第40行第4列", "某省清单 table 2, row 40, column 4"),
        ("表2", "T2R40C4", "表2第40行第4列", "table 2, row 40, column 4"),
        ("某省清单", "P3T1R5C12", "某省清单 第3页表1第5行第12列", "某省清单 page 3, table 1, row 5, column 12"),
        ("", "", "", ""),
    ],
)
def test_a_person_is_told_where_a_cell_is(report: Report, sheet: str, cell: str, zh: str, en: str) -> None:
    one = replace(report.findings[0], sheet=sheet, cell=cell)
    assert (place(one, "zh"), place(one, "en")) == (zh, en)


def test_a_confidence_is_not_rounded_up() -> None:
    assert [sure(one) for one in (1, 0.996, 0.57, 0.29, 0)] == ["100%", "99%", "57%", "29%", "0%"]


def test_findings_with_a_cell_come_before_those_of_the_whole_file(report: Report) -> None:
    order = [(SEVERITIES.index(one.severity), not one.cell) for one in report.findings]
    assert order == sorted(order)


def test_csv_holds_every_finding_word_for_word(report: Report, file: Path) -> None:
    document = written(report, "csv", "zh", file)
    assert document.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(document.decode("utf-8-sig"), newline="")))
    assert list(lines[0]) == [*COLUMNS, *JUDGEMENT]
    told = [(one["rule"], one["message"], one["quote"], one["cell"]) for one in lines]
    assert told == [(one.rule, one.message["zh"], one.quote, one.cell or "") for one in report.findings]
    assert any(quote.startswith("=") for *_, quote, _ in told)  # exact: nothing is put before a formula


def graph_of_checked(report: Report) -> rdflib.Graph:
    examined = report.examined
    lines = [f"{triple} ." for triple in (*examined.prepared.triples, *examined.related, *examined.compared)]
    return rdflib.Graph().parse(data="\n".join([*lines, *(f"{one} ." for one in codelist_triples())]), format="nt")


def results_of(graph: rdflib.Graph) -> Counter[tuple[str, ...]]:
    """Return what each result says, a path of several steps by its steps."""

    def path(node: Any) -> str:
        several = node is not None and not isinstance(node, URIRef) and (node, RDF.first, None) in graph
        return " / ".join(one.n3() for one in Collection(graph, node)) if several else node.n3() if node else ""

    def told(result: Any) -> tuple[str, ...]:
        values = (graph.value(result, name) for name in (SH.focusNode, SH.value, SH.sourceShape, SH.resultSeverity,
                                                          SH.sourceConstraintComponent))  # fmt: skip
        return (
            *(value.n3() if value is not None else "" for value in values),
            path(graph.value(result, SH.resultPath)),
        )

    report = graph.value(None, RDF.type, SH.ValidationReport)
    return Counter(told(result) for result in set(graph.objects(report, SH.result)))


def test_turtle_is_the_report_that_the_referee_gives(report: Report, file: Path) -> None:
    ours = rdflib.Graph().parse(data=written(report, "ttl", "zh", file), format="turtle")
    shapes = rdflib.Graph()
    for path in shape_files():
        shapes.parse(path)
    conforms, theirs, _ = pyshacl.validate(graph_of_checked(report), shacl_graph=shapes)
    assert not conforms
    assert isinstance(theirs, rdflib.Graph)
    assert results_of(ours) == results_of(theirs)


def test_turtle_links_each_result_with_its_row_and_cell(report: Report, file: Path) -> None:
    graph = rdflib.Graph().parse(data=written(report, "ttl", "zh", file), format="turtle")
    below = next(one for one in report.findings if one.rule == "R10")
    found = [node for node in graph.subjects(BPS.cellAddress, rdflib.Literal(below.cell))
             if "R10" in str(graph.value(node, SH.sourceShape))]  # fmt: skip
    assert len(found) == 1
    assert str(graph.value(found[0], BPS.provincialItem)).endswith("/30")
    assert str(graph.value(found[0], BPS.nationalItem)).endswith("cn-13fyp/30")
    assert str(graph.value(found[0], BPS.quotedText)) == below.quote
    assert {text.language for text in graph.objects(found[0], SH.resultMessage)} == {"zh", "en"}  # type: ignore[attr-defined]
    assert (found[0], DCTERMS.source, None) in graph


@pytest.mark.parametrize("language", ["zh", "en"])
def test_junit_fails_where_a_rule_is_broken_and_only_there(report: Report, file: Path, language: str) -> None:
    root = ElementTree.fromstring(written(report, "junit", language, file))
    failures = [one.get("message") for one in root.iter("failure")]
    assert sorted(map(str, failures)) == sorted(
        one.message[language] for one in report.findings if one.severity == "violation"
    )
    suites = {suite.get("name"): suite for suite in root}
    assert {str(name).split()[0] for name in suites} == {rule.id for rule in rules().values()}
    for suite in suites.values():
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        assert suite.get("failures") == str(len(list(suite.iter("failure"))))
    assert root.get("tests") == str(len(list(root.iter("testcase"))))
    told = sum(1 for one in root.iter("testcase") if len(one))
    assert told == len(report.findings)


def test_junit_writes_no_character_that_xml_has_no_place_for(report: Report, file: Path) -> None:
    first = next(one for one in report.findings if one.severity == "violation")
    odd = replace(first, message={"zh": "儿童\x0b健康\x01管理\ufffe"}, quote="\x00")
    root = ElementTree.fromstring(written(replace(report, findings=(odd,)), "junit", "zh", file))
    assert [one.get("message") for one in root.iter("failure")] == ["儿童\ufffd健康\ufffd管理\ufffd"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_html_tells_every_finding_and_no_word_of_the_file_is_markup(report: Report, file: Path, language: str) -> None:
    document = written(report, "html", language, file).decode()
    tree: Any = lxml.html.document_fromstring(document)
    shown = re.sub(r"\s", "", tree.text_content())
    assert [one for one in report.findings if re.sub(r"\s", "", one.message[language]) not in shown] == []
    assert at(tree, "//script|//i|//*[@src]|//link|//@*[starts-with(name(), 'on')]") == []
    assert [link for link in at(tree, "//a/@href") if not link.startswith("#")] == []
    assert {link[1:] for link in at(tree, "//nav//ul//a/@href")} == set(at(tree, "//section[@class='cause']/@id"))
    assert "]]> & <svg/onload=alert(1)//" in tree.text_content()
    assert "吉林省 <i>清单&.csv" in at(tree, "//h1")[0].text_content()
    assert at(tree, "//html/@lang") == [{"zh": "zh-Hans", "en": "en"}[language]]


def test_html_sets_the_remedy_apart_and_both_quotations_side_by_side(report: Report, file: Path) -> None:
    tree: Any = lxml.html.document_fromstring(written(report, "html", "zh", file).decode())
    below = next(one for one in report.findings if one.rule == "R10")
    article = next(one for one in at(tree, "//article") if below.value in one.text_content())
    assert [one.text_content().strip() for one in at(article, ".//strong")] == ["请提高到不低于国家标准。"]
    quotes = [one.text_content() for one in at(article, ".//blockquote")]
    assert quotes == [f"本清单{below.quote}", f"国家清单{below.national_quote}"]
    assert [one.text for one in at(article, ".//*[@class='cell']")] == [f"{below.sheet} {below.cell}"]


def test_html_shows_how_rows_were_matched_the_least_sure_first(report: Report, file: Path) -> None:
    tree: Any = lxml.html.document_fromstring(written(report, "html", "zh", file).decode())
    rows = at(tree, "//section[@class='rows']//tbody/tr")
    assert len(rows) == 2
    sure = [min([int(cell.rstrip("%")) for cell in at(row, "td[6]/div/text()")], default=100) for row in rows]
    assert sure == sorted(sure)


def test_remedy_is_the_end_of_its_message(report: Report) -> None:
    told = [one for one in report.findings if one.remedy]
    assert len(told) > len(report.findings) / 2
    for one in told:
        for language, remedy in one.remedy.items():
            assert remedy
            assert one.message[language].endswith(remedy)


def test_the_command_asks_the_engine_that_is_named(file: Path, monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    asked: list[object] = []

    def asking(*given: object) -> Report:
        asked.append(given[4])
        return report

    monkeypatch.setattr("gongfu.check.check", asking)
    main(["check", str(file), "--engine", "pyshacl"])
    assert asked == ["pyshacl"]


def test_the_command_writes_a_file(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "报告.html"
    assert main(["check", str(file), "--format", "html", "-o", str(target)]) == 1
    assert (capsys.readouterr().out, target.read_text("utf-8")[:15]) == ("", "<!doctype html>")


def test_the_command_tells_a_terminal_how_far_it_is(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongfu.check_command._MOMENT_SECONDS", -1)
    main(["check", str(file)])
    assert capsys.readouterr().err == ""  # no terminal: a program reads this
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True, raising=False)
    main(["check", str(file)])
    told = capsys.readouterr().err.splitlines()
    assert [line.split("……")[0].removeprefix("gongfu: ") for line in told] == [
        "读取国家清单", "读取清单", "逐项对应和比对", "整理发现"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "fact"),
    [
        (["-o", "{file}"], "清单文件本身"),
        (["-o", "{folder}/没有/报告.txt"], "路径不存在。请检查路径"),
        (["-o", "{folder}"], "是一个文件夹。请写文件名"),
    ],
)
def test_what_cannot_be_written_is_told(
    arguments: list[str], fact: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = file.read_bytes()
    given = [one.format(file=file, folder=tmp_path) for one in arguments]
    assert main(["check", str(file), *given]) == 2
    printed = capsys.readouterr()
    assert (printed.out, fact in printed.err, file.read_bytes()) == ("", True, before)
