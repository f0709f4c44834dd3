"""What becomes of deals when a person is erased, or when both sides of one turn out to be the same person."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from models import (
    Author,
    Conversation,
    Deal,
    DealEvent,
    DealObjection,
    DealOffer,
    DealParty,
    DealPublicity,
    Delivery,
    MarketPost,
    Message,
    PostSide,
    QuoteRequest,
    StaffNotification,
    TransferFlag,
)
from services.deals.benefits import forget_plan, forget_who_noted
from services.deals.company import leave_deals_of
from services.deals.contact import other_side
from services.deals.ending import end_for_good
from services.deals.graph import CLOSED
from services.deals.told_contacts import forget_told_contacts


def forget_deals_of(session: Session, user_id: int, now: datetime) -> None:
    """Open deals end and the other side hears of it. Numbers, states, prices and days stay, for the other side's own
    record; words, contact, company and post of who is gone do not. Runs before their posts are deleted."""
    # In the order of who asks about a post: posts before deals.
    session.execute(
        select(MarketPost.id).where(MarketPost.user_id == user_id).order_by(MarketPost.id).with_for_update()
    ).all()
    # A company's deal stays with the company, where somebody else runs it.
    leave_deals_of(session, user_id, now)
    own_parties = session.scalars(select(DealParty).where(DealParty.user_id == user_id).order_by(DealParty.id)).all()
    for party in own_parties:
        side = PostSide(party.side)
        deal = session.get_one(Deal, party.deal_id, with_for_update=True, populate_existing=True)
        if deal.state not in CLOSED:
            end_for_good(session, deal, now, stays=other_side(side))
        forget_told_contacts(session, deal)
        if deal.asked_by == side:
            deal.opening = ""
        session.execute(update(DealOffer).where(DealOffer.deal_id == deal.id, DealOffer.side == side).values(terms=""))
        about = StaffNotification.key.startswith(f"deal-{deal.id}-", autoescape=True)
        said = f"{deal.number}:一方的内容已按其要求删除"
        session.execute(update(StaffNotification).where(about).values(text=said))
        _forget_what_was_told(session, deal.id, user_id, said)
        # What staff noted may be about either of them.
        noted = (DealEvent.deal_id == deal.id, DealEvent.kind == "noted")
        session.execute(update(DealEvent).where(*noted).values(details={}))
        _forget_publicity(session, deal.id)
        if side is PostSide.OFFER:
            forget_plan(session, deal.id)
        session.execute(update(TransferFlag).where(TransferFlag.deal_id == deal.id).values(note=""))
        party.company_id = party.consented_at = party.contact_name = party.contact_phone = None
    forget_who_noted(session, user_id)
    posts = select(MarketPost.id).where(MarketPost.user_id == user_id)
    only_need = (Deal.need_post_id.in_(posts), Deal.offer_post_id.is_(None))
    session.execute(
        update(Deal).where(or_(and_(*only_need), Deal.offer_post_id.in_(posts)), _is_in(user_id)).values(title="")
    )
    session.execute(update(Deal).where(Deal.offer_post_id.in_(posts)).values(offer_post_id=None))
    session.execute(update(Deal).where(Deal.need_post_id.in_(posts)).values(need_post_id=None))
    requests = select(QuoteRequest.id).where(QuoteRequest.user_id == user_id)
    session.execute(update(Deal).where(Deal.quote_request_id.in_(requests)).values(quote_request_id=None))
    session.execute(delete(QuoteRequest).where(QuoteRequest.user_id == user_id))
    session.flush()


def _is_in(user_id: int) -> ColumnElement[bool]:
    """A deal that nobody followed them in: its title is theirs, and no company's."""
    return exists().where(DealParty.deal_id == Deal.id, DealParty.user_id == user_id)


def _forget_publicity(session: Session, deal_id: int) -> None:
    """Days and decisions stay; what was published names the result, its price and the unit, an objection anybody."""
    own = select(DealPublicity.id).where(DealPublicity.deal_id == deal_id)
    session.execute(update(DealObjection).where(DealObjection.publicity_id.in_(own)).values(text="", handling=""))
    published = update(DealPublicity).where(DealPublicity.deal_id == deal_id)
    session.execute(published.values(name="", place="", link=None))


def _forget_what_was_told(session: Session, deal_id: int, user_id: int, said: str) -> None:
    """What the other side was told quotes who is gone: what they asked with, the terms of an offer."""
    own = select(Conversation.id).where(Conversation.user_id == user_id)
    told = select(Message.id).where(
        Message.deal_id == deal_id, Message.author == Author.SYSTEM, Message.conversation_id.not_in(own)
    )
    session.execute(
        update(Delivery).where(Delivery.message_id.in_(told)).values(payload={"kind": "text", "text": said})
    )
    session.execute(update(Message).where(Message.id.in_(told)).values(text=said))


def end_with_oneself(session: Session, user_id: int, now: datetime) -> None:
    """After two accounts became one: nobody deals with themselves."""
    one, other = aliased(DealParty), aliased(DealParty)
    ids = session.scalars(
        select(one.deal_id)
        .join(other, other.deal_id == one.deal_id)
        .where(one.user_id == user_id, other.user_id == user_id, one.id < other.id)
        .order_by(one.deal_id)
    ).all()
    for deal_id in ids:
        deal = session.get_one(Deal, deal_id, with_for_update=True, populate_existing=True)
        if deal.state not in CLOSED:
            end_for_good(session, deal, now, stays=None)
