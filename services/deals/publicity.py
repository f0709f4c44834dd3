"""Whether the price of a deal has to be published in the seller's unit, and whether it was, long enough and without an
objection that stands.

A public university or institute that agrees on a price publishes the result's name and that price (Law on Promoting the
Transformation of Scientific and Technological Achievements, art. 18) for at least fifteen days (国发〔2016〕16号).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from core.clock import china_date
from core.errors import Conflict
from core.i18n import chinese_date
from models import Deal, DealPublicity, DealState, MarketPost, ObjectionState, PublicityWay
from nlp.rules.model import Article
from nlp.rules.periods import end_of_period
from services.deals.graph import AGREED_TO_TALK
from services.market.trade_record import PUBLIC
from services.patents import find_patent

DATA = Path(__file__).resolve().parents[2] / "data" / "deal_publicity.yaml"
ARTICLE: Article = ("促进科技成果转化法", "第十八条")
KEY = "publicity"


class Holder(StrEnum):
    """Who sells, as far as it matters here."""

    PUBLIC = "public"
    STATE_OWNED = "state_owned"


class Standing(StrEnum):
    """needed: nothing was published of the price as it is · running · objected: an objection waits for its answer ·
    upheld: an objection was justified · passed · lifted: not needed, as the broker wrote down why"""

    NEEDED = "needed"
    RUNNING = "running"
    OBJECTED = "objected"
    UPHELD = "upheld"
    PASSED = "passed"
    LIFTED = "lifted"


FINE = frozenset({Standing.PASSED, Standing.LIFTED})


@dataclass(frozen=True)
class PublicityRule:
    valid_from: date
    public_days: int
    state_days: int
    source: str
    state_source: str

    def days_of(self, holder: Holder) -> int:
        return self.public_days if holder is Holder.PUBLIC else self.state_days

    def source_of(self, holder: Holder) -> str:
        return self.source if holder is Holder.PUBLIC else self.state_source


@dataclass(frozen=True)
class Publicity:
    """How it stands with the publicity of a deal. `row` is what was written down last of the price as it is, `days` how
    long it has to stand at least."""

    holder: Holder
    standing: Standing
    days: int
    source: str
    row: DealPublicity | None

    @property
    def said(self) -> str:
        """公示到2026年12月14日,之后没有异议才能签合同。"""
        until = chinese_date(self.row.ends_on) if self.row is not None and self.row.ends_on is not None else ""
        return {
            Standing.NEEDED: f"协议定价的要先在出让方本单位公示名称和价格,至少{self.days}日,还没有公示。",
            Standing.RUNNING: f"公示到{until},之后没有异议才能签合同。",
            Standing.OBJECTED: "公示有异议还没处理完,处理完才能签合同。",
            Standing.UPHELD: "公示的异议成立,要重新公示或者重新谈。",
            Standing.PASSED: f"公示完了({until}截止),没有未处理的异议。",
            Standing.LIFTED: "不用公示。",
        }[self.standing]


def rule_on(day: date) -> PublicityRule:
    """As it holds on that day; before the first entry that one."""
    rules = _read()
    return next((each for each in reversed(rules) if each.valid_from <= day), rules[0])


def last_day(starts_on: date, days: int, calendar: WorkingCalendar) -> date:
    """The last day of so many days; the day on which it is published does not count, a last day that is a day off moves
    on (Civil Code, art. 201 and 203)."""
    return end_of_period(starts_on, calendar, days=days).day


def find_holder(session: Session, deal: Deal) -> Holder | None:
    """Whether the seller is a unit that has to publish: by what its post says, else by the applicants of the record.
    None for anybody else."""
    post = session.get(MarketPost, deal.offer_post_id) if deal.offer_post_id is not None else None
    answers = post.answers if post is not None else {}
    if answers.get("is_public_institution") is True:
        return Holder.PUBLIC
    # The record may name who sold it since: whoever says no has the broker write down why it is not needed.
    for number in deal.rights:
        patent = find_patent(session, number)
        if patent is not None and any(each.get("type") in PUBLIC for each in patent.applicants):
            return Holder.PUBLIC
    return Holder.STATE_OWNED if answers.get("is_state_owned") is True else None


def says_it_need_not(session: Session, deal: Deal) -> bool:
    """Whether the seller says to be no unit that has to publish, neither a public nor a state-owned one."""
    post = session.get(MarketPost, deal.offer_post_id) if deal.offer_post_id is not None else None
    answers = post.answers if post is not None else {}
    return answers.get("is_public_institution") is False and answers.get("is_state_owned") is False


def find_publicity(session: Session, deal: Deal, today: date) -> Publicity | None:
    """None where nothing has to be published, or no price is agreed yet."""
    if deal.state not in AGREED_TO_TALK or deal.amount is None:
        return None
    row = current_row(deal)
    holder = find_holder(session, deal)
    if holder is None:
        if row is None:
            return None
        holder = Holder.PUBLIC
    rule = rule_on(today)
    return Publicity(holder, _standing(row, today), rule.days_of(holder), rule.source_of(holder), row)


def current_row(deal: Deal) -> DealPublicity | None:
    """What was written down last, if it is of the price and the way that are agreed now."""
    if not deal.publicities:
        return None
    last = deal.publicities[-1]
    # That a unit need not publish at all does not depend on the price; that this one was found on the market does.
    if last.way != PublicityWay.EXEMPT and (last.amount, last.mode) != (deal.amount, deal.mode):
        return None
    return last


def check_publicity(session: Session, deal: Deal, now: datetime) -> None:
    """Raises Conflict while a publicity that is needed has not ended without an objection that stands."""
    found = find_publicity(session, deal, china_date(now))
    if found is not None and found.standing not in FINE:
        raise Conflict(
            f"{found.said}依据:《{ARTICLE[0]}》{ARTICLE[1]}。" if found.holder is Holder.PUBLIC else found.said
        )


def looks_on(deal: Deal) -> date | None:
    """The last day of a publicity that runs or ran for an agreed deal: after it both hear of its end."""
    row = current_row(deal) if deal.state == DealState.AGREED else None
    return row.ends_on if row is not None else None


def _standing(row: DealPublicity | None, today: date) -> Standing:
    if row is None:
        return Standing.NEEDED
    if row.way != PublicityWay.NOTICE:
        return Standing.LIFTED
    states = {objection.state for objection in row.objections}
    if ObjectionState.UPHELD in states:
        return Standing.UPHELD
    if ObjectionState.OPEN in states:
        return Standing.OBJECTED
    return Standing.RUNNING if row.ends_on is None or today <= row.ends_on else Standing.PASSED


@cache
def _read() -> tuple[PublicityRule, ...]:
    entries = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    names = PublicityRule.__dataclass_fields__
    rules = (PublicityRule(**{name: entry[name] for name in names}) for entry in entries)
    return tuple(sorted(rules, key=lambda rule: rule.valid_from))
