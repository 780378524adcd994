"""Graph: a catalogue and what was read from it become one data graph.

Place in the flow: **map**. Every function takes records and returns triples made by the CONSTRUCT files of
data/tables/; no IRI pattern stands here.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from urllib.parse import quote

from gongfu.catalogue import UNREAD_PARTS, Catalogue, CellReference, Item, Unread
from gongfu.codes import CodeLists
from gongfu.coverage import Coverage
from gongfu.departments import Role
from gongfu.divisions import division
from gongfu.elements import Element
from gongfu.facts import Graph, Iri, Row, mapped
from gongfu.kinds import kind_of
from gongfu.match import Correspondence
from gongfu.measures import Measure
from gongfu.regions import NATIONWIDE, level_of
from gongfu.settings import CODES
from gongfu.text import key
from gongfu.thresholds import threshold

_MATCHES = {"same": "exactMatch", "renamed": "closeMatch", "narrower": "broadMatch", "broader": "narrowMatch",
            "split": "broadMatch", "merged": "narrowMatch"}  # fmt: skip
# An earlier edition says what its item became: a later item that covers more is the broader of the two.
_MATCHES_ONWARD = {**_MATCHES, "narrower": "narrowMatch", "broader": "broadMatch", "split": "narrowMatch",
                   "merged": "broadMatch"}  # fmt: skip
_SKOS = "http://www.w3.org/2004/02/skos/core#"
# What each row states, by 国发〔2017〕9号第三章第二节; number and name are of the row itself.
_COMPLETE = ("target", "standard", "funding", "departments")
_GAPS_MAX = 1_000
_COUNTERPARTS = 8


def node(iri: str | None) -> Iri | None:
    """Return the IRI as the value of a cell, None for none."""
    return Iri(iri) if iri else None


def edition_triples(catalogue: Catalogue, codes: CodeLists, base: str) -> Graph:
    """Return edition, policy document and source file of a catalogue."""
    edition = catalogue.edition
    placed = not edition.published or edition.region != NATIONWIDE or edition.level == level_of(NATIONWIDE)
    row: Row = {
        "edition": edition.id, "division": _coded("division", edition.region, codes) if placed else None,
        "level": _coded("level", edition.level, codes),
        "status": node(codes.iri("publication-status", "published" if edition.published else "draft")),
        "actual": len(catalogue.items), "declared": edition.declared_items, "file": edition.file,
        "payment": "payment" in catalogue.columns, "series": edition.series, "implements": edition.implements,
        "titleZh": edition.title.get("zh"), "titleEn": edition.title.get("en"),
        "documentTitle": edition.document_title, "documentNumber": edition.document_number, "issuer": edition.issuer,
        "issued": edition.issued, "sha256": edition.sha256, "forwardedBy": edition.forwarded_by,
        "forwardedTitle": edition.forwarded_title, "forwardedIssuer": edition.forwarded_issuer,
        "forwardedIssued": edition.forwarded_issued,
        "from": edition.period[0] if edition.period else None, "to": edition.period[1] if edition.period else None,
        "supersedes": edition.supersedes,
    }  # fmt: skip
    lacked: list[Row] = [{"lackedColumn": node(codes.iri("column", name))} for name in _lacked_columns(catalogue)]
    return _division(edition.region, codes, base) + mapped("edition", [row, *_details(catalogue), *lacked], base)


def _lacked_columns(catalogue: Catalogue) -> list[str]:
    """Return the columns of a complete row that no row of the table can have, for the table has no such column."""
    there = catalogue.columns.keys()
    instead = {"standard": {"content"}}
    return [name for name in _COMPLETE if there and not there & {name, *instead.get(name, ())}]


def _coded(scheme: str, word: str, codes: CodeLists) -> Iri | None:
    """Return the code that a word names; one that no list holds is kept, so that a rule can tell of it."""
    return node(codes.iri(scheme, word) or (f"{CODES}{scheme}/{quote(word, safe='')}" if word else None))


def _division(region: str, codes: CodeLists, base: str) -> Graph:
    """Return what is known of a prefecture or county that the code list does not hold."""
    one = division(region)
    if one is None or codes.iri("division", region) in codes.concepts:
        return Graph()
    above = next(iri for code in one.above if (iri := codes.iri("division", code)))
    row: Row = {"division": node(codes.iri("division", one.code)), "code": one.code, "above": node(above),
                "zh": one.name, "en": one.english}  # fmt: skip
    return mapped("division", [row], base)


def _details(catalogue: Catalogue) -> list[Row]:
    """Return what an edition has several of: numbers that are left out, notes, reasons for what is absent."""
    edition = catalogue.edition
    gaps: list[Row] = [{"gap": number} for number in missing_numbers(catalogue)]
    notes: list[Row] = [{"extraction": text, "language": language} for language, text in edition.notes]
    lacking: list[Row] = [
        {f"{name}Absence": text, "language": language}
        for name, reason in edition.absent.items() for language, text in reason.items()
    ]  # fmt: skip
    return [*gaps, *notes, *lacking]


def missing_numbers(catalogue: Catalogue) -> list[int]:
    """Return the numbers that are missing up to the last of a catalogue; none where they may stand in unread words."""
    if any(one.kind in UNREAD_PARTS for one in catalogue.unread):
        return []
    numbers = {item.ordinal for item in catalogue.items} - {None}
    last = max((number for number in numbers if number is not None), default=0)
    return list(islice((number for number in range(1, last + 1) if number not in numbers), _GAPS_MAX))


def item_triples(catalogue: Catalogue, codes: CodeLists, base: str) -> Graph:
    """Return the items of a catalogue and their cells."""
    edition = catalogue.edition
    rows: list[Row] = [
        {"edition": edition.id, "key": item.key, "position": item.position, **item.texts,
         "domainConcept": node(domain_concept(item.text("domain"), edition.scheme, codes))}
        for item in catalogue.items
    ]  # fmt: skip
    names = {name for item in catalogue.items for name in item.cells}
    columns = {name: node(iri) for name in names if (iri := codes.iri("column", name))}
    cells: list[Row] = [
        {"edition": edition.id, "key": item.key, "field": name, "column": columns[name],
         "sheet": place.sheet, "address": place.address, "text": item.text(name)}
        for item in catalogue.items for name, place in item.cells.items() if name in columns
    ]  # fmt: skip
    return mapped("item", rows, base) + mapped("cell", cells, base)


@lru_cache(maxsize=1024)  # a catalogue of thousands of rows has a dozen headings
def domain_concept(heading: str, scheme: str, codes: CodeLists) -> str | None:
    """Return the domain concept a heading names: in the edition's scheme, else in the others; words added or dropped
    such as 基本, 公共 and 服务 do not matter."""
    schemes = [
        scheme,
        *(name for name in ("domain-13fyp", "domain-2018", "domain-12fyp", "category-2018") if name != scheme),
    ]
    for name in schemes:
        found = codes.iri(name, heading)
        if found:
            return found
    bare = {(name, _bare(word)): concept.iri for name in reversed(schemes) for concept in codes.scheme(name)
            for word in (*concept.labels.values(), *concept.other_words)}  # fmt: skip
    return next(
        (bare[name, _bare(heading)] for name in schemes if _bare(heading) and (name, _bare(heading)) in bare), None
    )


def _bare(heading: str) -> str:
    name = key(heading)
    for word in ("基本", "公共", "服务", "领域"):
        name = name.replace(word, "")
    return name


def measure_triples(
    edition: str, measures: Mapping[str, Sequence[tuple[str, Measure]]], codes: CodeLists, base: str, method: str
) -> Graph:
    """Return the measures of the items: for each item key the pairs (column the measure stands in, measure)."""
    rows = [
        _measure_row(edition, item_key, order, column, measure, codes, method)
        for item_key, found in measures.items() for order, (column, measure) in enumerate(found, 1)
    ]  # fmt: skip
    return mapped("measure", rows, base)


def _measure_row(
    edition: str, item_key: str, order: int, column: str, measure: Measure, codes: CodeLists, method: str
) -> Row:
    indicator = codes.concepts.get(measure.indicator)
    return {
        "edition": edition, "key": item_key, "order": order, "field": column, "label": measure.label or measure.quote,
        "indicator": node(measure.indicator), "due": measure.due_year,
        "kind": node((indicator and indicator.facts.get("measureKind")) or codes.iri("measure-kind", kind_of(measure))),
        "comparator": node(codes.iri("comparator", measure.comparator)), "lower": measure.lower, "upper": measure.upper,
        "lowerInclusive": None if measure.lower is None else measure.comparator != "more-than",
        "upperInclusive": None if measure.upper is None else measure.comparator != "less-than",
        "multiplier": node(codes.iri("multiplier", measure.multiplier)) if measure.multiplier else None,
        "unit": node(codes.iri("unit", measure.unit)), "per": measure.per,
        "normalLower": measure.normal_lower, "normalUpper": measure.normal_upper, "normalUnit": measure.normal_unit,
        "normalNote": measure.normal_note, "attainment": node(codes.iri("attainment", measure.attainment)),
        "role": node(codes.iri("binding-role", measure.role)), "condition": measure.condition, "quote": measure.quote,
        "scope": node(codes.iri("scope", measure.scope)) if measure.scope else None,
        "start": measure.start, "end": measure.end, "found": bool(measure.quote) and measure.end > measure.start,
        "method": node(codes.iri("reading-method", method)),
    }  # fmt: skip


def element_triples(edition: str, elements: Mapping[str, Sequence[Element]], codes: CodeLists, base: str) -> Graph:
    """Return the things that the items provide, for each item key in order."""
    rows: list[Row] = [
        {"edition": edition, "key": item_key, "order": order, "name": one.name, "field": one.column, "quote": one.quote,
         "sentence": one.sentence, "start": one.start, "end": one.end, "free": one.manner.free,
         "attainment": node(codes.iri("attainment", one.manner.attainment)),
         "method": node(codes.iri("reading-method", "person" if one.typed else "grammar"))}
        for item_key, found in elements.items() for order, one in enumerate(found, 1)
    ]  # fmt: skip
    return mapped("element", rows, base)


def coverage_triples(edition: str, nation: str, coverages: Iterable[Coverage], codes: CodeLists, base: str) -> Graph:
    """Return for each national element whether the catalogue has it, where and how."""
    rows: list[Row] = [
        {"edition": edition, "nation": nation, "national": one.national, "order": one.order,
         "presence": node(codes.iri("presence", one.presence)), "likeness": Decimal(str(one.likeness)),
         "item": one.item, "quote": one.quote, "free": one.manner.free if one.manner else None,
         "attainment": node(codes.iri("attainment", one.manner.attainment)) if one.manner else None,
         "narrowed": one.narrowed or None}
        for one in coverages
    ]  # fmt: skip
    return mapped("element-coverage", rows, base)


def role_triples(edition: str, region: str, roles: Mapping[str, Sequence[Role]], codes: CodeLists, base: str) -> Graph:
    """Return the department roles of the items; units that no list knows are minted under the region."""
    rows: list[Row] = []
    for item_key, units in roles.items():
        for role in units:
            own: Row = {
                "edition": edition, "key": item_key, "order": role.order, "name": role.name, "region": region,
                "division": node(codes.iri("division", region)), "known": node(role.iri),
                "kind": node(codes.iri("department-kind", role.kind)),
                "role": node(codes.iri("role", "lead" if role.order == 1 else "joint")),
            }  # fmt: skip
            # department-role.rq has room for eight in a row: a merged bureau with more takes another of the same role
            for first in range(0, max(1, len(role.counterparts)), _COUNTERPARTS):
                some = role.counterparts[first : first + _COUNTERPARTS]
                rows.append({**own, **{f"counterpart{place}": node(iri) for place, iri in enumerate(some, 1)}})
    return mapped("department-role", rows, base)


def succession_triples(edition: str, passed: Iterable[tuple[str, int, str]], base: str) -> Graph:
    """Return which unit took over a lead unit's function at an item: (item key, order of the role, IRI of the unit)."""
    rows: list[Row] = [{"edition": edition, "key": item, "order": order, "unit": node(unit)}
                       for item, order, unit in passed]  # fmt: skip
    return mapped("succession", rows, base)


