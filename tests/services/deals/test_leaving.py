"""Whoever leaves a company leaves its deals; what was told of a contact is kept no longer than it may be looked up."""

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import NotFound
from models import (
    Company,
    Conversation,
    Deal,
    DealParty,
    DealState,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    MemberRole,
    Message,
    PostSide,
    User,
)
from services.deals.access import get_own_deal
from services.deals.clock_work import look_at_deal
from services.deals.contact import contact_of, party_of
from services.deals.contract import ContractForm, RegistrationForm, register, sign_contract
from services.deals.ending import Reason, end_deal
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.listing import list_deals, list_sales
from services.deals.told_contacts import TELLS
from services.deliveries import queue_deliveries
from services.memberships import leave_company
from services.privacy import erase_user
from services.turns import add_bot_message
from tests.services.deals.test_deals import told
from tests.support.custody import join
from tests.support.deals import NAMES, PHONES, Scene, agree, confirm_all, make_person, make_post, make_scene, settle
from tests.support.staff import make_staff

BOSS_PHONE = "13700137003"


def company_scene(session, now) -> tuple[User, Company, Scene]:
    """A seller who acts for a company that a boss runs, and a buyer who asked about its offer."""
    boss, seller, buyer = (make_person(session, now) for _ in range(3))
    company = join(session, boss.id, now)
    join(session, seller.id, now, role=MemberRole.MEMBER)
    post = make_post(session, seller.id, now)
    post.company_id = company.id
    session.flush()
    asked = Enquiry(post_id=post.public_id, name=NAMES[PostSide.NEED], phone=PHONES[PostSide.NEED])
    return boss, company, Scene(seller, buyer, enquire(session, buyer, asked, now), post.public_id)


