"""Faults that other servers had, each with a test that it is not here; what has a test of its own stands there.

Deadlines, cut results, the one decoding of forms and FROM <file:…>: test_serving. SERVICE: test_guard, test_federation.
Zip bombs, far cells, entities in documents: test_unreadable. Entities and remote contexts of graphs: test_publishing.
"""

import ast
import base64
import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pyoxigraph as ox
import pytest
from client import Client, client_of

from gongfu.document import read_document
from gongfu.reading.cells import UnreadableDocument
from gongfu.settings import house
from gongfu.sparql.changing import Work, do
from gongfu.sparql.dataset import PAGES
from gongfu.sparql.tokens import tokens
from gongfu.validate import Engine, Result, validate

PACKAGE = Path(__file__).resolve().parents[1] / "server" / "gongfu"
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "old" / "store"
    path.parent.mkdir()
    store = ox.Store(str(path))
    store.add(
        ox.Quad(ox.NamedNode("http://x/s"), ox.NamedNode("http://x/p"), ox.Literal("o"), ox.NamedNode("http://x/g"))
    )
    store.flush()
    return path


# A store that is read beside a writer gives stale answers: what is served is never written to.


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def test_a_change_is_made_to_a_copy(store: Path, tmp_path: Path) -> None:
    before = digests(store)
    do(Work(str(store), str(tmp_path / "new" / "store"), "update", update="CLEAR ALL"))
    assert digests(store) == before
    assert len(ox.Store.read_only(str(store))) == 1
    assert len(ox.Store.read_only(str(tmp_path / "new" / "store"))) == 0


# RDF/XML entities: 700 bytes became 900 MB. LOAD reads files.


def test_the_workbench_takes_no_entities(store: Path, tmp_path: Path) -> None:

    for number, start in enumerate(
        (b"<!DOCTYPE x []>", b"<?xml version='1.0'?>\n<!-- -->\n<!doctype x [<!ENTITY a 'b'>]>")
    ):
        content = ("application/rdf+xml", base64.b64encode(start + RDF).decode())
        work = Work(str(store), str(tmp_path / str(number) / "store"), "replace", "http://x/h", (content,))
        with pytest.raises(ValueError, match="DOCTYPE"):
            do(work)


def test_the_workbench_loads_no_file(store: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.nt"
    secret.write_text("<http://x/a> <http://x/b> 'secret' .")
    with pytest.raises((ValueError, RuntimeError, OSError)):
        do(Work(str(store), str(tmp_path / "new" / "store"), "update", update=f"LOAD <{secret.as_uri()}>"))


def test_a_document_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    entity = f'<!DOCTYPE w [<!ENTITY s SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    body = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>' \
        "<w:t>&s;</w:t></w:r></w:p></w:body></w:document>"  # fmt: skip
    plain, packed = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, entity + body if name == "word/document.xml" else old.read(name))
    (tmp_path / "a.docx").write_bytes(packed.getvalue())
    with pytest.raises(UnreadableDocument):
        read_document(tmp_path / "a.docx")
    page = f"{entity}<html><body><table><tr><td>序号<td>&s;<td><img src='secret'></table></body></html>"
    (tmp_path / "a.html").write_text(page, "utf-8")
    assert "secret" not in str(read_document(tmp_path / "a.html"))


# Shapes of a stranger are never run, and owl:imports is never followed.


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_shapes_and_imports_in_the_data_are_data(engine: Engine, tmp_path: Path) -> None:
    imported = tmp_path / "more.ttl"
    imported.write_text("<http://x/s> a <https://w3id.org/bps-cn/def#ServiceItem> .")
    hostile = f"""
        <http://x/o> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Ontology> .
        <http://x/o> <http://www.w3.org/2002/07/owl#imports> <{imported.as_uri()}> .
        <http://x/o> <http://www.w3.org/ns/shacl#shapesGraph> <{imported.as_uri()}> .
        <http://x/shape> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/shacl#NodeShape> .
        <http://x/shape> <http://www.w3.org/ns/shacl#targetNode> <http://x/o> .
        <http://x/shape> <http://www.w3.org/ns/shacl#nodeKind> <http://www.w3.org/ns/shacl#Literal> .
    """

    def judged(turtle: str) -> list[Result]:
        return validate((quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)), engine)

    assert judged(hostile) == []
    assert judged(imported.read_text())  # so that the import, followed, would have been told


