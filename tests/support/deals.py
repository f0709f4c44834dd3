"""Posts, deals and the people around them, from nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.clock import china_date
from models import (
    CustodyRight,
    Deal,
    LegalStatus,
    MarketPost,
    OwnershipProof,
    PostSide,
    PostState,
    QuoteRequest,
    RightSource,
    Staff,
    User,
)
from nlp.market.posts import Mode
from services.deals.broker import take_deal
from services.deals.checklist import Checker, confirm, confirm_as_broker, open_for
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.offers import OfferForm, Verdict, answer_offer, make_offer
from services.market.trade_record import normal_number
from tests.support.people import make_conversation, make_identity

PHONES = {PostSide.OFFER: "13800138001", PostSide.NEED: "13900139002"}
NAMES = {PostSide.OFFER: "钱经理", PostSide.NEED: "孙工"}
BUNDLE = ["CN112345678B", "CN112345679B", "CN112345670B"]


def make_post(
    session: Session,
    user_id: int,
    now: datetime,
    *,
    side: PostSide = PostSide.OFFER,
    rights: list[str] | None = None,
    modes: tuple[Mode, ...] = (Mode.TRANSFER, Mode.LICENCE_PLAIN),
) -> MarketPost:
    """One that is published, of a user who has it reviewed elsewhere."""
    post = MarketPost(
        user_id=user_id,
        side=side,
        state=PostState.PUBLISHED,
        title="滚动轴承早期故障诊断方法",
        text="振动和温度一起看,提前两周报警。",
        rights=rights if rights is not None else ["CN112345678B"],
        modes=list(modes),
        regions=["广东省广州市"],
        until=china_date(now) + timedelta(days=200),
        published_at=now,
        created_at=now,
        changed_at=now,
    )
    session.add(post)
    if side == PostSide.OFFER:
        keep_rights(session, user_id, post.rights, now)
    session.flush()
    return post


def keep_rights(session: Session, user_id: int, rights: list[str], now: datetime) -> None:
    """In the custody of their owner, whose proof staff accepted."""
    for number in rights:
        session.add(
            CustodyRight(
                user_id=user_id,
                key=f"patent:{number}",
                kind="patent",
                patent_kind="invention",
                number=normal_number(number),
                publication_number=normal_number(number),
                status=LegalStatus.ACTIVE,
                source=RightSource.OWNER,
                proof=OwnershipProof.PROVED,
                created_at=now,
                changed_at=now,
            )
        )


@dataclass
class Scene:
    """A seller with a published offer, a buyer, and a deal that the buyer asked for."""

    seller: User
    buyer: User
    deal: Deal
    post_id: str

    def of(self, side: PostSide) -> int:
        return self.seller.id if side == PostSide.OFFER else self.buyer.id


def make_scene(session: Session, now: datetime, *, rights: list[str] | None = None, buyer: User | None = None) -> Scene:
    """The buyer asks about the seller's offer; either is somebody new unless said otherwise."""
    seller = make_person(session, now)
    buyer = buyer or make_person(session, now)
    post = make_post(session, seller.id, now, rights=rights)
    asked = Enquiry(post_id=post.public_id, name=NAMES[PostSide.NEED], phone=PHONES[PostSide.NEED])
    return Scene(seller, buyer, enquire(session, buyer, asked, now), post.public_id)


def make_person(session: Session, now: datetime) -> User:
    """Somebody who has a conversation with us."""
    identity = make_identity(session, now)
    make_conversation(session, identity, now)
    return identity.user


def make_quote_request(session: Session, user: User, now: datetime) -> QuoteRequest:
    """Of somebody who has asked nobody yet."""
    request = QuoteRequest(
        user_id=user.id, text="想要普通许可", until=china_date(now) + timedelta(days=20), created_at=now
    )
    session.add(request)
    session.flush()
    return request


def agree(session: Session, scene: Scene, now: datetime) -> None:
    answer = Answer(True, NAMES[PostSide.OFFER], PHONES[PostSide.OFFER])
    answer_enquiry(session, scene.seller, scene.deal.number, answer, now)


def settle(
    session: Session, scene: Scene, now: datetime, *, mode: Mode = Mode.LICENCE_PLAIN, amount: int = 150_000
) -> None:
    """The buyer offers, the seller accepts."""
    form = OfferForm(mode=mode, amount=amount)
    offer = make_offer(session, scene.buyer.id, scene.deal.number, form, now)
    answer_offer(session, scene.seller.id, scene.deal.number, offer.number, Verdict.ACCEPT, now)


def confirm_all(session: Session, scene: Scene, broker: Staff, now: datetime) -> None:
    """Everybody confirms what is theirs; the deal is at its contract after that."""
    if scene.deal.broker_id is None:
        take_deal(session, broker, scene.deal.number, now)
    for check in open_for(scene.deal, Checker.BROKER):
        confirm_as_broker(session, broker, scene.deal.number, check.key, now)
    for side in PostSide:
        for check in open_for(scene.deal, Checker(side)):
            confirm(session, scene.of(side), scene.deal.number, check.key, now)
