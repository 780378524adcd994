"""Straight: lookups answered right behind the socket, since all that stands before the endpoint costs as much as they.

Place in the flow: HTTP, behind what is remembered and before everything else. Only a GET whose answer needs nothing of
the layers that it passes by is answered here, with the very headers that they would give; all else goes on.
"""

import time

from starlette.types import Scope

from gongfu.headers import SAFE_HEADERS
from gongfu.metrics import Metrics
from gongfu.problems import Problem
from gongfu.remembering import Finished
from gongfu.responses import FRESH, with_charset
from gongfu.service import Service
from gongfu.sparql.request import entity_tag, job

_PASSED_ON = frozenset({b"accept-encoding", b"if-none-match"})
_COMPRESSIBLE_FROM = 500  # bytes; from there on the layer of compression says that it might have compressed
_HEADERS = [(b"cache-control", FRESH.encode()), *SAFE_HEADERS]


class Straight:
    """Answers a lookup at once, and nothing else."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service, self._metrics = service, metrics

    def __call__(self, scope: Scope) -> Finished | None:
        """Return the response to a GET of the endpoint that asks for a lookup, None for what is to be passed on."""
        begun = time.perf_counter()
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
        tag = asked and entity_tag(self._service.dataset.version, asked)
        found = self._service.looked_up(asked) if asked and tag else None
        if not tag or not found:
            return None
        vary = b"Accept, Accept-Encoding" if len(found.body) >= _COMPRESSIBLE_FROM else b"Accept"
        headers = [
            (b"vary", vary), (b"etag", tag.encode()), (b"content-type", with_charset(found.media_type).encode()),
            (b"content-length", b"%d" % len(found.body)), *_HEADERS,
        ]  # fmt: skip
        self._metrics.count(scope["path"], "GET", 200, time.perf_counter() - begun)
        return Finished(tag, headers, found.body)
