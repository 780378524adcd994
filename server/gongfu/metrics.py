"""Metrics: how many requests came, how long they took, how busy the workers are, in the form that Prometheus reads.

Place in the flow: HTTP. Labels are routes and not addresses, so that strangers cannot make them many.
"""

import time

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gongfu.service import Service

_METHODS = frozenset({"GET", "HEAD", "POST", "QUERY", "PUT", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gongfu_requests", "Requests by route, method and status", ["route", "method", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "gongfu_request_seconds", "Seconds until a response began", ["route"], buckets=_BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        figures = {
            "gongfu_workers": ("Workers that run", lambda: len(service.workers)),
            "gongfu_workers_busy": ("Workers that answer a query", lambda: service.load.busy),
            "gongfu_queries_long": ("Queries that gave way to others and go on", lambda: service.load.long),
            "gongfu_queries_waiting": ("Queries that wait for a worker", lambda: service.load.waiting),
            "gongfu_workers_replaced": ("Workers that were killed or lost", lambda: service.load.replaced),
            "gongfu_answers_remembered": ("Queries answered without the engine", lambda: service.remembered),
            "gongfu_triples": ("Triples served", lambda: service.dataset.triples),
        }
        for name, (help_, figure) in figures.items():
            Gauge(name, help_, registry=self.registry).set_function(figure)
        self._known: dict[
            tuple[str, str, int], tuple[Counter, Histogram]
        ] = {}  # finding a label costs more than counting

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request whose response began after so many seconds."""
        key = (route, method, status)
        found = self._known.get(key)
        if found is None:
            found = self.requests.labels(route, method, str(status)), self.seconds.labels(route)
            self._known[key] = found
        found[0].inc()
        found[1].observe(seconds)


class Measured:
    """Middleware: counts every request and the seconds until its response begins."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count it when its response begins."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", None) or "other"
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._metrics.count(route, method, message["status"], time.perf_counter() - begun)
            await send(message)

        return await self._app(scope, receive, send_counted)


def add_metrics(app: Starlette, metrics: Metrics) -> None:
    """Add /metrics."""

    async def figures(request: Request) -> Response:
        """Return the figures."""
        return Response(
            generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"}
        )

    app.add_route("/metrics", figures, include_in_schema=False)
