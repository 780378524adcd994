"""Lookups: queries that ask for so little that they are answered in the serving process, before the pool is asked.

Place in the flow: between the service and the pool. Sending a query to another process and back costs several times
what it takes to look up what is said of one thing, which is what programs ask most. What may run here is told by its
form alone: one triple pattern with a constant subject or object (or a small LIMIT), without any filter, path, sorting
or other operator, so that the engine reads a range of one index in order and every step gives a row. And it is stopped
as soon as its answer outgrows ``MOST_BYTES``; whatever is not of this form, or larger, goes to the workers. A service
that is asked often keeps the triples in memory, if they are not too many.
"""

import logging
import re
from enum import Enum
from threading import Thread

import pyoxigraph as ox

from gongfu.sparql.answering import RESULT_TYPES, Answer, Bounded, Job, ResultTooLarge
from gongfu.sparql.dataset import Dataset, open_store
from gongfu.sparql.in_memory import copied, is_the_same

# Some hundred rows as JSON. It is the bytes that are bounded and not the time, which is 1 to 2 milliseconds at worst on
# the store of this repository; a larger answer is begun here in vain and then made whole by a worker.
MOST_BYTES = 32 * 1024
_MOST_ROWS = 100
_MOST_OF_QUERY = 2000
# As many as 31 provinces have are held in 270 MB. Who asks little is not worth the memory.
MOST_IN_MEMORY, OFTEN = 1_000_000, 500
_LOG = logging.getLogger(__name__)

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


class Kind(Enum):
    """What a lookup walks along: the triples of a constant subject or object, or the first of others."""

    OF_ONE = "of one"
    FIRST_FEW = "first few"


def kind_of_lookup(query: str) -> Kind | None:
    """Return the kind of a query that the engine can only make a short walk along one index of; None for any other."""
    if len(query) > _MOST_OF_QUERY or "\\" in query:
        return None
    form = _FORM.match(query)
    if form is None:
        return None
    terms = form["subject"], form["predicate"], form["object"]
    variables = [term[1:] for term in terms if term[0] in "?$"]
    if len(set(variables)) < len(variables):
        return None  # the same one twice is a filter
    if terms[0][0] not in "?$" or terms[2][0] not in "?$":
        return Kind.OF_ONE
    few = form["limit"] is not None and int(form["limit"]) <= _MOST_ROWS
    return Kind.FIRST_FEW if few else None


class Lookups:
    """Answers lookups from a store that was opened for them alone, and soon from a copy of it in memory."""

    def __init__(self, dataset: Dataset) -> None:
        here = dataset.merged and not dataset.remote  # a union is made for each query, at a price; a server is asked
        self._store = open_store(dataset.path) if here else None
        self._base = dataset.base
        self.in_memory: ox.Store | None = None
        self._until_copied = OFTEN if dataset.triples <= MOST_IN_MEMORY else -1
        self.copying: Thread | None = None

    def answer(self, job: Job) -> Answer | None:
        """Return the answer to a lookup, None for what is to be answered elsewhere."""
        if self._store is None or job.about or job.names or job.result_type not in RESULT_TYPES:
            return None
        kind = kind_of_lookup(job.query)
        if kind is None:
            return None
        body = self._result(self.in_memory, job) if self.in_memory and kind is Kind.OF_ONE else None
        if body is None or not is_the_same(body):
            body = self._result(self._store, job)
            self._count()
        return None if body is None else Answer(job.result_type, body)

    def _result(self, store: ox.Store, job: Job) -> bytes | None:
        body = Bounded(MOST_BYTES)
        try:
            found = store.query(job.query, base_iri=self._base)
            assert isinstance(found, ox.QuerySolutions)
            found.serialize(body, ox.QueryResultsFormat.from_media_type(job.result_type or ""))
        except (ResultTooLarge, SyntaxError, RuntimeError, OSError, ValueError):
            return None  # the worker tells what is wrong
        return body.getvalue()

    def _count(self) -> None:
        """Begin to copy the store when it has been asked often."""
        self._until_copied -= 1
        if self._until_copied == 0:
            self.copying = Thread(target=self._copy_all, name="copying for lookups", daemon=True)
            self.copying.start()

    def _copy_all(self) -> None:
        assert self._store
        try:
            self.in_memory = copied(self._store)
        except (OSError, SyntaxError, ValueError, RuntimeError):  # no room for the file; lookups go on without
            _LOG.exception("the triples cannot be kept in memory")
