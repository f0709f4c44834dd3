"""A message to a segment: everybody of its list once, whatever is cut off, paused or changed meanwhile."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.clock import CHINA, FixedClock
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput
from models import (
    Delivery,
    DeliveryChannel,
    Mailing,
    MailingState,
    Message,
    Notice,
    OutboxRow,
    Role,
    Topic,
    User,
    WeChatIdentity,
)
from services.identities import learn_unionid
from services.notices import mailing_steps
from services.notices.mailing_steps import advance, send_portion
from services.notices.mailings import (
    Figures,
    MailingContent,
    cancel_mailing,
    count_segment,
    figures_of,
    pause_mailing,
    resume_mailing,
    send_test,
    start_mailing,
    write_mailing,
)
from services.notices.preferences import HOURS, Pace, prefer
from services.notices.segments import Group, Segment
from services.notices.sweeps import MAILING_STUCK_AFTER, rescue_mailings, rescue_notices
from services.privacy import erase_user_by_id
from tests.support.notices import MINI_DEADLINE, Reader, make_templates
from tests.support.people import make_identity
from tests.support.staff import make_staff

GUANGZHOU = Segment(Group.ALL, ("广东省广州市",))


class Desk:
    """Eleven people in Guangzhou and one in Foshan, and who writes to them; two to a portion."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.unit_of_work() as session:
            self.staff = make_staff(session, clock.now(), role=Role.SUPERVISOR)
            make_templates(session, clock.now(), Topic.COURSE)
        self.readers = [Reader(database, clock) for _ in range(12)]
        with database.unit_of_work() as session:
            for each in self.readers:
                place = "广东省佛山市" if each is self.readers[-1] else "广东省广州市天河区"
                session.get_one(User, each.user_id).region = place
        content = MailingContent("质押实务公开课", "下周三有质押实务公开课,免费。", Topic.COURSE, GUANGZHOU)
        with database.unit_of_work() as session:
            made = write_mailing(session, self.staff, content, clock.now())
            self.id, self.public_id = made.id, made.public_id

    def does(self, step) -> Mailing:
        with self.database.unit_of_work() as session:
            version = session.get_one(Mailing, self.id).version
            return step(session, self.staff, self.public_id, version, self.clock.now())

    def row(self) -> Mailing:
        with self.database.reading() as session:
            return session.get_one(Mailing, self.id)

    def sends(self) -> int:
        apps = self.readers[0].apps
        return send_portion(self.database, apps, self.clock, mailing_id=self.id)

    def finishes(self) -> None:
        for _ in range(40):
            if self.row().done_at is not None:
                return
            self.sends()
        raise AssertionError("It does not end.")

    def figures(self) -> Figures:
        with self.database.reading() as session:
            return figures_of(session, session.get_one(Mailing, self.id))

    def told(self) -> list[int]:
        with self.database.reading() as session:
            return list(session.scalars(select(Notice.user_id).order_by(Notice.user_id)))

    def everybody(self) -> list[int]:
        return sorted(each.user_id for each in self.readers[:11])


@pytest.fixture
def desk(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(mailing_steps, "PORTION", 2)
    monkeypatch.setattr(mailing_steps, "GATHERED", 3)
    clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))
    return Desk(database, clock)


def test_its_list_is_written_first_and_everybody_of_it_is_told_once_by_the_channel_that_is_open(desk: Desk) -> None:
    with desk.database.reading() as session:
        assert count_segment(session, desk.staff, GUANGZHOU) == 11
    desk.readers[0].writes()
    desk.readers[1].grants(MINI_DEADLINE)
    # The first reader's phones stand for everybody's.
    desk.readers[0].mini.grants[desk.readers[1].mini_openid, MINI_DEADLINE] = 1
    with desk.database.unit_of_work() as session:
        prefer(session, desk.readers[2].user_id, {Topic.COURSE: Pace.OFF}, desk.clock.now())
    desk.does(start_mailing)
    for _ in range(4):
        desk.sends()
    assert (desk.row().state, desk.row().recipient_count, desk.told()) == (MailingState.SENDING, 11, [])
    Reader(desk.database, desk.clock)  # who comes later is not on the list
    desk.finishes()

    assert desk.told() == [each for each in desk.everybody() if each != desk.readers[2].user_id]
    with desk.database.reading() as session:
        counted = figures_of(session, session.get_one(Mailing, desk.id))
        assert session.scalar(select(func.count()).select_from(Message)) == 10
    # The course's template asks for a day that a mailing does not have: what was granted is not spent on it.
    assert (counted.sent_as_message, counted.held, counted.in_app, counted.total) == (1, 1, 9, 11)
    assert len(desk.readers[0].texts()) == 1
    desk.sends()
    assert len(desk.told()) == 10


