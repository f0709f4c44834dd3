"""Matching events: whoever has something on the market brings it, and reads when and where they meet."""

from collections.abc import Sequence
from typing import Any

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.events import EventOut, EventsOut, MeetingOut
from models import EventMeeting, EventState, MatchingEvent, MeetingOutcome, PostSide
from services.events.access import get_event, list_coming, own_entries, own_meetings
from services.events.joining import join, leave
from services.events.view import is_standing
from services.market.wording import others_called_by_subject


def add_routes(api: APIBlueprint) -> None:
    api.get("/market/events")(api.output(EventsOut)(list_events))
    api.get("/market/events/<id>")(api.output(EventOut)(show_event))
    api.put("/market/events/<id>/entry")(api.output(EventOut)(put_entry))
    api.delete("/market/events/<id>/entry")(api.output({}, 204)(delete_entry))


def list_events() -> EventsOut:
    """供需对接活动

    还没结束的,近的在前;带上自己参加的和自己的会谈。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return EventsOut(items=_events_out(session, caller.user_id, list_coming(session, api.clock.now())))


def show_event(id: str) -> EventOut:
    """看一场活动"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return _events_out(session, caller.user_id, [get_event(session, id)])[0]


def put_entry(id: str) -> EventOut:
    """报名

    自己展示中、到活动那天还有效的供需一起参加;以后发的,再报一次就加上。会谈由工作人员按对接结果排,排好通知时间和桌号。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        join(session, caller.user_id, id, api.clock.now())
        return _events_out(session, caller.user_id, [get_event(session, id)])[0]


def delete_entry(id: str) -> tuple[dict[str, Any], int]:
    """不参加了

    排好的会谈取消,对方会收到通知。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        leave(session, caller.user_id, id, api.clock.now())
    return {}, 204


def _events_out(session: Session, user_id: int, events: Sequence[MatchingEvent]) -> list[EventOut]:
    ids = [event.id for event in events]
    entries, meetings = own_entries(session, user_id, ids), own_meetings(session, user_id, ids)
    return [
        EventOut(
            id=event.public_id, name=event.name, place=event.place, region=event.region, starts_at=event.starts_at,
            ends_at=event.ends_at, slot_minutes=event.slot_minutes, state=EventState(event.state),
            post_ids=[post.public_id for post in entries.get(event.id, ())],
            meetings=[_meeting_out(each, side) for each, side in meetings if each.event_id == event.id],
        )
        for event in events
    ]  # fmt: skip


def _meeting_out(meeting: EventMeeting, side: PostSide) -> MeetingOut:
    theirs = meeting.offer if side is PostSide.NEED else meeting.need
    return MeetingOut(
        starts_at=meeting.event.slot_at(meeting.slot), table=meeting.table, side=side,
        about=others_called_by_subject(theirs), is_standing=is_standing(theirs, meeting.event),
        outcome=MeetingOutcome(meeting.outcome) if meeting.outcome else None,
        deal_number=meeting.deal.number if meeting.deal is not None else None,
    )  # fmt: skip
