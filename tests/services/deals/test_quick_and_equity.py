"""Licences taken on standard terms as they are, and offers of shares."""

import pytest

from core.clock import FixedClock
from core.db import Database
from core.errors import AppError, Conflict, InvalidInput
from models import DealState, MarketPost, PostSide
from nlp.market.posts import Mode
from services.deals.checklist import checklist_of
from services.deals.contact import contact_of
from services.deals.enquiring import Answer, Enquiry, answer_enquiry
from services.deals.equity import Valuation
from services.deals.offers import OfferForm, make_offer
from services.deals.quick import take_quick_licence
from services.deals.wording import said_offer
from services.market.quick_terms import FeeKind, QuickTerms
from tests.services.deals.test_deals import told
from tests.support.deals import NAMES, PHONES, agree, make_person, make_post, make_scene

TERMS = QuickTerms(fee=FeeKind.PER_YEAR, years=3, region="广东省", field="水泵")


def quick_post(session, now, **answers: bool) -> MarketPost:
    post = make_post(session, make_person(session, now).id, now, modes=(Mode.LICENCE_QUICK,))
    post.amount, post.quick_terms, post.answers = 50_000, TERMS.model_dump(), answers
    session.flush()
    return post


def asked(post: MarketPost) -> Enquiry:
    return Enquiry(post_id=post.public_id, name=NAMES[PostSide.NEED], phone=PHONES[PostSide.NEED])


def test_standard_terms_taken_as_they_are_are_agreed_at_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        post, buyer = quick_post(session, now), make_person(session, now)
        deal = take_quick_licence(session, buyer, asked(post), now)
        assert (deal.state, deal.mode, deal.amount) == (DealState.AGREED, Mode.LICENCE_QUICK, 150_000)
        assert "每年5万元,3年,限广东省,领域限水泵" in said_offer(deal.offers[0])
        assert deal.promised_at is not None and "co_owners" not in [each.key for each in checklist_of(deal)]
        assert "照单接受了您的快速许可" in told(session, PostSide.OFFER, post.user_id, now)[-1]
        # Who publishes terms has not said yet that their telephone may be shown.
        assert [contact_of(deal, side) for side in PostSide] == [None, None]
        answer_enquiry(
            session, post.user, deal.number, Answer(True, NAMES[PostSide.OFFER], PHONES[PostSide.OFFER]), now
        )
        assert contact_of(deal, PostSide.OFFER).phone == PHONES[PostSide.OFFER]


def test_terms_are_not_taken_where_there_are_none_or_a_rule_forbids_it(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        buyer = make_person(session, now)
        for post in (make_post(session, make_person(session, now).id, now), quick_post(session, now, is_seized=True)):
            with pytest.raises(Conflict), session.begin_nested():
                take_quick_licence(session, buyer, asked(post), now)


def test_an_offer_of_shares_says_how_many_and_how_valued_and_is_appraised(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        agree(session, scene, now)
        number, buyer = scene.deal.number, scene.buyer.id
        with pytest.raises(InvalidInput) as lacking:
            make_offer(session, buyer, number, OfferForm(mode=Mode.EQUITY, amount=2_000_000), now)
        assert set(lacking.value.fields) == {"share_percent", "valuation"}
        with pytest.raises(AppError):
            make_offer(session, buyer, number, OfferForm(mode=Mode.TRANSFER, amount=2_000_000, share_bp=1), now)
        form = OfferForm(mode=Mode.EQUITY, amount=2_000_000, share_bp=1_250, valuation=Valuation.TO_APPRAISE)
        offer = make_offer(session, buyer, number, form, now)
        assert "占股12.5%,先协商,签约前评估" in said_offer(offer)
        scene.deal.mode = Mode.EQUITY
        (check,) = [each for each in checklist_of(scene.deal) if each.key == "appraisal"]
        assert check.article == ("公司法", "第四十八条")
