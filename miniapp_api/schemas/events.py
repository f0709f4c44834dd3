"""Matching events: what comes, what one brings, and one's own timetable."""

from datetime import datetime

from pydantic import Field

from miniapp_api.schemas.common import Output
from models import EventState, MeetingOutcome, PostSide


class MeetingOut(Output):
    """自己的一场会谈。对方是谁,双方同意后在交易里看。"""

    starts_at: datetime
    table: int = Field(description="几号桌", examples=[3])
    side: PostSide = Field(description="自己是哪一方")
    about: str = Field(description="对方的供给或需求说的是什么", examples=["轴承温度无线监测"])
    is_standing: bool = Field(description="对方还在;撤下了的不用去")
    outcome: MeetingOutcome | None = Field(description="结果;还没记的为 null")
    deal_number: str | None = Field(description="接着谈的,交易单号", examples=["GX261128-0001"])


class EventOut(Output):
    id: str
    name: str = Field(examples=["南沙供需对接会"])
    place: str
    region: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int = Field(description="每场几分钟")
    state: EventState = Field(description="报名中、会谈已排、已取消")
    post_ids: list[str] = Field(description="自己参加的供需;空的就是没报名")
    meetings: list[MeetingOut] = Field(description="自己的会谈,按时间")


class EventsOut(Output):
    items: list[EventOut]
