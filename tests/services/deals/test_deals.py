"""A deal from the first question to the registration, and on random walks: what must never happen never does."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from adapters.payments import FailingPayments, StatedPayments
from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import AppError, Conflict, InvalidInput, NotFound, UpstreamUnavailable
from core.i18n import chinese_time
from core.outbox import OutboxRow
from core.payments import PaymentState
from models import (
    Deal,
    DealEvent,
    DealParty,
    DealState,
    Delivery,
    Message,
    OfferState,
    PostSide,
    Role,
    StaffNotification,
)
from nlp.market.posts import Mode
from services.deals import listing
from services.deals.broker import take_deal
from services.deals.contact import contact_of, names_contact
from services.deals.contract import (
    ContractForm,
    PaymentPart,
    RegistrationForm,
    register,
    sign_contract,
)
from services.deals.ending import Reason, end_deal
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.listing import list_customers, list_deals, list_desk, list_sales
from services.deals.messages import list_deal_messages, say_to_broker, say_to_party
from services.deals.offers import OfferForm, Verdict, answer_offer, make_offer
from services.deals.payments import say_paid, state_of
from services.deals.quotes import QuoteForm, ask_for_quotes, list_quotes
from services.deals.telling import tell_side
from services.deals.view import view_deal
from services.identity_merge import merge_into
from services.job_names import JobName
from services.privacy import erase_user
from services.reaching import find_conversation
from tests.support.deals import NAMES, PHONES, agree, confirm_all, make_post, make_scene, settle
from tests.support.people import make_identity
from tests.support.staff import make_staff


def told(session, side: PostSide, user_id: int, now) -> list[str]:
    """What one side hears of all that was asked to be told, by the jobs that were asked for."""
    for row in session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.TELL_DEAL).order_by(OutboxRow.id)):
        if row.arguments["side"] == side:
            tell_side(session, row.arguments["event_id"], row.arguments["side"], now)
    own = select(Message).where(Message.deal_id.is_not(None)).order_by(Message.id)
    return [each.text for each in session.scalars(own)]


def test_a_licence_goes_from_the_question_to_the_record(database: Database, clock: FixedClock) -> None:
    now, today, reports = clock.now(), china_date(clock.now()), StatedPayments()
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"], regions=["广东省"])
        scene = make_scene(session, now)
        deal = scene.deal
        assert deal.number.startswith("GX") and deal.state == DealState.ENQUIRED
        with pytest.raises(Conflict):
            enquire(session, scene.buyer, Enquiry(post_id=scene.post_id, name="孙工", phone="13900139002"), now)
        agree(session, scene, now)
        assert contact_of(deal, PostSide.NEED).phone == PHONES[PostSide.NEED]
        promise = f"经纪人{chinese_time(deal.promised_at, now)}前联系两边。"
        assert promise in told(session, PostSide.NEED, scene.buyer.id, now)[-1]
        notices = session.scalars(select(StaffNotification.staff_id).where(StaffNotification.kind == "deal")).all()
        assert notices == [broker.id]
        take_deal(session, broker, deal.number, now)

        first = make_offer(
            session, scene.buyer.id, deal.number, OfferForm(mode=Mode.LICENCE_PLAIN, amount=100_000), now
        )
        with pytest.raises(Conflict):
            make_offer(session, scene.buyer.id, deal.number, OfferForm(mode=Mode.LICENCE_PLAIN, amount=110_000), now)
        second = make_offer(
            session, scene.seller.id, deal.number, OfferForm(mode=Mode.LICENCE_PLAIN, amount=150_000), now
        )
        assert (first.state, second.state) == (OfferState.COUNTERED, OfferState.OPEN)
        answer_offer(session, scene.buyer.id, deal.number, second.number, Verdict.ACCEPT, now)
        assert (deal.state, deal.amount) == (DealState.AGREED, 150_000)

        confirm_all(session, scene, broker, now)
        assert deal.state == DealState.CONTRACT
        parts = [PaymentPart(name="首付", amount=50_000), PaymentPart(name="尾款", amount=100_000)]
        form = ContractForm(signed_on=today, effective_on=date(2026, 11, 30), payments=parts)
        with pytest.raises(InvalidInput) as wrong:
            sign_contract(session, broker, deal.number, form.model_copy(update={"payments": parts[:1]}), now)
        assert set(wrong.value.fields) == {"payments"}
        with pytest.raises(InvalidInput) as wrong:
            sign_contract(session, broker, deal.number, form.model_copy(update={"effective_on": date.max}), now)
        assert set(wrong.value.fields) == {"effective_on"}
        sign_contract(session, broker, deal.number, form, now)
        # Three months from 30 November end on 28 February 2027, a Sunday: the Monday after it.
        assert (deal.state, deal.register_by) == (DealState.REGISTRATION, date(2027, 3, 1))
        with pytest.raises(Conflict):
            end_deal(session, scene.buyer.id, deal.number, Reason.PRICE, now)

        say_paid(session, scene.buyer.id, deal.number, 1, now, reports=reports)
        assert state_of(deal, deal.payments[0], reports) == PaymentState.PAID_SAID
        say_paid(session, scene.seller.id, deal.number, 1, now, reports=reports)
        assert state_of(deal, deal.payments[0], reports) == PaymentState.RECEIVED
        with pytest.raises(UpstreamUnavailable):
            say_paid(session, scene.buyer.id, deal.number, 2, now, reports=FailingPayments())
        assert state_of(deal, deal.payments[1], FailingPayments()) is None
        assert deal.payments[1].paid_said_at is None

        register(session, broker, deal.number, RegistrationForm(registered_on=today, number="X2026"), now)
        assert (deal.state, deal.next_notice_on) == (DealState.DONE, None)
        assert [own.deal.id for own in list_sales(session, scene.seller.id)] == [deal.id]
        assert list_sales(session, scene.buyer.id) == []
        (customer,) = list_customers(session, scene.seller.id)
        assert customer.contact.name == NAMES[PostSide.NEED]
        said = told(session, PostSide.OFFER, scene.seller.id, now)
        assert said[-1].endswith("转让的记得撤下挂牌。")
        assert not any(phone in text for text in said for phone in PHONES.values())
        assert session.scalar(select(func.count(Delivery.id))) > 0


def test_nobody_learns_who_the_other_is_before_both_agree_nor_after_one_takes_it_back(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        number = scene.deal.number
        (asked,) = told(session, PostSide.OFFER, scene.seller.id, now)
        assert asked.startswith("有人想谈您的供给") and PHONES[PostSide.NEED] not in asked
        assert [view_deal(session, scene.deal, side, now).contact for side in PostSide] == [None, None]
        # The number of a patent names its owner in the register.
        assert view_deal(session, scene.deal, PostSide.NEED, now).rights == []
        with pytest.raises(InvalidInput):
            enquire(session, scene.seller, Enquiry(post_id=scene.post_id, name="钱经理", phone="13800138001"), now)
        with pytest.raises(NotFound):
            answer_enquiry(session, make_identity(session, now).user, number, Answer(True), now)
        with pytest.raises(Conflict):
            answer_enquiry(session, scene.buyer, number, Answer(False), now)
        with pytest.raises(InvalidInput) as lacking:
            answer_enquiry(session, scene.seller, number, Answer(True, name="钱经理", phone="12"), now)
        assert set(lacking.value.fields) == {"phone"}

        agree(session, scene, now)
        assert contact_of(scene.deal, PostSide.OFFER).phone == PHONES[PostSide.OFFER]
        assert view_deal(session, scene.deal, PostSide.NEED, now).rights == scene.deal.rights != []
        answer_enquiry(session, scene.seller, number, Answer(False), now)
        assert [contact_of(scene.deal, side) for side in PostSide] == [None, None]
        assert list_customers(session, scene.seller.id) == []
        agree(session, scene, now)
        end_deal(session, scene.buyer.id, number, Reason.PRICE, now)
        assert [contact_of(scene.deal, side) for side in PostSide] == [None, None]


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("请打13800138000", True),
        ("一三八零零一三八零零零", True),
        ("138-0013 8000", True),
        ("微信号:zhangsan_88", True),
        ("sales@example.com", True),
        ("020-38880000", True),
        ("CN202110123456.7 想做普通许可,20万以内", False),
        ("ZL 2008 2 0009767.0,2026年12月前要定", False),
        ("每小时处理1500吨,预算2000000元", False),
    ],
)
def test_a_text_that_tells_how_to_reach_somebody_is_recognised(text: str, tells: bool) -> None:
    assert names_contact(text) is tells


def test_owners_of_several_offers_are_asked_at_once_and_answer_apart(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        buyer = make_identity(session, now).user
        sellers = [make_identity(session, now).user for _ in range(2)]
        posts = [make_post(session, seller.id, now) for seller in sellers]
        own = make_post(session, buyer.id, now)
        form = QuoteForm(
            post_ids=[*(post.public_id for post in posts), own.public_id, "doesnotexist"],
            until=china_date(now) + timedelta(days=20),
            name="孙工",
            phone="13900139002",
        )
        asked = ask_for_quotes(session, buyer, form, now)
        assert {each.post_id for each in asked.refused} == {own.public_id, "doesnotexist"}
        for seller, amount in zip(sellers, (200_000, 90_000), strict=True):
            (mine,) = list_deals(session, seller.id, side=PostSide.OFFER)
            answer_enquiry(session, seller, mine.deal.number, Answer(True, "钱经理", "13800138001"), now)
            make_offer(session, seller.id, mine.deal.number, OfferForm(mode=Mode.TRANSFER, amount=amount), now)
        assert [quote.offer.amount for quote in list_quotes(session, asked.request)] == [90_000, 200_000]


def test_each_side_reads_its_own_words_with_the_broker_and_a_stranger_nothing(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        other = make_staff(session, now, skills=["financing"])
        scene = make_scene(session, now)
        number = scene.deal.number
        assert list_desk(session, broker) == []
        agree(session, scene, now)
        assert [line.deal.number for line in list_desk(session, broker)] == [number]
        with pytest.raises(AppError):
            take_deal(session, other, number, now)
        take_deal(session, broker, number, now)
        theirs = find_conversation(session, scene.buyer.id, now)
        assert theirs is not None
        say_to_broker(session, theirs, number, "最多出到12万", now, form_key="k")
        say_to_broker(session, theirs, number, "最多出到12万", now, form_key="k")
        say_to_party(session, broker, number, PostSide.OFFER, "对方问能不能分期", now)
        assert [each.text for each in list_deal_messages(session, scene.deal, scene.buyer.id)] == ["最多出到12万"]
        assert [each.text for each in list_deal_messages(session, scene.deal, scene.seller.id)] == ["对方问能不能分期"]


def test_deals_of_other_places_do_not_crowd_out_those_of_ones_own(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_AT_DESK", 1)
    now = clock.now()
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"], regions=["广东省"])
        far, near = make_scene(session, now), make_scene(session, now)
        for scene in (far, near):
            agree(session, scene, now)
        far.deal.region, far.deal.state_since = "北京市", now - timedelta(days=1)
        session.flush()
        assert [line.deal.number for line in list_desk(session, broker)] == [near.deal.number]


def test_who_is_erased_leaves_neither_words_nor_contact_and_the_other_keeps_the_record(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        make_staff(session, now, role=Role.SUPERVISOR)
        scene = make_scene(session, now)
        agree(session, scene, now)
        settle(session, scene, now)
        erase_user(session, scene.seller, now)
        deal = session.get_one(Deal, scene.deal.id, populate_existing=True)
        assert (deal.state, deal.end_reason, deal.amount, deal.offer_post_id) == (
            DealState.ENDED,
            Reason.LEFT,
            150_000,
            None,
        )
        assert deal.title == ""
        notices = session.scalars(select(StaffNotification.text).where(StaffNotification.kind == "deal")).all()
        assert notices and not any("滚动轴承" in text for text in notices)
        assert session.scalar(select(func.count(DealParty.id)).where(DealParty.contact_phone.is_not(None))) == 0
        assert [own.deal.id for own in list_deals(session, scene.buyer.id)] == [deal.id]


def test_the_words_of_who_is_erased_go_from_what_the_other_side_was_told(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        agree(session, scene, now)
        form = OfferForm(mode=Mode.LICENCE_PLAIN, amount=150_000, terms="只限广东")
        make_offer(session, scene.seller.id, scene.deal.number, form, now)
        assert any("只限广东" in text for text in told(session, PostSide.NEED, scene.buyer.id, now))
        erase_user(session, scene.seller, now)
        kept = [*session.scalars(select(Message.text)), *map(str, session.scalars(select(Delivery.payload)))]
        assert kept and not any("只限广东" in each for each in kept)


def test_whoever_turns_out_to_be_both_sides_has_no_deal_any_more(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        agree(session, scene, now)
        scene.seller.unionid = "oUnion1"
        (identity,) = scene.buyer.identities
        merge_into(session, identity=identity, loser=scene.buyer, winner=scene.seller, now=now)
        deal = session.get_one(Deal, scene.deal.id, populate_existing=True)
        assert (deal.state, deal.end_reason) == (DealState.ENDED, Reason.LEFT)
        assert [contact_of(deal, side) for side in PostSide] == [None, None]


def test_what_a_side_may_answer_stands_below_the_message_to_be_tapped(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        scene = make_scene(session, clock.now())
        event = session.scalars(select(DealEvent).where(DealEvent.kind == "enquired")).one()
        tell_side(session, event.id, PostSide.OFFER, clock.now())
        text = session.scalars(select(Delivery.payload).order_by(Delivery.id.desc())).first()["text"]

    assert [f">{words}</a>" in text for words in ("同意洽谈", "不谈")] == [True, True]
    assert f"{quote('同意洽谈')}%20{scene.deal.number}" in text
