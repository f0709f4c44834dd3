"""What became of matches, on a page for who looks after the market: counted by the week in which they were found."""

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from core.clock import CHINA
from models import Deal, DealState, FeedbackVerdict, MarketFeedback, MarketMatch, MarketPost, PostSide, Role
from services.market.feedback import Reason
from services.market.quality import show_quality
from tests.support.market import make_post
from tests.support.people import make_identity
from tests.support.staff import make_staff


@pytest.fixture
def offer(database, clock) -> MarketPost:
    """One that three needs were matched with: two found it beside the point, one talks to its owner. A fourth need has
    nothing."""
    now = clock.now()
    with database.unit_of_work() as session:
        offer = make_post(session, person(session, now), now, side=PostSide.OFFER, title="乌龙茶摇青机",
                          classes=["A23F 3/06"], published_at=now - timedelta(weeks=1))  # fmt: skip
        needs = [make_post(session, person(session, now), now) for _ in range(4)]
        for need, verdict in zip(needs, ("dismissed", "dismissed", "interested"), strict=False):
            match = MarketMatch(need_id=need.id, offer_id=offer.id, section="A", score=0.8, need_told="matches-1",
                                found_at=now - timedelta(weeks=1), changed_at=now)  # fmt: skip
            session.add(match)
            session.flush()
            reason = Reason.PRICE if verdict == "dismissed" else None
            session.add(MarketFeedback(match_id=match.id, side="need", verdict=verdict, reason=reason, given_at=now))
        session.add(
            Deal(number="GX261123-0001", state=DealState.DONE, asked_by="need", offer_post_id=offer.id,
                 need_post_id=needs[2].id, title="", created_at=now, state_since=now)
        )  # fmt: skip
        return offer


def person(session, now) -> int:
    return make_identity(session, now).user_id


def test_each_match_counts_for_its_week_and_its_field_with_all_that_followed(database, clock, offer):
    with database.unit_of_work() as session:
        quality = show_quality(session, make_staff(session, clock.now(), role=Role.SUPERVISOR), clock.now())

    last, this = quality.weeks[-2:]
    counted = (last.published, last.found, last.told, last.interested, last.dismissed, last.enquired, last.done)
    assert counted == (1, 3, 3, 1, 2, 1, 1)
    assert (this.published, this.found) == (4, 0)
    field = quality.fields[0]
    assert (field.name, field.found, field.told, field.dismissed, field.done) == ("农业和生活", 3, 3, 2, 1)
    assert [(each.side, each.posts, each.without) for each in quality.unmatched] == [("offer", 1, 0), ("need", 4, 1)]
    assert quality.reasons == [("价格", 2)]
    assert (quality.top_share, quality.top_posts) == (1.0, 1)
    assert [(each.post.id, each.dismissed, each.matches) for each in quality.worst] == [(offer.id, 2, 3)]


def test_what_is_older_than_the_weeks_of_the_page_is_not_counted(database, clock, offer):
    clock.advance(timedelta(weeks=10))
    with database.unit_of_work() as session:
        quality = show_quality(session, make_staff(session, clock.now(), role=Role.SUPERVISOR), clock.now())

    assert sum(line.found for line in quality.weeks) == 0
    assert (list(quality.fields), quality.top_share, list(quality.worst)) == ([], None, [])


def test_of_many_offers_the_hundredth_is_counted_whole_and_in_part(database, clock):
    """Of 250 offers the hundredth are three: the two that have four matches, and one of those that have two."""
    now = clock.now()
    with database.unit_of_work() as session:
        owner = person(session, now)
        needs = [make_post(session, owner, now).id for _ in range(4)]
        offers = [make_post(session, owner, now, side=PostSide.OFFER).id for _ in range(250)]
        for place, offer_id in enumerate(offers):
            for need_id in needs[: 4 if place < 2 else 2 if place < 10 else 1]:
                session.add(MarketMatch(need_id=need_id, offer_id=offer_id, score=0.8, found_at=now, changed_at=now))
        quality = show_quality(session, make_staff(session, now, role=Role.SUPERVISOR), now)

    assert (quality.top_posts, quality.top_share) == (3, 10 / (8 + 16 + 240))
    assert quality.weeks[-1].found == 8 + 16 + 240


def test_a_match_counts_for_the_week_in_which_it_was_found_to_the_second(database, clock):
    monday = datetime(2026, 11, 16, tzinfo=CHINA)
    with database.unit_of_work() as session:
        now, owner = clock.now(), person(session, clock.now())
        for moment in (monday - timedelta(seconds=1), monday, monday + timedelta(days=7) - timedelta(seconds=1)):
            offer, need = (make_post(session, owner, now, side=side, published_at=moment) for side in PostSide)
            session.add(MarketMatch(need_id=need.id, offer_id=offer.id, score=0.8, found_at=moment, changed_at=now))
        quality = show_quality(session, make_staff(session, now, role=Role.SUPERVISOR), now)

    assert [(each.published, each.found) for each in quality.weeks[-3:]] == [(2, 1), (4, 2), (0, 0)]


def test_the_page_says_it_in_words_and_shows_the_text_of_an_unwanted_post(signed_in, offer):
    page = signed_in("supervisor").get("/console/match-quality").text

    for words in ("匹配质量", "11月16日起", "占展示中4条的25%", "价格 2", "乌龙茶摇青机", "2次不相关", "农业和生活"):
        assert words in page, words
    assert "匹配质量" in signed_in("supervisor").get("/console/market-posts").text


def test_a_market_without_matches_says_what_will_appear(signed_in):
    page = signed_in("supervisor").get("/console/match-quality").text

    assert "还没有对上的" in page and "没有人说不相关" in page


@pytest.mark.slow
@pytest.mark.serial
def test_a_hundred_thousand_matches_are_counted_in_about_a_second(database, clock):
    now = clock.now()
    with database.unit_of_work() as session:
        owner, staff = person(session, now), make_staff(session, now, role=Role.SUPERVISOR)
        first = make_post(session, owner, now).id
        post = {"user_id": owner, "text": "摇青", "until": (now + timedelta(days=90)).date(), "state": "published",
                "published_at": now, "created_at": now, "changed_at": now, "classes": ["A23F 3/06"]}  # fmt: skip
        session.execute(
            insert(MarketPost), [{**post, "side": "need" if n < 10_000 else "offer"} for n in range(20_000)]
        )
        match = {"score": 0.8, "changed_at": now}
        session.execute(
            insert(MarketMatch),
            [
                {**match, "need_id": first + 1 + n % 10_000, "offer_id": first + 10_001 + (n // 10_000 + n) % 10_000,
                 "found_at": now - timedelta(hours=n % 1_300)}
                for n in range(100_000)
            ],
        )  # fmt: skip
        session.execute(
            insert(MarketFeedback),
            [
                {"match_id": n, "side": "need", "verdict": FeedbackVerdict.DISMISSED, "given_at": now}
                for n in range(1, 100_000, 10)
            ],
        )
        session.flush()
        taken = []
        for _ in range(3):
            begun = time.process_time() if session.get_bind().dialect.name == "sqlite" else time.perf_counter()
            quality = show_quality(session, staff, now)
            ended = time.process_time() if session.get_bind().dialect.name == "sqlite" else time.perf_counter()
            taken.append(ended - begun)
    assert sum(line.found for line in quality.weeks) > 90_000
    print(f"quality of 100,000 matches: {min(taken) * 1000:.0f} ms")  # noqa: T201
    assert min(taken) < 1.5