def test_cut_off_in_a_portion_nobody_of_it_is_told_and_all_are_afterwards(desk: Desk, monkeypatch) -> None:
    desk.does(start_mailing)
    while desk.row().state == MailingState.GATHERING:
        desk.sends()
    desk.sends()
    before = desk.told()
    assert len(before) == 2

    def dies(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(mailing_steps, "choose_channels", dies)
        with pytest.raises(ConnectionError):
            desk.sends()
    assert desk.told() == before
    # Cut off after the portion was written and before any of it was sent: the ledger has it.
    with desk.database.unit_of_work() as session:
        advance(session, desk.id, desk.clock.now())
    assert len(desk.told()) == 4
    desk.finishes()
    assert desk.told() == desk.everybody()


def test_paused_nobody_is_told_and_it_goes_on_where_it_stopped_with_a_job_of_its_own(desk: Desk) -> None:
    desk.does(start_mailing)
    desk.sends()
    desk.does(pause_mailing)
    assert desk.sends() == 0 and desk.row().recipient_count == 3
    resumed = desk.does(resume_mailing)
    with desk.database.reading() as session:
        keys = session.scalars(select(OutboxRow.key).where(OutboxRow.job_name == "jobs.notices.send_mailing")).all()
    assert f"jobs.notices.send_mailing/{desk.id}-{resumed.version}" in keys and len(set(keys)) == len(keys)
    desk.finishes()
    assert desk.told() == desk.everybody()
    with pytest.raises(Conflict):
        desk.does(pause_mailing)


def test_at_night_it_waits_and_a_lost_job_is_asked_for_again(desk: Desk) -> None:
    desk.does(start_mailing)
    while desk.row().state == MailingState.GATHERING:
        desk.sends()
    desk.clock.set(datetime(2026, 11, 23, 21, 0, tzinfo=CHINA))
    assert desk.sends() == 0 and desk.told() == []
    desk.clock.advance(MAILING_STUCK_AFTER + timedelta(seconds=1))
    with desk.database.unit_of_work() as session:
        assert rescue_mailings(session, desk.clock.now()) == 1
    desk.clock.set(datetime(2026, 11, 24, 8, 0, tzinfo=CHINA))
    desk.finishes()
    assert desk.told() == desk.everybody()


def test_who_is_erased_meanwhile_is_counted_as_not_told_and_who_had_enough_finds_it_in_the_app(desk: Desk) -> None:
    full = desk.readers[3]
    full.writes()
    with desk.database.unit_of_work() as session:
        prefer(session, full.user_id, {Topic.OPPORTUNITY: Pace.AT_ONCE}, desk.clock.now())
    for number in range(3):
        full.is_told(f"m{number}", topic=Topic.OPPORTUNITY, is_urgent=False)
        desk.clock.advance(timedelta(minutes=1))
        full.writing()
    desk.does(start_mailing)
    while desk.row().state == MailingState.GATHERING:
        desk.sends()
    with desk.database.unit_of_work() as session:
        erase_user_by_id(session, desk.readers[0].user_id, desk.clock.now())
    desk.finishes()
    row = desk.row()
    assert (row.recipient_count, row.told_count, row.held_count) == (11, 10, 1)
    with desk.database.reading() as session:
        wanted = select(Delivery.channel).join(Notice, Notice.message_id == Delivery.message_id)
        of_mailing = wanted.where(Notice.mailing_id == desk.id, Notice.user_id == full.user_id)
        assert session.scalars(of_mailing).all() == [DeliveryChannel.INBOX]


def test_whose_accounts_become_one_meanwhile_is_told_once(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        second = make_identity(session, desk.clock.now())
        second.user.region = "广东省广州市"
        session.get_one(User, desk.readers[0].user_id).unionid = "oUnion1"
    desk.does(start_mailing)
    while desk.row().told_count == 0:
        desk.sends()
    with desk.database.unit_of_work() as session:
        learn_unionid(session, session.get_one(WeChatIdentity, second.id), "oUnion1", desk.clock.now())
    desk.finishes()
    row = desk.row()
    assert (row.recipient_count, row.told_count, row.held_count) == (12, 11, 1)
    assert desk.figures().total == 12 and desk.told() == desk.everybody()


def test_who_becomes_one_with_somebody_further_down_neither_stops_the_list_nor_cuts_it_short(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        listed, *between, known = (make_identity(session, desk.clock.now()) for _ in range(4))
        for each in (listed, *between, known):
            each.user.region = "广东省广州市"
        known.user.unionid = "oUnion1"
    desk.does(start_mailing)
    while desk.row().gathered_to < listed.user_id:
        desk.sends()
    with desk.database.unit_of_work() as session:
        learn_unionid(session, session.get_one(WeChatIdentity, listed.id), "oUnion1", desk.clock.now())
    desk.finishes()
    assert desk.told() == [*desk.everybody(), *(each.user_id for each in (*between, known))]
    assert desk.row().recipient_count == desk.figures().total == 14


def test_who_asked_for_summaries_or_other_hours_is_told_then_and_not_once_it_is_paused_or_cancelled(desk: Desk) -> None:
    weekly, later = desk.readers[2], desk.readers[4]
    with desk.database.unit_of_work() as session:
        prefer(session, weekly.user_id, {Topic.COURSE: Pace.WEEKLY}, desk.clock.now())
        prefer(session, later.user_id, {HOURS: "12:00-20:00"}, desk.clock.now())
    desk.does(start_mailing)
    desk.finishes()
    assert desk.figures().waiting == 2 and desk.figures().total == desk.row().recipient_count == 11
    desk.clock.set(datetime(2026, 11, 23, 12, 1, tzinfo=CHINA))
    assert (weekly.writing(), later.writing()) == (0, 1)
    assert desk.figures().waiting == 1 and desk.figures().total == 11
    desk.clock.set(datetime(2026, 11, 30, 9, 1, tzinfo=CHINA))
    assert (weekly.writing(), weekly.writing()) == (1, 0)
    assert desk.figures().waiting == 0 and desk.figures().total == 11


def test_a_summary_waits_while_the_mailing_is_paused_and_goes_without_what_was_cancelled(desk: Desk) -> None:
    weekly = desk.readers[0]
    with desk.database.unit_of_work() as session:
        prefer(session, weekly.user_id, {Topic.COURSE: Pace.WEEKLY}, desk.clock.now())
    desk.does(start_mailing)
    while desk.row().told_count == 0:
        desk.sends()
    desk.does(pause_mailing)
    desk.clock.set(datetime(2026, 11, 30, 9, 5, tzinfo=CHINA))
    assert weekly.writing() == 0
    with desk.database.unit_of_work() as session:
        assert rescue_notices(session, desk.clock.now()) == 0
    desk.does(resume_mailing)
    with desk.database.unit_of_work() as session:
        assert rescue_notices(session, desk.clock.now()) == 1
    desk.does(cancel_mailing)
    assert weekly.writing() == 0
    figures = desk.figures()
    assert (figures.held, figures.total) == (1, 11)


def test_it_is_tried_on_one_person_first_and_only_supervisors_have_it(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        person = session.get_one(User, desk.readers[5].user_id)
        person.phone, person.phone_verified_at = "13800000005", desk.clock.now()
        session.get_one(User, desk.readers[6].user_id).phone = "13800000006"  # typed, not confirmed
        send_test(session, desk.staff, desk.public_id, "13800000005", desk.clock.now())
        with pytest.raises(InvalidInput):
            send_test(session, desk.staff, desk.public_id, "13800000006", desk.clock.now())
        assert session.scalars(select(Message.text)).all() == ["【测试】下周三有质押实务公开课,免费。"]
        agent = make_staff(session, desk.clock.now(), role=Role.AGENT)
        with pytest.raises(Forbidden):
            count_segment(session, agent, GUANGZHOU)


@pytest.mark.parametrize(
    ("title", "text", "topic"), [("", "正文", "course"), ("标题", "", "course"), ("标题", "正文", "deadline")]
)
def test_a_mailing_is_news_of_a_sensible_length(desk: Desk, title: str, text: str, topic: str) -> None:
    with pytest.raises(InvalidInput), desk.database.unit_of_work() as session:
        write_mailing(session, desk.staff, MailingContent(title, text, topic, GUANGZHOU), desk.clock.now())
