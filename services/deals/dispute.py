"""A quarrel about a deal: to a person who knows of whom and of which deal it is. We judge nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import Author, Case, Conversation, Deal, DealState, HandoffReason, Message
from services.case_records import add_event, lock_conversation
from services.deals.access import get_own_deal
from services.deals.history import note, tell_broker
from services.handoffs import Handoff, open_handoff

log = get_logger(__name__)

SHORTEST, LONGEST = 4, 500
# Before that there is nothing to quarrel about but the price.
BOUND = (DealState.CONTRACT, DealState.REGISTRATION, DealState.DONE)


@dataclass(frozen=True)
class Dispute:
    deal: Deal
    handoff: Handoff


def open_dispute(session: Session, conversation: Conversation, number: str, text: str, now: datetime) -> Dispute:
    """Hand it to a person, with the deal's number in front; its broker or the supervisors hear of it, the other side
    does not. Raises NotFound, InvalidInput, Conflict for a deal that binds nobody."""
    words = " ".join(text.split())
    if not SHORTEST <= len(words) <= LONGEST:
        said = f"说说怎么回事,{SHORTEST}到{LONGEST}个字。"
        raise InvalidInput(said, fields={"text": said})
    conversation = lock_conversation(session, conversation.id)
    deal, side = get_own_deal(session, conversation.user_id, number, lock=True)
    if not may_dispute(deal):
        raise Conflict(f"{deal.number} 还没到签合同,不想谈了可以终止,有话说“告诉经纪人”。")
    said = f"交易纠纷 {deal.number}:{words}"
    handoff = open_handoff(
        session,
        conversation=conversation,
        reason=HandoffReason.REQUESTED,
        topic="enforcement",
        region=deal.region,
        question=said,
        now=now,
    )
    case = handoff.case
    if not handoff.is_new:
        _add_words(session, conversation, case, said, now)
    note(session, deal, "disputed", now, side=side, case=case.number)
    tell_broker(session, deal, f"有交易纠纷:{deal.number},单号 {case.number}", key=f"dispute-{case.id}", now=now)
    session.flush()
    log.info("deal_disputed", deal=deal.number, case=case.number, side=side)
    return Dispute(deal, handoff)


def _add_words(session: Session, conversation: Conversation, case: Case, said: str, now: datetime) -> None:
    """Whoever has the open case reads of this quarrel where they read everything: its package was written before."""
    message = Message(
        conversation_id=conversation.id, author=Author.SYSTEM, text=said, is_internal=True, created_at=now
    )
    session.add(message)
    session.flush()
    add_event(session, case, "noted", now, message_id=message.id)


def may_dispute(deal: Deal) -> bool:
    """Signed, being signed or done; one that was ended after it was signed too."""
    return deal.state in BOUND or deal.signed_on is not None
