"""有用, 没用: what the caller says of an answer with sources."""

from apiflask import APIBlueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from miniapp_api.access import get_conversation_for
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.feedback import FeedbackIn, FeedbackOut
from models import Message
from services.knowledge_upkeep.feedback import is_rateable, rate_answer


def add_routes(api: APIBlueprint) -> None:
    api.post("/conversations/<id>/messages/<message_id>/feedback")(
        api.input(FeedbackIn)(api.output(FeedbackOut)(rate_message))
    )


def rate_message(id: str, message_id: str, json_data: FeedbackIn) -> FeedbackOut:
    """评价一条回答

    只有带依据的回答能评价,别的都是没有找到。再评一次,以后一次为准。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        conversation = get_conversation_for(session, user_id=caller.user_id, public_id=id)
        message = _get_answer(session, conversation.id, message_id)
        feedback = rate_answer(
            session, message_id=message.id, user_id=caller.user_id, verdict=json_data.verdict, now=api.clock.now()
        )
        return FeedbackOut(message_id=message.id, verdict=json_data.verdict, rated_at=feedback.updated_at)


def _get_answer(session: Session, conversation_id: int, message_id: str) -> Message:
    """An answer with sources of this conversation; raises NotFound for whatever else the number names."""
    # No row has a longer number, and PostgreSQL would refuse it.
    if not (message_id.isascii() and message_id.isdigit() and len(message_id) < 10):
        raise NotFound("没有找到这条回答。")
    message = session.scalar(
        select(Message).where(Message.id == int(message_id), Message.conversation_id == conversation_id)
    )
    if message is None or not is_rateable(message):
        raise NotFound("没有找到这条回答。")
    return message
