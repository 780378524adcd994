"""Hostile requests: what a stranger can send to the service, each as the bytes that go over the wire.

Made by chance from a number, the same for the same number. Kinds in turn: queries of every kind of malice, protocol and
headers, addresses, graph names, forms, uploads that lie, requests that never end, broken catalogues, graphs that are no
catalogue. MARK stands in many of them and
must never come back as markup or as a header.
"""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote, quote_from_bytes

MARK = "<script>alert(1)</script>"
SPLIT = "\r\nX-Evil: 1"
TEXTS: Sequence[str] = (
    "", " ", "\x00", "\ufeff", MARK, f"a{SPLIT}", '"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}", "{said}", "%s%n",
    "'; DROP TABLE entry; --", '" OR *', "NEAR(", "养老", "北京%E5%8C%97", "%25", "%", "%zz", "%c0%ae", "../../etc/passwd", "\\",
    "..%2f..%2fetc%2fpasswd", "file:///etc/passwd", "http://127.0.0.1:9/", "\u202e反\u2066", "𠮷\U0010ffff", "e\u0301" * 50,
    "a" * 5_000, "公" * 3_000, "-1", "1e999", "NaN", "0" * 400, "javascript:alert(1)", "data:text/html,x", "null", "[]",
)  # fmt: skip
ENDPOINT, STORE = "/sparql", "/rdf-graph-store"
PAGES: Sequence[str] = (
    "", "search", "suggest", "browse", "compare", "compare/provinces", "compare/editions", "compare/indicators",
    "compare/funding", "compare/jilin-13fyp/31", "reuse", "def", "shapes", "conformance", "query", "check",
    "cat/cn-13fyp/30", "cat/cn-13fyp", "code/division/220000", "item/x",
)  # fmt: skip
PARAMETERS: Sequence[str] = (
    "q", "query", "edition", "left", "right", "region", "domain", "kind", "page", "lang", "format", "example", "payer",
)  # fmt: skip
METHODS: Sequence[str] = (
    "GET",
    "HEAD",
    "POST",
    "QUERY",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "G\u00cbT",
    "get",
)
TYPES: Sequence[str] = (
    "application/sparql-query", "application/sparql-update", "application/x-www-form-urlencoded", "multipart/form-data",
    "text/turtle", "text/csv", "application/json", "", ";", "application/sparql-query; charset=utf-16", f"text/html;{MARK}",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 300, "*/*", "application/sparql-query;;=;a",
)  # fmt: skip
ACCEPTS: Sequence[str] = (
    "*/*", "text/html", "application/sparql-results+json", "text/csv;q=0", "*/*;q=0", "text/*;q=1.001", "a/b, c/d", ",,,",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.apache.parquet", "text/turtle",
    'text/turtle;x="' + "\\" * 40, "a/" + "b" * 2_000, ", ".join(["*/*;q=0.1"] * 400), '"' * 3_000, MARK, "*/html",
    "application/ld+json", "application/rdf+xml", "application/trig", "text/tab-separated-values", "text/xml;q=nan",
)  # fmt: skip
HEADERS: Sequence[tuple[str, str]] = (
    ("if-none-match", "*"), ("if-none-match", '"' * 500), ("if-none-match", "W/" * 900), ("range", "bytes=0-,5-2,-"),
    ("range", "bytes=" + "0-0," * 500), ("accept-language", "zh;q=x, en;q=9" + ",a" * 900), ("accept-encoding", "gzip, br, zstd"),
    ("accept-encoding", "x" * 900), ("accept-encoding", "gzip;q=0, *;q=0"), ("expect", "100-continue"), ("expect", "x"),
    ("origin", MARK), ("host", f'x"><{MARK}'), ("host", ""), ("host", "公服.cn"), ("host", "[::1"), ("host", "a" * 3_000),
    ("x-forwarded-host", MARK), ("x-forwarded-proto", "javascript"), ("cookie", "a=" + "b" * 4_000), ("prefer", "respond-async"),
    ("authorization", "Bearer"), ("authorization", "Bearer " + "a" * 5_000), ("authorization", "Basic !!"), ("upgrade", "websocket"),
    ("transfer-encoding", "gzip"), ("content-encoding", "gzip"), ("content-encoding", "br"), ("content-length", "-1"),
    ("content-length", "99999999999"), ("connection", "upgrade"), ("te", "trailers"), ("x", "\x7f"), ("x\x00y", "1"), ("", ""),
    ("content-disposition", f'attachment; filename="{MARK}"'), ("content-disposition", "attachment; filename*=utf-8''%ff%00"),
    ("access-control-request-method", "QUERY"), ("access-control-request-headers", "x" * 2_000), ("user-agent", "\u00e9" * 99),
)  # fmt: skip
GRAPH_TYPES: Sequence[str] = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


