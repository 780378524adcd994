"""A text that is cut stretch by stretch is cut as the grammar cuts it whole, and a kept grammar as a new one."""

import csv
import io
import re
from pathlib import Path

import pytest
from lark import Lark

from gongfu.beginnings import beginnings
from gongfu.cutting import Piece, _piece, cut
from gongfu.grammar import grammar
from gongfu.sentence import Sentence, sentences
from gongfu.settings import house
from gongfu.text import reading

ODD = [
    "年新增10个；年新增20个。年新增30个",  # a mark before a word counts as the mark that it is
    "达到3人（不含。）以上。提供服务。",  # a bracket that a stop does not close
    "提供服务（含上门。每周两次）。其中80%免费！达到90%？免费。",
    "。；。",
]


def whole(text: str) -> list[Piece]:
    return [_piece(child) for child in grammar("measures").parse(text).children]


def told(pieces: list[Piece]) -> tuple[list[Sentence], list[object]]:
    return list(sentences(pieces)), [piece.span for piece in pieces if piece.span]


def cells() -> list[str]:
    paths = sorted((house().data / "sources").glob("*/catalogue.csv"))
    found = {cell for path in paths for row in csv.reader(io.StringIO(path.read_text("utf-8"))) for cell in row}
    return [reading(cell).text for cell in sorted(found)]


def test_stretches_are_cut_as_the_whole() -> None:
    assert len(cells()) > 500
    for text in [*cells()[::5], *(reading(text).text for text in ODD)]:
        pieces = cut(text)
        assert "".join(piece.text for piece in pieces) == text
        assert all(text[piece.start : piece.end] == piece.text for piece in pieces)
        assert told(pieces) == told(whole(text)), text


@pytest.mark.parametrize("name", ["measures", "funding"])
def test_a_kept_grammar_cuts_as_the_one_it_was_made_from(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    texts = ["每人每月补助70元以上，其中80%由中央财政负担；分3年（2016-2018年）到位。", *ODD, *cells()[::40]]
    printed = (house().data / "wording" / f"{name}.lark").read_text("utf-8")
    made = Lark(printed, parser="lalr", lexer="basic", maybe_placeholders=False)
    for again in (grammar(name), grammar(name)):
        assert [again.parse(text) for text in texts] == [made.parse(text) for text in texts]
    assert list(tmp_path.rglob(f"{name}-*"))


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ("(?<![a-z])每(人|户)", "每"), ("(年?满|不满)?[\\d一]{1,3}岁", "一不年满7"), ("(?!周一)[周月](?=日)", "周月"),
        ("第?(?s:x|y{2})", "第xy"),
        ("[^。]元", None), (".元", None), ("(?i:ab)", None), ("[a-c]*", None), (r"\W", "。"),
    ],
)  # fmt: skip
def test_what_an_expression_matches_begins_with_these_characters(expression: str, first: str | None) -> None:
    begins = beginnings(expression)
    assert (begins is None) == (first is None)
    if begins and first:
        assert [one for one in "一不年满7周月日第xyab每人元岁。" if re.match(f"[{begins}]", one)] == sorted(
            first, key="一不年满7周月日第xyab每人元岁。".index
        )
