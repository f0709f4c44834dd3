"""Claims of companies wait in the console for the right role; a decision has a reason and reaches the owner."""

import re

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, NotFound
from models import Company, Conversation, Delivery, MemberRole, Membership, MemberState, Message, StaffNotification
from services.company_claims import Answer, decide_claim, list_claims
from services.memberships import ask_to_join, claim_company, decide_member
from tests.support.casework import PLEDGE, make_service_case
from tests.support.people import make_conversation, make_identity

NAME = str(PLEDGE["company"])
CODE = "914403001922038216"


@pytest.fixture
def claimants(database, clock, people) -> list[int]:
    """Two people who want to run a company for which a third one filed a case: the ids of their claims."""
    with database.unit_of_work() as session:
        make_service_case(session, clock.now())
        rows = []
        for _ in range(2):
            conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
            rows.append(
                claim_company(session, user_id=conversation.user_id, name=NAME, region=None, credit_code=CODE,
                              now=clock.now())
            )  # fmt: skip
        return [row.id for row in rows]


def told(session, claim_id: int) -> list[str]:
    """What stands in the ledger for the person of a claim."""
    query = (
        select(Message.text)
        .join(Delivery, Delivery.message_id == Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Membership, Membership.user_id == Conversation.user_id)
        .where(Membership.id == claim_id)
    )
    return list(session.scalars(query.order_by(Message.id)))


def test_a_yes_makes_the_owner_keeps_the_code_and_tells_everybody_concerned(database, clock, signed_in, claimants):
    first, second = claimants
    browser = signed_in("supervisor")
    page = browser.get("/console/claims").text
    assert page.count(NAME) == 2 and CODE in page and "别人以它的名义办过1单" in page
    assert "/console/claims" in browser.get("/console/notifications").text

    answer = browser.post(f"/console/claims/{first}", {"answer": "grant", "note": "核对过营业执照"})

    assert answer.status_code == 303
    with database.reading() as session:
        rows = {row.id: row for row in session.scalars(select(Membership))}
        assert (rows[first].state, rows[first].role) == (MemberState.ACTIVE, MemberRole.OWNER)
        assert (rows[second].state, rows[second].role) == (MemberState.PENDING, MemberRole.MEMBER)
        assert session.scalars(select(Company.credit_code)).one() == CODE
        assert told(session, first) == [f"“{NAME}”的认领核对过了,您是负责人。同事要加入,由您同意。"]
        assert "等负责人同意" in told(session, second)[0]
        unread = session.scalars(
            select(StaffNotification.key).where(
                StaffNotification.kind == "company_claim", StaffNotification.read_at.is_(None)
            )
        ).all()
        assert not [key for key in unread if key.startswith(f"membership-{first}-")]
    after = browser.get("/console/claims").text
    assert "没有要核对的认领" in after and "核对过营业执照" in after and "王芳" in after
    assert "通过企业认领" in browser.get("/console/audit").text


def test_a_no_needs_a_reason_which_the_claimant_reads_and_may_claim_again(database, clock, signed_in, claimants):
    browser = signed_in("administrator")
    browser.get("/console/claims")
    path = f"/console/claims/{claimants[0]}"

    for refused in ({"answer": "refuse", "note": " "}, {"answer": "maybe", "note": "名称对不上"}):
        assert browser.post(path, refused).status_code == 422
    assert "名称对不上" in browser.post(path, {"answer": "refuse", "note": "名称对不上" * 50}).text
    assert browser.post(path, {"answer": "refuse", "note": "名称对不上"}).status_code == 303
    assert browser.post(path, {"answer": "grant", "note": "再看一次"}).status_code == 409

    with database.unit_of_work() as session:
        row = session.get_one(Membership, claimants[0])
        assert row.state == MemberState.ENDED and row.user.company_id is None
        assert told(session, row.id) == [f"“{NAME}”的认领没有通过:名称对不上。补齐后可以重新认领。"]
        again = claim_company(session, user_id=row.user_id, name=NAME, region=None, credit_code=None, now=clock.now())
        assert (again.state, again.decided_by_id, again.decision_note) == (MemberState.PENDING, None, None)


