"""Services: which endpoints a query may call by SERVICE, and where a query calls them.

Place in the flow: beside the guard; pure. The list of allowed endpoints is empty unless the operator writes one. A call
is only let through when its target stands there, letter by letter, as a full IRI: no variable, no prefixed or relative
name. How it is shown that a query has no other call: its calls of allowed endpoints are taken for what stands at the
same place of the grammar and calls nobody, ``GRAPH <iri>``, and the guard must clear what is left.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice
from urllib.parse import urlsplit

from gongfu.sparql.guard import syntax_fault
from gongfu.sparql.tokens import group_end

Address = IPv4Address | IPv6Address
SETTING = "GONGFU_SERVICES"
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # RFC 6052, and RFC 4291, section 2.5.5.1
_TRANSLATED_HERE = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_MOST_CALLS = 16  # each is told from a comment or a text by parsing the query once more
_CALL = re.compile(
    r"""
    (?<![\w?$:@%\\-]) service [ \t\r\n]* (?:silent [ \t\r\n]*)?  # the keywords, and no part of a name
    < (?P<iri>[^<>"{}|^`\\\x00-\x20]*) >
    """,
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)


@dataclass(frozen=True)
class Services:
    """The endpoints that queries may call, and the private networks that their names may lead to."""

    endpoints: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def permits(self, host: str, address: str) -> bool:
        """Say whether a listed host may be called at an address: at any public one, at a private one if it is listed.

        An address that stands in an endpoint's IRI is listed by that.
        """
        found = _unmapped(ip_address(address.partition("%")[0]))
        if host in self._literals:
            return True
        return any(found in network for network in self.networks) or all(map(_is_public, (found, *_led_to(found))))

    @cached_property
    def _literals(self) -> frozenset[str]:
        return frozenset(host for host in map(_host, self.endpoints) if _is_address(host))


@dataclass(frozen=True)
class Call:
    """A SERVICE clause: which of the endpoints it calls, where its keyword and its target stand in the query."""

    endpoint: int
    start: int
    target: int
    end: int
    line: int
    column: int


def read_services(text: str) -> Services:
    """Read a list of endpoints and private networks, parted by blanks; raises ValueError for what is neither."""
    entries = text.split()
    for entry in entries:
        if not (_is_endpoint(entry) if "://" in entry else _is_network(entry)):
            raise ValueError(entry)
    endpoints = dict.fromkeys(entry for entry in entries if "://" in entry)
    return Services(tuple(endpoints), tuple(ip_network(entry) for entry in entries if "://" not in entry))


def calls_others(query: str) -> bool:
    """Say whether a query may have a call in the only form that can be let through; a query without one has none."""
    return "service" in query.casefold() and _CALL.search(query) is not None  # the first is found far sooner


def likely_calls(query: str, services: Services) -> list[Call]:
    """Return the places that look like calls of listed endpoints, the first few; some may be text or comment."""
    listed = (match for match in _CALL.finditer(query) if match["iri"] in services.endpoints)
    return [_call(query, match, services) for match in islice(listed, _MOST_CALLS)]


def without(query: str, found: Sequence[Call]) -> str:
    """Return the query with GRAPH in the place of its calls, every other letter where it was."""
    pieces = [(call.start, call.target, _padded(query[call.start : call.target])) for call in found]
    return "".join(_replaced(query, pieces))


def real_calls(rest: str, base: str, found: Sequence[Call]) -> list[Call]:
    """Return the calls among likely ones, given the query without them, which parses and was cleared by the guard.

    A word of a text or a comment can have another letter, a keyword cannot. The engine is never given a query that
    still has its calls, for it runs some kinds of query when it is only asked to read them.
    """
    return [call for call in found if syntax_fault(f"{rest[: call.start]}z{rest[call.start + 1 :]}", base) is not None]


def led_through(query: str, found: Sequence[Call], relay: str) -> str:
    """Return the query with its calls addressed to a relay, which learns from the path who is called from where.

    A call inside another is for the endpoint that the outer one calls, and stays as it is.
    """
    found = list(_outer(query, found))
    address = [f"<{relay}/{call.endpoint}/{call.line}/{call.column}>" for call in found]
    return "".join(_replaced(query, [(call.target, call.end, text) for call, text in zip(found, address, strict=True)]))


def _outer(query: str, found: Sequence[Call]) -> Iterator[Call]:
    end = 0
    for call in found:
        if call.start >= end:
            end = group_end(query, call.end)
            yield call


def _call(query: str, match: re.Match[str], services: Services) -> Call:
    start = match.start()
    line, column = query.count("\n", 0, start) + 1, start - query.rfind("\n", 0, start)
    endpoint = services.endpoints.index(match["iri"])
    return Call(endpoint, start, match.start("iri") - 1, match.end(), line, column)


def _padded(keywords: str) -> str:
    return "GRAPH" + re.sub(r"[^\r\n]", " ", keywords[5:])


def _replaced(query: str, pieces: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    end = 0
    for start, following, text in pieces:
        yield query[end:start] + text
        end = following
    yield query[end:]


def _host(endpoint: str) -> str:
    return urlsplit(endpoint).hostname or ""


def _is_endpoint(entry: str) -> bool:
    try:
        parts = urlsplit(entry)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # the port
        return False
    return bool(named) and not parts.username and not parts.fragment and calls_others(f"service<{entry}>")


def _is_network(entry: str) -> bool:
    try:
        ip_network(entry)
    except ValueError:
        return False
    return True


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _led_to(address: Address) -> Iterator[IPv4Address]:
    """Yield the address of the old kind that a gateway takes from one of the new kind, as 6to4 and NAT64 do."""
    if isinstance(address, IPv6Address):
        if address.sixtofour:
            yield address.sixtofour
        if any(address in network for network in _TRANSLATED):
            yield IPv4Address(int(address) & 0xFFFFFFFF)


def _is_public(address: Address) -> bool:
    """Say whether an address is one of the internet; Python takes some local ones and every group for that too."""
    local = isinstance(address, IPv6Address) and (address.is_site_local or address in _TRANSLATED_HERE)
    return address.is_global and not address.is_multicast and not local


def _unmapped(address: Address) -> Address:
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
