"""A catalogue that an agency could publish: the nation's own as a province's graph, which falls below nothing."""

import pyoxigraph as ox

from gongfu.check import read_catalogue
from gongfu.codes import codelists
from gongfu.settings import base_iri, house

NAME = "330000-14fyp"
GRAPH = f"{base_iri()}graph/{NAME}"
CSV = (house().data / "sources" / "cn-13fyp" / "catalogue.csv").read_bytes()
BPS, SKOS = "https://w3id.org/bps-cn/def#", "http://www.w3.org/2004/02/skos/core#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TEXTS = {"name": SKOS + "prefLabel", "domain": BPS + "domainText", "target": BPS + "targetText",
         "standard": BPS + "standardText", "funding": BPS + "fundingText",
         "departments": BPS + "departmentText"}  # fmt: skip


def turtle(standard: str = "", also: int = 0, name: str = NAME) -> bytes:
    """Return the nation's catalogue as a province's graph, with another standard in row 30, or row 30 alone."""
    edition = f"{base_iri()}cat/{name}"
    triples = [ox.Triple(ox.NamedNode(edition), TYPE, ox.NamedNode(BPS + "CatalogueEdition"))]
    for item in read_catalogue(house().data / "sources" / "cn-13fyp" / "catalogue.csv", None, codelists()).items:
        if also and item.number != "30":
            continue
        number = also or int(item.number)
        node = ox.NamedNode(f"{edition}/{number}")
        texts = {name: item.text(name) for name in TEXTS} | ({"standard": standard} if item.number == "30" else {})
        triples += [ox.Triple(node, TYPE, ox.NamedNode(BPS + "ServiceItem"))]
        triples += [ox.Triple(node, ox.NamedNode(BPS + "itemNumber"), ox.Literal(number))]
        triples += [ox.Triple(node, ox.NamedNode(TEXTS[name]), ox.Literal(text, language="zh"))
                    for name, text in texts.items()]  # fmt: skip
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE) or b""
