"""A converted value is told with its arithmetic, whatever kind of bound it is, and only where the two units differ."""

from pathlib import Path

import pytest
import yaml

from gongfu.measures import Measure, read_measures
from gongfu.settings import house
from gongfu.wording import conversion

A_YEAR = "每人每年补助800元。"


def first(text: str) -> Measure:
    return read_measures(text)[0][0]


@pytest.mark.parametrize(("text", "zh", "en"), [
    ("每人每月补助50—100元。", "（每月×12，合600—1200元/人·年）", " (每月×12: 600—1200 元/人·年)"),
    ("补助不超过每人每月50元。", "（每月×12，合600元/人·年）", " (每月×12: 600 元/人·年)"),
    ("每人每月补助不低于50元。", "（每月×12，合600元/人·年）", " (每月×12: 600 元/人·年)"),
    ("每人每月补助50元。", "（每月×12，合600元/人·年）", " (每月×12: 600 元/人·年)"),
    (A_YEAR, "", ""),
])  # fmt: skip
def test_each_kind_of_bound_has_its_amount(text: str, zh: str, en: str) -> None:
    other = first("补助50元。" if text == A_YEAR else A_YEAR)
    assert [conversion(first(text), other, language) for language in ("zh", "en")] == [zh, en]


@pytest.mark.parametrize(("text", "zh"), [
    ("每天开放480分钟。", "（每天×5，合40小时/周）"), ("每周开放48小时。", "（每天×5，合40小时/周）"),
    ("每天开放9小时。", ""),
])  # fmt: skip
def test_nothing_is_converted_before_a_reader_who_sees_the_same_unit(text: str, zh: str) -> None:
    assert conversion(first("每天开放8小时，每周开放5天。"), first(text), "zh") == zh


def test_alone_a_value_is_told_as_it_is_printed() -> None:
    assert conversion(first("每人每月补助50元。"), None, "zh") == ""


@pytest.mark.parametrize("path", sorted((house().data / "wording").glob("*.yaml")), ids=lambda path: path.stem)
def test_no_word_of_a_table_stands_twice_as_a_key(path: Path) -> None:
    """The later entry would silently take the place of the earlier."""

    def twice(node: yaml.Node) -> list[str]:
        if isinstance(node, yaml.MappingNode):
            keys = [str(key.value) for key, _ in node.value]
            return [key for key in keys if keys.count(key) > 1] + [
                one for _, value in node.value for one in twice(value)
            ]
        return [one for value in node.value for one in twice(value)] if isinstance(node, yaml.SequenceNode) else []

    whole = yaml.compose(path.read_text("utf-8"))
    assert whole is not None
    assert twice(whole) == []
