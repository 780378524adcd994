"""Straight: queries answered right behind the socket, since all that stands before the endpoint costs as much as many.

Place in the flow: HTTP, behind what is remembered and before everything else. Only a GET whose answer needs nothing of
the layers that it passes by is answered here, with the very headers that they would give; all else goes on.
"""

import logging
import time

from starlette.types import Scope

from gongfu.headers import SAFE_HEADERS
from gongfu.metrics import Metrics
from gongfu.problems import Problem
from gongfu.remembering import Finished
from gongfu.responses import FRESH, client_of, problem_response, with_charset
from gongfu.service import Service
from gongfu.sparql.answering import Answer, Job
from gongfu.sparql.request import entity_tag, job
from gongfu.sparql.tables import EXTENSIONS

_LOG = logging.getLogger(__name__)
_PASSED_ON = frozenset({b"accept-encoding", b"if-none-match"})
_COMPRESSIBLE_FROM = 500  # bytes; from there on the layer of compression says that it might have compressed
_HEADERS = [(b"cache-control", FRESH.encode()), *SAFE_HEADERS]


class Straight:
    """Answers a query whose answer can be kept, and nothing else."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service, self._metrics = service, metrics

    async def __call__(self, scope: Scope) -> Finished | None:
        """Return the response to a GET of the endpoint, None for a request that is to be passed on."""
        begun = time.perf_counter()
        asked = self._asked(scope)
        tag = asked and entity_tag(self._service.dataset.version, asked)
        if not asked or not tag or not tag.startswith('"'):
            return None
        try:
            answer = self._service.looked_up(asked) or await self._service.worked_out(asked, client_of(scope))
            found = _finished(answer, tag)
        except Problem as error:
            found = self._refused(error)
        except Exception:
            _LOG.exception("a query could not be answered")
            found = self._refused(Problem("internal"))
        self._metrics.count(scope["path"], "GET", found.status, time.perf_counter() - begun)
        return found

    def _asked(self, scope: Scope) -> Job | None:
        """Return what a request asks, None where it asks for more than an answer as it is."""
        accept: list[str] = []
        for name, value in scope["headers"]:
            if name in _PASSED_ON:
                return None
            if name == b"accept":
                accept.append(value.decode("latin-1"))
        try:
            asked = job(scope["query_string"], None, ",".join(accept) or None)
        except Problem:
            return None
        if asked is None or asked.result_type in EXTENSIONS:
            return None
        return asked if len(asked.query.encode()) <= self._service.limits.query_bytes else None

    def _refused(self, problem: Problem) -> Finished:
        response = problem_response(self._service.problems, problem)
        vary = [(b"vary", b"Accept-Encoding")] if len(response.body) >= _COMPRESSIBLE_FROM else []
        return Finished("", [*response.raw_headers, *vary, *SAFE_HEADERS], bytes(response.body), response.status_code)


def _finished(answer: Answer, tag: str) -> Finished:
    vary = b"Accept, Accept-Encoding" if len(answer.body) >= _COMPRESSIBLE_FROM else b"Accept"
    headers = [
        (b"vary", vary), (b"etag", tag.encode()), (b"content-type", with_charset(answer.media_type).encode()),
        (b"content-length", b"%d" % len(answer.body)), *_HEADERS,
    ]  # fmt: skip
    return Finished(tag, headers, answer.body)
