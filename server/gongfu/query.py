"""Query: a SPARQL query file on the built store, for the command line.

Place in the flow: after build.
"""

from pathlib import Path

import pyoxigraph as ox

from gongfu.build import built_or_build
from gongfu.problems import Facts, read_problems
from gongfu.settings import base_iri
from gongfu.sparql.dataset import PAGES, Result, run
from gongfu.sparql.guard import Fault, syntax_fault
from gongfu.sparql.tokens import graph_names

_FORMATS = {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV, "json": ox.QueryResultsFormat.JSON,
            "xml": ox.QueryResultsFormat.XML}  # fmt: skip


class QueryFault(Exception):
    """The query file cannot be run: says in zh and en what is wrong and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def run_query(file: Path, out: Path, form: str = "table") -> str:
    """Return the result of a query file on the store under ``out`` (built when needed), as table or in a W3C format."""
    if not file.is_file():
        raise QueryFault(f"找不到查询文件“{file}”。请检查路径。", f"There is no query file “{file}”. Check the path.")
    store = ox.Store.read_only(str(built_or_build(out)))
    text = file.read_text("utf-8")
    try:
        return _written(run(store, text, base_iri(), True, graph_names(text, base_iri())), form)
    except SyntaxError as error:
        place = syntax_fault(text, base_iri()) or Fault("query-syntax", 1, 1, "", str(error))
        raise _told("query-syntax", {"line": place.line, "column": place.column, "near": place.near}) from error
    except (RuntimeError, OSError, ValueError) as error:  # what an expression asks, or a SERVICE, may fail in its midst
        raise _told("query-evaluation", {"said": str(error)}) from error


def _told(problem: str, facts: Facts) -> QueryFault:
    """Return the words that the endpoint has for the same problem."""
    told = read_problems(PAGES / "problems.yaml", base_iri()).document(problem, facts)
    zh, en = told["zh"], told["en"]
    return QueryFault(f"{zh['title']}：{zh['detail']}{zh['remedy']}", f"{en['title']}: {en['detail']} {en['remedy']}")


def _written(result: Result, form: str) -> str:
    if isinstance(result, ox.QueryTriples):
        return (result.serialize(format=ox.RdfFormat.TURTLE) or b"").decode()
    if form == "table" and isinstance(result, ox.QuerySolutions):
        return _table(result)
    return (result.serialize(format=_FORMATS.get(form, ox.QueryResultsFormat.TSV)) or b"").decode()


def _table(result: ox.QuerySolutions) -> str:
    names = [variable.value for variable in result.variables]
    lines = ["\t".join(names)]
    for row in result:
        lines.append("\t".join(_shown(row[name]) for name in names))
    return "\n".join(lines) + "\n"


def _shown(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if term is None:
        return ""
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)
