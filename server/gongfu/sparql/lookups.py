"""Lookups: queries that ask for so little that they are answered in the serving process, before the pool is asked.

Place in the flow: between the service and the pool. Sending a query to another process and back costs several times
what it takes to look up what is said of one thing, which is what programs ask most. What may run here is told by its
form alone: one triple pattern with a constant subject or object (or a small LIMIT), without any filter, path, sorting
or other operator, so that the engine reads a range of one index in order and every step gives a row. And it is stopped
as soon as its answer outgrows ``MOST_BYTES``; whatever is not of this form, or larger, goes to the workers.
"""

import re

import pyoxigraph as ox

from gongfu.sparql.answering import RESULT_TYPES, Answer, Bounded, Job, ResultTooLarge
from gongfu.sparql.dataset import Dataset, open_store

# Some hundred rows as JSON. It is the bytes that are bounded and not the time, which is 1 to 2 milliseconds at worst on
# the store of this repository; a larger answer is begun here in vain and then made whole by a worker.
MOST_BYTES = 32 * 1024
_MOST_ROWS = 100
_MOST_OF_QUERY = 2000

# The words of a text of this form can't be read in another way: no string, no escape, no bracket but the two.
_FORM = re.compile(
    r"""
    (?>[ \t\r\n]|\#[^\r\n]*+(?:[\r\n]|\Z))*+
    (?:(?i:PREFIX)_[A-Za-z][\w-]*:_<IRI>_)*+
    (?i:SELECT)_(?:\*|(?:<VARIABLE>_)++)_(?:(?i:WHERE)_)?\{_
    (?P<subject><IRI>|<NAME>|<VARIABLE>)_
    (?P<predicate><IRI>|<NAME>|<VARIABLE>|a(?=[ \t\r\n<?$]))_
    (?P<object><IRI>|<NAME>|<VARIABLE>)_\.?_
    \}_(?:(?i:LIMIT)[ \t\r\n]++(?P<limit>[0-9]{1,9})_)?+\Z
    """.replace("_", r"(?>[ \t\r\n]|\#[^\r\n]*+(?:[\r\n]|\Z))*+")
    .replace("<IRI>", r'<[^<>"{}|^`\\\x00-\x20]*+>')
    .replace("<NAME>", r"[A-Za-z][\w-]*+:[A-Za-z\d][\w-]*+")
    .replace("<VARIABLE>", r"[?$][A-Za-z]\w*+"),
    re.VERBOSE | re.ASCII,
)


def is_lookup(query: str) -> bool:
    """Say whether a query has the form of which the engine can only make a short walk along one index."""
    if len(query) > _MOST_OF_QUERY or "\\" in query:
        return False
    form = _FORM.match(query)
    if form is None:
        return False
    terms = form["subject"], form["predicate"], form["object"]
    variables = [term[1:] for term in terms if term[0] in "?$"]
    if len(set(variables)) < len(variables):
        return False  # the same one twice is a filter
    few = form["limit"] is not None and int(form["limit"]) <= _MOST_ROWS
    return few or any(term[0] not in "?$" for term in (terms[0], terms[2]))


class Lookups:
    """Answers lookups from a store that was opened for them alone."""

    def __init__(self, dataset: Dataset) -> None:
        here = dataset.merged and not dataset.remote  # a union is made for each query, at a price; a server is asked
        self._store = open_store(dataset.path) if here else None
        self._base = dataset.base

    def answer(self, job: Job) -> Answer | None:
        """Return the answer to a lookup, None for what is to be answered elsewhere."""
        if self._store is None or job.about or job.names or job.result_type not in RESULT_TYPES:
            return None
        if not is_lookup(job.query):
            return None
        body = Bounded(MOST_BYTES)
        try:
            found = self._store.query(job.query, base_iri=self._base)
            assert isinstance(found, ox.QuerySolutions)
            found.serialize(body, ox.QueryResultsFormat.from_media_type(job.result_type))
        except (ResultTooLarge, SyntaxError, RuntimeError, OSError, ValueError):
            return None  # the worker tells what is wrong
        return Answer(job.result_type, body.getvalue())
