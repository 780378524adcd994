"""What persons said of findings is honoured with name and reason, and only for the words that they judged."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import gongfu.build
import gongfu.check
from gongfu.check import UnusableCatalogue, check
from gongfu.cli import main
from gongfu.codes import codelists
from gongfu.findings import Finding, Report
from gongfu.report import FORMS, as_json, as_text, written
from gongfu.settings import DEFINITIONS, base_iri

HEADER = "领域,序号,服务项目,服务对象,服务标准,支出责任,牵头负责单位\n"
ROW = "基本医疗卫生,30,儿童健康管理,0—6岁儿童,0—6岁儿童健康管理率达到{}以上。,地方人民政府负责,省卫生计生委\n"
REASON = "本省口径含流动儿童"


@pytest.fixture(autouse=True, scope="module")
def _nation_read_once() -> Iterator[None]:
    nation = gongfu.check.national(gongfu.check.NATION, codelists(), base_iri())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gongfu.check, "national", lambda *_: nation)
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "吉林省.csv"
    path.write_text(HEADER + ROW.format("80%"), "utf-8")
    return path


def judged(file: Path, verdicts: dict[tuple[str, str | None], str], encoding: str = "utf-8-sig") -> Report:
    """Fill in the report as CSV, as a person does, keep it beside the catalogue, and check again."""
    document = report_as_csv(file.read_bytes(), file)
    rows = list(csv.DictReader(io.StringIO(document.decode("utf-8-sig"), newline="")))
    for row in rows:
        verdict = verdicts.get((row["rule"], row["item"] or row["national_item"]))
        if verdict:
            row |= {"verdict": verdict, "reason": REASON, "by": "张三", "date": "2026-11-22"}
    with beside(file).open("w", encoding=encoding, newline="") as target:
        table = csv.DictWriter(target, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return check(file)


_WRITTEN: dict[bytes, bytes] = {}


def report_as_csv(content: bytes, file: Path) -> bytes:
    """Return the report on a file before anybody judged it, made once for the same content."""
    if content not in _WRITTEN:
        _WRITTEN[content] = written(check(file), "csv", "zh", file)
    return _WRITTEN[content]


def beside(file: Path) -> Path:
    return file.with_name(f"{file.stem}.reviewed.csv")


def found(report: Report, rule: str, item: str = "30") -> Finding:
    return next(one for one in report.findings if one.rule == rule and item in {one.item, one.national_item})


@pytest.mark.parametrize(("verdict", "word"), [("不成立", "核为不成立"), ("exempt", "声明不适用")])
def test_what_a_person_settled_is_information_with_name_and_reason(file: Path, verdict: str, word: str) -> None:
    before = check(file)
    report = judged(file, {("R10", "30"): verdict})
    one = found(report, "R10")
    assert (found(before, "R10").severity, one.severity) == ("violation", "information")
    assert one.message["zh"].endswith(f"已由张三于2026-11-22{word}：{REASON}。")
    assert f"by 张三 on 2026-11-22: {REASON}." in one.message["en"]
    assert one.remedy == {}
    assert report.counts["violation"] == before.counts["violation"] - 1
    assert report.counts["information"] == before.counts["information"] + 1


def test_what_a_person_confirmed_keeps_its_severity_and_says_who_confirmed_it(file: Path) -> None:
    one = found(judged(file, {("R10", "30"): "属实"}), "R10")
    assert one.severity == "violation"
    assert one.message["zh"].endswith(f"经张三于2026-11-22核对属实：{REASON}。")


def test_judgements_are_counted_apart_in_every_form_for_people(file: Path) -> None:
    report = judged(file, {("R10", "30"): "不成立", ("R21", "29"): "不适用"})
    told = "经人核定：属实0处，不成立1处，不适用1处"
    assert told in as_text(report)
    assert told in written(report, "html", "zh", file).decode()
    assert json.loads(as_json(report, codelists()))["notes"][0]["zh"].startswith(told)
    assert [one["review"] for one in json.loads(as_json(report, codelists()))["findings"] if "review" in one] == [
        {"verdict": verdict, "reason": REASON, "by": "张三", "date": "2026-11-22"} for verdict in ("rejected", "exempt")
    ]
    assert set(FORMS) == {form for form in FORMS if written(report, form, "en", file)}


def test_a_national_item_declared_not_applicable_is_no_longer_missing(file: Path) -> None:
    assert "68" in check(file).missing
    report = judged(file, {("R21", "68"): "不适用"})
    assert "68" not in report.missing
    assert "69" in report.missing
    assert found(report, "R21", "68").severity == "information"


def test_a_judgement_on_other_words_has_no_effect_and_is_told(file: Path) -> None:
    judged(file, {("R10", "30"): "不成立"})
    file.write_text(HEADER + ROW.format("70%"), "utf-8")
    report = check(file)
    assert found(report, "R10").severity == "violation"
    assert [note["zh"] for note in report.notes if "没有生效" in note["zh"] and "R10，张三" in note["zh"]]
    assert "没有生效" in as_text(report)


def test_without_judgements_the_json_keeps_its_form(file: Path) -> None:
    told = json.loads(as_json(check(file), codelists()))
    assert "notes" not in told
    assert not any("review" in one for one in told["findings"])


def test_a_file_that_excel_saved_in_chinese_is_read(file: Path) -> None:
    assert found(judged(file, {("R10", "30"): "不成立"}, "gb18030"), "R10").severity == "information"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("rule,digest,verdict,reason,by,dat\n", ["dat", "date"]),
        ("rule,digest,verdikt,reason,by\n", ["verdikt", "verdict"]),
        ("rule,verdict,reason,by\n", ["缺少", "digest"]),
        ("rule,digest,verdict,reason,by\nR10,d1,也许,因为,张三\n", ["第2行", "也许", "不成立"]),
        ("rule,digest,verdict,reason,by\nR10,d1,不成立,,张三\n", ["第2行", "reason"]),
        ("rule,digest,verdict,reason,by\nR10,d1,不成立,因为,\n", ["第2行", "by"]),
        ("rule,digest,verdict,reason,by\nR10,d1,不成立,因为,张\nR10,d1,属实,因为,李\n", ["第3行", "第2行"]),
    ],
)
def test_a_faulty_file_of_judgements_stops_the_check_and_says_where(
    file: Path, text: str, facts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    beside(file).write_text(text, "utf-8")
    with pytest.raises(UnusableCatalogue) as fault:
        check(file)
    assert [fact for fact in facts if fact not in fault.value.zh] == []
    assert beside(file).name in fault.value.en
    assert main(["check", str(file)]) == 2
    assert capsys.readouterr().err.count(beside(file).name) == 2


def test_an_exemption_is_published_with_its_reason(file: Path) -> None:
    judged(file, {("R21", "68"): "不适用", ("R10", "30"): "不成立"})
    folder = file.parent
    beside(file).rename(folder / "catalogue.reviewed.csv")
    made = gongfu.build._exemption_triples(folder, "220000-x", "cn-13fyp", "https://e.org/")
    told = {triple.predicate.value.rpartition("#")[2].rpartition("/")[2]: triple.object for triple in made}
    assert {triple.subject for triple in made} == {ox.NamedNode("https://e.org/cat/220000-x/exemption/1")}
    assert told["type"] == ox.NamedNode(DEFINITIONS + "Exemption")
    assert told["nationalItem"] == ox.NamedNode("https://e.org/cat/cn-13fyp/68")
    assert told["exemptionReason"] == ox.Literal(REASON, language="zh")
    assert (told["ruleId"], told["statedBy"]) == (ox.Literal("R21"), ox.Literal("张三"))
    assert "provincialItem" not in told