@dataclass(frozen=True)
class World:
    """What a stranger knows of the service: its questions, its graphs, a token that may publish, broken catalogues.

    A broken catalogue is a name and a content, made from the number of a case.
    """

    questions: Sequence[str]
    graphs: Sequence[str]
    token: str
    broken: Callable[[int, Random], tuple[str, bytes]]


@dataclass(frozen=True)
class Hostile:
    """A request: its kind, its bytes; ``sound`` says that the HTTP around it is whole, so that an answer must come."""

    kind: str
    sent: bytes
    sound: bool = True


def http(
    method: str, target: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b"", target_bytes: bytes = b""
) -> bytes:
    """Return a request. Headers come as they are, in Latin-1 or else UTF-8; length and host where they are not given."""
    given = {name.lower() for name, _ in headers}
    every = [*headers, *([] if "host" in given else [("host", "127.0.0.1")]), ("connection", "close")]
    if body and not given & {"content-length", "transfer-encoding"}:
        every.append(("content-length", str(len(body))))
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in every)
    return method.encode() + b" " + (target_bytes or target.encode()) + b" HTTP/1.1\r\n" + lines + b"\r\n" + body


def _any(chance: Random, world: World) -> str:
    return chance.choice([*TEXTS, *world.graphs, chance.choice(world.questions)])


def _noise(chance: Random) -> str:
    return "".join(chr(chance.choice([chance.randrange(32, 127), chance.randrange(0x4E00, 0x9FFF), chance.randrange(1, 0xD7FF)]))
                   for _ in range(chance.randrange(1, 200)))  # fmt: skip


