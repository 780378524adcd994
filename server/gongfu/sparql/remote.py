"""Remote: data read from any server of the SPARQL 1.1 Protocol, in place of the embedded engine.

Place in the flow: behind sparql.stores, in workers and pages. The server may be read by others and change under us: a
query counts only when the server held this very version before and after it. Its default graph is not relied upon, for
no two servers agree on it: the union that queries see without FROM is a graph of its own. Nor are its blank nodes, for
they have no names from one query to the next: they lie there as IRIs (RDF 1.1, section 3.5) and are blank here again.
"""

import base64
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox

from gongfu.problems import Problem
from gongfu.sparql.dataset import CHANGING, Dataset, Result
from gongfu.sparql.stores import PATTERN
from gongfu.sparql.substitution import with_plain_variables, with_terms
from gongfu.sparql.tokens import plain

USER, PASSWORD = "GONGFU_STORE_USER", "GONGFU_STORE_PASSWORD"  # names of settings
UNION, LOADED, NOTHING = "graph/union", "graph/loaded", "graph/nothing"
GENID = ".well-known/genid/"
_LOADED_QUERY = Path(__file__).with_name("loaded.rq")
_RESULTS, _TRIPLES = "application/sparql-results+json", "application/n-triples"
_LOOK_SECONDS = 0.2
_BOOLEAN, _TRUTH = "http://www.w3.org/2001/XMLSchema#boolean", {"1": "true", "0": "false"}
_CUT = ("X-SPARQL-MaxRows", "X-SQL-State")  # Virtuoso says by these that rows are missing, with status 200


@dataclass(frozen=True)
class Reply:
    """What a server answered: the media type without parameters, the bytes."""

    media_type: str
    body: bytes


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A server that was named is asked, and none that it names."""

    def redirect_request(self, *_: object) -> None:
        """Return None: the redirect is an error."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


def _authorized(request: urllib.request.Request, challenge: str) -> urllib.request.Request:
    """Return the request with the environment's credentials, as a server's challenge asks for them: digest or basic."""
    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    kind, _, rest = challenge.partition(" ")
    if kind.lower() == "digest":
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, request.full_url, user, password)
        asked = urllib.request.parse_keqv_list(urllib.request.parse_http_list(rest))
        value = urllib.request.AbstractDigestAuthHandler(known).get_authorization(request, asked)
        request.add_unredirected_header("Authorization", f"Digest {value}")
    else:
        encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {encoded}")
    return request


def _open(request: urllib.request.Request, seconds: float) -> Any:
    """Send a request, with credentials where the server wants them.

    A server may hang up on a long content that comes without credentials; so what it wants is asked for beforehand.
    """
    if not os.environ.get(USER):
        return _OPENER.open(request, timeout=seconds)
    probe = urllib.request.Request(request.full_url, method="GET") if request.get_method() == "PUT" else request  # noqa: S310
    try:
        found = _OPENER.open(probe, timeout=seconds)
    except urllib.error.HTTPError as error:
        if error.code != 401 and probe is request:
            raise
        with error:
            request = _authorized(request, error.headers.get("WWW-Authenticate", "")) if error.code == 401 else request
    else:
        if probe is request:
            return found
        found.close()
    return _OPENER.open(request, timeout=seconds)


def exchange(request: urllib.request.Request, seconds: float, most_bytes: int) -> Reply:
    """Send a request and return the whole answer.

    Raises Problem: ``store-unavailable`` where the server cannot be reached or fails, ``deadline-passed``,
    ``result-too-large`` (also where the server itself cut the result), ``query-evaluation`` where it refuses the query.
    """
    end = time.monotonic() + seconds
    try:
        with _open(request, seconds) as response:
            if any(response.headers.get(name) for name in _CUT):
                raise Problem("result-too-large", {"limit": most_bytes})
            return Reply(response.headers.get_content_type(), _read(response, end, seconds, most_bytes))
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(600).decode("utf-8", "replace").strip()[:300]
        if error.code == 404 and request.get_method() in {"GET", "DELETE"}:
            return Reply("", b"")
        refused = request.get_method() == "POST" and error.code not in {401, 403, 404}
        name = "query-evaluation" if refused else "store-unavailable"
        raise Problem(name, {"said": f"{error.code} {said}"}) from error
    except TimeoutError as error:
        raise Problem("deadline-passed", {"seconds": f"{seconds:g}"}) from error
    except (OSError, HTTPException) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise Problem("deadline-passed", {"seconds": f"{seconds:g}"}) from error
        raise Problem("store-unavailable", {"said": str(error)[:200]}, {"retry-after": "5"}) from error


