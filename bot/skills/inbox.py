"""Messages that WeChat did not let us send when they were written."""

from collections.abc import Sequence

from bot.context import TurnContext
from bot.replies import Choice, Reply
from services.app_inbox import list_inbox
from services.taps import taps_of, without_taps

SHOWN_AT_ONCE = 5
MOST_CHOICES = 3


def show_unread(context: TurnContext) -> Reply:
    """The waiting messages themselves; they count as delivered when this answer is."""
    waiting = list_inbox(context.session, identity_id=context.identity_id, limit=SHOWN_AT_ONCE)
    if not waiting:
        return Reply("没有未读消息。")
    texts = [str(row.payload.get("text") or row.message.text) for row in waiting]
    return Reply(
        "\n\n".join(without_taps(text) for text in texts),
        choices=_choices(texts),
        carries=tuple(row.id for row in waiting),
    )


def _choices(texts: Sequence[str]) -> tuple[Choice, ...]:
    """What stood below the message to be tapped; of several the words themselves, which say which one is meant."""
    if len(texts) == 1:
        return tuple(Choice(said, title) for said, title in taps_of(texts[0]))
    words = dict.fromkeys(said for text in texts for said, _ in taps_of(text))
    return tuple(Choice(said, said) for said in words)[:MOST_CHOICES]
