"""Who brokers a deal: asked when both agree to talk, taken by whoever knows the market there, handed on."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import Case, Deal, DealEvent, Staff
from services.deals.access import NEEDS_BROKER, check_version, get_deal_for, get_deal_to_broker
from services.deals.graph import CLOSED
from services.deals.history import BOTH, note, tell_broker
from services.key_accounts import managers_among
from services.notifications import notify
from services.permissions import Action, may, region_rank
from services.routing import list_on_duty
from services.working_hours import load_calendar

log = get_logger(__name__)

LONGEST_NOTE = 500


def ask_for_broker(session: Session, deal: Deal, now: datetime) -> None:
    """Tell whoever fits best; where nobody is there the supervisors hear of it."""
    is_open = load_calendar(session, china_date(now)).is_open(now)
    fitting = [
        person
        for person in list_on_duty(session, now, is_open=is_open)
        if may(person, Action.BROKER_DEALS)
        and region_rank(person, deal.region) > 0
        and not has_conflict(session, person, deal)
    ]
    text = f"新的交易要经纪人:{deal.number} {deal.title}"
    if not fitting:
        tell_broker(session, deal, text, key="wanted", now=now)
        return
    fitting = managers_among(session, [party.company_id for party in deal.parties], fitting)
    load = _load_of(session, fitting)
    best = min(
        fitting,
        key=lambda person: (
            "market" not in person.skills,
            -region_rank(person, deal.region),
            load.get(person.id, 0),
            person.id,
        ),
    )
    notify(session, staff_id=best.id, kind="deal", key=f"deal-{deal.id}-wanted", text=text, now=now)


def take_deal(session: Session, staff: Staff, number: str, now: datetime) -> Deal:
    """Broker it from now on; twice is no error, of two at once one hears who was quicker. Raises NotFound, Forbidden,
    Conflict."""
    deal = get_deal_for(session, staff, number, lock=True)
    if deal.broker_id == staff.id:
        return deal
    if deal.broker is not None:
        raise Conflict(f"{deal.broker.display_name}已经接了。")
    if deal.state not in NEEDS_BROKER:
        raise Conflict("双方都同意谈了才需要经纪人。")
    _give(session, deal, staff, staff, now)
    return deal


def hand_deal_on(
    session: Session, staff: Staff, number: str, to_staff_id: int, now: datetime, *, version: int | None = None
) -> Deal:
    """A colleague brokers it from now on. Raises NotFound, Forbidden, InvalidInput, Conflict."""
    deal = get_deal_to_broker(session, staff, number, version=version)
    colleague = session.get(Staff, to_staff_id)
    if colleague is None or not colleague.is_active or not may(colleague, Action.BROKER_DEALS):
        raise InvalidInput("这位同事不做交易,请另选一位。", fields={"to": "请另选一位"})
    if deal.state not in NEEDS_BROKER or colleague.id == deal.broker_id:
        raise Conflict("这一单不用转。")
    _give(session, deal, colleague, staff, now)
    notify(
        session, staff_id=colleague.id, kind="deal", key=f"deal-{deal.id}-given-{deal.version}",
        text=f"转给您:{deal.number} {deal.title}", now=now,
    )  # fmt: skip
    return deal


def note_for_staff(
    session: Session, staff: Staff, number: str, text: str, now: datetime, *, version: int | None = None
) -> DealEvent:
    """What only staff read. Raises NotFound, InvalidInput, Conflict."""
    words = text.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise InvalidInput(f"写1到{LONGEST_NOTE}个字。", fields={"text": f"写1到{LONGEST_NOTE}个字。"})
    deal = get_deal_for(session, staff, number, lock=True)
    check_version(deal, version)
    return note(session, deal, "noted", now, staff=staff, text=words)


def has_conflict(session: Session, staff: Staff, deal: Deal) -> bool:
    """Whether this person works, or worked, on a case against either side, as far as companies tell."""
    names = [party.company.name for party in deal.parties if party.company is not None]
    if not names:
        return False
    against = exists().where(Case.assignee_id == staff.id, Case.opponent.in_(names))
    return bool(session.scalar(select(against)))


def _give(session: Session, deal: Deal, broker: Staff, by: Staff, now: datetime) -> None:
    if has_conflict(session, broker, deal):
        raise Conflict("办过其中一方的对立案子,有利益冲突,请别的同事接。")
    is_first = deal.broker_id is None
    deal.broker_id, deal.broker = broker.id, broker
    kind = "taken" if is_first else "handed_on"
    note(session, deal, kind, now, staff=by, tells=BOTH, broker=broker.display_name)
    session.flush()
    log.info("deal_step", step=kind, deal=deal.number, staff_id=broker.id)


def _load_of(session: Session, people: list[Staff]) -> dict[int, int]:
    rows = session.execute(
        select(Deal.broker_id, func.count())
        .where(Deal.broker_id.in_([person.id for person in people]), Deal.state.not_in(CLOSED))
        .group_by(Deal.broker_id)
    )
    return {broker_id: count for broker_id, count in rows if broker_id is not None}