def _read(response: HTTPResponse, end: float, seconds: float, most_bytes: int) -> bytes:
    read = bytearray()
    while part := response.read(65_536):
        read += part
        if len(read) > most_bytes:
            raise Problem("result-too-large", {"limit": most_bytes})
        if time.monotonic() > end:
            raise Problem("deadline-passed", {"seconds": f"{seconds:g}"})
    if response.headers.get("Content-Length") not in (None, str(len(read))):
        raise HTTPException("the answer ends before its end")  # half of a graph would look like a whole one
    return bytes(read)


def ask_server(
    address: str, query: str, default: Sequence[str], named: Sequence[str], accept: str, seconds: float, most_bytes: int
) -> Reply:
    """Send a query by POST, with the graphs it is to see; raises Problem as ``exchange``."""
    pairs = [("query", query), *(("default-graph-uri", one) for one in default)]
    pairs += [("named-graph-uri", one) for one in named]
    headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(address, urlencode(pairs).encode(), headers)  # noqa: S310  # checked by server_at
    return exchange(request, seconds, most_bytes)


def loaded(address: str, base: str, seconds: float = 15.0) -> tuple[str, Mapping[str, str]]:
    """Return the version that a server holds whole, empty while it holds none, and the digests of its graphs.

    Raises Problem as ``exchange``, and where the answer is no result of a query.
    """
    query = _LOADED_QUERY.read_text("utf-8")
    reply = ask_server(address, query, [base + LOADED], [], _RESULTS, seconds, 2**22)
    version, digests = "", {}
    try:
        for row in json.loads(reply.body)["results"]["bindings"]:
            if "version" in row:
                version = row["version"]["value"]
            else:
                digests[row["thing"]["value"]] = row["digest"]["value"]
    except (ValueError, LookupError, TypeError) as error:  # such as a page to log in
        raise Problem("store-unavailable", {"said": f"no SPARQL results as JSON but {reply.media_type}"}) from error
    return version, digests


