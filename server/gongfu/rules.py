"""Rules: what the shapes say about themselves (id, label, clause, message), for reports and documentation.

Place in the flow: beside validate; reads shapes/, judges nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import pyoxigraph as ox

from gongfu.kept import kept_object
from gongfu.settings import DEFINITIONS, house, program, unchanged

_SH = "http://www.w3.org/ns/shacl#"
_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
_SOURCE = "http://purl.org/dc/terms/source"
_SENTENCES = {"zh": re.compile(r"(?<=。)"), "en": re.compile(r"(?<=\.)\s+(?=[A-Z{])")}


@dataclass(frozen=True)
class Rule:
    """A rule as its shape states it; ``message`` holds the templates of this (property) shape by language.

    ``remedy`` holds the sentences of each message that say what to do; it is empty where none does.
    """

    id: str
    label: Mapping[str, str]
    clause: str
    message: Mapping[str, str]
    remedy: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """Return the rule behind every shape IRI, node shapes and property shapes alike."""
    found: Mapping[str, Rule] = kept_object("rules", program(), _rules, unchanged)
    return found


def _rules() -> Mapping[str, Rule]:
    store = ox.Store()
    for file in sorted(house().shapes.glob("*.ttl")):
        store.bulk_load(path=str(file), format=ox.RdfFormat.TURTLE)
    found: dict[str, Rule] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(DEFINITIONS + "ruleId"), None):
        shape = quad.subject
        assert isinstance(shape, ox.NamedNode)
        assert isinstance(quad.object, ox.Literal)
        message = _texts(store, shape, _SH + "message")
        rule = Rule(quad.object.value, _texts(store, shape, _LABEL), "".join(_texts(store, shape, _SOURCE).values()),
                    message, _remedy(message))  # fmt: skip
        found[shape.value] = rule
        for part in store.quads_for_pattern(shape, ox.NamedNode(_SH + "property"), None):
            if isinstance(part.object, ox.NamedNode):
                message = _texts(store, part.object, _SH + "message")
                found[part.object.value] = Rule(rule.id, rule.label, rule.clause, message, _remedy(message))
    return found


def _texts(store: ox.Store, subject: ox.NamedNode, predicate: str) -> dict[str, str]:
    objects = (quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None))
    return {literal.language or "": literal.value for literal in objects if isinstance(literal, ox.Literal)}


def _remedy(message: Mapping[str, str]) -> dict[str, str]:
    """Return what a message says is to be done: its sentences from the first that begins with or holds 请.

    The English message says the same in as many sentences; where it does not, no part of it is taken for the remedy.
    """
    told = {language: [one for one in end.split(message.get(language, "")) if one]
            for language, end in _SENTENCES.items()}  # fmt: skip
    start = next((place for place, sentence in enumerate(told["zh"]) if "请" in sentence), 0)
    if not start or len(told["zh"]) != len(told["en"]):
        return {}
    return {"zh": "".join(told["zh"][start:]), "en": " ".join(told["en"][start:])}
