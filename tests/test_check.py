"""A catalogue file goes in, findings come out: from single cells to the whole report, its JSON and its exit codes.

A case is catalogues/<rule>.<why>.csv (or .txt, or a folder with catalogue.csv and what may stand beside it): some rows
in the nation's own words with one change. Beside it stands <rule>.<why>.expected.json: the options of the check, the
rules that the case is about, and every finding of these rules. A new case is two new files.
"""

import functools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import NoneType
from typing import Any

import pytest

import gongfu.check
from gongfu.check import UnusableCatalogue, check
from gongfu.cli import main
from gongfu.codes import CodeLists, codelists
from gongfu.document import UnreadableDocument
from gongfu.examine import Prepared
from gongfu.findings import Finding, Report
from gongfu.report import FEW, MANY, as_json, as_text
from gongfu.rules import rules
from gongfu.settings import base_iri
from gongfu.sources import source_folder

HERE = Path(__file__).parent
CASES = sorted((HERE / "catalogues").glob("*.expected.json"))
BELOW = HERE / "catalogues" / "R10.below.expected.json"
KEYS = ("rule", "severity", "item", "national_item", "cell", "value", "national_value")
# What no catalogue file can be guilty of, for the program itself writes it: quotations, comparators, units.
ONLY_AS_SHAPES = {"R06", "R08"}

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.removesuffix(".expected.json"))


@functools.cache
def nation(edition: str, read: Callable[[str, CodeLists, str], Prepared] = gongfu.check.national) -> Prepared:
    return read(edition, codelists(), base_iri())


