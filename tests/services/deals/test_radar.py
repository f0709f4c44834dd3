"""What is odd about a transfer is flagged for a person, and for nobody else; nothing is stopped by it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput
from models import (
    AuditEntry,
    Company,
    Deal,
    DealState,
    FlagKind,
    FlagState,
    MarketPost,
    PostSide,
    Role,
    StaffNotification,
    TransferFlag,
)
from nlp.market.posts import Mode
from services.deals.radar import look_for_flags, radar_settings
from services.deals.radar_desk import decide_flag, list_flagged, said_flag
from services.deals.view import view_deal
from services.privacy import erase_user
from tests.support.deals import PHONES, Scene, agree, keep_rights, make_scene, settle
from tests.support.rights import make_right
from tests.support.staff import make_staff


def make_transfer(session, now, **given) -> Scene:
    scene = make_scene(session, now, **given)
    agree(session, scene, now)
    settle(session, scene, now, mode=Mode.TRANSFER)
    return scene


def kinds(session, scene: Scene) -> list[str]:
    flags = session.scalars(select(TransferFlag).where(TransferFlag.deal_id == scene.deal.id))
    return sorted(flag.kind for flag in flags)


def sign(deal: Deal, day) -> None:
    deal.state, deal.signed_on = DealState.DONE, day


def test_a_plain_transfer_and_a_licence_are_not_flagged(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        make_staff(session, now, role=Role.SUPERVISOR)
        scene = make_transfer(session, now)
        licence = make_scene(session, now)
        agree(session, licence, now)
        settle(session, licence, now)
        session.execute(select(Deal))
        assert kinds(session, scene) == [] == kinds(session, licence)


def test_a_right_that_changes_hands_again_soon_is_flagged_by_whichever_number_it_is_called(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        supervisor = make_staff(session, now, role=Role.SUPERVISOR)
        right = make_right(session, now)
        first = make_transfer(session, now, rights=[right.application_number])
        sign(first.deal, today - timedelta(days=400))
        assert kinds(session, make_transfer(session, now, rights=[right.publication_number])) == []
        first.deal.signed_on = today - timedelta(days=100)
        again = make_transfer(session, now, rights=[right.publication_number])
        assert kinds(session, again) == [FlagKind.FLIP]
        (flag,) = list_flagged(session, supervisor)
        assert first.deal.number in said_flag(flag) and "12个月内" in said_flag(flag)
        told = session.scalars(select(StaffNotification.text).where(StaffNotification.key.contains("-flag-"))).all()
        assert told == [f"转让线索待看:{again.deal.number}"]
        assert again.deal.state == DealState.AGREED, "nothing is stopped by it"
        first.deal.rights = [f"CN {right.application_number[2:6]} {right.application_number[6:]}"]
        session.flush()
        other = make_transfer(session, now, rights=[right.publication_number])
        assert FlagKind.FLIP in kinds(session, other), "however its number was written"


def test_many_rights_of_one_party_in_a_short_time_are_flagged(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    many = radar_settings(china_date(now)).bulk_rights
    with database.unit_of_work() as session:
        few = [f"CN1123456{place:02d}B" for place in range(many - 1)]
        scene = make_transfer(session, now, rights=few)
        assert kinds(session, scene) == []
        one_more = make_transfer(session, now, rights=["CN112399999B"], buyer=scene.buyer)
        assert kinds(session, one_more) == [FlagKind.BULK]
        scene.deal.state_since = now - timedelta(days=91)
        session.flush()
        assert kinds(session, make_transfer(session, now, rights=["CN112399998B"], buyer=scene.buyer)) == []


def test_a_flag_that_was_decided_opens_again_only_for_more_than_was_seen(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    many = radar_settings(china_date(now)).bulk_rights
    with database.unit_of_work() as session:
        supervisor = make_staff(session, now, role=Role.SUPERVISOR)
        few = [f"CN1123456{place:02d}B" for place in range(many)]
        scene = make_transfer(session, now, rights=few)
        early = make_transfer(session, now, rights=["CN112399999B"], buyer=scene.buyer)
        flag = session.scalars(select(TransferFlag).where(TransferFlag.deal_id == early.deal.id)).one()
        decide_flag(session, supervisor, flag.id, FlagState.FINE, "集团内部调整", now, version=flag.version)
        scene.deal.rights = few[:-1]
        session.flush()
        assert look_for_flags(session, early.deal, now) == [], "fewer by now is nothing new"
        assert flag.state == FlagState.FINE
        scene.deal.rights = [*few, "CN112399997B"]
        session.flush()
        assert look_for_flags(session, early.deal, now) == [flag]
        assert (flag.state, flag.details["rights"]) == (FlagState.OPEN, many + 2)


def test_rights_in_no_field_of_the_buyers_are_flagged_only_where_the_buyers_fields_are_known(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        sold = make_right(session, now, ipc_codes=["G01M13/045"])
        scene = make_scene(session, now, rights=[sold.publication_number])
        own = [make_right(session, now, number=f"CN20211012345{place}.7", ipc_codes=["A23L2/00"]) for place in range(3)]
        keep_rights(session, scene.buyer.id, [each.publication_number for each in own[:2]], now)
        agree(session, scene, now)
        settle(session, scene, now, mode=Mode.TRANSFER)
        assert kinds(session, scene) == [], "two rights tell no business"
        keep_rights(session, scene.buyer.id, [own[2].publication_number], now)
        session.flush()
        (flag,) = look_for_flags(session, scene.deal, now)
        assert flag.kind == FlagKind.FIELD and "G01" in said_flag(flag) and "A23" in said_flag(flag)
        assert look_for_flags(session, scene.deal, now) == [], "looked at twice it is one flag"


def test_both_sides_with_one_telephone_or_one_company_are_flagged_without_a_name_or_number(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        company = Company(name="佛山关联有限公司", created_at=now)
        session.add(company)
        session.flush()
        scene = make_scene(session, now)
        agree(session, scene, now)
        scene.buyer.phone = PHONES[PostSide.OFFER]
        settle(session, scene, now, mode=Mode.TRANSFER)
        flag = session.scalars(select(TransferFlag)).one()
        assert flag.details == {"by": ["phone"]}
        for party in scene.deal.parties:
            party.company_id = company.id
        session.flush()
        assert look_for_flags(session, scene.deal, now) == [flag]
        assert flag.details == {"by": ["phone", "company"]}
        assert PHONES[PostSide.OFFER] not in said_flag(flag)
        for side in PostSide:
            assert "线索" not in repr(view_deal(session, scene.deal, side, now))


def test_a_supervisor_decides_with_a_reason_and_other_facts_open_the_flag_again(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        supervisor = make_staff(session, now, role=Role.SUPERVISOR)
        agent = make_staff(session, now, skills=["market"])
        first = make_transfer(session, now)
        sign(first.deal, today)
        again = make_transfer(session, now)
        (flag,) = list_flagged(session, supervisor)
        with pytest.raises(Forbidden):
            list_flagged(session, agent)
        with pytest.raises(Forbidden):
            decide_flag(session, agent, flag.id, FlagState.FINE, "集团内部调整", now, version=flag.version)
        with pytest.raises(InvalidInput):
            decide_flag(session, supervisor, flag.id, FlagState.FINE, "", now, version=flag.version)
        with pytest.raises(Conflict):
            decide_flag(session, supervisor, flag.id, FlagState.FINE, "集团内部调整", now, version=flag.version + 1)
        decide_flag(session, supervisor, flag.id, FlagState.FINE, "集团内部调整", now, version=flag.version)
        assert list_flagged(session, supervisor) == []
        assert list_flagged(session, supervisor, decided=True) == [flag]
        audit = session.scalars(select(AuditEntry).where(AuditEntry.action == "transfer_flag_fine")).one()
        assert (audit.target, audit.staff_id) == (f"deal:{again.deal.number}", supervisor.id)
        assert look_for_flags(session, again.deal, now) == []

        other = make_transfer(session, now)
        sign(other.deal, today)
        session.flush()
        assert look_for_flags(session, again.deal, now) == [flag]
        assert flag.state == FlagState.OPEN
        flag.note = "张某的公司"
        erase_user(session, again.seller, now)
        session.refresh(flag)
        assert flag.note == ""
        assert session.get(MarketPost, again.deal.offer_post_id or 0) is None
