"""Reviews: what persons said of the findings of a catalogue, in a file beside it, read and checked.

Place in the flow: before findings, which honour them. The file is <name>.reviewed.csv: the report as CSV with verdict,
reason, by and date filled in where somebody judged. A judgement holds for the words it was made on: the digest names
them, and what no longer fits is told and never applied.
"""

import csv
import difflib
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gongfu.settings import house, read_yaml


class FaultyReviews(Exception):
    """The file of judgements cannot be used: says in zh and en which line, what is wrong and what to do."""

    def __init__(self, kind: str, facts: Mapping[str, object]) -> None:
        said = _words()["faults"][kind]
        self.zh, self.en = (str(said[language]).format_map(facts) for language in ("zh", "en"))
        super().__init__(f"{self.zh} / {self.en}")


@dataclass(frozen=True)
class Review:
    """One judgement: the finding's rule and digest, a verdict (confirmed, rejected, exempt), why, by whom, when."""

    file: str
    line: int
    rule: str
    digest: str
    verdict: str
    reason: str
    by: str
    date: str = ""
    item: str = ""
    national_item: str = ""

    @property
    def settles(self) -> bool:
        """Say whether the finding is information from now on."""
        return bool(_words()["verdicts"][self.verdict]["settles"])

    def sentence(self, language: str) -> str:
        """Return what the report says of the judgement."""
        date = {"zh": f"于{self.date}", "en": f" on {self.date}"}[language] if self.date else ""
        ending = {"zh": "。", "en": "."}[language]
        text = str(_words()["verdicts"][self.verdict][language]).format(by=self.by, date=date, reason=self.reason)
        return text if text.endswith(("。", ".", "！", "!")) else text + ending

    def stale(self, language: str) -> str:
        """Return what the report says where the judgement fits no finding."""
        return str(_words()["stale"][language]).format(file=self.file, line=self.line, rule=self.rule, by=self.by)


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = read_yaml(house().data / "report" / "reviews.yaml")
    return loaded


def review_counts(reviews: Sequence[Review], language: str) -> str:
    """Return the sentence that counts judgements by verdict."""
    numbers = {verdict: sum(1 for one in reviews if one.verdict == verdict) for verdict in _words()["verdicts"]}
    return str(_words()["counts"][language]).format(**numbers)


def digest(*words: str) -> str:
    """Return the short name of the words of a finding; it begins with a letter, so that no program reads a number."""
    return "d" + hashlib.sha256("\x1f".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:15]


def reviews_beside(path: Path) -> tuple[Review, ...]:
    """Return the judgements in <name>.reviewed.csv beside a catalogue; none without it. Raises FaultyReviews."""
    file = path.with_name(f"{path.stem}.reviewed.csv")
    return tuple(_checked(file)) if file.is_file() else ()


def _checked(file: Path) -> Iterator[Review]:
    seen: dict[tuple[str, str], int] = {}
    for line, row in _rows(file):
        if row["verdict"]:
            one = _review(file.name, line, row)
            other = seen.setdefault((one.rule, one.digest), line)
            if other != line:
                raise FaultyReviews("twice", {"file": file.name, "line": line, "other": other})
            yield one


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield line number and row; raises FaultyReviews for columns that are missing or not known."""
    columns = _words()["columns"]
    table = csv.DictReader(io.StringIO(_text(file), newline=""))
    names = [name.strip() for name in table.fieldnames or () if name.strip()]
    for name in names:
        if name not in columns["known"]:
            near = difflib.get_close_matches(name.lower(), columns["known"], n=1, cutoff=0.0)
            raise FaultyReviews("column", {"file": file.name, "name": name, "near": near[0]})
    for name in columns["required"]:
        if name not in names:
            raise FaultyReviews("missing", {"file": file.name, "name": name})
    for row in table:
        yield table.line_num, {column.strip(): (value or "").strip() for column, value in row.items() if column}


def _text(file: Path) -> str:
    """Return the text of the file: UTF-8, or the encoding in which Excel saves CSV in China."""
    content = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FaultyReviews("encoding", {"file": file.name})


def _review(name: str, line: int, row: Mapping[str, str]) -> Review:
    verdicts = _words()["verdicts"]
    verdict = next((one for one, said in verdicts.items() if row["verdict"].casefold() in said["words"]), None)
    if verdict is None:
        words = "、".join(said["words"][0] for said in verdicts.values())
        raise FaultyReviews("verdict", {"file": name, "line": line, "name": row["verdict"], "words": words})
    for column in ("rule", "digest", "reason", "by"):
        if not row[column]:
            raise FaultyReviews("empty", {"file": name, "line": line, "name": column})
    return Review(name, line, row["rule"], row["digest"], verdict, row["reason"], row["by"], row.get("date", ""),
                  row.get("item", ""), row.get("national_item", ""))  # fmt: skip