def malice(chance: Random, world: World) -> str:
    """Return a query that is meant to break, block, fill or leave the service."""
    depth, text = chance.choice([20, 300, 5_000, 60_000]), _any(chance, world).replace('"', "")
    return chance.choice([
        "SELECT * {" + "{" * depth + "}" * depth + "}", "SELECT (" + "(" * depth + "1" + ")" * depth + " AS ?x) {}",
        "SELECT (" + "!" * depth + "true AS ?x) {}", "ASK {" + "?s <p:" + "/<p:".join(["x>"] * min(depth, 5_000)) + " ?o }",
        "SELECT * { ?s " + "(" * depth + "<p:x>" + ")*" * depth + " ?o }", "SELECT * { ?s (<p:x>|!<p:y>)* ?o }",
        "SELECT * {" + " OPTIONAL { ?a ?b ?c" * min(depth, 4_000) + " }" * min(depth, 4_000) + "}",
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()", "CONSTRUCT { ?a ?b ?c . ?d ?e ?f } { ?a ?b ?c . ?d ?e ?f }",
        'SELECT (GROUP_CONCAT(CONCAT(STR(?s), STR(?o), STR(?t)); separator="") AS ?x) { ?s ?p ?o . ?t ?q ?r }',
        'SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), "(a+)+$|(公*)*x{1,999}") }', f'SELECT (REPLACE("{"a" * 9_999}", "(a*)*b", "$9") AS ?x) {{}}',
        "SELECT (" + "CONCAT(" * min(depth, 900) + '"a","b")' + ',"c")' * (min(depth, 900) - 1) + " AS ?x) {}",
        "SELECT * { VALUES ?x {" + " 1" * depth + "} VALUES ?y {" + " 2" * depth + "} }",
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SELECT * { SERVICE SILENT ?x { ?s ?p ?o } VALUES ?x { <file:///etc/passwd> } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> {} }", "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "SELECT * FROM NAMED <http://127.0.0.1:9/> { GRAPH ?g { ?s ?p ?o } }", "LOAD <file:///etc/passwd>", "CLEAR ALL",
        "INSERT DATA { <a:a> <a:a> <a:a> }", "PREFIX a: <a:> # x\nDELETE WHERE { ?s ?p ?o }", f'SELECT ("{text}" AS ?x) {{}}',
        f'SELECT ("{MARK}" AS ?x) ("=cmd|calc" AS ?y) {{}}', f"SELECT * {{ <{text}> ?p ?o }}", f"DESCRIBE <{text}>", text, _noise(chance),
        f"ASK {{ ?s ?p '\\u{chance.choice(['D800', '0000', 'FFFF', '110000'])}' }}", "SELECT (1/0 AS ?x) (xsd:integer('x') AS ?y) {}",
        "SELECT (" + "9" * min(depth, 5_000) + " * " + "9" * min(depth, 5_000) + " AS ?x) {}", "BASE <x> SELECT * { <> ?p ?o }",
        "SELECT " + " ".join(f"?v{number}" for number in range(min(depth, 20_000))) + " {}", "#" * depth, "\n" * depth + "ASK {",
        'SELECT (STRDT("x", <http://x/' + "y" * min(depth, 9_000) + '>) AS ?t) (STRLANG("x", "zh-' + "a" * 99 + '") AS ?l) {}',
        *_growing(depth), "SELECT * { << ?a ?b ?c >> ?d ?e }", "SELECT (<http://x/f>(1) AS ?x) {}", 'SELECT ("2020-13-45"^^<http://www.w3.org/2001/XMLSchema#date> AS ?d) {}',
    ])  # fmt: skip


def _growing(depth: int) -> list[str]:
    """Return queries of few words that ask for very much: texts that double, paths in paths, joins in joins."""
    few, some = min(depth, 60), min(depth, 1_500)
    doubled = " ".join(f"BIND(CONCAT(?v{one}, ?v{one}) AS ?v{one + 1})" for one in range(few))
    path = "<a:a>"
    for one in range(few):
        path = f"({path}/^<a:b{one}>|!(<a:c>|^<a:d>))+" if one % 2 else f"({path})*"
    return [
        f'SELECT (STRLEN(?v{few}) AS ?n) {{ BIND("公" AS ?v0) {doubled} }}', f"SELECT * {{ ?s {path} ?o }}",
        "SELECT (" + "REPLACE(" * few + '"a"' + ', ".", "$0$0")' * few + " AS ?x) {}",
        "SELECT (" + "ENCODE_FOR_URI(" * few + '"%"' + ")" * few + " AS ?x) {}",
        "SELECT * { VALUES ?x {" + " 1" * 100_000 + " } }", "SELECT * { ?s ?p ?o FILTER(?o IN (" + ", ".join(["1"] * 50_000) + ")) }",
        "SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '((a{1,500}){1,500}){1,500}') }", "SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '(?i)" + "\\\\p{L}*" * few + "$') }",
        "CONSTRUCT { " + " ".join(f"?s <a:{one}> [ <a:b> ?o ] ." for one in range(some)) + " } { ?s ?p ?o . ?t ?q ?o }",
        "CONSTRUCT { " + "?s ?p [ <a:b> " * some + "?o" + " ]" * some + " } { ?s ?p ?o }", "DESCRIBE * { ?s ?p ?o . ?t ?q ?r }",
        "SELECT * { ?s ?p ?o " + "FILTER EXISTS { ?s ?p ?o " * some + "}" * some + "}", "SELECT * { ?s ?p ?o " + "MINUS { ?s ?p ?o " * some + "}" * some + "}",
        "SELECT * { " + "{ SELECT * { " * some + "?s ?p ?o" + " } }" * some + " }", "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        " ".join(f"PREFIX p{one}: <a:{one}>" for one in range(some * 5)) + " ASK {}", "ASK { ?s ?p <" + "a" * 1_000 + ":" + "b" * min(depth * 9, 200_000) + "> }",
        'ASK { ?s ?p "' + "公" * 80_000 + '" }', "SELECT (1e999 * -1e999 AS ?x) (" + "9" * 5_000 + ".0 / 3 AS ?y) {}",
        "SELECT * { " + "<<( ?s ?p " * some + "?o" + " )>>" * some + " ?p ?o }", "SELECT * { ?s ?p ?o } ORDER BY " + " ".join(["DESC(STR(?o))"] * some),
        "SELECT ?s (GROUP_CONCAT(?o) AS ?x) (SAMPLE(?t) AS ?y) { ?s ?p ?o . ?t ?q ?o } GROUP BY ?s ?o ?p ?q ?t", "SELECT (UUID() AS ?x) (BNODE() AS ?y) (RAND() AS ?z) { ?s ?p ?o . ?t ?q ?r }",
    ]  # fmt: skip


def _changed(query: str, chance: Random) -> str:
    """Return a question with some of its characters or words lost, doubled, or put elsewhere."""
    pieces = query.split(chance.choice([" ", "\n", ""]) or None) if chance.random() < 0.7 else list(query)
    for _ in range(chance.randrange(1, 6)):
        place, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        change = chance.choice(["lose", "double", "swap", "text"])
        if change == "swap":
            pieces[place], pieces[other] = pieces[other], pieces[place]
        else:
            pieces[place] = {"lose": "", "double": pieces[place] * 2, "text": chance.choice(TEXTS)[:40]}[change]
    return (" " if len(pieces) < len(query) else "").join(pieces)


def query(number: int, chance: Random, world: World) -> Hostile:
    """Return a query: a question as it is or changed, or malice; by any method, asked in any form."""
    text = malice(chance, world) if chance.random() < 0.6 else _changed(chance.choice(world.questions), chance)
    accept = ("accept", chance.choice(ACCEPTS) if chance.random() < 0.4 else "*/*")
    pairs = [("query", text)]
    if chance.random() < 0.3:
        name = chance.choice(
            ["default-graph-uri", "named-graph-uri", "format", "query", "update", "using-graph-uri", "x"]
        )
        pairs.append((name, _any(chance, world)))
    encoded = "&".join(f"{name}={quote(value, safe='', errors='surrogatepass')}" for name, value in pairs)
    way = chance.choice(["get", "form", "form", "direct", "query", "half"])
    if way == "get":
        return Hostile("query", http("GET", f"{ENDPOINT}?{encoded}"[:400_000], [accept]), len(encoded) < 100_000)
    if way == "form":
        return Hostile("query", http("POST", ENDPOINT, [accept, ("content-type", TYPES[2])], encoded.encode()))
    if way == "half":  # not UTF-8, or cut in the middle of a character
        body = chance.choice(
            [b"query=%ff%fe", b"query=\xff", encoded.encode()[:-1], b"&" * 3_000, b"query", b"=", b"%"]
        )
        return Hostile("query", http("POST", ENDPOINT, [("content-type", chance.choice(TYPES))], body))
    body = text.encode("utf-8", "surrogatepass")
    method = "POST" if way == "direct" else "QUERY"
    return Hostile("query", http(method, ENDPOINT, [accept, ("content-type", TYPES[0])], body))


def protocol(number: int, chance: Random, world: World) -> Hostile:
    """Return a request whose method, headers or framing are strange."""
    path = chance.choice(
        [ENDPOINT, f"{ENDPOINT}?query=ASK%7B%7D", "/", "/zh/", STORE, "/check", "/health", "/graph/x", "*"]
    )
    method = chance.choice(METHODS)
    headers = chance.choices(HEADERS, k=chance.randrange(1, 4))
    body = chance.choice([b"", b"", b"ASK {}", b"x" * 2_000, b"query=ASK%7B%7D"])
    headers += [("accept", chance.choice(ACCEPTS)), ("content-type", chance.choice(TYPES))]
    if chance.random() < 0.2:
        frame = chance.choice(
            [
                b"3\r\nabc\r\n0\r\n\r\n",
                b"zz\r\n",
                b"-1\r\n",
                b"ffffffffffffffffff\r\n",
                b"3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n",
                b"",
            ]
        )
        return Hostile("protocol", http("POST", path, [*headers, ("transfer-encoding", "chunked")], frame), False)
    if chance.random() < 0.15:
        raw = http(method, path, headers, body)
        return Hostile("protocol", chance.choice([raw[: chance.randrange(len(raw))], raw.replace(b"\r\n", b"\n"), chance.randbytes(300),
                       raw.replace(b"HTTP/1.1", chance.choice([b"HTTP/9.9", b"HTTP/1.0", b"", b"SIP/2"])), b"\r\n" * 50 + raw]), False)  # fmt: skip
    return Hostile("protocol", http(method, path, headers, body), False)


def address(number: int, chance: Random, world: World) -> Hostile:
    """Return a page, resource, dump or job with a strange address or parameters."""
    start = chance.choice(
        ["/zh/", "/en/", "/zh/", "/", "/dumps/", "/pages/", "/check/", "/graph/", "/cat/", "/def", "/en/check/"]
    )
    if chance.random() < 0.5:
        path = start + (
            chance.choice(PAGES) if start in {"/zh/", "/en/"} else chance.choice(["cat/cn-13fyp/30", "dataset"])
        )
        pairs = [(chance.choice(PARAMETERS), _any(chance, world)) for _ in range(chance.randrange(4))]
        path += "?" + "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in pairs)
        return Hostile("address", http("GET", path, [("accept", chance.choice(ACCEPTS))]), len(path) < 60_000)
    end = chance.choice([quote(_any(chance, world)[:3_000], safe="/%"), quote_from_bytes(chance.randbytes(30)), "%2e%2e/%2e%2e/etc/passwd",
                         "cat/cn-13fyp/30" + chance.choice([".ttl", ".html", ".exe", ".", "..", ".jsonld/", "%00.ttl", "//"]), "//evil.example/"])  # fmt: skip
    method = chance.choice(["GET", "GET", "HEAD", "POST", "DELETE"])
    return Hostile("address", http(method, start + end, [("accept", chance.choice(ACCEPTS))]))


def graph(number: int, chance: Random, world: World) -> Hostile:
    """Return the reading of a graph whose name or form is strange, or a change of one without leave."""
    name = chance.choice(["graph", "graph", "default", "Graph", ""])
    pairs = "&".join(
        f"{name}={quote(_any(chance, world), safe='', errors='replace')}" for _ in range(chance.choice([1, 1, 1, 2, 0]))
    )
    method = chance.choice(["GET", "GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"])
    headers = [("accept", chance.choice(ACCEPTS)), ("content-type", chance.choice([*TYPES, *GRAPH_TYPES]))]
    token = chance.choice(["", "x", _any(chance, world)[:300].replace("\r", "").replace("\n", "").replace("\x00", "")])
    headers += [("authorization", f"Bearer {token}")]
    body = b"<a:a> <a:b> <a:c> ." if method in {"PUT", "POST"} else b""
    return Hostile("graph", http(method, f"{STORE}?{pairs}", headers, body))


def form(number: int, chance: Random, world: World) -> Hostile:
    """Return a multipart form that is broken, or whole with strange names and wishes, and nothing that is a catalogue."""
    mark = chance.choice(["b", "b" * 70, "--", "a b"])
    name = chance.choice([t for t in TEXTS if "\n" not in t]).replace('"', "%22")[:300]
    field = chance.choice(["file", "file", "lang", "format", "region", "against", name])
    disposition = chance.choice([f'form-data; name="{field}"; filename="{name}"', f'form-data; name="{field}"', "form-data", "",
                                 f"form-data; name={field}; filename*=utf-8''%ff{quote(name)}", 'form-data; name="file"; filename="' + "x" * 3_000 + '"'])  # fmt: skip
    part = (
        f"--{mark}\r\nContent-Disposition: {disposition}\r\nContent-Type: {chance.choice(TYPES)}\r\n\r\n".encode()
        + chance.choice([b"", b"x", b"\x00" * 99])
    )
    body = part * chance.choice([1, 1, 2, 30]) + chance.choice(
        [b"\r\n--" + mark.encode() + b"--\r\n", b"", b"\r\n--", b"\r\n" * 99]
    )
    if chance.random() < 0.4:
        fields = "".join(
            f'--{mark}\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n{chance.choice(TEXTS)}\r\n'
            for one in ("lang", "format", "region")
        )
        body = fields.encode() + part + f"\r\n--{mark}--\r\n".encode()
    path = chance.choice(["/check", "/zh/check", "/en/check", ENDPOINT, "/graph/330000-fuzz"])
    token = ("authorization", f"Bearer {world.token}")
    return Hostile(
        "form",
        http(
            chance.choice(["POST", "POST", "PUT"]),
            path,
            [("content-type", f"multipart/form-data; boundary={mark}"), token],
            body,
        ),
    )


def slow(number: int, chance: Random, world: World) -> Hostile:
    """Return a request that never becomes whole: half a head, half a body, a chunk that is not there, a second head."""
    post = f"POST {chance.choice([ENDPOINT, '/check', '/zh/check', '/graph/330000-fuzz'])} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {world.token}\r\n"
    kind = f"content-type: {chance.choice([*TYPES[:5], 'multipart/form-data; boundary=b'])}\r\n"
    sent = chance.choice([
        "GET /zh/ HTTP/1.1\r\nhost: x\r\nx: ", "G", "\r\n\r\n", f"{post}{kind}content-length: 90\r\n\r\nASK", f"{post}{kind}content-length: 19000000\r\n\r\n",
        f"{post}{kind}transfer-encoding: chunked\r\n\r\n5\r\nASK", f"{post}{kind}transfer-encoding: chunked\r\n\r\n5\r\nASK{{}}\r\n",
        f"{post}{kind}expect: 100-continue\r\ncontent-length: 9\r\n\r\n", "GET /health HTTP/1.1\r\nhost: x\r\n\r\nGET /", f"{post}{kind}content-length: 9\r\n\r\n--b\r\nCon",
    ])  # fmt: skip
    return Hostile("slow", sent.encode())


def lying(number: int, chance: Random, world: World) -> Hostile:
    """Return an upload that says something else than it is: of its charset, its compression, its parts."""
    text = "序号,服务项目,服务标准\r\n1,儿童健康管理,达到90%以上\r\n"
    content = text.encode(chance.choice(["utf-8", "utf-16", "gb18030", "big5hkscs"]), "replace") * chance.choice(
        [1, 50]
    )
    packed = gzip.compress(content)
    headers = [("authorization", f"Bearer {world.token}")]
    kind = chance.choice(
        [
            "text/csv; charset=utf-16",
            "text/csv; charset=x",
            "text/turtle; charset=gbk",
            "text/csv;charset",
            "application/json",
        ]
    )
    body, more = chance.choice([
        (packed, [("content-encoding", "gzip")]), (packed[:-9], [("content-encoding", "gzip")]), (b"\x1f\x8b" + content, [("content-encoding", "gzip, br")]),
        (packed, []), (packed[: len(packed) // 2], []), (content, []), (content, [("content-disposition", "attachment; filename*=utf-16''" + "%41" * 900)]),
    ])  # fmt: skip
    if chance.random() < 0.4:
        part = b'Content-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: multipart/mixed; boundary=b\r\n'
        body = chance.choice([
            b"--b\r\n" + part + b"\r\n--b\r\n" * 5_000 + content, (b"--b\r\n" + part + b"\r\n" + content + b"\r\n") * 40 + b"--b--", b"--b\r\nX: " + b"y" * 500_000,
            b"--b\r\n" + part + b"Content-Transfer-Encoding: base64\r\n\r\n" + content + b"\r\n--b--\r\n", b"--b--\r\n" + content, b"--b\r\n" + part * 300 + b"\r\n\r\n--b--",
        ])  # fmt: skip
        kind = chance.choice(
            [
                "multipart/form-data; boundary=b",
                'multipart/form-data; boundary="b"',
                "multipart/form-data; boundary=b; boundary=c",
                "multipart/form-data; BOUNDARY==b",
            ]
        )
    method, path = chance.choice(
        [
            ("POST", "/check"),
            ("POST", "/check?format=ttl"),
            ("POST", "/en/check"),
            ("PUT", "/graph/330000-fuzz"),
            ("QUERY", ENDPOINT),
        ]
    )
    return Hostile("lying", http(method, path, [*headers, ("content-type", kind), *more], body))


def catalogue(number: int, chance: Random, world: World) -> Hostile:
    """Return a broken catalogue, to be checked or published."""
    name, content = world.broken(number, chance)
    named = quote(chance.choice([name, f"{chance.choice(TEXTS)[:100]}{name}"]), safe="")
    lang, form_ = chance.choice(["zh", "en"]), chance.choice(["text", "json", "html", "csv", "xlsx", "ttl", "junit"])
    if len(content) < 15_000_000 and chance.random() < 0.85:
        return Hostile("catalogue", http("POST", f"/check?filename={named}&lang={lang}&format={form_}", [], content))
    kinds = {
        ".csv": "text/csv",
        ".pdf": "application/pdf",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
    kind = kinds.get(Path(name).suffix, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    headers = [("authorization", f"Bearer {world.token}"), ("content-type", kind)]
    return Hostile("catalogue", http("PUT", "/graph/330000-fuzz", headers, content), len(content) < 20_000_000)


def publication(number: int, chance: Random, world: World) -> Hostile:
    """Return an RDF graph that an agency with a token should not send."""
    node, depth = "https://w3id.org/bps-cn/cat/330000-fuzz", chance.choice([30, 2_000, 60_000])
    item = f'<{node}/1> a <https://w3id.org/bps-cn/def#ServiceItem> ; <http://www.w3.org/2004/02/skos/core#prefLabel> "{{}}"@zh .'
    escaped = json.dumps(_any(chance, world))[1:-1]
    kind, text = chance.choice([
        ("text/turtle", item.format(escaped)), ("text/turtle", item.format("x" * 3_000_000)), ("text/turtle", f"<{node}/1> <a:b> " + "( " * depth + ") " * depth + "."),
        ("text/turtle", f"<{node}/1> <a:b> " + "[ <a:b> " * depth + "1" + " ]" * depth + " ."), ("text/turtle", f"<{node}/1> <a:b> <{escaped}> ."),
        ("text/turtle", "\n".join(f"_:a{one} <a:p> _:a{(one * 7 + 1) % 60} ." for one in range(60)) + item.format("x")), ("text/turtle", _noise(chance)),
        ("text/turtle", item.format("x") + f"<{node}/1> <https://w3id.org/bps-cn/def#itemNumber> {escaped[:40] or 1} ."), ("text/turtle", f'<{node}/1> <a:b> "x"@{"z" * 900} .'),
        ("text/turtle", f"@base <{escaped}> . <x> <y> <z> ."), ("text/turtle", f'<{node}/1> <a:b> "\\uD800" .'),
        ("application/n-triples", f'<{node}/{quote(escaped)}> <a:b> "{escaped}" .\n' * 50), ("application/n-triples", "_:" * depth),
        ("application/rdf+xml", '<!DOCTYPE x [<!ENTITY a "' + "a" * 900 + '"><!ENTITY b "' + "&a;" * 900 + '">]><x>&b;</x>'),
        ("application/rdf+xml", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'), ("application/rdf+xml", "<a>" * depth), ("application/rdf+xml", "\ufeff<?xml version='1.0' encoding='utf-16'?>"),
        ("application/ld+json", '{"@context": "http://127.0.0.1:9/c", "@id": "x"}'), ("application/ld+json", '{"@context": {"@import": "file:///etc/passwd"}}'),
        ("application/ld+json", "[" * depth), ("application/ld+json", '{"@graph":' * depth + "1" + "}" * depth), ("application/ld+json", '{"@id": "' + node + '/1", "a:b": {"@value": ' + "9" * 3_000 + "}}"),
        ("application/ld+json", json.dumps({"@id": node + "/1", "@type": "https://w3id.org/bps-cn/def#ServiceItem", "http://www.w3.org/2004/02/skos/core#prefLabel": MARK})),
    ])  # fmt: skip
    headers = [("authorization", f"Bearer {world.token}"), ("content-type", kind)]
    method = chance.choice(["PUT", "PUT", "PUT", "POST", "DELETE"])
    name = chance.choice(
        ["330000-fuzz", "330000-fuzz", "330000-fuzz2", "999999-x", quote(_any(chance, world)[:200], safe="")]
    )
    body = b"" if method == "DELETE" else text.encode("utf-8", "surrogatepass")
    return Hostile("publication", http(method, f"/graph/{name}", headers, body))


# Of a hundred cases, most are cheap ones; a check or a publication costs a process.
KINDS: Sequence[Callable[[int, Random, World], Hostile]] = (
    *([query] * 34), *([protocol] * 18), *([address] * 18), *([graph] * 9), *([form] * 7), *([lying] * 4), *([slow] * 2),
    *([catalogue] * 5), *([publication] * 3),
)  # fmt: skip


def case(seed: str, number: int, world: World) -> Hostile:
    """Return the request of a number."""
    return KINDS[number * 37 % len(KINDS)](number, Random(f"{seed}-{number}"), world)