@pytest.fixture(autouse=True, scope="module")
def _nation_read_once() -> Iterator[None]:
    """Read a national catalogue once for all cases: it never changes, and reading it is half of a check."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gongfu.check, "national", lambda edition, _codes, _base: nation(edition))
        yield


def file_of(case: Path) -> Path:
    name = case.name.removesuffix(".expected.json")
    inside = case.with_name(name) / "catalogue.csv"
    beside = [path for path in case.parent.glob(f"{name}.*") if path.is_file() and path != case]
    assert len(beside) == (0 if inside.is_file() else 1)
    return inside if inside.is_file() else beside[0]


def expected_of(case: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(case.read_text("utf-8"))
    return loaded


@functools.cache
def report_of(case: Path) -> Report:
    return check(file_of(case), **expected_of(case)["check"])


def in_order(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(findings, key=lambda finding: [str(finding[key]) for key in KEYS])


# --- the cases ------------------------------------------------------------------------------------------------------


@every_case
def test_case_gives_the_expected_findings(case: Path) -> None:
    expected = expected_of(case)
    found = [
        {key: getattr(one, key) for key in KEYS} for one in report_of(case).findings if one.rule in expected["rules"]
    ]
    assert in_order(found) == in_order(expected["findings"])


@every_case
def test_case_is_named_after_a_rule_that_it_is_about(case: Path) -> None:
    assert case.name.split(".")[0] in expected_of(case)["rules"]
    assert {finding["rule"] for finding in expected_of(case)["findings"]} <= set(expected_of(case)["rules"])


def test_every_rule_fires_in_one_case_and_not_in_another() -> None:
    fires = {finding["rule"] for case in CASES for finding in expected_of(case)["findings"]}
    passes = {rule for case in CASES for rule in expected_of(case)["rules"]
              if not [finding for finding in expected_of(case)["findings"] if finding["rule"] == rule]}  # fmt: skip
    known = {rule.id for rule in rules().values()} - ONLY_AS_SHAPES
    assert (known - fires, known - passes) == (set(), set())


@every_case
def test_messages_are_whole_sentences(case: Path) -> None:
    found = report_of(case).findings
    assert found
    assert [one.message for one in found if not all(map(is_whole, one.message.values()))] == []
    assert [one.message for one in found if set(one.message) != {"zh", "en"}] == []


def is_whole(message: str) -> bool:
    """Say whether nothing is left empty or unfilled in a message, and no two marks stand together."""
    holes = re.search(r"[{}]|None|“”|“ |第项|第—项|（）|\(\)|：。|为，|为。|  |[，。；：]{2}|[.,;:]{2}| [,.;]", message)
    return not holes and message == message.strip() and message[-1] in "。."


@every_case
def test_findings_point_at_cells_of_the_file(case: Path) -> None:
    report = report_of(case)
    cells = {(place.sheet, place.address) for item in report.examined.prepared.catalogue.items
             for place in item.cells.values()}  # fmt: skip
    assert [one for one in report.findings if one.item is not None and (one.sheet, one.cell) not in cells] == []


@every_case
def test_what_is_not_understood_is_counted_and_told(case: Path) -> None:
    report = report_of(case)
    told = [one for one in report.findings if one.rule.startswith("U") and one.national_item is None]
    assert len(told) == report.counts["unread"]


def test_a_total_is_quoted_with_all_that_it_sums_up() -> None:
    found = report_of(HERE / "catalogues" / "R38.clauses-above-100.expected.json").findings
    assert [one.quote for one in found if one.rule == "R38"] == [
        "中央财政承担60%，省级财政承担30%，市县财政承担20%。", "中央、省、市县财政按60%、30%、20%的比例分担。",
    ]  # fmt: skip


# --- the JSON that other programs depend on ---------------------------------------------------------------------------

COMPARATORS = {"at-least", "more-than", "at-most", "less-than", "exactly", "about", "range"}
RELATIONS = {"same", "renamed", "narrower", "broader", "split", "merged", "new"}
SEVERITIES = {"violation", "warning", "information"}
NUMBER = (int, float)
WHOLE: dict[str, Any] = {
    "document": {"file": str, "region": str, "level": str, "against": str},
    "conforms": bool,
    "counts": {"rows": int, "items": int, "violation": int, "warning": int, "information": int, "unread": int},
    "items": [{
        "number": str, "domain": str, "name": str, "target": str, "standard": str, "funding": str, "departments": [str],
        "cells": {str: {"sheet": str, "cell": str}},
        "national": [{"number": (str, NoneType), "relation": str, "confidence": NUMBER}],
        "measures": [{"label": str, "indicator": (str, NoneType), "comparator": str, "lower": (*NUMBER, NoneType),
                      "upper": (*NUMBER, NoneType), "unit": str, "per": (str, NoneType), "scope": (str, NoneType),
                      "quote": str}],
    }],
    "findings": [{
        "rule": str, "severity": str, "item": (str, NoneType), "national_item": (str, NoneType),
        "sheet": (str, NoneType), "cell": (str, NoneType), "message": {"zh": str, "en": str}, "value": str,
        "national_value": str, "quote": str, "national_quote": str, "confidence": NUMBER,
    }],
    "missing": [str],
}  # fmt: skip


def departures(value: Any, form: Any, place: str = "") -> list[str]:
    """Return the places where a JSON value departs from the form: keys and types exactly, no key more or less."""
    if isinstance(form, list):
        return [fault for index, part in enumerate(value) for fault in departures(part, form[0], f"{place}[{index}]")]
    if isinstance(form, dict) and str in form:
        return [fault for key, part in value.items() for fault in departures(part, form[str], f"{place}.{key}")]
    if isinstance(form, dict):
        if list(value) != list(form):
            return [f"{place}: {list(value)}"]
        return [fault for key, part in form.items() for fault in departures(value[key], part, f"{place}.{key}")]
    return [] if isinstance(value, form) and (form is bool or not isinstance(value, bool)) else [f"{place}: {value!r}"]


@every_case
def test_json_has_the_stable_form(case: Path) -> None:
    told = json.loads(as_json(report_of(case), codelists()))
    assert departures(told, WHOLE) == []
    assert {pair["relation"] for item in told["items"] for pair in item["national"]} <= RELATIONS
    assert {measure["comparator"] for item in told["items"] for measure in item["measures"]} <= COMPARATORS
    assert {finding["severity"] for finding in told["findings"]} <= SEVERITIES
    assert told["conforms"] == (told["counts"]["violation"] == 0)
    for severity in SEVERITIES:
        assert told["counts"][severity] == sum(finding["severity"] == severity for finding in told["findings"])


def test_form_notices_what_departs() -> None:
    told = json.loads(as_json(report_of(CASES[0]), codelists()))
    told["counts"]["rows"] = True
    told["document"].pop("region")
    told["missing"] = [3]
    assert len(departures(told, WHOLE)) == 3


@pytest.fixture(scope="module")
def jilin() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(as_json(check(catalogue_of("jilin-13fyp")), codelists()))
    return loaded


def catalogue_of(edition: str) -> Path:
    return source_folder(edition) / "catalogue.csv"


def test_jilin_has_the_form_of_the_contract(jilin: dict[str, Any]) -> None:
    assert departures(jilin, WHOLE) == []
    about = {"file": "catalogue.csv", "region": "220000", "level": "province", "against": "cn-13fyp"}
    assert jilin["document"] == about
    assert (jilin["counts"]["rows"], jilin["counts"]["items"], jilin["conforms"]) == (85, 85, False)


def test_jilin_promises_less_for_children_and_nothing_less_than_that(jilin: dict[str, Any]) -> None:
    below = [
        finding for finding in jilin["findings"] if finding["rule"] == "R10" and finding["severity"] == "violation"
    ]
    assert [(finding["item"], finding["national_item"], finding["cell"]) for finding in below] == [("31", "30", "E32")]
    assert below[0]["quote"] == "0—6岁以下儿童健康管理率达到80%以上"
    assert below[0]["national_quote"] == "0—6岁儿童健康管理率逐步达到90%"


def test_jilin_measure_is_told_as_agreed(jilin: dict[str, Any]) -> None:
    item = next(item for item in jilin["items"] if item["number"] == "31")
    assert item["national"] == [{"number": "30", "relation": "same", "confidence": 1.0}]
    assert item["cells"]["standard"] == {"sheet": "catalogue", "cell": "E32"}
    measure = dict(item["measures"][0])
    assert measure.pop("indicator").startswith("https://w3id.org/bps-cn/code/indicator/")
    assert measure == {
        "label": "0—6岁儿童健康管理率", "comparator": "at-least", "lower": 80, "upper": None, "unit": "%", "per": None,
        "scope": None, "quote": "0—6岁以下儿童健康管理率达到80%以上",
    }  # fmt: skip


def test_json_counts_in_ones(jilin: dict[str, Any]) -> None:
    item = next(item for item in jilin["items"] if item["number"] == "34")
    assert [(measure["lower"], measure["unit"], measure["scope"]) for measure in item["measures"]] == [
        (1_800_000, "人", "provincial-total"),
        (550_000, "人", "provincial-total"),
    ]


def test_hebei_leaves_out_one_national_item_and_promises_nothing_less() -> None:
    report = check(catalogue_of("hebei-13fyp"))
    assert report.missing == ("68",)
    assert {one.rule for one in report.findings if one.severity == "violation"} == {"R21", "R34"}


# --- the command ------------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Return exit code, output and errors of gongfu check."""
    code = main(["check", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_national_catalogue_conforms_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, catalogue_of("cn-13fyp"))
    assert (code, err) == (0, "")
    assert "读入81行、81项；违反0处" in out
    assert "结论：未发现违反规则之处。" in out


def test_a_copy_of_the_national_catalogue_conforms(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    copy = tmp_path / "清单.csv"
    copy.write_bytes(catalogue_of("cn-13fyp").read_bytes())
    code, out, _ = run(capsys, copy, "--format", "json")
    told = json.loads(out)
    assert (code, told["conforms"], told["missing"], told["document"]["region"]) == (0, True, [], "CN")
    assert {pair["relation"] for item in told["items"] for pair in item["national"]} == {"same"}


def test_a_catalogue_that_does_not_conform(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, catalogue_of("jilin-13fyp"))
    assert (code, err) == (1, "")
    assert "地区：吉林省（220000）" in out
    assert re.search(r"结论：有\d+处违反规则，须改正。", out)


def test_json_of_the_command_is_the_json_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, file_of(BELOW), "--region", "220000", "--format", "json")
    assert (code, err) == (1, "")
    assert out.rstrip() == as_json(report_of(BELOW), codelists())


BAD_INPUT = {
    "missing file": (["没有.csv"], ["没有.csv"], "请检查路径", "Check the path"),
    "empty folder": (["空文件夹"], ["空文件夹", "folder"], "请检查路径", "Check the path"),
    "empty file": (["空.csv"], ["空.csv", "0字节", "0 bytes"], "请重新", "again"),
    "no catalogue": (["别的表.csv"], ["别的表.csv", "服务项目"], "请检查表头", "check it"),
    "unknown region": (["清单.csv", "--region", "999999"], ["999999", "GB/T 2260"], "请用", "Use"),
    "region by name": (["清单.csv", "--region", "Jilin"], ["Jilin", "GB/T 2260"], "请用", "Use"),
    "unknown edition": (["清单.csv", "--against", "cn-99fyp"], ["cn-99fyp", "cn-13fyp"], "已有", "among"),
    "no catalogue in the edition": (["清单.csv", "--against", "guidance-2018"], ["guidance-2018"], "已有", "among"),
    "edition not national": (["清单.csv", "--against", "hebei-13fyp"], ["hebei-13fyp", "cn-12fyp"], "已有", "among"),
}


@pytest.mark.parametrize("fault", BAD_INPUT)
def test_bad_input_says_what_where_and_what_next(
    fault: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("空.csv").write_bytes(b"")
    Path("空文件夹").mkdir()
    Path("别的表.csv").write_text("姓名,年龄\n张三,30\n", "utf-8")
    Path("清单.csv").write_bytes((HERE / "catalogues" / "R10.below.csv").read_bytes())
    arguments, facts, next_zh, next_en = BAD_INPUT[fault]
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    zh, en = err.rstrip("\n").split("\n")
    assert [fact for fact in facts if fact not in err] == []
    assert next_zh in zh
    assert next_en in en
    assert re.search("[\u4e00-\u9fff]", zh)


@pytest.mark.parametrize("arguments", [[], ["a.csv", "--format", "xml"], ["a.csv", "--lang", "fr"], ["a.csv", "--no"]])
def test_a_wrong_command_line_could_not_run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", *arguments])
    assert stopped.value.code == 2
    assert "usage: gongfu" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "path"), [(UnreadableDocument, "没有.csv"), (UnusableCatalogue, "别的表.csv")])
