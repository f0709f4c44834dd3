"""Key accounts: marked with a reason and a manager, who comes first, and asked what they need next."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Forbidden, InvalidInput, NotFound
from models import (
    AccountTier,
    AuditEntry,
    CaseStatus,
    DealState,
    HandoffReason,
    KeyAccount,
    Notice,
    PostSide,
    Role,
    Staff,
)
from services.deals.contact import party_of
from services.deals.listing import list_desk
from services.deals.next_need import ask_what_is_next
from services.key_accounts import find_firms, list_accounts, managers_among, mark_account, tiers_of, unmark_account
from services.routing import route_case
from tests.support.credit import make_firm
from tests.support.deals import make_scene
from tests.support.staff import make_case, make_staff


@pytest.fixture
def scene(database, clock):
    """A firm, a supervisor who marks it and a colleague who looks after it."""
    now = clock.now()
    with database.unit_of_work() as session:
        yield session, make_firm(session, now), make_staff(session, now, display_name="周洽", skills=["market"])


def mark(session, firm, manager, now, **other):
    said = {"tier": AccountTier.KEY, "reason": "每年采购三次以上", "manager_id": manager.id, **other}
    return mark_account(session, staff=firm.author, company_id=firm.company.public_id, now=now, **said)


def test_a_firm_is_marked_changed_and_unmarked(scene, clock):
    session, firm, manager = scene
    now = clock.now()
    partner = make_staff(session, now, role=Role.PARTNER)
    for other, field in (
        ({"tier": None}, "tier"), ({"reason": ""}, "reason"), ({"manager_id": None}, "manager"),
        ({"manager_id": partner.id}, "manager"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            mark(session, firm, manager, now, **other)
        assert field in refused.value.fields
    mark(session, firm, manager, now)
    mark(session, firm, manager, now + timedelta(days=9), tier=AccountTier.STRATEGIC)
    account = session.scalars(select(KeyAccount)).one()
    assert tiers_of(session, [firm.company.id, None]) == {firm.company.id: "战略客户"}
    assert list_accounts(session, firm.author) == [account] and account.since > now.date()
    with pytest.raises(Forbidden):
        list_accounts(session, manager)
    unmark_account(session, staff=firm.author, company_id=firm.company.public_id, now=now)
    with pytest.raises(NotFound):
        unmark_account(session, staff=firm.author, company_id=firm.company.public_id, now=now)
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["account_marked", "account_marked", "account_unmarked"]


def test_its_deals_show_the_tier_and_go_to_its_manager_first(scene, clock):
    session, firm, manager = scene
    now = clock.now()
    other = make_staff(session, now, skills=["market"])
    deal = make_scene(session, now).deal
    party_of(deal, PostSide.NEED).company_id = firm.company.id
    session.flush()
    sides = [party.company_id for party in deal.parties]
    assert managers_among(session, sides, [other, manager]) == [other, manager]
    mark(session, firm, manager, now)
    assert managers_among(session, sides, [other, manager]) == [manager]
    assert managers_among(session, sides, [other]) == [other]
    assert [line.tier for line in list_desk(session, firm.author)] == ["重点客户"]


def test_its_buyer_is_asked_once_what_is_needed_next(scene, clock):
    session, firm, manager = scene
    now = clock.now()
    deal = make_scene(session, now, buyer=firm.owner).deal
    party_of(deal, PostSide.NEED).company_id = firm.company.id
    deal.state, deal.state_since = DealState.DONE, now
    session.flush()
    later = now + timedelta(days=31)
    assert ask_what_is_next(session, later) == 0
    mark(session, firm, manager, now)
    assert ask_what_is_next(session, now + timedelta(days=29)) == 0
    assert (ask_what_is_next(session, later), ask_what_is_next(session, later)) == (1, 0)
    asked = session.scalars(select(Notice).where(Notice.key == f"next-need-{deal.id}")).one()
    assert (asked.user_id, asked.choices, asked.is_personal) == (firm.owner.id, ["我想求购技术"], True)


@pytest.mark.parametrize("reason", [HandoffReason.REQUESTED, HandoffReason.COMPLAINT])
def test_its_manager_is_offered_its_requests_first_but_no_complaint_which_may_be_about_them(database, clock, reason):
    now = clock.now()
    with database.unit_of_work() as session:
        case = make_case(session, now, reason=reason)
        firm = make_firm(session, now)
        # Opened while nobody was there; the firm it is for comes with the form.
        case.company_id, case.status = firm.company.id, CaseStatus.WAITING
        make_staff(session, now, skills=["financing"])
        manager = make_staff(session, now, skills=["financing"])
        mark(session, firm, manager, now)
        route_case(session, case.id, now)
        offered = session.get_one(Staff, case.assignee_id)

    if reason is HandoffReason.COMPLAINT:
        assert offered.role == Role.SUPERVISOR
    else:
        assert offered.id == manager.id


def test_a_firm_is_found_by_part_of_its_name_and_by_its_code_in_either_size(scene):
    session, firm, _ = scene
    name, code = firm.company.name, firm.company.credit_code
    for words in (name[2:4], code, f" {code.lower()} "):
        assert [each.id for each in find_firms(session, firm.author, words)] == [firm.company.id], words
    assert find_firms(session, firm.author, "没有这家") == find_firms(session, firm.author, "  ") == []
