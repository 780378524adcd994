"""Published: what a submission becomes: its catalogue, the graphs of it and of its comparisons, or why it is refused.

Place in the flow: publishing, between examine and build. A graph that was sent is served as it was sent; what the
grammar reads from its words stands in a graph beside it, and gives no second value to what the agency says itself.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from gongfu.catalogue import Catalogue, Edition, Item
from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import CodeLists, codelists
from gongfu.examine import Examined, examine, with_results
from gongfu.facts import Row, triples
from gongfu.findings import Report, report
from gongfu.publishing.submission import GRAPH_SUFFIXES, Submission
from gongfu.regions import level_of
from gongfu.settings import DEFINITIONS, house
from gongfu.sources import curated_editions
from gongfu.sparql.dataset import HISTORY
from gongfu.sparql.entities import declares_entities
from gongfu.validate import validate

# A division of GB/T 2260 and a label: 330000-14fyp. No other graph can be published, above all none of the nation's.
NAME = re.compile(r"[0-9]{6}-[a-z0-9]+(?:-[a-z0-9]+)*")
PUBLICATIONS = "graph/publications"
_TEXTS = ("domain", "category", "name", "target", "content", "standard", "funding", "departments", "coverage",
          "payment")  # fmt: skip
_FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML,
            ".jsonld": ox.RdfFormat.JSON_LD}  # fmt: skip
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_HEADS = (ox.NamedNode(DEFINITIONS + "ServiceItem"), ox.NamedNode(DEFINITIONS + "CatalogueEdition"))
_JSON_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_DEEPEST = 200


class Refused(Exception):
    """What was sent cannot be a catalogue's graph: says in zh and en why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Published:
    """What a submission says and what was found of it: the triples sent, the examined catalogue."""

    submission: Submission
    sent: tuple[ox.Triple, ...]
    examined: Examined

    def report(self, codes: CodeLists) -> Report:
        """Return the report of the check."""
        return report(self.examined, codes)

    def graphs(self, base: str) -> dict[str, list[ox.Triple]]:
        """Return the graphs that are served while it is in force, by name."""
        edition, examined = self.submission.edition, self.examined
        read = _read_besides(self.sent, examined)
        found = {
            f"{base}graph/{edition}": list(self.sent or examined.prepared.triples),
            f"{base}graph/reading/{edition}": read if self.sent else [],
            f"{base}graph/correspondence/{edition}": list(examined.related),
            f"{base}graph/comparison/{edition}": list(examined.compared),
        }
        return {name: listed for name, listed in found.items() if listed}


def published(submission: Submission, base: str) -> Published:
    """Read and examine a submission, the same way as a check.

    Raises:
        Refused: it is no graph of the catalogue that it is sent as.
        UnreadableDocument, UnusableCatalogue: a document that cannot be read or holds no catalogue.
    """
    codes = codelists()
    if codes.concept("division", submission.edition[:6]) is None:
        raise Refused(
            f"行政区划代码表中没有{submission.edition[:6]}。", f"No division has the code {submission.edition[:6]}."
        )
    if submission.suffix in GRAPH_SUFFIXES:
        sent = tuple(sent_triples(submission.content, submission.suffix, submission.edition, base))
        catalogue = _catalogue(sent, submission.edition, base)
        examined = examine(catalogue, national(NATION, codes, base), codes, base)
        read = _read_besides(sent, examined)
        results = validate([*sent, *read, *examined.related, *examined.compared])
        return Published(submission, sent, with_results(examined, results))
    catalogue = read_catalogue(submission.content, submission.edition[:6], codes)
    catalogue = replace(catalogue, edition=replace(catalogue.edition, id=submission.edition, implements=NATION))
    return Published(submission, (), examine(catalogue, national(NATION, codes, base), codes, base))


def _read_besides(sent: Sequence[ox.Triple], examined: Examined) -> list[ox.Triple]:
    """Return what was read from the words where the agency says nothing: no second value, no half of another node."""
    said = {(triple.subject, triple.predicate) for triple in sent}
    whole = {triple.subject for triple in sent}
    heads = {triple.subject for triple in sent if triple.predicate == _TYPE and triple.object in _HEADS}
    return [
        triple for triple in examined.prepared.triples
        if (triple.subject, triple.predicate) not in said and (triple.subject in heads or triple.subject not in whole)
    ]  # fmt: skip


