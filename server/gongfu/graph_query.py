"""Graph query: a comparison file (CONSTRUCT) or the findings' file (SELECT) as its parts.

Place in the flow: **compare**, below ``graph_steps``, which makes steps of the parts. What these files do not use of
SPARQL is not known here and raises ``BeyondRows``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gongfu.row_query import BeyondRows, Bind, Call, Constant, Expression, Filter, Node, Reader, Variable, tokens

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "GROUP_CONCAT"})
_RELATIONS = ("<=", ">=", "<", ">", "=", "!=")


@dataclass(frozen=True)
class Triple:
    """A triple pattern; the predicate is an IRI."""

    subject: Node
    predicate: str
    object: Node


@dataclass(frozen=True)
class Optional:
    """OPTIONAL: a group that may have solutions."""

    elements: "Group"


@dataclass(frozen=True)
class Union:
    """UNION of groups; a group in braces is one of one."""

    groups: tuple["Group", ...]


@dataclass(frozen=True)
class Values:
    """VALUES: variables and the rows of what they may be."""

    names: tuple[str, ...]
    rows: tuple[tuple[Constant, ...], ...]


@dataclass(frozen=True)
class Select:
    """SELECT: what is told under which name, of which solutions; ``order`` are names, too."""

    told: tuple[tuple[Expression, str], ...]
    distinct: bool
    elements: "Group"
    grouped: tuple[str, ...] | None
    order: tuple[str, ...]


Element = Triple | Bind | Filter | Optional | Union | Values | Select
Group = tuple[Element, ...]


@dataclass(frozen=True)
class Exists(Call):
    """EXISTS of a group."""

    elements: Group = ()


@dataclass(frozen=True)
class Aggregate(Call):
    """An aggregate of its one argument over a group of solutions."""

    distinct: bool = False
    separator: str = " "


@dataclass(frozen=True)
class Construct:
    """CONSTRUCT: the triples that are made of each solution."""

    template: tuple[tuple[Node, Node, Node], ...]
    elements: Group


def parse_query(query: str) -> Construct | Select:
    """Return the parts of a query. Raises BeyondRows for whatever is not known here."""
    return _Reader(list(tokens(query))).whole()


class _Reader(Reader):
    """Reads the tokens of a query on a graph."""

    _paths = 0  # variables that stand for the middle of a path

    def whole(self) -> Construct | Select:
        while self._taken("PREFIX"):
            name = self._any()[0].removesuffix(":")
            self._prefixes[name] = self._any()[0][1:-1]
        if self._taken("SELECT"):
            return self._select()
        self._expect("CONSTRUCT", "{")
        template = tuple(self._template())
        self._expect("WHERE", "{")
        return Construct(template, self._body())

    def _select(self) -> Select:
        distinct, told = self._taken("DISTINCT"), []
        while not self._taken("WHERE"):
            if self._taken("("):
                expression = self._expression()
                self._expect("AS")
                told.append((expression, self._variable()))
                self._expect(")")
            else:
                name = self._variable()
                told.append((Variable(name), name))
        self._expect("{")
        elements = self._body()
        grouped = self._names("GROUP")
        return Select(tuple(told), distinct, elements, grouped, self._names("ORDER") or ())

    def _names(self, word: str) -> tuple[str, ...] | None:
        """Return the variables behind GROUP BY or ORDER BY, None where it does not stand."""
        if not self._taken(word):
            return None
        self._expect("BY")
        names = [self._variable()]
        while self._next < len(self._tokens) and self._tokens[self._next]["variable"]:
            names.append(self._variable())
        return tuple(names)

    def _body(self) -> Group:
        """Return what stands up to the closing brace."""
        if self._taken("SELECT"):
            found: Group = (self._select(),)
            self._expect("}")
            return found
        return tuple(self._elements())

    def _elements(self) -> Iterator[Element]:
        while not self._taken("}"):
            if self._taken("BIND"):
                yield self._bind()
            elif self._taken("FILTER"):
                yield Filter(self._operand())
            elif self._taken("OPTIONAL"):
                self._expect("{")
                yield Optional(self._body())
            elif self._taken("VALUES"):
                yield self._values()
            elif self._taken("{"):
                yield self._union()
            else:
                yield from self._triples()
            self._taken(".")

    def _union(self) -> Union:
        groups = [self._body()]
        while self._taken("UNION"):
            self._expect("{")
            groups.append(self._body())
        return Union(tuple(groups))

    def _values(self) -> Values:
        several = self._taken("(")
        names = [self._variable()]
        while several and not self._taken(")"):
            names.append(self._variable())
        self._expect("{")
        rows = []
        while not self._taken("}"):
            if several:
                self._expect("(")
            rows.append(tuple(self._constant() for _ in names))
            if several:
                self._expect(")")
        return Values(tuple(names), tuple(rows))

    def _constant(self) -> Constant:
        node = self._node()
        if not isinstance(node, Constant):
            raise BeyondRows("a variable in VALUES")
        return node

    # --- triple patterns and paths ------------------------------------------------------------------------------------

    def _triples(self) -> Iterator[Element]:
        subject = self._node()
        while True:
            path = self._path()
            yield self._along(subject, path, self._node())
            while self._taken(","):
                yield self._along(subject, path, self._node())
            if not self._taken(";"):
                return

    def _path(self) -> list[list[str]]:
        """Return the ways of a path, each as its predicates in order."""
        ways = [self._way()]
        while self._taken("|"):
            ways.append(self._way())
        return ways

    def _way(self) -> list[str]:
        steps = [self._predicate()]
        while self._taken("/"):
            steps.append(self._predicate())
        return steps

    def _predicate(self) -> str:
        if self._taken("a"):
            return _TYPE
        node = self._node()
        if not isinstance(node, Constant) or node.kind != "iri":
            raise BeyondRows("a predicate that is no IRI")
        return node.text

    def _along(self, subject: Node, path: list[list[str]], value: Node) -> Element:
        ways = [tuple(self._steps(subject, way, value)) for way in path]
        return ways[0][0] if len(ways) == 1 and len(ways[0]) == 1 else Union(tuple(ways))

    def _steps(self, subject: Node, way: list[str], value: Node) -> Iterator[Triple]:
        for predicate in way[:-1]:
            self._paths += 1
            between = Variable(f"/{self._paths}")
            yield Triple(subject, predicate, between)
            subject = between
        yield Triple(subject, way[-1], value)

    # --- expressions --------------------------------------------------------------------------------------------------

    def _node(self) -> Node:
        if self._next < len(self._tokens) and self._tokens[self._next]["number"]:
            return Constant("integer", self._any()[0])
        return super()._node()

    def _related(self) -> Expression:
        left = self._sum()
        for sign in _RELATIONS:
            if self._taken(sign):
                return Call(sign, (left, self._sum()))
        if self._taken("IN"):
            self._expect("(")
            return Call("IN", (left, *self._arguments()))
        if self._taken("NOT"):
            self._expect("IN", "(")
            return Call("!", (Call("IN", (left, *self._arguments())),))
        return left

    def _sum(self) -> Expression:
        return self._signed(("+", "-"), lambda: self._signed(("*", "/"), self._operand))

    def _signed(self, signs: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        found = operand()
        while sign := next((one for one in signs if self._taken(one)), ""):
            found = Call(sign, (found, operand()))
        return found

    def _operand(self) -> Expression:
        if self._taken("NOT"):
            return Call("!", (self._operand(),))
        if self._taken("EXISTS"):
            self._expect("{")
            return Exists("EXISTS", (), self._body())
        if self._tokens[self._next][0] in _AGGREGATES:
            return self._aggregate()
        return super()._operand()

    def _aggregate(self) -> Aggregate:
        name = self._any()[0]
        self._expect("(")
        distinct, argument, separator = self._taken("DISTINCT"), self._expression(), " "
        if self._taken(";"):
            self._expect("separator", "=")
            separator = self._constant().text
        self._expect(")")
        return Aggregate(name, (argument,), distinct, separator)
