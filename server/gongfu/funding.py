"""Funding: read who pays for a service item, how, how much and under what condition.

Place in the flow: arrange -> **funding** -> map. The grammar (data/wording/funding.lark) cuts the text into clauses and
pieces, the word table (data/wording/funding.yaml) says what they mean; this module puts payers, way of giving, shares
and conditions together. A clause that is neither understood nor known to say nothing is returned as unread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from gongfu.clauses import Clause, Piece, sentences
from gongfu.measures import Passage
from gongfu.payers import Payers, funding_words, longest
from gongfu.shares import Rate, Share, areas, begins, by_place, cases, delegate, ends, rate, ratio_total, shares
from gongfu.statements import Statement, condition, flat, is_silent, qualifier, says_when, statement
from gongfu.text import Reading, reading

# More clauses than this before a rule are no conditions of it.
_CONDITIONS = 6
_PLACES = frozenset({"region", "origin", "pilot", "part", "shortage", "valid_from", "silent"})


@dataclass(frozen=True)
class FundingRule:
    """One clause of 支出责任: codes of the payers and of the way of giving, empty where the words name none.

    ``ratio_total`` is what the numbers of a printed ratio come to: 10 for 8∶2, None for none.
    ``start`` and ``end`` are offsets of ``quote`` in the verbatim text of the cell.
    """

    mode: str
    payers: Payers
    shares: tuple[Share, ...] = ()
    rate: Rate = field(default_factory=Rate)
    regions: Payers = ()
    origins: Payers = ()
    area: str = ""
    condition: str = ""
    qualifier: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    delegated_to: str = ""
    ratio_total: Decimal | None = None
    quote: str = ""
    start: int = 0
    end: int = 0


@lru_cache(maxsize=8192)  # counties pay as their province says
def read_funding(text: str) -> tuple[tuple[FundingRule, ...], tuple[Passage, ...]]:
    """Return the funding rules of a verbatim text in order, and the clauses that stay unread."""
    reader = _Reader(reading(text))
    for sentence in sentences(reader.read.text):
        reader.sentence(sentence)
    return reader.finished()


# --- the text, clause by clause ---------------------------------------------------------------------------------------


class _Reader:
    """Reads the clauses in order; what a clause leaves out it takes from those before it."""

    def __init__(self, read: Reading) -> None:
        self.read = read
        self.rules: list[FundingRule] = []
        self.unread: list[Passage] = []
        self.head: FundingRule | None = None
        self.hung = False
        self.since: date | None = None
        self.until: date | None = None
        self._begin()

    def _begin(self) -> None:
        self.before: list[Clause] = []
        self.subject: Statement | None = None
        self.area: Payers = ()
        self.first = len(self.rules)

    def sentence(self, clauses: Sequence[Clause]) -> None:
        """Read one sentence; its conditions and places hold to its end."""
        self._begin()
        for index, clause in enumerate(clauses):
            self._clause(clause, clauses[index + 1 :])
        self._drop_subject()
        self._use_conditions(told=False)

    def finished(self) -> tuple[tuple[FundingRule, ...], tuple[Passage, ...]]:
        """Return rules and unread passages; a heading on which nothing hung is a rule itself."""
        rules = [self.head, *self.rules] if self.head and not self.hung else self.rules
        rules = [_of_contributors(rule, *funding_words().means_employer) for rule in rules]
        general, meant, *beside = funding_words().means_employee
        if {payer for rule in rules for payer in rule.payers} & {meant, *beside}:
            rules = [_of_contributors(rule, general, meant) for rule in rules]
        return tuple(rules), tuple(self.unread)

    def _clause(self, clause: Clause, following: Sequence[Clause]) -> None:
        self._date(clause)
        said = statement(clause, self.before)
        if clause.of("lasting") or (clause.heads and not said.groups and not clause.of("region")):
            return
        if "negation" in said.marks or said.unknown_payer:
            self._leave(clause)
        elif clause.of("delegated"):
            self._delegated(said)
        elif said.groups and said.mode:
            self._tell_joined(said)
        elif said.groups:
            self._drop_subject()
            self.subject = said
        elif self._is_condition(said, following):
            holds = any(piece.kind in _PLACES - {"silent"} for piece in clause.pieces) or says_when(clause)
            if holds or not is_silent(clause):
                self._hold(clause)
        elif said.mode and not clause.of("silent"):
            self._tell(said, self._missing_payers(said))
        elif not is_silent(clause):
            self._leave(clause)

    def _is_condition(self, said: Statement, following: Sequence[Clause]) -> bool:
        """Say whether a clause without payers only says under what condition the next one holds."""
        if not following:
            return False
        next_pays = following[0].pieces[0].kind in {"by", "respectively"} or following[0].text.startswith("所需")
        return not said.mode or (next_pays and says_when(said.clause))

    def _hold(self, clause: Clause) -> None:
        """Keep a clause as a condition of what follows; more than a few in a row are none."""
        if len(self.before) >= _CONDITIONS:
            self._use_conditions(told=False)
        self.before.append(clause)

    def _date(self, clause: Clause) -> None:
        self.since = begins(clause) or self.since
        if until := ends(clause, self.since):
            self.until = until
            self.rules = [replace(rule, valid_to=until) if rule.valid_from else rule for rule in self.rules]

    # --- payers and way of giving in different clauses ---

    def _tell_joined(self, said: Statement) -> None:
        """Tell a clause with payers and way, together with payers before it where the way joins them."""
        earlier = self.subject
        if earlier and earlier.bare and said.mode in funding_words().together:
            self.subject = None
            self.before.append(earlier.clause)
            self._tell(said, (*earlier.groups, *said.groups))
        else:
            self._drop_subject()
            self._tell(said, said.groups)

    def _drop_subject(self) -> None:
        """Tell payers that no way of giving followed: a rule without a way where nothing else stands beside them."""
        said, self.subject = self.subject, None
        if said and said.bare:
            self._tell(said, said.groups)
        elif said and not is_silent(said.clause):
            self._leave(said.clause)

    def _missing_payers(self, said: Statement) -> tuple[Payers, ...]:
        """Return the payers that a clause with a way of giving leaves out, as the words before it have them."""
        words, text = funding_words(), said.clause.text
        last = self.rules[-1] if len(self.rules) > self.first else None
        if said.mode in words.implied:
            return (words.implied[said.mode],)
        if grade := longest(words.grade_words, text):
            return (words.grade_words[grade],)
        if self.subject:
            groups, self.before = self.subject.groups, [*self.before, self.subject.clause]
            self.subject = None
            return groups
        whose = self.head or last
        if whose and said.mode in words.together:
            return tuple(share.payers for share in whose.shares) or tuple((payer,) for payer in whose.payers)
        again = words.rated if last and said.mode == last.mode else ()  # 用人单位缴纳，费率0.5%
        if last and said.mode in (*words.follows, *again):
            return tuple((payer,) for payer in last.payers)
        narrower = text.startswith(("其他", "其余", "其中")) or said.clause.of("towards", "region")
        if last and narrower and {said.mode, last.mode} <= words.goes_on:
            return tuple((payer,) for payer in last.payers)
        return ()

    def _delegated(self, said: Statement) -> None:
        """Tell that a ratio or rate is left to somebody; what a procedure or a standard leaves open is no rule."""
        if not self.head and not funding_words().left_open.search(said.clause.text):
            return
        last = self.rules[-1].mode if self.rules else ""
        stated = "contribution" if "contribution" in said.marks else "proportional" if "share" in said.marks else ""
        shared = "proportional" if "比例" in said.clause.text else ""  # 执行国家分担比例
        mode = stated or (self.head.mode if self.head else last) or shared
        among = [self.head] if self.head else [rule for rule in self.rules if rule.mode == mode] or self.rules[-1:]
        payers = tuple(dict.fromkeys(payer for rule in among for payer in rule.payers))
        self._tell(said, tuple((payer,) for payer in payers), mode, delegate(said.clause))

    # --- one rule ---

    def _tell(self, said: Statement, groups: Sequence[Payers], mode: str = "", delegated_to: str = "") -> None:
        """Add the rules of a clause: one a case of region and origin, or one a pilot where they go in turn."""
        clause, mode = said.clause, mode or said.mode
        placed = by_place(clause, groups)
        stated = () if placed else shares(clause, mode, groups)
        if stated is None:
            self._leave(clause)
            return
        rule = FundingRule(
            mode, flat(groups), stated, rate(clause, mode), delegated_to=delegated_to,
            condition=condition(said, self.before) or self._either(clause),
            qualifier=qualifier(clause), ratio_total=ratio_total(clause),
            valid_from=self.since, valid_to=self.until,
        )  # fmt: skip
        rule = self._quoting(rule, *self._span(clause))
        if clause.heads:
            self.head = rule
            return
        self.hung = self.hung or (self.head is not None and mode == self.head.mode)
        pieces = [piece for one in (*self.before, clause) for piece in one.pieces]
        if placed:
            self.rules += [_at(rule, place, share) for place, share in placed]
            self._use_conditions(told=True)
            return
        for each in _contributing(rule, clause, groups):
            for one in self._in_areas(each, groups, pieces):
                self.rules += [replace(one, regions=regions, origins=origins) for regions, origins in cases(pieces)]
        self._tell_drawn(said, rule)
        self._use_conditions(told=True)

    def _either(self, clause: Clause) -> str:
        """Return the condition of the clause before, to which this one is an alternative (A负责或B支出)."""
        first = clause.pieces[0]
        joins = first.joined and first.tokens[0][1].startswith("或")
        return self.rules[-1].condition if joins and len(self.rules) > self.first else ""

    def _in_areas(self, rule: FundingRule, groups: Sequence[Payers], pieces: Sequence[Piece]) -> list[FundingRule]:
        found = areas(pieces)
        in_turn = any(piece.kind == "respectively" for piece in pieces)
        if in_turn and len(found) == len(groups) > 1:
            alone = "full" if rule.mode == "joint" else rule.mode
            in_order = zip(found, groups, strict=True)
            return [replace(rule, mode=alone, area=area, payers=group) for area, group in in_order]
        if found:
            self.area = found
        elif any(word in "".join(piece.text for piece in pieces) for word in ("其他", "其余")):
            self.area = ()
        return [replace(rule, area=self.area[0] if len(self.area) == 1 else "")]

    def _tell_drawn(self, said: Statement, rule: FundingRule) -> None:
        """Add the money from above that an arrangement draws on: 结合中央财政就业补助资金统筹安排."""
        for piece in said.clause.of("drawn"):
            named = flat(funding_words().groups("treasury", piece.text))
            above = tuple(payer for payer in named if payer in funding_words().above and payer not in rule.payers)
            if above:
                self.rules.append(self._quoting(FundingRule("subsidy", above), piece.start + 2, piece.end))

    def _quoting(self, rule: FundingRule, begin: int, end: int) -> FundingRule:
        """Return a rule with its quotation, the printed characters behind a stretch of the reading form."""
        start, stop = self.read.span(begin, end)
        return replace(rule, quote=self.read.printed[start:stop], start=start, end=stop)

    def _span(self, clause: Clause) -> tuple[int, int]:
        """Return the stretch to quote for a clause: from its first condition on, without words that only link."""
        kept = [piece for piece in clause.pieces if piece.kind not in {"open", "together"}]
        first = kept[0]
        links = first.kind == "also_subsidy" or first.text == "并"
        linked = len(first.tokens[0][1]) if first.joined else int(links)
        return (self.before[0].start if self.before else first.start + linked), kept[-1].end

    def _use_conditions(self, told: bool) -> None:
        """Forget the conditions that stood before a rule; one that is not known as such is left unread."""
        for clause in self.before:
            known = any(piece.kind in _PLACES or piece.kind == "payers" for piece in clause.pieces) or is_silent(clause)
            if not known and not (told and says_when(clause)):
                self._leave(clause)
        self.before = []

    def _leave(self, clause: Clause) -> None:
        start, end = self.read.span(clause.start, clause.end)
        self.unread.append(Passage(self.read.printed[start:end], start, end))


def _contributing(rule: FundingRule, clause: Clause, groups: Sequence[Payers]) -> list[FundingRule]:
    """Return a rule of contributions for each of several payers with a rate of its own: 单位按8%、个人按2%缴纳."""
    rates = clause.of("rate")
    if rule.mode not in funding_words().rated or not 1 < len(groups) == len(rates):
        return [rule]
    in_turn = zip(groups, rates, strict=True)
    return [replace(rule, payers=group, rate=rate(clause, rule.mode, at)) for at, (group, _) in enumerate(in_turn)]


def _at(rule: FundingRule, place: str, share: Share) -> FundingRule:
    """Return a rule for one of several places, a region or whatever else the clause calls it."""
    regions = funding_words().in_regions(place)
    return replace(rule, shares=(share,), regions=tuple(regions), condition=rule.condition if regions else place)


def _of_contributors(rule: FundingRule, general: str, meant: str) -> FundingRule:
    """Return a rule of contributions with the payer that a general name means there: 个人 beside an employer."""
    if rule.mode not in funding_words().rated:
        return rule
    return replace(rule, payers=tuple(dict.fromkeys(meant if payer == general else payer for payer in rule.payers)))
