"""Graph expressions: what BIND, FILTER and SELECT of a query on a graph say, as functions of what is bound.

Place in the flow: **compare**, below ``graph_steps``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gongfu.graph_order import Known
from gongfu.graph_query import Exists, Group
from gongfu.graph_values import FUNCTIONS, Value, term_of, truth, value_of
from gongfu.row_query import BeyondRows, Call, Constant, Expression, Variable
from gongfu.row_terms import Iri, both, either

Bound = list[Any]  # terms by slot, None for what is not bound
Step = Callable[[Bound], object]  # True to seek no further
Asked = Callable[[Bound], Value]


@dataclass(frozen=True)
class Expressions:
    """Makes functions of expressions: where a variable stands, and whether a group has a solution, others know."""

    slot: Callable[[str], int]
    search: Callable[[Group, Known], Step]

    def value(self, expression: Expression, known: Known) -> Asked:
        """Return what gives the value of an expression, None for an error."""
        if isinstance(expression, Variable):
            return self._variable(expression.name, known)
        if isinstance(expression, Constant):
            value = _constant(expression)
            return lambda bound: value
        if isinstance(expression, Exists):
            found = self.search(expression.elements, known)
            return lambda bound: bool(found(bound.copy()))
        if expression.name in {"IF", "COALESCE", "&&", "||", "BOUND"}:
            return self._form(expression, known)
        return self._call(expression, known)

    def _variable(self, name: str, known: Known) -> Asked:
        if name not in known:
            return lambda bound: None
        slot = self.slot(name)
        if name in known.certain:
            return lambda bound: value_of(bound[slot])
        return lambda bound: None if (term := bound[slot]) is None else value_of(term)

    def _form(self, call: Call, known: Known) -> Asked:
        """Return what asks for some of its arguments only."""
        if call.name == "BOUND":
            return self._is_bound(call.arguments[0], known)
        given = [self.value(one, known) for one in call.arguments]
        if call.name == "IF":
            return _if(*given)
        if call.name == "COALESCE":
            return lambda bound: next((found for one in given if (found := one(bound)) is not None), None)
        left, right = given
        if call.name == "&&":
            return lambda bound: False if (told := left(bound)) is False else both(truth(told), truth(right(bound)))
        return lambda bound: True if (told := left(bound)) is True else either(truth(told), truth(right(bound)))

    def _is_bound(self, variable: Expression, known: Known) -> Asked:
        if not isinstance(variable, Variable):
            raise BeyondRows("BOUND of what is no variable")
        if variable.name not in known:
            return lambda bound: False
        slot = self.slot(variable.name)
        return lambda bound: bound[slot] is not None

    def _call(self, call: Call, known: Known) -> Asked:
        if call.name not in FUNCTIONS:
            raise BeyondRows(call.name)
        if call.name in {"=", "!=", "IN"} and (asked := self._among_iris(call, known)):
            return asked
        function, given = FUNCTIONS[call.name], [self.value(one, known) for one in call.arguments]
        if len(given) == 1:
            (only,) = given
            return lambda bound: function(only(bound))
        if len(given) == 2:
            left, right = given
            return lambda bound: function(left(bound), right(bound))
        return lambda bound: function(*[one(bound) for one in given])

    def _among_iris(self, call: Call, known: Known) -> Asked | None:
        """Return what compares a variable with IRIs: the texts of their terms say whether they are the same."""
        left, *right = call.arguments
        if not (isinstance(left, Variable) and left.name in known and all(map(_is_iri, right))):
            return None
        slot, same = self.slot(left.name), call.name != "!="
        terms = frozenset(constant_term(one) for one in right if isinstance(one, Constant))
        return lambda bound: None if (term := bound[slot]) is None else (term in terms) is same


def _if(asked: Asked, then: Asked, otherwise: Asked) -> Asked:
    def chosen(bound: Bound) -> Value:
        told = asked(bound)
        if told is not True and told is not False:
            told = truth(told)
        return then(bound) if told else None if told is None else otherwise(bound)

    return chosen


def _is_iri(expression: Expression) -> bool:
    return isinstance(expression, Constant) and expression.kind == "iri"


def _constant(constant: Constant) -> Value:
    if constant.language:
        raise BeyondRows("a text in a language")
    kinds: dict[str, Callable[[str], Value]] = {"iri": Iri, "text": str, "integer": int, "boolean": "true".__eq__}
    return kinds[constant.kind](constant.text)


def constant_term(constant: Constant) -> str:
    """Return a constant as a term."""
    return str(term_of(_constant(constant)))
