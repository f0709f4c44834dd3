"""The contract and the registration that follows it: who must be told of it, by when, and what it does."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import Deal, DealPayment, DealState, Staff
from nlp.market.posts import Mode
from nlp.rules.model import Article
from nlp.rules.periods import end_of_period
from services.deals.access import get_deal_to_broker
from services.deals.checklist import CHANGES_HANDS
from services.deals.clock import plan_notice
from services.deals.graph import Step, go
from services.deals.history import BOTH, note
from services.deals.offers import talk_again
from services.deals.publicity import check_publicity
from services.deals.radar import look_for_flags
from services.deals.settings import deal_settings
from services.deals.splits import MOST_AMOUNT
from services.deals.standing import check_standing
from services.working_hours import load_calendar

log = get_logger(__name__)

MOST_PARTS = 12
MOST_AHEAD = timedelta(days=3650)


class PaymentPart(BaseModel):
    name: str = Field(min_length=1, max_length=40)
    amount: int = Field(gt=0, le=MOST_AMOUNT)
    due_on: date | None = None


class ContractForm(BaseModel):
    """As the contract says it. `effective_on` starts the time in which a licence is recorded."""

    signed_on: date
    effective_on: date
    payments: list[PaymentPart] = Field(default_factory=list, max_length=MOST_PARTS)


class RegistrationForm(BaseModel):
    registered_on: date
    number: str = Field(default="", max_length=60)


@dataclass(frozen=True)
class Registration:
    """What has to be registered, as both read it; `months` of the law, None where it sets no time."""

    name: str
    text: str
    article: Article
    months: int | None


def registration_of(deal: Deal, today: date) -> Registration | None:
    """None where nothing has to be registered: a technology without a right."""
    if not deal.rights or deal.mode is None:
        return None
    if Mode(deal.mode) in CHANGES_HANDS:
        return Registration("转让登记", "转让自登记之日起生效,没登记前权利还是出让方的", ("专利法", "第十条"), None)
    months = deal_settings(today).record_months
    text = f"许可合同生效之日起{months}个月内向国家知识产权局备案"
    return Registration("许可备案", text, ("专利法实施细则", "第十五条"), months)


def sign_contract(
    session: Session, staff: Staff, number: str, form: ContractForm, now: datetime, *, version: int | None = None
) -> Deal:
    """Write down that it is signed; the rights are looked at once more. Raises NotFound, Forbidden, InvalidInput,
    Conflict."""
    deal = get_deal_to_broker(session, staff, number, version=version)
    if deal.state != DealState.CONTRACT:
        raise Conflict("清单核对完、还没签的时候才登记合同。")
    today = china_date(now)
    _check_contract(deal, form, today)
    check_standing(session, deal, now)
    check_publicity(session, deal, now)
    registration = registration_of(deal, today)
    go(deal, Step.SIGN if registration else Step.COMPLETE, now)
    deal.signed_on, deal.effective_on = form.signed_on, form.effective_on
    if registration is not None and registration.months is not None:
        calendar = load_calendar(session, today)
        deal.register_by = end_of_period(form.effective_on, calendar, months=registration.months).day
    for place, part in enumerate(form.payments, start=1):
        session.add(
            DealPayment(deal_id=deal.id, number=place, name=part.name.strip(), amount=part.amount, due_on=part.due_on)
        )
    session.flush()
    session.expire(deal, ["payments"])
    note(session, deal, "signed" if registration else "completed", now, staff=staff, tells=BOTH)
    look_for_flags(session, deal, now)
    plan_notice(deal, today)
    session.flush()
    log.info("deal_signed", deal=deal.number, staff_id=staff.id)
    return deal


def register(
    session: Session, staff: Staff, number: str, form: RegistrationForm, now: datetime, *, version: int | None = None
) -> Deal:
    """The office has registered it: done. Raises NotFound, Forbidden, InvalidInput, Conflict."""
    deal = get_deal_to_broker(session, staff, number, version=version)
    if deal.state != DealState.REGISTRATION or deal.signed_on is None:
        raise Conflict("签了合同、还没登记的时候才办这一步。")
    if not deal.signed_on <= form.registered_on <= china_date(now):
        raise InvalidInput(fields={"registered_on": "登记日在签约日和今天之间。"})
    go(deal, Step.REGISTER, now)
    deal.registered_on, deal.registration_number = form.registered_on, form.number.strip() or None
    note(session, deal, "registered", now, staff=staff, tells=BOTH)
    session.flush()
    log.info("deal_done", deal=deal.number, staff_id=staff.id)
    return deal


def back_to_talks(session: Session, staff: Staff, number: str, now: datetime, *, version: int | None = None) -> Deal:
    """What was agreed does not hold; offers begin anew. Raises NotFound, Forbidden, Conflict."""
    deal = get_deal_to_broker(session, staff, number, version=version)
    talk_again(session, deal, now)
    note(session, deal, "back", now, staff=staff, tells=BOTH)
    return deal


def _check_contract(deal: Deal, form: ContractForm, today: date) -> None:
    problems = {}
    if not china_date(deal.created_at) <= form.signed_on <= today:
        problems["signed_on"] = "签约日在开始洽谈到今天之间。"
    if not form.signed_on <= form.effective_on <= today + MOST_AHEAD:
        problems["effective_on"] = "生效日不早于签约日,最晚在10年内。"
    total = sum(part.amount for part in form.payments)
    if form.payments and total != deal.amount:
        problems["payments"] = f"各期加起来是{total:,}元,和谈成的{deal.amount or 0:,}元对不上。"
    if problems:
        raise InvalidInput(fields=problems)
