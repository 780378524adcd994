"""Asking: the queries of the pages, run on the finished store, as rows of terms.

Place in the flow: HTTP, pages. The queries are the files of queries/, known beforehand and measured; a page's address
gives no more than the value of a variable. So they are run in a thread of the serving process (the engine lets go of
the interpreter while it works) and not in the pool, where strangers' queries would hold the pages up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from gongfu.examples import titles_of
from gongfu.sparql.stores import ReadStore
from gongfu.sparql.substitution import Term, with_values

QUERIES = Path(__file__).parent / "queries"


class Said(str):
    """A text with its language tag, empty where it has none."""

    language: str

    def __new__(cls, text: str, language: str = "") -> "Said":
        """Return the text, which remembers its language."""
        said = super().__new__(cls, text)
        said.language = language
        return said


Row = Mapping[str, Said]
"""A solution: for every variable of the query its value as text, empty where it is unbound."""


@dataclass(frozen=True)
class Asked:
    """A query that a page asked: its rows, and its text with the values it was asked with, to be run by anybody.

    In the file a variable that gets a value from outside is written with a dollar sign where it is selected.
    """

    rows: Sequence[Row]
    text: str

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def title(self, language: str) -> str:
        """Return what the query asks, in a language."""
        titles = titles_of(self.text)
        return titles.get(language) or next(iter(titles.values()), "")

    @property
    def encoded(self) -> str:
        """The query as the value of an address's parameter."""
        return quote(self.text, safe="")


def ask(store: ReadStore, merged: bool, query: str, **values: Term) -> Asked:
    """Run a SELECT query of queries/ (``room/name``) with values for some of its variables."""
    text = (QUERIES / f"{query}.rq").read_text("utf-8")
    given: dict[ox.Variable, Term | ox.Triple] = {ox.Variable(name): value for name, value in values.items()}
    found = store.query(text, use_default_graph_as_union=not merged, substitutions=given)
    assert isinstance(found, ox.QuerySolutions), f"{query}.rq is no SELECT"
    names = [variable.value for variable in found.variables]
    rows = [{name: _said(row[name]) for name in names} for row in found]
    return Asked(rows, with_values(text, values))


def _said(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> Said:
    if isinstance(term, ox.Literal):
        return Said(term.value, term.language or "")
    return Said(term.value if isinstance(term, (ox.NamedNode, ox.BlankNode)) else "")
