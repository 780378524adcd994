"""Criteria: the words of a target group are cut into tokens: criteria, nouns for beings, and what binds them.

Place in the flow: arrange -> **criteria** -> targets. The words of the criteria are the labels of a code list
(ontology/codelists/criterion-value.ttl), everything else stands in data/wording/targets.yaml; what neither knows
becomes a token of kind ``other`` and is kept.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from gongfu.codes import SKOS, codelists
from gongfu.kept import kept_object
from gongfu.settings import DEFINITIONS, house, program, read_yaml, unchanged
from gongfu.text import reading

_NUMBER = r"(?:\d{1,3}|百|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DIGITS = "一二三四五六七八九"
# the kind of token that each list of data/wording/targets.yaml makes; later kinds take a word from earlier ones
_KINDS = {"filler": "fillers", "noun": "nouns", "scope": "scopes", "domain": "domains", "and": "and", "or": "or",
          "list": "list", "left_out": "left_out_clause"}  # fmt: skip
_MARKS = {"，": "comma", "。": "stop", "；": "stop", ":": "colon", "（": "open", "）": "close", "等": "etc"}


@dataclass(frozen=True)
class Value:
    """A value of the code list. ``broader`` holds every value that contains it, itself included.

    ``lower`` and ``upper`` are ages in years where a law defines the value by them; ``unstated`` says that the texts do
    not tell its content; ``located`` are the division codes outside of which there is no such place.
    """

    code: str
    attribute: str
    words: tuple[str, ...]
    broader: frozenset[str]
    related: frozenset[str]
    disjoint: frozenset[str]
    complement: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    unstated: bool = False
    located: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Criterion:
    """One condition: an attribute with the values it may have (any of them), or with bounds of age in years.

    ``shared`` marks a condition that the grammar of a list lends to a member that it may not be meant for.
    """

    attribute: str
    values: tuple[str, ...] = ()
    lower: Decimal | None = None
    upper: Decimal | None = None
    lower_inclusive: bool = True
    upper_inclusive: bool = True
    shared: bool = False


@dataclass(frozen=True)
class Token:
    """A stretch of the reading form: kind, characters, offsets, the criteria it states (all of them), head or not."""

    kind: str
    text: str
    start: int
    end: int
    criteria: tuple[Criterion, ...] = ()
    head: bool = False


@lru_cache(maxsize=1)
def wording() -> Mapping[str, Any]:
    """Return data/wording/targets.yaml."""
    loaded = read_yaml(house().data / "wording" / "targets.yaml")
    assert isinstance(loaded, dict)
    return loaded


@lru_cache(maxsize=1)
def values() -> Mapping[str, Value]:
    """Return the values of the code list by their code, and the divisions as values of the attribute place."""
    found: Mapping[str, Value] = kept_object("criterion-values", program(), _values, unchanged)
    return found


def _values() -> Mapping[str, Value]:
    facts: dict[str, dict[str, list[str]]] = {}
    for quad in ox.parse(path=str(house().ontology / "codelists" / "criterion-value.ttl")):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, (ox.Literal, ox.NamedNode))
        about = facts.setdefault(_last(quad.subject.value), {})
        language = quad.object.language if isinstance(quad.object, ox.Literal) else None
        if language != "en":
            about.setdefault(quad.predicate.value, []).append(quad.object.value)
    found = {code: _value(code, about, facts) for code, about in facts.items() if DEFINITIONS + "ofAttribute" in about}
    none: frozenset[str] = frozenset()
    for concept in codelists().scheme("division"):
        if concept.code != "CN":  # 国家 stands for much else
            words = tuple(word for word in (*concept.labels.values(), *concept.other_words) if len(word) > 1)
            itself = frozenset({concept.code})
            found[concept.code] = Value(concept.code, "place", words, itself, none, none, located=itself)
    return found


def _last(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]


def _value(code: str, about: Mapping[str, list[str]], facts: Mapping[str, Mapping[str, list[str]]]) -> Value:
    def codes(name: str) -> frozenset[str]:
        return frozenset(_last(iri) for iri in about.get(name, ()))

    def bound(name: str) -> Decimal | None:
        return next((Decimal(text) for text in about.get(DEFINITIONS + name, ())), None)

    return Value(
        code=code, attribute=_last(about[DEFINITIONS + "ofAttribute"][0]),
        words=(*about[SKOS + "prefLabel"], *about.get(SKOS + "altLabel", ())),
        broader=frozenset(_above(code, facts)), related=codes(DEFINITIONS + "relatedValue"),
        disjoint=codes(DEFINITIONS + "disjointValue") | codes(DEFINITIONS + "complementValue"),
        complement=next(iter(codes(DEFINITIONS + "complementValue")), ""), lower=bound("minValue"),
        upper=bound("maxValue"), unstated=DEFINITIONS + "contentUnstated" in about,
        located=codes(DEFINITIONS + "locatedIn"),
    )  # fmt: skip


def _above(code: str, facts: Mapping[str, Mapping[str, list[str]]]) -> Iterator[str]:
    yield code
    for parent in facts[code].get(SKOS + "broader", ()):
        yield from _above(_last(parent), facts)


def criterion(*codes: str) -> Criterion:
    """Return the criterion that any of some values of one attribute makes."""
    return Criterion(values()[codes[0]].attribute, codes)


# --- the tables, made ready for cutting -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tables:
    words: Mapping[str, tuple[tuple[str, str, str], ...]]  # by first character: (word, kind, value), longest first
    patterns: tuple[tuple[re.Pattern[str], str, Mapping[str, Any]], ...]
    heads: re.Pattern[str]
    wish: re.Pattern[str]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    table = wording()
    entries = {reading(word).text: ("criterion", value.code) for value in values().values() for word in value.words}
    for kind, name in _KINDS.items():
        for word in table[name]:
            code = entries.get(word, ("", ""))[1]
            if kind == "scope" or not code:  # 在园 binds and says something, too
                entries[word] = (kind, code)
    entries |= {mark: (kind, "") for mark, kind in _MARKS.items()}
    by_first: dict[str, list[tuple[str, str, str]]] = {}
    for word, (kind, code) in sorted(entries.items(), key=lambda entry: -len(entry[0])):
        by_first.setdefault(word[0], []).append((word, kind, code))
    patterns = [(entry["pattern"], "phrase", entry) for entry in table["phrases"]]
    patterns += [(entry["pattern"], "grade", entry) for entry in table["grades"]]
    patterns += [(entry["pattern"].replace("N", _NUMBER), "age", entry) for entry in table["ages"]]
    patterns += [(entry["pattern"], "not", entry) for entry in table["negations"]]
    patterns += [(table["excepting"], "excepting", {}), (table["also"], "filler", {})]
    patterns += [(table["caps"], "limit", {}), (table["dates"], "limit", {})]
    wishes, ends = "|".join(sorted(table["wishes"]["for"], key=len, reverse=True)), "|".join(table["wishes"]["ends"])
    one = f"(?:(?:{wishes})(?:、|和|及|或)?)+(?:{ends})(?:(?:、|和|及|或)(?:{ends}))*"
    wish = re.compile(f"有?{one}(?:(?:和|、|及){one})*")
    compiled = tuple((re.compile(pattern), kind, entry) for pattern, kind, entry in patterns)
    ordered = {first: tuple(found) for first, found in by_first.items()}
    return _Tables(ordered, ((wish, "wish", {}), *compiled), re.compile(table["heads"]), re.compile(wishes))


def tokens(text: str) -> list[Token]:
    """Cut a text in reading form into tokens that cover it wholly; the longest known stretch wins at every place."""
    table = _tables()
    matches: dict[int, Token] = {}
    for pattern, kind, entry in table.patterns:
        for match in pattern.finditer(text):
            token = _token(match, kind, entry)
            if match.group() and (match.start() not in matches or matches[match.start()].end < match.end()):
                matches[match.start()] = token
    found: list[Token] = []
    position = 0
    while position < len(text):
        token = _next(text, position, matches.get(position), table)
        found.append(token)
        position = token.end
    return _joined(found)


def _joined(found: list[Token]) -> list[Token]:
    """Join what is unknown with the single characters in its midst that count for nothing only between known words."""
    joined: list[Token] = []
    for token in found:
        last = joined[-1] if joined else None
        kinds = [_small(one) for one in (last, token)] if last else []
        if last and "other" in kinds and set(kinds) <= {"other", "small"}:
            joined[-1] = Token("other", last.text + token.text, last.start, token.end)
        else:
            joined.append(token)
    return joined


def _small(token: Token) -> str:
    return "small" if token.kind == "filler" and len(token.text) == 1 else token.kind


def _next(text: str, position: int, match: Token | None, table: _Tables) -> Token:
    for word, kind, code in table.words.get(text[position], ()):
        if text.startswith(word, position) and (match is None or len(word) > match.end - match.start):
            end = position + len(word)
            criteria = (criterion(code),) if code else ()
            return Token(kind, word, position, end, criteria, kind == "noun" or (bool(code) and _is_head(word, table)))
    return match or Token("other", text[position], position, position + 1)


def _is_head(word: str, table: _Tables) -> bool:
    return bool(table.heads.search(word))


def _token(match: re.Match[str], kind: str, entry: Mapping[str, Any]) -> Token:
    text, start, end = match.group(), match.start(), match.end()
    if kind in {"filler", "limit"} or "noun" in entry:
        return Token("noun" if "noun" in entry else kind, text, start, end, (), "noun" in entry)
    if kind == "excepting":
        left = narrowest(one for token in tokens(match["who"]) for one in token.criteria)
        return Token("not", text, start, end, left)
    if kind == "not":
        return Token("not", text, start, end, (criterion(entry["value"]),))
    head = kind == "phrase" and entry.get("head", True) and _is_head(text, _tables())
    criteria = {"phrase": _phrase, "grade": _grade, "age": _age, "wish": _wish}[kind](match, entry)
    return Token("criterion" if criteria else "filler", text, start, end, criteria, head)


def narrowest(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Return the criteria without those that another one lies within: 职工医保 alone of 职工医保参保人员."""
    found = tuple(dict.fromkeys(criteria))
    inside = {code for one in found for value in one.values for code in values()[value].broader - {value}}
    return tuple(one for one in found if not one.values or not set(one.values) <= inside)


