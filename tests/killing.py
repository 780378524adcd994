"""A build and a publication that can be killed, in a process that has loaded everything, and what is whole after it."""

import hashlib
import re
from pathlib import Path

import pyoxigraph as ox
from agency import GRAPH, NAME, turtle

from gongfu.build import building, fill, finish
from gongfu.builds import CURRENT
from gongfu.publishing.published import PUBLICATIONS, sent_triples
from gongfu.publishing.submission import FOLDER, submissions
from gongfu.revision import Change, revise
from gongfu.settings import base_iri
from gongfu.sparql.dataset import HISTORY, describe, open_store, page_query

GRAPHS = tuple(f"{base_iri()}graph/{name}" for name in ("330000-14fyp", "comparison/330000-14fyp"))
NUMBER = ox.NamedNode("http://example.org/number")


def build_number(out: Path, number: int) -> None:
    """Build a dataset both of whose graphs tell a number, 200 times each."""
    nodes = [ox.NamedNode(f"http://example.org/{one}") for one in range(200)]
    triples = [ox.Triple(node, NUMBER, ox.Literal(number)) for node in nodes]
    with building(out) as beside:
        fill(beside / "store", dict.fromkeys(GRAPHS, triples))
        finish(out, beside, base_iri())


def publish_number(out: Path, number: int) -> None:
    """Publish a catalogue whose row 30 tells a number from 90 on; 0 withdraws it."""
    if not number:
        revise(Change(str(out), NAME, "withdraw", "", "浙江"), b"")
        return
    content = turtle(f"0—6岁儿童健康管理率达到{number}%以上")
    revise(Change(str(out), NAME, "replace", ".ttl", "浙江"), content)


def published_numbers(out: Path) -> tuple[int, ...]:
    """Return the numbers of all versions under a folder of builds, 0 for a withdrawal; fail where they are not whole.

    Whole is: what was sent lies there as it came, its graph and those of its history say it triple by triple, what was
    read from it and compared is that of the version in force, provenance knows every version, the default graph is the
    union of all but history, facts and checksums are true.
    """
    build = (out / CURRENT).resolve()
    store, facts = open_store(build / "store"), describe(build / "store")
    versions = submissions(build / FOLDER).get(NAME, [])
    assert [one.number for one in versions] == list(range(1, len(versions) + 1))
    told = []
    for one in versions:
        content = one.content.read_bytes() if one.suffix else b""
        assert hashlib.sha256(content).hexdigest() == one.sha256
        number = re.search("0—6岁儿童健康管理率达到([0-9]+)%", content.decode())
        told.append(int(number[1]) if number else 0)
        graph = GRAPH if one is versions[-1] else f"{base_iri()}{HISTORY}{NAME}/{one.number}"
        sent = sent_triples(one.content, one.suffix, NAME, base_iri()) if one.suffix else []
        assert set(triples(store, graph)) == set(sent)
    if told and told[-1]:  # what stands there before the first version is not an agency's
        assert any(one.object == ox.Literal(str(told[-1]), datatype=DECIMAL) for one in triples(store, READING))
        assert triples(store, COMPARISON)
    elif told:
        assert not triples(store, READING) + triples(store, COMPARISON)
    known = {one.subject for one in triples(store, base_iri() + PUBLICATIONS) if one.predicate == GENERATED}
    assert known == {ox.NamedNode(f"{base_iri()}{HISTORY}{NAME}/{one.number}") for one in versions if one.suffix}
    assert not store.query(page_query("unmerged"))
    for name, count in facts.graphs.items():
        assert len(triples(store, name)) == count
    check_sums(build / "dumps")
    return tuple(told)


DECIMAL = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
GENERATED = ox.NamedNode("http://www.w3.org/ns/prov#generatedAtTime")
READING, COMPARISON = (f"{base_iri()}graph/{kind}/{NAME}" for kind in ("reading", "comparison"))


def triples(store: ox.Store, graph: str) -> list[ox.Triple]:
    """Return the triples of a named graph."""
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))]


def check_sums(dumps: Path) -> None:
    """Fail where a dump is not what the list of checksums says."""
    for line in (dumps / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((dumps / name).read_bytes()).hexdigest() == digest
