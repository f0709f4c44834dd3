"""A need that was asked about without an offer says nothing of rights: the seller names them, or says that there are
none, before any price is agreed."""

from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import Deal, DealState, OfferState, PostSide, RightKind
from services.deals.access import check_version, get_own_deal
from services.deals.clock import plan_notice
from services.deals.contact import other_side
from services.deals.history import note
from services.deals.open_offer import find_open_offer
from services.deals.radar import look_for_flags
from services.deals.splits import split_evenly
from services.deals.standing import standing_post
from services.market.trade_record import find_kept, normal_number

log = get_logger(__name__)

MOST_RIGHTS = 50
# Where nothing was named yet: rights until the checklist is done, which asks about them, and that there are none until
# the contract is signed.
LATEST = (DealState.TALKING, DealState.AGREED, DealState.CONTRACT)
TO_NAME = LATEST[:2]
DONE_ALREADY = "清单已经核对完了,要写明专利先请经纪人退回洽谈。"


class RightsForm(BaseModel):
    """Numbers of patents in the seller's custody; or that the technology has none."""

    rights: list[str] = Field(default_factory=list, max_length=MOST_RIGHTS)
    is_technology: bool = False


def name_rights(
    session: Session, user_id: int, number: str, form: RightsForm, now: datetime, *, version: int | None = None
) -> Deal:
    """The seller says what the deal is in; a price that was offered for something else does not stand any more. Where a
    price was agreed before anything was named it stands, and what is named is checked from the start. Raises NotFound,
    InvalidInput, Conflict."""
    deal, side = get_own_deal(session, user_id, number, lock=True)
    check_version(deal, version)
    if side != PostSide.OFFER:
        raise Conflict("谈的是哪件权利由出让方来写。")
    if deal.offer_post_id is not None:
        raise Conflict("谈的就是挂牌的那几件,不用另写。")
    is_late = deal.state != DealState.TALKING
    if deal.state == DealState.CONTRACT and is_unnamed(deal) and not form.is_technology:
        raise Conflict(DONE_ALREADY)
    may_be = is_unnamed(deal) or (deal.is_technology and form.is_technology)
    if is_late and (deal.state not in (LATEST if form.is_technology else TO_NAME) or not may_be):
        raise Conflict("双方都同意谈、还没谈成的时候才写。")
    if bool(form.rights) == form.is_technology:
        raise InvalidInput(fields={"rights": "写专利号,或者说没有专利,选一样。"})
    rights = _kept(session, deal, form.rights)
    if (rights, form.is_technology) == (deal.rights, deal.is_technology):
        return deal
    deal.rights, deal.is_technology = rights, form.is_technology
    offer = find_open_offer(deal)
    if offer is not None:
        offer.state, offer.answered_at = OfferState.LAPSED, now
    if is_late and rights and deal.amount is not None:
        deal.split, deal.checks = [share.model_dump() for share in split_evenly(rights, deal.amount)], {}
        look_for_flags(session, deal, now)
    note(session, deal, "rights_named", now, side=side, tells=[other_side(side)], is_late=is_late)
    plan_notice(deal, china_date(now))
    session.flush()
    log.info("deal_rights_named", deal=deal.number, count=len(rights))
    return deal


def is_unnamed(deal: Deal) -> bool:
    """Whether nobody said yet what a deal is in that began with a need alone."""
    return deal.offer_post_id is None and not deal.rights and not deal.is_technology


def _kept(session: Session, deal: Deal, numbers: list[str]) -> list[str]:
    """Each once, as it is in the seller's custody: what is not there nobody can look up. Raises InvalidInput."""
    post, found = standing_post(session, deal), dict[int, str]()
    for number in numbers:
        kept = find_kept(session, post, number)
        if kept is None or kept.kind != RightKind.PATENT:
            said = f"{number[:30]} 不在您名下的专利托管里,先托管再写。"
            raise InvalidInput(said, fields={"rights": said})
        found.setdefault(kept.id, normal_number(number))
    return list(found.values())
