"""Query: a SPARQL query file on the built store, for the command line.

Place in the flow: after build.
"""

from pathlib import Path

import pyoxigraph as ox

from gongfu.build import built_or_build
from gongfu.settings import base_iri
from gongfu.sparql.dataset import run
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
        result = run(store, text, base_iri(), True, graph_names(text, base_iri()))
    except (SyntaxError, ValueError) as error:
        raise QueryFault(
            f"查询写错了：{error}。请改正后再运行。", f"The query is wrong: {error}. Correct it and run again."
        ) from error
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
