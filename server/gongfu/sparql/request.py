"""Request: what an HTTP request asks of the SPARQL endpoint, by the SPARQL 1.1 Protocol.

Place in the flow: between HTTP and the pool; pure. Text is decoded exactly once, as strict UTF-8.
"""

import hashlib
import re
from binascii import a2b_qp
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from gongfu.negotiation import choose
from gongfu.problems import Problem
from gongfu.sparql.answering import GRAPH_TYPES, RESULT_TYPES, Job
from gongfu.sparql.services import calls_others
from gongfu.sparql.tables import PARQUET, XLSX, table_types
from gongfu.sparql.tokens import GraphNames

QUERY_TYPE = "application/sparql-query"
UPDATE_TYPE = "application/sparql-update"
FORM_TYPE = "application/x-www-form-urlencoded"

FORMATS = MappingProxyType({
    "json": "application/sparql-results+json", "xml": "application/sparql-results+xml", "csv": "text/csv",
    "tsv": "text/tab-separated-values", "xlsx": XLSX, "parquet": PARQUET, "ttl": "text/turtle",
    "nt": "application/n-triples", "nq": "application/n-quads", "trig": "application/trig",
    "rdf": "application/rdf+xml", "jsonld": "application/ld+json",
})  # fmt: skip
_CHANGING = re.compile(r"\b(?:rand|now|uuid|struuid|bnode)\s*\(", re.IGNORECASE)
_NEW_NODES = re.compile(r"\bconstruct\b.*(?:\[|\(|_:)", re.IGNORECASE | re.DOTALL)
_PERCENT_ALONE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_MOST_PARAMETERS = 1000
_MOST_KEPT = 300


@dataclass(frozen=True)
class Content:
    """The content of a request: media type without parameters, charset (utf-8 when none is named), bytes."""

    type: str
    charset: str
    body: bytes


@dataclass(frozen=True)
class Update:
    """A SPARQL update, and the graphs that its request has it see."""

    text: str
    names: GraphNames


def content(header: str | None, body: bytes) -> Content:
    """Return the content for a ``Content-Type`` header."""
    kind, *parameters = (part.strip() for part in (header or "").split(";"))
    pairs = (one.partition("=") for one in parameters)
    charset = next((value for name, _, value in pairs if name.strip().lower() == "charset"), "utf-8")
    return Content(kind.lower(), charset.strip(' "').lower(), body)


def job(query_string: bytes, sent: Content | None, accept: str | None) -> Job | None:
    """Return what is to be run; None for a request without any query, which asks for the service description.

    ``sent`` is the content of a POST or QUERY, None for GET. Parameters of the address count beside those of a form.
    Raises Problem where the protocol is not kept.
    """
    pairs = parameters(query_string)
    if sent and sent.type == FORM_TYPE:
        pairs += parameters(_utf8(sent))
    elif sent and sent.type == QUERY_TYPE:
        pairs.append(("query", _decoded(_utf8(sent))))
    elif sent and sent.type == UPDATE_TYPE:
        raise Problem("update-refused")
    elif sent:
        raise Problem("content-type", {"given": sent.type[:100] or "-"}, {"Accept-Post": f"{QUERY_TYPE}, {FORM_TYPE}"})
    if _values(pairs, "update"):
        raise Problem("update-refused")
    query = _single(pairs, "query")
    if query is None and sent:
        raise Problem("query-missing")
    names = GraphNames(_values(pairs, "default-graph-uri"), _values(pairs, "named-graph-uri"))
    if query is None:
        return None
    named = _single(pairs, "format")
    return Job(query, names, *(_chosen(accept) if named is None else _named(named)))


def description_type(query_string: bytes, accept: str | None) -> str | None:
    """Return the media type of the service's description that a request without a query asks for, None for others."""
    named = _single(parameters(query_string), "format")
    return choose(accept, GRAPH_TYPES) if named is None else _named(named)[1]


