"""Posts wait in the console with their checks beside the words; whoever may decides, and the owner hears of it."""

import pytest
from sqlalchemy import select

from core.outbox import OutboxRow
from models import MarketPost, OwnershipProof, Patent, PostState, User
from nlp.market.posts import Mode
from services.job_names import JobName
from services.market.posting import submit_post, write_post
from services.market.quick_terms import FeeKind, QuickTerms
from tests.support.custody import NUMBER, bring, make_owner
from tests.support.market import OFFER, make_post
from tests.support.people import make_identity
from tests.support.rights import make_right

ANSWERS = {"is_pledged": False, "is_seized": False, "is_licensed_exclusively": True}


@pytest.fixture
def submitted(database, clock, people) -> MarketPost:
    """An offer of a right in custody, which somebody else offers as well; its words are judged as doubtful."""
    with database.unit_of_work() as session:
        make_right(session, clock.now())
        owner = make_owner(session, clock.now()).user_id
        bring(session, owner, clock.now()).proof = OwnershipProof.SUBMITTED
        other = make_post(session, make_identity(session, clock.now()).user_id, clock.now(), title="别人的轴承诊断")
        form = OFFER.model_copy(update={"rights": [NUMBER], "modes": [Mode.TRANSFER], "answers": ANSWERS})
        user = session.get_one(User, owner)
        post = submit_post(session, user, write_post(session, user, form, clock.now()).public_id, clock.now())
        post.quick_terms = QuickTerms(fee=FeeKind.PER_YEAR, years=3, region="广东省", field="水泵").model_dump()
        post.content_verdict, post.content_reason = "review", "有承诺结果的话"
        post.duplicates = [{"id": other.public_id, "kind": "right", "share": 1.0}]
        return post


def test_the_checks_stand_beside_the_words_and_publishing_is_told_and_noted(database, signed_in, submitted):
    browser = signed_in("supervisor")
    page = browser.get("/console/market-posts").text
    for words in (
        "滚动轴承早期故障诊断方法", "提前两周报警", NUMBER, "权属在核对", "等专员核对", "《民法典》第八百七十条",
        "有独占或排他许可", "要凭据", "有承诺结果的话", "别人的轴承诊断", "同一件权利", "匿名",
        "每年15万元,3年,限广东省,领域限水泵",
    ):  # fmt: skip
        assert words in page, words
    path = f"/console/market-posts/{submitted.public_id}"
    decision = {"answer": "publish", "version": str(submitted.version)}

    assert browser.post(path, {**decision, "answer": "maybe"}).status_code == 422
    assert browser.post(path, {**decision, "version": "1"}).status_code == 409
    assert browser.post(path, decision).status_code == 303
    assert browser.post(path, decision).status_code == 409

    with database.reading() as session:
        assert session.scalars(select(MarketPost.state).where(MarketPost.id == submitted.id)).one() == "published"
        asked = set(session.scalars(select(OutboxRow.job_name)))
    assert {JobName.TELL_POST, JobName.MATCH_POST} <= asked
    assert "没有要审核的供需" in browser.get("/console/market-posts").text
    assert "发布供需" in browser.get("/console/audit").text


def test_a_refusal_needs_its_reason_and_what_a_rule_forbids_cannot_be_published(database, signed_in, submitted):
    with database.unit_of_work() as session:
        session.scalars(select(Patent)).one().legal_status = "lapsed"
    path = f"/console/market-posts/{submitted.public_id}"
    version = {"version": str(submitted.version)}
    agent = signed_in("agent")
    agent.get("/console/")
    assert agent.post(path, {**version, "answer": "refuse", "note": "不合适"}).status_code == 403

    browser = signed_in("administrator")
    browser.get("/console/market-posts")
    published = browser.post(path, {**version, "answer": "publish"})
    assert published.status_code == 409 and "第四十四条" in published.text
    assert browser.post(path, {**version, "answer": "refuse", "note": " "}).status_code == 422
    assert browser.post(path, {**version, "answer": "refuse", "note": "专利已经终止"}).status_code == 303

    with database.reading() as session:
        post = session.get_one(MarketPost, submitted.id)
        assert (post.state, post.review_note) == (PostState.REFUSED, "专利已经终止")
    assert "退回供需" in browser.get("/console/audit").text