def sent_triples(file: Path, suffix: str, edition: str, base: str) -> list[ox.Triple]:
    """Read a graph that was sent. Raises Refused for faulty syntax and for statements about nodes of others."""
    content = file.read_bytes()
    if suffix == ".rdf" and declares_entities(content):
        raise Refused("RDF/XML 不得带 DOCTYPE 或实体声明。", "RDF/XML must have no DOCTYPE and declare no entities.")
    if suffix == ".jsonld" and _depth(content) > _DEEPEST:
        raise Refused(f"JSON 嵌套超过{_DEEPEST}层。", f"The JSON is nested deeper than {_DEEPEST} levels.")
    try:
        quads = list(ox.parse(content, _FORMATS[suffix], base_iri=f"{base}graph/{edition}"))
    except (SyntaxError, ValueError) as error:
        raise Refused(f"图写错了：{str(error)[:200]}", f"The graph is wrong: {str(error)[:200]}") from error
    if any(quad.graph_name != ox.DefaultGraph() for quad in quads):
        raise Refused("只能发布一个图，不得命名别的图。", "One graph is published; it must name no others.")
    if any(isinstance(quad.object, ox.Triple) for quad in quads):
        raise Refused(
            "图中不得有关于陈述的陈述（RDF 1.2）。", "The graph must not state things of statements (RDF 1.2)."
        )
    known = sorted(set(_named((quad.triple for quad in quads), hashlib.sha256(content).hexdigest()[:12])), key=str)
    _check_subjects(known, edition, base)
    return known


def _depth(content: bytes) -> int:
    """Return how deep brackets are nested in JSON; the parser would end the process on what is deep enough."""
    depth = deepest = 0
    for found in _JSON_BRACKETS.finditer(content):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found.group(), 0)
        deepest = max(deepest, depth)
    return deepest


def _named(sent: Iterable[ox.Triple], source: str) -> Iterator[ox.Triple]:
    """Yield triples with their blank nodes named by what they come from and in which order: the same in every build.

    Not by what is said of them: there are graphs of sixty such nodes whose canonical names take hours to find.
    """
    names: dict[ox.BlankNode, ox.BlankNode] = {}

    def named(node: ox.BlankNode) -> ox.BlankNode:
        return names.setdefault(node, ox.BlankNode(f"b{source}n{len(names)}"))

    for one in sent:
        subject = named(one.subject) if isinstance(one.subject, ox.BlankNode) else one.subject
        yield ox.Triple(
            subject, one.predicate, named(one.object) if isinstance(one.object, ox.BlankNode) else one.object
        )


def _check_subjects(known: Sequence[ox.Triple], edition: str, base: str) -> None:
    """Raise Refused where a node of others is described: the words of one agency must not change those of another."""
    own = [f"{base}{kind}/{edition}" for kind in ("cat", "doc", "src", "indicators")]
    own.append(f"{base}series/{edition[:6]}")
    for triple in known:
        subject = triple.subject
        if isinstance(subject, ox.NamedNode) and not any(
            subject.value == one or subject.value.startswith(one + "/") for one in own
        ):
            raise Refused(
                f"图中描述了不属于这份清单的节点<{subject.value[:200]}>。主语须是<{own[0]}>或以<{own[0]}/>开头。",
                f"The graph describes <{subject.value[:200]}>, which is not of this catalogue. Subjects are <{own[0]}> "
                f"or begin with <{own[0]}/>.",
            )


def _catalogue(sent: Sequence[ox.Triple], edition: str, base: str) -> Catalogue:
    store = ox.Store()
    store.extend(ox.Quad(one.subject, one.predicate, one.object) for one in sent)
    items = tuple(_items(store, f"{base}cat/{edition}"))
    if not items:
        raise Refused(
            f"图中没有<{base}cat/{edition}/…>形式的 bps:ServiceItem，不是一份清单。",
            f"The graph has no bps:ServiceItem of the form <{base}cat/{edition}/…>; it is no catalogue.",
        )
    return Catalogue(_edition(store, edition, f"{base}cat/{edition}"), items, file=f"{edition}.ttl")