def _phrase(match: re.Match[str], entry: Mapping[str, Any]) -> tuple[Criterion, ...]:
    return (criterion(*entry["any"]),) if "any" in entry else tuple(criterion(code) for code in entry["all"])


def _wish(match: re.Match[str], entry: Mapping[str, Any]) -> tuple[Criterion, ...]:
    known = wording()["wishes"]["for"]
    found = [code for word in _tables().wish.findall(match.group()) for code in known[word]]
    return (criterion(*dict.fromkeys(found)),)


def _grade(match: re.Match[str], entry: Mapping[str, Any]) -> tuple[Criterion, ...]:
    first, last = _number(match["from"]), _number(match["to"] or match["from"])
    numbers = list(range(first, last + 1)) if match["by"] in {"至", "到", "-"} else sorted({first, last})
    numbers += [_number(match["more"][1:])] if match["more"] else []
    return (criterion(*(f"{entry['prefix']}{number}" for number in numbers)),)


def _age(match: re.Match[str], entry: Mapping[str, Any]) -> tuple[Criterion, ...]:
    groups = match.groupdict()
    lower, upper = groups.get("lower") or entry.get("lower"), groups.get("upper")
    months = "月" in (groups.get("unit") or "")
    bounds = [None if text is None else Decimal(_number(str(text))) / (12 if months else 1) for text in (lower, upper)]
    closed = not entry.get("open", False)
    return (Criterion("age", (), bounds[0], bounds[1], closed or bounds[0] is None, closed or bounds[1] is None),)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text == "百":
        return 100
    tens, ten, ones = text.partition("十")
    units = _DIGITS.index(ones or tens) + 1 if ones or not ten else 0
    return ((_DIGITS.index(tens) + 1 if tens else 1) * 10 if ten else 0) + units
