"""Tell one side what happened to its deal: a job, in the order of a turn (conversation first)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.logs import get_logger
from models import Deal, DealEvent, PostSide
from services.deals.contact import party_of
from services.deals.wording import told
from services.outgoing import write_to_user
from services.reaching import find_conversation

log = get_logger(__name__)


def tell_side(session: Session, event_id: int, side: str, now: datetime) -> None:
    """By way of the ledger; what has been overtaken meanwhile is not said."""
    event = session.get(DealEvent, event_id)
    if event is None:
        return
    reader = PostSide(side)
    conversation = find_conversation(session, party_of(event.deal, reader).user_id, now)
    if conversation is None:
        log.info("deal_party_unreachable", deal=event.deal.number, side=side)
        return
    deal = session.get_one(Deal, event.deal_id, populate_existing=True)
    text, choices = told(deal, event, reader, now)
    if text:
        message = write_to_user(session, conversation, text, now, details={"choices": list(choices)})
        message.deal_id = deal.id
        session.flush()
