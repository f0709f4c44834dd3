"""What the clock does with deals: reminds of what waits, ends what nobody answered, counts down to the registration."""

from datetime import date, datetime

from sqlalchemy import String, cast, false, literal, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_date
from core.logs import get_logger
from models import Deal, DealState, PostSide
from services.deals.access import NEEDS_BROKER, lock_deal
from services.deals.clock import answer_ends_on, idle_rounds, last_planned, plan_notice
from services.deals.company import settle_parties
from services.deals.contact import other_side
from services.deals.ending import Reason
from services.deals.enquiring import forget_contacts
from services.deals.graph import STATE_NAMES, Step, go
from services.deals.history import BOTH, list_history, note, tell_broker
from services.deals.open_offer import find_open_offer, lapse
from services.deals.publicising import look_at_publicity
from services.deals.radar import look_for_flags
from services.deals.settings import deal_settings
from services.deals.standing import find_barriers
from services.job_names import JobName, request_job
from services.notifications import list_supervisors, notify, was_told

log = get_logger(__name__)

PORTION = 500


def request_looks(session: Session, now: datetime, *, after: int = 0) -> int | None:
    """Ask for the look at each deal whose day has come, once a deal and day. Answers after which to go on, None where
    none is left or the hour is quiet."""
    today = china_date(now)
    if deal_settings(today).is_quiet(now):
        return None
    due = select(Deal.id).where(Deal.next_notice_on <= today, Deal.id > after).order_by(Deal.id).limit(PORTION)
    ids = session.scalars(due).all()
    for deal_id in ids:
        request_job(session, JobName.LOOK_AT_DEAL, key=f"{deal_id}-{today}", now=now, deal_id=deal_id)
    session.flush()
    return ids[-1] if len(ids) == PORTION else None


def look_at_deal(session: Session, deal_id: int, now: datetime) -> None:
    """Say what is due today and plan the next day; repeating it, or coming too early, changes nothing."""
    today = china_date(now)
    deal = lock_deal(session, deal_id)
    if deal is None or deal.next_notice_on is None or deal.next_notice_on > today:
        return
    settle_parties(session, deal, now)
    match DealState(deal.state):
        case DealState.ENQUIRED:
            _look_at_enquiry(session, deal, today, now)
        case DealState.TALKING:
            _look_at_offer(session, deal, today, now)
        case DealState.AGREED:
            look_at_publicity(session, deal, today, now)
        case DealState.REGISTRATION:
            _look_at_registration(session, deal, today, now)
        case _:
            pass
    if deal.state in NEEDS_BROKER:
        _look_at_rights(session, deal, today, now)
        look_for_flags(session, deal, now)
        _mention_idle(session, deal, today, now)
    plan_notice(deal, today)
    session.flush()


def escalate_unbrokered(session: Session, now: datetime) -> int:
    """Supervisors hear once of each deal that nobody took by the time both sides were told; answers of how many. What
    they have heard of is not read again."""
    supervisors = list_supervisors(session)
    key = literal("deal-") + cast(Deal.id, String) + "-unbrokered"
    late = session.scalars(
        select(Deal)
        .where(Deal.broker_id.is_(None), Deal.state.in_(NEEDS_BROKER), Deal.promised_at < now)
        .where(or_(false(), *(~was_told(each.id, key) for each in supervisors)))
        .order_by(Deal.id)
        .limit(PORTION)
    ).all()
    told = 0
    for deal in late:
        text = f"没人接的交易:{deal.number} {deal.title}"
        about = f"deal-{deal.id}-unbrokered"
        heard = [notify(session, staff_id=each.id, kind="deal", key=about, text=text, now=now) for each in supervisors]
        told += any(heard)
    return told


def _look_at_enquiry(session: Session, deal: Deal, today: date, now: datetime) -> None:
    asked = other_side(PostSide(deal.asked_by))
    last = answer_ends_on(deal, deal_settings(today))
    if today > last:
        go(deal, Step.LAPSE, now)
        deal.end_reason = Reason.NO_ANSWER
        forget_contacts(deal)
        note(session, deal, "unanswered", now, tells=BOTH)
        log.info("deal_unanswered", deal=deal.number)
    else:
        note(session, deal, "answer_awaited", now, tells=[asked], until=last.isoformat())


def _look_at_offer(session: Session, deal: Deal, today: date, now: datetime) -> None:
    gone = lapse(deal, today, now)
    if gone is not None:
        note(session, deal, "offer_lapsed", now, tells=BOTH, offer=gone.number)
        return
    offer = find_open_offer(deal)
    if offer is not None and offer.until == today:
        note(session, deal, "offer_ends", now, tells=[other_side(PostSide(offer.side))], offer=offer.number)


def _mention_idle(session: Session, deal: Deal, today: date, now: datetime) -> None:
    """The notice's key says which round it is, so that each comes once whenever somebody looks."""
    rounds = idle_rounds(deal, today, deal_settings(today))
    if rounds:
        since = china_date(deal.state_since)
        text = f"停在“{STATE_NAMES[DealState(deal.state)]}”:{deal.number} {deal.title}"
        tell_broker(session, deal, text, key=f"idle-{since}-{rounds}", now=now)


def _look_at_rights(session: Session, deal: Deal, today: date, now: datetime) -> None:
    """Both and the broker hear once of each thing that stands in the way."""
    history = [event.details for event in list_history(session, deal.id) if event.kind == "barrier"]
    told = {(details["rule"], details["right"]) for details in history}
    for each in find_barriers(session, deal, now):
        if (each.rule, each.right) in told:
            continue
        note(
            session, deal, "barrier", now, tells=BOTH, rule=each.rule, right=each.right, said=each.said, todo=each.todo
        )
        key = f"barrier-{each.rule}-{each.right[:40]}"
        tell_broker(session, deal, f"{deal.number}:{each.said}", key=key, now=now)


def _look_at_registration(session: Session, deal: Deal, today: date, now: datetime) -> None:
    due = last_planned(deal, today, deal_settings(today))
    kind = "registration_open" if deal.register_by is None else "registration_due"
    said_on = [china_date(event.created_at) for event in list_history(session, deal.id) if event.kind == kind]
    if due is None or (said_on and max(said_on) >= due):
        return
    note(session, deal, kind, now, tells=BOTH)
    if deal.register_by is not None:
        is_late = deal.register_by < today
        said = f"{'已过' if is_late else '最晚'}{chinese_date(deal.register_by)}"
        tell_broker(session, deal, f"备案{said}:{deal.number} {deal.title}", key=f"register-{today}", now=now)
