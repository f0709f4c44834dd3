"""Two accounts of one person become one: what each says of a right, and who may see what was brought with it."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.db import Database
from models import CustodyLetter, CustodyPaper, CustodyRight, LetterKind, LetterState
from services.custody.letter_terms import LetterDays
from services.custody.letters import close_letter, extend_letter, record_letter
from services.identity_merge import merge_into
from tests.services.custody.test_papers import add
from tests.support.custody import bring, join, make_owner
from tests.support.rights import make_right


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    return clock.now()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


def record(session: Session, user_id: int, right: CustodyRight, now: datetime) -> CustodyLetter:
    days = LetterDays(received_on=date(2026, 11, 20))
    return record_letter(
        session, user_id=user_id, right_id=right.public_id, kind=LetterKind.CORRECTION, days=days, now=now
    ).row


@pytest.mark.parametrize("is_companys", [False, True])
def test_papers_of_a_right_of_ones_own_do_not_come_before_a_company(
    session: Session, now: datetime, is_companys: bool
) -> None:
    winner, loser = make_owner(session, now), make_owner(session, now)
    make_right(session, now)
    own = bring(session, winner.user_id, now)
    private = add(session, winner.user_id, own.public_id, now, "mine")
    if is_companys:
        join(session, loser.user_id, now)
    theirs = add(session, loser.user_id, bring(session, loser.user_id, now).public_id, now, "theirs")
    private_id, theirs_id, own_id = private.id, theirs.id, own.id
    winner.user.unionid = "oUnion1"

    merge_into(session, identity=loser.identity, loser=loser.user, winner=winner.user, now=now)

    papers = set(session.scalars(select(CustodyPaper.id).where(CustodyPaper.right_id == own_id)))
    assert papers == ({theirs_id} if is_companys else {private_id, theirs_id})


def test_what_one_account_did_about_a_letter_holds_for_both(session: Session, now: datetime) -> None:
    winner, loser = make_owner(session, now), make_owner(session, now)
    make_right(session, now)
    kept, other = (bring(session, each.user_id, now) for each in (winner, loser))
    letter, same = record(session, winner.user_id, kept, now), record(session, loser.user_id, other, now)
    extend_letter(session, user_id=loser.user_id, public_id=same.public_id, months=2, now=now)
    close_letter(session, user_id=loser.user_id, public_id=same.public_id, state=LetterState.DONE, now=now)
    other.inventors, kept.inventors = ["王某"], []
    other.set_aside_until, kept.set_aside_until = date(2027, 6, 1), date(2027, 3, 1)
    kept_id, letter_id, due_on = kept.id, letter.id, same.due_on
    winner.user.unionid = "oUnion1"

    merge_into(session, identity=loser.identity, loser=loser.user, winner=winner.user, now=now)

    right = session.get_one(CustodyRight, kept_id)
    assert [each.id for each in right.letters] == [letter_id]
    found = right.letters[0]
    assert (found.state, found.extended_months, found.due_on) == (LetterState.DONE, 2, due_on)
    assert found.next_notice_on is None and found.closed_at == now
    assert (right.inventors, right.set_aside_until) == (["王某"], date(2027, 6, 1))


def test_a_letter_taken_back_by_one_account_stays_open_for_who_wrote_it_down(session: Session, now: datetime) -> None:
    winner, loser = make_owner(session, now), make_owner(session, now)
    make_right(session, now)
    kept, other = (bring(session, each.user_id, now) for each in (winner, loser))
    letter, same = record(session, winner.user_id, kept, now), record(session, loser.user_id, other, now)
    close_letter(session, user_id=loser.user_id, public_id=same.public_id, state=LetterState.TAKEN_BACK, now=now)
    extend_letter(session, user_id=winner.user_id, public_id=letter.public_id, months=1, now=now)
    letter_id = letter.id
    winner.user.unionid = "oUnion1"

    merge_into(session, identity=loser.identity, loser=loser.user, winner=winner.user, now=now)

    found = session.get_one(CustodyLetter, letter_id)
    assert (found.state, found.extended_months) == (LetterState.OPEN, 1)
