"""Sources: the curated folders of data/sources/ and what may stand beside any catalogue file.

Place in the flow: before check and build. A folder holds source.yaml (the document), catalogue.csv and the tables that
people typed beside it: measures, correspondences, annotations, indicators, tasks. A catalogue file of an official may
have the same files beside it; they are honoured wherever they stand.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from gongfu.catalogue import CellReference, Edition, Item, Observation, Plan
from gongfu.codes import CodeLists, codelists
from gongfu.cutting import printed_fraction
from gongfu.departments import Role
from gongfu.document import read_document
from gongfu.elements import Element, element_at
from gongfu.figures import read_figure
from gongfu.match import Correspondence
from gongfu.measures import Measure, normalised
from gongfu.narrative import statements_in
from gongfu.plan import take_plan
from gongfu.settings import house, read_yaml

# The kinds of narrative.csv that state a number of an indicator, by their code.
_STATED = {"level": "baseline", "target": "target"}
_KINDS = frozenset({"baseline", "interim", "target", "cumulative"})


class FaultySource(Exception):
    """A curated file that cannot be used: says which file, which line, what is wrong and what to do."""


@dataclass(frozen=True)
class Annotation:
    """A suspected misprint: the text stays as printed, the suspicion stands beside it."""

    number: str
    column: str
    printed: str
    suspected: str
    reason: str


@dataclass(frozen=True)
class Mention:
    """A category of document 55 names a national item, with the words that do."""

    category: str
    national: str
    quote: str


def source_folders() -> list[Path]:
    """Return the folders of data/sources/ in order of name."""
    return sorted(path.parent for path in (house().data / "sources").glob("*/source.yaml"))


def curated_editions() -> frozenset[str]:
    """Return the ids of the editions of data/sources/."""
    return frozenset(str(described(folder)["id"]) for folder in source_folders())


def source_folder(edition: str) -> Path:
    """Return the folder of a catalogue edition by its id or folder name; FaultySource where there is none."""
    return _folder(edition, [folder for folder in source_folders() if (folder / "catalogue.csv").is_file()])


def national_folder(edition: str) -> Path:
    """Return the folder of a national catalogue by its id or folder name; FaultySource where there is none."""
    found = [folder for folder in source_folders() if (folder / "catalogue.csv").is_file()]
    return _folder(edition, [folder for folder in found if described(folder).get("level") == "national"])


def _folder(edition: str, folders: list[Path]) -> Path:
    for folder in folders:
        if edition in {folder.name, described(folder)["id"]}:
            return folder
    known = ", ".join(folder.name for folder in folders)
    raise FaultySource(
        f"没有名为“{edition}”的国家清单，已有：{known}。 / There is no national edition “{edition}” among {known}."
    )


def described(folder: Path) -> Mapping[str, Any]:
    """Return source.yaml of a folder."""
    loaded = read_yaml(folder / "source.yaml")
    if not isinstance(loaded, dict) or "id" not in loaded:
        raise FaultySource(f"{folder / 'source.yaml'}：缺少 id / has no id")
    return loaded


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None


def edition_of(folder: Path) -> Edition:
    """Return the edition that source.yaml describes."""
    about = described(folder)
    document: Mapping[str, Any] = about.get("document") or {}
    period: Mapping[str, int] = about.get("period") or {}
    forwarding: Mapping[str, Any] = document.get("forwarded_by") or {}
    absent: Mapping[str, Any] = document.get("absent") or {}
    reason = {language: absent[language] for language in ("zh", "en") if absent.get(language)}
    return Edition(
        id=str(about["id"]), region=str(about.get("region") or "CN"), file=str(document.get("file") or ""),
        level=str(about.get("level") or "province"), title=about.get("title") or {},
        document_number=document.get("number") or "", document_title=document.get("title") or "",
        issuer=document.get("issuer") or "", issued=_date(document.get("issued")),
        period=(int(period["from"]), int(period["to"])) if period else None, declared_items=about.get("declared_items"),
        sha256=document.get("sha256") or "", implements=about.get("implements") or "",
        series=str(about.get("series") or ""),
        forwarded_by=forwarding.get("number") or "", forwarded_title=forwarding.get("title") or "",
        forwarded_issuer=forwarding.get("issuer") or "", forwarded_issued=_date(forwarding.get("issued")),
        absent={str(name): reason for name in absent.get("fields") or ()} if reason else {},
        supersedes=about.get("supersedes") or "", published=True,
        scheme=about.get("scheme") or ("domain-12fyp" if period.get("to") == 2015 else "domain-13fyp"),
        notes=tuple((language, text) for note in about.get("notes") or () for language, text in note.items()),
    )  # fmt: skip


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a curated table; nothing where there is no such file."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            yield line, {column: (value or "").strip() for column, value in row.items() if column}


def curated_correspondences(folder: Path) -> tuple[Correspondence, ...] | None:
    """Return correspondence.csv of a folder, None where there is none."""
    path = folder / "correspondence.csv"
    if not path.is_file():
        return None
    found = []
    for line, row in _rows(path):
        _check_relation(path, line, row)
        try:
            found.append(Correspondence(
                row["national"] or None, row["item"] or None, row["relation"], row["cardinality"], row["justification"],
                float(row["confidence"]), row.get("note", ""), row.get("exemption", ""),
            ))  # fmt: skip
        except (KeyError, ValueError) as error:
            raise FaultySource(f"{path}:{line}: {error}") from error
    return tuple(found)


def _check_relation(path: Path, line: int, row: Mapping[str, str]) -> None:
    """Refuse a relation that no list knows: a pair that says it would be in no comparison, and nobody would see."""
    relations = [concept.code for concept in codelists().scheme("change-type")]
    if row.get("relation") not in relations:
        allowed = "、".join(relations)
        raise FaultySource(
            f"{path}:{line}: relation“{row.get('relation')}”不是变更类型，可以写：{allowed}"
            f" / no such relation; allowed: {', '.join(relations)}"
        )


def curated_measures(
    folder: Path, items: tuple[Item, ...], codes: CodeLists
) -> dict[str, list[tuple[str, Measure]]] | None:
    """Return measures.csv of a folder by item key, each with the column its quotation stands in; None without file."""
    path = folder / "measures.csv"
    if not path.is_file():
        return None
    by_number = {item.number: item for item in items}
    found: dict[str, list[tuple[str, Measure]]] = {}
    for line, row in _rows(path):
        item = by_number.get(row["number"])
        if item is None:
            raise FaultySource(
                f"{path}:{line}: 清单没有第{row['number']}项 / the catalogue has no item {row['number']}"
            )
        found.setdefault(item.key, []).append(_curated_measure(path, line, row, item, codes))
    return found


def _curated_measure(
    path: Path, line: int, row: Mapping[str, str], item: Item, codes: CodeLists
) -> tuple[str, Measure]:
    column, start = _quoted(item, row["quote"])
    if start < 0:
        raise FaultySource(
            f"{path}:{line}: 引文不在第{item.number}项中：{row['quote']} / quotation not found in the item"
        )
    indicator = codes.iri("indicator", row["indicator"]) or ""
    if row["indicator"] and not indicator:
        raise FaultySource(f"{path}:{line}: 指标代码表没有“{row['indicator']}” / no such indicator")
    measure = Measure(
        label=row["label"], comparator=row["comparator"], lower=_decimal(path, line, row["lower"]),
        upper=_decimal(path, line, row["upper"]), unit=row["unit"], per=row["per"], multiplier=row["multiplier"],
        scope=row["scope"], role=row["binding_role"], attainment=row["attainment"], condition=row["condition"],
        quote=row["quote"], start=start, end=start + len(row["quote"]), indicator=indicator,
        printed=printed_fraction(row["quote"]) if row["unit"] == "%" else "",
    )  # fmt: skip
    days = [Decimal(part) for part in row["condition"].replace("天", " ").replace("按", " ").split() if part.isdigit()]
    result = normalised(measure, {"天": days[0]} if days and "天" in row["condition"] else {})
    return column, replace(result, condition=row["condition"])


def _quoted(item: Item, quote: str) -> tuple[str, int]:
    for column in ("standard", "content", "coverage"):
        start = item.text(column).find(quote)
        if start >= 0:
            return column, start
    return "standard", -1


def _decimal(path: Path, line: int, text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation as error:
        raise FaultySource(f"{path}:{line}: 不是数：{text} / not a number") from error


def curated_elements(folder: Path, items: tuple[Item, ...]) -> dict[str, list[Element]] | None:
    """Return elements.csv of a folder by item key, in the order they were typed; None where there is none."""
    path = folder / "elements.csv"
    if not path.is_file():
        return None
    by_number = {item.number: item for item in items}
    found: dict[str, list[Element]] = {}
    for line, row in _rows(path):
        item = by_number.get(row["number"])
        column, start = _quoted(item, row["quote"]) if item else ("", -1)
        if item is None or start < 0:
            raise FaultySource(f"{path}:{line}: 引文不在第{row['number']}项中 / quotation not found in the item")
        element = element_at(item, column, start, start + len(row["quote"]), row["element"], typed=True)
        found.setdefault(item.key, []).append(element)
    return found


def curated_successions(
    folder: Path, roles: Mapping[str, Sequence[Role]], items: tuple[Item, ...], codes: CodeLists
) -> list[tuple[str, int, str]]:
    """Return successions.csv of a folder: item key, order of the role there, IRI of the unit its function passed to."""
    path = folder / "successions.csv"
    by_number = {item.number: item.key for item in items}
    units = {word: unit.iri for unit in codes.scheme("department") for word in unit.labels.values()}
    found = []
    for line, row in _rows(path) if path.is_file() else ():
        item = by_number.get(row["number"], "")
        order = next((role.order for role in roles.get(item, ()) if role.name == row["unit"]), 0)
        if not order or row["passed_to"] not in units:
            raise FaultySource(f"{path}:{line}: 第{row['number']}项没有这个牵头单位，或者代码表没有划入的单位 / "
                               "no such lead unit at the item, or the unit it passed to is in no list")  # fmt: skip
        found.append((item, order, units[row["passed_to"]]))
    return found


def annotations(folder: Path) -> tuple[Annotation, ...]:
    """Return annotations.csv of a folder."""
    return tuple(Annotation(row["number"], row["column"], row["printed"], row["suspected"], row["reason"])
                 for _, row in _rows(folder / "annotations.csv"))  # fmt: skip


def curated_plan(folder: Path, codes: CodeLists) -> Plan:
    """Return what people typed beside a catalogue: indicators.csv, tasks.csv, the indicators of narrative.csv."""
    observations = tuple(
        one for line, row in _rows(folder / "indicators.csv") for one in _figures(folder, line, row, codes)
    )
    path = folder / "tasks.csv"
    tasks = take_plan(read_document(path), codes)[1].tasks if path.is_file() else ()
    level = edition_of(folder).level if (folder / "source.yaml").is_file() else "province"
    statements = tuple(one for _, row in _rows(folder / "narrative.csv") if row["kind"] in _STATED
                       for one in statements_in(row["quote"], _STATED[row["kind"]], level, codes))  # fmt: skip
    return Plan(observations, tasks, statements)


def _figures(folder: Path, line: int, row: Mapping[str, str], codes: CodeLists) -> Iterator[Observation]:
    """Yield the figures of one row of indicators.csv, whose columns name period and kind (baseline_2015)."""
    indicator = codes.iri("indicator", row["indicator"])
    if indicator is None:
        raise FaultySource(
            f"{folder / 'indicators.csv'}:{line}: 指标代码表没有“{row['indicator']}” / no such indicator"
        )
    for letter, (column, printed) in zip(ascii_uppercase, row.items(), strict=False):
        kind, _, year = column.partition("_")
        if kind not in _KINDS or not printed:
            continue
        figure = read_figure(printed, codes)
        if figure is None:
            raise FaultySource(f"{folder / 'indicators.csv'}:{line}: 不是数：{printed} / not a figure")
        yield Observation(
            label=row["label"], indicator=indicator, period=year or kind, kind=kind, printed=printed,
            value=figure.value, comparator=figure.comparator, unit=row["unit"], multiplier=row["multiplier"],
            domain=row["domain"],
            footnote=row.get("definition", ""), cell=CellReference("indicators", f"{letter}{line}"),
        )  # fmt: skip


def mentions(folder: Path) -> tuple[Mention, ...]:
    """Return categories.csv of a folder."""
    return tuple(Mention(row["category"], row["national"], row["quote"]) for _, row in _rows(folder / "categories.csv"))