def test_only_claims_are_staffs_to_decide_and_only_by_those_who_may(database, clock, people, claimants):
    with database.unit_of_work() as session:
        decide = {"session": session, "note": "核对过", "now": clock.now()}
        decide_claim(staff=people["supervisor"], claim_id=claimants[0], answer=Answer.GRANT, **decide)
        user = make_identity(session, clock.now()).user_id
        company = session.scalars(select(Company)).one()
        joining = ask_to_join(session, user_id=user, public_id=company.public_id, now=clock.now())

        for asked in (joining.id, claimants[1], 10**6):
            with pytest.raises(NotFound):
                decide_claim(staff=people["supervisor"], claim_id=asked, answer=Answer.GRANT, **decide)
        with pytest.raises(Conflict):
            decide_claim(staff=people["administrator"], claim_id=claimants[0], answer=Answer.REFUSE, **decide)
        for role in ("agent", "stranger"):
            with pytest.raises(Forbidden):
                list_claims(session, people[role])
            with pytest.raises(Forbidden):
                decide_claim(staff=people[role], claim_id=claimants[0], answer=Answer.GRANT, **decide)


@pytest.mark.parametrize(
    ("role", "page", "known", "missing"),
    [
        ("agent", 403, 403, 403),
        ("stranger", 403, 403, 403),
        ("supervisor", 200, 303, 404),
        ("administrator", 200, 303, 404),
    ],
)
def test_each_role_meets_claims_as_it_may(signed_in, claimants, role, page, known, missing):
    browser = signed_in(role)
    form = {"answer": "grant", "note": "核对过"}
    assert browser.get("/console/claims").status_code == page
    assert browser.post("/console/claims/999999", form).status_code == missing
    assert browser.post(f"/console/claims/{claimants[0]}", form).status_code == known
    assert bool(re.search("企业认领", browser.get("/console/").text)) == (page == 200)


@pytest.fixture
def quarrel(database, clock, people) -> tuple[int, int]:
    """Somebody runs the company, and another person claims it: the ids of both memberships."""
    with database.unit_of_work() as session:
        rows = []
        for code in (None, CODE):
            conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
            if code is None:
                make_service_case(session, clock.now(), conversation=conversation)
            rows.append(
                claim_company(session, user_id=conversation.user_id, name=NAME, region=None, credit_code=code,
                              now=clock.now())
            )  # fmt: skip
        return rows[0].id, rows[1].id


@pytest.mark.parametrize(
    ("answer", "owner", "claimant", "code", "to_owner", "to_claimant", "audit"),
    [
        (
            "refuse",
            "owner active",
            "owner ended",
            None,
            "没有通过。您还是负责人",
            "没有通过:看过执照",
            "不通过企业认领",
        ),
        ("add", "owner active", "member active", None, "加为成员。您还是负责人", "您是它的成员", "把认领的人加为成员"),
        ("transfer", "member active", "owner active", CODE, "换了负责人,您现在是成员", "您是负责人", "企业换负责人"),
    ],
)
def test_staff_see_both_sides_of_a_quarrel_and_settle_it_and_both_hear(
    database, signed_in, quarrel, answer, owner, claimant, code, to_owner, to_claimant, audit
):
    browser = signed_in("supervisor")
    page = browser.get("/console/claims").text
    assert "现在的负责人" in page and page.count("看会话") == 2 and "换成申请人负责" in page and ">通过<" not in page
    assert "已有负责人" in browser.get("/console/notifications").text
    path = f"/console/claims/{quarrel[1]}"
    assert browser.post(path, {"answer": "grant", "note": "旧页面"}).status_code == 409

    assert browser.post(path, {"answer": answer, "note": "看过执照"}).status_code == 303
    assert browser.post(path, {"answer": answer, "note": "看过执照"}).status_code == 409

    with database.reading() as session:
        rows = [session.get_one(Membership, each) for each in quarrel]
        assert [f"{row.role} {row.state}" for row in rows] == [owner, claimant]
        assert session.scalars(select(Company.credit_code)).one() == code
        assert to_owner in told(session, quarrel[0])[-1]
        assert to_claimant in told(session, quarrel[1])[-1]
    assert audit in browser.get("/console/audit").text
    assert "没有要核对的认领" in browser.get("/console/claims").text


def test_who_runs_the_company_may_let_the_claimant_in_as_a_member_and_staff_see_nothing_left(
    database, clock, signed_in, quarrel
):
    with database.unit_of_work() as session:
        owner, claimant = (session.get_one(Membership, each) for each in quarrel)
        decide_member(
            session, user_id=owner.user_id, public_id=owner.company.public_id, member_id=claimant.id,
            state=MemberState.ACTIVE, role=None, now=clock.now(),
        )  # fmt: skip
        assert (claimant.role, claimant.state) == (MemberRole.MEMBER, MemberState.ACTIVE)
    assert "没有要核对的认领" in signed_in("supervisor").get("/console/claims").text
