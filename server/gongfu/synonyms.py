"""Synonyms: one word for one thing, for comparing texts (data/wording/synonyms.yaml).

Place in the flow: below match and indicators; what is shown or stored never passes through here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from gongfu.settings import house, read_yaml
from gongfu.text import key


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], Mapping[str, str]]:
    listed = read_yaml(house().data / "wording" / "synonyms.yaml")["synonyms"]
    known = {key(word): key(meaning) for word, meaning in listed.items()}
    known.update({meaning: meaning for meaning in known.values()})  # the longest word wins, the standard one included
    return re.compile("|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))), known


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """Return the text without punctuation and with every synonym replaced by the standard word."""
    pattern, known = _table()
    return pattern.sub(lambda found: known[found.group()], key(text))


@lru_cache(maxsize=1)
def kinds_of_people() -> tuple[str, ...]:
    """Return the kinds of people whom the nation serves in items of their own, and the illnesses."""
    table = read_yaml(house().data / "wording" / "synonyms.yaml")
    return (*table["kinds_of_people"], *table["kinds_of_illness"])
