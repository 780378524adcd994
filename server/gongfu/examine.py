"""Examine: everything that is read from one catalogue and how it compares with the nation's, as one data graph.

Place in the flow: arrange -> measures, departments, funding, match, indicators -> map -> compare -> validate. `check`
and `build` both call `examine`; there is no second way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyoxigraph as ox

from gongfu.catalogue import Catalogue, Item, Unread
from gongfu.codes import CodeLists
from gongfu.compare import UNREACHED, Meeting, about, asked_predicates, comparisons, meet, plan_comparisons
from gongfu.coverage import covered, foreseen
from gongfu.departments import Role, has_other_work, read_departments
from gongfu.earlier import earlier_wordings
from gongfu.elements import Element
from gongfu.facts import Graph, graph_of
from gongfu.funding import read_funding
from gongfu.funding_graph import Funding, funding_triples
from gongfu.graph import (
    correspondence_triples,
    coverage_triples,
    edition_triples,
    element_triples,
    item_triples,
    measure_triples,
    role_triples,
    unread_triples,
)
from gongfu.indicators import named_quantities, with_indicators
from gongfu.match import Correspondence, match, unsettled
from gongfu.measures import STANDARD_COLUMNS, Measure, Numbers, read_numbers
from gongfu.plan_graph import plan_comparison_triples, plan_triples, unknown_task_units
from gongfu.target_graph import Targets, comparison_triples, earlier_triples, target_triples
from gongfu.targets import read_target
from gongfu.telling import Rarity
from gongfu.unit_names import naming_triples
from gongfu.validate import Engine, Result, judged_predicates, validate_turtle

Measures = Mapping[str, Sequence[tuple[str, Measure]]]
Elements = Mapping[str, Sequence[Element]]


@dataclass(frozen=True)
class Prepared:
    """A catalogue with what was read from its cells and the graph of both.

    ``measures`` maps an item's key to pairs of (column, measure) in order; ``roles`` to its units in order,
    ``funding`` to its funding rules in order.
    """

    catalogue: Catalogue
    measures: Measures
    roles: Mapping[str, Sequence[Role]]
    funding: Funding
    graph: Graph
    elements: Elements = field(default_factory=dict)  # the things a national item provides, to be looked for elsewhere
    targets: Targets = field(default_factory=dict)  # whom each item is for
    plan: Graph = field(default_factory=Graph)  # the part of ``graph`` that is the indicator table and the tasks
    earlier: Mapping[str, Sequence[Item]] = field(default_factory=dict)  # earlier rows by what they became
    rarity: Rarity | None = None  # by what the words of a national catalogue count when things are looked for
    asked: bytes = b""  # what is asked of a national catalogue, as N-Triples

    @property
    def triples(self) -> tuple[ox.Triple, ...]:
        """Return the whole graph, each triple once."""
        return self.graph.triples

    @cached_property
    def meeting(self) -> Meeting:
        """Return the graph in which catalogues meet this one, made once for all that are compared with it."""
        return Meeting(self.asked or self.graph.lines(asked_predicates(), UNREACHED), self.catalogue.edition.id)


@dataclass(frozen=True)
class Examined:
    """A prepared catalogue with its correspondences to the nation, their graph, the comparisons and the results.

    ``about`` is what the graph knows of each focus node of the results.
    """

    prepared: Prepared
    nation: Prepared
    correspondences: tuple[Correspondence, ...]
    related: Graph
    compared: Graph
    results: tuple[Result, ...]
    about: Mapping[str, Mapping[str, str]]


def prepare(
    catalogue: Catalogue, codes: CodeLists, base: str, curated: Measures | None = None,
    paired: Mapping[str, Sequence[tuple[str, Measure]]] | None = None, typed: Funding | None = None,
    groups: Targets | None = None, numbers: Numbers | None = None,
) -> Prepared:  # fmt: skip
    """Read the cells of a catalogue and map it.

    ``curated`` are measures that a person typed; without them the grammar reads. ``paired`` gives for each item key the
    national measures, with the name of their item, that its numbers may be the same quantity as. ``typed`` are funding
    rules that a person typed, ``groups`` target groups that a person typed, ``numbers`` what is read already.
    """
    if curated is None:
        numbers = read_numbers(catalogue.items, catalogue.edition.level) if numbers is None else numbers
        measures, unread = _named(catalogue, numbers, codes, paired or {})
    else:
        measures, unread = curated, ()
    roles = {
        item.key: read_departments(item.text("departments"), catalogue.edition.region, codes)
        for item in catalogue.items
    }
    funding, unpaid = (typed, ()) if typed is not None else _read_funding(catalogue)
    catalogue = replace(
        catalogue, unread=(*catalogue.unread, *unread, *unpaid, *_unknown_units(catalogue, roles, codes))
    )
    edition, method = catalogue.edition, "person" if curated is not None else "grammar"
    plan = plan_triples(catalogue.plan, edition.id, edition.region, codes, base, catalogue=True)
    targets = _read_targets(catalogue) if groups is None else groups
    graph = graph_of([
        edition_triples(catalogue, codes, base), item_triples(catalogue, codes, base),
        measure_triples(edition.id, measures, codes, base, method),
        role_triples(edition.id, edition.region, roles, codes, base),
        funding_triples(edition.id, funding, codes, base, "grammar" if typed is None else "person"),
        unread_triples(edition.id, catalogue.unread, codes, base),
        target_triples(edition.id, targets, codes, base, "grammar" if groups is None else "person"),
        plan,
    ])  # fmt: skip
    return Prepared(catalogue, measures, roles, funding, graph, targets=targets, plan=plan)


def with_elements(nation: Prepared, elements: Elements, codes: CodeLists, base: str) -> Prepared:
    """Return a national catalogue with the things that its items provide, by item key in order."""
    added = element_triples(nation.catalogue.edition.id, elements, codes, base)
    return replace(nation, elements=elements, graph=nation.graph + added)


def _named(
    catalogue: Catalogue, numbers: Numbers, codes: CodeLists, paired: Mapping[str, Sequence[tuple[str, Measure]]]
) -> tuple[Measures, tuple[Unread, ...]]:
    """Return the measures with the indicators that they are of, and the passages that are left."""
    measures: dict[str, list[tuple[str, Measure]]] = {}
    unread: list[Unread] = []
    for item in catalogue.items:
        measures[item.key] = []
        for column in (name for name in STANDARD_COLUMNS if item.text(name)):
            found, left = numbers[item.text(column), item.name]
            named = with_indicators(found, item.name, paired.get(item.key, ()), codes)
            measures[item.key].extend((column, one) for one in named)
            unread += [
                Unread("sentence-with-number", passage.text, item.cells.get(column), item.key, column)
                for passage in left
            ]
    return measures, tuple(unread)


def _read_funding(catalogue: Catalogue) -> tuple[Funding, tuple[Unread, ...]]:
    read = {item.key: read_funding(item.text("funding")) for item in catalogue.items}
    unread = [
        Unread("funding-clause", passage.text, item.cells.get("funding"), item.key, "funding")
        for item in catalogue.items
        for passage in read[item.key][1]
    ]
    return {key: rules for key, (rules, _) in read.items()}, tuple(unread)


def _read_targets(catalogue: Catalogue) -> Targets:
    return {item.key: read_target(item.text("target")) for item in catalogue.items if item.text("target")}


def _unknown_units(catalogue: Catalogue, roles: Mapping[str, Sequence[Role]], codes: CodeLists) -> list[Unread]:
    """Return each unit that answers to none known, once, at the first item that names it."""
    seen: dict[str, Unread] = {}
    for item in catalogue.items:
        for role in roles[item.key]:
            if not (role.iri or role.counterparts or role.kind == "government" or has_other_work(role.name, codes)):
                place = item.cells.get("departments")
                seen.setdefault(
                    role.name, Unread("unit-of-government", role.name, place, item.key, "departments", role.nearest)
                )
    for task, named in unknown_task_units(catalogue.plan.tasks, catalogue.edition.region, codes):
        unit = named.unit
        seen.setdefault(unit.name, Unread("unit-of-government", unit.name, task.cell, nearest=unit.nearest))
    return list(seen.values())


def examine(
    catalogue: Catalogue, nation: Prepared, codes: CodeLists, base: str,
    correspondences: Sequence[Correspondence] | None = None, curated: Measures | None = None,
    typed: Funding | None = None, groups: Targets | None = None, engine: Engine = "shacl",
) -> Examined:  # fmt: skip
    """Read, match, map, compare and validate a catalogue against the national one.

    ``correspondences`` that a person stated are taken; without them the rows are matched by their words.
    """
    numbers = None
    if correspondences is None:
        theirs = nation.catalogue.items
        numbers = read_numbers(catalogue.items, catalogue.edition.level)
        named = named_quantities(catalogue.items, numbers, nation.measures, codes)
        correspondences = unsettled(match(catalogue.items, theirs, named), theirs, catalogue.unread)
    pairs = tuple(correspondences)
    prepared = prepare(catalogue, codes, base, curated, pairings(pairs, nation), typed, groups, numbers)
    coverages = covered(pairs, catalogue.items, nation.catalogue.items, nation.elements, nation.rarity)
    answering = plan_comparison_triples(catalogue, nation.catalogue, codes, base)
    related = graph_of([
        correspondence_triples(prepared.catalogue, nation.catalogue, pairs, codes, base),
        coverage_triples(catalogue.edition.id, nation.catalogue.edition.id, coverages, codes, base),
        answering, naming_triples(prepared.catalogue, prepared.roles, codes, base),
    ])  # fmt: skip
    read = graph_of([
        comparison_triples(prepared.catalogue, nation.catalogue, pairs, codes, base),
        _kept_wordings(prepared.catalogue, nation, pairs, codes, base),
        plan_comparisons([prepared.plan, nation.plan, answering], base) if answering else Graph(),
    ])  # fmt: skip
    index, judged = nation.meeting.with_catalogue(), judged_predicates()
    ours = meet(index, prepared.graph + related, judged)
    made = comparisons(index, base)
    results = tuple(validate_turtle(ours + made.turtle(judged) + meet(index, read, judged), engine))
    known = about(index, (result.focus for result in results))
    return Examined(prepared, nation, pairs, related, Graph((made,)) + read, results, known)


def with_results(examined: Examined, results: Sequence[Result]) -> Examined:
    """Return what was examined with other results, such as those of a graph that an agency wrote itself."""
    whole = graph_of([examined.prepared.graph, examined.related, examined.compared])
    index = examined.nation.meeting.with_catalogue(whole.lines(asked_predicates()))
    known = about(index, (result.focus for result in results))
    return replace(examined, results=tuple(results), about=known)


def ready(nation: Prepared) -> Prepared:
    """Return a national catalogue as it is kept: its graph written out, with what is asked of it and of its words."""
    whole, plan = (Graph((lines,) if lines else ()) for lines in (nation.graph.lines(), nation.plan.lines()))
    asked = nation.graph.lines(asked_predicates(), UNREACHED)
    rarity = foreseen(nation.catalogue.items, nation.elements)
    return replace(nation, graph=whole, plan=plan, asked=asked, rarity=rarity)


def _kept_wordings(
    catalogue: Catalogue, nation: Prepared, pairs: Sequence[Correspondence], codes: CodeLists, base: str
) -> Graph:
    ours, theirs = ({item.key: item for item in one.items} for one in (catalogue, nation.catalogue))
    found = earlier_wordings(pairs, ours, theirs, nation.earlier)
    edition = nation.catalogue.edition
    return earlier_triples(catalogue.edition.id, edition.id, edition.supersedes, found, codes, base)


def pairings(pairs: Sequence[Correspondence], nation: Prepared) -> dict[str, list[tuple[str, Measure]]]:
    """Return for each item key the national measures, with the name of their item, that its numbers may answer."""
    names: dict[str, Item] = {item.key: item for item in nation.catalogue.items}
    found: dict[str, list[tuple[str, Measure]]] = {}
    for pair in pairs:
        if pair.item and pair.national in names:
            measures = nation.measures.get(pair.national or "", ())
            found.setdefault(pair.item, []).extend(
                (names[pair.national or ""].name, measure) for _, measure in measures
            )
    return found
