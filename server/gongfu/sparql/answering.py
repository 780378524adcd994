"""Answering: one query over one store becomes one answer, or the problem that says why not.

Place in the flow: runs in a worker process, where it may take for ever or end the process without harm to the service.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from gongfu.problems import Problem
from gongfu.sparql.dataset import Result, run
from gongfu.sparql.guard import Fault, service_fault, syntax_fault
from gongfu.sparql.neighbourhood import Neighbours
from gongfu.sparql.prefixes import PREFIXES
from gongfu.sparql.rows import TooManyRows, more_rows
from gongfu.sparql.stores import ReadStore
from gongfu.sparql.tables import TableTooLarge, table, table_types
from gongfu.sparql.tokens import GraphNames, graph_names, is_update

RESULT_TYPES = (
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
    "application/json", "application/xml",
)  # fmt: skip
GRAPH_TYPES = (
    "text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/n-quads",
    "application/trig", "application/json", "application/xml",
)  # fmt: skip
DEFAULT = "default"  # stands for the default graph where a graph's IRI is asked for
_MOST_LINKS = 1_000


@dataclass(frozen=True)
class Job:
    """A query, the graphs its request names, and the media types wanted for solutions and for graphs, None for none.

    Instead of a query it may ask what is said ``about`` the first of some IRIs that the store knows; with a ``graph``,
    for all triples of that graph as the description of the one IRI.
    """

    query: str
    names: GraphNames
    result_type: str | None
    graph_type: str | None
    about: tuple[str, ...] = ()
    graph: str = ""


@dataclass(frozen=True)
class Answer:
    """Either a body with its media type, or the name of a problem and what is to be said about it."""

    media_type: str = ""
    body: bytes = b""
    problem: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """What a worker answers from: the open store, the graphs that may be named (None: any), an answer's size."""

    store: ReadStore
    base: str
    merged: bool
    graphs: frozenset[str] | None
    most_bytes: int
    most_rows: int = 1_000_000


class ResultTooLarge(Exception):
    """The answer outgrew its limit; what was written so far is thrown away."""


class Bounded(io.BytesIO):
    """Takes in so many bytes and no more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take in more; raises ResultTooLarge."""
        if self.tell() + len(data) > self._most:
            raise ResultTooLarge
        return super().write(data)


def answer(source: Source, job: Job) -> Answer:
    """Return the answer to a job; every fault of the query becomes an answer with a problem."""
    try:
        return _answered(source, job)
    except Problem as problem:  # of a store that is not in this process
        return Answer(problem=problem.name, facts=problem.facts)


def _answered(source: Source, job: Job) -> Answer:
    if job.about:
        return _looked_up(source, job)
    return refusal(source, job) or evaluated(source, job)


def evaluated(source: Source, job: Job) -> Answer:
    """Return the answer to a query that may run."""
    names = job.names or graph_names(job.query, source.base)
    try:
        result = run(source.store, job.query, source.base, source.merged, names)
        return _written(result, job, source)
    except SyntaxError as error:
        return _faulty(syntax_fault(job.query, source.base) or Fault("query-syntax", 1, 1, "", str(error)[:300]))
    except ResultTooLarge:
        return Answer(problem="result-too-large", facts={"limit": source.most_bytes})
    except TooManyRows:
        return Answer(problem="too-many-rows", facts={"limit": source.most_rows})
    except TableTooLarge as error:
        return Answer(problem="table-too-large", facts={"said": str(error)})
    except (RuntimeError, OSError, ValueError) as error:
        return Answer(problem="query-evaluation", facts={"said": str(error)[:300]})


def _looked_up(source: Source, job: Job) -> Answer:
    """Return the triples around a node or of a graph; no query is run. Facts: the IRI found, whether links were cut."""
    assert job.graph_type
    neighbours = Neighbours(source.store, source.merged, source.base)
    if job.graph:
        iri, cut, found = job.about[0], 0, iter(neighbours.document(job.graph))
        if source.graphs is not None and job.graph not in source.graphs and job.graph != DEFAULT:
            return Answer(problem="not-found")
    else:
        around = neighbours.of(job.about, _MOST_LINKS)
        if around is None:
            return Answer(problem="not-found")
        iri, cut, found = around.iri, int(around.cut), iter(around.triples)
    body = Bounded(source.most_bytes)
    try:
        ox.serialize(found, body, ox.RdfFormat.from_media_type(job.graph_type), prefixes=PREFIXES)
    except ResultTooLarge:
        return Answer(problem="result-too-large", facts={"limit": source.most_bytes})
    return Answer(job.graph_type, body.getvalue(), facts={"iri": iri, "cut": cut})


def refusal(source: Source, job: Job) -> Answer | None:
    """Return the problem of a query that must not run: an update, a call of another host, a graph that is not here."""
    if is_update(job.query):
        return Answer(problem="update-refused")
    fault = service_fault(job.query, source.base)
    if fault:
        return _faulty(fault)
    names = job.names or graph_names(job.query, source.base)
    if source.graphs is None:
        return None
    unknown = next((name for name in (*names.default, *names.named) if name not in source.graphs), None)
    return Answer(problem="graph-unknown", facts={"graph": unknown[:300]}) if unknown is not None else None


def _faulty(fault: Fault) -> Answer:
    facts: dict[str, str | int] = {"line": fault.line, "column": fault.column, "near": fault.near, "said": fault.said}
    return Answer(problem=fault.problem, facts=facts)


def _written(result: Result, job: Job, source: Source) -> Answer:
    body = Bounded(source.most_bytes)
    if isinstance(result, ox.QueryTriples):
        if job.graph_type is None:
            return Answer(problem="not-acceptable", facts={"types": ", ".join(GRAPH_TYPES)})
        result.serialize(body, ox.RdfFormat.from_media_type(job.graph_type))
        return Answer(job.graph_type, body.getvalue())
    if job.result_type in table_types() and isinstance(result, ox.QuerySolutions):
        body.write(table(result, job.result_type, source.most_rows))
        return Answer(job.result_type, body.getvalue())
    if job.result_type not in RESULT_TYPES:
        return Answer(problem="not-acceptable", facts={"types": ", ".join(RESULT_TYPES)})
    result.serialize(body, ox.QueryResultsFormat.from_media_type(job.result_type))
    if more_rows(whole := body.getvalue(), job.result_type, source.most_rows):
        raise TooManyRows
    return Answer(job.result_type, whole)
