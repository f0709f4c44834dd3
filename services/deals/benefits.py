"""The seller's plan of how a deal's price is shared: written down, with what each of them said to it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import (
    BenefitBasis,
    BenefitHolder,
    BenefitPlan,
    BenefitRole,
    BenefitShare,
    BenefitWord,
    Deal,
    DealEvent,
    DealState,
    PostSide,
    Staff,
)
from services.audit import record_action
from services.deals.access import get_deal_of_seller, get_deal_to_share_out
from services.deals.benefit_law import PEOPLE
from services.deals.benefit_split import WHOLE
from services.deals.graph import AGREED_TO_TALK
from services.deals.splits import MOST_AMOUNT

log = get_logger(__name__)

LONGEST_NAME, LONGEST_GROUND, MOST_LINES = 60, 200, 30
MOST_COSTS_FEN = MOST_AMOUNT * 100
NO_PLAN = "还没有写分配方案。"
STALE = "方案刚被改过,请刷新后再看。"


class ShareForm(BaseModel):
    role: BenefitRole
    name: str = Field(default="", max_length=LONGEST_NAME)
    share_bp: int = Field(ge=1, le=WHOLE)

    @model_validator(mode="after")
    def _named(self) -> Self:
        self.name = self.name.strip()
        if self.role is BenefitRole.INVENTOR and not self.name:
            raise ValueError("an inventor has a name")
        return self


class BenefitForm(BaseModel):
    """`holder` is None where what we know of the seller decides."""

    basis: BenefitBasis
    rests_on: str = Field(default="", max_length=LONGEST_GROUND)
    holder: BenefitHolder | None = None
    costs_fen: int = Field(default=0, ge=0, le=MOST_COSTS_FEN)
    shares: list[ShareForm] = Field(min_length=1, max_length=MOST_LINES)


class WordForm(BaseModel):
    """What somebody said to their share, and when they said it."""

    share: int = Field(ge=1, le=MOST_LINES)
    word: BenefitWord
    said_on: date


def find_plan(session: Session, deal: Deal, *, lock: bool = False) -> BenefitPlan | None:
    wanted = select(BenefitPlan).where(BenefitPlan.deal_id == deal.id)
    return session.scalar(wanted.with_for_update() if lock else wanted)


def write_plan(
    session: Session, user_id: int, number: str, form: BenefitForm, now: datetime, *, version: int | None = None
) -> BenefitPlan:
    """Write the plan of one's own sale, or write it anew. What the people in it said stands as long as nobody's share
    and the basis change. Raises NotFound (for the buyer, too), InvalidInput, Conflict."""
    deal = get_deal_of_seller(session, user_id, number, lock=True)
    if deal.state not in AGREED_TO_TALK:
        raise Conflict("双方同意洽谈以后才写分配方案。")
    _check_shares(form.shares)
    plan = find_plan(session, deal, lock=True)
    _check_version(plan, version)
    if plan is None:
        plan = BenefitPlan(deal_id=deal.id, created_at=now, version=0)
        session.add(plan)
    is_same = plan.version > 0 and plan.basis == form.basis and _lines(plan.shares) == _lines(form.shares)
    plan.basis, plan.rests_on, plan.holder = form.basis, form.rests_on.strip(), form.holder
    plan.costs_fen, plan.changed_at = form.costs_fen, now
    plan.version += 1
    if not is_same:
        plan.shares.clear()
        session.flush()  # the old lines let go of their places
        plan.shares.extend(
            BenefitShare(number=place, role=line.role, name=line.name, share_bp=line.share_bp)
            for place, line in enumerate(form.shares, start=1)
        )
    session.flush()
    _note(session, deal, "benefit_planned", now, version=plan.version, lines=len(plan.shares))
    log.info("benefit_planned", deal=deal.number, lines=len(plan.shares))
    return plan


def drop_plan(session: Session, user_id: int, number: str, now: datetime, *, version: int | None = None) -> None:
    """Raises NotFound, Conflict."""
    deal = get_deal_of_seller(session, user_id, number, lock=True)
    plan = find_plan(session, deal, lock=True)
    if plan is None:
        raise NotFound(NO_PLAN)
    _check_version(plan, version)
    session.delete(plan)
    session.flush()
    _note(session, deal, "benefit_dropped", now)


def note_word(
    session: Session, user_id: int, number: str, form: WordForm, now: datetime, *, version: int | None = None
) -> BenefitPlan:
    """The seller writes down what somebody said to their share. Raises NotFound, InvalidInput, Conflict."""
    deal = get_deal_of_seller(session, user_id, number, lock=True)
    plan, share = _note_word(session, deal, form, now, version)
    share.user_id, share.staff_id = user_id, None
    _note(session, deal, "benefit_word", now, share=share.number, word=form.word)
    return plan


def note_word_as_broker(
    session: Session, staff: Staff, number: str, form: WordForm, now: datetime, *, version: int | None = None
) -> BenefitPlan:
    """The broker heard it. Raises NotFound, Forbidden, InvalidInput, Conflict."""
    deal = get_deal_to_share_out(session, staff, number, lock=True)
    plan, share = _note_word(session, deal, form, now, version)
    share.user_id, share.staff_id = None, staff.id
    _note(session, deal, "benefit_word", now, staff=staff, share=share.number, word=form.word)
    return plan


def forget_plan(session: Session, deal_id: int) -> None:
    """The seller is gone, and nobody goes on for them."""
    plans = select(BenefitPlan.id).where(BenefitPlan.deal_id == deal_id)
    session.execute(delete(BenefitShare).where(BenefitShare.plan_id.in_(plans)))
    session.execute(delete(BenefitPlan).where(BenefitPlan.deal_id == deal_id))


def forget_who_noted(session: Session, user_id: int) -> None:
    """In plans that stay with a company: who of it wrote down what somebody said."""
    session.execute(update(BenefitShare).where(BenefitShare.user_id == user_id).values(user_id=None))


def _note_word(
    session: Session, deal: Deal, form: WordForm, now: datetime, version: int | None
) -> tuple[BenefitPlan, BenefitShare]:
    plan = find_plan(session, deal, lock=True)
    if plan is None:
        raise NotFound(NO_PLAN)
    _check_version(plan, version)
    if deal.state in {DealState.DECLINED, DealState.ENDED}:
        raise Conflict(f"{deal.number} 已经结束。")
    share = next((each for each in plan.shares if each.number == form.share), None)
    if share is None or BenefitRole(share.role) not in PEOPLE:
        raise InvalidInput("没有这一行,或者这一行不是人。", fields={"share": "没有这一行,或者这一行不是人。"})
    if form.said_on > china_date(now):
        raise InvalidInput("日期不晚于今天。", fields={"said_on": "日期不晚于今天。"})
    share.word, share.said_on, share.noted_at = form.word, form.said_on, now
    plan.version += 1
    plan.changed_at = now
    session.flush()
    return plan, share


def _check_shares(shares: Sequence[ShareForm]) -> None:
    total = sum(line.share_bp for line in shares)
    if total != WHOLE:
        raise InvalidInput(fields={"shares": f"各项加起来是{total / 100:g}%,要正好100%。"})
    keys = [(line.role, line.name) for line in shares]
    if len(set(keys)) != len(keys):
        raise InvalidInput(fields={"shares": "同一个人写了两次,合成一行。"})


def _lines(shares: Sequence[ShareForm] | Sequence[BenefitShare]) -> list[tuple[str, str, int]]:
    return [(str(line.role), line.name, line.share_bp) for line in shares]


def _check_version(plan: BenefitPlan | None, version: int | None) -> None:
    if version is not None and version != (plan.version if plan is not None else 0):
        raise Conflict(STALE)


def _note(
    session: Session, deal: Deal, kind: str, now: datetime, *, staff: Staff | None = None, **details: object
) -> None:
    """In the deal's history and in the audit log, without names; the deal's own version, which the other side reads,
    stays as it is."""
    side = None if staff is not None else PostSide.OFFER
    event = DealEvent(
        deal_id=deal.id, kind=kind, side=side, staff_id=staff.id if staff else None, details=details, created_at=now
    )
    session.add(event)
    session.flush()
    target = f"deal:{deal.number}"
    record_action(session, staff=staff, action=f"deal_{kind}", target=target, now=now, event_id=event.id)
