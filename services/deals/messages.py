"""What each side and the broker write to each other: two conversations that do not meet. A side's words stand in its
own conversation, so that they go when it has its data deleted."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput
from models import Author, Conversation, Deal, DeliveryReason, Message, PostSide, Staff
from services.case_records import lock_conversation
from services.deals.access import NEEDS_BROKER, get_deal_for, get_deal_to_broker, get_own_deal
from services.deals.contact import party_of
from services.deals.history import note, tell_broker
from services.outgoing import write_to_user
from services.reaching import find_conversation
from services.staff_messages import check_reply

LONGEST = 2000
LOOK_BACK = 30


def list_deal_messages(
    session: Session, deal: Deal, user_id: int, *, before_id: int | None = None, limit: int = 50
) -> list[Message]:
    """What was written to and by one person about a deal, the latest first; nothing of the other side's."""
    wanted = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.deal_id == deal.id, Conversation.user_id == user_id)
        .options(joinedload(Message.staff))
    )
    if before_id is not None:
        wanted = wanted.where(Message.id < before_id)
    return list(session.scalars(wanted.order_by(Message.id.desc()).limit(limit)))


def say_to_broker(
    session: Session, conversation: Conversation, number: str, text: str, now: datetime, *, form_key: str = ""
) -> Message:
    """What the person of this conversation writes about a deal of theirs. The same `form_key` again is one message.
    Raises NotFound, InvalidInput, Conflict."""
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise InvalidInput(f"写1到{LONGEST}个字。", fields={"text": f"写1到{LONGEST}个字。"})
    conversation = lock_conversation(session, conversation.id)
    deal, side = get_own_deal(session, conversation.user_id, number, lock=True)
    if (said := _find(session, deal, form_key, conversation)) is not None:
        return said
    if deal.state not in NEEDS_BROKER:
        raise Conflict("双方都同意谈、还没结束的时候才有经纪人。")
    message = Message(
        conversation_id=conversation.id,
        author=Author.USER,
        text=text,
        details={"form_key": form_key} if form_key else {},
        deal_id=deal.id,
        created_at=now,
    )
    session.add(message)
    session.flush()
    conversation.last_message_at = conversation.last_user_message_at = now
    who = "出让方" if side == PostSide.OFFER else "受让方"
    tell_broker(session, deal, f"{deal.number}:{who}留言了", key=f"message-{message.id}", now=now)
    session.flush()
    return message


def say_to_party(
    session: Session, staff: Staff, number: str, side: PostSide, text: str, now: datetime, *, form_key: str = ""
) -> Message:
    """What the broker writes to one side, by way of the ledger. Raises NotFound, Forbidden, InvalidInput, Conflict."""
    words = check_reply(text)
    seen = get_deal_for(session, staff, number)
    # A turn takes the conversation first and the deal after it.
    conversation = find_conversation(session, party_of(seen, side).user_id, now)
    if conversation is None:
        raise Conflict("这一方现在联系不上:没有微信会话。")
    deal = get_deal_to_broker(session, staff, number)
    if (said := _find(session, deal, form_key, conversation)) is not None:
        return said
    message = write_to_user(
        session, conversation, words, now, staff=staff, reason=DeliveryReason.STAFF_REPLY,
        details={"form_key": form_key} if form_key else None,
    )  # fmt: skip
    message.deal_id = deal.id
    note(session, deal, "wrote", now, staff=staff, to=side, message=message.id)
    session.flush()
    return message


def _find(session: Session, deal: Deal, form_key: str, conversation: Conversation) -> Message | None:
    if not form_key:
        return None
    latest = session.scalars(
        select(Message)
        .where(Message.deal_id == deal.id, Message.conversation_id == conversation.id)
        .order_by(Message.id.desc())
        .limit(LOOK_BACK)
    )
    return next((message for message in latest if message.details.get("form_key") == form_key), None)
