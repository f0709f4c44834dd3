"""Details of an offer are read by whoever promised to keep them to themselves, and by nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, InvalidInput, NotFound
from models import MarketPromise, PostSide, User
from services.market.posting import change_post, write_post
from services.market.promises import (
    VERSION,
    count_promises,
    details_for,
    get_guarded_post,
    promise,
    promise_of_deal,
    promise_text,
)
from services.privacy import erase_user_by_id
from tests.support.deals import make_scene
from tests.support.market import NEED, OFFER, make_post
from tests.support.people import make_identity

SECRET = "轴承座上贴三个片,采样每秒两千次。"


@pytest.fixture
def scene(database, clock):
    """An owner's offer with details, and somebody who looks."""
    with database.unit_of_work() as session:
        owner, reader = (make_identity(session, clock.now()).user_id for _ in range(2))
        post = make_post(session, owner, clock.now(), side=PostSide.OFFER, title="轴承监测", details=SECRET)
        yield session, post, owner, reader


def test_details_are_there_once_somebody_promised(scene, clock):
    session, post, owner, reader = scene
    assert details_for(session, owner, post) == SECRET and details_for(session, reader, post) is None
    given = promise(session, reader, post.public_id, VERSION, clock.now())
    again = promise(session, reader, post.public_id, VERSION, clock.now() + timedelta(days=1))
    assert again.id == given.id and again.promised_at == clock.now() and given.post_version == post.version
    assert details_for(session, reader, post) == SECRET and count_promises(session, post) == 1
    stranger = make_identity(session, clock.now()).user_id
    assert details_for(session, stranger, post) is None


def test_nobody_promises_words_that_they_did_not_read_or_to_themselves(scene, clock):
    session, post, owner, reader = scene
    with pytest.raises(Conflict):
        promise(session, reader, post.public_id, VERSION + 1, clock.now())
    with pytest.raises(InvalidInput):
        promise(session, owner, post.public_id, VERSION, clock.now())
    plain = make_post(session, owner, clock.now(), side=PostSide.OFFER, title="没有资料")
    with pytest.raises(NotFound):
        promise(session, reader, plain.public_id, VERSION, clock.now())
    with pytest.raises(NotFound):
        get_guarded_post(session, "nothing", clock.now())
    assert "第五百零一条" in promise_text() and "《反不正当竞争法》第十条" in promise_text()


def test_both_sides_of_a_deal_and_the_broker_find_the_promise(database, clock):
    with database.unit_of_work() as session:
        scene = make_scene(session, clock.now())
        offer = scene.deal.offer_post_id
        assert promise_of_deal(session, scene.deal) is None
        session.add(
            MarketPromise(
                post_id=offer, user_id=scene.buyer.id, version=1, post_version=1, promised_at=clock.now()
            )
        )  # fmt: skip
        session.flush()
        found = promise_of_deal(session, scene.deal)
        assert found is not None and found.version == 1


def test_only_an_offer_has_details_and_they_name_no_contact(database, clock):
    with database.unit_of_work() as session:
        user = session.get_one(User, make_identity(session, clock.now()).user_id)
        for form, said in (
            (NEED.model_copy(update={"details": SECRET}), "只有供给"),
            (OFFER.model_copy(update={"details": "细节打13800138000问"}), "电话"),
        ):
            with pytest.raises(InvalidInput) as refused:
                write_post(session, user, form, clock.now())
            assert said in refused.value.fields["details"]
        post = write_post(session, user, OFFER.model_copy(update={"details": SECRET}), clock.now())
        changed = change_post(session, user, post.public_id, OFFER, clock.now(), version=post.version)
        assert changed.details == ""


def test_who_promised_and_is_erased_is_named_no_more_and_an_erased_offer_leaves_none(scene, clock):
    session, post, owner, reader = scene
    promise(session, reader, post.public_id, VERSION, clock.now())
    erase_user_by_id(session, reader, clock.now())
    session.expire_all()
    assert session.scalars(select(MarketPromise.user_id)).all() == [None]
    erase_user_by_id(session, owner, clock.now())
    assert session.scalar(select(func.count()).select_from(MarketPromise)) == 0
