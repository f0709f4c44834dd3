"""Posts of the market beside a session: put there by staff, gone with the post, and who asks from there is counted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import china_date
from core.errors import Conflict, Forbidden, NotFound
from models import AuditEntry, Notice, PostSide, SessionPost
from services.deals.enquiring import Enquiry, enquire
from services.market.posting import withdraw_post
from services.privacy import erase_user_by_id
from services.training.shown_posts import (
    MOST_POSTS,
    attach_post,
    detach_post,
    list_attached,
    list_session_posts,
    list_with_posts,
    posts_words,
)
from tests.support.deals import make_person
from tests.support.market import make_post
from tests.support.staff import make_staff
from tests.support.training import make_session


@pytest.fixture
def scene(database, clock):
    """A session, somebody of the training desk, and an owner with an offer."""
    now = clock.now()
    with database.unit_of_work() as session:
        owner = make_person(session, now)
        post = make_post(session, owner.id, now, side=PostSide.OFFER, title="轴承温度监测")
        yield session, make_session(session, now), make_staff(session, now, skills=["training"]), owner, post


def test_a_post_stands_beside_a_session_while_it_is_on_the_board(scene, clock):
    session, held, staff, owner, post = scene
    now = clock.now()
    today = china_date(now)
    row = attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
    assert attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now) is row
    assert list_session_posts(session, held, today) == [post] and list_with_posts(session, now) == [held]
    told = session.scalars(select(Notice)).one()
    assert told.user_id == owner.id and "旁边展示" in told.text
    assert list_session_posts(session, held, post.until + timedelta(days=1)) == []
    withdraw_post(session, owner, post.public_id, now)
    assert list_session_posts(session, held, today) == []
    assert [each.post_id for each in list_attached(session, staff, held)] == [post.id]
    with pytest.raises(NotFound):
        attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
    detach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
    with pytest.raises(NotFound):
        detach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["session_post_shown", "session_post_taken_away"]


def test_who_asks_from_beside_a_session_is_counted_and_not_named(scene, clock):
    session, held, staff, _, post = scene
    now = clock.now()
    row = attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
    for source in (held.public_id, None, "nothing"):
        asked = Enquiry(post_id=post.public_id, name="孙工", phone="13900139002", course_session_id=source)
        enquire(session, make_person(session, now), asked, now)
    session.expire_all()
    assert row.asked == 1
    assert {column.name for column in SessionPost.__table__.columns} == {
        "id", "session_id", "post_id", "asked", "created_at",
    }  # fmt: skip


def test_only_the_training_desk_puts_them_there_and_not_without_end(scene, clock):
    session, held, staff, owner, post = scene
    now = clock.now()
    stranger = make_staff(session, now, skills=["patent"])
    with pytest.raises(Forbidden):
        attach_post(session, staff=stranger, public_id=held.public_id, post_id=post.public_id, now=now)
    for number in range(MOST_POSTS):
        other = make_post(session, owner.id, now, text=f"找第{number}种材料")
        attach_post(session, staff=staff, public_id=held.public_id, post_id=other.public_id, now=now)
    with pytest.raises(Conflict):
        attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
    off = make_session(session, now, cancelled_at=now)
    with pytest.raises(Conflict):
        attach_post(session, staff=staff, public_id=off.public_id, post_id=post.public_id, now=now)


def test_an_erased_owners_post_goes_from_there_too(scene, clock):
    session, held, staff, owner, post = scene
    attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=clock.now())
    erase_user_by_id(session, owner.id, clock.now())
    assert session.scalar(select(func.count()).select_from(SessionPost)) == 0
    assert posts_words(held).startswith("看") and posts_words(held).endswith("的供需")
