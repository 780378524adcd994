"""Departments: the units named in the lead column, and which national unit each answers to.

Place in the flow: arrange -> **departments** -> map. Names and endings come from the department code list; a name
that fits none is kept, marked unknown, and reported with the nearest known name.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gongfu.codes import CodeLists, Concept
from gongfu.settings import house, read_yaml
from gongfu.text import key, tidy

# What stands in brackets belongs to the name before it: 各县（市、区）政府.
_SEPARATORS = re.compile(
    r"(?![^（(]{0,40}[）)])(?:"
    r"[、，,；;/\s\n]+|(?<=[厅局委办部联])(?:会同|商|牵头，?)(?=[省市县区]?[\u4e00-\u9fff]{2,})|(?<=[厅局委办部])和(?=[省市县区]?[\u4e00-\u9fff]{2,})|(?<=[厅局委办部])及(?=省))"
)
# 省卫生健康委（省中医药管理局） names two units, the second in brackets
_BRACKETED = re.compile(r"[（(]([^（()）]{2,}(?:局|厅|委|办|署|部|委员会|办公室))[）)]")
_PLACE = re.compile(r"(?<=[省市县区旗州盟级])")
_PREFIX = re.compile(r"^(国家|中国|各?省|各?市|各?县|自治区|直辖市|区|各?级|州|我省|本省|本市)+")
_ROLE = re.compile(r"(牵头|负责|分别|配合|按职责分工|等)+$")
_NAME_MAX = 40


@dataclass(frozen=True)
class Role:
    """A unit named at an item: name as printed, its place, the concept it is, if any, its national counterparts."""

    name: str
    order: int
    kind: str
    iri: str | None
    counterparts: tuple[str, ...]
    nearest: str = ""


@lru_cache(maxsize=4096)  # the same few units lead thousands of rows
def read_departments(text: str, region: str, codes: CodeLists) -> tuple[Role, ...]:
    """Return the units of a lead column in the order they are named; the first is the lead."""
    names = [
        name
        for part in _SEPARATORS.split(_BRACKETED.sub(r"、\1", tidy(text)))
        if (name := _ROLE.sub("", part.strip("。.：:（）()")))
    ]
    return tuple(_role(name, order, region, codes) for order, name in enumerate(names, 1))


def _role(name: str, order: int, region: str, codes: CodeLists) -> Role:
    known = _known(name, region, codes)
    if known:
        counterpart = known.facts.get("counterpartOf")
        kind = known.facts.get("departmentKind", "").rsplit("/", 1)[-1] or "unknown"
        return Role(name, order, kind, known.iri, (counterpart,) if counterpart else ())
    kind = next((kind for ending, kind in _kinds(codes) if name.endswith(ending)), "unknown")
    counterparts = () if kind == "government" else _counterparts(name, codes)
    nearest = "" if counterparts or kind == "government" else _nearest(name, codes)
    return Role(name, order, kind, None, counterparts, nearest)


def _known(name: str, region: str, codes: CodeLists) -> Concept | None:
    """Return the department of this region, or for the nation's own catalogue the national one, of that very name."""
    iri = codes.departments.get((region, key(name))) or codes.departments.get((region, key("省" + name)))
    return codes.concepts[iri] if iri else None


@lru_cache(maxsize=4096)  # the same few names in all regions
def _counterparts(name: str, codes: CodeLists) -> tuple[str, ...]:
    """Return the national units that a local name answers to.

    The longest listed ending wins, and may stand under several; a name put together of fields answers to those of each.
    """
    whole, bare = key(name), key(_PREFIX.sub("", name))
    found: dict[str, list[str]] = {}
    for ending, plain, iri in _endings(codes):
        if whole.endswith(plain) or bare == plain:
            found.setdefault(ending, []).append(iri)
    listed = found[max(found, key=len)] if found else []
    return tuple(dict.fromkeys([*listed, *_of_fields(whole, codes)]))


def is_field(name: str, codes: CodeLists) -> bool:
    """Say whether a name is that of a field of work alone: 教育 in 教育、财政部门."""
    return len(name) > 1 and name in _fields(codes)[0]


def _of_fields(name: str, codes: CodeLists) -> tuple[str, ...]:
    """Return the national units of the fields that make up a name between the place and the kind of unit."""
    if is_field(name, codes):
        return _fields(codes)[0][name]
    return next((units for body in _bodies(name, codes) if (units := _covered(body, codes))), ())


def has_other_work(name: str, codes: CodeLists) -> bool:
    """Say whether a unit is known by its fields and none of them is of the national catalogue: 市水利局."""
    return any(_covered(body, codes) == () for body in _bodies(key(name), codes))


def _bodies(name: str, codes: CodeLists) -> Iterator[str]:
    """Yield what may stand between the place and the kind of unit in a name."""
    starts = dict.fromkeys([0, *(place.start() for place in _PLACE.finditer(name))])
    bodies = (name[start : -len(end)] for start in starts for end in _fields(codes)[1] if name.endswith(end))
    return filter(None, bodies)


def _covered(body: str, codes: CodeLists) -> tuple[str, ...] | None:
    """Return the units of fields that cover a text wholly, the longest first; None where they do not."""
    fields, _ = _fields(codes)
    if not body:
        return ()
    for size in range(len(body), 0, -1):
        if body[:size] in fields and (rest := _covered(body[size:], codes)) is not None:
            return tuple(dict.fromkeys([*fields[body[:size]], *rest]))
    return None


@lru_cache(maxsize=1)
def _fields(codes: CodeLists) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the fields with the national units of each, and the ends of names, the longest first."""
    table = read_yaml(house().data / "wording" / "departments.yaml")
    units = {concept.code: concept.iri for concept in codes.scheme("department")}
    suffixes = tuple(sorted(table["suffixes"], key=len, reverse=True))
    found: dict[str, list[str]] = {word: [] for word in (*table["joints"], *table["fields"]["none"])}
    for unit, words in ((unit, words) for unit, words in table["fields"].items() if unit in units):
        for word in words:
            found.setdefault(word, []).append(units[unit])
    for character, listed in table["characters"].items():
        found[character] = [units[unit] for unit in listed]
    for ending, _, iri in _endings(codes):
        field = next((ending.removesuffix(end) for end in suffixes if ending.endswith(end)), "")
        if len(field) > 1:
            found.setdefault(field, []).append(iri)
    return {key(word): tuple(dict.fromkeys(iris)) for word, iris in found.items()}, suffixes


@lru_cache(maxsize=1)
def _kinds(codes: CodeLists) -> tuple[tuple[str, str], ...]:
    """Return the endings of names with the kind of unit that each tells, the longest first."""
    found = ((ending, kind.code) for kind in codes.scheme("department-kind") for ending in kind.endings)
    return tuple(sorted(found, key=lambda one: -len(one[0])))


@lru_cache(maxsize=1)
def _endings(codes: CodeLists) -> tuple[tuple[str, str, str], ...]:
    """Return the endings of the names of local units, as listed and as a name, with the national unit of each."""
    return tuple((ending, key(ending), concept.iri)
                 for concept in codes.scheme("department") for ending in concept.endings)  # fmt: skip


@lru_cache(maxsize=4096)
def _nearest(name: str, codes: CodeLists) -> str:
    if len(name) > _NAME_MAX:
        return ""
    endings = sorted({ending for ending, _, _ in _endings(codes)})
    found = difflib.get_close_matches(_PREFIX.sub("", name), endings, n=1, cutoff=0.5)
    return found[0] if found else ""
