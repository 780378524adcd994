"""Rooms: all that is offered beside the endpoint, as one application: pages, checks, downloads, graphs, descriptions.

Place in the flow: composed of the modules that have routes, by serving. Loading it takes most of a second, so that it
is loaded while the endpoint answers already.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from gongfu import __version__
from gongfu.checking.routes import add_check
from gongfu.checking.runner import CheckLimits, Runner
from gongfu.downloads import add_downloads
from gongfu.graph_store import Publisher, add_graph_store
from gongfu.metrics import Metrics, add_metrics
from gongfu.pages.routes import add_pages, page_address
from gongfu.publisher import CataloguePublisher
from gongfu.resources import add_resources
from gongfu.responses import add_problems
from gongfu.service import Service
from gongfu.sparql.limits import OF_CHECKS, SETTING, read_limits


@dataclass(frozen=True)
class Rooms:
    """The application, and the checks that are to be closed with it."""

    app: FastAPI
    checks: Runner


def open_rooms(service: Service, metrics: Metrics, out: Path | None, publisher: Publisher | None) -> Rooms:
    """Compose the application; whoever publishes to ``out`` is the one given or, without one, the agencies."""
    app = FastAPI(title="公服 gongfu", version=__version__, docs_url=None, redoc_url=None)
    add_problems(app, service.problems)
    add_metrics(app, metrics)
    add_downloads(app, service, page_address)
    add_graph_store(app, service, publisher or (CataloguePublisher(service, out) if out else None))
    checks = add_check(app, read_limits(os.environ.get(SETTING, ""), CheckLimits, OF_CHECKS))
    add_pages(app, service)
    add_resources(app, service, page_address)  # takes every address that is left
    return Rooms(app, checks)
