"""Publisher: a change of a catalogue's graph, from the token to the data that are served.

Place in the flow: HTTP, behind the graph store. The work is done by ``revision`` in a process of its own, one change at
a time, so that nothing an agency sends can hold up or endanger the service.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gongfu.builds import CURRENT
from gongfu.graph_store import Changed, Sent, unaccepted_type
from gongfu.problems import Problem
from gongfu.publishing.keys import key_of
from gongfu.publishing.published import NAME
from gongfu.publishing.submission import FOLDER, SUFFIXES, submissions
from gongfu.revision import Change
from gongfu.service import Service
from gongfu.sparql.dataset import describe
from gongfu.sparql.workers import environment

_SECONDS = 180.0
_WAITING = 4
_STATUSES = {"created": 201, "replaced": 200, "unchanged": 200, "withdrawn": 204}


class CataloguePublisher:
    """Publishes catalogues under a build folder, and has the service serve them."""

    def __init__(self, service: Service, out: Path) -> None:
        self._service, self._out = service, out
        self._turn, self._waiting = asyncio.Lock(), 0

    async def change(self, sent: Sent) -> Changed:
        """Publish, extend or withdraw a catalogue; raises Problem for what is not allowed, refused or fails."""
        base = self._service.dataset.base
        key = key_of(self._out, sent.token) if sent.token else None
        if key is None:
            raise Problem("token-missing", {}, {"www-authenticate": "Bearer"})
        name = (sent.graph or "").removeprefix(f"{base}graph/")
        if not NAME.fullmatch(name) or not key.may_change(name):
            raise Problem("graph-not-yours", {"graph": (sent.graph or "")[:200]})
        suffix, content = _content(sent)
        change = Change(str(self._out), name, sent.action, suffix, key.name, await self._versions(sent, name))
        if self._waiting >= _WAITING:
            raise Problem("busy", {"seconds": 10}, {"retry-after": "10"})
        self._waiting += 1
        try:
            async with self._turn:
                found = await revised(change, content)
                await self._service.replace(await asyncio.to_thread(describe, self._out / CURRENT / "store"))
        finally:
            self._waiting -= 1
        return _told(found, f"{base}graph/{name}")

    async def _versions(self, sent: Sent, name: str) -> int | None:
        """Return how many versions an edition has of which the precondition holds, None where there is none."""
        while sent.precondition:
            dataset = self._service.dataset
            known = len(submissions(dataset.path.parent / FOLDER).get(name, ()))
            await sent.precondition()
            if dataset is self._service.dataset:
                return known
        return None


def _content(sent: Sent) -> tuple[str, bytes]:
    if sent.action == "withdraw":
        return "", b""
    if len(sent.contents) != 1:
        raise unaccepted_type("multipart/form-data", SUFFIXES)
    (kind, content), *_ = sent.contents
    if kind not in SUFFIXES:
        raise unaccepted_type(kind, SUFFIXES)
    return SUFFIXES[kind], content


async def revised(change: Change, content: bytes) -> Mapping[str, Any]:
    """Run a revision in a process of its own; raises Problem where it does not end by itself in time."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "gongfu.revision", json.dumps(asdict(change)))
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment())
    try:
        async with asyncio.timeout(_SECONDS):
            told, _ = await process.communicate(content)
    except TimeoutError as error:
        raise Problem("publishing-failed", {"seconds": round(_SECONDS)}) from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != os.EX_OK:
        raise Problem("publishing-failed", {"seconds": round(_SECONDS)})
    outcome: Mapping[str, Any] = json.loads(told)
    return outcome


def _told(found: Mapping[str, Any], graph: str) -> Changed:
    """Return the response to an outcome, or raise the problem that it is."""
    result = found["result"]
    if result == "overtaken":
        raise Problem("precondition-failed")
    if result == "absent":
        raise Problem("not-found")
    if result == "refused":
        raise Problem("catalogue-refused", {"zh_said": found["zh"], "en_said": found["en"]})
    report = json.loads(found["report"]) if found["report"] else {}
    if result == "violates":
        more = {"report": report}
        raise Problem("catalogue-violates", {"violations": report["counts"]["violation"]}, more=more)
    if result == "withdrawn":
        return Changed(_STATUSES[result], graph)
    told = {"graph": graph, "result": result, "report": report}
    return Changed(_STATUSES[result], graph, json.dumps(told, ensure_ascii=False).encode())