class RemoteStore:
    """The graphs of one version of a dataset on a SPARQL server; the same methods as the embedded store's."""

    def __init__(self, dataset: Dataset, seconds: float, most_bytes: int) -> None:
        self._dataset, self._seconds, self._most_bytes = dataset, seconds, most_bytes
        self._genid = dataset.base + GENID
        self._seen = False

    def named_graphs(self) -> Iterator[ox.NamedNode]:
        """Yield the names of the graphs."""
        return (ox.NamedNode(name) for name in self._dataset.graphs)

    def query(
        self, query: str, /, *, base_iri: str | None = None, use_default_graph_as_union: bool = False,
        default_graph: Any = None, named_graphs: Any = None, substitutions: Any = None,
    ) -> Result:  # fmt: skip
        """Run a query; raises SyntaxError, and Problem where the server gives no whole answer of this version."""
        form = ox.Store().query(query, base_iri=base_iri)  # ours is the syntax, whatever else the server understands
        given = {name.value: self._skolem(term) for name, term in (substitutions or {}).items()}
        text, names = with_plain_variables(with_terms(query, given))
        text = f"BASE <{base_iri}>\n{text}" if base_iri else text
        default, named = [self._dataset.base + UNION], list(self._dataset.graphs)
        if default_graph is not None:
            default = [self._name(one) for one in default_graph]
            named = [one.value for one in named_graphs or []]
        if "graph" not in plain(text).casefold():
            named = []
        graph = isinstance(form, ox.QueryTriples)
        reply = self._asked(text, default, named, _TRIPLES if graph else _RESULTS)
        if graph:
            return self._as_triples(reply)
        return self._as_results(reply, names, isinstance(form, ox.QueryBoolean))

    def quads_for_pattern(
        self, subject: Any, predicate: ox.NamedNode | None, object_: Any, graph_name: Any = None, /
    ) -> Iterator[ox.Quad]:
        """Yield the quads of a pattern in one graph; without a graph, in all but history."""
        graph = graph_name or ox.DefaultGraph()
        given = {"subject": subject, "predicate": predicate, "object": object_}
        values = {name: self._skolem(term) for name, term in given.items() if term is not None}
        text = with_terms(PATTERN.read_text("utf-8"), values)
        for triple in self._triples(self._asked(text, [self._name(graph)], [], _TRIPLES)):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)

    def _name(self, graph: ox.NamedNode | ox.DefaultGraph) -> str:
        return self._dataset.base + UNION if isinstance(graph, ox.DefaultGraph) else graph.value

    def _asked(self, text: str, default: Sequence[str], named: Sequence[str], accept: str) -> Reply:
        """Ask the server, and take the answer only if it held this version all the time.

        A version never comes back. So where it was seen at any time before and is there after the answer, it was there
        in between.
        """
        end = time.monotonic() + self._seconds
        default = default or [self._dataset.base + NOTHING]
        while True:
            if not self._seen:
                self._await_version(end)
            left = max(0.1, end - time.monotonic())
            reply = ask_server(self._dataset.remote, text, default, named, accept, left, self._most_bytes)
            self._seen = self._check_version()
            if self._seen:
                return reply

    def _await_version(self, end: float) -> None:
        while not self._check_version():
            if time.monotonic() > end - self._seconds / 2:
                raise Problem(CHANGING, {}, {"retry-after": "2"})
            time.sleep(_LOOK_SECONDS)

    def _check_version(self) -> bool:
        """Say whether the server holds this version, False while it is changed; raises Problem for another one."""
        version, _ = loaded(self._dataset.remote, self._dataset.base, self._seconds)
        if version not in ("", self._dataset.version):
            raise Problem(CHANGING, {}, {"retry-after": "2"})
        return bool(version)

    def _as_triples(self, reply: Reply) -> ox.QueryTriples:
        found = ox.Store()
        found.bulk_extend(ox.Quad(one.subject, one.predicate, one.object) for one in self._triples(reply))
        everything = found.query(PATTERN.read_text("utf-8"))
        assert isinstance(everything, ox.QueryTriples)
        return everything

    def _triples(self, reply: Reply) -> Iterator[ox.Triple]:
        form = ox.RdfFormat.from_media_type(reply.media_type) or ox.RdfFormat.N_TRIPLES
        try:
            for quad in ox.parse(reply.body, form, lenient=True):
                subject, object_ = self._blank(quad.subject), self._blank(quad.object)
                assert not isinstance(subject, ox.Literal)
                yield ox.Triple(subject, quad.predicate, object_)
        except (SyntaxError, ValueError) as error:
            raise Problem("store-unavailable", {"said": str(error)[:200]}) from error

    def _as_results(
        self, reply: Reply, names: Mapping[str, str], asks: bool
    ) -> ox.QuerySolutions | ox.QueryBoolean:  # fmt: skip
        try:
            found = json.loads(reply.body)
            if asks and "boolean" not in found:  # Virtuoso may answer ASK by a row with a 1
                (*values,) = (term["value"] for row in found["results"]["bindings"] for term in row.values())
                found = {"head": {}, "boolean": values in (["1"], ["true"])}
            elif "results" in found:
                found = self._ours(found, names)
            return ox.parse_query_results(json.dumps(found).encode(), ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError, LookupError, TypeError) as error:
            raise Problem("store-unavailable", {"said": str(error)[:200]}) from error

    def _ours(self, found: Any, names: Mapping[str, str]) -> dict[str, Any]:
        """Return results with the variables' own names and terms as the embedded engine gives them."""
        variables = [names.get(name, name) for name in found["head"]["vars"]]
        rows = [{names.get(name, name): self._term(term) for name, term in row.items()}
                for row in found["results"]["bindings"]]  # fmt: skip
        return {"head": {"vars": variables}, "results": {"bindings": rows}}

    def _term(self, term: dict[str, str]) -> dict[str, str]:
        """Make blank nodes of the IRIs that stand for them, name those of the server, write truth as words."""
        kind, value = term["type"], term["value"]
        if kind == "uri" and value.startswith(self._genid):
            return {"type": "bnode", "value": value.removeprefix(self._genid)}
        if kind == "bnode":
            return {"type": "bnode", "value": "s" + base64.b32encode(value.encode()).decode().strip("=")}
        if term.get("datatype") == _BOOLEAN and value in _TRUTH:
            return {**term, "type": "literal", "value": _TRUTH[value]}
        return term

    def _blank(self, term: Any) -> Any:
        if isinstance(term, ox.NamedNode) and term.value.startswith(self._genid):
            return ox.BlankNode(term.value.removeprefix(self._genid))
        return term

    def _skolem(self, term: Any) -> Any:
        return skolem(term, self._dataset.base)


def skolem(term: Any, base: str) -> Any:
    """Return the IRI that stands for a blank node on a server; any other term as it is."""
    return ox.NamedNode(f"{base}{GENID}{term.value}") if isinstance(term, ox.BlankNode) else term
