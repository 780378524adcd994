"""Imports run one way: a module imports only from its left in this list. A new module gets its place here."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "server" / "gongfu"
MODULES = [
    "settings", "catalogue", "text", "words", "synonyms", "cutting", "clauses", "payers", "shares", "statements",
    "reading", "document", "codes", "facts", "arrange", "elements", "masthead",
    "measure", "normal", "sentence", "selection", "binding", "measures",
    "funding",
    "departments", "criteria", "implication", "listing", "targets", "containment", "relation", "running_text",
    "likeness", "match", "earlier", "coverage", "indicators", "sources", "funding_source", "graph", "funding_graph",
    "compare", "target_source", "target_graph", "validate", "rules", "wording", "examine", "findings", "report",
    "check",
    # HTTP: a module with routes gets a line of its own
    "negotiation", "headers", "problems", "sparql", "build", "query", "service", "responses",
    "endpoint",
    "pages",
