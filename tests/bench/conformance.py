"""Run the W3C test sets of SPARQL 1.1, against running services, and of SHACL, and write the result as EARL.

    PYTHONPATH=server:tests python tests/bench/conformance.py

writes server/gongfu/pages/conformance.ttl, which the page /zh/conformance shows: the record of a tested version. The
sets of protocol, graph store and service description stand beside the repository, in ../shared/w3c, and run against a
workbench; those of query and update come with rdflib's source distribution, that of SHACL with pySHACL's
(tests/suites.py). A test is named by its IRI: the sentences that W3C describes it with stay with W3C.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyoxigraph as ox
import shacl_suite
import sparql11
import suites
import w3c
from client import free_port, server, wait_for

from gongfu import __version__

FILE = Path(__file__).resolve().parents[2] / "server" / "gongfu" / "pages" / "conformance.ttl"
NAMES = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "doap": "http://usefulinc.com/ns/doap#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SUBJECT = ox.NamedNode("https://w3id.org/bps-cn/gongfu")
SETS = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/service-description/manifest#"


def term(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(NAMES[prefix] + local)


def assertion(number: int, iri: str, fault: str, today: str) -> list[ox.Triple]:
    node, result, test = ox.BlankNode(f"a{number}"), ox.BlankNode(f"r{number}"), ox.NamedNode(iri)
    facts: list[tuple[ox.NamedNode | ox.BlankNode, str, ox.NamedNode | ox.BlankNode | ox.Literal]] = [
        (node, "rdf:type", term("earl:Assertion")),
        (node, "earl:subject", SUBJECT),
        (node, "earl:test", test),
        (node, "earl:assertedBy", SUBJECT),
        (node, "earl:mode", term("earl:automatic")),
        (node, "earl:result", result),
        (result, "rdf:type", term("earl:TestResult")),
        (result, "earl:outcome", term("earl:failed" if fault else "earl:passed")),
        (result, "dct:date", ox.Literal(today, datatype=term("xsd:date"))),
    ]
    if fault:
        facts += [(result, "earl:info", text) for text in reasons(iri, fault)]
        facts += [(result, "rdfs:seeAlso", ox.NamedNode(one)) for one in known(iri, "see")]
    return [ox.Triple(subject, term(predicate), value) for subject, predicate, value in facts]


def known(iri: str, part: str) -> list[str]:
    """Return what the list of misses says of a test, if it does."""
    of_shacl = iri.startswith(suites.SHACL)
    of_all: Mapping[str, Mapping[str, str]] = shacl_suite.misses("shacl") if of_shacl else sparql11.misses()
    said = of_all.get(iri.removeprefix(suites.SHACL) if of_shacl else sparql11.short(iri), {})
    return [said[part]] if part in said else []


def reasons(iri: str, fault: str) -> list[ox.Literal]:
    found = [ox.Literal(text, language=language) for language in ("zh", "en") for text in known(iri, language)]
    return found or [ox.Literal(fault)]


def of_queries() -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        sparql11.write_store(Path(folder) / "store")
        port = free_port()
        running = server(Path(folder) / "store", sparql11.services(f"http://127.0.0.1:{port}"), port)
        with running as (_, address), httpx.Client(base_url=address, timeout=60.0) as client:
            return [(test.iri, sparql11.run(test, client)) for test in sparql11.queries()]


def of_updates() -> list[tuple[str, str]]:
    done = subprocess.run([sys.executable, sparql11.__file__], stdout=subprocess.PIPE, text=True, check=True)
    faults: dict[str, str] = json.loads(done.stdout)
    return [(test.iri, faults[test.iri]) for test in sparql11.updates()]


def of_protocols(client: httpx.Client) -> list[tuple[str, str]]:
    found = [(test.iri, w3c.run(test, client)) for test in w3c.all_tests()]
    return found + [(SETS + name, w3c.described(name, client)) for name in w3c.DESCRIPTION_TESTS]


def main() -> int:
    if not w3c.FOLDER.is_dir() or not suites.fetch():
        print(f"the W3C test sets are not at {w3c.FOLDER} and {suites.FOLDER}")
        return 2
    port = free_port()
    command = [sys.executable, "-m", "gongfu.cli", "serve", "--workbench", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        token = process.stdout.readline().rpartition(" ")[2].strip()
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60.0) as client:
            wait_for(lambda: client.get("/health").status_code == 200)
            found = of_protocols(client)
    finally:
        process.terminate()
        process.communicate(timeout=120)
    found += of_queries() + of_updates()
    found += [(test.iri, shacl_suite.run(test, shacl_suite.by_shacl)) for test in shacl_suite.tests()]
    today = datetime.now(UTC).date().isoformat()
    triples = [
        ox.Triple(SUBJECT, term("rdf:type"), term("doap:Project")),
        ox.Triple(SUBJECT, term("doap:name"), ox.Literal("gongfu")),
        ox.Triple(SUBJECT, term("doap:revision"), ox.Literal(__version__)),
    ]
    triples += [one for number, row in enumerate(found) for one in assertion(number, *row, today)]
    FILE.write_bytes(ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=NAMES) or b"")
    missed = [(iri, fault) for iri, fault in found if fault]
    print(f"{len(found) - len(missed)} of {len(found)} passed", *missed, sep="\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
