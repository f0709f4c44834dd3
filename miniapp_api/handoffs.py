"""A person, please: the same case as in chat."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy.orm import Session

from core.clock import china_date
from miniapp_api.asking import ensure_conversation
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.handoffs import HandoffIn, HandoffOut
from miniapp_api.shown import confirm_when_sent
from miniapp_api.telling import tell_in_call
from models import Author, Conversation, ConversationStatus, HandoffReason, Message, WeChatIdentity
from services.handoffs import open_handoff
from services.identities import find_or_create_conversation
from services.notifications import notify_user_message


def add_routes(api: APIBlueprint) -> None:
    api.post("/handoffs")(api.input(HandoffIn)(api.output(HandoffOut, 201)(create_handoff)))


def create_handoff(json_data: HandoffIn) -> BaseModel | dict[str, Any]:
    """转人工

    立即得到单号和答应的回复时间。会话里已经有没办完的单子时,返回那一张。
    """
    ensure_conversation(current_caller().identity_id)
    return once(json_data, lambda _key, keep: _open(json_data, keep))


def _open(wanted: HandoffIn, keep: Keep) -> HandoffOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    understood = api.resources.understander.understand(wanted.reason, at=china_date(now), history=[])
    is_complaint = understood.intent == "complaint"
    with api.database.unit_of_work() as session:
        identity = session.get_one(WeChatIdentity, caller.identity_id)
        conversation = find_or_create_conversation(session, identity, now)
        _write_down(session, conversation, wanted.reason)
        handoff = open_handoff(
            session,
            conversation=conversation,
            reason=HandoffReason.COMPLAINT if is_complaint else HandoffReason.REQUESTED,
            topic=wanted.topic or str(conversation.memory.get("topic") or "general"),
            region=understood.slots.get("region") or caller.region,
            question=wanted.reason,
            now=now,
        )
        delivery_ids = tell_in_call(session, conversation, handoff.text_for_user, now, skill="handoff")
        answer = HandoffOut(
            case_number=handoff.case.number,
            promised_at=handoff.case.promised_at,
            conversation_id=conversation.public_id,
        )
        keep(session, answer, delivery_ids)
    confirm_when_sent(delivery_ids)
    return answer


def _write_down(session: Session, conversation: Conversation, text: str) -> None:
    """What the person said belongs to the conversation, and to the member of staff who already holds it."""
    now = current_api().clock.now()
    message = Message(conversation_id=conversation.id, author=Author.USER, text=text, created_at=now)
    session.add(message)
    session.flush()
    conversation.last_message_at = conversation.last_user_message_at = now
    if conversation.status == ConversationStatus.RESOLVED:
        conversation.status = ConversationStatus.PENDING
    if conversation.status == ConversationStatus.OPEN:
        conversation.unread_count += 1
        notify_user_message(session, conversation, message, now)
