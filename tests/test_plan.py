"""Indicator tables and divisions of tasks in any document: found by their headers, read as the typed tables have them.

The published plans are read from their text and compared with what people typed from them; the cube that is built of
them is whole by the integrity constraints of the RDF Data Cube vocabulary that can fail here.
"""

from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from gongfu.arrange import arrange
from gongfu.catalogue import Observation, Plan, Task
from gongfu.codes import codelists
from gongfu.document import Document, read_document
from gongfu.facts import construct
from gongfu.figures import read_figure, read_label, read_title
from gongfu.narrative import read_narrative
from gongfu.plan import take_plan
from gongfu.plan_graph import plan_triples, value_text
from gongfu.plan_text import read_plan_text
from gongfu.reading.cells import table_from_texts
from gongfu.settings import house
from gongfu.sources import curated_plan, described, source_folder
from gongfu.tasks import task_pairs, task_roles

DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "documents"
BASE = "https://example.org/"

needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason=f"the published documents are not here: no folder {DOCUMENTS}"
)


def table(*rows: str) -> Document:
    """Return a document of one table: cells parted by |."""
    cells = [tuple(row.split("|")) for row in rows]
    return Document("x.txt", "txt", (table_from_texts("表1", cells, lambda row, column: f"R{row}C{column}"),), "")


def taken(*rows: str) -> Plan:
    return take_plan(table(*rows), codelists())[1]


# --- against the typed tables -----------------------------------------------------------------------------------------


def told(one: Observation) -> tuple[object, ...]:
    return (one.indicator, one.period, one.kind, one.value, one.comparator, one.unit, one.multiplier)


@needs_documents
@pytest.mark.parametrize("edition", ["hebei-13fyp", "jilin-13fyp"])
def test_tables_are_read_from_a_document_as_people_typed_them(edition: str) -> None:
    folder = source_folder(edition)
    document = read_document(DOCUMENTS / described(folder)["document"]["file"])
    rest, read, unread = take_plan(document, codelists())
    typed = curated_plan(folder, codelists())
    assert unread == ()
    assert sorted(map(str, map(told, read.observations))) == sorted(map(str, map(told, typed.observations)))
    assert [(task.number, task.text, task.units) for task in read.tasks] == [
        (task.number, task.text, task.units) for task in typed.tasks
    ]
    assert len(arrange(rest).items) == described(folder)["declared_items"]


# --- headers, labels, figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ("指标|2015年|2020年|累计", ["baseline", "target", "cumulative"]),
        ("序号|主要指标|单位|2020年实际值|2025年目标值", ["baseline", "target"]),
        ("指标名称|2015年|2018年|2020年", ["baseline", "interim", "target"]),
        ("指 标|基期|规划目标", ["baseline", "target"]),
        ("指标|2016—2020年累计", ["cumulative"]),
        ("指标|2020年", ["target"]),
    ],
)
def test_header_says_what_its_columns_are(header: str, kinds: list[str]) -> None:
    titles = header.split("|")
    row = "|".join("国民综合阅读率" if "指" in title else "%" if title == "单位" else "8" for title in titles)
    assert [one.kind for one in taken(header, row).observations] == kinds


@pytest.mark.parametrize("header", ["指标|责任单位|备注", "服务项目|2015年|2020年", "单位|2015年|2020年"])
def test_other_headers_are_left_alone(header: str) -> None:
    document = table(header, "甲|1|2", "乙|3|4")
    assert take_plan(document, codelists()) == (document, Plan(), ())


@pytest.mark.parametrize(
    ("printed", "label", "unit", "multiplier"),
    [
        ("九年义务教育巩固率（%）", "九年义务教育巩固率", "%", ""),
        ("义务教育基本均衡县（市、区）的比例（ %）1", "义务教育基本均衡县（市、区）的比例", "%", ""),
        ("孕产妇死亡率（1/10 万）", "孕产妇死亡率", "1/10万", ""),
        ("城镇新增就业人数（万人）②", "城镇新增就业人数", "人", "万"),
        ("公共图书馆年流通人次（亿）", "公共图书馆年流通人次", "人次", "亿"),
        ("文化馆(站)年服务人次 (万)", "文化馆(站)年服务人次", "人次", "万"),
        ("文化馆（站）", "文化馆", "", ""),
    ],
)
def test_label_gives_its_unit(printed: str, label: str, unit: str, multiplier: str) -> None:
    name, read = read_label(printed, "", codelists())
    assert (name, read.unit, read.multiplier) == (label, unit, multiplier)


