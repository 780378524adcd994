"""Shares: what the pieces of funding clauses say in numbers, places and dates: shares, rates, regions, validity.

Place in the flow: below funding; takes pieces, returns values, keeps no state.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gongfu.clauses import Clause, Piece
from gongfu.cutting import chinese_number
from gongfu.payers import Payers, funding_words, longest

_YEARS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_WHOLE = 100
_DATE = re.compile(r"(\d{4})年(?:(\d{1,2})月)?(?:(\d{1,2})日)?")


@dataclass(frozen=True)
class Share:
    """What part some payers pay together, in percent."""

    payers: Payers
    percent: Decimal


@dataclass(frozen=True)
class Rate:
    """A rate in percent of a base: bounds None where open, comparator and base empty where none is printed."""

    comparator: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    base: str = ""


Case = tuple[Payers, Payers]


def shares(clause: Clause, mode: str, groups: Sequence[Payers]) -> tuple[Share, ...] | None:
    """Return the shares that a clause states; None where its numbers do not answer to its payers."""
    if mode in funding_words().rated:
        return ()
    ratios, rates = clause.of("ratio"), clause.of("rate")
    if len(rates) > 1 and not ratios:
        stated = _in_turn(rates, groups)
        # 对东、中、西部分别补助 says parts of three sums, not of one
        many = stated is not None and sum(share.percent for share in stated) > _WHOLE and clause.of("towards", "region")
        return None if many else stated
    if len(ratios) + len(rates) > 1:
        return None
    if ratios:
        return _by_ratio(ratios[0].text, groups)
    if each := clause.of("each"):
        percent = _percent(re.sub(r"^各(承担|负担|分担|补助|占|按)?", "", each[0].text))
        return tuple(Share(group, percent) for group in groups)
    whole = tuple(payer for group in groups for payer in group)
    if rates:
        numbers = _percents(rates[0])
        return (Share(whole, numbers[0]),) if whole and len(numbers) == 1 else None
    return (Share(whole, Decimal(100)),) if mode == "full" and clause.of("whole") and whole else ()


def ratio_total(clause: Clause) -> Decimal | None:
    """Return what the numbers of the one ratio that a clause prints come to: 10 for 8:2; None for none or several."""
    ratios = clause.of("ratio")
    return sum(_numbers(ratios[0].text), Decimal(0)) if len(ratios) == 1 and "%" not in ratios[0].text else None


def _by_ratio(text: str, groups: Sequence[Payers]) -> tuple[Share, ...] | None:
    """Return the shares of a ratio such as 8:2, whose numbers answer to the groups of payers in order."""
    numbers = _numbers(text)
    total = sum(numbers)
    if not total:
        return None
    return _answering(groups, [number if "%" in text else round(number * 100 / total, 2) for number in numbers])


def _numbers(ratio: str) -> list[Decimal]:
    printed = funding_words().ratio_words.get(ratio[:2], ratio)
    return [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", printed)]


def _in_turn(rates: Sequence[Piece], groups: Sequence[Payers]) -> tuple[Share, ...] | None:
    """Return the shares of payers who each have their own percentage: 中央、省、市县财政分别承担50%、30%、20%."""
    numbers = [_percents(piece) for piece in rates]
    parts = [one[0] for one in numbers if len(one) == 1]
    return _answering(groups, parts) if len(parts) == len(rates) else None


def by_place(clause: Clause, groups: Sequence[Payers]) -> list[tuple[str, Share]]:
    """Return the places that a clause lists with the part each gets: 对东、中、西部分别补助40%、60%、80%; else none."""
    rates, towards = clause.of("rate"), clause.of("towards")
    whole = tuple(payer for group in groups for payer in group)
    if len(towards) != 1 or len(rates) < 2 or not towards[0].text.endswith("分别") or not whole:
        return []
    places = re.split("、|和|及|与", towards[0].text.removeprefix("对").removesuffix("分别"))
    numbers = [_percents(piece) for piece in rates]
    if len(places) != len(rates) or any(len(one) != 1 for one in numbers):
        return []
    named = (place + places[-1][len(place) :] for place in places)  # 东 of 东、中、西部 is 东部
    return [(place, Share(whole, one[0])) for place, one in zip(named, numbers, strict=True)]


def _answering(groups: Sequence[Payers], parts: Sequence[Decimal]) -> tuple[Share, ...] | None:
    """Give each group of payers its part in order, or each payer where there are as many; None where neither fits."""
    payers = [payer for group in groups for payer in group]
    if len(groups) != len(parts) and len(payers) == len(parts):
        groups = [(payer,) for payer in payers]
    if len(groups) != len(parts):
        return None
    return tuple(Share(group, part) for group, part in zip(groups, parts, strict=True))


def _percents(piece: Piece) -> list[Decimal]:
    """Return the one percentage of a rate, or the two of a range."""
    kind, text = piece.tokens[0]
    return [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", text)] if kind == "span" else [_percent(text)]


def _percent(text: str) -> Decimal:
    """Return the percentage of a printed part: 60%, 百分之六十, 六成, 一半, 三分之一."""
    if text in {"一半", "二分之一"}:
        return Decimal(50)
    if text.endswith("%"):
        return Decimal(text[:-1])
    if text.endswith("成"):
        return Decimal(int(chinese_number(text[:-1])) * 10)
    bottom, top = text.split("分之")
    part = chinese_number(top) if bottom == "百" else chinese_number(top) * 100 / chinese_number(bottom)
    return round(Decimal(part.numerator) / Decimal(part.denominator), 2)


def rate(clause: Clause, mode: str, at: int = 0) -> Rate:
    """Return the rate that a clause of contributions states, that of its place among several; an empty one for none."""
    words = funding_words()
    if mode not in words.rated:
        return Rate()
    found = clause.of("base")
    base = words.bases[longest(words.bases, found[min(at, len(found) - 1)].text)] if found else ""
    printed = clause.of("rate")
    if not printed:
        return Rate(base=base)
    numbers = _percents(printed[at])
    if len(numbers) > 1:
        return Rate("range", numbers[0], numbers[-1], base)
    after = [text for kind, text in printed[at].tokens if kind == "after"]
    before = [piece.text for piece in clause.of("compare")]
    comparator = next((words.comparators[word] for word in (*after, *before) if word in words.comparators), "exactly")
    lower = None if comparator == "at-most" else numbers[0]
    upper = None if comparator == "at-least" else numbers[0]
    return Rate(comparator, lower, upper, base)


def cases(pieces: Iterable[Piece]) -> list[Case]:
    """Return the cases (recipient regions, student origins) that the places of a text name; one open case for none."""
    words = funding_words()
    found: list[Case] = []
    regions: Payers = ()
    for piece in pieces:
        if piece.kind == "region" or (piece.kind == "towards" and words.in_regions(piece.text)):
            regions = tuple(dict.fromkeys((*regions, *words.in_regions(piece.text))))
        elif piece.kind == "origin":
            found.append((regions, _origins(piece.text)))
            regions = ()
    if regions or not found:
        found.append((regions, ()))
    return found


def _origins(text: str) -> Payers:
    words = funding_words()
    named = words.in_regions(text)
    if words.origin_not.search(text):
        return tuple(region for region in words.every_region if region not in named)
    return named


def areas(pieces: Iterable[Piece]) -> Payers:
    """Return the kinds of pilot area that a text names, each once."""
    words = funding_words()
    found = (words.pilots[longest(words.pilots, piece.text)] for piece in pieces if piece.kind == "pilot")
    return tuple(dict.fromkeys(found))


def begins(clause: Clause) -> date | None:
    """Return the date from which a clause says that its rule holds, None for none."""
    for piece in clause.of("valid_from"):
        if found := _DATE.search(piece.text):
            return _date(*(int(part or 1) for part in found.groups()))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None  # the thirty-first of a short month: a misprint is no date


def ends(clause: Clause, begin: date | None) -> date | None:
    """Return the last day of a rule that begins on a date and lasts as many years as the clause says."""
    for piece in clause.of("lasting"):
        found = re.search(r"([一二两三四五]|\d{1,3})年", piece.text)
        if found and begin:
            years = _YEARS.get(found.group(1)) or int(found.group(1))
            after = _date(begin.year + years, begin.month, begin.day)
            return after - timedelta(days=1) if after else None
    return None


def delegate(clause: Clause) -> str:
    """Return who is to settle what a clause leaves open, empty where it does not say."""
    text = "".join(piece.text for piece in clause.of("delegated"))
    return next((who for word, who in funding_words().delegates.items() if word in text), "")
