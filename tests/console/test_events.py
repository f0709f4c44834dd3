"""The desk of a matching event: set up, arrange, write down what came of each meeting."""

import re
from datetime import timedelta

from sqlalchemy import select

from core.clock import CHINA
from models import EventMeeting, MatchingEvent
from tests.support.events import make_fair

FORM = {
    "name": "南沙供需对接会", "place": "香江金融中心3楼", "region": "广东省广州市", "slot_minutes": "20", "slots": "6",
    "tables": "4",
}  # fmt: skip


def test_an_event_is_set_up_with_every_field_looked_at(database, clock, signed_in):
    supervisor = signed_in("supervisor")
    refused = supervisor.post("/console/events", FORM | {"tables": "999", "starts_at": ""})
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "写1到60" in page and "还没到的时间" in page and "香江金融中心3楼" in page
    begins = (clock.now() + timedelta(days=10)).astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")
    made = supervisor.post("/console/events", FORM | {"starts_at": begins})
    assert made.status_code == 303 and "南沙供需对接会" in supervisor.get(made.location).text
    assert "新建对接活动" in supervisor.get("/console/audit").text
    assert signed_in("agent").post("/console/events", FORM | {"starts_at": begins}).status_code == 403


def test_meetings_are_arranged_and_written_down(database, clock, signed_in):
    with database.unit_of_work() as session:
        public_id = make_fair(session, clock.now()).event.public_id
    supervisor, path = signed_in("supervisor"), f"/console/events/{public_id}"
    assert supervisor.post(path, {"step": "", "version": 1}).status_code == 422
    assert supervisor.post(path, {"step": "arrange", "version": 99}).status_code == 409
    assert supervisor.post(path, {"step": "arrange", "version": 1}).status_code == 303
    assert "1号桌" in supervisor.get(path).text and "接着谈</button>" not in supervisor.get(path).text
    with database.reading() as session:
        meeting = session.scalars(select(EventMeeting)).one()
        starts_at = session.scalars(select(MatchingEvent.starts_at)).one()
    outcome = f"{path}/meetings/{meeting.id}"
    assert supervisor.post(outcome, {"outcome": "talks"}).status_code == 409
    clock.set(starts_at + timedelta(minutes=1))
    supervisor = signed_in("supervisor")
    assert "接着谈</button>" in supervisor.get(path).text
    assert supervisor.post(outcome, {"outcome": "maybe"}).status_code == 422
    assert supervisor.post(f"{path}/meetings/999999", {"outcome": "talks"}).status_code == 404
    assert supervisor.post(outcome, {"outcome": "talks"}).status_code == 303
    assert re.search(r"/console/deals/GX\d{6}-\d{4}", supervisor.get(path).text)


def test_an_event_is_called_off(database, clock, signed_in):
    with database.unit_of_work() as session:
        public_id = make_fair(session, clock.now()).event.public_id
    supervisor, path = signed_in("supervisor"), f"/console/events/{public_id}"
    assert supervisor.post(path, {"step": "cancel", "version": 1}).status_code == 303
    assert "已取消" in supervisor.get(path).text
    assert supervisor.post(path, {"step": "arrange", "version": 2}).status_code == 409
