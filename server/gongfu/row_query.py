"""Row query: a table's CONSTRUCT file as its parts, as far as it asks rows and nothing else.

Place in the flow: **map**, below facts. ``row_writer`` makes a Python function of the parts; what a file asks beyond
them raises ``BeyondRows`` and is answered by the SPARQL engine.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gongfu.row_terms import ROW

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<iri><[^<>"{}|^`\\\s]*>)|(?P<variable>\?\w+)"""
    r"""|"(?P<string>(?:[^"\\]|\\[\\"])*)"(?:@(?P<language>[a-z]+))?"""
    r"""|(?P<name>[\w-]*:[\w-]*)|(?P<word>[A-Za-z_]+)|(?P<number>\d+)|(?P<sign>&&|\|\||[!<>]=|[{}().;,=!|<>+*/-])""",
    re.VERBOSE,
)


_ESCAPE = re.compile(r"\\(.)")


class BeyondRows(Exception):
    """A CONSTRUCT file asks more than the rows of a table can answer one by one."""


@dataclass(frozen=True)
class Variable:
    """A variable by its name."""

    name: str


@dataclass(frozen=True)
class Constant:
    """An IRI, a plain text, a text in a language, or a truth value (``true`` and ``false``)."""

    kind: str  # iri, text, boolean
    text: str
    language: str = ""


@dataclass(frozen=True)
class Call:
    """A function or an operator with its arguments; a function is named in capitals, a cast by its IRI."""

    name: str
    arguments: tuple["Expression", ...]


Expression = Variable | Constant | Call
Node = Variable | Constant


@dataclass(frozen=True)
class Cells:
    """A cell of a row: the row's variable, the columns of which one holds it, the variable of its value."""

    row: str
    columns: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Bind:
    """BIND: an expression and the variable that takes its value."""

    expression: Expression
    name: str


@dataclass(frozen=True)
class Filter:
    """FILTER: what must hold."""

    expression: Expression


@dataclass(frozen=True)
class Part:
    """OPTIONAL: what may be there."""

    elements: tuple["Cells | Bind | Filter", ...]


@dataclass(frozen=True)
class RowQuery:
    """A CONSTRUCT file: the triples that it makes and what it asks, in order; ``base`` is the variable of the base."""

    template: tuple[tuple[Node, Node, Node], ...]
    elements: tuple[Cells | Bind | Filter | Part, ...]
    base: str


def parse(query: str) -> RowQuery:
    """Return the parts of a CONSTRUCT file. Raises BeyondRows for whatever is not known here."""
    return Reader(list(tokens(query))).query()


