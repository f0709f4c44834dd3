"""The first question about a post, and its answer: nobody learns who the other is before both have agreed to it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from core.logs import get_logger
from models import (
    Deal,
    DealEvent,
    DealParty,
    DealState,
    FeedbackVerdict,
    MarketMatch,
    MarketPost,
    PostSide,
    PostState,
    User,
)
from nlp.market.posts import Mode
from services.case_records import next_case_number
from services.custody.access import company_of
from services.deals.access import check_version, get_own_deal
from services.deals.asking import check_may_ask
from services.deals.broker import ask_for_broker
from services.deals.clock import plan_notice
from services.deals.contact import Contact, check_text, contact_from, other_side, party_of
from services.deals.ending import Reason
from services.deals.graph import AGREED_TO_TALK, CLOSED, Step, go
from services.deals.history import note
from services.deals.told_contacts import forget_told_contacts
from services.market.access import NO_POST, find_owner_of, get_own_match
from services.market.feedback import give_feedback
from services.market.wording import title_for_others
from services.training.shown_posts import count_asked
from services.working_hours import promise_reply

log = get_logger(__name__)

LETTERS = "GX"
# The event of a deal that nobody asked for: two who met go on talking.
INTRODUCED = "introduced"
LONGEST_OPENING = 300
AS_FINANCING = "这条只做质押,请走质押融资:说“专利质押贷款”。"


@dataclass(frozen=True)
class Enquiry:
    """About a match of one's own post, or straight about somebody's post; with it the contact that is shown once the
    other side agrees too."""

    match_id: str | None = None
    post_id: str | None = None
    text: str = ""
    name: str | None = None
    phone: str | None = None
    quote_request_id: int | None = None
    # The session beside which the post was seen.
    course_session_id: str | None = None


@dataclass(frozen=True)
class Answer:
    """Of the side that was asked, and of either side later: whether the contact is shared."""

    agrees: bool
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Pair:
    """The posts of both sides; whoever asks may have none. `owner_id` is whose the post that is asked about is now,
    `company_id` the company that whoever asks acts for."""

    asked: MarketPost
    own: MarketPost | None
    owner_id: int
    company_id: int | None

    @property
    def side(self) -> PostSide:
        """Of whoever asks."""
        return other_side(PostSide(self.asked.side))

    def of(self, side: PostSide) -> MarketPost | None:
        return self.asked if self.asked.side == side else self.own


def enquire(session: Session, user: User, enquiry: Enquiry, now: datetime) -> Deal:
    """Ask the owner of a post to talk. Where they asked about the same pair already, both have agreed now.

    Raises NotFound, InvalidInput, Unauthorized for somebody just erased, and Conflict for a question that was asked
    already or too many at once.
    """
    user = _lock_asker(session, user)
    contact = contact_from(user, enquiry.name, enquiry.phone)
    text = enquiry.text.strip()
    if len(text) > LONGEST_OPENING:
        raise InvalidInput(fields={"text": f"最多{LONGEST_OPENING}个字。"})
    check_text(None, text, "text")
    pair = _pair(session, user, enquiry)
    if (there := _find_open(session, user.id, pair)) is not None:
        return _agree_instead(session, there, pair, user, enquiry, now)
    check_may_ask(session, user.id, pair.asked, now)
    deal = open_deal(session, user, pair, enquiry, now)
    _consent(party_of(deal, pair.side), contact, now)
    note(session, deal, "enquired", now, side=pair.side, tells=[other_side(pair.side)])
    plan_notice(deal, china_date(now))
    _note_interest(session, deal, user.id, now)
    session.flush()
    log.info("deal_opened", deal=deal.number, asked_by=pair.side)
    return deal


def answer_enquiry(
    session: Session, user: User, number: str, answer: Answer, now: datetime, *, version: int | None = None
) -> Deal:
    """Agree to talk or decline; later on: share the contact again or take it back. Saying the same twice is no error.
    Raises NotFound, InvalidInput, Conflict."""
    deal, side = get_own_deal(session, user.id, number, lock=True)
    check_version(deal, version)
    party = party_of(deal, side)
    if deal.state in AGREED_TO_TALK:
        _change_consent(session, deal, side, user, answer, now)
        return deal
    if deal.state == DealState.ENQUIRED and is_unasked(session, deal):
        # Brought together by the desk: whoever agrees first has asked the other.
        deal.asked_by = side if answer.agrees else other_side(side)
        if answer.agrees:
            _consent(party, contact_from(user, answer.name, answer.phone), now)
            note(session, deal, "enquired", now, side=side, tells=[other_side(side)])
            return deal
    if side == deal.asked_by and deal.state == DealState.ENQUIRED:
        if answer.agrees and party.consented_at is None:
            # Whoever followed somebody who left has not agreed to anything yet.
            _change_consent(session, deal, side, user, answer, now)
            return deal
        raise Conflict("您已经问过了,等对方答复。")
    if not answer.agrees:
        go(deal, Step.DECLINE, now)
        deal.end_reason = Reason.NOT_WANTED
        forget_contacts(deal)
        note(session, deal, "declined", now, side=side, tells=[other_side(side)])
    else:
        contact = contact_from(user, answer.name, answer.phone)
        go(deal, Step.AGREE, now)
        name_in_full(session, deal)
        _consent(party, contact, now)
        deal.promised_at = promise_reply(session, now).at
        note(session, deal, "agreed", now, side=side, tells=[other_side(side)])
        ask_for_broker(session, deal, now)
        _note_interest(session, deal, user.id, now)
    plan_notice(deal, china_date(now))
    session.flush()
    return deal


def name_in_full(session: Session, deal: Deal) -> None:
    """Both may read the numbers of the rights from now on, so the title hides nothing any more."""
    post = session.get(MarketPost, deal.offer_post_id) if deal.offer_post_id is not None else None
    if post is not None:
        deal.title = (post.title or post.text)[:80]


def forget_contacts(deal: Deal) -> None:
    """Nobody will need them any more."""
    for party in deal.parties:
        party.consented_at = party.contact_name = party.contact_phone = None


def _change_consent(session: Session, deal: Deal, side: PostSide, user: User, answer: Answer, now: datetime) -> None:
    party = party_of(deal, side)
    if deal.state in CLOSED and answer.agrees:
        raise Conflict(f"{deal.number} 已经结束。")
    if answer.agrees == (party.consented_at is not None):
        return
    if answer.agrees:
        _consent(party, contact_from(user, answer.name, answer.phone), now)
    else:
        party.consented_at = party.contact_name = party.contact_phone = None
        forget_told_contacts(session, deal)
    tells = [other_side(side)] if deal.state in AGREED_TO_TALK else []
    note(session, deal, "shared" if answer.agrees else "unshared", now, side=side, tells=tells)
    session.flush()


def _consent(party: DealParty, contact: Contact, now: datetime) -> None:
    party.consented_at, party.contact_name, party.contact_phone = now, contact.name, contact.phone


def _lock_asker(session: Session, user: User) -> User:
    """One at a time for each person: two taps are one question. Two who ask each other about different posts name each
    other in their rows: the lock lets that pass, or they would wait for each other for ever."""
    session.flush()  # reading the row again must not undo what this transaction has changed
    locked = session.get_one(User, user.id, with_for_update={"key_share": True}, populate_existing=True)
    if locked.erased_at is not None:
        raise Unauthorized
    return locked


def _pair(session: Session, user: User, enquiry: Enquiry) -> Pair:
    own: MarketPost | None = None
    if enquiry.match_id is not None:
        match, side = get_own_match(session, user.id, enquiry.match_id)
        own, asked = (match.need, match.offer) if side == PostSide.NEED else (match.offer, match.need)
    else:
        found = session.scalar(select(MarketPost).where(MarketPost.public_id == (enquiry.post_id or "")))
        if found is None or found.state != PostState.PUBLISHED:
            raise NotFound(NO_POST)
        asked = found
    # Locked in one order, so that two who ask each other at once become one deal.
    for post_id in sorted(each.id for each in (asked, own) if each is not None):
        session.get_one(MarketPost, post_id, with_for_update=True, populate_existing=True)
    if asked.state != PostState.PUBLISHED or (own is not None and own.state != PostState.PUBLISHED):
        raise Conflict("这条已经不在挂牌中了。")
    owner_id = find_owner_of(session, asked)
    if owner_id is None:
        raise Conflict("这条现在没有人答复,换一条看看。")
    # A name that somebody only wrote in a form is not shown to the other side as who they are.
    company = company_of(session, user.id)
    if user.id in {owner_id, asked.user_id} or (company is not None and asked.company_id == company.id):
        raise InvalidInput("这条是您自己或同一企业发的。")
    if asked.modes and set(asked.modes) == {Mode.PLEDGE}:
        raise InvalidInput(AS_FINANCING)
    return Pair(asked, own, owner_id, company.id if company is not None else None)


def is_unasked(session: Session, deal: Deal) -> bool:
    """Whether staff brought both together (services/deals/introducing.py) and neither has said anything yet."""
    if any(party.consented_at is not None for party in deal.parties):
        return False
    brought = exists().where(DealEvent.deal_id == deal.id, DealEvent.kind == INTRODUCED)
    return bool(session.scalar(select(brought)))


def _find_open(session: Session, user_id: int, pair: Pair) -> Deal | None:
    """The deal of these two people about what was asked; or about the pair, whoever asked first."""
    asked = Deal.offer_post_id if pair.asked.side == PostSide.OFFER else Deal.need_post_id
    own = Deal.need_post_id if pair.asked.side == PostSide.OFFER else Deal.offer_post_id
    mine = exists().where(DealParty.deal_id == Deal.id, DealParty.user_id == user_id)
    theirs = exists().where(DealParty.deal_id == Deal.id, DealParty.user_id == pair.owner_id)
    about = asked == pair.asked.id
    if pair.own is not None:
        # They asked about my post without naming one of theirs.
        about = or_(about, and_(own == pair.own.id, asked.is_(None)))
    wanted = select(Deal).where(mine, theirs, about, Deal.state.not_in(CLOSED)).order_by(Deal.id).limit(1)
    return session.scalar(wanted.with_for_update(of=Deal).execution_options(populate_existing=True))


def _agree_instead(session: Session, deal: Deal, pair: Pair, user: User, enquiry: Enquiry, now: datetime) -> Deal:
    if deal.state != DealState.ENQUIRED or deal.asked_by == pair.side:
        raise Conflict(f"这条您已经问过了,单号 {deal.number}。")
    # They asked without a post of their own; it is this one that both talk about now, with its rights and their rules.
    if pair.asked.side == PostSide.NEED:
        deal.need_post_id = pair.asked.id
    elif deal.offer_post_id is None:
        deal.offer_post_id, deal.rights = pair.asked.id, list(pair.asked.rights)
    answer = Answer(agrees=True, name=enquiry.name, phone=enquiry.phone)
    return answer_enquiry(session, user, deal.number, answer, now)


def open_deal(session: Session, user: User, pair: Pair, enquiry: Enquiry, now: datetime) -> Deal:
    offer, need = pair.of(PostSide.OFFER), pair.of(PostSide.NEED)
    subject = offer or pair.asked
    regions = [*(offer.regions if offer else []), *(need.regions if need else [])]
    deal = Deal(
        number=next_case_number(session, LETTERS, now),
        asked_by=pair.side,
        offer_post_id=offer.id if offer else None,
        need_post_id=need.id if need else None,
        quote_request_id=enquiry.quote_request_id,
        title=(title_for_others(subject) or subject.text)[:80],
        opening=enquiry.text.strip(),
        rights=list(offer.rights) if offer else [],
        region=next(iter(regions), None) or user.region,
        created_at=now,
        state_since=now,
    )
    session.add(deal)
    session.flush()
    deal.parties = [
        DealParty(side=pair.side, user_id=user.id, company_id=pair.company_id),
        DealParty(side=PostSide(pair.asked.side), user_id=pair.owner_id, company_id=pair.asked.company_id),
    ]
    session.flush()
    if enquiry.course_session_id is not None:
        count_asked(session, enquiry.course_session_id, pair.asked.id)
    return deal


def _note_interest(session: Session, deal: Deal, user_id: int, now: datetime) -> None:
    """What somebody wants to talk about is also what they think of the match."""
    match_id = session.scalar(
        select(MarketMatch.public_id).where(
            MarketMatch.need_id == deal.need_post_id, MarketMatch.offer_id == deal.offer_post_id
        )
    )
    if match_id is not None:
        give_feedback(session, user_id, match_id, FeedbackVerdict.INTERESTED, now)