def correspondence_triples(
    catalogue: Catalogue, nation: Catalogue, correspondences: Iterable[Correspondence], codes: CodeLists, base: str
) -> Graph:
    """Return the correspondences as XKOS associations, with names, numbers and domains of both sides to compare."""
    ours, theirs = {item.key: item for item in catalogue.items}, {item.key: item for item in nation.items}
    onward = catalogue.edition.implements == "" and catalogue.edition.level == "national"
    matches = _MATCHES_ONWARD if onward and catalogue.edition.id != nation.edition.id else _MATCHES
    primary: set[str] = set()
    rows: list[Row] = []
    for one in sorted(correspondences, key=lambda one: -_rank(one, ours, theirs)):
        item, other = ours.get(one.item or ""), theirs.get(one.national or "")
        row = _stated(one, catalogue, nation, codes) | _sides(item, other, catalogue, nation, codes)
        if item and other:
            row |= {"primary": other.key not in primary}
            row |= {"match": node(_SKOS + matches[one.relation])} if one.relation in matches else {}
            primary.add(other.key)
        rows.append(row)
    return mapped("correspondence", _numbered(rows), base)


def _numbered(rows: Sequence[Row]) -> list[Row]:
    """Return the rows so that a catalogue with an order of its own tells its numbers once, and not at every row."""
    clashing = {row["item"] for row in rows if row.get("clash")}
    many = len(clashing) > threshold("numbers-told-singly")
    told = "ownNumber" if many else "clash"
    return [
        {**row, "clash": None, "ownNumber": None, told: row.get(told) if row.get("clash") else None} for row in rows
    ]


