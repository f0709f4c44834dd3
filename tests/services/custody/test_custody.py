"""Rights in custody through the services: taken or refused, seen by whom, paid, proved, handed over, ended."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import CHINA, FixedClock
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthorized
from models import (
    CaseOutcome,
    CaseStatus,
    CustodyEvent,
    CustodyRight,
    FeeReduction,
    LegalStatus,
    MemberRole,
    Membership,
    OwnershipProof,
    ProofBasis,
    RightKind,
    Role,
    StaffNotification,
    User,
)
from services.custody.access import get_own_right
from services.custody.adding import Wanted, add_rights
from services.custody.changes import Facts, change_facts, mark_paid
from services.custody.dormant import find_dormant
from services.custody.effects import effects_of_lapse
from services.custody.export import export_rights
from services.custody.leaving import end_custody, hand_over
from services.custody.portfolio import fee_calendar, list_reminded, list_rights
from services.custody.proofs import decide_proof, list_proofs, submit_proof
from services.custody.spreadsheets import read_sheet
from services.identity_merge import merge_into
from services.memberships import leave_company
from services.privacy import erase_user
from tests.support.casework import PLEDGE, make_service_case
from tests.support.custody import NUMBER, bring, join, make_owner
from tests.support.people import make_identity
from tests.support.rights import make_right
from tests.support.staff import make_staff

TODAY = date(2026, 11, 23)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as opened:
        yield opened


def test_a_right_that_our_records_have_takes_everything_from_there(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    owner = make_owner(session, clock.now())

    right = bring(session, owner.user_id, clock.now(), number="ZL 2021 1 0123456.7", title="别的名字")

    assert (right.number, right.title, right.status) == (NUMBER, "一种石墨烯散热膜", LegalStatus.ACTIVE)
    assert (right.owner_names, right.filed_on) == (["广州云测科技有限公司"], date(2021, 3, 15))
    assert (right.paid_year, right.paid_said_on) == (6, None)
    assert (right.next_due_on, right.next_notice_on) == (date(2027, 3, 15), date(2027, 1, 14))
    assert bring(session, owner.user_id, clock.now(), number=NUMBER).id == right.id, "a right is in custody once"


def test_a_wrong_check_digit_is_refused_with_the_numbers_that_may_be_meant(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    owner = make_owner(session, clock.now())
    wanted = [Wanted(number=each) for each in ("CN202110123465.7", "CN202110999999.1", "石墨烯", "CN202120000001.1")]

    added = add_rights(session, user_id=owner.user_id, wanted=wanted, now=clock.now())

    refused = {each.wanted.number: each for each in added.refused}
    assert refused["CN202110123465.7"].repairs == (NUMBER,)
    assert "末位应是" in refused["CN202110999999.1"].reason
    assert "认不出" in refused["石墨烯"].reason
    assert session.scalars(select(CustodyRight)).all() == added.rights


def test_a_patent_that_our_records_lack_has_fees_once_its_filing_day_is_said(
    session: Session, clock: FixedClock
) -> None:
    owner = make_owner(session, clock.now())
    right = bring(session, owner.user_id, clock.now())
    assert (right.patent_kind, right.source, right.next_due_on) == ("invention", "owner", None)
    assert fee_calendar(session, user_id=owner.user_id, today=TODAY).unknown == (right,)

    facts = Facts(filed_on=date(2021, 3, 15))
    change_facts(session, user_id=owner.user_id, public_id=right.public_id, facts=facts, now=clock.now(), version=1)

    found = fee_calendar(session, user_id=owner.user_id, today=TODAY)
    assert [line.fee.year for line in found.lines] == [7, 8, 9, 10, 11]
    assert dict(found.by_year) == {2027: 2000, 2028: 2000, 2029: 2000, 2030: 4000, 2031: 4000}
    with pytest.raises(Conflict):
        change_facts(session, user_id=owner.user_id, public_id=right.public_id, facts=facts, now=clock.now(), version=1)


def test_what_stands_in_our_records_is_not_the_owners_to_change(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    owner = make_owner(session, clock.now())
    right = bring(session, owner.user_id, clock.now())

    with pytest.raises(Conflict):
        change_facts(
            session, user_id=owner.user_id, public_id=right.public_id, facts=Facts(filed_on=date(2020, 1, 1)),
            now=clock.now(),
        )  # fmt: skip


def test_a_paid_fee_moves_the_calendar_and_the_reminders_on(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    owner = make_owner(session, clock.now())
    right = bring(session, owner.user_id, clock.now())

    mark_paid(session, user_id=owner.user_id, public_id=right.public_id, now=clock.now())

    assert (right.paid_year, right.paid_said_on, right.next_due_on) == (7, TODAY, date(2028, 3, 15))
    with pytest.raises(InvalidInput):
        mark_paid(session, user_id=owner.user_id, public_id=right.public_id, now=clock.now(), year=19)
    change_facts(
        session, user_id=owner.user_id, public_id=right.public_id, facts=Facts(reduction=FeeReduction.SINGLE),
        now=clock.now(),
    )  # fmt: skip
    assert fee_calendar(session, user_id=owner.user_id, today=TODAY).lines[0].fee.payable == 300
    assert [event.kind for event in right.events] == ["added", "paid", "changed"]
    assert right.version == 3


def test_a_payment_that_is_said_twice_is_one_payment(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    owner = make_owner(session, clock.now())
    right = bring(session, owner.user_id, clock.now())
    days = (datetime(2027, 3, 1, 10, tzinfo=CHINA), datetime(2027, 3, 4, 10, tzinfo=CHINA))

    for day in days:
        mark_paid(session, user_id=owner.user_id, public_id=right.public_id, now=day)

    assert (right.paid_year, right.next_due_on) == (7, date(2028, 3, 15))
    assert [event.kind for event in right.events] == ["added", "paid"]
    mark_paid(session, user_id=owner.user_id, public_id=right.public_id, now=datetime(2028, 3, 1, 10, tzinfo=CHINA))
    assert right.paid_year == 8


def test_a_trademark_has_its_renewal_and_a_copyright_no_day(session: Session, clock: FixedClock) -> None:
    owner = make_owner(session, clock.now())
    mark = bring(
        session,
        owner.user_id,
        clock.now(),
        number="第12345678号",
        kind=RightKind.TRADEMARK,
        registered_on=date(2017, 5, 28),
    )
    work = bring(session, owner.user_id, clock.now(), number="2021sr0123456", kind=RightKind.COPYRIGHT)

    assert (mark.number, mark.expires_on) == ("12345678", date(2027, 5, 27))
    assert mark.next_due_on == date(2027, 5, 27)
    assert (work.number, work.next_due_on, work.next_notice_on) == ("2021SR0123456", None, None)
    page = list_rights(session, user_id=owner.user_id, today=TODAY)
    assert [each.right.id for each in page.items] == [mark.id, work.id], "what is due comes first"


def test_colleagues_see_a_companys_right_and_whoever_left_does_not(session: Session, clock: FixedClock) -> None:
    keeper, runner, stranger = (make_owner(session, clock.now()) for _ in range(3))
    company = join(session, runner.user_id, clock.now())
    join(session, keeper.user_id, clock.now(), role=MemberRole.MEMBER)
    right = bring(session, keeper.user_id, clock.now())

    assert right.company_id == company.id
    assert get_own_right(session, runner.user_id, right.public_id) is right
    assert (list_reminded(session, runner.user_id), list_reminded(session, keeper.user_id)) == ([], [right])
    with pytest.raises(NotFound):
        get_own_right(session, stranger.user_id, right.public_id)
    leave_company(session, user_id=keeper.user_id, public_id=company.public_id, now=clock.now())
    with pytest.raises(NotFound):
        get_own_right(session, keeper.user_id, right.public_id)


def test_a_member_says_what_is_paid_and_only_keeper_and_runner_decide(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    keeper, member = make_owner(session, clock.now()), make_owner(session, clock.now())
    join(session, keeper.user_id, clock.now())
    join(session, member.user_id, clock.now(), role=MemberRole.MEMBER)
    right = bring(session, keeper.user_id, clock.now())

    mark_paid(session, user_id=member.user_id, public_id=right.public_id, now=clock.now())
    with pytest.raises(Forbidden):
        end_custody(session, user_id=member.user_id, public_id=right.public_id, now=clock.now())
    with pytest.raises(Forbidden):
        change_facts(
            session, user_id=member.user_id, public_id=right.public_id, facts=Facts(is_reminded=False), now=clock.now()
        )
    row = session.scalars(select(Membership).where(Membership.user_id == member.user_id)).one()
    hand_over(session, user_id=keeper.user_id, public_id=right.public_id, member_id=row.id, now=clock.now())

    assert right.user_id == member.user_id
    end_custody(session, user_id=keeper.user_id, public_id=right.public_id, now=clock.now())
    assert (right.next_notice_on, right.ended_at) == (None, clock.now())
    again = bring(session, keeper.user_id, clock.now())
    assert again.id != right.id, "what ended may be brought again"


def test_ownership_is_proved_by_staff_with_a_reason_and_on_what_they_saw(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    owner = make_owner(session, clock.now())
    join(session, owner.user_id, clock.now())
    right = bring(session, owner.user_id, clock.now())
    submit_proof(
        session, user_id=owner.user_id, public_id=right.public_id, basis=ProofBasis.REGISTER, remark="", now=clock.now()
    )
    boss, agent = make_staff(session, clock.now(), role=Role.SUPERVISOR), make_staff(session, clock.now())

    waiting, _, _ = list_proofs(session, boss)
    assert [(each.right.id, each.names_agree, each.is_in_record) for each in waiting] == [(right.id, True, True)]
    with pytest.raises(Forbidden):
        list_proofs(session, agent)
    decide = {"staff": boss, "public_id": right.public_id, "is_proved": True, "now": clock.now()}
    with pytest.raises(InvalidInput):
        decide_proof(session, **decide, reason=" ", version=right.version)
    with pytest.raises(Conflict):
        decide_proof(session, **decide, reason="查过登记簿", version=right.version - 1)
    decide_proof(session, **decide, reason="查过登记簿", version=right.version)

    assert (right.proof, right.proof_reason) == (OwnershipProof.PROVED, "查过登记簿")
    with pytest.raises(Conflict):
        decide_proof(session, **decide, reason="查过登记簿", version=right.version)


def test_staff_are_called_to_a_proof_once_until_they_decided(session: Session, clock: FixedClock) -> None:
    owner, boss = make_owner(session, clock.now()), make_staff(session, clock.now(), role=Role.SUPERVISOR)
    right = bring(session, owner.user_id, clock.now())
    ask = {"user_id": owner.user_id, "public_id": right.public_id, "basis": ProofBasis.REGISTER, "now": clock.now()}
    called = select(func.count(StaffNotification.id))

    submit_proof(session, **ask, remark="")
    submit_proof(session, **ask, remark="改过名")
    assert session.scalar(called) == 1
    decide_proof(
        session, staff=boss, public_id=right.public_id, is_proved=False, reason="没查到", version=right.version,
        now=clock.now(),
    )  # fmt: skip
    submit_proof(session, **ask, remark="改过名")
    assert session.scalar(called) == 2


def test_a_right_nothing_is_done_with_is_found_with_what_it_costs(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now(), grant_date=date(2022, 5, 1))
    owner = make_owner(session, clock.now())
    right = bring(session, owner.user_id, clock.now())

    found = find_dormant(session, user_id=owner.user_id, today=TODAY)

    assert [(each.right.id, each.cost) for each in found] == [(right.id, 14000)]
    assert {each.key for each in found[0].advice} == {"list", "open_licence", "keep", "drop"}


def test_lapse_is_told_with_the_open_request_that_rests_on_the_right(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now(), grant_date=date(2022, 5, 1))
    case = make_service_case(session, clock.now(), values={**PLEDGE, "patents": [NUMBER]})
    right = bring(session, case.user_id, clock.now())

    effects = effects_of_lapse(session, right, None)

    assert [each.case_number for each in effects] == [case.number]
    assert find_dormant(session, user_id=case.user_id, today=TODAY) == []


def test_a_company_hears_of_its_members_requests_and_of_nobody_elses(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    keeper, colleague = make_owner(session, clock.now()), make_owner(session, clock.now())
    join(session, keeper.user_id, clock.now())
    right = bring(session, keeper.user_id, clock.now())
    values = {**PLEDGE, "patents": [NUMBER]}
    make_service_case(session, clock.now(), values=values)  # a stranger wrote the company's name
    make_service_case(session, clock.now(), values={**values, "company": "别的公司"}, conversation=keeper)
    join(session, colleague.user_id, clock.now(), role=MemberRole.MEMBER)
    theirs = make_service_case(session, clock.now(), values=values, conversation=colleague)

    assert [each.case_number for each in effects_of_lapse(session, right, None)] == [theirs.number]


@pytest.mark.parametrize(("outcome", "rests"), [(CaseOutcome.DONE, True), (CaseOutcome.WITHDRAWN, False)])
def test_a_pledge_that_was_made_still_rests_on_the_right(
    session: Session, clock: FixedClock, outcome: CaseOutcome, rests: bool
) -> None:
    make_right(session, clock.now(), grant_date=date(2022, 5, 1))
    case = make_service_case(session, clock.now(), values={**PLEDGE, "patents": [NUMBER]})
    right = bring(session, case.user_id, clock.now())
    case.status, case.outcome = CaseStatus.CLOSED, outcome
    session.flush()

    texts = [each.text for each in effects_of_lapse(session, right, None)]

    assert texts == ([f"办成的质押融资 {case.number} 用着这件,还没了结的先问对方"] if rests else [])
    assert (find_dormant(session, user_id=case.user_id, today=TODAY) == []) is rests


def test_a_table_keeps_its_good_rows_and_names_the_bad_ones(session: Session, clock: FixedClock) -> None:
    make_right(session, clock.now())
    owner = make_owner(session, clock.now())
    text = (
        "专利号,专利类型,申请日\r\n"
        f"{NUMBER},发明,2021-03-15\r\nCN202110123456.5,发明,\r\n,,2020/1/1\r\nCN202120000001.1,发明,昨天\r\n"
    )

    sheet = read_sheet(BytesIO(text.encode("gb18030")))
    added = add_rights(session, user_id=owner.user_id, wanted=sheet.wanted, now=clock.now())

    assert [right.number for right in added.rights] == [NUMBER]
    assert [(each.wanted.row, each.reason[:6]) for each in (*added.refused, *sheet.refused)] == [
        (3, "校验位对不上"), (4, "这一行没有号"), (5, "申请日认不出"),
    ]  # fmt: skip


def test_a_workbook_is_read_as_a_table_and_anything_else_is_refused() -> None:
    book, content = Workbook(), BytesIO()
    book.active.append(["权利类型", "号码", "到期日"])
    book.active.append(["商标", 12345678, date(2027, 5, 27)])
    book.save(content)

    assert read_sheet(content).wanted == (
        Wanted(number="12345678", kind=RightKind.TRADEMARK, expires_on=date(2027, 5, 27), row=2),
    )
    for broken in (b"", b"\x00\x01", "名称\r\n散热膜\r\n".encode(), b"PK\x03\x04broken"):
        with pytest.raises(InvalidInput):
            read_sheet(BytesIO(broken))


def test_empty_rows_of_a_workbook_hide_none_behind_them() -> None:
    book, sparse, longer = Workbook(), BytesIO(), BytesIO()
    book.active.append(["权利类型", "号码"])
    book.active["A600"], book.active["B600"] = "商标", 12345678
    book.save(sparse)
    book.active["A6000"], book.active["B6000"] = "商标", 12345679
    book.save(longer)

    assert [each.row for each in read_sheet(sparse).wanted] == [600]
    with pytest.raises(InvalidInput, match="超过5000行"):
        read_sheet(longer)


def test_a_workbook_with_a_broken_sheet_is_refused() -> None:
    book, content, broken = Workbook(), BytesIO(), BytesIO()
    book.active.append(["号码", "名称"])
    book.active.append(["CN202110123456.7", "一种石墨烯散热膜"])
    book.save(content)
    with ZipFile(content) as whole, ZipFile(broken, "w") as archive:
        for name in whole.namelist():
            part = whole.read(name)
            archive.writestr(name, part[: len(part) // 2] if name.startswith("xl/worksheets/") else part)

    with pytest.raises(InvalidInput, match="不是能打开的Excel表格"):
        read_sheet(broken)


def test_the_export_has_every_right_and_no_formula(session: Session, clock: FixedClock) -> None:
    owner = make_owner(session, clock.now())
    bring(session, owner.user_id, clock.now(), title="=HYPERLINK(1)")

    table = export_rights(session, user_id=owner.user_id, today=TODAY)

    assert table.startswith("\ufeff类型,号码")
    assert f"{NUMBER},'=HYPERLINK(1)" in table


def test_erasure_takes_a_persons_own_rights_and_leaves_a_companys_to_who_runs_it(
    session: Session, clock: FixedClock
) -> None:
    keeper, runner = make_owner(session, clock.now()), make_owner(session, clock.now())
    own = bring(session, keeper.user_id, clock.now(), number="CN202110123456.7")
    own_id = own.id
    join(session, runner.user_id, clock.now())
    join(session, keeper.user_id, clock.now(), role=MemberRole.MEMBER)
    theirs = bring(session, keeper.user_id, clock.now(), number="12345678", kind=RightKind.TRADEMARK)

    erase_user(session, session.get_one(User, keeper.user_id), clock.now())
    session.expire_all()

    assert session.get(CustodyRight, own_id) is None
    assert session.get_one(CustodyRight, theirs.id).user_id == runner.user_id
    assert session.scalars(select(CustodyEvent).where(CustodyEvent.user_id == keeper.user_id)).all() == []


def test_two_accounts_of_one_person_have_a_right_once(session: Session, clock: FixedClock) -> None:
    winner, loser = make_owner(session, clock.now()), make_owner(session, clock.now())
    make_right(session, clock.now())
    kept = bring(session, winner.user_id, clock.now())
    same = bring(session, loser.user_id, clock.now())
    other = bring(session, loser.user_id, clock.now(), number="12345678", kind=RightKind.TRADEMARK)
    mark_paid(session, user_id=loser.user_id, public_id=same.public_id, now=clock.now())
    told_next = same.next_notice_on
    same_id, kept_id, other_id = same.id, kept.id, other.id
    winner.user.unionid = "oUnion1"

    merge_into(session, identity=loser.identity, loser=loser.user, winner=winner.user, now=clock.now())

    assert session.get(CustodyRight, same_id) is None
    assert session.get_one(CustodyRight, kept_id).paid_year == 7
    assert session.get_one(CustodyRight, kept_id).next_notice_on == told_next
    assert session.get_one(CustodyRight, other_id).user_id == winner.user_id
    assert {event.kind for event in session.get_one(CustodyRight, kept_id).events} == {"added", "paid"}


@pytest.mark.parametrize("is_companys", [False, True])
def test_a_proof_comes_along_whole_and_only_for_whom_it_was_asked(
    session: Session, clock: FixedClock, is_companys: bool
) -> None:
    winner, loser = make_owner(session, clock.now()), make_owner(session, clock.now())
    make_right(session, clock.now())
    if is_companys:
        join(session, winner.user_id, clock.now())
    kept_id = bring(session, winner.user_id, clock.now()).id
    public_id = bring(session, loser.user_id, clock.now()).public_id
    submit_proof(
        session, user_id=loser.user_id, public_id=public_id, basis=ProofBasis.REGISTER, remark="改过名", now=clock.now()
    )
    winner.user.unionid = "oUnion1"

    merge_into(session, identity=loser.identity, loser=loser.user, winner=winner.user, now=clock.now())

    kept = session.get_one(CustodyRight, kept_id)
    found = (kept.proof, kept.proof_basis, kept.proof_note, kept.proof_asked_at)
    asked = (OwnershipProof.SUBMITTED, ProofBasis.REGISTER, "改过名", clock.now())
    assert found == ((OwnershipProof.CLAIMED, None, None, None) if is_companys else asked)


def test_a_right_that_two_companies_have_stays_with_both_when_their_keeper_turns_out_one_person(
    session: Session, clock: FixedClock
) -> None:
    make_right(session, clock.now())
    winner, loser, runner = (make_owner(session, clock.now()) for _ in range(3))
    join(session, winner.user_id, clock.now())
    join(session, runner.user_id, clock.now(), name="佛山共有人有限公司")
    other = join(session, loser.user_id, clock.now(), name="佛山共有人有限公司", role=MemberRole.MEMBER)
    kept_id, other_id = (bring(session, each.user_id, clock.now()).id for each in (winner, loser))
    winner.user.unionid = "oUnion1"

    merge_into(session, identity=loser.identity, loser=loser.user, winner=winner.user, now=clock.now())

    theirs = session.get_one(CustodyRight, other_id)
    assert (theirs.user_id, theirs.company_id) == (runner.user_id, other.id)
    assert session.get_one(CustodyRight, kept_id).user_id == winner.user_id


def test_nobody_erased_brings_anything(session: Session, clock: FixedClock) -> None:
    identity = make_identity(session, clock.now())
    erase_user(session, identity.user, clock.now())

    with pytest.raises(Unauthorized):
        bring(session, identity.user_id, clock.now())
