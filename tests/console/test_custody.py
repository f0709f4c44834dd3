"""Ownership of rights in custody waits in the console for the right role; a decision reaches the owner."""

import pytest
from sqlalchemy import select

from models import CustodyRight, Message, OwnershipProof, ProofBasis, RightKind
from services.custody.proofs import submit_proof
from tests.support.custody import COMPANY, NUMBER, bring, join, make_owner
from tests.support.rights import make_right


@pytest.fixture
def submitted(database, clock, people) -> CustodyRight:
    with database.unit_of_work() as session:
        make_right(session, clock.now())
        owner = make_owner(session, clock.now())
        join(session, owner.user_id, clock.now())
        right = bring(session, owner.user_id, clock.now())
        return submit_proof(
            session, user_id=owner.user_id, public_id=right.public_id, basis=ProofBasis.REGISTER, remark="改过名",
            now=clock.now(),
        )  # fmt: skip


def test_where_there_are_no_two_names_none_is_said_to_differ(database, clock, people, signed_in):
    with database.unit_of_work() as session:
        owner = make_owner(session, clock.now())
        mark = bring(session, owner.user_id, clock.now(), number="12345678", kind=RightKind.TRADEMARK)
        submit_proof(
            session, user_id=owner.user_id, public_id=mark.public_id, basis=ProofBasis.CERTIFICATE, remark="",
            now=clock.now(),
        )  # fmt: skip

    page = signed_in("supervisor").get("/console/custody-proofs").text

    assert "没有可对照的名称" in page and "名称对不上" not in page


def test_a_yes_needs_a_reason_and_tells_the_owner(database, signed_in, submitted):
    browser = signed_in("supervisor")
    page = browser.get("/console/custody-proofs").text
    for words in (NUMBER, COMPANY, "名称一致", "登记簿副本", "改过名", "演示数据"):
        assert words in page
    assert "/console/custody-proofs" in browser.get("/console/notifications").text
    path = f"/console/custody-proofs/{submitted.public_id}"
    decision = {"answer": "prove", "reason": "查过登记簿,一致", "version": str(submitted.version)}

    assert browser.post(path, {**decision, "reason": " "}).status_code == 422
    assert browser.post(path, {**decision, "answer": "maybe"}).status_code == 422
    assert browser.post(path, {**decision, "version": "1"}).status_code == 409
    assert browser.post(path, decision).status_code == 303
    assert browser.post(path, decision).status_code == 409

    with database.reading() as session:
        assert session.scalars(select(CustodyRight.proof)).one() == OwnershipProof.PROVED
        assert session.scalars(select(Message.text)).all() == [
            f"{NUMBER} 的权属核对过了。能不能挂牌、质押,还要看是否有效、年费和共有人。"
        ]
    assert "没有要核对的权属" in browser.get("/console/custody-proofs").text
    assert "托管权属通过" in browser.get("/console/audit").text


def test_a_no_is_read_by_the_owner_and_only_the_right_role_decides(database, signed_in, submitted):
    path = f"/console/custody-proofs/{submitted.public_id}"
    decision = {"answer": "refuse", "reason": "登记簿上是另一家。", "version": str(submitted.version)}
    agent = signed_in("agent")
    agent.get("/console/")
    assert agent.post(path, decision).status_code == 403

    browser = signed_in("administrator")
    browser.get("/console/custody-proofs")
    assert browser.post(path, decision).status_code == 303

    with database.reading() as session:
        assert session.scalars(select(Message.text)).all() == [
            f"{NUMBER} 的权属没核对上:登记簿上是另一家。补齐后可以再提交。"
        ]