# Whatever process reads what a stranger sent has no network.


def processes() -> list[Path]:
    started = (path for path in PACKAGE.rglob("*.py") if '__name__ == "__main__"' in path.read_text("utf-8"))
    return [path for path in started if path.stem not in {"cli", "__main__"}]


@pytest.mark.parametrize("path", processes(), ids=lambda path: path.stem)
def test_every_process_cuts_itself_off(path: Path) -> None:
    called = [node.func.id for node in ast.walk(ast.parse(path.read_text("utf-8")))
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]  # fmt: skip
    assert "isolate" in called


def test_there_are_such_processes() -> None:
    assert {"worker", "federated_worker", "changing", "revision"} <= {path.stem for path in processes()}


# Text of a stranger never becomes a header.


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("small") / "store"
    store = ox.Store(str(path))
    hostile = ox.NamedNode("https://w3id.org/bps-cn/a%0D%0ASet-Cookie:%20x=y")
    store.add(ox.Quad(hostile, ox.NamedNode("http://x/p"), ox.Literal("o\r\nSet-Cookie: x=y")))
    store.flush()
    with client_of(path) as client:
        yield client


BREAK = "%0d%0aSet-Cookie:%20x=y"
ADDRESSES = [
    f"/a{BREAK}", f"/a{BREAK}.ttl", f"/a{BREAK}.html", f"/graph/{BREAK}", f"/dumps/{BREAK}", f"/problem/{BREAK}",
    f"/zh/{BREAK}",
    f"/rdf-graph-store?graph=http://x/{BREAK}", f"/sparql?query=ASK{BREAK}", f"/sparql?query=ASK{{}}&format={BREAK}",
    f"/zh/search?q={BREAK}", f"/zh/query?query={BREAK}", f"/check/{BREAK}",
    f"/sparql?query=ASK{{}}&default-graph-uri={BREAK}",
    f"/zh/compare/{BREAK}/1", "/%E5%8C%97%E4%BA%AC%E2%80%A8x", "/%00",
    "/%ff.ttl",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_text_becomes_a_header(client: Client, address: str) -> None:
    answer = client.get(address, headers={"accept": "*/*"})
    assert answer.status_code < 500
    assert "set-cookie" not in answer.headers
    for name, value in answer.headers.raw:
        assert not set(b"\r\n\0") & set(name + value), name


# Grouping over OPTIONAL reads the optional side again for every row: what is served aggregates in a sub-select first.

AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
SERVED = sorted([*(house().ontology / "questions").glob("*.rq"), *PAGES.rglob("*.rq")])


def aggregates_over_optional(query: str) -> bool:
    words = [token.text.upper() if token.kind == "word" else token.text for token in tokens(query)]
    for place in (number for number, word in enumerate(words) if word == "SELECT"):
        start, depth = words.index("{", place), 0
        if not AGGREGATES & set(words[place:start]):
            continue
        for word in words[start:]:
            depth += (word == "{") - (word == "}")
            if depth == 1 and word == "OPTIONAL":
                return True
            if depth == 0:
                break
    return False


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.stem)
def test_what_is_served_groups_before_it_looks_further(path: Path) -> None:
    assert not aggregates_over_optional(path.read_text("utf-8"))


def test_the_rule_knows_an_offender() -> None:
    assert aggregates_over_optional("SELECT ?a (COUNT(?b) AS ?n) { ?a ?p ?q OPTIONAL { ?a ?r ?b } } GROUP BY ?a")
    assert not aggregates_over_optional(
        "SELECT * { ?a ?p ?q OPTIONAL { SELECT ?a (COUNT(?b) AS ?n) { ?a ?r ?b } GROUP BY ?a } }"
    )


# A point of the list that is a choice of library: no process that only answers queries pays for what others need.


def test_a_worker_starts_without_the_heavy_libraries() -> None:
    heavy = ("fastapi", "rdflib", "pyshacl", "lxml")
    code = f"import sys, gongfu.sparql.worker; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