def test_faults_of_a_file_speak_two_languages(error: type[Exception], path: str, tmp_path: Path) -> None:
    (tmp_path / "别的表.csv").write_text("姓名,年龄\n张三,30\n", "utf-8")
    with pytest.raises(error) as fault:
        check(tmp_path / path)
    assert isinstance(fault.value, UnreadableDocument | UnusableCatalogue)
    assert path in fault.value.zh
    assert path in fault.value.en


def test_correspondences_stated_against_one_edition_are_not_used_against_another() -> None:
    examined = check(catalogue_of("jilin-13fyp"), "cn-12fyp").examined
    pairs = {pair for pair in examined.correspondences if pair.item}
    assert pairs
    assert "manual" not in {pair.justification for pair in pairs}


@pytest.mark.parametrize(
    ("name", "region", "level", "told"),
    [
        ("吉林省清单.csv", "220000", "province", "地区：吉林省（220000）"),
        ("长春市清单.csv", "220100", "prefecture", "地区：长春市（220100）"),
        ("国家基本公共服务清单.csv", "CN", "national", "地区：中华人民共和国（CN）"),
        ("清单.csv", "CN", "province", "地区：文件没有写明，按省级清单比对"),
    ],
)
def test_region_and_level_are_what_the_file_says_or_some_province(
    name: str, region: str, level: str, told: str, tmp_path: Path
) -> None:
    """Only what calls itself the nation's has to reach its totals: here 1.8 million patients of some 100 million."""
    (tmp_path / name).write_bytes((HERE / "catalogues" / "R18.national-total.csv").read_bytes())
    report = check(tmp_path / name)
    edition = report.examined.prepared.catalogue.edition
    assert (edition.region, edition.level) == (region, level)
    assert ("R10" in {one.rule for one in report.findings}) == (level == "national")
    assert told in as_text(report, "zh")


