"""Whether what is dealt in may still be traded: asked again at each step of a deal that binds."""

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Conflict, InvalidInput
from models import CustodyRight, DealEvent, DealState, LegalStatus, MarketPost, OfferState, OwnershipProof, PostSide
from nlp.market.posts import Mode
from services.deals.broker import take_deal
from services.deals.checklist import confirm_as_broker
from services.deals.contract import ContractForm, sign_contract
from services.deals.desk import view_desk
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.naming import RightsForm, name_rights
from services.deals.offers import Verdict, answer_offer
from services.deals.standing import find_barriers
from services.deals.view import Doing, doings_of, view_deal
from services.deals.wording import told
from tests.support.deals import (
    NAMES,
    PHONES,
    Scene,
    agree,
    confirm_all,
    keep_rights,
    make_person,
    make_post,
    make_scene,
    settle,
)
from tests.support.rights import make_right
from tests.support.staff import make_staff


def test_a_right_that_has_lapsed_stops_the_deal_with_its_article(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        right = make_right(session, now)
        right.legal_status = LegalStatus.LAPSED
        scene = make_scene(session, now, rights=[right.publication_number])
        agree(session, scene, now)
        with pytest.raises(Conflict) as refused:
            settle(session, scene, now)
        assert "终止" in refused.value.message and "第四十四条" in refused.value.message
        assert scene.deal.state == DealState.TALKING


def test_what_may_be_traded_is_asked_again_before_the_contract_and_proof_has_to_be_there_by_then(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_scene(session, now)
        number = scene.deal.number
        kept = session.scalars(select(CustodyRight).where(CustodyRight.user_id == scene.seller.id)).one()
        kept.proof = OwnershipProof.SUBMITTED
        agree(session, scene, now)
        settle(session, scene, now)
        assert scene.deal.state == DealState.AGREED, "a price may be agreed while the proof is looked at"

        take_deal(session, broker, number, now)
        with pytest.raises(Conflict) as refused:
            confirm_as_broker(session, broker, number, "standing", now)
        assert "权属在核对,不能签约" in refused.value.message
        (barrier,) = view_deal(session, scene.deal, PostSide.NEED, now).barriers
        assert (barrier.rule, barrier.right) == ("owner", scene.deal.rights[0])
        kept.proof = OwnershipProof.PROVED
        confirm_all(session, scene, broker, now)

        post = session.get_one(MarketPost, scene.deal.offer_post_id)
        # Taken from the post meanwhile, the deal is in it all the same.
        post.rights, post.answers = [], {"is_pledged": True}
        form = ContractForm(signed_on=today, effective_on=today)
        with pytest.raises(Conflict) as refused:
            sign_contract(session, broker, number, form, now)
        assert "质权人还没同意(《民法典》第四百四十四条)" in refused.value.message
        post.answers = {"is_pledged": False}
        assert sign_contract(session, broker, number, form, now).state == DealState.REGISTRATION


def test_what_a_rule_forbids_for_one_mode_does_not_stop_another(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        post = session.get_one(MarketPost, scene.deal.offer_post_id)
        post.answers = {"is_licensed_exclusively": True}
        agree(session, scene, now)
        with pytest.raises(Conflict) as refused:
            settle(session, scene, now)
        assert "第八百七十二条" in refused.value.message
        answer_offer(session, scene.buyer.id, scene.deal.number, 1, Verdict.TAKE_BACK, now)
        settle(session, scene, now, mode=Mode.TRANSFER)
        assert scene.deal.state == DealState.AGREED


def test_a_deal_about_a_need_is_agreed_only_once_the_seller_named_what_it_is_in(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = need_scene(session, now)
        number = scene.deal.number
        with pytest.raises(Conflict) as refused:
            settle(session, scene, now)
        assert "第八百四十五条" in refused.value.message
        take_deal(session, broker, number, now)
        assert [each.rule for each in view_desk(session, broker, number, now).barriers] == ["unnamed"]

        with pytest.raises(InvalidInput):
            name_rights(session, scene.seller.id, number, RightsForm(rights=["CN112345678B"]), now)
        with pytest.raises(Conflict):
            name_rights(session, scene.buyer.id, number, RightsForm(is_technology=True), now)
        keep_rights(session, scene.seller.id, ["CN112345678B"], now)
        session.flush()
        name_rights(session, scene.seller.id, number, RightsForm(rights=["CN 112345678 B"]), now)
        assert scene.deal.rights == ["CN112345678B"]
        # What was offered before was offered for something else.
        assert [offer.state for offer in scene.deal.offers] == [OfferState.LAPSED]
        settle(session, scene, now)
        assert "owner" not in [each.rule for each in find_barriers(session, scene.deal, now)]
        kept = session.scalars(select(CustodyRight).where(CustodyRight.user_id == scene.seller.id)).one()
        kept.proof = OwnershipProof.SUBMITTED
        session.flush()
        assert "owner" in [each.rule for each in find_barriers(session, scene.deal, now)]


def test_a_technology_without_a_patent_is_said_to_be_one(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = need_scene(session, now)
        name_rights(session, scene.seller.id, scene.deal.number, RightsForm(is_technology=True), now)
        settle(session, scene, now)
        assert scene.deal.state == DealState.AGREED and scene.deal.rights == []


def test_what_is_named_after_a_price_was_agreed_keeps_the_price_and_is_checked_from_the_start(
    database: Database, clock: FixedClock
) -> None:
    now, numbers = clock.now(), ["CN112345678B", "CN112345679B"]
    with database.unit_of_work() as session:
        for form, said in (
            (RightsForm(rights=numbers), "清单要重新核对。谈成的价格不变"),
            (RightsForm(is_technology=True), "没有专利的技术。谈成的价格不变"),
        ):
            scene = need_scene(session, now)
            deal, number = scene.deal, scene.deal.number
            # As such a deal was agreed before naming was asked for.
            deal.state, deal.mode, deal.amount = DealState.AGREED, Mode.TRANSFER, 150_001
            deal.checks = {"payment": {"need": now.isoformat()}}
            keep_rights(session, scene.seller.id, numbers, now)
            assert Doing.NAME_RIGHTS in doings_of(deal, PostSide.OFFER)
            name_rights(session, scene.seller.id, number, form, now)
            assert (deal.state, deal.amount, deal.rights) == (DealState.AGREED, 150_001, form.rights)
            assert [share["amount"] for share in deal.split] == ([75_001, 75_000] if form.rights else [])
            assert bool(deal.checks) is form.is_technology
            event = session.scalars(select(DealEvent).where(DealEvent.kind == "rights_named")).all()[-1]
            words, _ = told(deal, event, PostSide.NEED, now)
            assert said in words and "不作数" not in words
            assert Doing.NAME_RIGHTS not in doings_of(deal, PostSide.OFFER)
            with pytest.raises(Conflict):
                name_rights(session, scene.seller.id, number, RightsForm(rights=numbers[:1]), now)
        late = need_scene(session, now)
        late.deal.state, late.deal.mode, late.deal.amount = DealState.CONTRACT, Mode.TRANSFER, 150_001
        with pytest.raises(Conflict) as refused:
            name_rights(session, late.seller.id, late.deal.number, RightsForm(rights=numbers), now)
        assert "经纪人" in refused.value.message


def need_scene(session, now) -> Scene:
    """A seller who asked about a buyer's need, without an offer of their own; both agreed to talk."""
    seller, buyer = make_person(session, now), make_person(session, now)
    need = make_post(session, buyer.id, now, side=PostSide.NEED, rights=[])
    asked = Enquiry(post_id=need.public_id, name=NAMES[PostSide.OFFER], phone=PHONES[PostSide.OFFER])
    scene = Scene(seller, buyer, enquire(session, seller, asked, now), need.public_id)
    agreed = Answer(True, NAMES[PostSide.NEED], PHONES[PostSide.NEED])
    answer_enquiry(session, buyer, scene.deal.number, agreed, now)
    return scene
