"""Messages that WeChat did not let us send when they were written."""

from bot.context import TurnContext
from bot.replies import Reply
from services.app_inbox import list_inbox
from services.taps import without_taps

SHOWN_AT_ONCE = 5


def show_unread(context: TurnContext) -> Reply:
    """The waiting messages themselves; they count as delivered when this answer is."""
    waiting = list_inbox(context.session, identity_id=context.identity_id, limit=SHOWN_AT_ONCE)
    if not waiting:
        return Reply("没有未读消息。")
    texts = [without_taps(str(row.payload.get("text") or row.message.text)) for row in waiting]
    return Reply("\n\n".join(texts), carries=tuple(row.id for row in waiting))
