"""How far a payment is: taken down as both sides say it, through the port that knows. No money goes through us."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound, UpstreamUnavailable
from core.logs import get_logger
from core.payments import PaymentReportsError, PaymentState, PaymentWords
from models import Deal, DealPayment, DealState, PostSide
from services.deals.access import check_version, get_own_deal
from services.deals.contact import other_side
from services.deals.history import note
from services.ports import PaymentReports

log = get_logger(__name__)

PAYABLE = (DealState.REGISTRATION, DealState.DONE)

STATE_NAMES = {
    PaymentState.AWAITED: "待付",
    PaymentState.PAID_SAID: "受让方说已付,等出让方确认",
    PaymentState.RECEIVED: "出让方确认收到",
}

UNKNOWN = "付款情况暂时查不到"
AWAY = "付款暂时记不了,没有记下,请稍后再试。"


def state_of(deal: Deal, payment: DealPayment, reports: PaymentReports) -> PaymentState | None:
    """None where it cannot be learnt now."""
    try:
        return reports.state_of(_words(deal, payment))
    except PaymentReportsError as error:
        log.warning("payment_state_unknown", deal=deal.number, error=str(error))
        return None


def said_payment(deal: Deal, payment: DealPayment, reports: PaymentReports) -> str:
    state = state_of(deal, payment, reports)
    return STATE_NAMES[state] if state is not None else UNKNOWN


def say_paid(
    session: Session,
    user_id: int,
    number: str,
    place: int,
    now: datetime,
    *,
    reports: PaymentReports,
    version: int | None = None,
) -> Deal:
    """The buyer says that a part is paid, the seller that it has come; the other one hears of it. Twice is no error.
    Raises NotFound, Conflict, UpstreamUnavailable."""
    deal, side = get_own_deal(session, user_id, number, lock=True)
    check_version(deal, version)
    if deal.state not in PAYABLE:
        raise Conflict("签了合同才记付款。")
    payment = next((each for each in deal.payments if each.number == place), None)
    if payment is None:
        raise NotFound("没有找到这一期付款。")
    before = _words(deal, payment)
    try:
        after = reports.say(before, is_payee=side == PostSide.OFFER, now=now)
    except PaymentReportsError as error:
        raise UpstreamUnavailable(AWAY) from error
    if after != before:
        payment.paid_said_at, payment.received_said_at = after.paid_said_at, after.received_said_at
        kind = "payment_received" if side == PostSide.OFFER else "payment_said"
        note(session, deal, kind, now, side=side, tells=[other_side(side)], payment=place)
    session.flush()
    return deal


def _words(deal: Deal, payment: DealPayment) -> PaymentWords:
    return PaymentWords(deal.number, payment.number, payment.paid_said_at, payment.received_said_at)