def test_the_package_runs_where_the_script_is_not_on_the_path() -> None:
    ended = subprocess.run([sys.executable, "-m", "gongfu", "check"], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: gongfu check")


def test_a_terminal_without_chinese_letters_does_not_stop_the_report() -> None:
    command = [sys.executable, "-W", "error", "-m", "gongfu.cli", "check", str(file_of(BELOW)), "--region", "220000"]
    settings = {"PYTHONPATH": str(HERE.parent / "server"), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=settings, check=False)
    assert (done.returncode, done.stderr.decode()) == (1, "")
    assert "低于国家第30项的标准（90%以上）" in done.stdout.decode("utf-8")


# --- the report for people --------------------------------------------------------------------------------------------


@every_case
@pytest.mark.parametrize(
    ("language", "headings", "count"),
    [
        ("zh", ["■ 违反", "■ 提醒", "■ 告知"], "同类共{}处"),
        ("en", ["■ Violations", "■ Warnings", "■ Information"], "{} of this kind"),
    ],
)
def test_text_tells_every_finding_the_gravest_first(case: Path, language: str, headings: list[str], count: str) -> None:
    report = report_of(case)
    text = as_text(report, language)
    assert re.findall("■ [^ （]+", text) == headings
    for found in by_rule_and_label(report.findings, language):
        assert f"  {found[0].rule} {rules()[found[0].shape].label[language]}\n     " in text
        assert found[0].clause in text
        few = len(found) <= MANY or (found[0].severity == "violation" and found[0].national_quote)
        assert (
            [one for one in found if one.message[language] not in text] == []
            if few
            else count.format(len(found)) in text
        )


def by_rule_and_label(findings: Iterable[Finding], language: str) -> list[list[Finding]]:
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.severity, one.rule, rules()[one.shape].label[language]), []).append(one)
    return list(groups.values())


