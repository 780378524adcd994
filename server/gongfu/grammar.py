"""Grammar: the grammar files of data/wording/, ready to cut texts.

Place in the flow: below cutting and clauses. Working out the tables of a grammar takes longer than reading a catalogue
with them, so they are kept.
"""

import io
import pickle
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lark
from lark import Lark, Token
from lark.common import LexerConf
from lark.lexer import BasicLexer, LexerState

from gongfu import beginnings
from gongfu.kept import kept
from gongfu.settings import house

_REST = "OTHER"  # the terminal of any character with which no other one begins


class FirstLooking(BasicLexer):
    """A lexer that asks the terminals only where one of them can begin: most characters of a text begin none.

    It counts characters and no lines: texts in reading form have none.
    """

    __future_interface__ = 2  # takes and gives what Lark's own lexers do

    def __init__(self, conf: LexerConf, comparator: Any = None) -> None:
        super().__init__(conf, comparator)
        self.begins: re.Pattern[str] = re.compile("")

    def lex(self, state: LexerState, parser_state: Any) -> Iterator[Token]:
        """Yield the tokens of a text."""
        text, scanner, begins = state.text, self.scanner, self.begins.match
        place = text.start
        while place < text.end:
            found, kind = scanner.match(text, place) if begins(text.text, place) else (text.text[place], _REST)
            token = Token(kind, found, place, end_pos=place + len(found))
            place += len(found)
            yield self.callback[kind](token) if kind in self.callback else token


def grammar(name: str) -> Lark:
    """Return the grammar of data/wording/<name>.lark."""
    text = (house().data / "wording" / f"{name}.lark").read_text("utf-8")
    sources = "".join(Path(module).read_text("utf-8") for module in (__file__, beginnings.__file__))
    depends_on = f"{lark.__version__} {sys.version_info[:2]} {text} {sources}"
    begins, tables = pickle.loads(kept(name, depends_on, lambda: pickle.dumps(_tables(text))))  # noqa: S301  # our own
    made = Lark.load(io.BytesIO(tables))
    made.parser.lexer.begins = re.compile(begins)
    return made


def _tables(text: str) -> tuple[str, bytes]:
    """Return with what anything but the rest may begin, as a regular expression, and the tables."""
    tables = io.BytesIO()
    made = Lark(text, parser="lalr", lexer=FirstLooking, maybe_placeholders=False)
    made.save(tables)
    classes = [beginnings.beginnings(one.pattern.to_regexp()) for one in made.terminals if one.name != _REST]
    return "" if None in classes else f"[{''.join(map(str, classes))}]", tables.getvalue()
