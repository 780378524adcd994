"""Grammar: the grammar files of data/wording/, ready to cut texts.

Place in the flow: below cutting and clauses. Working out the tables of a grammar takes longer than reading a catalogue
with them, so they are kept.
"""

import io
import sys

import lark
from lark import Lark

from gongfu.kept import kept
from gongfu.settings import house


def grammar(name: str) -> Lark:
    """Return the grammar of data/wording/<name>.lark."""
    text = (house().data / "wording" / f"{name}.lark").read_text("utf-8")
    depends_on = f"{lark.__version__} {sys.version_info[:2]} {text}"
    return Lark.load(io.BytesIO(kept(name, depends_on, lambda: _tables(text))))


def _tables(text: str) -> bytes:
    tables = io.BytesIO()
    Lark(text, parser="lalr", lexer="basic", maybe_placeholders=False).save(tables)
    return tables.getvalue()
