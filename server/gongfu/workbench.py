"""Workbench: a service of one's own on this machine that takes any graph and SPARQL 1.1 Update, to try things out.

Place in the flow: HTTP, in the publisher's place; nothing of it is published. It speaks the same protocol by the same
code, which is how the protocols' own test sets can be run against it. A change is made to a copy of the store by
``sparql.changing``, a process without network, and the service then serves the copy.
"""

import asyncio
import base64
import json
import secrets
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from gongfu.graph_store import Changed, Sent
from gongfu.problems import Problem
from gongfu.service import Service
from gongfu.sparql.changing import Work
from gongfu.sparql.dataset import describe
from gongfu.sparql.request import Update
from gongfu.sparql.workers import environment

_SECONDS = 60.0


class Workbench:
    """Takes every change of those who have its token."""

    def __init__(self, service: Service, folder: Path, token: str) -> None:
        self._service, self._folder, self._token = service, folder, token
        self._turn = asyncio.Lock()

    async def change(self, sent: Sent) -> Changed:
        """Replace, extend or remove a graph; a graph without a name gets a new one."""
        self._check(sent.token)
        graph = f"{self._service.dataset.base}graph/{uuid4()}" if sent.graph is None else sent.graph
        contents = [(kind, base64.b64encode(content).decode()) for kind, content in sent.contents]
        result = await self._done(action=sent.action, graph=graph, contents=contents)
        if result == "absent":
            raise Problem("not-found")
        return Changed(201 if result == "created" else 204, graph)

    async def update(self, asked: Update, token: str) -> None:
        """Run a SPARQL update."""
        self._check(token)
        await self._done(action="update", update=asked.text, using=asked.names.default, named=asked.names.named)

    def _check(self, token: str) -> None:
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            raise Problem("token-missing", {}, {"www-authenticate": "Bearer"})

    async def _done(self, **what: Any) -> str:
        async with self._turn:
            old = self._service.dataset.path
            new = self._folder / uuid4().hex / "store"
            told = await _made(Work(str(old), str(new), **what))
            if told["problem"]:
                raise Problem(told["problem"], told["facts"])
            await self._service.replace(await asyncio.to_thread(describe, new))
            if old.is_relative_to(self._folder):
                shutil.rmtree(old.parent, ignore_errors=True)
            result: str = told["result"]
            return result


async def _made(work: Work) -> dict[str, Any]:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "gongfu.sparql.changing")
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment())
    try:
        async with asyncio.timeout(_SECONDS):
            told, _ = await process.communicate(json.dumps(asdict(work)).encode())
    except TimeoutError as error:
        raise Problem("deadline-passed", {"seconds": round(_SECONDS)}) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Problem("query-too-heavy")
    outcome: dict[str, Any] = json.loads(told)
    return outcome