def _chosen(accept: str | None) -> tuple[str | None, str | None]:
    """Return the media types for an Accept header; few clients differ, and only short headers are kept."""
    return _choice(accept) if len(accept or "") < _MOST_KEPT else _choice.__wrapped__(accept)


@lru_cache(maxsize=256)
def _choice(accept: str | None) -> tuple[str | None, str | None]:
    return choose(accept, (*RESULT_TYPES, *table_types())), choose(accept, GRAPH_TYPES)


def _named(name: str) -> tuple[str | None, str | None]:
    """Return the media types that the parameter ``format`` names, which goes before Accept: links have no headers."""
    wanted = FORMATS.get(name.lower())
    results = wanted if wanted in (*RESULT_TYPES, *table_types()) else None
    return results, wanted if wanted in GRAPH_TYPES else None


def update(query_string: bytes, sent: Content) -> Update | None:
    """Return the update that a POST holds, None where it holds none; raises Problem where the protocol is not kept."""
    pairs = parameters(query_string)
    if sent.type == FORM_TYPE:
        pairs += parameters(_utf8(sent))
    elif sent.type == UPDATE_TYPE:
        pairs.append(("update", _decoded(_utf8(sent))))
    text = _single(pairs, "update") if sent.type in {FORM_TYPE, UPDATE_TYPE} else None
    names = GraphNames(_values(pairs, "using-graph-uri"), _values(pairs, "using-named-graph-uri"))
    return None if text is None else Update(text, names)


def parameters(encoded: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a form or a query string; raises Problem when they are not UTF-8."""
    fields = [field.partition(b"=") for field in encoded.split(b"&") if field]
    if len(fields) > _MOST_PARAMETERS:
        raise Problem("bad-request", {"said": f"{len(fields)} > {_MOST_PARAMETERS}"})
    try:
        return [(_unquoted(name).decode("utf-8"), _unquoted(value).decode("utf-8")) for name, _, value in fields]
    except UnicodeDecodeError as error:
        raise Problem("query-encoding", {"said": str(error)[:200]}) from error


def _unquoted(value: bytes) -> bytes:
    """Return the bytes that a name or a value of a form stands for.

    Of the standard library only the decoder of quoted-printable does this in C, in a tenth of the time: there ``=`` is
    what ``%`` is here. Where a ``%`` is followed by something else the two differ.
    """
    value = value.replace(b"+", b" ")
    if b"%" not in value:
        return value
    if _PERCENT_ALONE.search(value):
        return unquote_to_bytes(value)
    return a2b_qp(value.replace(b"=", b"=3D").replace(b"%", b"="))


def _utf8(sent: Content) -> bytes:
    if sent.charset not in {"utf-8", "utf8", "us-ascii"}:
        raise Problem("content-type", {"given": f"{sent.type}; charset={sent.charset[:40]}"})
    return sent.body


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("query-encoding", {"said": str(error)[:200]}) from error


def _values(pairs: Sequence[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple([value for key, value in pairs if key == name])


def _single(pairs: Sequence[tuple[str, str]], name: str) -> str | None:
    values = _values(pairs, name)
    if len(values) > 1:
        raise Problem("parameter-repeated", {"name": name, "times": len(values)})
    return values[0] if values else None


def entity_tag(version: str, asked: Job) -> str | None:
    """Return the ETag of a job's result, known before it runs; None where each run may give another result.

    It is strong, since the same query on the same store gives the same bytes; weak for a CONSTRUCT that may make blank
    nodes, which are named anew each time.
    """
    query = asked.query
    if ("(" in query and _CHANGING.search(query)) or calls_others(query):
        return None
    parts = (version, query, asked.names.default, asked.names.named, asked.result_type, asked.graph_type)
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    constructs = "construct" in query.casefold()  # looked for first, since it is found far sooner than the pattern
    return f'W/"{digest}"' if constructs and _NEW_NODES.search(query) else f'"{digest}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Say whether an ``If-None-Match`` header names the tag (weak comparison, RFC 9110 section 13.1.2)."""
    return tag.removeprefix("W/") in (one.strip().removeprefix("W/") for one in (if_none_match or "").split(","))
