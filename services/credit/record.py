"""A firm's record: what counts against it today, the band that follows, and the deals that it has kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import (
    Company,
    CreditEvent,
    CreditPlea,
    CreditState,
    Deal,
    DealParty,
    DealState,
    FlagState,
    MarketPost,
    PleaKind,
    TransferFlag,
)
from services.credit.settings import credit_settings

# What the firm may read: what nobody has confirmed is said to nobody.
TOLD = (CreditState.COUNTS, CreditState.ENDED)
SHOWN = 50


class Band(StrEnum):
    GOOD = "good"
    NOTED = "noted"
    RESTRICTED = "restricted"


class CreditStanding(StrEnum):
    """suspended: an objection waits for a person · over: its last day has passed"""

    PROPOSED = "proposed"
    DROPPED = "dropped"
    COUNTS = "counts"
    SUSPENDED = "suspended"
    OVER = "over"
    ENDED = "ended"


@dataclass(frozen=True)
class CreditRecord:
    """`events` are the latest first."""

    company: Company
    band: Band
    deals_done: int
    events: Sequence[CreditEvent]


def read_record(session: Session, company: Company, today: date, *, told_only: bool = True) -> CreditRecord:
    """As the firm reads it, or with `told_only=False` as staff do, with what is not confirmed."""
    wanted = select(CreditEvent).where(CreditEvent.company_id == company.id)
    if told_only:
        wanted = wanted.where(CreditEvent.state.in_(TOLD))
    rows = wanted.options(selectinload(CreditEvent.pleas), joinedload(CreditEvent.company))
    events = session.scalars(rows.order_by(CreditEvent.happened_on.desc(), CreditEvent.id.desc()).limit(SHOWN)).all()
    band = bands_of(session, [company.id], today)[company.id]
    return CreditRecord(company, band, count_kept_deals(session, [company.id]).get(company.id, 0), events)


def standing_of(event: CreditEvent, today: date) -> CreditStanding:
    if event.state != CreditState.COUNTS:
        return CreditStanding(event.state)
    if event.counts_until < today:
        return CreditStanding.OVER
    is_objected = any(plea.kind == PleaKind.OBJECTION and plea.is_granted is None for plea in event.pleas)
    return CreditStanding.SUSPENDED if is_objected else CreditStanding.COUNTS


def bands_of(session: Session, company_ids: Collection[int], today: date) -> dict[int, Band]:
    """The band of each of these companies."""
    counted = (
        select(CreditEvent.company_id, func.count())
        .where(CreditEvent.company_id.in_(company_ids), counts_on(today))
        .group_by(CreditEvent.company_id)
    )
    found = dict(session.execute(counted).all())
    most = credit_settings(today).restricted_from
    return {each: _band(found.get(each, 0), most) for each in company_ids}


def _band(count: int, restricted_from: int) -> Band:
    if count >= restricted_from:
        return Band.RESTRICTED
    return Band.NOTED if count else Band.GOOD


def counts_on(today: date) -> ColumnElement[bool]:
    """Whether an event counts that day: confirmed, not over, and no objection waits for a person."""
    objection = (
        exists()
        .where(
            CreditPlea.event_id == CreditEvent.id,
            CreditPlea.kind == PleaKind.OBJECTION,
            CreditPlea.is_granted.is_(None),
        )
        .correlate(CreditEvent)
    )
    return and_(CreditEvent.state == CreditState.COUNTS, CreditEvent.counts_until >= today, ~objection)


def is_restricted(session: Session, company_id: int | None, today: date) -> bool:
    """Whether a person looks at what this firm renews before it is shown."""
    return company_id is not None and bands_of(session, [company_id], today)[company_id] is Band.RESTRICTED


def count_kept_deals(session: Session, company_ids: Collection[int]) -> dict[int, int]:
    """Deals that were done and registered, by company; not those whose transfer somebody still looks at."""
    looked_at = exists().where(
        TransferFlag.deal_id == Deal.id, TransferFlag.state.in_((FlagState.OPEN, FlagState.PURSUE))
    )
    counted = (
        select(DealParty.company_id, func.count(DealParty.deal_id.distinct()))
        .join(DealParty.deal)
        .where(
            DealParty.company_id.in_(company_ids),
            Deal.state == DealState.DONE,
            Deal.registered_on.is_not(None),
            ~looked_at,
        )
        .group_by(DealParty.company_id)
    )
    return {company_id: count for company_id, count in session.execute(counted) if company_id is not None}


def kept_deals_shown(session: Session, posts: Sequence[MarketPost], today: date) -> dict[int, int]:
    """How many deals stand beside each of these posts, by its id: of those that name their firm, where its band is
    good. An anonymous post shows nothing of its owner."""
    named = {post.id: post.company_id for post in posts if post.company_id is not None and not post.is_anonymous}
    if not named:
        return {}
    companies = set(named.values())
    bands, kept = bands_of(session, companies, today), count_kept_deals(session, companies)
    return {
        post_id: kept[company_id]
        for post_id, company_id in named.items()
        if bands[company_id] is Band.GOOD and kept.get(company_id)
    }