def test_text_in_chinese() -> None:
    text = as_text(report_of(BELOW))
    assert text.startswith(
        "《R10.below.csv》与《“十三五”国家基本公共服务清单》比对\n地区：吉林省（220000）\n读入3行、3项；违反"
    )
    assert text.count(
        "  R10 地方标准不得低于国家标准\n"
        "     依据：中办发〔2018〕55号二（六）：对于国家规定最低标准的基本公共服务，地方标准水平既不得低于国家标准，"
        "也不得脱离实际盲目攀高\n"
        "   · [R10.below E3] 第30项“儿童健康管理”的0—6岁儿童健康管理率为80%以上，低于国家第30项的标准（90%以上）。"
        "请提高到不低于国家标准。\n"
        "       本清单：“0—6岁儿童健康管理率达到80%以上”\n"
        "       国家：“0—6岁儿童健康管理率逐步达到90%”\n"
    ) == 1  # fmt: skip


def test_text_lists_the_places_of_many_findings() -> None:
    report = report_of(BELOW)
    missing = [one for one in report.findings if one.rule == "R21"]
    assert len(missing) > MANY > FEW
    assert f"   … 同类共{len(missing)}处：国家清单第1、2、3、" in as_text(report)
    assert f"   … {len(missing)} of this kind: national items 1, 2, 3, " in as_text(report, "en")


def test_a_converted_value_is_told_with_its_arithmetic() -> None:
    """Three yuan a day beside 800 a year tells nobody that it is less; without a conversion nothing is added."""
    converted, plain = (
        next(one for one in check(file_of(case)).findings if one.rule == "R10").message
        for case in (HERE / "catalogues" / "R10.day-times-too-few-days.expected.json", BELOW)
    )
    assert "每生每天3元（每天×200天，合600元/人·年），低于国家第2项的标准（每生每年800元）" in converted["zh"]
    assert "(每天×200天: 600 元/人·年), below" in converted["en"]
    assert "×" not in plain["zh"]


def test_text_in_english() -> None:
    text = as_text(report_of(BELOW), "en")
    against = "National Catalogue of Basic Public Services, 13th Five-Year Plan"
    assert text.startswith(f"“R10.below.csv” against “{against}”\nRegion: Jilin")
    assert "  R10 The local standard is not below the national floor\n" in text
    assert "below at least 90% of national item 30. Raise it to the national standard or above.\n" in text
    assert not re.search("[：（）；]", re.sub("“.*?”|rests on: .*", "", text))