def test_a_deal_of_a_company_goes_to_who_runs_it_when_its_party_leaves(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        boss, company, scene = company_scene(session, now)
        agree(session, scene, now)
        number = scene.deal.number

        leave_company(session, user_id=scene.seller.id, public_id=company.public_id, now=now)

        deal = session.get_one(Deal, scene.deal.id, populate_existing=True)
        assert (deal.state, party_of(deal, PostSide.OFFER).user_id) == (DealState.TALKING, boss.id)
        with pytest.raises(NotFound):
            get_own_deal(session, scene.seller.id, number)
        assert list_deals(session, scene.seller.id) == []
        assert [own.deal.number for own in list_deals(session, boss.id)] == [number]
        assert [contact_of(deal, side) for side in PostSide] == [None, None]
        assert "由您接着谈" in told(session, PostSide.OFFER, boss.id, now)[-1]
        assert "对方换了一位同事来谈" in told(session, PostSide.NEED, scene.buyer.id, now)[-1]

        answer_enquiry(session, boss, number, Answer(True, "赵总", BOSS_PHONE), now)
        assert contact_of(deal, PostSide.OFFER).phone == BOSS_PHONE
        assert contact_of(deal, PostSide.NEED).phone == PHONES[PostSide.NEED]


def test_a_question_that_waits_is_told_anew_to_who_runs_the_company(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        boss, company, scene = company_scene(session, now)
        leave_company(session, user_id=scene.seller.id, public_id=company.public_id, now=now)
        assert told(session, PostSide.OFFER, boss.id, now)[-1].startswith("有人想谈您的供给")
        answer_enquiry(session, boss, scene.deal.number, Answer(True, "赵总", BOSS_PHONE), now)
        assert scene.deal.state == DealState.TALKING


def test_who_follows_the_one_who_asked_agrees_for_themselves(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        seller, boss, buyer = (make_person(session, now) for _ in range(3))
        company = join(session, boss.id, now)
        join(session, buyer.id, now, role=MemberRole.MEMBER)
        scene = Scene(seller, buyer, Deal(), make_post(session, seller.id, now).public_id)
        asked = Enquiry(post_id=scene.post_id, name=NAMES[PostSide.NEED], phone=PHONES[PostSide.NEED])
        scene.deal = enquire(session, buyer, asked, now)
        leave_company(session, user_id=buyer.id, public_id=company.public_id, now=now)
        agree(session, scene, now)
        assert [contact_of(scene.deal, side) for side in PostSide] == [None, None]
        answer_enquiry(session, boss, scene.deal.number, Answer(True, "赵总", BOSS_PHONE), now)
        assert contact_of(scene.deal, PostSide.NEED).phone == BOSS_PHONE


def test_where_nobody_runs_the_company_any_more_the_deal_ends(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        seller = make_person(session, now)
        company = join(session, seller.id, now)
        scene = make_scene(session, now)
        session.get_one(DealParty, party_of(scene.deal, PostSide.OFFER).id).company_id = company.id
        scene.deal.parties[1].user_id = seller.id
        session.flush()
        leave_company(session, user_id=seller.id, public_id=company.public_id, now=now)
        assert (scene.deal.state, scene.deal.end_reason) == (DealState.ENDED, Reason.LEFT)
        assert "一方已退出" in told(session, PostSide.NEED, scene.buyer.id, now)[-1]
        assert list_deals(session, seller.id) == []


def test_the_clock_sees_to_it_where_leaving_did_not(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        boss, _, scene = company_scene(session, now)
        agree(session, scene, now)
        stranger = make_person(session, now)
        party_of(scene.deal, PostSide.OFFER).user_id = stranger.id
        scene.deal.next_notice_on = china_date(now)
        session.flush()
        look_at_deal(session, scene.deal.id, now)
        assert party_of(scene.deal, PostSide.OFFER).user_id == boss.id


def test_a_sale_stays_with_the_company_and_so_does_the_deal_of_who_is_erased(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        boss, _, scene = company_scene(session, now)
        agree(session, scene, now)
        settle(session, scene, now)
        confirm_all(session, scene, broker, now)
        sign_contract(session, broker, scene.deal.number, ContractForm(signed_on=today, effective_on=today), now)
        erase_user(session, scene.seller, now)
        deal = session.get_one(Deal, scene.deal.id, populate_existing=True)
        assert (deal.state, party_of(deal, PostSide.OFFER).user_id) == (DealState.REGISTRATION, boss.id)
        assert party_of(deal, PostSide.OFFER).contact_phone is None and deal.title
        register(session, broker, deal.number, RegistrationForm(registered_on=today), now)
        assert [own.deal.id for own in list_sales(session, boss.id)] == [deal.id]


@pytest.mark.parametrize("how", ["unshare", "end", "erase", "leave"])
def test_what_chat_told_of_a_contact_goes_when_it_may_not_be_looked_up_any_more(
    database: Database, clock: FixedClock, how: str
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        _, company, scene = company_scene(session, now)
        agree(session, scene, now)
        ids = [tell_contact(session, scene, side, now) for side in PostSide]
        match how:
            case "unshare":
                answer_enquiry(session, scene.buyer, scene.deal.number, Answer(False), now)
            case "end":
                end_deal(session, scene.seller.id, scene.deal.number, Reason.PRICE, now)
            case "erase":
                erase_user(session, scene.buyer, now)
            case "leave":
                leave_company(session, user_id=scene.seller.id, public_id=company.public_id, now=now)
        texts = session.scalars(select(Message.text).where(Message.id.in_(ids))).all()
        payloads = session.scalars(select(Delivery.payload).where(Delivery.message_id.in_(ids))).all()
        kept = [*texts, *map(str, payloads)]
        assert not any(phone in each for phone in PHONES.values() for each in kept)


def tell_contact(session, scene: Scene, side: PostSide, now) -> int:
    """An answer of chat to one side, which names the other; answers its id."""
    conversation = session.scalars(select(Conversation).where(Conversation.user_id == scene.of(side))).one()
    other = PHONES[PostSide.NEED if side == PostSide.OFFER else PostSide.OFFER]
    details = {"skill": "deals", TELLS: scene.deal.id}
    message_id = add_bot_message(session, conversation.id, text=f"对方是{other}。", details=details, now=now)
    queue_deliveries(
        session,
        identity_id=conversation.identity_id,
        message_id=message_id,
        payloads=[{"kind": "text", "text": f"对方是{other}。"}],
        reason=DeliveryReason.REPLY,
        now=now,
        first_channel=DeliveryChannel.PASSIVE,
    )
    return message_id
