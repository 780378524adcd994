"""The W3C SPARQL 1.1 test suites, as rdflib's source distribution on PyPI carries them; they are never committed.

    python tests/suites.py

fetches the distribution of the pinned version into out/suites, once. Tests that need it skip where it is not there.
"""

import re
import subprocess
import sys
import tarfile
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
FOLDER = HOUSE / "out" / "suites"
SPARQL11 = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
_INSIDE = "/test/data/suites/w3c/sparql11/"


def distribution() -> Path:
    """Return where the source distribution of the pinned rdflib is, or would be."""
    return FOLDER / f"rdflib-{pinned()}.tar.gz"


def pinned() -> str:
    """Return the pinned version of rdflib; it need not be installed."""
    found = re.search(r"^rdflib==(\S+)$", (HOUSE / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1]


def fetch() -> bool:
    """Fetch the source distribution where it is not there yet; say whether it is there."""
    if not distribution().is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ("pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps", "--dest", str(FOLDER))
        subprocess.run([sys.executable, "-m", *command, f"rdflib=={pinned()}"], check=False)
    return distribution().is_file()


def sparql11() -> dict[str, bytes]:
    """Return the files of the SPARQL 1.1 suites by the IRI that W3C gave them; empty where they are not there."""
    if not distribution().is_file():
        return {}
    found: dict[str, bytes] = {}
    with tarfile.open(distribution()) as archive:
        for member in archive:
            _, inside, path = member.name.partition(_INSIDE)
            content = archive.extractfile(member) if inside and member.isfile() else None
            if content:
                found[SPARQL11 + path] = content.read()
    return found


if __name__ == "__main__":
    sys.exit(0 if fetch() else 1)
