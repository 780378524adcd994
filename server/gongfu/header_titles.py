"""Header titles: which field of a catalogue a title names, and which lone line is the heading of a domain.

Place in the flow: left of arrange; the titles stand in data/tables/catalogue.yaml, the domains in the code lists.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from gongfu.catalogue import TEXT_FIELDS
from gongfu.settings import house, read_yaml
from gongfu.text import key

_HEADING = re.compile(r"^[（(]?[一二三四五六七八九十]+[、.．)）]?\s*(?=[\u3400-\u9fff])")
NUMBERED = re.compile(r"^[一二三四五六七八九十]+、\s*")
_COUNT_NOTE = re.compile(r"[（(]\s*(共)?\s*\d+\s*[项个][^）)]*[）)]$")
_LABEL_MAX = 30
_TITLE_MAX = 20
_STEMMED_MAX = 10
# Below these a lone text is the rest of the cell above, never the title of the table.
_TEXTS = frozenset(TEXT_FIELDS) - {"number", "domain", "category", "name"}


@dataclass(frozen=True)
class Columns:
    """The header table: which titles name which field."""

    titles: Mapping[str, str]
    others: frozenset[str]
    needs_one_of: frozenset[str]
    stems: Mapping[str, Sequence[str]]
    not_stems: Sequence[str]
    ignored: tuple[re.Pattern[str], ...]
    repeated: tuple[re.Pattern[str], ...]
    headings: tuple[re.Pattern[str], ...]
    subtotals: tuple[re.Pattern[str], ...]
    ditto: frozenset[str]
    nothing: frozenset[str]

    def field(self, title: str) -> str | None:
        """Return the field a header title names: equal first, then the longest known title it contains."""
        wanted = key(title)
        if wanted in self.titles:
            return self.titles[wanted]
        if len(wanted) > _TITLE_MAX:
            return None
        inside = [known for known in self.titles if len(known) >= 3 and known in wanted]
        return self.titles[max(inside, key=len)] if inside else self._by_stem(wanted)

    def _by_stem(self, wanted: str) -> str | None:
        """Return the field whose stem stands in a title, None where several do: 财政分担."""
        if len(wanted) > _STEMMED_MAX or wanted in self.others or any(word in wanted for word in self.not_stems):
            return None
        found = {name for name, words in self.stems.items() if any(word in wanted for word in words)}
        return found.pop() if len(found) == 1 else None

    def make_header(self, fields: Set[str]) -> bool:
        """Say whether these fields together head a catalogue."""
        return "name" in fields and len(fields) >= 3 and bool(fields & self.needs_one_of)

    def ignore(self, line: str, field_name: str = "") -> bool:
        """Say whether a lone line between rows means nothing for them: a page number, 续表, 注：, the title again."""
        patterns = self.ignored if field_name in _TEXTS else (*self.ignored, *self.repeated)
        return any(pattern.search(line) for pattern in patterns)

    def is_subtotal(self, texts: Sequence[str]) -> bool:
        """Say whether the texts of a row only add up the rows above: 小计, 15项."""
        said = "".join(texts[1:] if texts[0].isdigit() else texts)
        return any(pattern.search(said) for pattern in self.subtotals)

    def nearest(self, title: str) -> str:
        """Return the known title most like this one, empty where none is near."""
        found = difflib.get_close_matches(key(title), list(self.titles), n=1, cutoff=0.4)
        return found[0] if found else ""


@lru_cache(maxsize=1)
def columns() -> Columns:
    """Read data/tables/catalogue.yaml."""
    table = read_yaml(house().data / "tables" / "catalogue.yaml")
    titles = {key(title): name for name, column in table["columns"].items() for title in column["titles"]}
    ignored = tuple(re.compile(pattern) for pattern in table["ignored_lines"])
    repeated = tuple(re.compile(pattern) for pattern in table["repeated_titles"])
    headings = tuple(re.compile(pattern) for pattern in table["headings"])
    subtotals = tuple(re.compile(pattern) for pattern in table["subtotals"])
    ditto = frozenset(table["ditto"])
    nothing = frozenset(table["nothing"])
    others = frozenset(map(key, table["other_titles"]))
    needed = frozenset(table["header_needs_one_of"])
    stems, no_stems = table["stems"], table["not_stems"]
    return Columns(titles, others, needed, stems, no_stems, ignored, repeated, headings, subtotals, ditto, nothing)


def heads_catalogue(texts: Iterable[str]) -> bool:
    """Say whether the texts of a row, tidied, together head a catalogue."""
    return columns().make_header({name for text in texts if (name := field_of(text))})


@lru_cache(maxsize=4096)  # whether a row is a header is asked of every row, and its domain is that of its neighbours
def field_of(title: str) -> str | None:
    """Return the field that a header title names, None for none."""
    return columns().field(title)


def heads_another(texts: Sequence[str]) -> bool:
    """Say whether the texts of a row head a table of another kind (tasks, indicators): it starts as a header does."""
    first = key(texts[0])
    return len(texts) > 1 and (first in {"指标", "序号", "编号"}) and all(len(key(text)) < 12 for text in texts)


def is_heading(text: str) -> bool:
    """Say whether a text is a domain heading: short, and numbered like one or the name of a (published) domain."""
    short = len(text) <= _LABEL_MAX and not re.search(r"[。；]", text)
    name = _COUNT_NOTE.sub("", text).strip()
    named = names_domain(name) or any(pattern.search(name) for pattern in columns().headings)
    return short and (bool(_HEADING.match(text)) or named)


def names_domain(name: str) -> bool:
    """Say whether a name, without number and count, is that of a published domain."""
    return key(name) in _domain_names()


@lru_cache(maxsize=1)
def _domain_names() -> frozenset[str]:
    """Read the labels of every published domain scheme, so that an unnumbered heading is known too."""
    import pyoxigraph

    label = pyoxigraph.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    names: set[str] = set()
    for path in sorted((house().ontology / "codelists").glob("domain-*.ttl")):
        for triple in pyoxigraph.parse(path=str(path)):
            if triple.predicate == label and isinstance(triple.object, pyoxigraph.Literal):
                names.add(key(triple.object.value))
    return frozenset(names)


def heading_text(heading: str) -> str:
    """Return a domain heading without its number and without a count of its items."""
    bare = NUMBERED.sub("", heading) if NUMBERED.match(heading) else _HEADING.sub("", heading)
    return _COUNT_NOTE.sub("", bare).strip()


def domain_text(text: str) -> str:
    """Return what a cell of the domain column names, without its number and without a count of its items."""
    return _COUNT_NOTE.sub("", NUMBERED.sub("", text))