def _items(store: ox.Store, edition: str) -> Iterator[Item]:
    seen: set[str] = set()
    for position, row in enumerate(_rows(store, "items"), 1):
        iri = row["item"]
        if iri in seen or not iri.startswith(edition + "/"):
            continue
        seen.add(iri)
        texts = {name: row[name] for name in _TEXTS if row[name]} | {"number": row["number"]}
        yield Item(iri.removeprefix(edition + "/"), row["number"], position, texts, {})


def _edition(store: ox.Store, edition: str, iri: str) -> Edition:
    row = next((one for one in _rows(store, "edition") if one["edition"] == iri), None)
    region = edition[:6]
    plain = Edition(edition, region, f"{edition}.ttl", level_of(region), implements=NATION, series=region)
    if row is None:
        return plain
    return replace(
        plain, title={name: row[name] for name in ("zh", "en") if row[name]}, published=row["published"] == "true",
        document_title=row["documentTitle"], document_number=row["documentNumber"], issuer=row["issuer"],
        issued=_day(row["issued"]), declared_items=int(row["declared"]) if row["declared"].isdigit() else None,
        period=(int(row["from"]), int(row["to"])) if row["from"].isdigit() and row["to"].isdigit() else None,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rows(store: ox.Store, name: str) -> Iterator[dict[str, str]]:
    found = store.query((house().data / "publishing" / f"{name}.rq").read_text("utf-8"))
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    for row in found:
        yield {name: term.value if isinstance(term := row[name], (ox.NamedNode, ox.Literal)) else "" for name in names}


def published_graphs(
    versions: Mapping[str, Sequence[Submission]], base: str, known: Mapping[str, Published] = MappingProxyType({})
) -> dict[str, list[ox.Triple]]:
    """Return every graph that submissions give: those in force, their history, and whence all of them came.

    ``known`` holds submissions that were examined already, by edition.
    """
    graphs: dict[str, list[ox.Triple]] = {}
    for edition, listed in versions.items():
        if listed[-1].suffix:
            graphs |= (known.get(edition) or published(listed[-1], base)).graphs(base)
        graphs |= history_graphs(listed, base)
    told = [triple for listed in versions.values() for triple in provenance(listed, base)]
    return graphs | ({base + PUBLICATIONS: told} if told else {})


def history_graphs(versions: Sequence[Submission], base: str) -> dict[str, list[ox.Triple]]:
    """Return the earlier versions of an edition as graphs of their own, which the default graph leaves out."""
    return {f"{base}{HISTORY}{one.edition}/{one.number}": _of_history(one, base) for one in versions[:-1] if one.suffix}


def _of_history(one: Submission, base: str) -> list[ox.Triple]:
    if one.suffix in GRAPH_SUFFIXES:
        return sent_triples(one.content, one.suffix, one.edition, base)
    return list(published(one, base).examined.prepared.triples)


def typed_version(edition: str, base: str) -> str:
    """Return the name of the graph of what others typed from an agency's document, while its own is in force.

    It is part of the history, too: version 0, which the agency's first revises. When the agency withdraws its own, what
    was typed is in force again.
    """
    return f"{base}{HISTORY}{edition}/0"


def provenance(versions: Sequence[Submission], base: str) -> list[ox.Triple]:
    """Return when and from whom each version came, what it revised and until when it was in force."""
    rows: list[Row] = []
    earlier: Submission | None = None
    first = 0 if versions and versions[0].edition in curated_editions() else None
    for one, following in zip(versions, [*versions[1:], None], strict=True):
        if one.suffix:
            rows.append({
                "edition": one.edition, "number": one.number, "received": one.received, "agent": one.agent,
                "sha256": one.sha256, "until": following.received if following else None,
                "follows": earlier.number if earlier else first, "current": following is None,
            })  # fmt: skip
            earlier = one
    return triples("version", rows, base)
