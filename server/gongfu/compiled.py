"""Compiled: regular expressions and the methods of dataclasses are kept once compiled, as Python keeps modules.

Place in the flow: below the command line, for a process that is one command and nothing else. Modules come from .pyc
files, but these were compiled anew in each process, for a sixth of the time of a check. Python has no public way to
take them back, so some of its names are used that are not public. What is kept holds for one build of Python and one
state of our sources only, ``_sre`` proves the code that it is given. Without a cache, and in a Python that it was not
tried with, all is compiled as ever.
"""

import dataclasses
import marshal
import re
import sys
from collections.abc import Callable
from importlib import import_module
from types import CodeType
from typing import Any

from gongfu.kept import found, keep
from gongfu.settings import program, unchanged

_NAME, _MANY = "compiled", 2_000  # more are none of ours: patterns made of what a catalogue says
TRIED = frozenset({(3, 11), (3, 12), (3, 13)})
Pattern = tuple[str | bytes, int]  # a regular expression and its flags
Parts = tuple[int, list[int], int, dict[str, int], tuple[str | None, ...]]


def keep_compiled() -> Callable[[], None]:
    """Take from the cache what earlier processes compiled, from now on; return what keeps the rest at the end."""
    if sys.implementation.name != "cpython" or sys.version_info[:2] not in TRIED:
        return lambda: None
    compiled = Compiled(found(_NAME, _depends_on()))
    compiler = import_module("re._compiler")
    vars(compiler)["compile"] = compiled.pattern
    vars(dataclasses)["exec"] = compiled.execute  # in place of the builtin: dataclasses compile by exec
    return compiled.keep


def _depends_on() -> str:
    return f"{program()} {sys.version} {import_module('_sre').MAGIC}"


class Compiled:
    """What was compiled, by its text: arguments of ``_sre.compile``, and code; each marshalled, for few are asked."""

    def __init__(self, content: bytes | None) -> None:
        self._patterns: dict[Pattern, bytes] = {}
        self._codes: dict[str, bytes] = {}
        if content:
            self._patterns, self._codes = marshal.loads(content)  # noqa: S302  # our own
        self._sizes = self._size()
        self._sre, self._parser, self._compiler = map(import_module, ("_sre", "re._parser", "re._compiler"))
        self._compile = self._compiler.compile

    def pattern(self, text: Any, flags: int = 0) -> re.Pattern[Any]:
        """Return a regular expression as ``re`` compiles it."""
        if not isinstance(text, str | bytes) or flags & re.DEBUG:
            found: re.Pattern[Any] = self._compile(text, flags)
            return found
        told = self._patterns.get((text, int(flags)))
        if told is None:
            made = self._made(text, int(flags))
            if len(self._patterns) < _MANY:
                self._patterns[text, int(flags)] = marshal.dumps(made)
        else:
            made = marshal.loads(told)  # noqa: S302
        compiled: re.Pattern[Any] = self._sre.compile(text, *made)
        return compiled

    def _made(self, text: str | bytes, flags: int) -> Parts:
        """Return what ``re._compiler.compile`` gives ``_sre``: flags, code, how many groups, their names, both ways."""
        parsed = self._parser.parse(text, flags)
        code, state = [int(one) for one in self._compiler._code(parsed, flags)], parsed.state
        names = {number: name for name, number in state.groupdict.items()}
        return (flags | state.flags, code, state.groups - 1, state.groupdict,
                tuple(names.get(number) for number in range(state.groups)))  # fmt: skip

    def execute(self, source: str | CodeType, names: dict[str, Any], made: dict[str, Any]) -> None:
        """Run code as ``exec`` does."""
        if isinstance(source, str):
            told = self._codes.get(source)
            code = marshal.loads(told) if told else compile(source, "<string>", "exec", dont_inherit=True)  # noqa: S302
            if not told and len(self._codes) < _MANY:
                self._codes[source] = marshal.dumps(code)
            source = code
        exec(source, names, made)  # noqa: S102  # what dataclasses wrote

    def keep(self) -> None:
        """Keep what this process compiled, if it was anything new."""
        if self._size() != self._sizes and unchanged():
            keep(_NAME, _depends_on(), marshal.dumps((self._patterns, self._codes)))

    def _size(self) -> tuple[int, int]:
        return len(self._patterns), len(self._codes)
