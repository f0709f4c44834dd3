"""Both sides of a match hear of it: once, by their own pace, with reasons, and only of what still holds."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from adapters.embedder import LocalEmbedder
from core.clock import CHINA, FixedClock
from core.db import Database
from core.outbox import OutboxRow
from models import (
    Delivery,
    FeedbackVerdict,
    HeldBecause,
    MarketMatch,
    MarketPost,
    Message,
    Notice,
    NoticeState,
    PostState,
    Staff,
    User,
)
from services.job_names import JobName
from services.market import match_telling
from services.market.feedback import give_feedback
from services.market.match_telling import PUSHED, ask_to_tell_of, tell_matches
from services.market.posting import Decision, change_post, review_post, submit_post, withdraw_post
from services.market.told import find_told
from services.notices.preferences import Pace, prefer
from services.notices.reading import dismiss, find_last_told
from services.notices.writing import write_due
from services.privacy import erase_user_by_id
from tests.support.market import NEED, OFFER, TEA, Market, open_market

# Instead of the title of a patent whose owner stays unnamed.
FIELD = "结构检测专利"


@pytest.fixture
def market(database: Database, clock: FixedClock, tmp_path: Path) -> Market:
    clock.set(clock.now().astimezone(CHINA).replace(hour=10, minute=0, second=0, microsecond=0))
    opened = open_market(database, clock, tmp_path, LocalEmbedder())
    wish(opened, Pace.AT_ONCE)
    return opened


def wish(market: Market, pace: Pace) -> None:
    with market.database.unit_of_work() as session:
        for user_id in (market.seller, market.buyer):
            prefer(session, user_id, {"opportunity": pace}, market.clock.now())


def jobs(market: Market) -> list[OutboxRow]:
    with market.database.reading() as session:
        asked = select(OutboxRow).where(OutboxRow.job_name == JobName.TELL_MATCHES).order_by(OutboxRow.id)
        return list(session.scalars(asked))


def told(market: Market, user_id: int) -> list[str]:
    """Run what was asked for to be told, and what is due by then; answers all that this person was sent."""
    for row in jobs(market):
        market.clock.set(max(row.run_after, market.clock.now()))
        with market.database.unit_of_work() as session:
            tell_matches(session, now=market.clock.now(), **row.arguments)
    market.clock.advance(timedelta(seconds=20))
    with market.database.unit_of_work() as session:
        write_due(session, user_id, market.clock.now())
    return sent(market, user_id)


def sent(market: Market, user_id: int) -> list[str]:
    with market.database.reading() as session:
        written = select(Message.text).join(Notice, Notice.message_id == Message.id).where(Notice.user_id == user_id)
        return list(session.scalars(written.order_by(Message.id)))


def tapped(market: Market, user_id: int) -> list[str]:
    """What stands below the last message in chat."""
    with market.database.reading() as session:
        sent = select(Delivery.payload).join(Notice, Notice.message_id == Delivery.message_id)
        payload = session.scalars(sent.where(Notice.user_id == user_id).order_by(Delivery.id.desc())).first()
        assert payload is not None
        return re.findall(">([^<]+)</a>", payload["text"])


def pair(market: Market) -> tuple[str, str]:
    """An offer and a need that fit, matched."""
    offer = market.publish(market.seller, OFFER)
    need = market.publish(market.buyer, NEED)
    assert [match.score >= PUSHED for match in market.match(need)] == [True]
    return offer, need


def test_both_sides_hear_why_it_fits_and_what_to_say_and_nobody_is_named(market: Market) -> None:
    pair(market)

    (to_buyer,), (to_seller,) = told(market, market.buyer), told(market, market.seller)

    assert to_buyer.splitlines()[:2] == ["有一条供给和您的“水泵轴承老是烧,想提前知道故障”对得上:", FIELD]
    assert "对得上:主题(" in to_buyer and "价格" in to_buyer
    assert tapped(market, market.buyer) == ["想谈第1个", "我的对接", "不相关"]
    assert "有一条需求和您的“滚动轴承早期故障诊断方法”对得上:\n水泵轴承老是烧,想提前知道故障\n" in to_seller
    for text in (to_buyer, to_seller):
        assert not [figure for figure in ("15", "20", OFFER.rights[0]) if figure in text], text


def test_a_match_is_told_once_however_often_it_is_found_and_the_job_runs(market: Market) -> None:
    _, need = pair(market)
    assert len(told(market, market.buyer)) == 1

    assert len(told(market, market.buyer)) == 1
    market.clock.advance(timedelta(days=1))
    market.match(need)

    assert len(jobs(market)) == 2
    with market.database.unit_of_work() as session:
        assert tell_matches(session, market.buyer, "another", market.clock.now()) == 0


def test_who_is_killed_while_telling_tells_all_of_it_once_afterwards(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair(market)

    def told_but(*_: object) -> object:
        real(*_)
        raise SystemExit

    real = match_telling._tell
    monkeypatch.setattr(match_telling, "_tell", told_but)
    with pytest.raises(SystemExit):
        told(market, market.buyer)
    monkeypatch.undo()

    assert len(told(market, market.buyer)) == 1


def withdrawn(session: Session, market: Market, offer: str) -> None:
    withdraw_post(session, session.get_one(User, market.seller), offer, market.clock.now())


def moved(**columns: object) -> Callable[[Session, Market, str], None]:
    def change(session: Session, market: Market, offer: str) -> None:
        session.execute(update(MarketPost).where(MarketPost.public_id == offer).values(**columns))

    return change


def dismissed_by_other(session: Session, market: Market, offer: str) -> None:
    match = session.scalars(select(MarketMatch)).one()
    give_feedback(session, market.seller, match.public_id, FeedbackVerdict.DISMISSED, market.clock.now())


def answered_already(session: Session, market: Market, offer: str) -> None:
    match = session.scalars(select(MarketMatch)).one()
    give_feedback(session, market.buyer, match.public_id, FeedbackVerdict.INTERESTED, market.clock.now())


def not_so_near(session: Session, market: Market, offer: str) -> None:
    session.execute(update(MarketMatch).values(score=PUSHED - 0.01))


@pytest.mark.parametrize(
    "meanwhile",
    [
        withdrawn,
        moved(state=PostState.SUSPENDED),
        moved(until=OFFER.until.replace(year=2026, month=1)),
        dismissed_by_other,
        answered_already,
        not_so_near,
    ],
)
def test_what_no_longer_holds_when_it_is_due_is_not_told(
    market: Market, meanwhile: Callable[[Session, Market, str], None]
) -> None:
    offer, _ = pair(market)
    with market.database.unit_of_work() as session:
        meanwhile(session, market, offer)

    assert told(market, market.buyer) == []


def test_what_was_dismissed_and_is_written_anew_is_told_again(market: Market) -> None:
    offer, need = pair(market)
    assert len(told(market, market.buyer)) == 1
    with market.database.unit_of_work() as session:
        (notice,) = find_last_told(session, market.buyer, market.clock.now())
        dismiss(session, market.buyer, notice.public_id, market.clock.now())
    market.clock.advance(timedelta(hours=1))
    with market.database.unit_of_work() as session:
        owner, staff, now = (
            session.get_one(User, market.seller),
            session.get_one(Staff, market.staff),
            market.clock.now(),
        )
        form = OFFER.model_copy(update={"text": OFFER.text + "也装过压缩机。"})
        version = session.scalars(select(MarketPost.version).where(MarketPost.public_id == offer)).one()
        change_post(session, owner, offer, form, now, version=version)
        version = submit_post(session, owner, offer, now).version
        review_post(session, staff, offer, Decision(True), now, version=version)
    market.match(need)

    both = told(market, market.buyer)
    assert len(both) == 2 and all(FIELD in text for text in both)
    with market.database.unit_of_work() as session:
        erase_user_by_id(session, market.seller, market.clock.now())
    assert not [text for text in sent(market, market.buyer) if FIELD in text], "the first quotes them as well"


def test_what_was_answered_takes_no_place_from_what_is_new(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_telling, "MOST_AT_ONCE", 1)
    pair(market)
    other = OFFER.model_copy(update={"text": f"{OFFER.text}装过压缩机。"})
    market.match(market.publish(market.new_user(), other))
    with market.database.unit_of_work() as session:
        best, second = session.scalars(select(MarketMatch).order_by(MarketMatch.score.desc(), MarketMatch.id))
        assert second.score >= PUSHED
        give_feedback(session, market.buyer, best.public_id, FeedbackVerdict.INTERESTED, market.clock.now())
        assert tell_matches(session, market.buyer, "run", market.clock.now()) == 1
        assert (best.need_told is None, second.need_told is None) == (True, False)


def test_what_is_far_is_asked_about_by_nobody(market: Market) -> None:
    offer, _ = pair(market)
    asked = len(jobs(market))
    with market.database.unit_of_work() as session:
        not_so_near(session, market, offer)
        session.execute(update(MarketMatch).values(need_told=None, offer_told=None))
        market.clock.advance(timedelta(days=1))
        ask_to_tell_of(session, session.scalars(select(MarketMatch)).all(), market.clock.now())

    assert len(jobs(market)) == asked


def test_many_are_one_message_that_names_the_best_three(market: Market) -> None:
    for number in range(5):
        form = OFFER.model_copy(update={"text": f"{OFFER.text}第{number}种装法。"})
        market.publish(market.new_user(), form)
    market.publish(market.seller, TEA)

    market.match(market.publish(market.buyer, NEED))

    (text,) = told(market, market.buyer)
    assert text.startswith("有5条和您的“水泵轴承老是烧,想提前知道故障”对得上:\n1. 供给 ")
    assert "\n3. " in text and "\n4. " not in text
    assert "还有2条在“我的对接”里。" in text


def test_by_default_all_of_a_day_waits_for_the_next_summary(market: Market) -> None:
    wish(market, Pace.DAILY)
    pair(market)
    market.clock.advance(timedelta(hours=3))
    market.match(market.publish(market.buyer, NEED.model_copy(update={"text": "风机轴承老是烧,想提前知道故障。"})))

    to_buyer = [row for row in jobs(market) if row.arguments["user_id"] == market.buyer]
    assert [row.run_after.astimezone(CHINA).strftime("%H:%M") for row in to_buyer] == ["08:50"]
    for row in to_buyer:
        market.clock.set(row.run_after)
        with market.database.unit_of_work() as session:
            assert tell_matches(session, now=market.clock.now(), **row.arguments) == 2
    market.clock.advance(match_telling.AHEAD)
    with market.database.unit_of_work() as session:
        assert write_due(session, market.buyer, market.clock.now()) == 1
    (text,) = sent(market, market.buyer)
    with market.database.reading() as session:
        titles = session.scalars(select(Notice.title).order_by(Notice.id)).all()
    assert titles == ["供需有2条新对接"]
    assert text.startswith("有2条和您的供需对得上:\n1. 供给 结构检测专利(对“")


def test_whoever_wants_no_opportunities_is_sent_none(market: Market) -> None:
    wish(market, Pace.OFF)
    pair(market)

    assert told(market, market.buyer) == []


def test_what_the_other_side_was_told_of_an_erased_person_is_gone(market: Market) -> None:
    pair(market)
    (before,) = told(market, market.buyer)
    assert FIELD in before
    told(market, market.seller)

    with market.database.unit_of_work() as session:
        erase_user_by_id(session, market.seller, market.clock.now())

    (after,) = sent(market, market.buyer)
    assert FIELD not in after and "已按其要求删除" in after
    with market.database.reading() as session:
        rows = session.scalars(select(Notice)).all()
        assert not [row for row in rows if FIELD in row.text or FIELD in str(row.facts)]


def test_what_waits_to_be_told_of_an_erased_person_is_not_told(market: Market) -> None:
    pair(market)
    for row in jobs(market):
        market.clock.set(max(row.run_after, market.clock.now()))
        with market.database.unit_of_work() as session:
            tell_matches(session, now=market.clock.now(), **row.arguments)
    with market.database.unit_of_work() as session:
        erase_user_by_id(session, market.seller, market.clock.now())
        waiting = session.scalars(select(Notice.id).where(Notice.state == NoticeState.WAITING)).all()

    assert waiting == []
    market.clock.advance(timedelta(minutes=1))
    with market.database.unit_of_work() as session:
        assert write_due(session, market.buyer, market.clock.now()) == 0


def waits(market: Market, others: int) -> tuple[list[str], str]:
    """Several offers that fit a need: the summary that names them is written and due, the message is not."""
    offers = [
        market.publish(market.new_user(), OFFER.model_copy(update={"text": f"{OFFER.text}第{number}种装法。"}))
        for number in range(others)
    ]
    need = market.publish(market.buyer, NEED)
    market.match(need)
    for row in jobs(market):
        market.clock.set(max(row.run_after, market.clock.now()))
        with market.database.unit_of_work() as session:
            tell_matches(session, now=market.clock.now(), **row.arguments)
    return offers, need


def write(market: Market, user_id: int) -> int:
    market.clock.advance(timedelta(seconds=20))
    with market.database.unit_of_work() as session:
        return write_due(session, user_id, market.clock.now(), [match_telling.ROOM])


@pytest.mark.parametrize("meanwhile", [withdrawn, moved(state=PostState.SUSPENDED), not_so_near])
def test_what_ends_between_the_summary_and_its_message_is_not_named(
    market: Market, meanwhile: Callable[[Session, Market, str], None]
) -> None:
    (offer,), _ = waits(market, 1)
    with market.database.unit_of_work() as session:
        seller = session.scalars(select(MarketPost.user_id).where(MarketPost.public_id == offer)).one()
        market.seller = seller
        meanwhile(session, market, offer)

    assert (write(market, market.buyer), sent(market, market.buyer)) == (0, [])
    with market.database.reading() as session:
        held = session.scalars(select(Notice).where(Notice.user_id == market.buyer)).one()
        again = session.scalars(select(MarketMatch)).one()
    assert (held.state, held.held_because) == (NoticeState.HELD, HeldBecause.CANCELLED)
    assert again.need_told is None, "it is news if it comes back"
    assert (held.text, held.facts) == ("", {}), "nothing of the other side stays where its erasure would not look"


def test_of_three_that_wait_the_two_that_are_left_are_named_and_a_place_means_them(market: Market) -> None:
    waits(market, 3)
    with market.database.unit_of_work() as session:
        first = session.scalars(select(MarketMatch).where(MarketMatch.need_place == 1)).one()
        left = [
            match.id
            for match in session.scalars(
                select(MarketMatch).where(MarketMatch.need_place > 1).order_by(MarketMatch.need_place)
            )
        ]
        session.execute(update(MarketPost).where(MarketPost.id == first.offer_id).values(state=PostState.SUSPENDED))

    assert write(market, market.buyer) == 1
    (text,) = sent(market, market.buyer)
    assert text.startswith("有2条和您的“水泵轴承老是烧,想提前知道故障”对得上:\n1. ") and "\n3. " not in text
    with market.database.reading() as session:
        named = find_told(session, market.buyer, market.clock.now())
        assert named is not None and [each.match.id for each in named[1]] == left


def test_one_that_is_left_of_two_reads_as_one_and_is_dismissed_as_one(market: Market) -> None:
    waits(market, 2)
    with market.database.unit_of_work() as session:
        gone = session.scalars(select(MarketMatch).where(MarketMatch.need_place == 1)).one()
        left = session.scalars(select(MarketMatch.public_id).where(MarketMatch.need_place == 2)).one()
        session.execute(update(MarketPost).where(MarketPost.id == gone.offer_id).values(state=PostState.SUSPENDED))

    assert write(market, market.buyer) == 1
    (text,) = sent(market, market.buyer)
    assert text.startswith("有一条供给和您的“")
    with market.database.reading() as session:
        (notice,) = find_last_told(session, market.buyer, market.clock.now())
    assert notice.subject == f"match:{left}"
