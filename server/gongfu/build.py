"""Build: all sources become one store and its dumps, written beside and renamed into place.

Place in the flow: after examine. A build is a folder named by the digest of everything it was made from; the link
``current`` is switched to it in one step, so that a reader sees the old data or the new and never a mixture.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from gongfu.builds import CURRENT, build_name, finished_store
from gongfu.check import NATION, national, read_catalogue
from gongfu.codes import CodeLists, codelists
from gongfu.compare import sums
from gongfu.dumps import SUMS, quads_of, write_dumps, write_graph, write_sums
from gongfu.examine import Prepared, examine, prepare
from gongfu.facts import Row, triples
from gongfu.findings import report
from gongfu.funding_source import curated_funding
from gongfu.graph import correspondence_triples, node
from gongfu.header_titles import columns
from gongfu.metadata import metadata
from gongfu.plan_graph import plan_triples
from gongfu.publishing.published import published_graphs, typed_version
from gongfu.publishing.submission import FOLDER, carry_over, submissions
from gongfu.report.shacl_report import validation_report
from gongfu.reviews import reviews_beside
from gongfu.search import INDEX, write_index
from gongfu.settings import base_iri, house
from gongfu.sources import (
    annotations,
    curated_correspondences,
    curated_measures,
    curated_plan,
    described,
    edition_of,
    mentions,
    source_folders,
)
from gongfu.sparql.dataset import describe, merge_graphs, replace_graphs, write_facts
from gongfu.sparql.description import METADATA
from gongfu.target_source import curated_targets

_KEPT = 3  # the builds before stay, for readers that still have them open


@dataclass(frozen=True)
class Built:
    """A finished build: its folder, the store inside it, the named graphs and the number of quads."""

    folder: Path
    store: Path
    graphs: tuple[str, ...]
    quads: int


def built_or_build(out: Path) -> Path:
    """Return the store under ``out``, built first when there is none or its sources have changed."""
    return finished_store(out) or build(out).store


def build(out: Path) -> Built:
    """Build the store and the dumps from all sources under ``out`` and switch ``current`` to them.

    What agencies published there is a source too, and is taken over from the build before.
    """
    with building(out) as beside:
        carry_over((out / CURRENT).resolve(), beside)
        return build_in(out, beside)


def build_in(out: Path, beside: Path) -> Built:
    """Build in a folder that ``building`` gave and that holds what agencies published."""
    base = base_iri()
    fill(beside / "store", dict(_graphs(codelists(), base, beside)))
    return finish(out, beside, base)


def fill(path: Path, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
    """Write a new store with these graphs, and with their union as its default graph."""
    store = ox.Store(str(path))
    store.bulk_extend(quads_of(graphs))
    merge_graphs(store)  # what queries see without FROM: every triple once, though it stand in two graphs
    store.optimize()
    store.flush()


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """Give a new folder beside the builds, to one process at a time; what a killed one left behind is removed."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in out.glob(".building-*/"):
            shutil.rmtree(left, ignore_errors=True)
        beside = Path(tempfile.mkdtemp(prefix=".building-", dir=out))
        try:
            yield beside
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def finish(out: Path, beside: Path, base: str) -> Built:
    """Add dumps and metadata to a store under ``beside`` that holds all other graphs, and switch ``current`` to it."""
    _describe_itself(beside, base)
    sums = (beside / "dumps" / SUMS).read_bytes()
    write_facts(beside / "store", hashlib.sha256(sums).hexdigest()[:16])
    write_index(beside / "store", beside / INDEX)
    target = out / f"{build_name(beside)}.{secrets.token_hex(4)}"  # never in the place of a build that may be served
    beside.rename(target)
    switch(out, target.name)
    dataset = describe(target / "store")
    return Built(target, target / "store", tuple(dataset.graphs), sum(dataset.graphs.values()))


def _describe_itself(beside: Path, base: str) -> None:
    store = ox.Store(str(beside / "store"))
    dumps = write_dumps(beside / "dumps", store, base)
    about = metadata(store, dumps, base)
    replace_graphs(store, (), {base + METADATA: about})
    dumps.append(write_graph(beside / "dumps", base + METADATA, about))
    write_sums(beside / "dumps", dumps)
    store.flush()


