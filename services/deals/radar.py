"""What is odd about a transfer: flags that a person looks at. Nothing is refused, slowed or told to anybody for them.

What we do not know, who a firm's legal representative is for one, is not looked at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.logs import get_logger
from models import (
    CustodyRight,
    Deal,
    DealParty,
    DealState,
    FlagKind,
    FlagState,
    MarketPost,
    Membership,
    MemberState,
    PostSide,
    TransferFlag,
    User,
)
from nlp.market.posts import Mode
from nlp.rules.periods import add_months
from services.deals.checklist import CHANGES_HANDS
from services.deals.contact import party_of
from services.market.trade_record import normal_number
from services.notifications import list_supervisors, notify
from services.patents import find_patent

log = get_logger(__name__)

DATA = Path(__file__).resolve().parents[2] / "data" / "transfer_radar.yaml"
# A right changes hands in these: agreed, being signed, being registered, done.
UNDER_WAY = (DealState.AGREED, DealState.CONTRACT, DealState.REGISTRATION, DealState.DONE)
SIGNED = (DealState.REGISTRATION, DealState.DONE)
MOST_NAMED = 5
MOST_READ = 30
DIGITS = re.compile(r"\d{5,}")
# Which lists of the details hold what was found; of many rights only their count.
NAMED_BY = {
    FlagKind.FLIP: ("transfers",), FlagKind.FIELD: ("rights", "buyer"), FlagKind.RELATED: ("by",),
}  # fmt: skip
# G06 of G06F 17/30: the field.
CLASS_LETTERS = 3


@dataclass(frozen=True)
class RadarSettings:
    valid_from: date
    source: str
    flip_months: int
    bulk_days: int
    bulk_rights: int
    field_rights: int


def radar_settings(day: date) -> RadarSettings:
    """As they hold on that day; before the first entry that one."""
    entries = _read()
    return next((each for each in reversed(entries) if each.valid_from <= day), entries[0])


def look_for_flags(session: Session, deal: Deal, now: datetime) -> list[TransferFlag]:
    """Look at a transfer and keep what is odd; supervisors hear of what is new. What was decided on is open again only
    where the facts changed. Answers the flags that are new or open again."""
    if deal.mode is None or Mode(deal.mode) not in CHANGES_HANDS or deal.state not in UNDER_WAY:
        return []
    found = dict(_find(session, deal, now))
    kept = {flag.kind: flag for flag in list_flags(session, deal)}
    fresh = []
    for kind, details in found.items():
        flag = kept.get(kind)
        if flag is not None and not _says_more(FlagKind(kind), flag.details, details):
            continue
        if flag is None:
            flag = TransferFlag(deal_id=deal.id, kind=kind, details=details, found_at=now)
            session.add(flag)
        else:
            flag.details, flag.found_at, flag.state = details, now, FlagState.OPEN
            flag.version += 1
        fresh.append(flag)
    session.flush()
    for flag in fresh:
        _tell(session, deal, flag, now)
    return fresh


def list_flags(session: Session, deal: Deal) -> list[TransferFlag]:
    return list(session.scalars(select(TransferFlag).where(TransferFlag.deal_id == deal.id).order_by(TransferFlag.id)))


def _says_more(kind: FlagKind, kept: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether there is anything that whoever decided has not seen: less of the same, as days pass, is nothing."""
    if kind is FlagKind.BULK:
        return bool(found["side"] != kept["side"] or found["rights"] > kept["rights"])
    return any(each not in kept.get(name, ()) for name in NAMED_BY[kind] for each in found[name])


def _find(session: Session, deal: Deal, now: datetime) -> Iterator[tuple[FlagKind, dict[str, Any]]]:
    today = china_date(now)
    settings = radar_settings(today)
    if flip := _find_flip(session, deal, today, settings):
        yield FlagKind.FLIP, flip
    if bulk := _find_bulk(session, deal, now, settings):
        yield FlagKind.BULK, bulk
    if field := _find_field(session, deal, settings):
        yield FlagKind.FIELD, field
    if related := _find_relation(session, deal):
        yield FlagKind.RELATED, related


def _find_flip(session: Session, deal: Deal, today: date, settings: RadarSettings) -> dict[str, Any] | None:
    """The same right, in a transfer that was signed here in the last months."""
    own = {name for number in deal.rights for name in _names_of(session, number)}
    since = add_months(today, -settings.flip_months)
    rows = session.execute(
        select(Deal.number, Deal.rights, Deal.signed_on)
        .where(_is_transfer(), Deal.id != deal.id, Deal.state.in_(SIGNED), Deal.signed_on >= since)
        .where(_names_any(own))
        .order_by(Deal.id)
    )
    again = [
        {"deal": number, "right": right, "signed_on": signed_on.isoformat()}
        for number, rights, signed_on in rows
        if signed_on is not None
        for right in rights
        if normal_number(right) in own
    ]
    return {"months": settings.flip_months, "transfers": again[:MOST_NAMED]} if again else None


