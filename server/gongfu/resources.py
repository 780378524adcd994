"""Resources: every IRI of the data, the terms, code lists and rules leads to a description of what it names.

Place in the flow: HTTP. ``/cat/cn-13fyp/30`` answers 303 with the address of its description in the form that Accept
likes best; the description's own address ends in the form's extension, or the extension is asked for directly.
"""

import re
from collections.abc import Callable
from types import MappingProxyType
from urllib.parse import quote, unquote, unquote_to_bytes

from fastapi import FastAPI, Request
from fastapi.responses import Response

from gongfu.graph_store import read_graph
from gongfu.negotiation import choose
from gongfu.problems import Problem
from gongfu.responses import READING, client_of, unchanged_or
from gongfu.service import Service
from gongfu.settings import CODES, DEFAULT_BASE, DEFINITIONS, SHAPES
from gongfu.sparql.answering import Answer, Job
from gongfu.sparql.description import METADATA
from gongfu.sparql.tokens import GraphNames

# In the server's order of preference: what a program gets that does not care, browsers ask for HTML by name.
FORMS = MappingProxyType({
    "ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples", "rdf": "application/rdf+xml",
    "html": "text/html",
})  # fmt: skip
_IN_ADDRESSES = "/:?#[]@!$&'()*+,;=~%-._"
# The IRI of a term or a rule names a part of its vocabulary, which is served as a whole: the graph that holds it.
# That of the code lists ends in a slash; a person who types it leaves the slash out.
_VOCABULARIES = {
    DEFINITIONS.removesuffix("#"): "graph/ontology", SHAPES.removesuffix("#"): "graph/shapes",
    CODES: "graph/codes", CODES.removesuffix("/"): "graph/codes",
}  # fmt: skip
_BEYOND_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")

PageAddress = Callable[[Request, str], str]


def add_resources(app: FastAPI, service: Service, page_address: PageAddress | None = None) -> None:
    """Add the descriptions at every address that no other route has: must be the last routes.

    ``page_address`` returns where the HTML page of an address stands; without it there are only forms for programs.
    """
    offers = [kind for name, kind in FORMS.items() if name != "html" or page_address]

    @app.api_route("/{path:path}", methods=list(READING), include_in_schema=False)
    async def resource(request: Request, path: str) -> Response:
        """Lead to the description of what the address names, or give it where a form is named."""
        whole = _job(service, _address(request), "")
        if whole.graph in whole.about and not _likes_pages(request, offers):  # the Graph Store Protocol, direct
            return await read_graph(request, service, whole.graph)
        address, dot, extension = _address(request).rpartition(".")
        form = FORMS.get(extension)
        if not dot or form not in offers:
            return await _elsewhere(request, service, offers, page_address)
        if form == "text/html" and page_address:
            return _see_other(page_address(request, address), "Accept-Language")
        found = await service.answer(_job(service, address, form), client_of(request.scope))
        return unchanged_or(request, found.body, form, _links(request, service, address, found))


def _likes_pages(request: Request, offers: list[str]) -> bool:
    return choose(",".join(request.headers.getlist("accept")) or None, offers) == FORMS["html"]


async def _elsewhere(
    request: Request, service: Service, offers: list[str], page_address: PageAddress | None
) -> Response:
    """Return 303 with the address of the description; raises Problem where nothing is known of the node (not-found).

    A browser is led to the page without asking: it is the page that answers 404.
    """
    address = _address(request).rstrip("/")
    chosen = choose(",".join(request.headers.getlist("accept")) or None, offers)
    if chosen == "text/html" and page_address:  # for a person the page says that nothing is known, and where to look
        return _see_other(page_address(request, address), "Accept, Accept-Language")
    known = _job(service, address, "application/n-triples")
    if not known.graph:
        await service.answer(known, client_of(request.scope))
    if chosen is None:
        raise Problem("not-acceptable", {"types": ", ".join(offers)})
    extension = next(name for name, kind in FORMS.items() if kind == chosen)
    return _see_other(f"/{address}.{extension}", "Accept")


def _see_other(location: str, vary: str) -> Response:
    return Response(status_code=303, headers={"location": location, "vary": vary, "cache-control": "no-cache"})


def _address(request: Request) -> str:
    """Return the path as it was sent, without its first slashes, in characters that may stand in a header."""
    return quote(request.scope["raw_path"].lstrip(b"/"), safe=_IN_ADDRESSES)


def _job(service: Service, address: str, media_type: str) -> Job:
    """Return what is to be looked up. An address may be the IRI's end as it stands, or percent-encoded once."""
    base = service.dataset.base
    ends = dict.fromkeys((_readable(address), address, _lettered(address), quote(unquote(address), safe="/")))
    iris = tuple(dict.fromkeys(start + end for start in (base, DEFAULT_BASE) for end in ends))
    whole = {iri: base + graph for iri, graph in _VOCABULARIES.items()} | {iri: iri for iri in service.dataset.graphs}
    whole[base + "dataset"] = base + METADATA
    named = next((iri for iri in iris if whole.get(iri) in service.dataset.graphs), None)
    if named:
        return Job("", GraphNames(), None, media_type, (named,), whole[named])
    return Job("", GraphNames(), None, media_type, iris)


def _lettered(address: str) -> str:
    """Return the address with letters beyond ASCII as they are, and all else as encoded as it came."""
    return _BEYOND_ASCII.sub(lambda found: _readable(found.group()), address)


def _readable(address: str) -> str:
    """Return the address with all that is percent-encoded as letters, if what comes out may stand in an IRI."""
    try:
        text = unquote_to_bytes(address).decode("utf-8")
    except UnicodeDecodeError:
        return address
    return text if all(ord(one) > 0x20 and one not in '<>"{}|\\^`' for one in text) else address


def _links(request: Request, service: Service, address: str, found: Answer) -> dict[str, str]:
    """Return the headers that tie a description to its node, its other forms and the query behind it."""
    iri = quote(str(found.facts["iri"]), safe=_IN_ADDRESSES)
    forms = [f'</{address}.{name}>; rel="alternate"; type="{kind}"' for name, kind in FORMS.items() if name != "html"]
    query = quote(_query(str(found.facts["iri"])), safe="")
    links = [f'<{iri}>; rel="describes"', *forms, f'</sparql?query={query}>; rel="via"']
    told = {"link": ", ".join(links)}
    return told | ({"x-links-cut": "1000"} if found.facts["cut"] else {})


def _query(iri: str) -> str:
    return f"DESCRIBE <{iri}>"