def switch(out: Path, version: str) -> None:
    """Point ``current`` at a finished build in one step, then drop builds older than the one before."""
    link = out / f".{CURRENT}-{os.getpid()}"
    link.symlink_to(version, target_is_directory=True)
    link.replace(out / CURRENT)
    builds = [
        path for path in out.iterdir() if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    ]
    others = sorted(
        (path for path in builds if path.name != version), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for path in others[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _graphs(codes: CodeLists, base: str, build: Path) -> Iterator[tuple[str, list[ox.Triple]]]:
    """Yield every named graph with its triples: vocabulary, rules, one an edition, correspondences, comparisons."""
    yield f"{base}graph/ontology", _files(sorted(house().ontology.glob("*.ttl")))
    yield f"{base}graph/codes", _files(sorted((house().ontology / "codelists").glob("*.ttl")))
    yield f"{base}graph/shapes", _files(sorted(house().shapes.glob("*.ttl")))
    nation = national(NATION, codes, base)
    versions = submissions(build / FOLDER)
    published = published_graphs(versions, base)
    yield from published.items()
    editions: list[Iterable[ox.Triple]] = list(published.values())
    in_force = {edition for edition, listed in versions.items() if listed[-1].suffix}
    for folder in source_folders():
        about = described(folder)
        name = str(about["id"])
        graph = f"{base}graph/{name}"
        if name in in_force:  # the agency's own catalogue goes before what was typed from its document
            graph = typed_version(name, base)
        extra = [
            *_annotation_triples(folder, name, codes, base),
            *_exemption_triples(folder, name, str(about.get("implements") or ""), base),
        ]
        if not (folder / "catalogue.csv").is_file():
            yield (
                graph,
                [
                    *_document_triples(folder, base),
                    *extra,
                    *_mention_triples(folder, name, codes, base),
                    *plan_triples(
                        curated_plan(folder, codes), name, str(about["region"]), codes, base, catalogue=False
                    ),
                ],
            )
            continue
        own, related, compared, judged = _edition(folder, nation, codes, base)
        yield graph, [*own, *extra]
        if name in in_force:
            continue
        editions += [own, compared]
        if related:
            yield f"{base}graph/correspondence/{name}", related
        if compared:
            yield f"{base}graph/comparison/{name}", compared
        if judged:
            yield f"{base}graph/validation/{name}", judged
    if added := sums(editions, base):
        yield f"{base}graph/comparison/across", added


def _edition(
    folder: Path, nation: Prepared, codes: CodeLists, base: str
) -> tuple[list[ox.Triple], list[ox.Triple], list[ox.Triple], list[ox.Triple]]:
    """Return the triples of an edition, its correspondences, its comparisons with the nation, its validation report."""
    catalogue = read_catalogue(folder / "catalogue.csv", None, codes)
    measures = curated_measures(folder, catalogue.items, codes)
    funding = curated_funding(folder, catalogue.items, codes)
    targets = curated_targets(folder, catalogue.items)
    stated = curated_correspondences(folder)
    if not catalogue.edition.implements:
        same = catalogue.edition.id == nation.catalogue.edition.id
        own = nation if same else prepare(catalogue, codes, base, measures, None, funding, targets)
        related = correspondence_triples(catalogue, nation.catalogue, stated, codes, base) if stated else ()
        return list(own.triples), list(related), [], []
    examined = examine(catalogue, nation, codes, base, stated, measures, funding, targets)
    judged = _without_blank_nodes(validation_report(report(examined, codes)))
    return list(examined.prepared.triples), list(examined.related), list(examined.compared), judged


def _without_blank_nodes(found: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Drop the paths of several steps: the shape that a result names has them, and a build has no blank nodes."""
    return [one for one in found if not any(isinstance(term, ox.BlankNode) for term in (one.subject, one.object))]


def _files(paths: Iterable[Path]) -> list[ox.Triple]:
    """Return the triples of Turtle files; blank nodes are named by what is said of them, the same in every build."""
    found = ox.Dataset(quad for path in paths for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted((quad.triple for quad in found), key=str)


def _annotation_triples(folder: Path, edition: str, codes: CodeLists, base: str) -> list[ox.Triple]:
    rows: list[Row] = [
        {"edition": edition, "order": order, "key": one.number,
         "column": node(codes.iri("column", columns().field(one.column) or "")),
         "printed": one.printed, "suspected": one.suspected, "reason": one.reason}
        for order, one in enumerate(annotations(folder), 1)
    ]  # fmt: skip
    return triples("annotation", rows, base)


def _exemption_triples(folder: Path, edition: str, nation: str, base: str) -> list[ox.Triple]:
    """Return the exemptions that persons stated beside the catalogue: what excuses a violation is published with it."""
    stated = [one for one in reviews_beside(folder / "catalogue.csv") if one.verdict == "exempt"]
    rows: list[Row] = [
        {"edition": edition, "nation": nation, "order": order, "rule": one.rule, "key": one.item,
         "national": one.national_item, "reason": one.reason, "by": one.by, "date": one.date}
        for order, one in enumerate(stated, 1)
    ]  # fmt: skip
    return triples("exemption", rows, base)


def _document_triples(folder: Path, base: str) -> list[ox.Triple]:
    edition = edition_of(folder)
    row: Row = {
        "edition": edition.id, "file": edition.file, "sha256": edition.sha256, "documentTitle": edition.document_title,
        "documentNumber": edition.document_number, "issuer": edition.issuer, "issued": edition.issued,
    }  # fmt: skip
    return triples("document", [row], base)


def _mention_triples(folder: Path, edition: str, codes: CodeLists, base: str) -> list[ox.Triple]:
    rows: list[Row] = [
        {"edition": edition, "nation": NATION, "order": order,
         "category": node(codes.iri("category-2018", one.category)), "national": one.national, "quote": one.quote}
        for order, one in enumerate(mentions(folder), 1)
    ]  # fmt: skip
    return triples("category", rows, base)
