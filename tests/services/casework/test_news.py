"""An owner who asked for it hears of a room that has become free: once, by day, in their place, until they say no."""

from datetime import timedelta

from sqlalchemy import select

from models import Case, Message, OutboxRow, RecordState, Role
from services.casework.news import request_news, set_news, tell_news
from services.catalogue import service_of
from services.dated_data.editing import approve_record
from services.job_names import JobName
from tests.support.casework import make_service_case
from tests.support.dated_data import make_record
from tests.support.staff import make_staff

WANTS = {
    "wants": ["space"], "sector": "energy", "project": "污水除盐", "stage": "样机", "area": 200, "tell_vacancy": True,
    "company": "广州云测科技有限公司", "region": "广东省广州市南沙区", "phone": "13800138000",
}  # fmt: skip
ROOM = {"incubator": "演示园", "vacant_area": 420, "sectors": ["energy"]}


def told(session, case: Case) -> list[str]:
    return list(session.scalars(select(Message.text).where(Message.case_id == case.id).order_by(Message.id)))


def test_only_who_asked_and_whom_it_fits_hears_of_a_room_and_once(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        cases = {
            name: make_service_case(session, now, kind="incubation", values={**WANTS, **changes})
            for name, changes in {
                "fits": {}, "no": {"tell_vacancy": False}, "never said": {"tell_vacancy": None},
                "too large": {"area": 500}, "elsewhere": {"region": "广东省佛山市"}, "trade": {"sector": "medicine"},
            }.items()
        }  # fmt: skip
        room = make_record(
            session, now, kind="incubator_space", key="a", name="A座", region="广东省广州市", values=ROOM
        )
        tell_news(session, record_id=room.id, after=0, now=now)
        tell_news(session, record_id=room.id, after=0, now=now + timedelta(days=1))

        assert [name for name, case in cases.items() if told(session, case)] == ["fits"]
        (text,) = told(session, cases["fits"])
        assert text.startswith("有空房了:A座:空420平方米、收这个行业。") and "能不能入驻由孵化器定" in text
        assert text.endswith("不想再收就回复“不用通知空房”。") and "试验通知" in text

        full = make_record(
            session, now, kind="incubator_space", key="b", region="广东省", values={**ROOM, "vacant_area": 0}
        )
        other = make_record(session, now, kind="incubator_space", key="c", name="C座", region="广东省", values=ROOM)
        tell_news(session, record_id=full.id, after=0, now=now)
        assert set_news(session, user_id=cases["fits"].user_id, service=service_of("incubation"), wanted=False, now=now)
        tell_news(session, record_id=other.id, after=0, now=now)
        assert len(told(session, cases["fits"])) == 1


def test_what_is_approved_at_night_or_holds_later_is_told_in_the_morning(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        night = now.replace(hour=15)  # 23:00 in China
        case = make_service_case(session, now, kind="incubation", values=WANTS)
        room = make_record(session, now, kind="incubator_space", key="a", region="全国", values=ROOM)
        later = make_record(session, now, kind="incubator_space", key="b", region="全国", values=ROOM,
                            valid_from=now.date() + timedelta(days=3))  # fmt: skip
        for record in (room, later):
            request_news(session, record, night)
        tell_news(session, record_id=room.id, after=0, now=night)
        tell_news(session, record_id=later.id, after=0, now=now)
        session.flush()

        due = session.scalars(select(OutboxRow.run_after).where(OutboxRow.job_name == JobName.TELL_NEWS)).all()
        assert sorted({(at.date() - night.date()).days for at in due}) == [1, 3]
        assert all(at.hour == 0 for at in due), "8:00 in China"
        assert told(session, case) == []


def test_an_approval_asks_for_the_telling(database, clock):
    with database.unit_of_work() as session:
        author, other = (make_staff(session, clock.now(), role=Role.SUPERVISOR) for _ in range(2))
        room = make_record(session, clock.now(), kind="incubator_space", key="a", values=ROOM,
                           state=RecordState.PENDING, author_id=author.id)  # fmt: skip
        approve_record(session, staff=other, record_id=room.id, version=room.version, now=clock.now())
        asked = select(OutboxRow.arguments).where(OutboxRow.job_name == JobName.TELL_NEWS)
        assert session.scalars(asked).one()["record_id"] == room.id
