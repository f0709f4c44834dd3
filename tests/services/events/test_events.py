"""An event from its first line to what came of a meeting."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.outbox import OutboxRow
from models import (
    Company,
    Deal,
    DealState,
    EventEntry,
    EventMeeting,
    EventState,
    MeetingOutcome,
    MemberRole,
    Membership,
    MemberState,
    Notice,
    PostSide,
    PostState,
    WeChatIdentity,
)
from services.deals.contact import is_contact_shared
from services.deals.enquiring import Answer, answer_enquiry
from services.events.access import own_meetings
from services.events.joining import NOTHING_TO_BRING, join, leave
from services.events.meetings import arrange_meetings, record_outcome
from services.events.setting_up import call_off, set_up
from services.events.telling import remind
from services.identity_merge import merge_into
from services.job_names import JobName
from services.privacy import erase_user_by_id
from tests.support.events import Fair, form, make_fair, make_match, make_owner
from tests.support.market import make_post
from tests.support.staff import make_staff


@pytest.fixture
def fair(database, clock):
    with database.unit_of_work() as session:
        yield session, make_fair(session, clock.now())


def told(session, user) -> list[str]:
    session.flush()
    return list(session.scalars(select(Notice.text).where(Notice.user_id == user.id).order_by(Notice.id)))


def arranged(session, fair: Fair, now) -> list[EventMeeting]:
    arrange_meetings(session, fair.staff, fair.event.public_id, now, version=fair.event.version)
    return list(session.scalars(select(EventMeeting).order_by(EventMeeting.slot, EventMeeting.table)))


def test_both_are_told_when_and_where_and_reminded_once(fair, clock):
    session, here = fair
    (meeting,) = arranged(session, here, clock.now())
    assert (meeting.slot, meeting.table) == (0, 1)
    for who in (here.buyer, here.seller):
        (text,) = told(session, who)
        assert "1场会谈" in text and "1号桌" in text and "香江金融中心3楼" in text and "轴承" not in text
    job = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.REMIND_EVENT)).one()
    assert job.run_after == here.event.starts_at - timedelta(days=1)
    assert remind(session, here.event.id, job.run_after) == 2
    remind(session, here.event.id, job.run_after)
    assert [text.startswith("提醒") for text in told(session, here.buyer)] == [False, True]


def test_who_comes_later_is_fitted_in_and_nobody_else_moves(fair, clock):
    session, here = fair
    now = clock.now()
    (first,) = arranged(session, here, now)
    third = make_owner(session, now, "13700137003")
    offer = make_post(session, third.id, now, side=PostSide.OFFER)
    make_match(session, here.need, offer, now, score=0.99)
    join(session, third.id, here.event.public_id, now)
    meetings = arranged(session, here, now)
    assert [(each.id == first.id, each.slot) for each in meetings] == [(True, 0), (False, 1)]
    assert len(told(session, here.seller)) == 1 and "2场会谈" in told(session, here.buyer)[-1]


def test_no_company_meets_itself_and_what_was_dismissed_or_withdrawn_is_not_arranged(fair, clock):
    session, here = fair
    now = clock.now()
    company = Company(name="佛山同一有限公司", created_at=now)
    session.add(company)
    session.flush()
    for user in (here.buyer, here.seller):
        session.add(
            Membership(
                user_id=user.id, company_id=company.id, role=MemberRole.MEMBER, state=MemberState.ACTIVE, created_at=now
            )
        )
    here.need.company_id = here.offer.company_id = company.id
    session.flush()
    assert arranged(session, here, now) == []
    here.offer.company_id = None
    assert len(arranged(session, here, now)) == 1
    here.offer.state = PostState.WITHDRAWN
    session.flush()
    assert arranged(session, here, now) == []
    assert "没有排到" in told(session, here.buyer)[-1]


def test_talks_open_a_deal_that_both_have_to_agree_to(fair, clock):
    session, here = fair
    (meeting,) = arranged(session, here, clock.now())
    public_id = here.event.public_id
    with pytest.raises(Conflict):
        record_outcome(session, here.staff, public_id, meeting.id, MeetingOutcome.TALKS, clock.now())
    clock.set(here.event.starts_at + timedelta(minutes=5))
    now = clock.now()
    record_outcome(session, here.staff, public_id, meeting.id, MeetingOutcome.ABSENT, now)
    record_outcome(session, here.staff, public_id, meeting.id, MeetingOutcome.TALKS, now)
    record_outcome(session, here.staff, public_id, meeting.id, MeetingOutcome.TALKS, now)
    deal = session.scalars(select(Deal)).one()
    assert meeting.deal_id == deal.id and deal.state == DealState.ENQUIRED and not is_contact_shared(deal)
    # The offer's owner says yes first, and so has asked; the need's owner agrees.
    answer_enquiry(session, here.seller, deal.number, Answer(True), now)
    assert deal.state == DealState.ENQUIRED and deal.asked_by == PostSide.OFFER
    answer_enquiry(session, here.buyer, deal.number, Answer(True), now)
    assert deal.state == DealState.TALKING and is_contact_shared(deal)
    with pytest.raises(Conflict):
        record_outcome(session, here.staff, public_id, meeting.id, MeetingOutcome.NOTHING, now)


@pytest.mark.parametrize("who", ["buyer", "seller"])
def test_either_may_say_no_to_the_deal(fair, clock, who):
    session, here = fair
    (meeting,) = arranged(session, here, clock.now())
    clock.set(here.event.starts_at)
    record_outcome(session, here.staff, here.event.public_id, meeting.id, MeetingOutcome.TALKS, clock.now())
    deal = session.scalars(select(Deal)).one()
    answer_enquiry(session, getattr(here, who), deal.number, Answer(False), clock.now())
    assert deal.state == DealState.DECLINED


def test_who_leaves_frees_the_table_and_the_other_hears_of_it(fair, clock):
    session, here = fair
    arranged(session, here, clock.now())
    assert leave(session, here.seller.id, here.event.public_id, clock.now())
    assert not leave(session, here.seller.id, here.event.public_id, clock.now())
    assert session.scalar(select(func.count()).select_from(EventMeeting)) == 0
    assert "不来了" in told(session, here.buyer)[-1] and len(told(session, here.seller)) == 1


def test_who_is_erased_leaves_neither_entry_nor_meeting(fair, clock):
    session, here = fair
    arranged(session, here, clock.now())
    erase_user_by_id(session, here.seller.id, clock.now())
    assert session.scalar(select(func.count()).select_from(EventMeeting)) == 0
    assert [each.post_id for each in session.scalars(select(EventEntry))] == [here.need.id]
    assert "不来了" in told(session, here.buyer)[-1]


def test_a_called_off_event_is_told_once_and_reminds_nobody(fair, clock):
    session, here = fair
    arranged(session, here, clock.now())
    call_off(session, here.staff, here.event.public_id, clock.now(), version=here.event.version)
    assert here.event.state == EventState.CANCELLED
    assert all("取消了" in told(session, who)[-1] for who in (here.buyer, here.seller))
    assert remind(session, here.event.id, clock.now()) == 0
    with pytest.raises(Conflict):
        join(session, here.buyer.id, here.event.public_id, clock.now())


def test_posts_are_brought_before_it_begins_and_only_those_on_the_market(fair, clock):
    session, here = fair
    now = clock.now()
    stranger = make_owner(session, now, "13600136004")
    with pytest.raises(Conflict, match=NOTHING_TO_BRING[:6]):
        join(session, stranger.id, here.event.public_id, now)
    with pytest.raises(NotFound):
        join(session, here.buyer.id, "nothing", now)
    join(session, here.buyer.id, here.event.public_id, now)
    assert session.scalar(select(func.count()).select_from(EventEntry)) == 2
    arranged(session, here, now)
    assert own_meetings(session, stranger.id, [here.event.id]) == []
    ((_, side),) = own_meetings(session, here.seller.id, [here.event.id])
    assert side == PostSide.OFFER
    with pytest.raises(Conflict):
        join(session, here.buyer.id, here.event.public_id, here.event.starts_at)


def test_only_who_knows_the_market_runs_events_and_every_field_is_looked_at(fair, clock):
    session, _here = fair
    now = clock.now()
    stranger = make_staff(session, now, skills=["training"])
    with pytest.raises(Forbidden):
        set_up(session, stranger, form(now), now)
    bad = form(now, name="", starts_at=now, slot_minutes=None, slots=0, tables=999)
    with pytest.raises(InvalidInput) as refused:
        set_up(session, _here.staff, bad, now)
    assert set(refused.value.fields) == {"name", "starts_at", "slot_minutes", "slots", "tables"}


def test_that_two_go_on_talking_is_written_down_though_a_post_was_withdrawn_and_the_deal_comes_later(fair, clock):
    session, here = fair
    (meeting,) = arranged(session, here, clock.now())
    here.offer.state = PostState.WITHDRAWN
    clock.advance(timedelta(days=14, minutes=1))

    for _ in range(2):
        record_outcome(session, here.staff, here.event.public_id, meeting.id, MeetingOutcome.TALKS, clock.now())
    assert (meeting.outcome, meeting.deal_id) == (MeetingOutcome.TALKS, None)

    here.offer.state = PostState.PUBLISHED
    record_outcome(session, here.staff, here.event.public_id, meeting.id, MeetingOutcome.TALKS, clock.now())
    assert meeting.deal_id is not None


def test_two_accounts_that_become_one_have_no_meeting_with_themselves(fair, clock):
    session, here = fair
    arranged(session, here, clock.now())
    version = here.event.version
    here.buyer.unionid = "union"
    identity = session.scalars(select(WeChatIdentity).where(WeChatIdentity.user_id == here.seller.id)).one()

    merge_into(session, identity=identity, loser=here.seller, winner=here.buyer, now=clock.now())

    assert session.scalars(select(EventMeeting)).all() == []
    assert here.event.version == version + 1
    assert any("没有排到的了" in text for text in told(session, here.buyer))
