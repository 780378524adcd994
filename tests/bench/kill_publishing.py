"""kill -9 of a real server, 200 times at random moments of a PUT or DELETE: the old data or the new, with all history.

    PYTHONPATH=server:tests python tests/bench/kill_publishing.py 200 --out OUT [--seconds S] [--seed N]

In turn the serving process alone is killed (what it started then ends by itself, before or after its switch), the
serving process with all its children, or only the process that publishes. After each kill everything under OUT is held
against what was sent, by killing.published_numbers; after every tenth the server is started again and asked. OUT is
made where it is not there; a run goes on with what an earlier one left. Ends with 1 where anything was lost or mixed.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
from agency import BPS, NAME, turtle
from client import alive, descendants, free_port, wait_for
from killing import build_number, published_numbers

from gongfu.builds import CURRENT
from gongfu.publishing.keys import add_key
from gongfu.settings import base_iri

SERVER = (
    "from pathlib import Path; from gongfu.serving import application, listen; from gongfu.sparql.pool import Limits; "
    "out = Path({out!r}); listen(application(out / 'current' / 'store', Limits(workers=1), out), '127.0.0.1', {port})"
)


def started(out: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER.format(out=str(out), port=port)], stderr=subprocess.DEVNULL
    )
    wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200, 60)
    return process


def asked(port: int) -> int:
    """Return the number that the server tells of row 30, 0 where it serves none."""
    query = f"SELECT ?text {{ <{base_iri()}cat/{NAME}/30> <{BPS}standardText> ?text }}"
    rows = httpx.get(f"http://127.0.0.1:{port}/sparql", params={"query": query}).json()["results"]["bindings"]
    return int(rows[0]["text"]["value"].partition("达到")[2].partition("%")[0]) if rows else 0


def publish(port: int, token: str, number: int) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "text/turtle"}
    content = turtle(f"0—6岁儿童健康管理率达到{number}%以上") if number else b""
    with suppress(httpx.TransportError):
        httpx.request(
            "PUT" if number else "DELETE",
            f"http://127.0.0.1:{port}/graph/{NAME}",
            content=content,
            headers=headers,
            timeout=120,
        )


def killed(process: subprocess.Popen[bytes], whom: str, port: int, token: str, number: int, wait: float) -> None:
    """Begin to publish, kill after a while, and wait until nothing of it is left."""
    client = threading.Thread(target=publish, args=(port, token, number))
    client.start()
    time.sleep(wait)
    kids = descendants(process.pid)
    victims = {"server": [process.pid], "all": [*kids, process.pid], "publishing": publishing(kids)}[whom]
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    client.join()
    if whom != "publishing":
        process.wait()
        while any(alive(pid) for pid in kids):
            time.sleep(0.02)


def publishing(kids: list[int]) -> list[int]:
    """Return those of some processes that publish."""
    found = []
    for pid in kids:
        with suppress(OSError):
            if b"gongfu.revision" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kills", type=int, nargs="?", default=200)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--seconds", type=float, default=float("inf"))
    options.add_argument("--seed", default="1")
    given = options.parse_args()
    if not (given.out / CURRENT).exists():
        build_number(given.out, 0)
    now = published_numbers(given.out)
    chance, port, seen, until = (
        random.Random(f"{given.seed}-{len(now)}"),
        free_port(),
        Counter[str](),
        time.monotonic() + given.seconds,
    )
    token = add_key(given.out, f"kills {time.time()}", [NAME])
    process = started(given.out, port)
    longest = 4.0
    for kill in range(given.kills):
        if time.monotonic() > until:
            break
        if process.poll() is not None:
            process = started(given.out, port)
        if kill % 10 == 0:
            assert asked(port) == (now[-1] if now else 0)
        number = 0 if now and now[-1] and chance.random() < 0.4 else 90 + (now[-1] if now and now[-1] else 0) % 9
        whom = chance.choice(["server", "all", "all", "publishing"])
        begun = time.monotonic()
        killed(process, whom, port, token, number, chance.uniform(0.0, longest if number else 0.6 * longest))
        found = published_numbers(given.out)
        assert found in (now, (*now, number)), f"kill {kill} of {whom}: {now} then {found} for {number}"
        seen[f"{'PUT' if number else 'DELETE'}, {whom} killed: {'new' if found != now else 'old'}"] += 1
        longest = 0.9 * longest + 0.1 * max(2.0, 1.5 * (time.monotonic() - begun)) if found != now else longest
        now = found
    process.kill()
    process.wait()
    print("\n".join(f"{name:40} {count}" for name, count in sorted(seen.items())))
    print(f"{sum(seen.values())} kills; versions {len(now)}, the last {now[-1] if now else '-'}; none lost, none mixed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
