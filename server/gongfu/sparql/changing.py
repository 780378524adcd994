"""Changing: a graph or an update is applied to a copy of a store, for the workbench.

Place in the flow: run as ``python -m gongfu.sparql.changing``, a process without network; it takes the work from
standard input and prints what came of it, both as JSON.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyoxigraph as ox

from gongfu.settings import base_iri
from gongfu.sparql.dataset import open_store, write_facts
from gongfu.sparql.entities import declares_entities
from gongfu.sparql.tokens import tokens
from gongfu.sparql.worker import isolate

_MEMORY_BYTES = 2 * 1024**3
_PLACE = re.compile(r"error at ([0-9]+):([0-9]+)")


@dataclass(frozen=True)
class Work:
    """A change of the store at ``old``, to be written to ``new``: of a graph (empty: the default graph) or by updates.

    ``contents`` are pairs of media type and base64; ``using`` and ``named`` are the graphs that an update is to see.
    """

    old: str
    new: str
    action: str
    graph: str = ""
    contents: Sequence[Sequence[str]] = ()
    update: str = ""
    using: Sequence[str] = ()
    named: Sequence[str] = ()


def do(work: Work) -> str:
    """Do the work on a copy of the store; return ``created``, ``changed`` or ``absent``.

    Raises SyntaxError for an update or graph that cannot be read, ValueError for what is not to be done.
    """
    new = Path(work.new)
    new.parent.mkdir(parents=True)
    open_store(Path(work.old)).backup(str(new))
    result = _changed(new, work)
    write_facts(new, uuid4().hex[:16], open_=True)
    return result


def _changed(path: Path, work: Work) -> str:
    store = ox.Store(str(path))
    if work.action == "update":
        store.update(with_using(work.update, work.using, work.named), base_iri=base_iri())
        store.flush()
        return "changed"
    graph = ox.NamedNode(work.graph) if work.graph else ox.DefaultGraph()
    there = store.contains_named_graph(graph) if isinstance(graph, ox.NamedNode) else True
    if work.action != "extend":
        store.clear_graph(graph)
    if work.action == "withdraw" and isinstance(graph, ox.NamedNode):
        store.remove_graph(graph)
    elif isinstance(graph, ox.NamedNode):
        store.add_graph(graph)
    for kind, encoded in work.contents:
        form = ox.RdfFormat.from_media_type(kind)
        if form is None:
            raise ValueError(f"media type {kind[:100]}")
        content = base64.b64decode(encoded)
        if form == ox.RdfFormat.RDF_XML and declares_entities(content):
            raise ValueError("DOCTYPE, ENTITY")
        store.load(content, form, base_iri=work.graph or base_iri(), to_graph=graph)
    store.flush()
    return "changed" if there else "absent" if work.action == "withdraw" else "created"


def with_using(update: str, using: Sequence[str], named: Sequence[str]) -> str:
    """Return an update that sees only the graphs a request names, by USING clauses before each WHERE.

    Raises ValueError where the update has WITH or USING itself, which the protocol forbids.
    """
    if not using and not named:
        return update
    clauses = "".join(f"USING {ox.NamedNode(one)} " for one in using)
    clauses += "".join(f"USING NAMED {ox.NamedNode(one)} " for one in named)
    return "".join(_with_clauses(update, clauses))


def _with_clauses(update: str, clauses: str) -> Iterator[str]:
    depth, before, end = 0, "", 0
    for token in tokens(update):
        start = update.index(token.text, end)
        word = token.text.upper() if token.kind == "word" and depth == 0 else ""
        if word in {"WITH", "USING"}:
            raise ValueError("WITH, USING")
        depth += (token.text == "{") - (token.text == "}")
        yield update[end:start] + (clauses if word == "WHERE" and before == "}" else "") + token.text
        before, end = token.text, start + len(token.text)


def main() -> None:
    """Take the work from standard input and print what came of it, both as JSON."""
    isolate(_MEMORY_BYTES)
    work = Work(**json.load(sys.stdin))
    told: dict[str, Any] = {"result": "", "problem": "", "facts": {}}
    try:
        told["result"] = do(work)
    except SyntaxError as error:
        place = _PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        told |= {
            "problem": "query-syntax",
            "facts": {"line": line, "column": column, "near": "", "said": str(error)[:300]},
        }
    except (ValueError, RuntimeError, OSError) as error:
        told |= {"problem": "bad-request", "facts": {"said": str(error)[:300]}}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
