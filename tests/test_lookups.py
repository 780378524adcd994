"""What is answered in the serving process is a lookup and nothing else, and answered as a worker answers it."""

from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from client import client_of
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfu.sparql.answering import RESULT_TYPES, Answer, Job, Source, answer
from gongfu.sparql.dataset import describe, merge_graphs, open_store
from gongfu.sparql.lookups import MOST_BYTES, Lookups, is_lookup
from gongfu.sparql.tokens import GraphNames

CASES = Path(__file__).parent / "guard"
X = "http://example.org/x"
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
    assert not is_lookup(query)


@pytest.mark.parametrize("file", sorted(CASES.glob("*.refused.rq")), ids=lambda file: file.stem)
def test_nothing_that_names_a_service_is_a_lookup(file: Path) -> None:
    assert not is_lookup(file.read_bytes().decode())


def test_a_lookup_that_is_large_after_all_goes_to_the_workers(path: Path) -> None:
    lookups = Lookups(describe(path))
    for form in RESULT_TYPES:
        hub = Job("SELECT * { <http://example.org/hub> ?p ?o }", GraphNames(), form, None)
        assert lookups.answer(hub) is None
        small = lookups.answer(Job(LOOKUPS[0], GraphNames(), form, None))
        assert small is not None
        assert len(small.body) <= MOST_BYTES


def test_other_jobs_are_none_of_its_business(path: Path) -> None:
    dataset = describe(path)
    query = LOOKUPS[0]
    for job in [
        Job(query, GraphNames(("http://example.org/g",)), RESULT_TYPES[0], None), Job(query, GraphNames(), None, None),
        Job("SELECT ?s { ?s no:such <x> }", GraphNames(), RESULT_TYPES[0], None),
        Job(query, GraphNames(), RESULT_TYPES[0], "text/turtle", about=(X,)),
    ]:  # fmt: skip
        assert Lookups(dataset).answer(job) is None


def test_straight_answers_are_those_of_the_endpoint(path: Path) -> None:
    """Whoever says what encodings it takes goes through all layers, whoever says nothing straight to the store."""
    with client_of(path) as client:
        for query in [*LOOKUPS[:3], "SELECT ?o { <http://example.org/nothing> ?p ?o }"]:
            for form in RESULT_TYPES:
                address = httpx.URL("http://testserver/sparql", params={"query": query})
                straight = client.send(httpx.Request("GET", address, headers={"accept": form}))
                other = client.get(str(address), headers={"accept": form, "accept-encoding": "identity"})
                assert (straight.status_code, straight.content) == (200, other.content)
                assert dict(straight.headers) == dict(other.headers)
        counted = f'{{method="GET",route="/sparql",status="200"}} {8 * len(RESULT_TYPES)}.0'
        assert f"gongfu_requests_total{counted}" in client.get("/metrics").text


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


@settings(max_examples=1000, deadline=None)
@given(parts=PARTS, between=st.sampled_from(["", " "]))
def test_a_text_that_passes_is_one_pattern(parts: list[str], between: str) -> None:
    """What the form lets through has one pair of brackets outside comments, and no word but the known."""
    query = between.join(parts)
    if is_lookup(query):
        code = "\n".join(line.partition("#")[0] if "<" not in line else line for line in query.split("\n"))
        assert code.count("{") == code.count("}") == 1
        assert "SERVICE" not in code
        assert "FILTER" not in code
