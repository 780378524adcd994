"""Those who wait take turns by client and by what their queries take; nobody waits for ever and nothing is lost."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gongfu.responses import client_of
from gongfu.sparql.turns import Busy, Lately, Shares, Turns, form_of


class Clock:
    """A time that goes on when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(check: Callable[[Turns[int], Shares, Clock], Any], most: int = 8) -> None:
    async def go() -> None:
        clock = Clock()
        shares = Shares(clock)
        await check(Turns[int](most, 60.0, shares, clock), shares, clock)

    asyncio.run(go())


def told(turns: Turns[int], said: list[str], client: str, expected: float = 0.05) -> "asyncio.Task[None]":
    """Wait for a turn and write down who got it."""

    async def go() -> None:
        try:
            await turns.take(client, expected)
            said.append(client)
        except Busy:
            said.append(f"{client} busy")

    return asyncio.ensure_future(go())


def test_clients_take_turns() -> None:
    """Six wait for one client and came first; the others of two more do not wait for all of them."""

    async def check(turns: Turns[int], shares: Shares, clock: Clock) -> None:
        said: list[str] = []
        for client in "aaaaaabc":
            told(turns, said, client)
            await settled()
        for number in range(8):
            turns.give(number)
            await settled()
        assert "".join(said) == "abcaaaaa"
        assert turns.waiting == 0

    run(check)


def test_who_had_much_comes_later_until_it_is_forgotten() -> None:
    async def check(turns: Turns[int], shares: Shares, clock: Clock) -> None:
        shares.charge("slow", 30.0)
        said: list[str] = []
        for client in ("slow", "quick", "quick"):
            told(turns, said, client)
        await settled()
        for number in range(3):
            turns.give(number)
            await settled()
        assert said == ["quick", "quick", "slow"]
        clock.now += 300.0
        assert shares.had("slow") < 1e-6

    run(check)


def test_quick_forms_go_before_slow_ones_and_those_who_wait_long_before_both() -> None:
    async def check(turns: Turns[int], shares: Shares, clock: Clock) -> None:
        said: list[str] = []
        told(turns, said, "a", 0.09)
        await settled()
        told(turns, said, "b", 0.01)
        await settled()
        turns.give(1)
        await settled()
        assert said == ["b"]
        clock.now += 1.0
        told(turns, said, "b", 0.01)
        await settled()
        turns.give(2)
        await settled()
        assert said == ["b", "a"]
        turns.give(3)
        await settled()
        assert turns.waiting == 0

    run(check)


def test_where_too_many_wait_the_last_of_whose_are_most_leaves() -> None:
    async def check(turns: Turns[int], shares: Shares, clock: Clock) -> None:
        shares.charge("flood", 5.0)
        said: list[str] = []
        for client in ("flood", "flood", "flood", "other"):
            told(turns, said, client)
            await settled()
        assert said == ["flood busy"] * 2
        assert turns.waiting == 2
        for number in range(2):
            turns.give(number)
            await settled()
        assert said[2:] == ["other", "flood"]

    run(check, most=2)


@pytest.mark.parametrize("given_first", [True, False])
def test_a_turn_of_who_left_is_for_the_next(given_first: bool) -> None:
    async def check(turns: Turns[int], shares: Shares, clock: Clock) -> None:
        said: list[str] = []
        gone = told(turns, said, "gone")
        await settled()
        if given_first:
            turns.give(1)
        gone.cancel()
        if not given_first:
            turns.give(1)
        await settled()
        assert (said, turns.waiting, list(turns.free)) == ([], 0, [1])

    run(check)


def test_queries_of_one_form() -> None:
    one = "SELECT ?a { <http://e/1> ?p 'x' ; ?q 12 } # 77"
    assert form_of(one) == form_of("SELECT ?b\n{ <http://e/22> ?o 'yy' ; ?r 3 } # 8")
    assert form_of(one) != form_of(one.replace("}", "} LIMIT 1"))


def test_what_was_long_ago_counts_little() -> None:
    lately = Lately()
    assert lately.seconds("x") is None
    for seconds in (8.0, 0.0, 0.0):
        lately.note("x", seconds)
    assert lately.seconds("x") == 2.0
    for number in range(10_000):
        lately.note(str(number), 1.0)
    assert lately.seconds("x") is None
    assert len(lately._seconds) < 5_000


@pytest.mark.parametrize(
    ("host", "client"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::7", "2001:db8:1:2::/64"), ("2001:db8::9", "2001:db8::/64"),
     ("fe80::1%eth0", "fe80::/64"), ("a:b", "a:b"), ("x" * 100, "x" * 64), ("", "")],
)  # fmt: skip
def test_what_tells_clients_apart(host: str, client: str) -> None:
    assert client_of({"type": "http", "client": (host, 1)}) == client


def test_a_client_that_is_not_known_is_one_too() -> None:
    assert client_of({"type": "http"}) == ""