def _find_bulk(session: Session, deal: Deal, now: datetime, settings: RadarSettings) -> dict[str, Any] | None:
    """A party, or its company, that moves many rights in these days, on whichever side of its deals."""
    since = now - timedelta(days=settings.bulk_days)
    for party in deal.parties:
        is_same: ColumnElement[bool] = DealParty.user_id == party.user_id
        if party.company_id is not None:
            is_same = or_(is_same, DealParty.company_id == party.company_id)
        mine = exists().where(DealParty.deal_id == Deal.id, DealParty.side == party.side, is_same)
        rows = session.scalars(
            select(Deal.rights).where(_is_transfer(), Deal.state.in_(UNDER_WAY), Deal.state_since >= since, mine)
        ).all()
        count = sum(len(rights) for rights in rows)
        if count >= settings.bulk_rights:
            return {"side": party.side, "days": settings.bulk_days, "rights": count, "deals": len(rows)}
    return None


def _find_field(session: Session, deal: Deal, settings: RadarSettings) -> dict[str, Any] | None:
    """None of the fields of the rights is one in which the buyer has anything or says to seek something."""
    wanted = {each for number in deal.rights for each in _fields_of(session, number)}
    buyer = party_of(deal, PostSide.NEED)
    is_theirs: ColumnElement[bool] = and_(CustodyRight.company_id.is_(None), CustodyRight.user_id == buyer.user_id)
    if buyer.company_id is not None:
        is_theirs = CustodyRight.company_id == buyer.company_id
    kept = session.scalars(
        select(CustodyRight.number)
        .where(is_theirs, CustodyRight.ended_at.is_(None))
        .order_by(CustodyRight.id)
        .limit(MOST_READ)
    ).all()
    known = [fields for number in kept if (fields := _fields_of(session, number))]
    sought = session.get(MarketPost, deal.need_post_id) if deal.need_post_id is not None else None
    own = {field for fields in known for field in fields}
    own |= {each[:CLASS_LETTERS] for each in (sought.classes if sought is not None else [])}
    if not wanted or len(known) < settings.field_rights or wanted & own:
        return None
    return {"rights": sorted(wanted)[:MOST_NAMED], "buyer": sorted(own)[:MOST_NAMED]}


def _find_relation(session: Session, deal: Deal) -> dict[str, Any] | None:
    seller, buyer = party_of(deal, PostSide.OFFER), party_of(deal, PostSide.NEED)
    ways = []
    phones = [_phones_of(session, party) for party in (seller, buyer)]
    if phones[0] & phones[1]:
        ways.append("phone")
    companies = [_companies_of(session, party) for party in (seller, buyer)]
    if companies[0] & companies[1]:
        ways.append("company")
    return {"by": ways} if ways else None


def _phones_of(session: Session, party: DealParty) -> set[str]:
    phone = session.scalar(select(User.phone).where(User.id == party.user_id))
    return {each for each in (party.contact_phone, phone) if each}


def _companies_of(session: Session, party: DealParty) -> set[int]:
    active = select(Membership.company_id).where(
        Membership.user_id == party.user_id, Membership.state == MemberState.ACTIVE
    )
    return {*session.scalars(active), *([party.company_id] if party.company_id is not None else [])}


def _names_of(session: Session, number: str) -> set[str]:
    patent = find_patent(session, number)
    names = {normal_number(number)}
    if patent is not None:
        names |= {each for each in (patent.application_number, patent.publication_number) if each}
    return names


def _names_any(names: set[str]) -> ColumnElement[bool]:
    """Deals whose rights may be these: by the digits, however a number was written around them."""
    text = func.replace(cast(Deal.rights, String), " ", "")
    digits = {found[0] for name in names if (found := DIGITS.search(name)) is not None}
    return or_(false(), *(text.contains(each, autoescape=True) for each in sorted(digits)))


def _fields_of(session: Session, number: str) -> set[str]:
    patent = find_patent(session, number)
    return {code[:CLASS_LETTERS] for code in patent.ipc_codes} if patent is not None else set()


def _is_transfer() -> ColumnElement[bool]:
    return Deal.mode.in_(sorted(CHANGES_HANDS))


def _tell(session: Session, deal: Deal, flag: TransferFlag, now: datetime) -> None:
    for person in list_supervisors(session):
        key = f"deal-{deal.id}-flag-{flag.kind}-{flag.version}"
        text = f"转让线索待看:{deal.number}"
        notify(session, staff_id=person.id, kind="deal", key=key, text=text, now=now)
    log.info("transfer_flagged", deal=deal.number, kind=flag.kind)


@cache
def _read() -> tuple[RadarSettings, ...]:
    entries = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    names = RadarSettings.__dataclass_fields__
    settings = (RadarSettings(**{name: entry[name] for name in names}) for entry in entries)
    return tuple(sorted(settings, key=lambda each: each.valid_from))
