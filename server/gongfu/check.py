"""Check: a catalogue file against the national one, from file to report. A newcomer reads this page first.

    document -> (plain text) -> arrange -> (match, measures, departments) -> map -> compare -> validate -> findings

Place in the flow: the whole of it. The command line, HTTP and the build take this path through ``examine``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from gongfu.arrange import Arranged, arrange
from gongfu.catalogue import Catalogue, Edition, Item, Plan, Unread
from gongfu.codes import CodeLists, codelists
from gongfu.document import Document, UnreadableDocument, read_document
from gongfu.elements import split_elements
from gongfu.examine import Prepared, examine, prepare, ready, with_elements
from gongfu.findings import Report, report
from gongfu.funding_source import curated_funding
from gongfu.graph import succession_triples
from gongfu.kept import kept_object
from gongfu.masthead import read_masthead
from gongfu.match import Correspondence
from gongfu.narrative import read_narrative
from gongfu.plan import take_plan
from gongfu.plan_text import read_plan_text
from gongfu.regions import guess_level, guess_region, level_of, title_rows
from gongfu.reviews import FaultyReviews, Review, reviews_beside
from gongfu.settings import base_iri, program, unchanged
from gongfu.sources import (
    FaultySource,
    curated_correspondences,
    curated_elements,
    curated_measures,
    curated_plan,
    curated_successions,
    edition_of,
    national_folder,
    source_folder,
)
from gongfu.target_source import curated_targets
from gongfu.validate import Engine

NATION = "cn-13fyp"
_ITEM_COUNT = re.compile(
    r"领域(?:的|共)?\s*(\d{1,3})\s*个(?:服务)?项目|清单[^。\d]{0,40}?(?:共|计)\s*(\d{1,3})\s*[项个]"
)


# How much one check compares. Catalogues have at most some thousand rows and a thousand characters a cell; what is far
# beyond is another table, or made to keep the check busy.
_ITEMS_MAX, _CELL_MAX, _TEXT_MAX = 5_000, 10_000, 5_000_000


class UnusableCatalogue(Exception):
    """The file can be read but not checked: says in zh and en what is wrong, where, and what to do next."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def _silent(stage: str) -> None:
    """Tell nobody."""


def check(
    path: Path,
    against: str = NATION,
    region: str | None = None,
    tell: Callable[[str], None] = _silent,
    engine: Engine = "shacl",
) -> Report:
    """Check a catalogue file and return the report.

    Args:
        path: the file, in any format that ``read_document`` takes.
        against: id or folder name of the national edition.
        region: GB/T 2260 code of the catalogue's region; None takes what stands beside or in the file.
        engine: the SHACL engine that judges; ``pyshacl`` is the referee, a hundred times slower.
        tell: is called with the name of each stage as it begins: nation, reading, comparing, telling.

    Raises:
        UnreadableDocument: the file cannot be read. UnusableCatalogue: it holds no catalogue, the region or
        edition is unknown, or the file of judgements beside it is faulty.
    """
    tell("nation")
    codes, base = codelists(), base_iri()
    nation = national(against, codes, base)
    tell("reading")
    catalogue = read_catalogue(path, region, codes)
    itself = catalogue.edition.id == nation.catalogue.edition.id
    if itself:  # two readings of one edition must not merge
        catalogue = replace(catalogue, edition=replace(catalogue.edition, id=f"{catalogue.edition.id}-checked"))
    # What a person stated holds for the edition it was stated against; against another the rows speak for themselves.
    implements = catalogue.edition.implements in {"", nation.catalogue.edition.id} and not itself
    stated = _stated(path.parent) if path.name == "catalogue.csv" and implements else None
    tell("comparing")
    examined = examine(catalogue, nation, codes, base, stated, engine=engine)
    tell("telling")
    return report(examined, codes, _reviews(path))


def _reviews(path: Path) -> tuple[Review, ...]:
    try:
        return reviews_beside(path)
    except FaultyReviews as error:
        raise UnusableCatalogue(error.zh, error.en) from error


