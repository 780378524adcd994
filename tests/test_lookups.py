"""What is answered in the serving process is a lookup and nothing else, and answered as a worker answers it."""

import json
from itertools import product
from pathlib import Path
from random import Random

import httpx
import pyoxigraph as ox
import pytest
from client import client_of, problem
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfu.sparql.answering import RESULT_TYPES, Answer, Job, Source, answer
from gongfu.sparql.dataset import describe, merge_graphs, open_store
from gongfu.sparql.in_memory import is_the_same
from gongfu.sparql.lookups import MOST_BYTES, OFTEN, Lookups, kind_of_lookup
from gongfu.sparql.tables import XLSX
from gongfu.sparql.tokens import GraphNames

CASES = Path(__file__).parent / "guard"
X = "http://example.org/x"
COUNTED = 'gongfu_requests_total{method="GET",route="/sparql"'
LOOKUPS = [
    f"SELECT ?p ?o {{ <{X}> ?p ?o }}", f"SELECT * WHERE {{ <{X}> ?p ?o . }} LIMIT 20",
    f"select*where{{<{X}>?p?o}}", f"# 说明\nSELECT ?s {{ ?s a <{X}> }} # end", f"SELECT ?s {{ ?s ?p <{X}> }}",
    f"PREFIX ex: <http://example.org/>\nPREFIX o: <{X}>\nSELECT $s WHERE {{ $s ex:p ex:x }}",
    "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 10", f"SELECT ?q {{ <{X}> <http://example.org/p> <{X}> }}",
    f"SELECT ?o {{ <{X}> a ?o }}",
]  # fmt: skip
OTHERS = [
    "SELECT * { ?s ?p ?o }", "SELECT * { ?s ?p ?o } LIMIT 1000", f"SELECT * {{ ?s <{X}> ?o }}",
    f"SELECT * {{ <{X}> ?p ?p }}", f"SELECT * {{ ?x $x <{X}> }}", f"SELECT DISTINCT ?p {{ <{X}> ?p ?o }}",
    f"SELECT * {{ <{X}> ?p ?o FILTER(?o > 1) }}", f"SELECT * {{ <{X}> ?p ?o }} ORDER BY ?o",
    f"SELECT (COUNT(*) AS ?n) {{ <{X}> ?p ?o }}", f"SELECT * {{ <{X}> ?p/?q ?o }}", f"SELECT * {{ <{X}> <{X}>* ?o }}",
    f"SELECT * {{ <{X}> ?p ?o . ?o ?q ?r }}", f"SELECT * {{ <{X}> ?p ?o ; ?q ?r }}", f"SELECT * {{ <{X}> ?p ?o, ?r }}",
    f"SELECT * FROM <{X}> {{ <{X}> ?p ?o }}", f"SELECT * {{ GRAPH <{X}> {{ <{X}> ?p ?o }} }}",
    f"SELECT * {{ SERVICE <{X}> {{ <{X}> ?p ?o }} }}", f"SELECT * {{ <{X}> ?p ?o }} LIMIT 5 OFFSET 9999999",
    f"SELECT * {{ <{X}> ?p '''x''' }}", f"SELECT * {{ <{X}> ?p ?o }} # \\u000A }}", f"SELECT ?s {{ ?s ax:b <{X}>/a }}",
    f"SELECT ?s {{ <{X}> ?p ex:a.b }}", f"ASK {{ <{X}> ?p ?o }}", "", "#" * 2000 + f"\nSELECT * {{ <{X}> ?p ?o }}",
]  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("lookups") / "store"
    store = ox.Store(str(found))
    turtle = f"""@prefix ex: <http://example.org/> . <{X}> ex:p <{X}> , "=1+1" , "北京"@zh , 3 ; a ex:T , <{X}> .
        ex:other ex:p <{X}> . <{X}> ex:many {", ".join(f'"{number:09}"' for number in range(200))} .
        ex:hub ex:has {", ".join(f'"{number:09}"' for number in range(3000))} ."""
    store.load(turtle.encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://example.org/g"))
    merge_graphs(store)
    store.flush()
    return found


@pytest.mark.parametrize("query", LOOKUPS)
@pytest.mark.parametrize("form", RESULT_TYPES)
def test_a_lookup_is_answered_as_a_worker_answers_it(path: Path, query: str, form: str) -> None:
    dataset = describe(path)
    job = Job(query, GraphNames(), form, None)
    found = Lookups(dataset).answer(job)
    assert found is not None
    source = Source(open_store(path), dataset.base, True, frozenset(dataset.graphs), 2**20)
    assert (found.media_type, found.body) == (form, answer(source, job).body)


@pytest.mark.parametrize("query", OTHERS)
def test_what_may_take_longer_is_no_lookup(query: str) -> None:
    assert kind_of_lookup(query) is None


@pytest.mark.parametrize("file", sorted(CASES.glob("*.refused.rq")), ids=lambda file: file.stem)
def test_nothing_that_names_a_service_is_a_lookup(file: Path) -> None:
    assert kind_of_lookup(file.read_bytes().decode()) is None


def test_a_lookup_that_is_large_after_all_goes_to_the_workers(path: Path) -> None:
    lookups = Lookups(describe(path))
    for form in RESULT_TYPES:
        hub = Job("SELECT * { <http://example.org/hub> ?p ?o }", GraphNames(), form, None)
        assert lookups.answer(hub) is None
        small = lookups.answer(Job(LOOKUPS[0], GraphNames(), form, None))
        assert small is not None
        assert len(small.body) <= MOST_BYTES


def asked_of_memory(lookups: Lookups) -> Lookups:
    """Return the lookups when they have the triples in memory, as they get them by being asked often."""
    for _ in range(OFTEN):
        assert lookups.copying is None
        lookups.answer(Job(LOOKUPS[0], GraphNames(), RESULT_TYPES[0], None))
    assert lookups.copying
    lookups.copying.join()
    assert lookups.in_memory
    return lookups


def test_memory_gives_the_very_bytes_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each subject, object and pair with a predicate; what has blank nodes comes from the store itself."""
    monkeypatch.setattr("gongfu.sparql.in_memory._PIECE", 2_000)
    chance = Random(5)
    names = [ox.NamedNode(f"http://example.org/{number}") for number in range(40)]
    subjects: list[ox.NamedNode | ox.BlankNode] = [*names, *(ox.BlankNode(f"b{number}") for number in range(5))]
    objects: list[ox.NamedNode | ox.BlankNode | ox.Literal] = [*subjects]
    objects += [*(ox.Literal(f"{number}", language="zh") for number in range(9)), ox.Literal("北京 _:x")]
    store = ox.Store(str(tmp_path / "store"))
    store.extend(ox.Quad(chance.choice(subjects), chance.choice(names[:9]), chance.choice(objects)) for _ in range(900))
    store.flush()
    lookups = asked_of_memory(Lookups(describe(tmp_path / "store")))
    stored = Lookups(describe(tmp_path / "store"))
    patterns = [f"<{X}> ?p ?o", *(f"{one} ?p ?o" for one in names), *(f"?s ?p {one}" for one in names)]
    pairs = list(product(names, names[:9]))
    patterns += [f"{one} {two} ?o" for one, two in pairs] + [f"?s {two} {one}" for one, two in pairs]
    patterns += [f"{one} ?p {two}" for one, two in pairs]
    jobs = [
        Job(f"SELECT * {{ {pattern} }}{few}", GraphNames(), RESULT_TYPES[number % len(RESULT_TYPES)], None)
        for number, pattern in enumerate(patterns) for few in ("", " LIMIT 3")
    ]  # fmt: skip
    expected = [stored.answer(job) for job in jobs]
    assert [lookups.answer(job) for job in jobs] == expected
    monkeypatch.setattr(lookups, "_store", ox.Store())  # memory alone
    alone = [(job, found) for job, found in zip(jobs, expected, strict=True) if found and is_the_same(found.body)]
    assert [lookups.answer(job) for job, _ in alone] == [found for _, found in alone]
    assert len(jobs) > len(alone) > len(jobs) / 2


def test_what_is_too_much_is_not_kept_in_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongfu.sparql.lookups.MOST_IN_MEMORY", 10)
    lookups = Lookups(describe(path))
    for _ in range(OFTEN + 1):
        lookups.answer(Job(LOOKUPS[0], GraphNames(), RESULT_TYPES[0], None))
    assert lookups.copying is None


def test_other_jobs_are_none_of_its_business(path: Path) -> None:
    dataset = describe(path)
    query = LOOKUPS[0]
    for job in [
        Job(query, GraphNames(("http://example.org/g",)), RESULT_TYPES[0], None), Job(query, GraphNames(), None, None),
        Job("SELECT ?s { ?s no:such <x> }", GraphNames(), RESULT_TYPES[0], None),
        Job(query, GraphNames(), RESULT_TYPES[0], "text/turtle", about=(X,)),
    ]:  # fmt: skip
        assert Lookups(dataset).answer(job) is None


STRAIGHT = [
    *LOOKUPS[:3], "SELECT ?o { <http://example.org/nothing> ?p ?o }", "SELECT * { ?s ?p ?o } LIMIT 900",
    "ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }", "SELECT * { ?s ?p ?o ",
    "SELECT * FROM <http://example.org/none> { ?s ?p ?o }", f"SELECT * {{ SERVICE <{X}> {{ ?s ?p ?o }} }}",
    "SELECT ('長' AS ?x) {} #" + "x" * 3000, "SELECT (RAND() < 2 AS ?x) {}", "DELETE WHERE { ?s ?p ?o }",
]  # fmt: skip

FORMS = (RESULT_TYPES[0], "text/csv", "text/turtle", XLSX)


def test_straight_answers_are_those_of_the_endpoint(path: Path) -> None:
    """Whoever says what encodings it takes goes through all layers, whoever says nothing straight to the store.

    Problems too are the same, and each request is counted once.
    """
    status: set[int] = set()
    with client_of(path, query_bytes=3000) as client:
        for query in STRAIGHT:
            for form in FORMS:
                address = httpx.URL("http://testserver/sparql", params={"query": query})
                straight = client.send(httpx.Request("GET", address, headers={"accept": form}))
                other = client.get(str(address), headers={"accept": form, "accept-encoding": "identity"})
                assert straight.status_code == other.status_code
                assert dict(straight.headers) == dict(other.headers)
                assert straight.content == other.content
                status.add(straight.status_code)
        assert status == {200, 400, 403, 406, 413}
        assert client.app.service.remembered == 0
        asked = 2 * len(STRAIGHT) * len(FORMS)
        lines = [line for line in client.get("/metrics").text.split("\n") if line.startswith(COUNTED)]
        assert sum(float(line.split()[-1]) for line in lines) == asked


def test_a_bug_behind_the_straight_way_is_a_problem(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with client_of(path) as client:
        monkeypatch.setattr(client.app.service, "_lookups", None)
        address = httpx.URL("http://testserver/sparql", params={"query": LOOKUPS[0]})
        found = client.send(httpx.Request("GET", address))
        assert "Traceback" not in json.dumps(problem(found, 500, "internal"))
        assert found.headers["x-content-type-options"] == "nosniff"


def test_what_is_answered_elsewhere_is_not_looked_up_twice(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookup whose answer may change has no tag, which is known before it runs."""
    asked: list[Job] = []
    with client_of(path) as client:
        look = client.app.service.looked_up

        def counted(job: Job) -> Answer | None:
            asked.append(job)
            return look(job)

        monkeypatch.setattr(client.app.service, "looked_up", counted)
        address = httpx.URL("http://testserver/sparql", params={"query": f"SELECT * {{ <{X}> ?p ?o }} # NOW()"})
        assert client.send(httpx.Request("GET", address)).status_code == 200
    assert len(asked) == 1


PARTS = st.lists(
    st.sampled_from([
        f"<{X}>", "?s", "?p", "?o", "a", "ex:p", "{", "}", ".", "*", "LIMIT 5", "SELECT", "WHERE", "SELECT ?s {",
        "PREFIX ex: <http://example.org/>", "# x\n", "#", "\n", " ", "FILTER(?o)", "<", ">", "SERVICE", "'", "/",
    ]),
    max_size=14,
)  # fmt: skip


@settings(max_examples=1000)
@given(parts=PARTS, between=st.sampled_from(["", " "]))
def test_a_text_that_passes_is_one_pattern(parts: list[str], between: str) -> None:
    """What the form lets through has one pair of brackets outside comments, and no word but the known."""
    query = between.join(parts)
    if kind_of_lookup(query):
        code = "\n".join(line.partition("#")[0] if "<" not in line else line for line in query.split("\n"))
        assert code.count("{") == code.count("}") == 1
        assert "SERVICE" not in code
        assert "FILTER" not in code
