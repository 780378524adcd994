"""The W3C test suites that others' source distributions on PyPI carry; they are never committed.

    python tests/suites.py

fetches the distributions of the pinned versions into out/suites, once: rdflib's has the SPARQL 1.1 suites, pySHACL's
the SHACL suite. Tests that need one skip where it is not there.
"""

import re
import subprocess
import sys
import tarfile
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
FOLDER = HOUSE / "out" / "suites"
SPARQL11 = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
SHACL = "urn:x-shacl-test:/"
_INSIDE = {"rdflib": "/test/data/suites/w3c/sparql11/", "pyshacl": "/test/resources/sht_tests/"}


def distribution(package: str) -> Path:
    """Return where the source distribution of the pinned version of a package is, or would be."""
    return FOLDER / f"{package}-{pinned(package)}.tar.gz"


def pinned(package: str) -> str:
    """Return the pinned version of a package; it need not be installed."""
    found = re.search(rf"^{package}==(\S+)$", (HOUSE / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1]


def fetch() -> bool:
    """Fetch the source distributions that are not there yet; say whether all are there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ("pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps", "--dest", str(FOLDER))
    for package in _INSIDE:
        if not distribution(package).is_file():
            subprocess.run([sys.executable, "-m", *command, f"{package}=={pinned(package)}"], check=False)
    return all(distribution(package).is_file() for package in _INSIDE)


def sparql11() -> dict[str, bytes]:
    """Return the files of the SPARQL 1.1 suites by the IRI that W3C gave them; empty where they are not there."""
    return _files("rdflib", SPARQL11)


def shacl() -> dict[str, bytes]:
    """Return the files of the SHACL suite by IRI; empty where they are not there.

    The IRIs are those under which reports of conformance name the tests (urn:x-shacl-test:/core/node/and-001).
    """
    return _files("pyshacl", SHACL)


def _files(package: str, base: str) -> dict[str, bytes]:
    if not distribution(package).is_file():
        return {}
    found: dict[str, bytes] = {}
    with tarfile.open(distribution(package)) as archive:
        for member in archive:
            _, inside, path = member.name.partition(_INSIDE[package])
            content = archive.extractfile(member) if inside and member.isfile() else None
            if content:
                found[base + path] = content.read()
    return found


if __name__ == "__main__":
    sys.exit(0 if fetch() else 1)