def tokens(query: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of a query without blanks and comments."""
    position = 0
    while position < len(query):
        found = _TOKEN.match(query, position)
        if found is None:
            raise BeyondRows(query[position : position + 30])
        position = found.end()
        if found.lastgroup:
            yield found


class Reader:
    """Reads tokens from left to right; ``graph_query`` extends it for queries that ask more than rows."""

    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self._tokens, self._next = tokens, 0
        self._prefixes: dict[str, str] = {}
        self._base = ""

    def query(self) -> RowQuery:
        """Return the parts of a table's file."""
        while self._taken("PREFIX"):
            name = self._any()[0].removesuffix(":")
            self._prefixes[name] = self._any()[0][1:-1]
        self._expect("CONSTRUCT", "{")
        template = tuple(self._template())
        self._expect("WHERE", "{")
        elements = tuple(self._group(optional=False))
        return RowQuery(template, elements, self._base)

    def _any(self) -> re.Match[str]:
        if self._next == len(self._tokens):
            raise BeyondRows("the end")
        self._next += 1
        return self._tokens[self._next - 1]

    def _taken(self, text: str) -> bool:
        """Say whether the next token is this one, and step over it."""
        found = self._next < len(self._tokens) and self._tokens[self._next][0] == text
        self._next += found
        return found

    def _expect(self, *texts: str) -> None:
        for text in texts:
            if not self._taken(text):
                raise BeyondRows(
                    f"{text} before {self._tokens[self._next][0] if self._next < len(self._tokens) else 'the end'}"
                )

    def _template(self) -> Iterator[tuple[Node, Node, Node]]:
        while not self._taken("}"):
            subject = self._node()
            while True:
                predicate = Constant("iri", _TYPE) if self._taken("a") else self._node()
                yield subject, predicate, self._node()
                while self._taken(","):
                    yield subject, predicate, self._node()
                if not self._taken(";"):
                    break
            self._taken(".")

    def _node(self) -> Node:
        token = self._any()
        if token["variable"]:
            return Variable(token[0][1:])
        if token["string"] is not None:
            return Constant("text", _ESCAPE.sub(r"\1", token["string"]), token["language"] or "")
        if token["iri"]:
            return Constant("iri", token[0][1:-1])
        if token["name"]:
            return Constant("iri", self._iri(token[0]))
        if token[0] in {"true", "false"}:
            return Constant("boolean", token[0])
        raise BeyondRows(token[0])

    def _iri(self, name: str) -> str:
        prefix, _, rest = name.partition(":")
        if prefix not in self._prefixes:
            raise BeyondRows(name)
        return self._prefixes[prefix] + rest

    def _bind(self) -> Bind:
        self._expect("(")
        expression = self._expression()
        self._expect("AS")
        name = self._variable()
        self._expect(")")
        return Bind(expression, name)

    def _group(self, optional: bool) -> Iterator["Cells | Bind | Filter | Part"]:
        while not self._taken("}"):
            if self._taken("BIND"):
                yield self._bind()
            elif self._taken("OPTIONAL"):
                self._expect("{")
                if optional:
                    raise BeyondRows("OPTIONAL in OPTIONAL")
                yield Part(tuple(self._group(optional=True)))  # type: ignore[arg-type]  # such a group has no parts
            elif self._taken("FILTER"):
                self._expect("(")
                yield Filter(self._expression())
                self._expect(")")
            else:
                yield from self._cells()
            self._taken(".")

    def _cells(self) -> Iterator[Cells]:
        subject = self._node()
        while True:
            columns = [self._column()]
            while self._taken("|"):
                columns.append(self._column())
            value = self._variable()
            if isinstance(subject, Variable):
                yield Cells(subject.name, tuple(columns), value)
            elif subject == Constant("iri", ROW + "settings") and columns == ["base"]:
                self._base = value
            else:
                raise BeyondRows(subject.text)
            if not self._taken(";"):
                return

    def _column(self) -> str:
        node = self._node()
        if not isinstance(node, Constant) or not node.text.startswith(ROW):
            raise BeyondRows("a predicate that is no column")
        return node.text.removeprefix(ROW)

    def _variable(self) -> str:
        node = self._node()
        if not isinstance(node, Variable):
            raise BeyondRows(node.text)
        return node.name

    def _expression(self) -> Expression:
        return self._joined("||", lambda: self._joined("&&", self._related))

    def _joined(self, sign: str, operand: Callable[[], Expression]) -> Expression:
        found = operand()
        while self._taken(sign):
            found = Call(sign, (found, operand()))
        return found

    def _related(self) -> Expression:
        left = self._operand()
        for sign in ("=", "!="):
            if self._taken(sign):
                return Call(sign, (left, self._operand()))
        return left

    def _operand(self) -> Expression:
        if self._taken("!"):
            return Call("!", (self._operand(),))
        if self._taken("("):
            found = self._expression()
            self._expect(")")
            return found
        token = self._tokens[self._next]
        if not (token["word"] and token[0] not in {"true", "false"}):
            node = self._node()
            if isinstance(node, Constant) and self._taken("("):
                return Call(node.text, self._arguments())
            return node
        self._next += 1
        self._expect("(")
        return Call(token[0], self._arguments())

    def _arguments(self) -> tuple[Expression, ...]:
        found = [self._expression()]
        while self._taken(","):
            found.append(self._expression())
        self._expect(")")
        return tuple(found)
