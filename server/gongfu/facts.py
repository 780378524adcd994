"""Facts: rows of any table become triples through the table's CONSTRUCT file.

Place in the flow: **map**. A row is written as facts (one blank node, one predicate a column) into a small store; the
CONSTRUCT beside the table's description makes the triples. IRI patterns and vocabulary stand in those files only.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from gongfu.settings import house

ROW = "https://w3id.org/bps-cn/row#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
Cell = str | int | bool | Decimal | date | ox.NamedNode | None
Row = Mapping[str, Cell]


def term(value: str | int | bool | Decimal | date | ox.NamedNode) -> ox.Literal | ox.NamedNode:
    """Return the RDF term of a cell's value: text plain, numbers and dates typed."""
    if isinstance(value, str):
        return ox.Literal(value)
    if isinstance(value, ox.NamedNode):
        return value
    if isinstance(value, bool):
        return ox.Literal("true" if value else "false", datatype=ox.NamedNode(_XSD + "boolean"))
    if isinstance(value, int):
        return ox.Literal(str(value), datatype=ox.NamedNode(_XSD + "integer"))
    if isinstance(value, Decimal):
        return ox.Literal(_plain(value), datatype=ox.NamedNode(_XSD + "decimal"))
    return ox.Literal(value.isoformat(), datatype=ox.NamedNode(_XSD + "date"))


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text if "." in text else text + ".0"


def triples(table: str, rows: Iterable[Row], base: str) -> list[ox.Triple]:
    """Return the triples that data/tables/<table>.rq makes of the rows; ``base`` is the base of data IRIs."""
    store = ox.Store()
    rows = list(rows)
    if not rows:
        return []
    columns = {column: ox.NamedNode(ROW + column) for row in rows for column in row}
    store.extend(ox.Quad(subject, columns[column], term(value))
                 for row in rows if (subject := ox.BlankNode())
                 for column, value in row.items() if value is not None and value != "")  # fmt: skip
    return construct(store, house().data / "tables" / f"{table}.rq", {"base": base})


def loaded(graphs: Iterable[Iterable[ox.Triple]]) -> ox.Store:
    """Return a store with these graphs; graphs hold no blank nodes."""
    store = ox.Store()
    for graph in graphs:
        load(store, graph)
    return store


def load(store: ox.Store, graph: Iterable[ox.Triple]) -> None:
    """Add a graph to a store: written out and read in bulk, which takes half the time of adding quad by quad."""
    store.bulk_load(written(graph), format=ox.RdfFormat.N_TRIPLES)


def written(graph: Iterable[ox.Triple]) -> bytes:
    """Return a graph as N-Triples."""
    text = ox.serialize(graph, format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    return text


def construct(store: ox.Store, file: Path, settings: Row) -> list[ox.Triple]:
    """Run a CONSTRUCT file on a store (all its graphs as one); ``row:settings`` carries what the file may ask for.

    Settings are facts, for variable substitution of the engine does not reach variables used in expressions only.
    """
    subject = ox.NamedNode(ROW + "settings")
    given = [
        ox.Quad(subject, ox.NamedNode(ROW + name), term(value)) for name, value in settings.items() if value is not None
    ]
    store.extend(given)
    result = store.query(file.read_text("utf-8"), use_default_graph_as_union=True)
    assert isinstance(result, ox.QueryTriples)
    found = list(dict.fromkeys(result))
    for quad in given:
        store.remove(quad)
    return found
