"""Row expressions: what BIND and FILTER of a table's CONSTRUCT file say, as Python expressions with the same values.

Place in the flow: **map**, below the row writer, which puts them into its loops. An expression that has an error in
SPARQL has the value None here, and its variable stays unbound.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from gongfu import row_terms
from gongfu.row_query import BeyondRows, Call, Constant, Expression, Variable
from gongfu.row_terms import XSD, escaped

_CONDITIONS = frozenset({"=", "!=", "&&", "||", "!", "BOUND", "REGEX", "STRENDS"})


@dataclass(frozen=True)
class Value:
    """An expression as Python: ``kind`` of what it gives, its text, the conditions without which it has no value.

    Kinds: ``cell`` (any value of a row), ``iri`` and ``string`` (a Python text), ``term`` (N-Triples already).
    """

    kind: str
    text: str
    needs: tuple[str, ...] = ()

    def whole(self) -> str:
        """Return Python that gives the value, or None where there is none."""
        return f"({self.text} if {' and '.join(dict.fromkeys(self.needs))} else None)" if self.needs else self.text


_NOTHING = Value("nothing", "None", ("False",))


@dataclass
class Scope:
    """What an expression may name: bound variables with the kinds of their values (see Value), and those of rows.

    The variable ``base`` is given and never unbound.
    """

    base: str
    kinds: dict[str, str]
    rows: set[str]


class Expressions:
    """Writes expressions in a scope, which may grow between them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._numbers = count()
        self._functions: dict[str, Callable[..., Value]] = {
            "CONCAT": self._concat, "STR": self._str, "IRI": self._iri, "ENCODE_FOR_URI": self._encode_for_uri,
            "STRLANG": self._strlang, "STRDT": self._strdt, "COALESCE": self._coalesce, "IF": self._if,
        }  # fmt: skip

    def value(self, expression: Expression) -> Value:
        """Return an expression as Python; raises BeyondRows for what only the engine answers."""
        if isinstance(expression, Variable):
            return self._variable(expression.name)
        if isinstance(expression, Constant):
            return _constant(expression)
        if expression.name in _CONDITIONS:
            return Value("cell", self.condition(expression))
        if expression.name.startswith("http"):
            return self._cast(expression)
        if expression.name not in self._functions:
            raise BeyondRows(expression.name)
        return self._functions[expression.name](*expression.arguments)

    def _variable(self, name: str) -> Value:
        if name not in self._scope.kinds:
            return _NOTHING
        needs = () if name == self._scope.base else (f"v_{name} is not None",)
        return Value(self._scope.kinds[name], f"v_{name}", needs)

    def _string(self, expression: Expression) -> Value:
        """Return a plain text; what is none is an error in SPARQL."""
        if isinstance(expression, Call) and expression.name in {"IF", "COALESCE"}:
            raise BeyondRows("a choice inside a function: BIND it first")
        value = self.value(expression)
        if value.kind == "cell":
            return Value("string", value.text, (*value.needs, f"type({value.text}) is str"))
        if value.kind not in {"string", "nothing"}:
            raise BeyondRows(f"{value.kind} as a text")
        return value

    def _concat(self, *arguments: Expression) -> Value:
        values = [self._string(one) for one in arguments]
        return Value(
            "string", f"({' + '.join(one.text for one in values)})", tuple(need for one in values for need in one.needs)
        )

    def _str(self, argument: Expression) -> Value:
        value = self.value(argument)
        if value.kind == "term":
            raise BeyondRows("STR of a term")
        text = f"lexical({value.text})" if value.kind == "cell" else value.text
        return Value("string", text, value.needs)

    def _iri(self, argument: Expression) -> Value:
        value = self._string(argument)
        return Value("iri", f"iri({value.text})", value.needs)

    def _encode_for_uri(self, argument: Expression) -> Value:
        value = self._string(argument)
        return Value("string", f"encoded({value.text})", value.needs)

    def _strlang(self, text: Expression, language: Expression) -> Value:
        said, tag = self._string(text), self._string(language)
        if isinstance(language, Constant):
            return Value("term", f"""'"' + escaped({said.text}) + '"@{language.text}'""", said.needs)
        return Value("term", f"tagged({said.text}, {tag.text})", (*said.needs, *tag.needs))

    def _strdt(self, text: Expression, datatype: Expression) -> Value:
        said = self._string(text)
        if not isinstance(datatype, Constant) or (datatype.text.startswith(XSD) and datatype.text != XSD + "gYear"):
            raise BeyondRows("a datatype whose values the engine may write in another way")
        return Value("term", f"""'"' + escaped({said.text}) + '"^^<{datatype.text}>'""", said.needs)

    def _cast(self, call: Call) -> Value:
        if not call.name.endswith("#integer"):
            raise BeyondRows(call.name)
        value = self._string(call.arguments[0])
        return Value("cell", f"integer({value.text})", value.needs)

    def _coalesce(self, *arguments: Expression) -> Value:
        values = self._alike([self.value(one) for one in arguments])
        text = "None"
        for value in reversed(values):
            text = f"({value.text} if {' and '.join(value.needs)} else {text})" if value.needs else value.text
        return Value(values[0].kind, text)

    def _if(self, condition: Expression, then: Expression, otherwise: Expression) -> Value:
        values = self._alike([self.value(then), self.value(otherwise)])
        asked = self.condition(condition)
        first, second = (value.whole() for value in values)
        name = f"c{next(self._numbers)}"
        return Value(values[0].kind, f"(None if ({name} := {asked}) is None else {first} if {name} else {second})")

    def _alike(self, values: Sequence[Value]) -> list[Value]:
        """Return values that may stand for each other, as one kind."""
        kinds = {value.kind for value in values} - {"nothing"}
        kind = "term" if "term" in kinds else next(iter(kinds)) if len(kinds) == 1 else "cell"
        return [self._as(kind, value) for value in values]

    def _as(self, kind: str, value: Value) -> Value:
        if value.kind in {kind, "nothing"}:
            return Value(kind, value.text, value.needs)
        if kind == "cell":
            return Value(kind, f"Iri({value.text})" if value.kind == "iri" else value.text, value.needs)
        return Value(kind, term(value.kind, value.text), value.needs)

    def condition(self, expression: Expression) -> str:
        """Return Python that gives True, False or, for an error, None."""
        if isinstance(expression, Call):
            name, arguments = expression.name, expression.arguments
            if name == "BOUND":
                return f"({self.value(arguments[0]).text} is not None)"
            if name in {"&&", "||"}:
                words = {"&&": "both", "||": "either"}
                return f"{words[name]}({self.condition(arguments[0])}, {self.condition(arguments[1])})"
            if name == "!":
                return f"unless({self.condition(arguments[0])})"
            if name in {"=", "!="}:
                return self._equal(name, *arguments)
            if name == "STRENDS":
                text, end = (self._string(one) for one in arguments)
                return Value("cell", f"{text.text}.endswith({end.text})", (*text.needs, *end.needs)).whole()
            if name == "REGEX":
                return self._regular(*arguments)
        return f"true({self.value(expression).whole()})"

    def _equal(self, sign: str, left: Expression, right: Expression) -> str:
        if isinstance(left, Variable) and isinstance(right, Variable) and {left.name, right.name} <= self._scope.rows:
            return f"(r_{left.name} is {'not ' if sign == '!=' else ''}r_{right.name})"
        one, other = (self._as("cell", self.value(side)).whole() for side in (left, right))
        return f"unless(same({one}, {other}))" if sign == "!=" else f"same({one}, {other})"

    def _regular(self, text: Expression, pattern: Expression) -> str:
        """Only whole texts of digits are asked for: the dialects of regular expressions are not the same elsewhere."""
        if pattern != Constant("text", "^[0-9]+$"):
            raise BeyondRows("REGEX")
        value = self._string(text)
        return Value("cell", f"({value.text}.isascii() and {value.text}.isdigit())", value.needs).whole()


def term(kind: str, text: str) -> str:
    """Return Python that writes a value as N-Triples."""
    return {
        "iri": f"'<' + {text} + '>'", "string": f"""'"' + escaped({text}) + '"'""", "cell": f"written({text})",
        "term": text,
    }[kind]  # fmt: skip


def term_of(constant: Constant) -> str:
    """Return a constant as N-Triples."""
    found = _constant(constant)
    made = eval(term(found.kind, found.text), vars(row_terms).copy())  # noqa: S307  # a constant of our own file
    return str(made)


def _constant(constant: Constant) -> Value:
    if constant.language:
        return Value("term", repr(f'"{escaped(constant.text)}"@{constant.language}'))
    if constant.kind == "boolean":
        return Value("cell", str(constant.text == "true"))
    return Value("iri" if constant.kind == "iri" else "string", repr(constant.text))