@pytest.mark.parametrize(
    ("printed", "value", "comparator"),
    [("＞5000", "5000", "more-than"), (">99", "99", "more-than"), ("30 以上", "30", "at-least"),
     ("93", "93", "exactly"), ("44.48%", "44.48", "exactly"), ("≥90", "90", "at-least"), ("〔375〕", "375", "exactly"),
     ("38左右", "38", "about"), ("5.5以内", "5.5", "at-most"), ("不低于95", "95", "at-least")],
)  # fmt: skip
def test_figure_is_read_with_its_sign(printed: str, value: str, comparator: str) -> None:
    figure = read_figure(printed, codelists())
    assert figure
    assert (figure.value, figure.comparator) == (Decimal(value), comparator)


@pytest.mark.parametrize("printed", ["–", "—", "/", "无"])
def test_no_figure_is_said(printed: str) -> None:
    figure = read_figure(printed, codelists())
    assert figure
    assert figure.value is None


@pytest.mark.parametrize("printed", ["进一步提高", "9" * 30, "第3名", "5—8"])
def test_what_is_no_figure_is_not_understood(printed: str) -> None:
    assert read_figure(printed, codelists()) is None


def test_a_long_text_with_a_year_is_no_title() -> None:
    assert read_title("到2020年基本公共服务均等化总体实现并且群众满意度不断提高") is None


def test_value_text_is_of_no_language() -> None:
    header = "指标|2015年|2020年"
    plan = taken(header, "孕产妇死亡率（1/10万）|17.40|＜16", "城镇新增就业人数（万人）|–|＞375")
    assert [value_text(one) for one in plan.observations] == ["17.40/10万", "<16/10万", "–", ">375万人"]


def test_rows_before_and_after_stay_with_the_catalogue() -> None:
    rows = ("序号|服务项目|服务对象|服务标准", "1|甲|乙|丙", "指标|2015年|2020年|累计", "国民综合阅读率（%）|70|80|–",
            "序号|服务项目|服务对象|服务标准", "2|丁|戊|己")  # fmt: skip
    rest, plan, unread = take_plan(table(*rows), codelists())
    assert [one.value for one in plan.observations] == [Decimal(70), Decimal(80), None]
    assert [item.name for item in arrange(rest).items] == ["甲", "丁"]
    assert unread == ()


@pytest.mark.parametrize(
    ("rows", "tasks"),
    [(("3|丙。|省民政厅", "4|丁。|省体育局"), 4), (("1|甲。|省民政厅",), 2), (("2016|10|备注",), 2)],
)
def test_only_the_next_numbers_continue_a_division_of_tasks(rows: tuple[str, ...], tasks: int) -> None:
    first, second = table("序号|重点任务|责任单位", "1|甲。|省教育厅", "2|乙。|省财政厅"), table(*rows)
    both = Document("x.txt", "txt", (*first.tables, *second.tables), "")
    rest, plan, _ = take_plan(both, codelists())
    assert len(plan.tasks) == tasks
    assert sum(len(one.rows) for one in rest.tables) == len(rows) - (tasks - 2)


def test_a_number_of_five_thousand_digits_is_no_trouble() -> None:
    long = "9" * 5000
    tasks = table("序号|重点任务|责任单位", f"{long}|甲。|省教育厅"), table(f"{long}|乙。|省财政厅")
    both = Document("x.txt", "txt", tuple(one.tables[0] for one in tasks), f"指标 2015年 2020年\n甲 {long} {long}")
    assert len(take_plan(both, codelists())[1].tasks) == 1
    assert taken("指标|2015年|2020年", f"国民综合阅读率|{long}|{long}").observations == ()
    assert read_plan_text(both.prose, codelists()) == Plan()


# --- tasks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "leads", "others"),
    [
        ("省教育厅牵头，其他有关部门按职责分工负责", ["省教育厅"], []),
        ("省文化厅、省体育局分别牵头，各级地方政府和其他有关部门按职责分工负责", ["省文化厅", "省体育局"], []),
        ("省质监局牵头，省教育厅、省残联按职责分工负责", ["省质监局"], ["省教育厅", "省残联"]),
        ("省教育厅、省民政厅等按职责分工负责", [], ["省教育厅", "省民政厅"]),
        ("相关行业主管部门会同省财政厅按职责分工负责", [], ["省财政厅"]),
        ("省财政厅会同有关部门负责", ["省财政厅"], []),
        ("省发展改革委、省财政厅共同牵头负责", ["省发展改革委", "省财政厅"], []),
    ],
)
def test_who_leads_and_who_takes_part(units: str, leads: list[str], others: list[str]) -> None:
    roles = task_roles(Task("1", "甲。", units), "130000", codelists())
    assert [role.unit.name for role in roles if role.lead] == leads
    assert [role.unit.name for role in roles if not role.lead] == others
    assert [role.unit.order for role in roles] == list(range(1, len(roles) + 1))


