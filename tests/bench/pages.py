"""How long each kind of page takes and what it weighs, beside a bare query to the same server in the same run.

    PYTHONPATH=server:tests python tests/bench/pages.py out/current/store --each 12

A server of the store is started; its pages are found by following links from the start page, up to ``--each`` of a kind.
Every page is asked for once cold (the first time anybody does), once more as a browser does that kept it (If-None-Match).
Printed for each kind: how many, the median and the slowest in milliseconds, the ratio of the median to that of a bare
query (/sparql, ten rows), the second asking, and the weight of the heaviest in kB as HTML and as sent.
Run it where nothing else runs.
"""

import argparse
import re
import statistics
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from client import server

STARTS = ("/zh/", "/zh/search?q=养老", "/en/", "/zh/check", "/zh/query", "/zh/reuse", "/zh/compare")
FILES = re.compile(
    r"\.(csv|xlsx|parquet|json|jsonld|ttl|nt|nq|gz|svg|js|css|txt|xml|html|rq|md)$|^/(sparql|dumps|static)"
)


def main() -> None:
    """Start a server, find its pages, ask for each and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path, help="the folder of a built store (gongfu build)")
    parser.add_argument("--each", type=int, default=12, help="pages of a kind")
    given = parser.parse_args()
    with server(given.store) as (_, address), httpx.Client(base_url=address, timeout=60) as client:
        bare = statistics.median(_bare(client, place) for place in range(40))
        print(f"a bare query: {bare * 1000:.1f} ms at the median\n")
        print(f"{'kind':<34}{'pages':>6}{'median':>8}{'slowest':>9}{'ratio':>7}{'again':>7}{'kB':>7}{'sent':>6}")
        every = []
        for kind, asked in sorted(_pages(client, given.each).items()):
            if not asked:
                continue
            times = [seconds for _, seconds, _, _ in asked]
            again = statistics.median(_again(client, path) for path, _, _, _ in asked)
            every += times
            middle = statistics.median(times)
            weights = [max(html for _, _, html, _ in asked) / 1000, max(sent for _, _, _, sent in asked) / 1000]
            print(f"{kind:<34}{len(asked):>6}{middle * 1000:>8.0f}{max(times) * 1000:>9.0f}{middle / bare:>7.1f}"
                  f"{again * 1000:>7.0f}{weights[0]:>7.0f}{weights[1]:>6.0f}")  # fmt: skip
        print(f"{'all':<34}{len(every):>6}{statistics.median(every) * 1000:>8.0f}{max(every) * 1000:>9.0f}"
              f"{statistics.median(every) / bare:>7.1f}")  # fmt: skip


def _pages(client: httpx.Client, each: int) -> dict[str, list[tuple[str, float, int, int]]]:
    """Follow links from the start pages: of each kind some paths, their first seconds, and bytes as HTML and as sent."""
    found: dict[str, list[tuple[str, float, int, int]]] = defaultdict(list)
    waiting, linked = deque(STARTS), dict.fromkeys(STARTS, "")
    while waiting:
        path = waiting.popleft()
        if len(found[kind_of(path)]) >= each:
            continue
        begun = time.perf_counter()
        with client.stream("GET", path) as response:
            sent = sum(len(part) for part in response.iter_raw())
        seconds = time.perf_counter() - begun
        page = client.get(path)
        if page.status_code != 200 or "text/html" not in page.headers["content-type"]:
            print(f"left out: {page.status_code} {unquote(path)}, linked from {unquote(linked[path])}")
            continue
        found[kind_of(path)].append((path, seconds, len(page.content), sent))
        for link in _links(page.text):
            if link not in linked:
                linked[link] = path
                waiting.append(link)
    return found


def _links(text: str) -> Iterator[str]:
    for link in re.findall(r'<a [^>]*href="([^"#]+)', text):
        link = link.replace("&amp;", "&")
        if link.startswith(("/zh", "/en")) and not FILES.search(urlsplit(link).path):
            yield link


def kind_of(path: str) -> str:
    """Return the kind of a page: the language dropped, codes and numbers as stars, of a query its keys."""
    parts = urlsplit(path)
    steps = parts.path.strip("/").split("/")[1:]
    keys = "&".join(sorted({pair.split("=")[0] for pair in parts.query.split("&")})) if parts.query else ""
    kept = 2 if steps and steps[0] in {"code", "compare", "reuse"} else 1
    steps = [*steps[:kept], *("*" for _ in steps[kept:])]
    return "/" + "/".join(steps) + (f"?{keys}" if keys else "")


def _bare(client: httpx.Client, salt: int) -> float:
    begun = time.perf_counter()
    client.get("/sparql", params={"query": f"SELECT * {{ ?s ?p ?o }} LIMIT 10 #{salt}"}).raise_for_status()
    return time.perf_counter() - begun


def _again(client: httpx.Client, path: str) -> float:
    tag = client.get(path).headers.get("etag", '""')
    begun = time.perf_counter()
    client.get(path, headers={"if-none-match": tag})
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
