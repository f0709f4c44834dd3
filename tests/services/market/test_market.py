"""The market from a post's first word to what people think of its matches."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.embedder import FailingEmbedder, LocalEmbedder
from adapters.vector_store import VectorStore
from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthorized
from core.outbox import OutboxRow
from models import (
    AuditEntry,
    FeedbackVerdict,
    MarketFeedback,
    MarketMatch,
    MarketPost,
    MemberRole,
    PostSide,
    PostState,
    Role,
    Staff,
    User,
)
from nlp.market.posts import Mode, RightState
from services.job_names import JobName
from services.market import matching, posting
from services.market.feedback import FAIR_SHARE, Learnt, Reason, give_feedback
from services.market.memory import as_post
from services.market.own import list_matches
from services.market.posting import (
    Decision,
    PostForm,
    change_post,
    expire_posts,
    renew_post,
    review_post,
    submit_post,
    withdraw_post,
    write_post,
)
from services.market.quick_terms import FeeKind, QuickTerms
from services.memberships import leave_company
from services.privacy import erase_user
from tests.support.custody import join
from tests.support.market import LAST_DAY, NEED, OFFER, TEA, Market, open_market
from tests.support.people import make_identity
from tests.support.staff import make_staff


@pytest.fixture
def market(database: Database, clock: FixedClock, tmp_path: Path) -> Market:
    return open_market(database, clock, tmp_path, LocalEmbedder())


def test_a_new_post_is_matched_at_once_from_either_side(market: Market) -> None:
    offer, tea = market.publish(market.seller, OFFER), market.publish(market.seller, TEA)
    assert market.match(tea) == []

    need = market.publish(market.buyer, NEED)
    (found,) = market.match(need)

    assert found.reasons[-2:] == ["可普通许可", "价格谈得拢"] and found.to_talk == []
    assert found.missing == [] and found.section == "G"
    assert market.match(offer)[0].id == found.id
    with market.database.reading() as session:
        asked = session.scalars(select(OutboxRow.key).where(OutboxRow.job_name == JobName.MATCH_POST)).all()
    assert len(asked) == 3


def test_without_an_embedder_words_alone_match(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    market = open_market(database, clock, tmp_path, FailingEmbedder())
    market.publish(market.seller, OFFER)
    market.publish(market.seller, TEA)

    assert len(market.match(market.publish(market.buyer, NEED))) == 1


def test_one_is_not_matched_with_oneself_nor_with_what_left_the_market(market: Market) -> None:
    market.publish(market.buyer, OFFER)
    need = market.publish(market.buyer, NEED)
    assert market.match(need) == []

    gone = market.publish(market.seller, OFFER)
    market.match(gone)
    with market.database.unit_of_work() as session:
        session.execute(MarketMatch.__table__.delete())
        withdraw_post(session, session.get_one(User, market.seller), gone, market.clock.now())

    assert market.match(need) == []


def test_ones_own_offers_take_no_place_from_others(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "KEPT", 1)
    colleague = market.new_user()
    with market.database.unit_of_work() as session:
        for user_id in (market.buyer, colleague):
            join(session, user_id, market.clock.now())
    for user_id in (market.buyer, colleague, market.seller):
        market.publish(user_id, OFFER)

    (found,) = market.match(market.publish(market.buyer, NEED))

    with market.database.reading() as session:
        assert session.get_one(MarketPost, found.offer_id).user_id == market.seller


def test_the_night_matches_every_need_and_goes_on_where_a_portion_ended(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "PORTION", 1)
    market.publish(market.seller, OFFER)
    market.publish(market.buyer, NEED)
    market.publish(market.new_user(), NEED)

    portions, after = 0, 0
    while portions < 5:
        matching.match_needs(market.database, market.memory, market.clock.now(), run="2026-11-28", after=after)
        portions += 1
        with market.database.reading() as session:
            asked = session.scalars(
                select(OutboxRow).where(OutboxRow.job_name == JobName.MATCH_NEEDS).order_by(OutboxRow.id)
            ).all()
        if len(asked) < portions:
            break
        after = asked[-1].arguments["after"]

    assert portions == 3
    assert len(market.matches()) == 2


def test_what_was_dismissed_does_not_come_again_and_what_is_answered_rises(market: Market) -> None:
    first, second = market.publish(market.seller, OFFER), market.publish(market.new_user(), OFFER)
    need = market.publish(market.buyer, NEED)
    found = {each.offer_id: each for each in market.match(need)}
    assert len(found) == 2

    with market.database.unit_of_work() as session:
        ids = {each.public_id: each.id for each in session.scalars(select(MarketPost))}
        dismissed = found[ids[first]].public_id
        give_feedback(session, market.buyer, dismissed, FeedbackVerdict.INTERESTED, market.clock.now())
        give_feedback(
            session, market.buyer, dismissed, FeedbackVerdict.DISMISSED, market.clock.now(), reason=Reason.SUBJECT
        )
        liked = found[ids[second]].public_id
        give_feedback(session, market.buyer, liked, FeedbackVerdict.INTERESTED, market.clock.now())
        assert session.scalar(select(func.count(MarketFeedback.id))) == 2
        with pytest.raises(NotFound):
            give_feedback(
                session,
                make_identity(session, market.clock.now()).user_id,
                liked,
                FeedbackVerdict.INTERESTED,
                market.clock.now(),
            )
    market.clock.advance(timedelta(hours=1))
    again = {each.offer_id: each for each in market.match(need)}

    assert again[ids[first]].changed_at == found[ids[first]].changed_at
    assert again[ids[second]].score > found[ids[second]].score


def test_a_dismissal_ends_when_the_post_is_published_with_other_words(market: Market) -> None:
    offer = market.publish(market.seller, OFFER)
    need = market.publish(market.buyer, NEED)
    (found,) = market.match(need)

    def rewritten(form: PostForm) -> None:
        with market.database.unit_of_work() as session:
            owner, staff, now = session.get_one(User, market.seller), session.get_one(Staff, market.staff), now_of()
            post = session.scalars(select(MarketPost).where(MarketPost.public_id == offer)).one()
            change_post(session, owner, offer, form, now, version=post.version)
            submit_post(session, owner, offer, now)
            review_post(session, staff, offer, Decision(True), now, version=post.version)

    def now_of() -> datetime:
        market.clock.advance(timedelta(hours=1))
        return market.clock.now()

    def dismiss(reason: Reason | None) -> None:
        with market.database.unit_of_work() as session:
            verdict = FeedbackVerdict.DISMISSED
            give_feedback(session, market.buyer, found.public_id, verdict, market.clock.now(), reason=reason)

    def is_shown() -> bool:
        before = market.matches()[0].changed_at
        market.clock.advance(timedelta(hours=1))
        is_found = market.match(need)[0].changed_at > before
        with market.database.reading() as session:
            assert is_found == bool(list_matches(session, market.buyer, today=china_date(market.clock.now())))
        return is_found

    cheaper = OFFER.model_copy(update={"amount": 100_000})
    dismiss(Reason.SUBJECT)
    rewritten(OFFER)
    rewritten(cheaper)
    assert not is_shown()
    rewritten(cheaper.model_copy(update={"text": OFFER.text + "也装过压缩机。"}))
    assert is_shown()
    dismiss(Reason.PRICE)
    assert not is_shown()
    rewritten(OFFER.model_copy(update={"text": OFFER.text + "也装过压缩机。", "amount": 90_000}))
    assert is_shown()


def test_the_night_forgets_the_vectors_of_what_left_the_market(market: Market) -> None:
    gone, stays = market.publish(market.seller, OFFER), market.publish(market.seller, TEA)
    market.match(gone)
    with market.database.unit_of_work() as session:
        subjects = {row.public_id: as_post(row).subject for row in session.scalars(select(MarketPost))}
        erase_user(session, session.get_one(User, market.buyer), market.clock.now())
        withdraw_post(session, session.get_one(User, market.seller), gone, market.clock.now())
    store = VectorStore.beside(market.folder, LocalEmbedder(), part="market")
    assert store.missing(list(subjects.values()), kind="passage") == []

    matching.match_needs(market.database, market.memory, market.clock.now(), run="2026-11-28")

    later = VectorStore.beside(market.folder, LocalEmbedder(), part="market")
    assert later.missing(list(subjects.values()), kind="passage") == [subjects[gone]]
    assert subjects[stays] != subjects[gone]


def test_a_post_that_many_have_gives_way_to_another_for_who_comes(market: Market) -> None:
    popular = market.publish(market.seller, OFFER)
    asking = market.publish(market.buyer, NEED)
    with market.database.unit_of_work() as session:
        now = market.clock.now()
        ids = {each.public_id: each for each in session.scalars(select(MarketPost))}
        learnt = Learnt(session, PostSide.OFFER, now)
        for number in range(2 * FAIR_SHARE):
            learnt.note(ids[popular].id, of=10_000 + number)
        crowded = learnt.about(ids[asking])[ids[popular].id]
        learnt.note(ids[popular].id, of=ids[asking].id)

        assert crowded == pytest.approx(-0.12)
        assert ids[popular].id not in learnt.about(ids[asking])


def test_a_post_is_of_the_day_on_which_it_was_published_in_china(market: Market) -> None:
    market.clock.advance(datetime(2026, 12, 1, 17, tzinfo=UTC) - market.clock.now())
    offer = market.publish(market.seller, OFFER)

    with market.database.reading() as session:
        row = session.scalars(select(MarketPost).where(MarketPost.public_id == offer)).one()
        assert as_post(row).posted_on == date(2026, 12, 2)


def test_a_post_is_seen_by_nobody_before_staff_published_it(market: Market) -> None:
    now = market.clock.now()
    with market.database.unit_of_work() as session:
        owner, stranger = session.get_one(User, market.seller), session.get_one(User, market.buyer)
        agent = make_staff(session, now, role=Role.AGENT)
        staff = session.get_one(Staff, market.staff)
        post = write_post(session, owner, OFFER, now)
        with pytest.raises(Conflict):
            write_post(session, owner, OFFER, now)
        with pytest.raises(NotFound):
            submit_post(session, stranger, post.public_id, now)
        with pytest.raises(NotFound):
            review_post(session, staff, post.public_id, Decision(True), now, version=post.version)
        submit_post(session, owner, post.public_id, now)
        with pytest.raises(Forbidden):
            review_post(session, agent, post.public_id, Decision(True), now, version=post.version)
        with pytest.raises(InvalidInput):
            review_post(session, staff, post.public_id, Decision(False), now, version=post.version)
        refusal = Decision(False, "请写清楚用在什么设备上")
        review_post(session, staff, post.public_id, refusal, now, version=post.version)
        assert post.state == PostState.REFUSED
        with pytest.raises(Conflict):
            change_post(session, owner, post.public_id, TEA, now, version=1)
        change_post(session, owner, post.public_id, TEA, now, version=post.version)
        assert (post.state, post.title) == (PostState.DRAFT, TEA.title)


def test_nothing_is_published_that_was_written_anew_since_staff_read_it(market: Market) -> None:
    now = market.clock.now()
    with market.database.unit_of_work() as session:
        owner, staff = session.get_one(User, market.seller), session.get_one(Staff, market.staff)
        post = submit_post(session, owner, write_post(session, owner, OFFER, now).public_id, now)
        read = post.version
        change_post(session, owner, post.public_id, TEA, now, version=read)
        submit_post(session, owner, post.public_id, now)
        with pytest.raises(Conflict):
            review_post(session, staff, post.public_id, Decision(True), now, version=read)
        assert post.state == PostState.REVIEW

        review_post(session, staff, post.public_id, Decision(True), now, version=post.version)

        assert session.scalars(select(AuditEntry.action)).all() == ["post_published"]


def test_no_way_leads_around_the_number_of_posts_nor_to_the_same_post_twice(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = market.clock.now()
    with market.database.unit_of_work() as session:
        owner = session.get_one(User, market.seller)
        first = write_post(session, owner, OFFER, now)
        withdraw_post(session, owner, first.public_id, now)
        write_post(session, owner, TEA, now)
        with pytest.raises(Conflict):
            change_post(session, owner, first.public_id, TEA, now, version=first.version)
        monkeypatch.setattr(posting, "MOST_OPEN", 1)
        with pytest.raises(Conflict):
            change_post(session, owner, first.public_id, OFFER, now, version=first.version)


def test_a_post_is_a_companys_only_where_its_owner_acts_for_it(market: Market) -> None:
    now = market.clock.now()
    with market.database.unit_of_work() as session:
        member, stranger = session.get_one(User, market.seller), session.get_one(User, market.buyer)
        company = join(session, member.id, now)
        # A name written in a form.
        stranger.company_id = company.id
        session.flush()

        assert write_post(session, member, OFFER, now).company_id == company.id
        assert write_post(session, stranger, OFFER, now).company_id is None


def test_whoever_left_a_company_has_no_say_in_its_posts_and_who_runs_it_has(market: Market) -> None:
    now, runner = market.clock.now(), market.new_user()
    with market.database.unit_of_work() as session:
        company = join(session, runner, now)
        join(session, market.seller, now, role=MemberRole.MEMBER)
    offer = market.publish(market.seller, OFFER)
    (found,) = market.match(market.publish(market.buyer, NEED))

    with market.database.unit_of_work() as session:
        leave_company(session, user_id=market.seller, public_id=company.public_id, now=now)
        leaver, boss = session.get_one(User, market.seller), session.get_one(User, runner)
        with pytest.raises(NotFound):
            renew_post(session, leaver, offer, LAST_DAY, now)
        with pytest.raises(NotFound):
            give_feedback(session, leaver.id, found.public_id, FeedbackVerdict.INTERESTED, now)
        given = give_feedback(session, boss.id, found.public_id, FeedbackVerdict.INTERESTED, now)

        assert given.side == PostSide.OFFER
        assert withdraw_post(session, boss, offer, now).state == PostState.WITHDRAWN


def test_nobody_erased_writes_a_post(market: Market) -> None:
    with market.database.unit_of_work() as session:
        owner = session.get_one(User, market.seller)
        erase_user(session, owner, market.clock.now())
        with pytest.raises(Unauthorized):
            write_post(session, owner, OFFER, market.clock.now())


def test_a_post_ends_after_its_last_day_and_may_be_renewed(market: Market) -> None:
    offer = market.publish(market.seller, OFFER.model_copy(update={"until": china_date(market.clock.now())}))
    with market.database.unit_of_work() as session:
        assert expire_posts(session, market.clock.now()) == 0
    market.clock.advance(timedelta(days=1))
    now = market.clock.now()

    with market.database.unit_of_work() as session:
        assert expire_posts(session, now) == 1
        owner = session.get_one(User, market.seller)
        with pytest.raises(InvalidInput):
            renew_post(session, owner, offer, china_date(now) + timedelta(days=400), now)
        assert renew_post(session, owner, offer, LAST_DAY, now).state == PostState.PUBLISHED


def terms(**words: str) -> QuickTerms:
    return QuickTerms(fee=FeeKind.PER_YEAR, years=3, **words)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"modes": []}, "modes"),
        ({"rights": []}, "rights"),
        ({"until": date(2020, 1, 1)}, "until"),
        ({"modes": [Mode.OPEN_LICENCE], "right_state": RightState.PENDING}, "modes"),
        ({"modes": [Mode.LICENCE_QUICK], "quick_terms": terms(region="电话13800138000")}, "quick_terms"),
        ({"modes": [Mode.LICENCE_QUICK], "quick_terms": terms(field="水处理 加微信zhi_qiao66")}, "quick_terms"),
    ],
)
def test_an_offer_says_what_it_must(market: Market, change: dict, field: str) -> None:
    with market.database.unit_of_work() as session, pytest.raises(InvalidInput) as refused:
        write_post(session, session.get_one(User, market.seller), OFFER.model_copy(update=change), market.clock.now())

    assert set(refused.value.fields) == {field}


def test_who_is_erased_leaves_no_post_and_no_match(market: Market) -> None:
    market.publish(market.seller, OFFER)
    need = market.publish(market.buyer, NEED)
    (found,) = market.match(need)
    with market.database.unit_of_work() as session:
        give_feedback(session, market.seller, found.public_id, FeedbackVerdict.INTERESTED, market.clock.now())

    with market.database.unit_of_work() as session:
        erase_user(session, session.get_one(User, market.seller), market.clock.now())

    with market.database.reading() as session:
        assert [each.user_id for each in session.scalars(select(MarketPost))] == [market.buyer]
        assert session.scalar(select(func.count(MarketMatch.id))) == 0
