"""How an event and its meetings read."""

from core.clock import china_date
from models import EventState, MarketPost, MatchingEvent, MeetingOutcome, PostState

OUTCOME_NAMES = {
    MeetingOutcome.NOTHING: "没谈成", MeetingOutcome.TALKS: "接着谈", MeetingOutcome.ABSENT: "有人没到",
}  # fmt: skip
STATE_NAMES = {EventState.OPEN: "报名中", EventState.ARRANGED: "会谈已排", EventState.CANCELLED: "已取消"}


def is_standing(post: MarketPost, event: MatchingEvent) -> bool:
    """Whether a post is on the market on the day of the event."""
    return post.state == PostState.PUBLISHED and post.until >= china_date(event.starts_at)
