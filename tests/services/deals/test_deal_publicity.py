"""The publicity of a price agreed with a public unit: without it, or while it runs or is objected to, no contract."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from models import AuditEntry, DealEvent, DealState, MarketPost, PostSide, PublicityWay
from services.deals.broker import take_deal
from services.deals.checklist import Checker, confirm, confirm_as_broker, open_for
from services.deals.clock_work import look_at_deal
from services.deals.contract import ContractForm, sign_contract
from services.deals.history import list_history
from services.deals.offers import OfferForm, Verdict, answer_offer, make_offer, talk_again
from services.deals.publicising import HandlingForm, PublicityForm, handle_objection, note_objection, publicise
from services.deals.publicity import Holder, Standing, find_holder, find_publicity, last_day, rule_on
from services.deals.publicity_wording import told_of_publicity
from services.deals.telling import tell_side
from services.deals.view import view_deal
from services.privacy import erase_user
from services.working_hours import load_calendar
from tests.support.deals import Scene, agree, make_scene, settle
from tests.support.rights import make_right
from tests.support.staff import make_staff

NOTICE = "校园网公告栏 科技处〔2026〕8号"


def make_public(session, now, **answers) -> Scene:
    """A deal with a university, at its checklist."""
    scene = make_scene(session, now)
    post = session.get_one(MarketPost, scene.deal.offer_post_id)
    post.answers = answers or {"is_public_institution": True}
    agree(session, scene, now)
    settle(session, scene, now)
    return scene


def notice(today: date, **fields) -> PublicityForm:
    return PublicityForm(**{"name": "轴承诊断方法", "place": NOTICE, "starts_on": today, **fields})


def confirm_rest(session, scene: Scene, broker, now) -> None:
    """All but the publicity."""
    for check in open_for(scene.deal, Checker.BROKER):
        confirm_as_broker(session, broker, scene.deal.number, check.key, now)
    for side in PostSide:
        for check in open_for(scene.deal, Checker(side)):
            if check.key != "publicity":
                confirm(session, scene.of(side), scene.deal.number, check.key, now)


def test_a_public_sellers_contract_waits_for_fifteen_days_of_publicity_and_both_hear_of_its_end(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_public(session, now)
        deal, number = scene.deal, scene.deal.number
        take_deal(session, broker, number, now)
        with pytest.raises(Conflict) as refused:
            confirm(session, scene.seller.id, number, "publicity", now)
        assert "至少15日" in refused.value.message and "第十八条" in refused.value.message

        row = publicise(session, broker, number, notice(today), now)
        # The day of publication does not count, and a last day off moves on.
        assert row.ends_on == last_day(today, 15, load_calendar(session, today)) >= today + timedelta(days=15)
        assert (row.amount, row.mode) == (deal.amount, deal.mode)
        confirm_rest(session, scene, broker, now)
        assert deal.state == DealState.AGREED
        for side in PostSide:
            assert view_deal(session, deal, side, now).publicity.standing is Standing.RUNNING
        on_last_day = now + (row.ends_on - today)
        with pytest.raises(Conflict) as refused:
            confirm(session, scene.seller.id, number, "publicity", on_last_day)
        assert "公示到" in refused.value.message

        after = on_last_day + timedelta(days=1)
        for _ in range(2):
            deal.next_notice_on = china_date(after)
            look_at_deal(session, deal.id, after)
        over = session.scalars(select(DealEvent).where(DealEvent.kind == "publicity_over")).all()
        assert len(over) == 1
        tell_side(session, over[0].id, PostSide.OFFER, after)
        confirm(session, scene.seller.id, number, "publicity", after)
        assert deal.state == DealState.CONTRACT
        assert view_deal(session, deal, PostSide.NEED, after).publicity.standing is Standing.PASSED


def test_a_deal_without_rights_is_looked_at_when_its_publicity_is_over(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_scene(session, now, rights=[])
        session.get_one(MarketPost, scene.deal.offer_post_id).answers = {"is_public_institution": True}
        agree(session, scene, now)
        settle(session, scene, now)
        scene.deal.offers[-1].answered_at = now - timedelta(days=10)
        take_deal(session, broker, scene.deal.number, now)
        row = publicise(session, broker, scene.deal.number, notice(today, starts_on=today - timedelta(days=10)), now)
        assert scene.deal.next_notice_on == row.ends_on + timedelta(days=1)


def test_an_objection_holds_the_deal_until_it_is_handled_and_one_that_is_upheld_asks_for_a_new_publicity(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker, other = make_staff(session, now, skills=["market"]), make_staff(session, now, skills=["market"])
        scene = make_public(session, now - timedelta(days=40))
        deal, number = scene.deal, scene.deal.number
        take_deal(session, broker, number, now)
        with pytest.raises(Conflict):
            note_objection(session, broker, number, "价格偏低", today, now)
        long_ago = notice(today, starts_on=today - timedelta(days=40))
        publicise(session, broker, number, long_ago, now)
        assert find_publicity(session, deal, today).standing is Standing.PASSED
        with pytest.raises(NotFound):
            note_objection(session, other, number, "价格偏低", today, now)
        with pytest.raises(InvalidInput):
            note_objection(session, broker, number, "价格偏低", today + timedelta(days=1), now)
        confirm_rest(session, scene, broker, now)
        confirm(session, scene.seller.id, number, "publicity", now)
        assert deal.state == DealState.CONTRACT

        first = note_objection(session, broker, number, "张某说价格偏低", today, now)
        form = ContractForm(signed_on=today, effective_on=today)
        with pytest.raises(Conflict) as refused:
            sign_contract(session, broker, number, form, now)
        assert "异议" in refused.value.message
        for way in (long_ago, PublicityForm(way=PublicityWay.MARKET, place="广州产权交易所挂牌")):
            with pytest.raises(Conflict):
                publicise(session, broker, number, way, now)
        assert find_publicity(session, deal, today).standing is Standing.OBJECTED
        handle_objection(session, broker, number, first.id, HandlingForm(is_upheld=False, text="复核过价格"), now)
        assert find_publicity(session, deal, today).standing is Standing.PASSED
        with pytest.raises(Conflict):
            handle_objection(session, broker, number, first.id, HandlingForm(is_upheld=True, text="再看"), now)

        second = note_objection(session, broker, number, "发明人没署名", today, now)
        handle_objection(session, broker, number, second.id, HandlingForm(is_upheld=True, text="补署名"), now)
        assert find_publicity(session, deal, today).standing is Standing.UPHELD
        with pytest.raises(InvalidInput) as refused:
            publicise(session, broker, number, long_ago, now)
        assert set(refused.value.fields) == {"starts_on"}
        row = publicise(session, broker, number, notice(today), now)
        assert find_publicity(session, deal, today).standing is Standing.RUNNING
        after = now + (row.ends_on - today) + timedelta(days=1)
        form = ContractForm(signed_on=china_date(after), effective_on=china_date(after))
        sign_contract(session, broker, number, form, after)
        assert deal.state == DealState.REGISTRATION


def test_another_price_is_published_anew_and_a_price_of_the_market_needs_no_publicity(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_public(session, now)
        deal, number = scene.deal, scene.deal.number
        take_deal(session, broker, number, now)
        with pytest.raises(InvalidInput) as refused:
            publicise(session, broker, number, notice(today, starts_on=today - timedelta(days=1)), now)
        assert "谈成的" in refused.value.message
        publicise(session, broker, number, notice(today), now)
        talk_again(session, deal, now)
        assert find_publicity(session, deal, today) is None
        form = OfferForm(mode="transfer", amount=900_000)
        offer = make_offer(session, scene.buyer.id, number, form, now)
        answer_offer(session, scene.seller.id, number, offer.number, Verdict.ACCEPT, now)
        assert find_publicity(session, deal, today).standing is Standing.NEEDED
        publicise(session, broker, number, PublicityForm(way=PublicityWay.MARKET, place="广州产权交易所挂牌"), now)
        assert find_publicity(session, deal, today).standing is Standing.LIFTED
        confirm(session, scene.seller.id, number, "publicity", now)


def test_a_notice_from_before_the_price_was_agreed_counts_where_its_name_and_price_were_the_same(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    earlier = today - timedelta(days=40)
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_public(session, now)
        deal, number = scene.deal, scene.deal.number
        take_deal(session, broker, number, now)
        for said, wrong in (
            ({"price": deal.amount}, "starts_on"),
            ({"is_same": True}, "starts_on"),
            ({"is_same": True, "price": deal.amount + 1}, "price"),
            ({"is_same": True, "price": deal.amount, "starts_on": today - timedelta(days=366)}, "starts_on"),
        ):
            with pytest.raises(InvalidInput) as refused:
                publicise(session, broker, number, notice(today, **{"starts_on": earlier, **said}), now)
            assert set(refused.value.fields) == {wrong}

        form = notice(today, starts_on=earlier, price=deal.amount, is_same=True)
        publicise(session, broker, number, form, now)
        assert find_publicity(session, deal, today).standing is Standing.PASSED
        event = list_history(session, deal.id)[-1]
        assert event.kind == "publicity_earlier"
        assert "经纪人核对过,和谈成的一致" in told_of_publicity(deal, event)
        logged = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert logged[-1] == "deal_publicity_earlier"

        upheld = note_objection(session, broker, number, "发明人没署名", today, now)
        handle_objection(session, broker, number, upheld.id, HandlingForm(is_upheld=True, text="补署名"), now)
        with pytest.raises(InvalidInput) as refused:
            publicise(session, broker, number, form, now)
        assert "异议成立" in refused.value.message


def test_that_a_price_was_made_on_the_market_holds_for_no_other_price_and_an_exemption_of_the_unit_does(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        for way, then in ((PublicityWay.MARKET, Standing.NEEDED), (PublicityWay.EXEMPT, Standing.LIFTED)):
            scene = make_public(session, now)
            take_deal(session, broker, scene.deal.number, now)
            publicise(session, broker, scene.deal.number, PublicityForm(way=way, place="挂牌或者查过的依据"), now)
            assert find_publicity(session, scene.deal, today).standing is Standing.LIFTED
            talk_again(session, scene.deal, now)
            settle(session, scene, now, amount=90_000)
            assert find_publicity(session, scene.deal, today).standing is then


def test_too_short_a_publicity_is_refused_with_the_first_day_that_would_do(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_public(session, now)
        take_deal(session, broker, scene.deal.number, now)
        for wrong in (
            notice(today, ends_on=today + timedelta(days=14)),
            notice(today, starts_on=today + timedelta(days=1)),
            notice(today, ends_on=today + timedelta(days=900)),
        ):
            with pytest.raises(InvalidInput):
                publicise(session, broker, scene.deal.number, wrong, now)
    with pytest.raises(ValueError):
        PublicityForm(place=NOTICE, starts_on=today)
    with pytest.raises(ValueError):
        notice(today, link="javascript:alert(1)")


def test_who_has_to_publish_is_told_by_the_post_or_by_the_record(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    assert rule_on(today).public_days == 15
    with database.unit_of_work() as session:
        assert (
            find_holder(session, make_public(session, now, is_state_owned=True, is_cleared=True).deal)
            is Holder.STATE_OWNED
        )
        assert find_holder(session, make_public(session, now, is_pledged=False).deal) is None
        right = make_right(session, now, applicants=[{"name": "某某大学", "type": "university"}])
        scene = make_scene(session, now, rights=[right.publication_number])
        assert find_holder(session, scene.deal) is Holder.PUBLIC
        assert find_publicity(session, scene.deal, today) is None, "nothing is published before a price is agreed"


def test_who_is_erased_leaves_no_words_of_the_publicity(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_public(session, now)
        take_deal(session, broker, scene.deal.number, now)
        row = publicise(session, broker, scene.deal.number, notice(today, link="https://example.edu.cn/8"), now)
        objection = note_objection(session, broker, scene.deal.number, "张某说价格偏低", today, now)
        erase_user(session, scene.seller, now)
        session.expire_all()
        assert (row.name, row.place, row.link, row.ends_on is None) == ("", "", None, False)
        assert (objection.text, objection.handling) == ("", "")
