"""Imports run one way: a module imports only from its left in this list. A new module gets its place here."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "server" / "gongfu"
MODULES = [
    "refused", "kept", "settings", "divisions", "thresholds", "catalogue", "text", "words", "synonyms", "beginnings",
    "grammar", "clock", "cutting", "clauses", "payers", "shares", "statements",
    "reading", "document", "codes", "row_terms", "row_query", "row_expressions", "row_writer", "facts",
    "figures", "header_titles", "standard_columns", "arrange", "plan", "plan_text",
    "elements", "masthead", "regions",
    "measure", "normal", "sentence", "selection", "binding", "opening", "measures", "kinds",
    "funding",
    "departments", "criteria", "implication", "listing", "targets", "containment", "relation", "running_text",
    "labelled_text", "stacked_text", "wrapped_text", "text_tables",
    "likeness", "match", "earlier", "telling", "retained", "places", "promises", "recipients", "coverage", "quantities",
    "parts", "wholes", "indicators",
    "narrative", "tasks", "unit_names", "indicator_pairs", "sources", "funding_source", "graph", "plan_graph",
    "funding_graph",
    "triple_index", "graph_values", "graph_query", "graph_order", "graph_expressions", "graph_steps", "graph_answers",
    "compare", "target_source", "target_graph", "validate", "rules", "wording", "examine", "reviews", "subject",
    "findings", "report", "check", "workers", "many", "watching",
    # HTTP: a module with routes gets a line of its own
    "negotiation", "headers", "problems", "sparql",
    "examples", "dumps", "metadata", "publishing", "search", "builds", "build", "backup",
    "revision", "query", "service", "responses",
    "endpoint",
    "downloads",
    "metrics",
    "remembering", "straight", "bounded",
    "graph_store", "publisher", "workbench",
    "resources",
    "checking",
    "pages",
    "rooms",
    "compiled", "addresses", "serving", "arguments", "exits", "check_command", "watch_command", "cli", "__main__",
]  # fmt: skip
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "house" not in path.parts)


def room(path: Path) -> str:
    """Return the module or sub-package of gongfu that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the rooms of gongfu that a file imports from, at its top and inside functions alike."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module == "gongfu":
            names = [f"gongfu.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("gongfu.")}
    return found - {"__version__"}


def test_every_module_has_its_place() -> None:
    rooms = {room(path) for path in FILES} - {"__init__"}
    assert rooms <= set(MODULES), f"not in the list: {sorted(rooms - set(MODULES))}"
    assert set(MODULES) <= rooms, f"in the list, but not there: {sorted(set(MODULES) - rooms)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_come_from_the_left(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        assert not imported(path)
        return
    here = MODULES.index(room(path))
    late = {name for name in imported(path) if name != room(path) and MODULES.index(name) > here}
    assert not late, f"{path.name} imports from its right: {sorted(late)}"
