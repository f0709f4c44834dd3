"""The index of the words that the board shows: it leaves out nothing that is shown, knows nothing that is not, and is
in step whoever writes."""

import random
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock, china_date
from core.db import Database
from models import MarketPost, PostSide, PostState
from nlp.segmenter import default_segmenter
from services.market.board import BoardQuery, search_board
from services.market.board_words import may_say
from services.market.erasure import forget_posts_of
from services.market.wording import title_for_others
from tests.support.market import make_post
from tests.support.people import make_identity

# Among them letters that a pattern or a query language reads as its own, and two sizes of one letter.
PIECES = (
    "轴承", "水泵", "摇青机", "PLC", "plc", "5G", "50%", "a_b", "3.5", '"', "'", "机", " ", "\n", "\\", "轴",
    "承座", "Ü", "😀机",
)  # fmt: skip
SOUGHT = (
    "轴承", "轴承座", "摇青机", "plc", "PLC 5G", "轴承 水泵 摇青机", "机", "50%", "3.5", "a_b", "水泵轴承座",
    "没有人写过",
)  # fmt: skip


@pytest.fixture
def owner(database: Database, clock: FixedClock) -> int:
    with database.unit_of_work() as session:
        return make_identity(session, clock.now()).user_id


def found(database: Database, *words: str) -> set[int]:
    """Ids that the index knows, whatever the board says of them."""
    with database.reading() as session:
        candidates = may_say(session, words)
        assert candidates is not None
        return set(session.scalars(select(MarketPost.id).where(candidates)))


def drawn(session: Session, owner: int, now: datetime, chance: random.Random) -> MarketPost:
    def said(most: int) -> str:
        return "".join(chance.choices(PIECES, k=chance.randint(0, most)))

    return make_post(
        session, owner, now, side=chance.choice(list(PostSide)), title=said(3), text=said(6),
        state=chance.choice([PostState.PUBLISHED] * 4 + [PostState.DRAFT, PostState.WITHDRAWN]),
        is_anonymous=chance.random() < 0.5, rights=chance.choice([[], ["CN112345678B"]]),
        published_at=now - timedelta(hours=chance.randint(0, 5)),
    )  # fmt: skip


def expected(posts: Sequence[MarketPost], words: Sequence[str]) -> list[int]:
    """By reading every post as it is shown."""

    def weight(post: MarketPost) -> int:
        title = post.title if title_for_others(post) == post.title else ""
        return sum(2 * (word in title.lower()) + (word in post.text.lower()) for word in words)

    listed = [post for post in posts if post.state == PostState.PUBLISHED and weight(post)]
    return [
        post.id for post in sorted(listed, key=lambda post: (-weight(post), -post.published_at.timestamp(), -post.id))
    ]


def test_a_search_finds_exactly_what_reading_every_post_finds(
    database: Database, clock: FixedClock, owner: int
) -> None:
    chance, now = random.Random(7), clock.now()
    with database.unit_of_work() as session:
        posts = [drawn(session, owner, now, chance) for _ in range(150)]
        for post in chance.sample(posts, 60):
            post.state = chance.choice([PostState.PUBLISHED, PostState.EXPIRED, PostState.SUSPENDED])
            post.text, post.is_anonymous = "".join(chance.choices(PIECES, k=5)), chance.random() < 0.5
        session.flush()
        for sought in SOUGHT:
            words = list(dict.fromkeys(word for word in default_segmenter().cut_for_search(sought)))
            words = [word for word in words if len(word) > 1] or words
            page = search_board(session, default_segmenter(), BoardQuery(words=sought), user_id=owner,
                                today=china_date(now), limit=200)  # fmt: skip
            assert [post.id for post in page.items] == expected(posts, words), sought


@pytest.mark.parametrize("state", [each for each in PostState if each is not PostState.PUBLISHED])
def test_what_is_not_on_the_board_is_not_in_the_index(
    database: Database, clock: FixedClock, owner: int, state: PostState
) -> None:
    with database.unit_of_work() as session:
        post = make_post(session, owner, clock.now(), text="乌龙茶摇青机")
        draft = make_post(session, owner, clock.now(), text="乌龙茶摇青机", state=state)
    assert found(database, "摇青") == found(database, "摇青机") == {post.id}

    with database.unit_of_work() as session:
        session.execute(update(MarketPost).where(MarketPost.id == post.id).values(state=state))
        session.execute(update(MarketPost).where(MarketPost.id == draft.id).values(state=PostState.PUBLISHED))

    assert found(database, "摇青") == found(database, "摇青机") == {draft.id}


def test_the_title_of_an_anonymous_offer_of_patents_is_in_the_index_only_while_it_is_shown(
    database: Database, clock: FixedClock, owner: int
) -> None:
    with database.unit_of_work() as session:
        post = make_post(session, owner, clock.now(), side=PostSide.OFFER, title="乌龙茶摇青机", text="自动调转速",
                         rights=["CN112345678B"])  # fmt: skip
    assert (found(database, "摇青机"), found(database, "转速")) == (set(), {post.id})

    for is_anonymous, known in ((False, {post.id}), (True, set())):
        with database.unit_of_work() as session:
            session.get_one(MarketPost, post.id).is_anonymous = is_anonymous
        assert found(database, "摇青机") == known


def test_who_is_erased_leaves_no_word(database: Database, clock: FixedClock, owner: int) -> None:
    with database.unit_of_work() as session:
        make_post(session, owner, clock.now(), text="乌龙茶摇青机")
        other = make_post(session, make_identity(session, clock.now()).user_id, clock.now(), text="摇青的师傅")
        forget_posts_of(session, owner)

    assert (found(database, "摇青"), found(database, "摇青机")) == ({other.id}, set())


def test_two_who_change_a_post_at_once_leave_no_stale_word(database: Database, clock: FixedClock, owner: int) -> None:
    with database.unit_of_work() as session:
        post = make_post(session, owner, clock.now(), title="水泵", text="轴承").id
    both_read = threading.Barrier(2) if not database.is_sqlite else None

    def change(**columns: str) -> None:
        with database.unit_of_work() as session:
            row = session.get_one(MarketPost, post)
            if both_read is not None:  # SQLite lets one write at a time
                both_read.wait(timeout=10)
            for name, value in columns.items():
                setattr(row, name, value)

    threads = [threading.Thread(target=change, kwargs=each) for each in ({"title": "风机"}, {"text": "换热器"})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for gone in ("水泵", "轴承"):
        assert found(database, gone) == set(), gone
    for said in ("风机", "换热", "换热器"):
        assert found(database, said) == {post}, said


def test_a_change_that_is_rolled_back_changes_no_word(database: Database, clock: FixedClock, owner: int) -> None:
    with database.unit_of_work() as session:
        post = make_post(session, owner, clock.now(), text="乌龙茶摇青机").id
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as session:
        session.get_one(MarketPost, post).text = "换热器的清洗"
        session.flush()
        raise ZeroDivisionError

    assert (found(database, "摇青机"), found(database, "换热器")) == ({post}, set())
