"""What an owner wants to do with a right, in one word: the form that it opens, or nothing for a year."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound
from models import CustodyEvent, FormDraft, MemberRole, RightKind
from services.custody.adding import Wanted, add_rights
from services.custody.dormant import find_dormant
from services.custody.wishes import Wish, open_wish, set_aside
from tests.support.custody import NUMBER, bring, join
from tests.support.people import make_identity
from tests.support.rights import make_right

TODAY = date(2026, 11, 23)


def test_licence_and_sale_open_an_offer_that_the_record_fills_in(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        make_right(session, clock.now(), abstract="一种散热膜,导热系数高。", ipc_codes=["C01B32/182"])
        user = make_identity(session, clock.now()).user
        right = bring(session, user.id, clock.now())
        sold = open_wish(session, user=user, public_id=right.public_id, wish=Wish.SELL, now=clock.now())
        licensed = open_wish(session, user=user, public_id=right.public_id, wish=Wish.LICENCE, now=clock.now())
        assert (sold.post["modes"], licensed.post["modes"]) == (["transfer"], ["licence_plain"])
        assert sold.post["rights"] == [right.number] and sold.post["title"] == "一种石墨烯散热膜"
        assert sold.post["text"].startswith("一种散热膜")
        wishes = [event.details["wish"] for event in right.events if event.kind == "wished"]
        assert wishes == ["sell", "licence"]
        with pytest.raises(NotFound):
            stranger = make_identity(session, clock.now()).user
            open_wish(session, user=stranger, public_id=right.public_id, wish=Wish.SELL, now=clock.now())


def test_pledge_and_enforcement_open_a_form_with_the_number(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        make_right(session, clock.now())
        user = make_identity(session, clock.now()).user
        right = bring(session, user.id, clock.now())
        pledged = open_wish(session, user=user, public_id=right.public_id, wish=Wish.PLEDGE, now=clock.now())
        defended = open_wish(session, user=user, public_id=right.public_id, wish=Wish.ENFORCE, now=clock.now())
        assert (pledged.service, defended.service) == ("pledge_financing", "enforcement_aid")
        drafts = {draft.kind: draft.values for draft in session.scalars(select(FormDraft))}
        assert drafts["pledge_financing"]["patents"] == [NUMBER]
        assert (drafts["enforcement_aid"]["right"], drafts["enforcement_aid"]["number"]) == ("invention", NUMBER)


def test_a_mark_is_sold_by_staff_and_defended_by_the_form(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        user = make_identity(session, clock.now()).user
        wanted = [Wanted(number="12345678", kind=RightKind.TRADEMARK)]
        (right,) = add_rights(session, user_id=user.id, wanted=wanted, now=clock.now()).rights
        for wish in (Wish.SELL, Wish.LICENCE, Wish.PLEDGE):
            with pytest.raises(Conflict):
                open_wish(session, user=user, public_id=right.public_id, wish=wish, now=clock.now())
        open_wish(session, user=user, public_id=right.public_id, wish=Wish.ENFORCE, now=clock.now())
        (draft,) = session.scalars(select(FormDraft))
        assert draft.values["right"] == "trademark"


def test_a_right_that_is_left_alone_is_not_dormant_for_a_year_until_somebody_takes_it_up(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as session:
        make_right(session, clock.now(), grant_date=date(2022, 5, 1))
        owner, member = (make_identity(session, clock.now()).user for _ in range(2))
        join(session, owner.id, clock.now())
        join(session, member.id, clock.now(), role=MemberRole.MEMBER)
        right = bring(session, owner.id, clock.now())
        assert len(find_dormant(session, user_id=owner.id, today=TODAY)) == 1
        with pytest.raises(Forbidden):
            set_aside(session, user_id=member.id, public_id=right.public_id, now=clock.now())
        opened = open_wish(session, user=owner, public_id=right.public_id, wish=Wish.REST, now=clock.now())
        assert opened.right.set_aside_until == date(2027, 11, 23)
        assert find_dormant(session, user_id=owner.id, today=TODAY) == []
        assert len(find_dormant(session, user_id=owner.id, today=date(2027, 11, 23) + timedelta(days=1))) == 1
        open_wish(session, user=owner, public_id=right.public_id, wish=Wish.SELL, now=clock.now())
        assert right.set_aside_until is None
        assert session.scalars(select(CustodyEvent).where(CustodyEvent.kind == "set_aside")).one()
