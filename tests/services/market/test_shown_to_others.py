"""What others read of an anonymous post names nobody; one's own posts and sales are read page by page."""

from sqlalchemy import event

from core.clock import FixedClock
from core.db import Database
from models import DealState, PostSide, PostState
from services.deals.enquiring import Enquiry, enquire
from services.deals.listing import labels_of, list_sales
from services.market.own import list_live_posts
from services.market.wording import called_by_others, title_for_others
from tests.support.deals import BUNDLE, NAMES, PHONES, Scene, agree, make_person, make_post, make_scene


def test_the_title_of_a_patent_whose_owner_stays_unnamed_is_its_field(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        seller, buyer = make_person(session, now), make_person(session, now)
        post = make_post(session, seller.id, now, rights=BUNDLE)
        post.classes = ["H01M 10/0525", "H01M 4/36"]
        assert title_for_others(post) == called_by_others(post) == "电池专利3件"
        post.is_anonymous = False
        assert title_for_others(post) == post.title
        post.is_anonymous, post.classes = True, []
        assert title_for_others(post) == "3件专利"
        technology = make_post(session, seller.id, now, rights=[])
        assert title_for_others(technology) == technology.title

        asked = Enquiry(post_id=post.public_id, name=NAMES[PostSide.NEED], phone=PHONES[PostSide.NEED])
        deal = enquire(session, buyer, asked, now)
        assert deal.title == "3件专利"
        agree(session, Scene(seller, buyer, deal, post.public_id), now)
        assert deal.title == post.title


def test_ones_own_posts_come_page_by_page_what_asks_for_something_first(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        owner = make_person(session, now)
        posts = [make_post(session, owner.id, now, side=PostSide.NEED, rights=[]) for _ in range(5)]
        posts[0].state, posts[1].state = PostState.EXPIRED, PostState.WITHDRAWN
        posts[2].state = PostState.REFUSED
        session.flush()
        first = list_live_posts(session, owner.id, limit=3)
        rest = list_live_posts(session, owner.id, offset=first.next_offset or 0, limit=3)
        assert [post.id for post in first.items] == [posts[2].id, posts[4].id, posts[3].id]
        assert ([post.id for post in rest.items], rest.total, rest.next_offset) == ([posts[0].id], 4, None)


def test_sales_are_read_with_as_many_queries_for_many_as_for_one(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scenes = [make_scene(session, now) for _ in range(4)]
        for scene in scenes:
            agree(session, scene, now)
            scene.deal.state = DealState.DONE
            next(party for party in scene.deal.parties if party.side == PostSide.OFFER).user_id = scenes[0].seller.id
        seller_id = scenes[0].seller.id
    counts = []
    for limit in (1, 4):
        with database.reading() as session:
            seen: list[str] = []
            connection = session.connection()
            event.listen(connection, "before_cursor_execute", lambda *given, seen=seen: seen.append(given[2]))
            sales = list_sales(session, seller_id, limit=limit)
            labels = labels_of(session, sales)
            assert list(labels.values()) == [NAMES[PostSide.NEED]] * limit
            counts.append(len(seen))
    assert counts[0] == counts[1]
