"""Matching events by the API: what comes, one's own entry, one's own timetable."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from models import EventMeeting, MatchingEvent, MeetingOutcome, PostSide, Staff, WeChatIdentity
from services.events.joining import join
from services.events.meetings import arrange_meetings, record_outcome
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.events import make_fair, make_match
from tests.support.market import make_post


@pytest.fixture
def event_id(phone: Phone, resources: Resources, clock: FixedClock) -> str:
    with resources.database.unit_of_work() as session:
        here = make_fair(session, clock.now(), joins=False)
        join(session, here.buyer.id, here.event.public_id, clock.now())
        mine = session.scalars(select(WeChatIdentity.user_id).order_by(WeChatIdentity.id)).first()
        assert mine is not None
        make_match(session, here.need, make_post(session, mine, clock.now(), side=PostSide.OFFER), clock.now())
        return here.event.public_id


def test_joining_the_timetable_and_what_came_of_it(
    phone: Phone, resources: Resources, clock: FixedClock, event_id: str
) -> None:
    (listed,) = phone.get("/market/events").get_json()["items"]
    assert listed["id"] == event_id and listed["post_ids"] == [] and listed["meetings"] == []
    joined = phone.put(f"/market/events/{event_id}/entry").get_json()
    assert len(joined["post_ids"]) == 1 and joined["state"] == "open"

    with resources.database.unit_of_work() as session:
        event = session.scalars(select(MatchingEvent)).one()
        staff = session.get_one(Staff, event.created_by_id)
        arrange_meetings(session, staff, event_id, clock.now(), version=event.version)
        meeting = session.scalars(select(EventMeeting)).one()
        record_outcome(
            session, staff, event_id, meeting.id, MeetingOutcome.TALKS, event.starts_at + timedelta(minutes=1)
        )
    (shown,) = phone.get(f"/market/events/{event_id}").get_json()["meetings"]
    assert (shown["table"], shown["side"], shown["outcome"]) == (1, "offer", "talks")
    assert phone.get(f"/deals/{shown['deal_number']}").get_json()["contact"] is None
    assert phone.get("/market/events/nothing").status_code == 404

    assert phone.delete(f"/market/events/{event_id}/entry").status_code == 204
    assert phone.get(f"/market/events/{event_id}").get_json()["post_ids"] == []