_Facts = dict[str, str | int | bool | Decimal | Iri | None]


def _stated(one: Correspondence, catalogue: Catalogue, nation: Catalogue, codes: CodeLists) -> _Facts:
    return {
        "edition": catalogue.edition.id, "nation": nation.edition.id,
        "label": f"{one.national or '-'}_{one.item or '-'}", "national": one.national, "item": one.item,
        "relation": node(codes.iri("change-type", one.relation)), "cardinality": one.cardinality,
        "justification": node(codes.iri("justification", one.justification)),
        "confidence": Decimal(str(one.confidence)), "note": one.note, "exemption": one.exemption,
    }  # fmt: skip


def _sides(item: Item | None, other: Item | None, catalogue: Catalogue, nation: Catalogue, codes: CodeLists) -> _Facts:
    """Return names, numbers and domains of a pair; for any row, the other national item that has its number."""
    if item is None:
        return {}
    same_number = [one.key for one in nation.items if item.number and one.number == item.number]
    clash = next((name for name in same_number if other is None or name != other.key), None)
    facts: _Facts = {"clash": clash, "ownNumber": item.ordinal}
    if other is None:
        return facts
    return facts | {
        "nationalNumber": other.ordinal, "number": item.ordinal, "nationalName": other.name, "name": item.name,
        "nationalDomain": node(domain_concept(other.text("domain"), nation.edition.scheme, codes)),
        "domain": node(domain_concept(item.text("domain"), catalogue.edition.scheme, codes)),
    }  # fmt: skip


def _rank(one: Correspondence, ours: Mapping[str, Item], theirs: Mapping[str, Item]) -> float:
    """Rank the rows that answer one national item: the row of its own name first, then the surest."""
    item, other = ours.get(one.item or ""), theirs.get(one.national or "")
    same_name = item is not None and other is not None and key(item.name) == key(other.name)
    return one.confidence + (1.0 if same_name else 0.0)


def unread_triples(edition: str, unread: Sequence[Unread], codes: CodeLists, base: str) -> Graph:
    """Return what could not be read, one node each with its place."""
    rows: list[Row] = [
        {"edition": edition, "order": order, "kind": node(codes.iri("unread-kind", one.kind)), "text": one.text,
         "nearest": one.nearest, "key": one.item, **_place(one.cell)}
        for order, one in enumerate(unread, 1)
    ]  # fmt: skip
    return mapped("unread", rows, base)


def _place(cell: CellReference | None) -> Row:
    return {"sheet": cell.sheet, "address": cell.address} if cell else {}
