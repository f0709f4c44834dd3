"""Licences taken on standard terms as they are, and offers of shares."""

import pytest

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import AppError, Conflict, InvalidInput
from models import DealState, MarketPost, PostSide, PostState
from nlp.market.posts import Mode
from services.deals.checklist import checklist_of
from services.deals.contact import contact_of
from services.deals.enquiring import Answer, Enquiry, answer_enquiry
from services.deals.equity import Valuation
from services.deals.offers import OfferForm, make_offer
from services.deals.quick import take_quick_licence
from services.deals.wording import said_offer
from services.market.moving import move
from services.market.quick_terms import FeeKind, QuickTerms
from tests.services.deals.test_deals import told
from tests.support.deals import NAMES, PHONES, agree, make_person, make_post, make_scene
from tests.support.rights import make_right

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
        deal = take_quick_licence(session, buyer, asked(post), now, version=post.version)
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
                take_quick_licence(session, buyer, asked(post), now, version=post.version)


def test_nobody_is_bound_by_terms_that_changed_since_they_were_read(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        post, buyer = quick_post(session, now), make_person(session, now)
        read = post.version
        post.amount = 90_000
        move(post, PostState.PUBLISHED, now)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            take_quick_licence(session, buyer, asked(post), now, version=read)
        assert "改过" in refused.value.message
        assert take_quick_licence(session, buyer, asked(post), now, version=post.version).amount == 270_000


def test_no_licence_is_taken_for_longer_than_the_patent_lasts(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        right, seller, buyer = make_right(session, now), make_person(session, now), make_person(session, now)
        post = make_post(session, seller.id, now, modes=(Mode.LICENCE_QUICK,), rights=[right.publication_number])
        post.amount, post.quick_terms = 50_000, TERMS.model_dump()
        for years_ago, is_taken in ((18, False), (10, True)):
            right.application_date = today.replace(year=today.year - years_ago, day=1)
            session.flush()
            if is_taken:
                assert take_quick_licence(session, buyer, asked(post), now, version=post.version)
                continue
            with pytest.raises(Conflict) as refused, session.begin_nested():
                take_quick_licence(session, buyer, asked(post), now, version=post.version)
            assert "第八百六十五条" in refused.value.message


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
