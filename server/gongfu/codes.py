"""Codes: the code lists of ontology/codelists/ as an index from words to concepts.

Place in the flow: below every stage that turns a printed word into a code. It holds no list of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pyoxigraph as ox

from gongfu.divisions import division
from gongfu.kept import kept_object
from gongfu.settings import CODES, DEFINITIONS, house, program, unchanged
from gongfu.text import key

SKOS = "http://www.w3.org/2004/02/skos/core#"
_ENDINGS = (SKOS + "hiddenLabel", DEFINITIONS + "nameEnding")
_LABELS = frozenset({SKOS + "prefLabel", SKOS + "altLabel", SKOS + "notation"})


@dataclass(frozen=True)
class Concept:
    """One concept: its labels by language, other words for it, endings by which its local counterparts are known."""

    iri: str
    code: str
    scheme: str
    labels: Mapping[str, str]
    other_words: tuple[str, ...]
    endings: tuple[str, ...]
    facts: Mapping[str, str]

    def label(self, language: str) -> str:
        """Return the label in a language, else the Chinese one, else the code."""
        return self.labels.get(language) or self.labels.get("zh") or self.code


@dataclass(frozen=True, eq=False)
class CodeLists:
    """All concepts by IRI and by (scheme, word).

    Departments also by (jurisdiction, word), for provinces share the names of theirs. The scheme ``division`` goes on
    below the code list: prefectures and counties are found by their codes.
    """

    concepts: Mapping[str, Concept]
    words: Mapping[tuple[str, str], str]
    departments: Mapping[tuple[str, str], str]

    def iri(self, scheme: str, word: str) -> str | None:
        """Return the concept of a scheme that a code, label or other word names; None where there is none."""
        if not word:
            return None
        found = self.words.get((scheme, word)) or self.words.get((scheme, key(word)))
        local = None if found or scheme != "division" else division(word)
        return CODES + f"division/{local.code}" if local else found

    def concept(self, scheme: str, word: str) -> Concept | None:
        """Return the concept that a word names in a scheme, None where there is none."""
        iri = self.iri(scheme, word)
        return (self.concepts.get(iri) or _local(iri)) if iri else None

    def scheme(self, scheme: str) -> list[Concept]:
        """Return the concepts of a scheme in the order of their IRIs."""
        return self._schemes.get(scheme, [])

    @cached_property
    def _schemes(self) -> dict[str, list[Concept]]:
        found: dict[str, list[Concept]] = {}
        for _, concept in sorted(self.concepts.items()):
            found.setdefault(concept.scheme, []).append(concept)
        return found


@lru_cache(maxsize=1)
def codelist_triples() -> tuple[ox.Triple, ...]:
    """Return every triple of every code list, read once a process."""
    paths = sorted((house().ontology / "codelists").glob("*.ttl"))
    return tuple(quad.triple for path in paths for quad in ox.parse(path=str(path)))


@lru_cache(maxsize=1)
def codelists() -> CodeLists:
    """Read the code lists once a process."""
    found: CodeLists = kept_object("codelists", program(), _codelists, unchanged)
    return found


def _codelists() -> CodeLists:
    about: dict[str, dict[str, list[ox.Literal | ox.NamedNode]]] = {}
    for triple in codelist_triples():
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, (ox.Literal, ox.NamedNode)):
            about.setdefault(triple.subject.value, {}).setdefault(triple.predicate.value, []).append(triple.object)
    concepts = {iri: _concept(iri, facts) for iri, facts in about.items() if SKOS + "inScheme" in facts}
    words: dict[tuple[str, str], str] = {}
    for iri, concept in sorted(concepts.items()):
        for word in (concept.code, *concept.labels.values(), *concept.other_words):
            words.setdefault((concept.scheme, word), iri)
            if key(word):
                words.setdefault((concept.scheme, key(word)), iri)
    departments = {(concept.facts.get("jurisdiction", "").rsplit("/", 1)[-1], key(word)): iri
                   for iri, concept in sorted(concepts.items()) if concept.scheme == "department"
                   for word in (*concept.labels.values(), *concept.other_words)}  # fmt: skip
    return CodeLists(concepts, words, departments)


def _local(iri: str) -> Concept:
    """Return a prefecture or county, which no code list holds, as a concept."""
    one = division(iri.rsplit("/", 1)[-1])
    assert one is not None
    other = (one.short,) if one.short else ()
    return Concept(iri, one.code, "division", {"zh": one.name, "en": one.english}, other, (), {})


def _concept(iri: str, facts: Mapping[str, list[ox.Literal | ox.NamedNode]]) -> Concept:
    labels = {literal.language or "": literal.value for literal in facts.get(SKOS + "prefLabel", [])
              if isinstance(literal, ox.Literal)}  # fmt: skip
    return Concept(
        iri=iri, code=_first(facts, SKOS + "notation") or iri.rsplit("/", 1)[-1],
        scheme=_first(facts, SKOS + "inScheme").removeprefix(CODES), labels=labels,
        other_words=tuple(value.value for value in facts.get(SKOS + "altLabel", [])),
        endings=tuple(value.value for one in _ENDINGS for value in facts.get(one, [])),
        facts={predicate.removeprefix(DEFINITIONS): values[0].value for predicate, values in facts.items()
               if predicate.startswith(DEFINITIONS)},
    )  # fmt: skip


def _first(facts: Mapping[str, list[ox.Literal | ox.NamedNode]], predicate: str) -> str:
    return facts[predicate][0].value if facts.get(predicate) else ""
