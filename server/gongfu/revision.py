"""Revision: one catalogue is published, extended or withdrawn: a new build beside the old, switched to in one step.

Place in the flow: after build; run by the service as ``python -m gongfu.revision``, a process without network and with
a bound on its memory, which can be killed at any moment: until the switch nothing that is served has changed.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from gongfu.build import build_in, building, finish
from gongfu.builds import CURRENT
from gongfu.check import UnreadableDocument, UnusableCatalogue
from gongfu.codes import codelists
from gongfu.publishing.published import (
    PUBLICATIONS,
    Published,
    Refused,
    provenance,
    published,
    published_graphs,
    sent_triples,
)
from gongfu.publishing.submission import (
    FOLDER,
    GRAPH_SUFFIXES,
    Submission,
    add_submission,
    carry_over,
    submissions,
)
from gongfu.report.json_form import as_json
from gongfu.settings import base_iri
from gongfu.sources import curated_editions
from gongfu.sparql.dataset import HISTORY, open_store, replace_graphs
from gongfu.sparql.description import METADATA
from gongfu.sparql.worker import isolate


@dataclass(frozen=True)
class Change:
    """What is to be done: ``replace``, ``extend`` or ``withdraw`` an edition, for whom; how the content is written.

    ``versions``: how many the edition had when a precondition was found to hold; None where there was none.
    """

    out: str
    edition: str
    action: str
    suffix: str
    agent: str
    versions: int | None = None
    memory_bytes: int = 4 * 1024**3


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    ``created``, ``replaced``, ``unchanged``, ``withdrawn``, ``absent``, ``overtaken``, ``refused`` or ``violates``.
    With the report of the check as JSON, and for what is refused the reason in zh and en.
    """

    result: str
    report: str = ""
    zh: str = ""
    en: str = ""


def revise(change: Change, content: bytes) -> Outcome:
    """Do what a change says and switch to the result; nothing is kept of what is refused."""
    out, base = Path(change.out), base_iri()
    with building(out) as beside:
        current = (out / CURRENT).resolve()
        listed = submissions(current / FOLDER).get(change.edition, [])
        if change.versions not in {None, len(listed)}:
            return Outcome("overtaken")
        in_force = listed[-1] if listed and listed[-1].suffix else None
        if change.action == "withdraw":
            if in_force is None:
                return Outcome("absent")
            _keep(change, "", b"", None, current, out, beside)
            return Outcome("withdrawn")
        suffix = change.suffix
        try:
            if change.action == "extend" and in_force:
                suffix, content = ".nt", _extended(in_force, suffix, content, base)
            if in_force and (in_force.suffix, in_force.sha256) == (suffix, hashlib.sha256(content).hexdigest()):
                return Outcome("unchanged")
            found = _tried(change, suffix, content, base)
        except (Refused, UnreadableDocument, UnusableCatalogue) as error:
            return Outcome("refused", zh=error.zh, en=error.en)
        report = found.report(codelists())
        told = as_json(report, codelists())
        if not report.conforms:
            return Outcome("violates", told)
        _keep(change, suffix, content, found, current, out, beside)
        return Outcome("replaced" if in_force else "created", told)


def _extended(in_force: Submission, suffix: str, content: bytes, base: str) -> bytes:
    """Return the graph in force together with the one that was sent."""
    if not {in_force.suffix, suffix} <= GRAPH_SUFFIXES:
        raise Refused(
            "只有图可以补充；文件请用 PUT 整份发布。", "Only a graph can be added to; publish a document whole, by PUT."
        )
    with tempfile.TemporaryDirectory() as folder:
        sent = Path(folder) / f"sent{suffix}"
        sent.write_bytes(content)
        both = [
            *sent_triples(in_force.content, in_force.suffix, in_force.edition, base),
            *sent_triples(sent, suffix, in_force.edition, base),
        ]
    return ox.serialize(dict.fromkeys(both), format=ox.RdfFormat.N_TRIPLES) or b""


def _tried(change: Change, suffix: str, content: bytes, base: str) -> Published:
    """Read and examine what was sent before anything is kept of it."""
    with tempfile.TemporaryDirectory() as folder:
        return published(add_submission(Path(folder), change.edition, "", change.agent, suffix, content), base)


def _keep(
    change: Change, suffix: str, content: bytes, found: Published | None, current: Path, out: Path, beside: Path
) -> None:
    """Write the next version of an edition and the build that serves it."""
    carry_over(current, beside)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    add_submission(beside / FOLDER, change.edition, now, change.agent, suffix, content)
    if change.edition in curated_editions():  # comes to stand in the place of a source, or makes way for it
        build_in(out, beside)
        return
    base = base_iri()
    open_store(current / "store").backup(str(beside / "store"))
    versions = submissions(beside / FOLDER)
    known = {change.edition: found} if found else {}
    new = published_graphs({change.edition: versions[change.edition]}, base, known)
    new[base + PUBLICATIONS] = [triple for listed in versions.values() for triple in provenance(listed, base)]
    _replace(beside / "store", change.edition, new, base)
    finish(out, beside, base)


def _replace(path: Path, edition: str, new: Mapping[str, list[ox.Triple]], base: str) -> None:
    store = ox.Store(str(path))
    own = [f"{base}graph/{kind}{edition}" for kind in ("", "reading/", "correspondence/", "comparison/")]
    known = [graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]
    history = [name for name in known if name.startswith(f"{base}{HISTORY}{edition}/")]
    replace_graphs(store, [*own, *history, base + PUBLICATIONS, base + METADATA], new)
    store.flush()


def main() -> None:
    """Take the change from the command line and the content from standard input; print the outcome as JSON."""
    change = Change(**json.loads(sys.argv[1]))
    isolate(change.memory_bytes)
    outcome = revise(change, sys.stdin.buffer.read())
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
