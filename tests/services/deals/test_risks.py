"""What was checked before a right changes hands, and a quarrel about it afterwards."""

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from models import Case, CaseEvent, DealEvent, DealState, MarketPost, Message, PostSide, StaffNotification
from nlp.market.posts import Mode
from services.deals.broker import take_deal
from services.deals.checklist import confirm, confirm_as_broker
from services.deals.dispute import open_dispute
from services.deals.risks import RiskState, list_risks
from services.reaching import find_conversation
from tests.support.deals import agree, make_person, make_scene, settle
from tests.support.staff import make_staff


def test_each_point_says_who_checked_it_when_and_what_stays_open(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_scene(session, now)
        assert list_risks(session, scene.deal, now) == []
        agree(session, scene, now)
        settle(session, scene, now, mode=Mode.TRANSFER)
        take_deal(session, broker, scene.deal.number, now)
        confirm_as_broker(session, broker, scene.deal.number, "standing", now)
        confirm_as_broker(session, broker, scene.deal.number, "owner", now)
        confirm(session, scene.seller.id, scene.deal.number, "pledge", now)
        risks = {risk.key: risk for risk in list_risks(session, scene.deal, now)}
        assert (risks["standing"].state, risks["standing"].on, risks["standing"].by) == (
            RiskState.CHECKED,
            today,
            ("经纪人",),
        )
        assert (risks["owner"].state, risks["owner"].by) == (RiskState.OPEN, ("出让方",))
        assert risks["pledge"].state is RiskState.CHECKED
        assert {risks[key].state for key in ("freedom", "validity")} == {RiskState.NOT_LOOKED}

        session.get_one(MarketPost, scene.deal.offer_post_id).answers = {"is_pledged": True}
        first, *_ = list_risks(session, scene.deal, now)
        assert (first.key, first.state) == ("pledge", RiskState.BARRED)


def test_a_quarrel_goes_to_a_person_with_the_deals_number_and_the_other_side_hears_nothing(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_scene(session, now)
        agree(session, scene, now)
        settle(session, scene, now)
        take_deal(session, broker, scene.deal.number, now)
        deal = scene.deal
        buyer = find_conversation(session, scene.buyer.id, now)
        stranger = find_conversation(session, make_person(session, now).id, now)
        assert buyer is not None and stranger is not None
        with pytest.raises(Conflict):
            open_dispute(session, buyer, deal.number, "对方不配合过户", now)
        deal.state = DealState.DONE
        session.flush()
        with pytest.raises(NotFound):
            open_dispute(session, stranger, deal.number, "对方不配合过户", now)
        with pytest.raises(InvalidInput):
            open_dispute(session, buyer, deal.number, "亏", now)
        opened = open_dispute(session, buyer, deal.number, "对方不配合过户", now)
        case = session.scalars(select(Case)).one()
        assert case.number == opened.handoff.case.number and case.user_id == scene.buyer.id
        assert deal.number in str(case.package) and "不配合过户" in str(case.package)
        event = session.scalars(select(DealEvent).where(DealEvent.kind == "disputed")).one()
        assert (event.side, event.details) == (PostSide.NEED, {"case": case.number})
        told = session.scalars(select(StaffNotification.text).where(StaffNotification.key.contains("dispute"))).all()
        assert told == [f"有交易纠纷:{deal.number},单号 {case.number}"]

        # The case is open already: what is said now is not lost with its package, which was written before.
        again = open_dispute(session, buyer, deal.number, "定金也不退", now)
        assert again.handoff.case.id == case.id
        (added,) = session.scalars(select(Message).where(Message.conversation_id == buyer.id, Message.is_internal))
        assert added.text == f"交易纠纷 {deal.number}:定金也不退"
        noted = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind == "noted")).one()
        assert noted.details == {"message_id": added.id}
