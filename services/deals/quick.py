"""A quick licence: whoever takes its standard terms as they are has agreed to them with its owner, who chose them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.i18n import chinese_date
from core.logs import get_logger
from models import Deal, DealOffer, DealState, MarketPost, OfferState, PostSide, User
from nlp.market.posts import Mode
from nlp.rules.periods import add_months
from services.deals.broker import ask_for_broker
from services.deals.clock import plan_notice
from services.deals.enquiring import Enquiry, enquire, name_in_full
from services.deals.graph import Step, go
from services.deals.history import BOTH, note
from services.deals.splits import MOST_AMOUNT, split_evenly
from services.deals.standing import check_standing
from services.market.quick_terms import price_of, quick_terms_of, said_quick_terms
from services.patents import find_patent, term_end
from services.working_hours import promise_reply

log = get_logger(__name__)

NOT_OFFERED = "这条没有可以直接接受的标准条款,先问对方。"
CHANGED = "条款刚改过,请看过新的再接受。"


def take_quick_licence(session: Session, user: User, enquiry: Enquiry, now: datetime, *, version: int) -> Deal:
    """Straight to what is agreed; the rules are asked as at any other yes. The owner's contact is shown once they agree
    to that. `version` is that of the post whose terms were read: nobody is bound by others. Raises NotFound,
    InvalidInput, Conflict."""
    if enquiry.post_id is None:
        raise InvalidInput(fields={"post_id": "标准条款是挂牌的条件,请写是哪一条。"})
    deal = enquire(session, user, enquiry, now)
    post = session.scalars(select(MarketPost).where(MarketPost.public_id == enquiry.post_id)).one()
    if post.version != version:
        raise Conflict(CHANGED)
    terms = quick_terms_of(post)
    if terms is None or post.amount is None or deal.state != DealState.ENQUIRED:
        raise Conflict(NOT_OFFERED)
    amount, today = price_of(terms, post.amount), china_date(now)
    if amount > MOST_AMOUNT:
        raise Conflict("总价太高,请先问对方。")
    _check_years(session, post.rights, terms.years, today)
    split = [share.model_dump() for share in split_evenly(deal.rights, amount)]
    offer = DealOffer(
        deal_id=deal.id,
        number=1,
        side=PostSide.OFFER,
        mode=Mode.LICENCE_QUICK,
        amount=amount,
        split=split,
        is_split_even=bool(split),
        terms=said_quick_terms(terms, post.amount),
        until=today,
        state=OfferState.ACCEPTED,
        created_at=now,
        answered_at=now,
    )
    deal.mode, deal.amount, deal.split = offer.mode, offer.amount, list(split)
    check_standing(session, deal, now)
    deal.offers.append(offer)
    go(deal, Step.ACCEPT, now)
    name_in_full(session, deal)
    deal.promised_at = promise_reply(session, now).at
    session.flush()
    note(session, deal, "terms_taken", now, side=PostSide.NEED, tells=BOTH, offer=offer.number)
    ask_for_broker(session, deal, now)
    plan_notice(deal, today)
    session.flush()
    log.info("deal_quick_licence", deal=deal.number)
    return deal


def _check_years(session: Session, rights: Sequence[str], years: int, today: date) -> None:
    """A licence holds no longer than the patent does (Civil Code, art. 865); where we do not know the term the broker
    looks. Raises Conflict."""
    ends = [end for number in rights if (patent := find_patent(session, number)) and (end := term_end(patent))]
    if ends and add_months(today, 12 * years) > min(ends):
        raise Conflict(
            f"专利{chinese_date(min(ends))}到期,许可{years}年超过了保护期(《民法典》第八百六十五条),先问对方。"
        )
