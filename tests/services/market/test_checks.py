"""What a post has to pass before it is shown, and what a night may change."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.embedder import LocalEmbedder
from adapters.moderation_words import FailingContentCheck, WordList
from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import UpstreamUnavailable
from core.outbox import OutboxRow
from models import LegalStatus, MarketPost, MemberRole, Message, OwnershipProof, Patent, PostState, Staff, User
from nlp.market.posts import Mode, RightState
from nlp.market.trade_facts import Stage, Verdict
from services.job_names import JobName
from services.market import night
from services.market.checks import NotTradable, TellsTooMuch, check_post, recheck_posts
from services.market.content import check_content
from services.market.findings import read_findings
from services.market.own import list_live_posts, list_matches, list_own_posts
from services.market.posting import Decision, PostForm, change_post, review_post, submit_post, write_post
from services.market.quick_terms import FeeKind, QuickTerms
from services.market.telling import tell_owner
from services.memberships import leave_company
from services.ports import ContentCheck
from tests.support.custody import NUMBER, bring, join, make_owner
from tests.support.market import NEED, OFFER, TEA, Market, open_market
from tests.support.rights import make_right

OWN = OFFER.model_copy(update={"rights": [NUMBER], "modes": [Mode.TRANSFER]})
CLEAN = {"is_pledged": False, "is_seized": False, "is_licensed_exclusively": False}
RECIPE = TEA.model_copy(
    update={
        "text": "茶青在28℃下摇青6分钟,静置干燥90分钟,再加热到260℃杀青。",
        "right_state": RightState.TECHNOLOGY,
        "rights": [],
    }
)


@pytest.fixture
def market(database: Database, clock: FixedClock, tmp_path: Path) -> Market:
    opened = open_market(database, clock, tmp_path, LocalEmbedder())
    with database.unit_of_work() as session:
        make_right(session, clock.now())
        opened.seller = make_owner(session, clock.now()).user_id
        right = bring(session, opened.seller, clock.now())
        right.proof = OwnershipProof.PROVED
    return opened


def write(market: Market, form: PostForm, *, user_id: int | None = None, **options: bool) -> str:
    """Written and handed in."""
    with market.database.unit_of_work() as session:
        user, now = session.get_one(User, user_id or market.seller), market.clock.now()
        post = write_post(session, user, form, now)
        return submit_post(session, user, post.public_id, now, **options).public_id


def get(market: Market, public_id: str) -> MarketPost:
    with market.database.reading() as session:
        return session.scalars(select(MarketPost).where(MarketPost.public_id == public_id)).one()


def asked(market: Market, job: JobName) -> int:
    with market.database.reading() as session:
        return len(session.scalars(select(OutboxRow.id).where(OutboxRow.job_name == job)).all())


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"is_pledged": True}, "《民法典》第四百四十四条"),
        ({"is_seized": True}, "《专利法实施细则》第一百零四条"),
        ({"is_state_owned": True}, "《保守国家秘密法》第三十五条"),
    ],
)
def test_what_a_rule_forbids_is_not_handed_in_and_the_sentence_says_why(
    market: Market, answers: dict[str, bool], said: str
) -> None:
    with pytest.raises(NotTradable) as refusal:
        write(market, OWN.model_copy(update={"answers": CLEAN | answers}))

    assert said in refusal.value.message


def test_facts_of_custody_and_records_are_in_the_findings_and_the_deal_wants_proof(market: Market) -> None:
    post = get(market, write(market, OWN.model_copy(update={"answers": CLEAN})))

    verdicts = {each.rule: each.verdict for each in read_findings(post)}
    assert verdicts == {
        "in_force": Verdict.PASSED, "fees": Verdict.TO_PROVE, "owner": Verdict.PASSED, "pledge": Verdict.PASSED,
        "exclusive": Verdict.PASSED, "seizure": Verdict.PASSED,
    }  # fmt: skip
    with market.database.reading() as session:
        deal = check_post(session, post, market.clock.now(), stage=Stage.DEAL)
    assert {each.rule for each in deal if each.verdict is Verdict.TO_PROVE} == {
        "fees", "pledge", "exclusive", "seizure", "export",
    }  # fmt: skip


def test_a_right_that_lapses_takes_its_offer_off_the_market_until_it_is_back(market: Market) -> None:
    public_id = market.publish(market.seller, OWN.model_copy(update={"answers": CLEAN}))

    def a_night(status: LegalStatus) -> MarketPost:
        market.clock.advance(timedelta(days=1))
        with market.database.unit_of_work() as session:
            session.scalars(select(Patent)).one().legal_status = status
            after: int | None = 0
            while after is not None:
                after = recheck_posts(session, market.clock.now(), after=after)
        return get(market, public_id)

    assert a_night(LegalStatus.ACTIVE).state == PostState.PUBLISHED
    told, matched = asked(market, JobName.TELL_POST), asked(market, JobName.MATCH_POST)

    lapsed = a_night(LegalStatus.LAPSED)
    assert lapsed.state == PostState.SUSPENDED
    assert asked(market, JobName.TELL_POST) == told + 1
    with market.database.unit_of_work() as session:
        assert tell_owner(session, lapsed.id, lapsed.version, market.clock.now())
        assert not tell_owner(session, lapsed.id, lapsed.version - 1, market.clock.now())
        assert "第四十四条" in session.scalars(select(Message.text)).one()

    assert a_night(LegalStatus.ACTIVE).state == PostState.PUBLISHED
    assert asked(market, JobName.MATCH_POST) == matched + 1


def test_the_night_asks_about_every_post_in_portions_and_then_for_matches(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "PORTION", 2)
    ids = [market.publish(market.new_user(), NEED) for _ in range(5)]
    market.clock.advance(timedelta(days=1))
    now = market.clock.now()
    with market.database.unit_of_work() as session:
        night.begin_night(session, now)
        night.begin_night(session, now)

    ran = 0
    while ran < asked(market, JobName.RECHECK_POSTS) and ran < 9:
        assert asked(market, JobName.MATCH_NEEDS) == 0
        with market.database.unit_of_work() as session:
            jobs = select(OutboxRow).where(OutboxRow.job_name == JobName.RECHECK_POSTS).order_by(OutboxRow.id)
            night.go_on(session, now=now, **session.scalars(jobs).all()[ran].arguments)
        ran += 1

    assert (ran, asked(market, JobName.MATCH_NEEDS)) == (4, 1)
    assert {get(market, public_id).checked_at for public_id in ids} == {now}


def test_details_need_a_word_of_their_owner_who_is_asked_again_for_other_words(market: Market) -> None:
    with pytest.raises(TellsTooMuch) as warning:
        write(market, RECIPE)
    assert "《专利法》第二十二条" in warning.value.message and "28℃" in warning.value.message

    public_id = write(market, RECIPE, accepts_disclosure=True)
    with market.database.unit_of_work() as session:
        user, now = session.get_one(User, market.seller), market.clock.now()
        post = session.scalars(select(MarketPost).where(MarketPost.public_id == public_id)).one()
        other = RECIPE.model_copy(update={"text": RECIPE.text + "再复火120分钟,温度控制在95℃。"})
        change_post(session, user, public_id, other, now, version=post.version)
        with pytest.raises(TellsTooMuch):
            submit_post(session, user, public_id, now)


@pytest.mark.parametrize(
    ("text", "state", "verdict"),
    [
        ("滚筒转速自动调。加微信 chaji2026 详谈", PostState.REFUSED, "risky"),
        ("滚筒转速自动调。国家级认证", PostState.REVIEW, "review"),
        ("滚筒转速自动调,替掉守夜的老师傅。", PostState.REVIEW, "pass"),
    ],
)
def test_words_are_judged_after_they_are_handed_in(market: Market, text: str, state: PostState, verdict: str) -> None:
    public_id = write(market, TEA.model_copy(update={"text": text}))

    judge(market, public_id, WordList())

    post = get(market, public_id)
    assert (post.state, post.content_verdict) == (state, verdict)
    assert (post.review_note is not None) is (state == PostState.REFUSED)
    assert asked(market, JobName.TELL_POST) == (state == PostState.REFUSED)


def test_the_terms_of_a_quick_licence_are_judged_with_the_words(market: Market) -> None:
    terms = QuickTerms(fee=FeeKind.PER_YEAR, years=3, region="广东省", field="国家级认证的茶")
    quick = {"modes": [Mode.LICENCE_QUICK], "rights": ["CN112345678B"], "amount": 50_000, "quick_terms": terms}
    public_id = write(market, OFFER.model_copy(update=quick))

    judge(market, public_id, WordList())

    assert get(market, public_id).content_verdict == "review"


def test_where_nobody_can_judge_the_words_the_post_waits_unjudged(market: Market) -> None:
    public_id = write(market, TEA)

    with pytest.raises(UpstreamUnavailable):
        judge(market, public_id, FailingContentCheck())

    assert (get(market, public_id).state, get(market, public_id).content_verdict) == (PostState.REVIEW, None)


def judge(market: Market, public_id: str, content: ContentCheck) -> None:
    post = get(market, public_id)
    check_content(market.database, content, market.memory, post.id, post.version, market.clock.now())


def test_the_same_right_and_near_words_of_another_owner_are_found(market: Market) -> None:
    with market.database.reading() as session:
        publication = session.scalars(select(Patent.publication_number)).one()
    first = market.publish(market.seller, OWN)
    copied = market.publish(market.seller, TEA)
    same_right = OWN.model_copy(
        update={"rights": [publication], "title": "另一个说法", "text": "另一家也在卖这一件专利。"}
    )
    near = TEA.model_copy(update={"text": TEA.text + "价格好谈。", "rights": [], "right_state": RightState.TECHNOLOGY})

    for form, expected in ((same_right, (first, "right")), (near, (copied, "text"))):
        public_id = write(market, form, user_id=market.buyer)
        judge(market, public_id, WordList())
        assert [(row["id"], row["kind"]) for row in get(market, public_id).duplicates] == [expected]


@pytest.fixture
def decide(market: Market) -> Callable[[str, Decision], MarketPost]:
    def run(public_id: str, decision: Decision) -> MarketPost:
        with market.database.unit_of_work() as session:
            staff, version = session.get_one(Staff, market.staff), get(market, public_id).version
            return review_post(session, staff, public_id, decision, market.clock.now(), version=version)

    return run


def test_nobody_publishes_what_a_rule_forbids_by_then(
    market: Market, decide: Callable[[str, Decision], MarketPost]
) -> None:
    public_id = write(market, OWN.model_copy(update={"answers": CLEAN}))
    with market.database.unit_of_work() as session:
        session.scalars(select(Patent)).one().legal_status = LegalStatus.INVALIDATED

    with pytest.raises(NotTradable):
        decide(public_id, Decision(True))

    assert decide(public_id, Decision(False, "专利已无效")).state == PostState.REFUSED


def test_what_is_in_a_companys_custody_proves_nothing_for_a_members_own_offer(market: Market) -> None:
    with market.database.unit_of_work() as session:
        now, member = market.clock.now(), session.get_one(User, market.buyer)
        own = write_post(session, member, OWN, now)
        company = join(session, member.id, now)
        bring(session, member.id, now).proof = OwnershipProof.PROVED
        theirs = write_post(session, member, OWN.model_copy(update={"title": "公司的"}), now)

        assert (own.company_id, theirs.company_id) == (None, company.id)
        for post, verdict in ((own, Verdict.TO_PROVE), (theirs, Verdict.PASSED)):
            (owner,) = [each for each in check_post(session, post, now) if each.rule == "owner"]
            assert owner.verdict is verdict


def test_who_runs_the_company_has_the_posts_of_who_left_and_is_told_of_them(market: Market) -> None:
    now = market.clock.now()
    with market.database.unit_of_work() as session:
        runner = make_owner(session, now)
        company = join(session, runner.user_id, now)
        join(session, market.seller, now, role=MemberRole.MEMBER)
    offer = market.publish(market.seller, OFFER)
    market.match(market.publish(market.buyer, NEED))
    with market.database.unit_of_work() as session:
        leave_company(session, user_id=market.seller, public_id=company.public_id, now=now)

    with market.database.unit_of_work() as session:
        for user_id, has in ((market.seller, 0), (runner.user_id, 1)):
            assert list_live_posts(session, user_id).total == has
            assert len(list_own_posts(session, user_id).items) == has
            assert len(list_matches(session, user_id, today=china_date(now))) == has
        post = get(market, offer)
        assert tell_owner(session, post.id, post.version, now)
        assert session.scalars(select(Message.conversation_id)).all() == [runner.id]