def test_columns_of_lead_units_and_partners() -> None:
    task = taken("序号|主要任务|牵头单位|配合单位", "1|甲。|省教育厅|省财政厅、有关部门").tasks[0]
    roles = task_roles(task, "130000", codelists())
    assert [(role.unit.name, role.lead) for role in roles] == [("省教育厅", True), ("省财政厅", False)]


def test_a_row_without_number_continues_the_task_before() -> None:
    plan = taken(
        "序号|重点任务|责任单位", "1|推进政府购买|省财政厅牵头，", "|公共服务。|省民政厅参加", "2|乙。|省教育厅"
    )
    assert [(task.text, task.units) for task in plan.tasks] == [
        ("推进政府购买公共服务。", "省财政厅牵头，省民政厅参加"),
        ("乙。", "省教育厅"),
    ]


def test_tasks_in_the_same_frame_are_told_apart() -> None:
    nation = [Task(str(place), f"推动{name}领域发展指标、重点任务、保障措施有效落实。", "")
              for place, name in enumerate(["基本公共教育", "基本医疗卫生", "残疾人基本公共服务"], 1)]  # fmt: skip
    ours = [nation[1], Task("2", "推动退役军人领域发展指标、重点任务、保障措施有效落实。", "")]
    assert [pair.task for pair in task_pairs(ours, nation)] == [None, 1, None]
    assert task_pairs([], nation) == []


# --- the cube ---------------------------------------------------------------------------------------------------------

