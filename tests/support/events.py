"""An event with two who fit, from nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import MarketMatch, MarketPost, MatchingEvent, PostSide, Staff, User
from services.events.joining import join
from services.events.setting_up import EventForm, set_up
from tests.support.market import make_post
from tests.support.people import make_conversation, make_identity
from tests.support.staff import make_staff


@dataclass
class Fair:
    """A day in two weeks from now, and two whose posts fit and take part."""

    event: MatchingEvent
    staff: Staff
    buyer: User
    seller: User
    need: MarketPost
    offer: MarketPost


def form(now: datetime, **changed: object) -> EventForm:
    return EventForm(
        **{
            "name": "南沙供需对接会", "place": "香江金融中心3楼", "region": "广东省广州市",
            "starts_at": now + timedelta(days=14), "slot_minutes": 20, "slots": 6, "tables": 4, **changed,
        }
    )  # fmt: skip


def make_match(session: Session, need: MarketPost, offer: MarketPost, now: datetime, score: float = 0.8) -> MarketMatch:
    match = MarketMatch(
        need_id=need.id, offer_id=offer.id, score=score, reasons=["主题(轴承)"], found_at=now, changed_at=now
    )
    session.add(match)
    session.flush()
    return match


def make_owner(session: Session, now: datetime, phone: str) -> User:
    identity = make_identity(session, now)
    make_conversation(session, identity, now)
    identity.user.display_name, identity.user.phone = "王工", phone
    return identity.user


def make_fair(session: Session, now: datetime, *, joins: bool = True) -> Fair:
    staff = make_staff(session, now, skills=["market"])
    buyer, seller = make_owner(session, now, "13800138001"), make_owner(session, now, "13900139002")
    event = set_up(session, staff, form(now), now)
    need = make_post(session, buyer.id, now)
    offer = make_post(session, seller.id, now, side=PostSide.OFFER, title="轴承温度无线监测")
    make_match(session, need, offer, now)
    if joins:
        join(session, buyer.id, event.public_id, now)
        join(session, seller.id, event.public_id, now)
    return Fair(event, staff, buyer, seller, need, offer)
