"""SHACL report: the standard sh:ValidationReport with the row and cell of each result, for tools that read RDF.

Place in the flow: one form of the report. The triples are made by data/report/validation-report.rq.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain

import pyoxigraph as ox

from gongfu.facts import ROW, construct, load, term
from gongfu.findings import Report
from gongfu.settings import DEFINITIONS, SHAPES, base_iri, house
from gongfu.subject import Finding
from gongfu.validate import SH, Result, shape_files

_SEVERITIES = {"violation": "Violation", "warning": "Warning", "information": "Info"}
_PREFIXES = {"sh": SH, "bps": DEFINITIONS, "bpsh": SHAPES, "dct": "http://purl.org/dc/terms/",
             "xsd": "http://www.w3.org/2001/XMLSchema#"}  # fmt: skip
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
Term = ox.NamedNode | ox.BlankNode | ox.Literal


def as_turtle(report: Report) -> bytes:
    """Return the validation report as Turtle."""
    whole = sorted(validation_report(report), key=_reading_order)
    written = ox.serialize(whole, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES)
    assert written is not None
    return written


def validation_report(report: Report) -> list[ox.Triple]:
    """Return the validation report as triples; sh:conforms is false as soon as there is any result, as SHACL has it."""
    store, base = ox.Store(), base_iri()
    edition = report.examined.prepared.catalogue.edition.id
    shapes, data = _shapes(), _data(report)
    results = [(one, result) for one in report.findings for result in one.results]
    for order, (one, result) in enumerate(results, 1):
        row = ox.BlankNode()
        facts: dict[str, Term | None] = {**_facts(report, one), **_result(result, shapes, data), "order": term(order)}
        store.extend(ox.Quad(row, ox.NamedNode(ROW + name), fact) for name, fact in facts.items() if fact is not None)
    file = house().data / "report" / "validation-report.rq"
    made = construct(store, file, {"base": base, "edition": edition, "conforms": not results})
    paths = {path for triple in made if isinstance(path := triple.object, ox.BlankNode)}
    return [*made, *chain.from_iterable(_closure(shapes, path) for path in paths)]


def _shapes() -> ox.Store:
    store = ox.Store()
    for file in shape_files():
        store.bulk_load(path=str(file), format=ox.RdfFormat.TURTLE)
    return store


def _data(report: Report) -> ox.Store:
    store = ox.Store()
    for graph in (report.examined.prepared.graph, report.examined.related, report.examined.compared):
        load(store, graph.lines())
    return store


def _facts(report: Report, one: Finding) -> Mapping[str, Term | None]:
    """Return what the finding knows beyond SHACL: row, national row, cell, quotations, clause, confidence."""
    nation = report.examined.nation.catalogue
    return {
        "item": term(one.item_key) if one.item_key else None,
        "national": term(one.national_key) if one.national_key else None, "nation": term(nation.edition.id),
        "sheet": term(one.sheet) if one.sheet else None, "address": term(one.cell) if one.cell else None,
        "quote": term(one.quote) if one.quote else None,
        "nationalQuote": term(one.national_quote) if one.national_quote else None,
        "clause": term(one.clause) if one.clause else None, "zh": term(one.message["zh"]),
        "en": term(one.message["en"]), "confidence": term(Decimal(str(one.confidence))),
    }  # fmt: skip


def _result(result: Result, shapes: ox.Store, data: ox.Store) -> Mapping[str, Term | None]:
    """Return what SHACL says of a result, as terms."""
    focus = _node(result.focus)
    return {
        "focus": focus, "shape": _node(result.shape), "component": ox.NamedNode(result.component),
        "severity": ox.NamedNode(SH + _SEVERITIES[result.severity]),
        "path": _path(result, shapes), "value": _value(result, focus, data) if result.value else None,
    }  # fmt: skip


def _node(name: str) -> Term:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)


def _path(result: Result, shapes: ox.Store) -> Term | None:
    """Return the path of the shape: an IRI, or the blank node that describes a path of several steps."""
    if result.path:
        return ox.NamedNode(result.path)
    paths = shapes.quads_for_pattern(_subject(result.shape), ox.NamedNode(SH + "path"), None)
    return next((quad.object for quad in paths if isinstance(quad.object, (ox.NamedNode, ox.BlankNode))), None)


def _subject(name: str) -> ox.NamedNode | ox.BlankNode:
    node = _node(name)
    assert not isinstance(node, ox.Literal)
    return node


def _value(result: Result, focus: Term, data: ox.Store) -> Term:
    """Return the value node as the term it is in the data, for a result keeps only how it is written."""
    if result.value == result.focus:
        return focus
    path = ox.NamedNode(result.path) if result.path else None
    # sh:equals reports what stands under the other property, so every property of the focus node comes second.
    near = (data.quads_for_pattern(_subject(result.focus), predicate, None) for predicate in (path, None))
    found = (quad.object for quads in near for quad in quads
             if isinstance(quad.object, (ox.NamedNode, ox.Literal)) and quad.object.value == result.value)  # fmt: skip
    return next(found, ox.NamedNode(result.value) if "://" in result.value else ox.Literal(result.value))


def _reading_order(triple: ox.Triple) -> tuple[bool, int, str, bool, str, str]:
    """Put the report first and its results in their order; of each, its type first."""
    subject, predicate = triple.subject, triple.predicate.value
    name = subject.value if isinstance(subject, (ox.NamedNode, ox.BlankNode)) else ""
    order = name.rpartition("#")[2]
    number = int(order) if order.isdigit() else 0
    return isinstance(subject, ox.BlankNode), number, name, predicate != _TYPE, predicate, str(triple.object)


def _closure(store: ox.Store, node: ox.BlankNode) -> Iterator[ox.Triple]:
    """Yield the triples that describe a blank node, and those of the blank nodes in them."""
    for quad in store.quads_for_pattern(node, None, None):
        yield quad.triple
        if isinstance(quad.object, ox.BlankNode):
            yield from _closure(store, quad.object)
