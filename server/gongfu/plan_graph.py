"""Plan graph: indicator tables, tasks and statements become triples, and so does what answers the nation's.

Place in the flow: **map**, beside graph. The CONSTRUCT files of data/tables/ hold the IRI patterns.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from urllib.parse import quote

from gongfu.catalogue import Catalogue, CellReference, Observation, Plan, Statement, Task
from gongfu.codes import CodeLists
from gongfu.facts import Cell, Graph, Row, mapped
from gongfu.figures import indicator_words, signed
from gongfu.graph import node
from gongfu.indicator_pairs import IndicatorPair, indicator_pairs
from gongfu.measures import Measure, normalised
from gongfu.tasks import TaskRole, task_pairs, task_roles

_DIGITS = re.compile(r"\d+(?:\.\d+)?")


def plan_triples(plan: Plan, edition: str, region: str, codes: CodeLists, base: str, catalogue: bool) -> Graph:
    """Return observations, tasks and the units of tasks; ``catalogue`` says that the document holds one as well."""
    paths = _paths(plan.observations)
    observations = [
        _observation_row(edition, region, order, one, path, codes)
        for order, (one, path) in enumerate(zip(plan.observations, paths, strict=True), 1)
    ]
    tasks: list[Row] = [
        {"edition": edition, "order": order, "number": task.number, "text": task.text, "units": _units(task),
         "catalogue": catalogue, **_place(task.cell)}
        for order, task in enumerate(plan.tasks, 1)
    ]  # fmt: skip
    roles = [
        _role_row(edition, region, order, role, codes) | {"catalogue": catalogue}
        for order, task in enumerate(plan.tasks, 1)
        for role in task_roles(task, region, codes)
    ]
    return (
        mapped("observation", observations, base)
        + mapped("task", tasks, base)
        + mapped("task-role", roles, base)
        + mapped("statement", _statement_rows(plan.statements, edition, codes), base)
    )


def _statement_rows(statements: Sequence[Statement], edition: str, codes: CodeLists) -> list[Row]:
    return [
        {"edition": edition, "order": order, "indicator": node(one.indicator), "label": one.label,
         "kind": node(codes.iri("period-kind", one.kind)), "text": one.words, "quote": one.quote, "unit": one.unit,
         "polarity": node(_polarity(one.indicator, one.label, codes)), "lower": one.lower, "upper": one.upper}
        for order, one in enumerate(statements, 1)
    ]  # fmt: skip


def _paths(observations: Sequence[Observation]) -> list[str]:
    """Return the code of each observation in its table: the indicator's, else its label; repeated ones have numbers."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    for one in observations:
        code = one.indicator.rsplit("/", 1)[-1] or one.label
        count = seen[code, one.period] = seen.get((code, one.period), 0) + 1
        found.append(code if count == 1 else f"{code}~{count}")
    return found


def _observation_row(
    edition: str, region: str, order: int, one: Observation, path: str, codes: CodeLists
) -> dict[str, Cell]:
    normal = normalised(measure_of(one), {})
    printed = one.value is not None
    return {
        "edition": edition, "order": order, "indicatorCode": path, "indicator": node(one.indicator),
        "division": node(codes.iri("division", region)), "period": one.period,
        "kind": node(codes.iri("period-kind", one.kind)), "label": one.label, "printed": one.printed,
        "value": one.value, "text": value_text(one), "footnote": one.footnote,
        "comparator": node(codes.iri("comparator", one.comparator)), "unit": node(codes.iri("unit", one.unit)),
        "multiplier": node(codes.iri("multiplier", one.multiplier)),
        "polarity": node(_polarity(one.indicator, one.label, codes)),
        "normalLower": normal.normal_lower if printed else None, "normalUnit": normal.normal_unit if printed else None,
        "normalUpper": normal.normal_upper if printed else None, **_place(one.cell),
    }  # fmt: skip


def measure_of(one: Observation) -> Measure:
    """Return an observation as the quantity it is, for normal form and wording."""
    above = one.comparator in {"at-least", "more-than"}
    below = one.comparator in {"at-most", "less-than"}
    return Measure(
        label=one.label, comparator=one.comparator, lower=None if below else one.value,
        upper=None if above else one.value, unit=one.unit or one.printed_unit, multiplier=one.multiplier,
        indicator=one.indicator,
    )  # fmt: skip


