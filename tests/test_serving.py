"""The service answers as the SPARQL 1.1 Protocol asks, says what is wrong, and no query can hold it up.

The store has two graphs which share one triple, with Chinese in IRIs and literals and with literals that are markup.
"""

import asyncio
import csv
import io
import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from client import Client, alive, children, client_of, descendants, problem, server, wait_for

from gongfu.builds import CURRENT
from gongfu.problems import read_problems
from gongfu.serving import application
from gongfu.settings import base_iri
from gongfu.sparql.answering import GRAPH_TYPES, RESULT_TYPES, Job
from gongfu.sparql.dataset import FACTS, PAGES, Dataset, describe, merge_graphs
from gongfu.sparql.pool import Busy, DeadlinePassed, Limits, Pool
from gongfu.sparql.tokens import GraphNames
from gongfu.sparql.turns import form_of
from gongfu.sparql.workers import Nursery, Worker, WorkerLost

NATION, JILIN = base_iri() + "graph/cn-13fyp", base_iri() + "graph/220000-13fyp"
PREFIXES = """@prefix : <https://w3id.org/bps-cn/cat/> . @prefix bps: <https://w3id.org/bps-cn/def#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix ex: <http://example.org/> ."""
GRAPHS = {
    NATION: """:cn-13fyp a bps:CatalogueEdition ; dct:title "“十三五”清单"@zh , "Catalogue"@en ;
        bps:actualItemCount 81 ; dct:isPartOf ex:文件 .
        ex:文件 bps:documentNumber "国发〔2017〕9号" ; dct:issued "2017-01-23" .
        ex:shared ex:p "两个图都有"@zh .""",
    JILIN: """:220000-13fyp a bps:CatalogueEdition ; dct:title "<script>alert(1)</script>"@zh ; bps:actualItemCount 85 .
        ex:shared ex:p "两个图都有"@zh . ex:北京 ex:p "=1+1" , "a\\"b" , "换\\n行" .
        ex:x <http://www.w3.org/1999/xhtmlscript> "alert(1)" .""",
}
SLOW = f"SELECT (COUNT(*) AS ?n) WHERE {{ {' . '.join(f'?s{i} ?p{i} ?o{i}' for i in range(9))} }}"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
QUERY_TYPE = "application/sparql-query"
TRIPLES = 15


def make_store(path: Path, merged: bool) -> Path:
    store = ox.Store(str(path))
    for name, turtle in GRAPHS.items():
        store.bulk_load(f"{PREFIXES}\n{turtle}".encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(name))
    if merged:
        merge_graphs(store)
    store.flush()
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("data") / "store", merged=True)


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[Client]:
    with client_of(store, workers=2, seconds=20) as client:
        yield client


def get(client: Client, query: str, accept: str = "*/*", **more: Any) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **more}, headers={"accept": accept})


def number(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


# --- formats


@pytest.mark.parametrize("accept", RESULT_TYPES)
def test_select_in_every_format(client: Client, accept: str) -> None:
    response = get(client, 'SELECT ?o WHERE { <http://example.org/北京> ?p ?o FILTER(?o = "=1+1") }', accept)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == accept
    if accept == "text/csv":
        assert list(csv.reader(io.StringIO(response.text))) == [["o"], ["=1+1"]]
    else:
        form = ox.QueryResultsFormat.from_media_type(accept)
        rows = ox.parse_query_results(response.content, form)
        assert isinstance(rows, ox.QuerySolutions)
        assert [row["o"] for row in rows] == [ox.Literal("=1+1")]


@pytest.mark.parametrize("accept", RESULT_TYPES)
def test_ask_in_every_format(client: Client, accept: str) -> None:
    response = get(client, "ASK { ?s ?p 81 }", accept)
    assert response.headers["content-type"].split(";")[0] == accept
    assert "true" in response.text


@pytest.mark.parametrize(
    "query", ["CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o = 81) }", "DESCRIBE <cat/cn-13fyp>"]
)
@pytest.mark.parametrize("accept", GRAPH_TYPES)
def test_graphs_in_every_format(client: Client, accept: str, query: str) -> None:
    response = get(client, query, accept)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == accept
    triples = {quad.triple for quad in ox.parse(response.content, ox.RdfFormat.from_media_type(accept))}
    subject = ox.NamedNode("https://w3id.org/bps-cn/cat/cn-13fyp")
    assert ox.Triple(subject, ox.NamedNode("https://w3id.org/bps-cn/def#actualItemCount"), ox.Literal(81)) in triples


def test_text_says_its_charset(client: Client) -> None:
    for query, accept in [(COUNT, "text/csv"), (COUNT, "text/tab-separated-values"), ("DESCRIBE <x>", "text/turtle")]:
        assert get(client, query, accept).headers["content-type"] == f"{accept}; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "accept"),
    [(COUNT, "text/html"), (COUNT, "text/turtle"), ("ASK { }", "image/png"), ("DESCRIBE <x>", "text/csv")],
)
def test_no_format_fits(client: Client, query: str, accept: str) -> None:
    said = problem(get(client, query, accept), 406, "not-acceptable")
    assert "application/json" in said["types"]