@lru_cache(maxsize=4)  # many catalogues are compared with one
def national(edition: str, codes: CodeLists, base: str) -> Prepared:
    """Return a curated edition, read from its folder, ready to be compared with; what was read is kept."""
    try:
        folder = national_folder(edition)
    except FaultySource as error:
        raise UnusableCatalogue(*str(error).split(" / ", 1)) from error
    depends_on = f"{program()} {base}"
    found: Prepared = kept_object(
        f"nation-{folder.name}", depends_on, lambda: _prepared(folder, codes, base), unchanged
    )
    return found


def _prepared(folder: Path, codes: CodeLists, base: str) -> Prepared:
    catalogue = read_catalogue(folder / "catalogue.csv", None, codes)
    measures = curated_measures(folder, catalogue.items, codes)
    funding, targets = curated_funding(folder, catalogue.items, codes), curated_targets(folder, catalogue.items)
    prepared = prepare(catalogue, codes, base, measures, None, funding, targets)
    prepared = replace(prepared, earlier=_earlier(catalogue.edition.supersedes, codes))
    passed = curated_successions(folder, prepared.roles, catalogue.items, codes)
    prepared = replace(prepared, graph=prepared.graph + succession_triples(catalogue.edition.id, passed, base))
    typed = curated_elements(folder, catalogue.items)
    split = {item.key: split_elements(item) for item in catalogue.items} if typed is None else {}
    return ready(with_elements(prepared, typed or split, codes, base))


def _stated(folder: Path) -> tuple[Correspondence, ...] | None:
    """Return the correspondences beside a catalogue, None where there are none; what nobody can use is refused."""
    try:
        return curated_correspondences(folder)
    except FaultySource as error:
        raise UnusableCatalogue(*str(error).split(" / ", 1)) from error


def _earlier(edition: str, codes: CodeLists) -> dict[str, list[Item]]:
    """Return the rows of the previous national edition by the number of the item that each of them became."""
    if not edition:
        return {}
    folder = source_folder(edition)
    rows = {item.key: item for item in read_catalogue(folder / "catalogue.csv", None, codes).items}
    found: dict[str, list[Item]] = {}
    for pair in curated_correspondences(folder) or ():
        if pair.national and pair.item in rows:
            found.setdefault(pair.national, []).append(rows[pair.item])
    return found


def read_catalogue(path: Path, region: str | None, codes: CodeLists) -> Catalogue:
    """Return the catalogue in a file; what source.yaml beside it says of the document is taken over."""
    document, plan, unread_cells = take_plan(read_document(path), codes)
    arranged, passages = arrange(document), tuple[Unread, ...]()
    if not arranged.items:
        from gongfu.text_tables import with_text_tables  # four ways of reading, which few files need

        told, passages = with_text_tables(document, codes)
        arranged = arrange(told)
    if not arranged.items:
        raise _without_items(path.name, passages, document.unread)
    _check_extent(arranged.items, path.name)
    edition = _edition(path, document, arranged, region, codes)
    beside = path.name == "catalogue.csv"
    plan = curated_plan(path.parent, codes) if beside else _whole_plan(plan, document.prose, edition, codes)
    pictures = [Unread("picture", place) for place in document.unread]
    unread = (*arranged.unread, *passages, *pictures, *unread_cells)
    return Catalogue(edition, arranged.items, unread, arranged.columns, path.name, plan)


def _whole_plan(tables: Plan, prose: str, edition: Edition, codes: CodeLists) -> Plan:
    """Return what a document's tables say of its plan, with what only its running text says."""
    lines = read_plan_text(prose, codes)
    begins = edition.period[0] if edition.period else None
    statements = read_narrative(prose, edition.level, begins, codes)
    return Plan(tables.observations or lines.observations, tables.tasks or lines.tasks, statements)


