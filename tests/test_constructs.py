"""The CONSTRUCT files: what a BIND in OPTIONAL asks of outside is unbound there; its triples are lost."""

import re
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[1] / "data").glob("*/*.rq"))
OPTIONAL = re.compile(r"OPTIONAL\s*\{([^{}]*)\}")
BIND = re.compile(r"BIND\(")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_an_optional_part_binds_it_knows_itself(file: Path) -> None:
    unknown = []
    for part in OPTIONAL.findall(file.read_text("utf-8")):
        known, *binds = BIND.split(part)
        bound = set(re.findall(r"\?\w+", known))
        for bind in binds:
            expression, _, name = bind.rpartition(" AS ")
            unknown += [word for word in re.findall(r"\?\w+", expression) if word not in bound]
            bound |= set(re.findall(r"\?\w+", name))
    assert unknown == []
