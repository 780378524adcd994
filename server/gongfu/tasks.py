"""Tasks: who leads and who takes part in a task, and which task of a plan answers which of the nation's.

Place in the flow: plan -> **tasks** -> map. Tasks are compared by their words: a pair of characters that stands in
many tasks of the nation (推动…领域发展指标) says little, one that stands in a single one says much.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongfu.catalogue import Task
from gongfu.codes import CodeLists
from gongfu.departments import Role, read_departments
from gongfu.plan import task_words
from gongfu.synonyms import canonical
from gongfu.text import key, tidy
from gongfu.thresholds import threshold

_CLAUSES = re.compile(r"[，,；;。]")
_ENDINGS = re.compile(r"(分别|共同|按照?职责分工|各自|按|等|负责)+$")


@dataclass(frozen=True)
class TaskRole:
    """A unit named at a task; ``lead`` where the text says that it leads."""

    unit: Role
    lead: bool


@dataclass(frozen=True)
class TaskPair:
    """A national task (position in its list, from 1) and the task of the plan that answers it best, if any does."""

    national: int
    task: int | None
    likeness: float


def task_roles(task: Task, region: str, codes: CodeLists) -> tuple[TaskRole, ...]:
    """Return the units of a task in the order of the text: those that lead, then those that take part."""
    found: list[TaskRole] = []
    for text, lead in (*_parts(task.units, task.leads), (task.partners, False)):
        for unit in read_departments(_ENDINGS.sub("", text), region, codes):
            name = _ENDINGS.sub("", unit.name)
            if name and not _general(name):
                found.append(TaskRole(_renamed(unit, name, len(found) + 1, region, codes), lead))
    return tuple(found)


def _renamed(unit: Role, name: str, order: int, region: str, codes: CodeLists) -> Role:
    again = read_departments(name, region, codes)[0] if name != unit.name else unit
    return Role(again.name, order, again.kind, again.iri, again.counterparts, again.nearest)


def _parts(text: str, leads: bool) -> list[tuple[str, bool]]:
    """Return the clauses of a cell of units, each with whether its units lead."""
    found: list[tuple[str, bool]] = []
    for clause in _CLAUSES.split(tidy(text)):
        word = next((word for word in task_words()["leads_before"] if word in clause), "")
        before, _, after = clause.partition(word) if word else (clause, "", "")
        found += [(before, bool(word) or leads), (after, False)]
    return [part for part in found if part[0].strip()]


def _general(name: str) -> bool:
    """Say whether a name is none of a unit: 其他有关部门, 地方各级政府和其他有关部门."""
    rest = key(name)
    for word in sorted((key(word) for word in task_words()["general"]), key=len, reverse=True):
        rest = rest.replace(word, "")
    return not re.sub("[和及与等]", "", rest)


def task_pairs(ours: Sequence[Task], theirs: Sequence[Task]) -> list[TaskPair]:
    """Return for each national task the task that answers it best, None where none is like enough; [] without tasks."""
    if not ours:
        return []
    weights = _weights(theirs)
    found = []
    for position, national in enumerate(theirs, 1):
        scored = [(_likeness(national.text, task.text, weights), -place) for place, task in enumerate(ours, 1)]
        likeness, place = max(scored)
        answered = likeness >= threshold("task-likeness")
        found.append(TaskPair(position, -place if answered else None, round(likeness, 2)))
    return found


def _weights(tasks: Sequence[Task]) -> Mapping[str, float]:
    counts = Counter(pair for task in tasks for pair in _pairs(task.text))
    return {pair: 1 / count**2 for pair, count in counts.items()}


def _pairs(text: str) -> frozenset[str]:
    letters = canonical(text)
    return frozenset(letters[index : index + 2] for index in range(len(letters) - 1))


def _likeness(one: str, other: str, weights: Mapping[str, float]) -> float:
    """Return how much of the telling words of a national task stand in the other, or of the other in it."""
    theirs, ours = _pairs(one), _pairs(other)
    shared = sum(weights[pair] for pair in theirs & ours)
    whole = sum(weights[pair] for pair in theirs)
    own = sum(weights.get(pair, 1.0) for pair in ours)
    return max(shared / whole, shared / own) if whole and own else 0.0
