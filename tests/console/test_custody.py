"""Ownership of rights in custody waits in the console for the right role; a decision reaches the owner."""

import io

import pytest
from sqlalchemy import select

from core.files import new_storage_key
from models import CustodyRight, Message, OwnershipProof, ProofBasis, RightKind
from services.casework.documents import receive
from services.custody.customers import SHOWN
from services.custody.papers import WANTED, add_paper
from services.custody.proofs import LATEST, submit_proof
from tests.support.custody import COMPANY, NUMBER, bring, join, make_owner
from tests.support.rights import make_right
from tests.support.sample_files import pdf


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


def test_a_paper_is_opened_by_who_checks_and_their_looking_is_on_record(database, clock, people, signed_in, submitted):
    with database.unit_of_work() as session:
        right = session.scalars(select(CustodyRight)).one()
        received = receive(io.BytesIO(pdf()), "登记簿副本.pdf", WANTED)
        paper = add_paper(
            session, user_id=right.user_id, right_id=right.public_id, received=received,
            storage_key=new_storage_key(), now=clock.now(),
        )  # fmt: skip
        path = f"/console/custody-papers/{paper.public_id}"
    browser = signed_in("supervisor")

    assert "登记簿副本.pdf" in browser.get("/console/custody-proofs").text
    opened = browser.get(path)
    assert (opened.status_code, opened.location.startswith("/files/custody?t=")) == (302, True)
    assert "打开权属材料" in browser.get("/console/audit").text
    assert signed_in("agent").get(path).status_code == 403


def test_many_proofs_that_wait_come_by_pages_the_oldest_first(database, clock, people, signed_in):
    with database.unit_of_work() as session:
        owner = make_owner(session, clock.now())
        for serial in range(LATEST + 1):
            mark = bring(session, owner.user_id, clock.now(), number=f"{20_000_000 + serial}", kind=RightKind.TRADEMARK)
            submit_proof(
                session, user_id=owner.user_id, public_id=mark.public_id, basis=ProofBasis.CERTIFICATE, remark="",
                now=clock.now(),
            )  # fmt: skip
    browser = signed_in("supervisor")

    first = browser.get("/console/custody-proofs").text
    second = browser.get("/console/custody-proofs?page=1").text

    assert "20000000" in first and f"{20_000_000 + LATEST}" not in first and "下一页" in first
    assert f"{20_000_000 + LATEST}" in second and "20000000" not in second and "上一页" in second


def test_a_companys_rights_are_found_by_its_name_and_come_by_pages(database, clock, people, signed_in):
    with database.unit_of_work() as session:
        owner = make_owner(session, clock.now())
        company = join(session, owner.user_id, clock.now())
        for serial in range(SHOWN + 1):
            bring(session, owner.user_id, clock.now(), number=f"{20_000_000 + serial}", kind=RightKind.TRADEMARK,
                  department="材料学院")  # fmt: skip
        own = make_owner(session, clock.now())
        bring(session, own.user_id, clock.now(), number="29999999", kind=RightKind.TRADEMARK)
    browser = signed_in("supervisor")

    found = browser.get("/console/custody-rights", query_string={"q": "云测"}).text
    second = browser.get(f"/console/custody-rights?company={company.public_id}&page=1").text

    assert COMPANY in found and f"共{SHOWN + 1}件" in found and "20000000" in found and "材料学院" in found
    assert f"{20_000_000 + SHOWN}" in second and "20000000" not in second
    assert "29999999" not in found + second
    assert "没有托管" in browser.get("/console/custody-rights", query_string={"q": "没有这家"}).text
