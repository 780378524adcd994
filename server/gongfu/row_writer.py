"""Row writer: a table's CONSTRUCT file becomes a Python function that writes the triples of rows as N-Triples.

Place in the flow: **map**, below facts. The file stays the only source of IRI patterns and vocabulary. The engine needs
a store, a query and a list of objects for each table of each catalogue; this function writes the same lines in a tenth
of the time, and only those whose predicates are asked for. tests/test_row_writer.py holds both equal, table for table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

from gongfu.row_expressions import Expressions, Scope, term, term_of
from gongfu.row_query import BeyondRows, Bind, Call, Cells, Constant, Expression, Filter, Node, Part, RowQuery, Variable


def row_code(query: RowQuery, predicates: frozenset[str] | None) -> CodeType:
    """Return the function of a query as code; ``predicates`` are those that are asked for, None for all.

    Raises BeyondRows for what only the engine answers.
    """
    return compile("\n".join(_Function(query, predicates).lines()), "<rows>", "exec")


def meeting_code(query: RowQuery, asked: frozenset[str], judged: frozenset[str]) -> CodeType:
    """Return the function that puts what is asked into tables and writes what is judged as Turtle, in one pass."""
    return compile("\n".join(_Meeting(query, asked, judged).lines()), "<rows>", "exec")


@dataclass(frozen=True)
class _Piece:
    """A part of what is written: a text as it stands, or Python that gives it."""

    text: str
    python: bool = False


@dataclass(frozen=True)
class _Said:
    """What is said of a subject: under which conditions, by which predicate, what."""

    of: Node
    conditions: tuple[str, ...]
    predicate: _Piece
    value: _Piece

    def guard(self) -> str:
        return f"if {' and '.join(self.conditions)}: " if self.conditions else ""


class _Function:
    """Writes the function: loops over rows, and in the innermost the triples."""

    def __init__(self, query: RowQuery, predicates: frozenset[str] | None) -> None:
        self._query = query
        self._scope = Scope(query.base, {query.base: "string"} if query.base else {}, set())
        self._expressions = Expressions(self._scope)
        self._depth = 1
        self._template = [one for one in query.template if _asked(one[1], predicates)]
        self._used = _used(query, self._template)

    def lines(self) -> Iterator[str]:
        yield f"def write(rows, v_{self._query.base or 'base'}, tables=None):"
        yield " out = []"
        yield " add = out.append"
        yield " for _ in (0,):"
        self._depth = 2
        for element in self._query.elements:
            yield from self._element(element)
        yield from self._emitted()
        yield " return out"

    def _line(self, text: str) -> str:
        return " " * self._depth + text

    def _element(self, element: Cells | Bind | Filter | Part) -> Iterator[str]:
        if isinstance(element, Cells):
            yield from self._cells(element)
        elif isinstance(element, Bind):
            yield from self._bind(element)
        elif isinstance(element, Part):
            yield from self._part(element)
        else:
            yield self._line(f"if {self._expressions.condition(element.expression)} is not True: continue")

    # --- patterns -----------------------------------------------------------------------------------------------------

    def _cells(self, cells: Cells) -> Iterator[str]:
        """Write a loop over the rows for a row that is new, over the values for one of several columns, else a look."""
        row, value, known = f"r_{cells.row}", f"v_{cells.value}", cells.value in self._scope.kinds
        if cells.row not in self._scope.rows:
            yield self._line(f"for {row} in {self._found(cells)}:")
            self._scope.rows.add(cells.row)
            self._depth += 1
            if known:
                return
        elif known:
            raise BeyondRows(f"?{cells.value} twice")
        if len(cells.columns) > 1:
            yield self._line(f"for {value} in filled({row}, {cells.columns!r}):")
            self._depth += 1
        else:
            yield self._line(f"{value} = {row}.get({cells.columns[0]!r})")
            yield self._line(f'if {value} is None or {value} == "": continue')
        self._scope.kinds[cells.value] = "cell"

    def _found(self, cells: Cells) -> str:
        """Return Python that gives the rows of a new variable."""
        column = cells.columns[0]
        if len(cells.columns) > 1:
            raise BeyondRows("a new row by one of several columns")
        if cells.value in self._scope.kinds:
            return f"rows.with_value({column!r}, v_{cells.value})"
        return f"rows.with_column({column!r})" if self._scope.rows else "rows.all"

    def _bind(self, bind: Bind) -> Iterator[str]:
        if bind.name in self._scope.kinds:
            raise BeyondRows(f"?{bind.name} twice")
        if bind.name not in self._used:
            return
        value = self._expressions.value(bind.expression)
        yield self._line(f"v_{bind.name} = {value.whole()}")
        self._scope.kinds[bind.name] = value.kind

    def _part(self, part: Part) -> Iterator[str]:
        names = [
            one.value if isinstance(one, Cells) else one.name for one in part.elements if not isinstance(one, Filter)
        ]
        if not self._used.intersection(names):
            return
        outside = {name: self._scope.kinds.pop(name) for name in list(self._scope.kinds) if name in _of_binds(part)}
        if outside:
            raise BeyondRows(f"{sorted(outside)} bound outside of OPTIONAL")
        rows = {one.row for one in part.elements if isinstance(one, Cells)}
        single = all(len(one.columns) == 1 for one in part.elements if isinstance(one, Cells))
        ordered = [*(one for one in part.elements if not isinstance(one, Filter)),
                   *(one for one in part.elements if isinstance(one, Filter))]  # fmt: skip
        if rows <= self._scope.rows and single:
            yield from self._at_most_one(ordered)
        else:
            yield from self._several(ordered, names)

    def _at_most_one(self, elements: Sequence[Cells | Bind | Filter]) -> Iterator[str]:
        """Write what a row has or has not: all of the cells, or nothing."""
        cells = [one for one in elements if isinstance(one, Cells)]
        for one in cells:
            if one.value in self._scope.kinds:
                raise BeyondRows(f"?{one.value} twice")
            yield self._line(f"v_{one.value} = r_{one.row}.get({one.columns[0]!r})")
        empty = " or ".join(f'v_{one.value} is None or v_{one.value} == ""' for one in cells)
        nothing = " = ".join(f"v_{one.value}" for one in cells)
        yield self._line(f"if {empty}: {nothing} = None")
        self._scope.kinds |= {one.value: "cell" for one in cells}
        for element in elements:
            if isinstance(element, Bind):
                yield from self._bind(element)
            elif isinstance(element, Filter):
                made = [one.name for one in elements if isinstance(one, Bind) and one.name in self._used]
                names = "".join(f"v_{name} = " for name in (*(one.value for one in cells), *made))
                yield self._line(f"if {self._expressions.condition(element.expression)} is not True: {names}None")

    def _several(self, elements: Sequence[Cells | Bind | Filter], names: Sequence[str]) -> Iterator[str]:
        """Write a loop over all that is found, or once with nothing."""
        depth, rows = self._depth, set(self._scope.rows)
        kept = [name for name in dict.fromkeys(names) if name in self._used]
        yield self._line("found = []")
        yield self._line("for _ in (0,):")
        self._depth += 1
        for element in elements:
            yield from self._element(element)
        values = "".join(f"v_{name}, " for name in kept)
        yield self._line(f"found.append(({values}))")
        self._depth, self._scope.rows = depth, rows
        yield self._line(f"for ({values}) in found or (({'None, ' * len(kept)}),):")
        self._depth += 1

    # --- triples ------------------------------------------------------------------------------------------------------

    def _emitted(self) -> Iterator[str]:
        """Write the triples of the template, subject by subject; a triple with a part that has no value is none."""
        objects = {node.name for triple in self._template for node in triple[2:] if isinstance(node, Variable)}
        for name in sorted(objects & set(self._scope.kinds)):
            if self._scope.kinds[name] != "term":
                yield self._line(f"w_{name} = {self._writing(name)}")
        subjects = dict.fromkeys(triple[0] for triple in self._template)
        for subject in subjects:
            yield from self._about(subject)

    def _about(self, subject: Node) -> Iterator[str]:
        depth = self._depth
        about = [triple for triple in self._template if triple[0] == subject]
        if isinstance(subject, Variable):
            if subject.name not in self._scope.kinds:
                return
            name, kind = f"v_{subject.name}", self._scope.kinds[subject.name]
            if kind not in {"iri", "cell"}:
                raise BeyondRows("a subject that is no IRI")
            yield self._line(f"if {name} is not None:" if kind == "iri" else f"if type({name}) is Iri:")
            self._depth += 1
            yield self._line(f"s = '<' + {name} + '>'")
        else:
            yield self._line(f"s = {f'<{subject.text}>'!r}")
        yield from self._said([one for triple in about if (one := self._triple(*triple[1:]))])
        self._depth = depth

    def _said(self, about: Sequence[_Said]) -> Iterator[str]:
        for one in about:
            line = _text(" ", one.predicate, " ", one.value, " .\n")
            yield self._line(f"{one.guard()}add(s + {line})")

    def _triple(self, predicate: Node, value: Node) -> _Said | None:
        conditions = []
        if isinstance(predicate, Constant):
            middle = _Piece(f"<{predicate.text}>")
        else:
            if self._scope.kinds.get(predicate.name) not in {"iri", "cell"}:
                raise BeyondRows("a predicate that is no IRI")
            conditions.append(f"type(v_{predicate.name}) is Iri")
            middle = _Piece(f"'<' + v_{predicate.name} + '>'", python=True)
        if isinstance(value, Constant):
            return _Said(predicate, tuple(conditions), middle, _Piece(term_of(value)))
        if value.name not in self._scope.kinds:
            return None
        name = f"v_{value.name}" if self._scope.kinds[value.name] == "term" else f"w_{value.name}"
        return _Said(predicate, (*conditions, f"{name} is not None"), middle, _Piece(name, python=True))

    def _writing(self, name: str) -> str:
        kind, variable = self._scope.kinds[name], f"v_{name}"
        if kind == "cell":
            return f"written({variable})"
        return f"None if {variable} is None else {term(kind, variable)}"


class _Meeting(_Function):
    """Writes a function that fills tables with what is asked, and returns what is judged, all of a subject at once."""

    def __init__(self, query: RowQuery, asked: frozenset[str], judged: frozenset[str]) -> None:
        super().__init__(query, asked | judged)
        self._in_tables, self._judged = asked, judged

    def _said(self, about: Sequence[_Said]) -> Iterator[str]:
        for one in about:
            if _asked(one.of, self._in_tables):
                yield self._line(f"{one.guard()}tables[{_text(one.predicate)}][s][{_text(one.value)}] = None")
        judged = [one for one in about if _asked(one.of, self._judged)]
        certain = any(not one.conditions for one in judged)
        pieces: list[str | _Piece] = []
        for one in judged:
            if one.conditions:
                said = _text(one.predicate, " ", one.value, " ;\n")
                pieces.append(_Piece(f"({said} if {' and '.join(one.conditions)} else '')", python=True))
            else:
                pieces += [one.predicate, " ", one.value, " ;\n"]
        if certain:
            said = _text(" ", *pieces, ".\n")
            yield self._line(f"add(s + {said})")
        elif judged:
            yield self._line(f"said = {_text(*pieces)}")
            yield self._line("if said: add(s + ' ' + said + '.\\n')")


def _text(*pieces: str | _Piece) -> str:
    """Return Python that joins pieces to a text; those that are known are joined here."""
    joined: list[_Piece] = []
    for piece in (_Piece(one) if isinstance(one, str) else one for one in pieces):
        if joined and not (piece.python or joined[-1].python):
            joined[-1] = _Piece(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return " + ".join(one.text if one.python else repr(one.text) for one in joined)


def _asked(predicate: Node, predicates: frozenset[str] | None) -> bool:
    return predicates is None or isinstance(predicate, Variable) or predicate.text in predicates


def _used(query: RowQuery, template: Sequence[tuple[Node, Node, Node]]) -> set[str]:
    """Return the variables that the triples need, and those that they are made of."""
    found = {node.name for triple in template for node in triple if isinstance(node, Variable)}
    elements = [
        one for element in query.elements for one in (element.elements if isinstance(element, Part) else (element,))
    ]
    for element in elements:
        if isinstance(element, Filter):
            found |= _variables(element.expression)
    for element in reversed(elements):
        if isinstance(element, Bind) and element.name in found:
            found |= _variables(element.expression)
    return found


def _variables(expression: Expression) -> set[str]:
    if isinstance(expression, Variable):
        return {expression.name}
    return {name for one in expression.arguments for name in _variables(one)} if isinstance(expression, Call) else set()


def _of_binds(part: Part) -> set[str]:
    """Return what the BINDs of an OPTIONAL ask of outside: there it is unbound."""
    inside = {one.value for one in part.elements if isinstance(one, Cells)}
    inside |= {one.name for one in part.elements if isinstance(one, Bind)}
    return {name for one in part.elements if isinstance(one, Bind) for name in _variables(one.expression)} - inside
