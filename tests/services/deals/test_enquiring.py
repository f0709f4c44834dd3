"""Who is asked, and who asks: whoever has the post now, nobody who is gone, two at once without waiting for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from core.errors import InvalidInput, Unauthorized
from models import Deal, DealState, MarketMatch, MemberRole, PostSide, User
from services.deals import enquiring
from services.deals.contact import party_of
from services.deals.enquiring import Enquiry, enquire
from services.memberships import leave_company
from services.privacy import erase_user
from tests.support.custody import join
from tests.support.deals import NAMES, PHONES, make_person, make_post

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
