"""The caller's own conversations and what was said in them; reading delivers what waited in the app."""

from apiflask import APIBlueprint
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from miniapp_api.access import get_conversation_for
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.asking import citations_out
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.conversations import (
    ConversationOut,
    ConversationsOut,
    MessageOut,
    MessagesOut,
    string_list,
)
from miniapp_api.shown import confirm_when_sent, list_waiting
from models import Conversation, Message


def add_routes(api: APIBlueprint) -> None:
    api.get("/conversations")(api.input(Page, location="query")(api.output(ConversationsOut)(list_conversations)))
    api.get("/conversations/<id>/messages")(api.input(Page, location="query")(api.output(MessagesOut)(list_messages)))


def list_conversations(query_data: Page) -> ConversationsOut:
    """我的会话

    公众号里的和小程序里的都在这里。
    """
    api, caller = current_api(), current_caller()
    scope = f"conversations:{caller.user_id}"
    query = select(Conversation).where(Conversation.user_id == caller.user_id)
    if query_data.cursor:
        query = query.where(Conversation.id < api.cursors.read(scope, query_data.cursor)["before"])
    query = query.order_by(Conversation.id.desc()).limit(query_data.limit + 1)
    with api.database.reading() as session:
        rows = session.scalars(
            query.options(joinedload(Conversation.identity), joinedload(Conversation.assignee))
        ).all()
        items = [_conversation_out(row) for row in rows[: query_data.limit]]
    is_last = len(rows) <= query_data.limit
    next_cursor = None if is_last else api.cursors.make(scope, {"before": rows[query_data.limit - 1].id})
    return ConversationsOut(items=items, next_cursor=next_cursor)


def list_messages(id: str, query_data: Page) -> MessagesOut:
    """会话里的消息

    最近的在前。没能送到微信里的消息,在这里读到就算送达。
    """
    api, caller = current_api(), current_caller()
    scope = f"messages:{caller.user_id}:{id}"
    with api.database.reading() as session:
        conversation = get_conversation_for(session, user_id=caller.user_id, public_id=id)
        query = select(Message).where(
            Message.conversation_id == conversation.id,
            Message.is_internal.is_(False),
            # A follow or a scan is an event without words.
            or_(Message.kind != "event", Message.text != ""),
        )
        if query_data.cursor:
            query = query.where(Message.id < api.cursors.read(scope, query_data.cursor)["before"])
        query = query.order_by(Message.id.desc()).limit(query_data.limit + 1).options(joinedload(Message.staff))
        rows = session.scalars(query).all()
        shown = rows[: query_data.limit]
        items = [_message_out(row) for row in shown]
        waiting = list_waiting(session, [row.id for row in shown])
    confirm_when_sent(waiting)
    next_cursor = api.cursors.make(scope, {"before": shown[-1].id}) if len(rows) > len(shown) else None
    return MessagesOut(items=items, next_cursor=next_cursor)


def _conversation_out(row: Conversation) -> ConversationOut:
    return ConversationOut.model_validate(
        {
            "id": row.public_id,
            "platform": row.identity.platform,
            "status": row.status,
            "assignee": row.assignee.display_name if row.assignee else None,
            "last_message_at": row.last_message_at,
            "created_at": row.created_at,
        }
    )


def _message_out(row: Message) -> MessageOut:
    return MessageOut.model_validate(
        {
            "id": row.id,
            "author": row.author,
            "staff": row.staff.display_name if row.staff else None,
            "kind": row.kind,
            "text": row.text,
            "citations": citations_out(row.details.get("citations") or ()),
            "choices": string_list(row.details.get("choices")),
            "created_at": row.created_at,
        }
    )