def value_text(one: Observation) -> str:
    """Return a figure with sign and unit, in no language: >375万人, 18/10万; as printed where there is no figure."""
    digits = _DIGITS.search(one.printed)
    if one.value is None or digits is None:
        return one.printed
    unit = f"{one.multiplier}{one.unit}" if one.unit else one.printed_unit
    return signed(one.comparator, digits.group(), unit)


def _polarity(indicator: str, label: str, codes: CodeLists) -> str | None:
    known = codes.concepts.get(indicator)
    if known and "polarity" in known.facts:
        return known.facts["polarity"]
    lower = any(label.endswith(ending) for ending in indicator_words()["lower_is_better"])
    return codes.iri("polarity", "lower" if lower else "higher")


def _units(task: Task) -> str:
    return "；".join(text for text in (task.units, task.partners) if text)


def _role_row(edition: str, region: str, position: int, role: TaskRole, codes: CodeLists) -> dict[str, Cell]:
    unit = role.unit
    counterparts = {f"counterpart{place}": node(iri) for place, iri in enumerate(unit.counterparts, 1)}
    return {
        "edition": edition, "task": position, "order": unit.order, "name": unit.name, "region": region,
        "division": node(codes.iri("division", region)), "known": node(unit.iri),
        "kind": node(codes.iri("department-kind", unit.kind)),
        "role": node(codes.iri("role", "lead" if role.lead else "joint")), **counterparts,
    }  # fmt: skip


def plan_comparison_triples(catalogue: Catalogue, nation: Catalogue, codes: CodeLists, base: str) -> Graph:
    """Return for each national task and indicator what answers it in a plan that has such a table at all."""
    edition, national = catalogue.edition.id, nation.edition.id
    tasks: list[Row] = [
        {"edition": edition, "nation": national, "national": one.national, "task": one.task,
         "likeness": Decimal(str(one.likeness))}
        for one in task_pairs(catalogue.plan.tasks, nation.plan.tasks)
    ]  # fmt: skip
    pairs = indicator_pairs(catalogue.plan.observations, nation.plan.observations, codes)
    paths = {id(one): path for plan in (catalogue.plan, nation.plan)
             for one, path in zip(plan.observations, _paths(plan.observations), strict=True)}  # fmt: skip
    indicators = [_pair_row(edition, national, order, one, paths) for order, one in enumerate(pairs, 1)]
    return mapped("task-coverage", tasks, base) + mapped("indicator-coverage", indicators, base)


def _pair_row(edition: str, nation: str, order: int, pair: IndicatorPair, paths: dict[int, str]) -> dict[str, Cell]:
    row: dict[str, Cell] = {
        "edition": edition, "nation": nation, "national": order, "indicator": node(pair.national.indicator),
        "theirPath": _path(pair.national, paths), "theirWords": _said(pair.national),
    }  # fmt: skip
    if pair.ours is None:
        return row
    names: dict[str, Cell] = (
        {"theirName": pair.national.label, "ourName": pair.ours.label} if pair.same and pair.renamed else {}
    )
    return row | names | _place(pair.ours.cell) | {
        "path": _path(pair.ours, paths), "ourWords": _said(pair.ours), "relation": "same" if pair.same else "near",
        "likeness": Decimal(str(round(pair.likeness, 2))),
    }  # fmt: skip


def _path(one: Observation, paths: dict[int, str]) -> str:
    return "/".join(quote(part, safe="-_.~") for part in (paths[id(one)], one.period))


def _said(one: Observation) -> str:
    """Return label and unit as the table has them: 城镇新增就业人数（万人）."""
    unit = one.printed_unit or one.multiplier + one.unit
    return f"{one.label}（{unit}）" if unit else one.label


def _place(cell: CellReference | None) -> dict[str, Cell]:
    return {"sheet": cell.sheet, "address": cell.address} if cell else {}


def unknown_task_units(tasks: Iterable[Task], region: str, codes: CodeLists) -> list[tuple[Task, TaskRole]]:
    """Return the units of tasks that answer to none known, each once, with the task that names it first."""
    seen: dict[str, tuple[Task, TaskRole]] = {}
    for task in tasks:
        for role in task_roles(task, region, codes):
            unit = role.unit
            if unit.iri is None and not unit.counterparts and unit.kind != "government":
                seen.setdefault(unit.name, (task, role))
    return list(seen.values())