# --- the protocol


def test_the_ways_to_ask(client: Client) -> None:
    encoded = {"content-type": QUERY_TYPE}
    assert number(get(client, COUNT)) == TRIPLES
    assert number(client.post("/sparql", data={"query": COUNT})) == TRIPLES
    assert number(client.post("/sparql", content=COUNT, headers=encoded)) == TRIPLES
    assert number(client.request("QUERY", "/sparql", content=COUNT, headers=encoded)) == TRIPLES
    assert number(client.request("QUERY", "/sparql", data={"query": COUNT})) == TRIPLES
    assert client.request("HEAD", "/sparql", params={"query": COUNT}).status_code == 200
    assert number(client.get("/sparql/", params={"query": COUNT})) == TRIPLES


def test_the_default_graph_is_the_union_as_a_set(client: Client) -> None:
    assert number(get(client, COUNT)) == TRIPLES
    assert number(get(client, "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")) == TRIPLES + 1


DATASETS: list[tuple[dict[str, Any], str, int]] = [
    ({"default-graph-uri": NATION}, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", 8),
    ({"default-graph-uri": NATION}, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", 0),
    ({"named-graph-uri": NATION}, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", 8),
    ({"named-graph-uri": NATION}, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", 0),
    ({"named-graph-uri": [NATION, JILIN]}, "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }", 2),
    ({"default-graph-uri": [NATION, JILIN]}, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }", 6),
    ({}, f"SELECT (COUNT(*) AS ?n) FROM <{NATION}> {{ ?s ?p ?o }}", 8),
    ({}, "SELECT (COUNT(*) AS ?n) FROM <graph/cn-13fyp> { ?s ?p ?o }", 8),
    ({}, f"PREFIX g: <{base_iri()}graph/> SELECT (COUNT(*) AS ?n) FROM NAMED g:cn-13fyp {{ GRAPH ?g {{ }} }}", 1),
    # What the request names goes before what the query names.
    ({"default-graph-uri": JILIN}, f"SELECT (COUNT(*) AS ?n) FROM <{NATION}> {{ ?s ?p ?o }}", 8),
]  # fmt: skip


@pytest.mark.parametrize(("names", "query", "expected"), DATASETS)
def test_datasets(client: Client, names: dict[str, Any], query: str, expected: int) -> None:
    assert number(client.get("/sparql", params={"query": query, **names})) == expected
    assert number(client.post("/sparql", data={"query": query}, params=names)) == expected
    direct = client.post("/sparql", content=query, params=names, headers={"content-type": QUERY_TYPE})
    assert number(direct) == expected


def test_datasets_of_a_store_without_union(tmp_path: Path) -> None:
    with client_of(make_store(tmp_path / "store", merged=False)) as client:
        assert number(get(client, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")) == 6
        for names, query, expected in DATASETS:
            assert number(client.get("/sparql", params={"query": query, **names})) == expected


def test_text_is_decoded_once(client: Client) -> None:
    def echoed(body: str) -> Any:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        bindings = client.post("/sparql", content=body.encode(), headers=headers).json()["results"]["bindings"]
        return bindings[0]["x"]["value"]

    assert echoed("query=" + quote("SELECT ('北京 %25 %E5%8C%97 + &' AS ?x) {}")) == "北京 %25 %E5%8C%97 + &"
    assert echoed("query=SELECT+('北京'+AS+?x)+{}") == "北京"
    assert number(get(client, "SELECT (COUNT(*) AS ?n) { <http://example.org/北京> ?p ?o }")) == 3


BAD = [
    ("POST", {}, {"query": ""}, None, 400, "query-syntax"),
    ("POST", {}, {}, None, 415, "content-type"),
    ("POST", {}, {"other": "x"}, None, 400, "query-missing"),
    ("POST", {"query": "ASK {}"}, {"query": "ASK {}"}, None, 400, "parameter-repeated"),
    ("GET", {"query": ["ASK {}", "SELECT * {}"]}, None, None, 400, "parameter-repeated"),
    ("GET", {"update": "CLEAR ALL"}, None, None, 403, "update-refused"),
    ("POST", {}, {"update": "CLEAR ALL"}, None, 403, "update-refused"),
    ("POST", {}, "CLEAR ALL", "application/sparql-update", 403, "update-refused"),
    ("POST", {}, "INSERT DATA { <a> <b> <c> }", QUERY_TYPE, 403, "update-refused"),
    ("POST", {}, "ASK {}", "text/plain", 415, "content-type"),
    ("POST", {}, "ASK {}", f"{QUERY_TYPE}; charset=UTF-16", 415, "content-type"),
    ("POST", {}, b"ASK { ?s ?p '\xff' }", QUERY_TYPE, 400, "query-encoding"),
    ("POST", {}, "query=ASK%20%7B%FF%7D", "application/x-www-form-urlencoded", 400, "query-encoding"),
    ("POST", {}, "&a" * 2000, "application/x-www-form-urlencoded", 400, "bad-request"),
    ("QUERY", {}, "SELEKT", QUERY_TYPE, 400, "query-syntax"),
    ("GET", {"query": "ASK {"}, None, None, 400, "query-syntax"),
    ("GET", {"query": "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}, None, None, 403, "query-service"),
    ("GET", {"query": "ASK { \\u0053ERVICE <http://127.0.0.1:9/> { } }"}, None, None, 403, "query-disguised"),
    ("GET", {"query": "ASK FROM <http://nowhere.invalid/g> {}"}, None, None, 400, "graph-unknown"),
    ("GET", {"query": "ASK FROM <file:///etc/passwd> {}"}, None, None, 400, "graph-unknown"),
    ("GET", {"query": "ASK FROM NAMED no:such {}"}, None, None, 400, "graph-unknown"),
    ("GET", {"query": "ASK {}", "default-graph-uri": "file:///etc/passwd"}, None, None, 400, "graph-unknown"),
    ("GET", {"query": "ASK {}", "named-graph-uri": "no IRI <>"}, None, None, 400, "graph-unknown"),
    ("GET", {"query": "ASK { FILTER(<http://example.org/f>(1)) }"}, None, None, 400, "query-evaluation"),
    ("PUT", {"query": "ASK {}"}, None, None, 405, "method-not-allowed"),
    ("DELETE", {}, None, None, 405, "method-not-allowed"),
    ("TRACE", {}, None, None, 405, "method-not-allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "params", "sent", "kind", "status", "name"), BAD)
def test_what_is_refused(
    client: Client, method: str, params: Any, sent: Any, kind: str | None, status: int, name: str
) -> None:
    form = sent if isinstance(sent, dict) else None
    body = None if isinstance(sent, dict) else sent
    headers = {"content-type": kind} if kind else {}
    problem(client.request(method, "/sparql", params=params, data=form, content=body, headers=headers), status, name)


def test_a_syntax_error_names_its_place(client: Client) -> None:
    said = problem(get(client, "SELECT *\nWHERE { ?s ?p }"), 400, "query-syntax")
    assert (said["line"], said["column"], said["near"]) == (2, 15, "}")
    assert "第 2 行第 15 列" in said["detail"]
    assert "Line 2, column 15" in said["detail"]


def test_an_unknown_address(client: Client) -> None:
    problem(client.get("/nowhere"), 404, "not-found")


def test_every_problem_has_its_words() -> None:
    problems = read_problems(PAGES / "problems.yaml", base_iri())
    named = re.findall(r"\{(\w+)\}", (PAGES / "problems.yaml").read_text("utf-8"))
    facts = dict.fromkeys(named, "{x}")
    for name in problems.words:
        document = problems.document(name, facts)
        assert 400 <= document["status"] < 600
        assert all(document[language][part] for language in ("zh", "en") for part in ("title", "detail"))


def test_no_detail_runs_into_what_to_do() -> None:
    """What others said is quoted, and the sentence ended: the remedy stands right behind it."""
    for name, words in read_problems(PAGES / "problems.yaml", base_iri()).words.items():
        for language, ends in (("zh", "。"), ("en", ".")):
            detail = words[language]["detail"]
            assert detail.endswith(ends) or re.fullmatch(r"\{\w+\}", detail), (name, detail)


# --- limits


def test_a_large_request_is_not_read_to_its_end(store: Path) -> None:
    with client_of(store, query_bytes=1000) as client:
        problem(client.post("/sparql", data={"query": "ASK {} #" + "x" * 1000}), 413, "body-too-large")
        problem(get(client, "ASK {} #" + "北" * 334), 413, "body-too-large")
        assert get(client, "ASK {} #" + "x" * 900).status_code == 200


def test_a_cut_result_is_an_error(store: Path) -> None:
    with client_of(store, result_bytes=2000) as client:
        for accept in ("application/sparql-results+json", "text/csv"):
            said = problem(get(client, "SELECT * { ?a ?b ?c . ?d ?e ?f }", accept), 422, "result-too-large")
            assert said["limit"] == 2000
        problem(get(client, "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }"), 422, "result-too-large")
        assert number(get(client, COUNT)) == TRIPLES


def test_a_slow_query_is_killed_while_health_answers(store: Path) -> None:
    with client_of(store, workers=2, seconds=2.0) as client, ThreadPoolExecutor(2) as threads:
        before = client.workers
        slow = [threads.submit(get, client, SLOW) for _ in range(2)]
        time.sleep(0.2)
        meanwhile = 0
        while not any(one.done() for one in slow):
            assert client.get("/health").json()["status"] == "ok"
            meanwhile += not any(one.done() for one in slow)
        assert meanwhile
        for one in slow:
            said = problem(one.result(), 503, "deadline-passed")  # left alone it would take hours
            assert said["seconds"] == "2"
        wait_for(lambda: get(client, COUNT).status_code == 200)  # by a new worker
        assert not before & client.workers
        wait_for(lambda: not any(alive(pid) for pid in before))


@pytest.mark.parametrize("fails", [False, True])
def test_health_is_down_only_where_no_worker_can_start(
    fails: bool, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two slow queries are killed at once: for a moment nobody works, and no proxy may take the service for dead."""
    tried, allowed, start = threading.Event(), threading.Event(), Nursery.worker

    async def late(self: Nursery, long: bool = False) -> Worker:
        tried.set()
        if fails and not allowed.is_set():
            raise WorkerLost("planted")
        await asyncio.to_thread(allowed.wait, 60)
        return await start(self, long)

    with client_of(store, workers=1, seconds=0.5) as client:
        monkeypatch.setattr(Nursery, "worker", late)
        problem(get(client, SLOW), 503, "deadline-passed")
        assert tried.wait(60)
        wait_for(lambda: not client.workers)
        if fails:
            wait_for(lambda: client.get("/health").status_code == 503)
        else:
            assert client.get("/health").json()["status"] == "ok"
        allowed.set()
        wait_for(lambda: client.get("/health").status_code == 200 and client.workers)
        assert number(get(client, COUNT)) == TRIPLES


def test_a_full_queue_says_when_to_come_back(store: Path) -> None:
    with client_of(store, seconds=2.0, waiting=0) as client, ThreadPoolExecutor(1) as threads:
        slow = threads.submit(get, client, SLOW)
        wait_for(lambda: client.app.service.load.busy)
        response = get(client, COUNT)
        problem(response, 503, "busy")
        assert int(response.headers["retry-after"]) >= 1
        problem(slow.result(), 503, "deadline-passed")


def test_a_query_that_waits_is_answered(store: Path) -> None:
    with client_of(store, seconds=60.0, waiting=4) as client, ThreadPoolExecutor(4) as threads:
        assert [number(one) for one in threads.map(lambda _: get(client, COUNT), range(4))] == [TRIPLES] * 4


@pytest.mark.parametrize(
    "query",
    ["ASK " + "{" * 30000 + "}" * 30000, f"SELECT * WHERE {SLOW.partition('WHERE')[2]} ORDER BY ?o8"],
    ids=["deep", "large"],
)
def test_a_query_too_heavy_for_the_engine_harms_nobody(store: Path, query: str) -> None:
    with client_of(store, seconds=300.0, memory_bytes=400 * 1024**2) as client:
        problem(client.post("/sparql", data={"query": query}), 422, "query-too-heavy")
        assert number(get(client, COUNT)) == TRIPLES


def test_an_iri_that_is_none_ends_no_worker(store: Path) -> None:
    broken = [
        "SELECT * FROM <http://[> { ?s ?p ?o }", "PREFIX p: <http://[> ASK { ?from p:x 1 }",
        "BASE <http://[> ASK FROM <x> { ?s ?p ?o }", "ASK { SERVICE <http://[> { ?s ?p ?o } }",
    ]  # fmt: skip
    with client_of(store) as client:
        assert [query for query in broken if not 400 <= get(client, query).status_code < 500] == []
        assert client.app.service.load.replaced == 0


def test_the_pool_replaces_what_dies(store: Path) -> None:
    job = Job(COUNT, GraphNames(), RESULT_TYPES[0], GRAPH_TYPES[0])

    async def go() -> None:
        pool = Pool(describe(store), Limits(workers=1, seconds=60.0, waiting=1))
        await pool.start()
        try:
            os.kill(pool.pids[0], signal.SIGKILL)
            with pytest.raises(WorkerLost):
                await pool.answer(job)
            assert (await pool.answer(job)).media_type == RESULT_TYPES[0]
            waiting = [asyncio.create_task(pool.answer(job)) for _ in range(4)]
            await asyncio.sleep(0)
            waiting[0].cancel()
            found = await asyncio.gather(*waiting, return_exceptions=True)
            assert isinstance(found[0], asyncio.CancelledError)
            assert any(isinstance(one, Busy) for one in found)
            assert (await pool.answer(job)).body
        finally:
            await pool.close()
        assert pool.pids == []

    asyncio.run(go())


def test_a_worker_ends_by_itself_after_the_deadline(store: Path) -> None:
    """The kernel's timer ends it even when nobody is left to kill it."""
    from gongfu.sparql import worker

    async def go() -> None:
        pool = Pool(describe(store), Limits(seconds=0.2))
        found = await pool._nursery.worker()
        asked = time.monotonic()
        with pytest.raises(WorkerLost):
            await found.ask(Job(SLOW, GraphNames(), RESULT_TYPES[0], None))
        assert time.monotonic() - asked < 0.2 + worker._GRACE_SECONDS + 60.0  # left alone it would take hours
        await found.kill()
        await pool.close()

    asyncio.run(go())


def test_slow_queries_hold_up_only_slow_queries(store: Path) -> None:
    """Of five slow ones two go on beside the good ones, the others wait; each good one is answered meanwhile."""
    limits = Limits(workers=2, long_workers=2, seconds=120.0, quick_seconds=0.05, waiting=4)
    slow_job, good_job = (Job(query, GraphNames(), RESULT_TYPES[0], None) for query in (SLOW, COUNT))

    async def go() -> None:
        pool = Pool(describe(store), limits)
        await pool.start()
        first = set(pool.pids)
        slow = [asyncio.create_task(pool.answer(slow_job)) for _ in range(5)]
        await asyncio.sleep(0)
        for _ in range(20):
            assert (await pool.answer(good_job)).body
            assert not any(one.done() for one in slow)  # without lanes each would wait for the end of a slow one
            await asyncio.sleep(0.02)
        assert pool.load.long <= 2
        assert len(pool.pids) <= 4
        assert first & set(pool.pids), "their processes go on, nothing is done twice"
        for one in slow:
            one.cancel()
        found = await asyncio.gather(*slow, return_exceptions=True)
        assert [type(one) for one in found] == [asyncio.CancelledError] * 5, found
        assert (await pool.answer(good_job)).body
        assert (pool.load.long, pool.load.waiting) == (0, 0)
        await pool.close()

    asyncio.run(go())


@pytest.mark.parametrize("who", ["another", "the same"])
def test_a_flood_larger_than_the_queue_has_only_its_own_refused(store: Path, who: str) -> None:
    """Whoever else asks is served; the flood's own client too, with a query of a form that is known to be quick."""
    limits = Limits(workers=1, long_workers=1, seconds=120.0, quick_seconds=0.05, waiting=3)
    slow_job, good_job = (Job(query, GraphNames(), RESULT_TYPES[0], None) for query in (SLOW, COUNT))

    async def go() -> None:
        pool = Pool(describe(store), limits)
        await pool.start()
        assert (await pool.answer(good_job, "the same")).body
        slow = [asyncio.create_task(pool.answer(slow_job, "the same")) for _ in range(12)]
        await asyncio.sleep(0)
        for _ in range(10):
            assert (await pool.answer(good_job, who)).body
        refused = [one for one in slow if one.done()]
        assert len(refused) >= 12 - (1 + 1 + 3 + 3)  # one in each lane, three wait for each
        assert all(isinstance(one.exception(), Busy) for one in refused)
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert (await pool.answer(good_job)).body
        await pool.close()

    asyncio.run(go())


def test_a_query_that_takes_long_is_answered_beside_others(store: Path) -> None:
    """A query that is stopped for others begins again and gives its answer; nothing is left taken."""
    limits = Limits(workers=1, long_workers=1, seconds=120.0, quick_seconds=0.01, waiting=8)
    middling = f"SELECT (COUNT(*) AS ?n) WHERE {{ {' . '.join(f'?s{i} ?p{i} ?o{i}' for i in range(5))} }}"

    async def go() -> None:
        pool = Pool(describe(store), limits)
        await pool.start()
        jobs = [Job(query, GraphNames(), "text/csv", None) for query in [middling, COUNT] * 3]
        found = await asyncio.gather(*(pool.answer(job) for job in jobs))
        assert [int(one.body.split()[1]) for one in found] == [TRIPLES**5, TRIPLES] * 3
        assert (pool.load.busy, pool.load.waiting) == (0, 0)
        await pool.close()

    asyncio.run(go())


def test_a_process_of_the_second_lane_stays_for_the_next_query(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not begun anew for each, unless it was killed or has grown large."""
    job = Job(COUNT, GraphNames(), RESULT_TYPES[0], None)

    async def go() -> None:
        pool = Pool(describe(store), Limits(workers=1, long_workers=1, seconds=120.0))
        await pool.start()
        held = await pool._turns.take("", 0.0)

        async def long_one() -> list[int]:
            pool._lately.note(form_of(job.query), 1e9)  # known as slow it goes where there is room
            assert (await pool.answer(job)).body
            return [pid for pid in pool.pids if pid != held.pid]

        first = await long_one()
        assert len(first) == 1
        assert await long_one() == first
        os.kill(first[0], signal.SIGKILL)
        await asyncio.wait([pool._spare[0]._gone])
        second = await long_one()
        assert (len(second), pool._spare[0].pid) == (1, second[0])
        assert second != first
        monkeypatch.setattr("gongfu.sparql.workers._SMALL_BYTES", 0)
        assert second[0] not in await long_one()
        assert pool._spare == []
        await pool.close()

    asyncio.run(go())


def test_a_deadline_is_told_apart_from_a_loss(store: Path) -> None:
    async def go() -> None:
        pool = Pool(describe(store), Limits(workers=1, seconds=0.3))
        await pool.start()
        with pytest.raises(DeadlinePassed):
            await pool.answer(Job(SLOW, GraphNames(), RESULT_TYPES[0], None))
        await pool.close()

    asyncio.run(go())


def test_whatever_was_wrong_with_a_build_the_next_is_followed(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that is copied only in part, and one of whose facts only a part is there: neither ends the following."""
    monkeypatch.setattr("gongfu.service._LOOK_SECONDS", 0.1)
    current = tmp_path / CURRENT

    def point_at(name: str) -> None:
        beside = tmp_path / f".{name}"
        beside.symlink_to(name)
        beside.replace(current)

    shutil.copytree(store, tmp_path / "first" / "store")
    (tmp_path / "half" / "store").mkdir(parents=True)
    shutil.copytree(store, tmp_path / "odd" / "store")
    (tmp_path / "odd" / FACTS).write_text("{")
    shutil.copytree(store, tmp_path / "good" / "store")
    point_at("first")
    with client_of(current / "store", tmp_path) as client:
        for name in ("half", "odd"):
            point_at(name)
            time.sleep(0.4)
            assert client.app.service.dataset.path.parent.name == "first"
        point_at("good")
        wait_for(lambda: client.app.service.dataset.path.parent.name == "good")
        assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"]


@pytest.mark.parametrize("gone", [True, False])
def test_what_is_made_while_the_data_are_replaced_is_made_of_the_new(gone: bool, store: Path, tmp_path: Path) -> None:
    """A workbench was dead for good: its pages read the store that the first update had taken away."""
    other = tmp_path / "store"
    shutil.copytree(store, other)
    with client_of(store) as client:
        service, seen = client.app.service, list[Path]()

        def make(dataset: Dataset) -> Path:
            seen.append(dataset.path)
            if len(seen) == 1:
                client.call(service.replace, describe(other))
                if gone:
                    raise OSError("the store was taken away")
            return dataset.path

        assert service.derived(make) == (other if gone else store)
        assert service.derived(make) == other
        assert seen == [store, other]
        with pytest.raises(ZeroDivisionError):
            service.derived(lambda dataset: 1 / 0)


def test_data_that_no_worker_can_open_replace_nothing_and_leave_no_process(store: Path, tmp_path: Path) -> None:
    shutil.copytree(store, tmp_path / "store")
    with client_of(store, workers=2) as client:
        before = children(os.getpid())
        found = describe(tmp_path / "store")
        (tmp_path / "store" / "CURRENT").unlink()
        with pytest.raises((WorkerLost, OSError)):
            client.call(client.app.service.replace, replace(found, merged=False))
        wait_for(lambda: not [one for one in children(os.getpid()) if alive(one) and one not in before])
        assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"]


def test_without_a_store(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        application(tmp_path / "none")


# --- caching and headers


def test_a_result_that_is_known_is_not_sent_again(client: Client) -> None:
    first = get(client, COUNT)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"].startswith("public")
    assert "Accept" in first.headers["vary"]
    for sent in (tag, f'"other", {tag}', f"W/{tag}"):
        again = client.get("/sparql", params={"query": COUNT}, headers={"if-none-match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for sent in ('"other"', "*", ""):
        assert client.get("/sparql", params={"query": COUNT}, headers={"if-none-match": sent}).status_code == 200
    assert client.post("/sparql", data={"query": COUNT}, headers={"if-none-match": tag}).status_code == 200
    asked = client.request("QUERY", "/sparql", data={"query": COUNT}, headers={"if-none-match": tag})
    assert asked.status_code == 304


def test_the_tag_follows_data_query_dataset_and_format(client: Client, tmp_path: Path) -> None:
    tags = {
        get(client, COUNT).headers["etag"], get(client, COUNT + " ").headers["etag"],
        get(client, COUNT, "text/csv").headers["etag"],
        get(client, COUNT, **{"default-graph-uri": NATION}).headers["etag"],
    }  # fmt: skip
    with client_of(make_store(tmp_path / "other", merged=False)) as other:
        assert len(tags | {get(other, COUNT).headers["etag"]}) == 5


@pytest.mark.parametrize("call", ["NOW()", "rand ( )", "UUID()", "STRUUID()", "BNODE()"])
def test_what_changes_each_time_has_no_tag(client: Client, call: str) -> None:
    response = get(client, f"SELECT ({call} AS ?x) {{}}")
    assert response.status_code == 200
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"


def test_new_blank_nodes_have_a_weak_tag(client: Client) -> None:
    assert get(client, "CONSTRUCT { [] ?p ?o } { ?s ?p ?o }").headers["etag"].startswith("W/")


def test_equal_tags_mean_equal_bytes(store: Path) -> None:
    query = "SELECT ?p (COUNT(*) AS ?n) (GROUP_CONCAT(?o) AS ?all) WHERE { ?s ?p ?o } GROUP BY ?p"
    with client_of(store) as one, client_of(store) as other:
        first, second = get(one, query), get(other, query)
    assert first.headers["etag"] == second.headers["etag"]
    assert first.content == second.content


@pytest.mark.parametrize(
    "address", ["/", "/health", "/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=x", "/nowhere", "/pages/style.css"]
)
def test_every_page_may_read_and_nothing_may_run(client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script" not in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_preflight(client: Client) -> None:
    asked = {"origin": "https://example.org", "access-control-request-method": "QUERY"}
    response = client.request("OPTIONS", "/sparql", headers=asked)
    assert response.status_code == 204
    assert "QUERY" in response.headers["access-control-allow-methods"]
    assert "Content-Type" in response.headers["access-control-allow-headers"]
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_bug_is_a_problem_with_safe_headers(store: Path) -> None:
    with client_of(store) as client:
        client.app.service._dataset = None  # type: ignore[assignment]
        response = client.get("/health")
        assert "Traceback" not in json.dumps(problem(response, 500, "internal"))
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["x-content-type-options"] == "nosniff"


# --- pages and descriptions


def test_health(client: Client, store: Path) -> None:
    response = client.get("/health")
    said = response.json()
    assert (said["status"], said["triples"], said["workers"]) == ("ok", TRIPLES, 2)
    assert said["version"] == describe(store).version
    assert response.headers["cache-control"] == "no-store"
    assert client.request("HEAD", "/health").status_code == 200


SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"


@pytest.mark.parametrize("accept", GRAPH_TYPES)
def test_the_service_describes_itself(client: Client, accept: str) -> None:
    response = client.get("/sparql", headers={"accept": accept})
    assert response.headers["content-type"].split(";")[0] == accept
    graph = ox.Store()
    graph.extend(ox.parse(response.content, ox.RdfFormat.from_media_type(accept)))
    assert graph.query(
        f"""PREFIX sd: <{SD}> PREFIX void: <{VOID}> ASK {{
        <http://testserver/sparql> a sd:Service ; sd:endpoint <http://testserver/sparql> ;
            sd:supportedLanguage sd:SPARQL11Query ; sd:feature sd:UnionDefaultGraph ;
            sd:resultFormat <http://www.w3.org/ns/formats/SPARQL_Results_JSON> , <http://www.w3.org/ns/formats/Turtle> ;
            sd:defaultDataset ?d .
        ?d a sd:Dataset ; sd:defaultGraph [ a sd:Graph ; void:triples {TRIPLES} ] ;
            sd:namedGraph [ a sd:NamedGraph ; sd:name <{NATION}> ; sd:graph [ a sd:Graph ; void:triples 8 ] ] ,
                          [ sd:name <{JILIN}> ; sd:graph [ void:triples 8 ] ] }}"""
    )


def test_the_description_is_negotiated_and_cached(client: Client) -> None:
    first = client.get("/sparql", headers={"accept": "text/html, */*;q=0.1"})
    assert first.headers["content-type"] == "text/turtle; charset=utf-8"
    assert client.get("/sparql", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert client.get("/sparql?format=jsonld").headers["content-type"] == "application/ld+json"
    problem(client.get("/sparql?format=none"), 406, "not-acceptable")
    problem(client.get("/sparql", headers={"accept": "text/html"}), 406, "not-acceptable")
    problem(client.get("/sparql", headers={"host": 'x"><script>'}), 400, "bad-request")


HOSTILE = "<script>alert(1)</script>"


def test_hostile_text_never_becomes_markup(client: Client) -> None:
    """What a stranger sends comes back only as data, under a type that no browser runs, and behind a closed policy."""
    answers = [
        get(client, HOSTILE), get(client, f"SELECT ('{HOSTILE}' AS ?x) {{}}", "text/html, */*;q=0.5"),
        get(client, f"ASK FROM <http://x/{quote(HOSTILE)}> {{}}"), client.get(f"/{HOSTILE}"),
        get(client, "ASK {}", HOSTILE),
        client.post("/sparql", content=HOSTILE, headers={"content-type": f"text/html;{HOSTILE}"}),
        get(client, "ASK {}", **{"default-graph-uri": HOSTILE}),
        get(client, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(STRENDS(STR(?p), 'script')) }", "application/xml"),
    ]  # fmt: skip
    for answer in answers:
        assert "html" not in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].endswith("sandbox")
    assert 'xmlns="http://www.w3.org/1999/xhtml"' not in answers[-1].text


# --- a real server


def test_a_real_server(store: Path) -> None:
    with server(store) as (process, address):
        with httpx.Client(base_url=address) as client:
            assert number(client.get("/sparql", params={"query": COUNT})) == TRIPLES
            asked = client.request("QUERY", "/sparql", content=COUNT, headers={"content-type": QUERY_TYPE})
            assert number(asked) == TRIPLES
            head = client.head("/sparql", params={"query": COUNT})
            assert (head.status_code, head.content) == (200, b"")
            assert "server" not in head.headers
            raw = client.post("/sparql", content=b"x" * 300_000, headers={"content-type": QUERY_TYPE})
            problem(raw, 413, "body-too-large")
            assert client.get("/zh/", timeout=60).status_code == 200  # the rooms are loaded after the endpoint
        workers = descendants(process.pid)
        assert workers
    assert process.returncode in (0, -signal.SIGTERM)
    wait_for(lambda: not any(alive(pid) for pid in workers))


def test_no_worker_outlives_a_killed_server(store: Path) -> None:
    with server(store) as (process, _):
        workers = descendants(process.pid)
        process.kill()
        wait_for(lambda: not any(alive(pid) for pid in workers))
