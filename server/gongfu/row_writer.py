"""Row writer: a table's CONSTRUCT file becomes a Python function that writes the triples of rows as N-Triples.

Place in the flow: **map**, below facts. The file stays the only source of IRI patterns and vocabulary. The engine needs
a store, a query and a list of objects for each table of each catalogue; this function writes the same lines in a tenth
of the time, and only those whose predicates are asked for. tests/test_row_writer.py holds both equal, table for table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

from gongfu import row_terms
from gongfu.row_query import BeyondRows, Bind, Call, Cells, Constant, Expression, Filter, Node, Part, RowQuery, Variable
from gongfu.row_terms import XSD, escaped


def row_code(query: RowQuery, predicates: frozenset[str] | None) -> CodeType:
    """Return the function of a query as code; ``predicates`` are those that are asked for, None for all.

    Raises BeyondRows for what only the engine answers.
    """
    return compile("\n".join(_Function(query, predicates).lines()), "<rows>", "exec")


@dataclass(frozen=True)
class _Value:
    """An expression as Python: ``kind`` of what it gives, its text, the conditions without which it has no value.

    Kinds: ``cell`` (any value of a row), ``iri`` and ``string`` (a Python text), ``term`` (N-Triples already).
    """

    kind: str
    text: str
    needs: tuple[str, ...] = ()

    def whole(self) -> str:
        """Return Python that gives the value, or None where there is none."""
        return f"({self.text} if {' and '.join(dict.fromkeys(self.needs))} else None)" if self.needs else self.text


_NOTHING = _Value("nothing", "None", ("False",))


class _Function:
    """Writes the function. ``_kinds`` knows of each variable that is bound what kind of value it has."""

    def __init__(self, query: RowQuery, predicates: frozenset[str] | None) -> None:
        self._query = query
        self._kinds: dict[str, str] = {query.base: "string"} if query.base else {}
        self._rows: set[str] = set()
        self._depth = 1
        self._template = [one for one in query.template if _asked(one[1], predicates)]
        self._used = _used(query, self._template)

    def lines(self) -> Iterator[str]:
        yield f"def write(rows, v_{self._query.base or 'base'}):"
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
            yield self._line(f"if {self._condition(element.expression)} is not True: continue")

    # --- patterns -----------------------------------------------------------------------------------------------------

    def _cells(self, cells: Cells) -> Iterator[str]:
        """Write a loop over the rows for a row that is new, over the values for one of several columns, else a look."""
        row, value, known = f"r_{cells.row}", f"v_{cells.value}", cells.value in self._kinds
        if cells.row not in self._rows:
            yield self._line(f"for {row} in {self._found(cells)}:")
            self._rows.add(cells.row)
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
        self._kinds[cells.value] = "cell"

    def _found(self, cells: Cells) -> str:
        """Return Python that gives the rows of a new variable."""
        column = cells.columns[0]
        if len(cells.columns) > 1:
            raise BeyondRows("a new row by one of several columns")
        if cells.value in self._kinds:
            return f"rows.with_value({column!r}, v_{cells.value})"
        return f"rows.with_column({column!r})" if self._rows else "rows.all"

    def _bind(self, bind: Bind) -> Iterator[str]:
        if bind.name in self._kinds:
            raise BeyondRows(f"?{bind.name} twice")
        if bind.name not in self._used:
            return
        value = self._value(bind.expression)
        yield self._line(f"v_{bind.name} = {value.whole()}")
        self._kinds[bind.name] = value.kind

    def _part(self, part: Part) -> Iterator[str]:
        names = [
            one.value if isinstance(one, Cells) else one.name for one in part.elements if not isinstance(one, Filter)
        ]
        if not self._used.intersection(names):
            return
        outside = {name: self._kinds.pop(name) for name in list(self._kinds) if name in _of_binds(part)}
        if outside:
            raise BeyondRows(f"{sorted(outside)} bound outside of OPTIONAL")
        rows = {one.row for one in part.elements if isinstance(one, Cells)}
        single = all(len(one.columns) == 1 for one in part.elements if isinstance(one, Cells))
        ordered = [*(one for one in part.elements if not isinstance(one, Filter)),
                   *(one for one in part.elements if isinstance(one, Filter))]  # fmt: skip
        if rows <= self._rows and single:
            yield from self._at_most_one(ordered)
        else:
            yield from self._several(ordered, names)

    def _at_most_one(self, elements: Sequence[Cells | Bind | Filter]) -> Iterator[str]:
        """Write what a row has or has not: all of the cells, or nothing."""
        cells = [one for one in elements if isinstance(one, Cells)]
        for one in cells:
            if one.value in self._kinds:
                raise BeyondRows(f"?{one.value} twice")
            yield self._line(f"v_{one.value} = r_{one.row}.get({one.columns[0]!r})")
        empty = " or ".join(f'v_{one.value} is None or v_{one.value} == ""' for one in cells)
        nothing = " = ".join(f"v_{one.value}" for one in cells)
        yield self._line(f"if {empty}: {nothing} = None")
        self._kinds |= {one.value: "cell" for one in cells}
        for element in elements:
            if isinstance(element, Bind):
                yield from self._bind(element)
            elif isinstance(element, Filter):
                made = [one.name for one in elements if isinstance(one, Bind) and one.name in self._used]
                names = "".join(f"v_{name} = " for name in (*(one.value for one in cells), *made))
                yield self._line(f"if {self._condition(element.expression)} is not True: {names}None")

    def _several(self, elements: Sequence[Cells | Bind | Filter], names: Sequence[str]) -> Iterator[str]:
        """Write a loop over all that is found, or once with nothing."""
        depth, rows = self._depth, set(self._rows)
        kept = [name for name in dict.fromkeys(names) if name in self._used]
        yield self._line("found = []")
        yield self._line("for _ in (0,):")
        self._depth += 1
        for element in elements:
            yield from self._element(element)
        values = "".join(f"v_{name}, " for name in kept)
        yield self._line(f"found.append(({values}))")
        self._depth, self._rows = depth, rows
        yield self._line(f"for ({values}) in found or (({'None, ' * len(kept)}),):")
        self._depth += 1

    # --- expressions --------------------------------------------------------------------------------------------------

    def _value(self, expression: Expression) -> _Value:
        if isinstance(expression, Variable):
            kind = self._kinds.get(expression.name)
            name = f"v_{expression.name}"
            return (
                _Value(kind, name, () if expression.name == self._query.base else (f"{name} is not None",))
                if kind
                else _NOTHING
            )
        if isinstance(expression, Constant):
            if expression.language:
                return _Value("term", repr(f'"{escaped(expression.text)}"@{expression.language}'))
            if expression.kind == "boolean":
                return _Value("cell", str(expression.text == "true"))
            return _Value("iri" if expression.kind == "iri" else "string", repr(expression.text))
        name = f"_{expression.name.lower()}" if expression.name.isalpha() or "_" in expression.name else "_cast"
        if expression.name.startswith("http"):
            return self._cast(expression)
        if name in {"_bound", "_regex", "_strends"} or not hasattr(self, name):
            if expression.name in {"=", "!=", "&&", "||", "!", "BOUND", "REGEX", "STRENDS"}:
                return _Value("cell", self._condition(expression))
            raise BeyondRows(expression.name)
        found: _Value = getattr(self, name)(*expression.arguments)
        return found

    def _string(self, expression: Expression) -> _Value:
        """Return a plain text; what is none is an error in SPARQL."""
        if isinstance(expression, Call) and expression.name in {"IF", "COALESCE"}:
            raise BeyondRows("a choice inside a function: BIND it first")
        value = self._value(expression)
        if value.kind == "cell":
            return _Value("string", value.text, (*value.needs, f"type({value.text}) is str"))
        if value.kind not in {"string", "nothing"}:
            raise BeyondRows(f"{value.kind} as a text")
        return value

    def _concat(self, *arguments: Expression) -> _Value:
        values = [self._string(one) for one in arguments]
        return _Value(
            "string", f"({' + '.join(one.text for one in values)})", tuple(need for one in values for need in one.needs)
        )

    def _str(self, argument: Expression) -> _Value:
        value = self._value(argument)
        if value.kind == "term":
            raise BeyondRows("STR of a term")
        text = f"lexical({value.text})" if value.kind == "cell" else value.text
        return _Value("string", text, value.needs)

    def _iri(self, argument: Expression) -> _Value:
        value = self._string(argument)
        return _Value("iri", f"iri({value.text})", value.needs)

    def _encode_for_uri(self, argument: Expression) -> _Value:
        value = self._string(argument)
        return _Value("string", f"encoded({value.text})", value.needs)

    def _strlang(self, text: Expression, language: Expression) -> _Value:
        said, tag = self._string(text), self._string(language)
        if isinstance(language, Constant):
            return _Value("term", f"""'"' + escaped({said.text}) + '"@{language.text}'""", said.needs)
        return _Value("term", f"tagged({said.text}, {tag.text})", (*said.needs, *tag.needs))

    def _strdt(self, text: Expression, datatype: Expression) -> _Value:
        said = self._string(text)
        if not isinstance(datatype, Constant) or (datatype.text.startswith(XSD) and datatype.text != XSD + "gYear"):
            raise BeyondRows("a datatype whose values the engine may write in another way")
        return _Value("term", f"""'"' + escaped({said.text}) + '"^^<{datatype.text}>'""", said.needs)

    def _cast(self, call: Call) -> _Value:
        if not call.name.endswith("#integer"):
            raise BeyondRows(call.name)
        value = self._string(call.arguments[0])
        return _Value("cell", f"integer({value.text})", value.needs)

    def _coalesce(self, *arguments: Expression) -> _Value:
        values = self._alike([self._value(one) for one in arguments])
        text = "None"
        for value in reversed(values):
            text = f"({value.text} if {' and '.join(value.needs)} else {text})" if value.needs else value.text
        return _Value(values[0].kind, text)

    def _if(self, condition: Expression, then: Expression, otherwise: Expression) -> _Value:
        values = self._alike([self._value(then), self._value(otherwise)])
        asked = self._condition(condition)
        first, second = (value.whole() for value in values)
        name = f"c{self._depth}_{len(asked)}"
        return _Value(values[0].kind, f"(None if ({name} := {asked}) is None else {first} if {name} else {second})")

    def _alike(self, values: Sequence[_Value]) -> list[_Value]:
        """Return values that may stand for each other, as one kind."""
        kinds = {value.kind for value in values} - {"nothing"}
        kind = "term" if "term" in kinds else next(iter(kinds)) if len(kinds) == 1 else "cell"
        return [self._as(kind, value) for value in values]

    def _as(self, kind: str, value: _Value) -> _Value:
        if value.kind in {kind, "nothing"}:
            return _Value(kind, value.text, value.needs)
        if kind == "cell":
            return _Value(kind, f"Iri({value.text})" if value.kind == "iri" else value.text, value.needs)
        return _Value(kind, _term(value.kind, value.text), value.needs)

    def _condition(self, expression: Expression) -> str:
        """Return Python that gives True, False or, for an error, None."""
        if isinstance(expression, Call):
            name, arguments = expression.name, expression.arguments
            if name == "BOUND":
                return f"({self._value(arguments[0]).text} is not None)"
            if name in {"&&", "||"}:
                words = {"&&": "both", "||": "either"}
                return f"{words[name]}({self._condition(arguments[0])}, {self._condition(arguments[1])})"
            if name == "!":
                return f"unless({self._condition(arguments[0])})"
            if name in {"=", "!="}:
                return self._equal(name, *arguments)
            if name == "STRENDS":
                text, end = (self._string(one) for one in arguments)
                return _Value("cell", f"{text.text}.endswith({end.text})", (*text.needs, *end.needs)).whole()
            if name == "REGEX":
                return self._regular(*arguments)
        return f"true({self._value(expression).whole()})"

    def _equal(self, sign: str, left: Expression, right: Expression) -> str:
        if isinstance(left, Variable) and isinstance(right, Variable) and {left.name, right.name} <= self._rows:
            return f"(r_{left.name} is {'not ' if sign == '!=' else ''}r_{right.name})"
        one, other = (self._as("cell", self._value(side)).whole() for side in (left, right))
        return f"unless(same({one}, {other}))" if sign == "!=" else f"same({one}, {other})"

    def _regular(self, text: Expression, pattern: Expression) -> str:
        """Only whole texts of digits are asked for: the dialects of regular expressions are not the same elsewhere."""
        if pattern != Constant("text", "^[0-9]+$"):
            raise BeyondRows("REGEX")
        value = self._string(text)
        return _Value("cell", f"({value.text}.isascii() and {value.text}.isdigit())", value.needs).whole()

    # --- triples ------------------------------------------------------------------------------------------------------

    def _emitted(self) -> Iterator[str]:
        """Write the triples of the template, subject by subject; a triple with a part that has no value is none."""
        objects = {node.name for triple in self._template for node in triple[2:] if isinstance(node, Variable)}
        for name in sorted(objects & set(self._kinds)):
            if self._kinds[name] != "term":
                yield self._line(f"w_{name} = {self._writing(name)}")
        subjects = dict.fromkeys(triple[0] for triple in self._template)
        for subject in subjects:
            yield from self._about(subject)

    def _about(self, subject: Node) -> Iterator[str]:
        depth = self._depth
        about = [triple for triple in self._template if triple[0] == subject]
        if isinstance(subject, Variable):
            if subject.name not in self._kinds:
                return
            name, kind = f"v_{subject.name}", self._kinds[subject.name]
            if kind not in {"iri", "cell"}:
                raise BeyondRows("a subject that is no IRI")
            yield self._line(f"if {name} is not None:" if kind == "iri" else f"if type({name}) is Iri:")
            self._depth += 1
            yield self._line(f"s = '<' + {name} + '> '")
        else:
            yield self._line(f"s = {f'<{subject.text}> '!r}")
        for _, predicate, value in about:
            yield from self._triple(predicate, value)
        self._depth = depth

    def _triple(self, predicate: Node, value: Node) -> Iterator[str]:
        conditions = []
        if isinstance(predicate, Constant):
            middle = repr(f"<{predicate.text}> ")
        else:
            if self._kinds.get(predicate.name) not in {"iri", "cell"}:
                raise BeyondRows("a predicate that is no IRI")
            conditions.append(f"type(v_{predicate.name}) is Iri")
            middle = f"'<' + v_{predicate.name} + '> '"
        if isinstance(value, Constant):
            last = repr(f"{self._constant(value)} .\n")
        elif value.name not in self._kinds:
            return
        else:
            name = f"v_{value.name}" if self._kinds[value.name] == "term" else f"w_{value.name}"
            conditions.append(f"{name} is not None")
            last = f"{name} + ' .\\n'"
        guard = f"if {' and '.join(conditions)}: " if conditions else ""
        yield self._line(f"{guard}add(s + {middle} + {last})")

    def _constant(self, value: Constant) -> str:
        found = self._value(value)
        made = eval(_term(found.kind, found.text), vars(row_terms).copy())  # noqa: S307  # a constant of our own file
        return str(made)

    def _writing(self, name: str) -> str:
        kind, variable = self._kinds[name], f"v_{name}"
        if kind == "cell":
            return f"written({variable})"
        return f"None if {variable} is None else {_term(kind, variable)}"


def _term(kind: str, text: str) -> str:
    """Return Python that writes a value as N-Triples."""
    return {
        "iri": f"'<' + {text} + '>'", "string": f"""'"' + escaped({text}) + '"'""", "cell": f"written({text})",
        "term": text,
    }[kind]  # fmt: skip


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