CUBE = """PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
CONSTRAINTS = {
    "IC-1 one data set": "?o a qb:Observation ; qb:dataSet ?one, ?two . FILTER(?one != ?two)",
    "IC-2 one structure": """?set a qb:DataSet .
        FILTER NOT EXISTS { ?set qb:structure ?dsd . ?dsd a qb:DataStructureDefinition }""",
    "IC-3 a measure": """?dsd a qb:DataStructureDefinition .
        FILTER NOT EXISTS { ?dsd qb:component/qb:measure ?m . ?m a qb:MeasureProperty }""",
    "IC-4 range of dimensions": "?d a qb:DimensionProperty . FILTER NOT EXISTS { ?d rdfs:range ?r }",
    "IC-5 code list": """?d a qb:DimensionProperty ; rdfs:range skos:Concept .
        FILTER NOT EXISTS { ?d qb:codeList ?l }""",
    "IC-11 all dimensions": """?o qb:dataSet/qb:structure/qb:component/qb:dimension ?d .
        FILTER NOT EXISTS { ?o ?d ?v }""",
    "IC-12 no duplicates": """?o qb:dataSet ?s . ?p qb:dataSet ?s . FILTER(STR(?o) < STR(?p)) ?s qb:structure ?dsd .
        FILTER NOT EXISTS { ?dsd qb:component/qb:dimension ?d . ?o ?d ?x . ?p ?d ?y . FILTER(?x != ?y) }""",
    "IC-13 required attributes": """?o qb:dataSet/qb:structure/qb:component ?c .
        ?c qb:componentRequired true ; qb:attribute ?a .
        FILTER NOT EXISTS { ?o ?a ?v }""",
    "IC-14 all measures": "?o qb:dataSet/qb:structure/qb:component/qb:measure ?m . FILTER NOT EXISTS { ?o ?m ?v }",
    "IC-19 codes of the list": """?o qb:dataSet/qb:structure/qb:component/qb:dimension ?d .
        ?d qb:codeList ?l . ?o ?d ?v .
        FILTER NOT EXISTS { ?v skos:inScheme ?l }""",
}  # fmt: skip


@pytest.fixture(scope="module")
def cube() -> ox.Store:
    store = ox.Store()
    for path in [house().ontology / "indicator-cube.ttl", *sorted((house().ontology / "codelists").glob("*.ttl"))]:
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    for edition, region in (("cn-13fyp", "CN"), ("130000-13fyp", "130000"), ("220000-13fyp", "220000")):
        plan = curated_plan(source_folder(edition), codelists())
        made = plan_triples(plan, edition, region, codelists(), BASE, catalogue=True)
        store.extend(ox.Quad(*triple) for triple in made)
    return store


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_cube_is_whole(constraint: str, cube: ox.Store) -> None:
    assert bool(cube.query(f"{CUBE} ASK {{ {CONSTRAINTS[constraint]} }}")) is False


def test_cube_holds_every_figure(cube: ox.Store) -> None:
    rows = cube.query(f"{CUBE} SELECT (COUNT(?o) AS ?n) WHERE {{ ?o a qb:Observation }}")
    assert isinstance(rows, ox.QuerySolutions)
    assert next(iter(rows))["n"].value == str(60 + 45 + 59)  # cells with a figure or a dash, counted in the documents


def test_construct_of_an_empty_plan_makes_nothing() -> None:
    assert not plan_triples(Plan(), "x", "CN", codelists(), BASE, catalogue=True)
    assert not construct(ox.Store(), house().data / "tables" / "observation.rq", {"base": BASE})


# --- running text -----------------------------------------------------------------------------------------------------


@needs_documents
@pytest.mark.parametrize("edition", ["hebei-13fyp", "jilin-13fyp"])
def test_statements_are_read_from_a_document_as_people_typed_them(edition: str) -> None:
    folder = source_folder(edition)
    document = read_document(DOCUMENTS / described(folder)["document"]["file"])
    read = read_narrative(document.prose, "province", 2016, codelists())
    typed = curated_plan(folder, codelists()).statements
    assert typed
    assert [(one.kind, one.indicator, one.words) for one in read] == [
        (one.kind, one.indicator, one.words) for one in typed
    ]


@pytest.mark.parametrize(
    ("prose", "kinds"),
    [
        ("截至2015年，婴儿死亡率降到5‰；国民综合阅读率达到80%。", ["baseline", "baseline"]),
        ("第一节 发展基础\n国民综合阅读率达到80%。\n第二节 主要目标\n国民综合阅读率达到85%。", ["baseline", "target"]),
        ("到2020年，国民综合阅读率达到85%，比2015年提高5个百分点。", ["target"]),
        ("第二节 主要目标\n2014年国民综合阅读率达到78%。", ["baseline"]),
        ("国民综合阅读率达到85%。", []),
        ("第二节 主要目标\n49个县国民综合阅读率有所提高，阅读率达到85%。", []),
    ],
)
def test_words_and_headings_say_what_a_number_is(prose: str, kinds: list[str]) -> None:
    assert [one.kind for one in read_narrative(prose, "province", 2016, codelists())] == kinds


@needs_documents
def test_a_table_without_columns_is_read_line_by_line_as_people_typed_it() -> None:
    folder = source_folder("cn-13fyp")
    document = read_document(DOCUMENTS / described(folder)["document"]["file"])
    typed = curated_plan(folder, codelists())
    assert list(map(told, read_plan_text(document.prose, codelists()).observations)) == list(
        map(told, typed.observations)
    )


def test_a_line_is_a_row_only_with_a_figure_for_each_column() -> None:
    lines = (
        "指　标  2015年  2020年 累　计\n基本公共教育\n国民综合阅读率（%） 7  79.6  81.6  –\n"
        "城镇新增就业人数（万人）＞375\n"
        "婴儿死亡率从 2010 到 2015 年\n注：1.指…\n孕产妇死亡率（1/10万）  20.1  18  –\n"
    )
    read = read_plan_text(lines, codelists()).observations
    assert [(one.label, one.value) for one in read] == [
        ("国民综合阅读率", Decimal("79.6")),
        ("国民综合阅读率", Decimal("81.6")),
        ("国民综合阅读率", None),
    ]


def test_tasks_are_read_line_by_line() -> None:
    lines = (
        "附件2\n序号 重点任务 责任单位\n1 推进政府购买公共服务。 省财政厅牵头，其他有关部门按职责分工负责\n"
        "2 没有单位的一行。\n第三章 其他\n3 甲任务一二三。 省教育厅负责"
    )
    assert [(task.number, task.text, task.units) for task in read_plan_text(lines, codelists()).tasks] == [
        ("1", "推进政府购买公共服务。", "省财政厅牵头，其他有关部门按职责分工负责")
    ]
