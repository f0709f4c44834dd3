"""Who is asked, and who asks: whoever has the post now, nobody who is gone, two at once without waiting for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Conflict, InvalidInput, Unauthorized
from core.i18n import chinese_date
from models import Deal, DealState, MarketMatch, MemberRole, PostSide, User
from services.deals import asking, enquiring
from services.deals.clock_work import look_at_deal
from services.deals.contact import party_of
from services.deals.ending import Reason, end_deal
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.settings import deal_settings
from services.memberships import leave_company
from services.privacy import erase_user
from tests.support.custody import join
from tests.support.deals import BUNDLE, NAMES, PHONES, agree, make_person, make_post, make_scene

REACHED = {"name": NAMES[PostSide.NEED], "phone": PHONES[PostSide.NEED]}


def test_a_post_whose_writer_left_the_company_is_answered_by_who_runs_it(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        boss, writer, buyer = (make_person(session, now) for _ in range(3))
        company = join(session, boss.id, now)
        join(session, writer.id, now, role=MemberRole.MEMBER)
        post = make_post(session, writer.id, now)
        post.company_id = company.id
        session.flush()
        leave_company(session, user_id=writer.id, public_id=company.public_id, now=now)

        deal = enquire(session, buyer, Enquiry(post_id=post.public_id, **REACHED), now)

        assert party_of(deal, PostSide.OFFER).user_id == boss.id
        with pytest.raises(InvalidInput):
            enquire(session, writer, Enquiry(post_id=post.public_id, **REACHED), now)


def test_a_companys_name_stands_beside_who_acts_for_it_not_who_wrote_it_in_a_form(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        seller, boss, stranger = (make_person(session, now) for _ in range(3))
        company = join(session, boss.id, now)
        stranger.company_id = company.id
        asked = Enquiry(post_id=make_post(session, seller.id, now).public_id, **REACHED)

        deals = [enquire(session, each, asked, now) for each in (boss, stranger)]

        assert [party_of(deal, PostSide.NEED).company_id for deal in deals] == [company.id, None]


def test_who_asked_without_a_post_talks_about_the_one_that_the_other_side_found(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        seller, buyer = make_person(session, now), make_person(session, now)
        offer = make_post(session, seller.id, now)
        need = make_post(session, buyer.id, now, side=PostSide.NEED, rights=[])
        match = MarketMatch(need_id=need.id, offer_id=offer.id, score=1.0, found_at=now, changed_at=now)
        session.add(match)
        session.flush()
        asked = enquire(session, seller, Enquiry(post_id=need.public_id, **REACHED), now)
        assert (asked.offer_post_id, asked.rights) == (None, [])

        deal = enquire(session, buyer, Enquiry(match_id=match.public_id, **REACHED), now)

        assert (deal.id, deal.state) == (asked.id, DealState.TALKING)
        assert (deal.offer_post_id, deal.rights) == (offer.id, offer.rights)


def test_nobody_erased_asks(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        seller, buyer = make_person(session, now), make_person(session, now)
        post = make_post(session, seller.id, now)
        erase_user(session, buyer, now)
        with pytest.raises(Unauthorized):
            enquire(session, buyer, Enquiry(post_id=post.public_id, **REACHED), now)
        assert session.scalar(select(func.count(Deal.id))) == 0


def test_two_who_ask_each_other_about_different_posts_at_once_both_get_through(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holds its own row and its post, and names the other. SQLite lets one write at a time."""
    now = clock.now()
    with database.unit_of_work() as session:
        people = [make_person(session, now).id for _ in range(2)]
        posts = [make_post(session, user_id, now).public_id for user_id in people]
    meeting = threading.Barrier(2 if database.engine.dialect.name == "postgresql" else 1, timeout=10)
    number_of = enquiring.next_case_number

    def meets(*given):
        meeting.wait()
        return number_of(*given)

    monkeypatch.setattr(enquiring, "next_case_number", meets)

    def ask(user_id: int, post_id: str) -> str:
        with database.unit_of_work() as session:
            return enquire(session, session.get_one(User, user_id), Enquiry(post_id=post_id, **REACHED), now).number

    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(ask, people, reversed(posts)))
    assert len(set(numbers)) == 2


def test_who_was_refused_asks_about_the_same_post_again_after_the_days_that_settings_say(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        again = Enquiry(post_id=scene.post_id, **REACHED)
        answer_enquiry(session, scene.seller, scene.deal.number, Answer(False), now)
        with pytest.raises(Conflict) as refused:
            enquire(session, scene.buyer, again, now + timedelta(days=29))
        day = china_date(now) + timedelta(days=deal_settings(china_date(now)).ask_again_days)
        assert chinese_date(day) in refused.value.message

        other = make_post(session, scene.seller.id, now, rights=[BUNDLE[1]])
        about_other = Enquiry(post_id=other.public_id, **REACHED)
        assert enquire(session, scene.buyer, about_other, now).state == DealState.ENQUIRED
        assert enquire(session, make_person(session, now), again, now).state == DealState.ENQUIRED
        assert enquire(session, scene.buyer, again, now + timedelta(days=30)).state == DealState.ENQUIRED


def test_who_got_no_answer_or_took_the_question_back_waits_too_and_the_other_side_may_ask(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    late = now + timedelta(days=16)
    with database.unit_of_work() as session:
        unanswered, taken_back = make_scene(session, now), make_scene(session, now)
        look_at_deal(session, unanswered.deal.id, late)
        assert unanswered.deal.state == DealState.DECLINED
        end_deal(session, taken_back.buyer.id, taken_back.deal.number, Reason.CHANGED_MIND, late)
        for scene in (unanswered, taken_back):
            with pytest.raises(Conflict):
                enquire(session, scene.buyer, Enquiry(post_id=scene.post_id, **REACHED), late)

        need = make_post(session, unanswered.buyer.id, now, side=PostSide.NEED, rights=[])
        asked = enquire(session, unanswered.seller, Enquiry(post_id=need.public_id, **REACHED), late)
        assert asked.state == DealState.ENQUIRED


def test_a_talk_that_ended_keeps_nobody_from_asking_again(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        agree(session, scene, now)
        end_deal(session, scene.buyer.id, scene.deal.number, Reason.PRICE, now)
        assert enquire(session, scene.buyer, Enquiry(post_id=scene.post_id, **REACHED), now).number


def test_being_asked_takes_no_room_from_what_one_asks_oneself(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_OPEN", 1)
    now = clock.now()
    with database.unit_of_work() as session:
        asked = make_scene(session, now).seller
        posts = [make_post(session, make_person(session, now).id, now) for _ in range(2)]
        enquire(session, asked, Enquiry(post_id=posts[0].public_id, **REACHED), now)
        with pytest.raises(Conflict):
            enquire(session, asked, Enquiry(post_id=posts[1].public_id, **REACHED), now)