def _check_extent(items: Sequence[Item], name: str) -> None:
    """Raise UnusableCatalogue for more rows or longer cells than one check compares."""
    if len(items) > _ITEMS_MAX:
        raise UnusableCatalogue(
            f"“{name}”有{len(items)}行，一次最多比对{_ITEMS_MAX}行。请只留清单，或分成几个文件后再试。",
            f"“{name}” has {len(items)} rows, one check compares {_ITEMS_MAX}. Keep only the catalogue, or split it.",
        )
    longest, place = max(((len(text), item.cells.get(column)) for item in items for column, text in item.texts.items()),
                         key=lambda one: one[0])  # fmt: skip
    where = f"{place.sheet} {place.address}" if place else name
    if longest > _CELL_MAX:
        raise UnusableCatalogue(
            f"“{name}”的单元格[{where}]有{longest}字，一格最多{_CELL_MAX}字。请检查这一格是否粘贴了整篇文字。",
            f"Cell [{where}] of “{name}” holds {longest} characters, at most {_CELL_MAX} are read. Is it a whole text?",
        )
    total = sum(len(text) for item in items for text in item.texts.values())
    if total > _TEXT_MAX:
        raise UnusableCatalogue(
            f"“{name}”的清单共{total}字，一次最多比对{_TEXT_MAX}字。请分成几个文件后再试。",
            f"The catalogue in “{name}” has {total} characters, one check compares {_TEXT_MAX}. Split it.",
        )


def _without_items(name: str, passages: Sequence[Unread], pictures: Sequence[str]) -> UnusableCatalogue:
    """Return the fault of a file in which no catalogue was found, or only words of one that could not be read."""
    zh = "表头须有“服务项目”和“服务对象”“服务标准”等栏；请检查表头那一行。"
    en = "The header row needs 服务项目 and 服务对象, 服务标准 or the like; check it."
    if passages:
        zh = "清单的表头之后没有一行能读成项目：各栏的文字分不开。请换用有表格的原文件（xlsx、docx）。"
        en = "No line after its header could be read as an item: the columns cannot be told apart. Use the original "
        en += "file with its table (xlsx, docx)."
    if pictures:
        zh += f"{'、'.join(pictures)}只有图片，没有可读的文字；清单若在其中，请换用带文字的文件。"
        en += f" {', '.join(pictures)}: only a picture, no text; if the catalogue is there, use a file with text."
    return UnusableCatalogue(f"“{name}”里没有找到清单。{zh}", f"No catalogue was found in “{name}”. {en}")


def _edition(path: Path, document: Document, arranged: Arranged, region: str | None, codes: CodeLists) -> Edition:
    beside = path.name == "catalogue.csv" and (path.parent / "source.yaml").is_file()
    if beside:
        edition = edition_of(path.parent)
        return replace(edition, region=_known_region(region, codes)) if region else edition
    code = _known_region(region, codes) if region else guess_region(path, document, codes)
    level = level_of(code) if region else guess_level(code, path, document)
    declared = _declared("\n".join((*title_rows(document), document.prose)), len(arranged.items))
    first = replace(document, tables=document.tables[:1])  # further sheets may speak of other documents
    titles = [*(table.sheet for table in document.tables), *title_rows(first)]
    head = read_masthead(document.prose, "\n".join(titles))
    return Edition(
        id=f"{code}-draft",
        region=code,
        file=path.name,
        level=level,
        declared_items=declared,
        document_number=head.number,
        issuer=head.issuer,
        issued=head.issued,
        period=head.period,
        version=head.version,
    )


def _known_region(region: str, codes: CodeLists) -> str:
    concept = codes.concept("division", region)
    if concept is None:
        raise UnusableCatalogue(
            f"地区代码“{region}”不在行政区划代码表中。请用 GB/T 2260 的六位代码，如吉林省 220000、长春市 220100。",
            f"Region {region!r} is not in the list of divisions. "
            "Use the six digits of GB/T 2260, such as 220000 for Jilin, 220100 for Changchun.",
        )
    return concept.code


def _declared(prose: str, actual: int) -> int | None:
    """Return the number of items the document's own text declares for its catalogue; None where it states none."""
    found = [int(first or second) for first, second in _ITEM_COUNT.findall(prose)]
    plausible = [number for number in found if 20 <= number <= 400]
    return (actual if actual in plausible else plausible[-1]) if plausible else None


__all__ = ["NATION", "UnreadableDocument", "UnusableCatalogue", "check", "national", "read_catalogue"]
