"""What a firm says to an event: that it is not so, or is put right; a person decides, and the firm hears why."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, Forbidden, InvalidInput
from core.logs import get_logger
from models import CreditEvent, CreditPlea, PleaKind, Staff
from services.audit import record_action
from services.credit.access import get_event_to_answer, get_plea_to_decide
from services.credit.entering import check_note, finish
from services.credit.record import CreditStanding, standing_of
from services.credit.telling import tell_firm_refused, tell_staff
from services.credit.wording import PLEA_NAMES

log = get_logger(__name__)

SHORTEST_PLEA, LONGEST_PLEA = 4, 500
NOT_COUNTED = "这条已经不计入了,不用再提。"
UNDER_WAY = "已经在等专员答复了。"
OBJECTED = "这条的异议专员答复过了。不同意请说“转人工”;已经改正的可以申请修复。"
NOT_OWN = "自己提的那条,异议和修复要请另一位来定。"
GRANTED = {PleaKind.OBJECTION: "异议成立", PleaKind.REPAIR: "已修复"}


def may_plead(event: CreditEvent, kind: PleaKind, now: datetime) -> bool:
    """Whether whoever runs the firm may say this to the event now."""
    if standing_of(event, china_date(now)) is not CreditStanding.COUNTS:
        return False
    is_waiting = any(plea.is_granted is None for plea in event.pleas)
    return not is_waiting and not (kind is PleaKind.OBJECTION and _was_objected(event))


def plead(session: Session, user_id: int, event_id: str, kind: PleaKind, text: str, now: datetime) -> CreditPlea:
    """Object once, which suspends the event until a person decided, or ask for it to be ended because it is put right.
    Raises NotFound, Forbidden, InvalidInput, Conflict."""
    event = get_event_to_answer(session, user_id, event_id)
    words = " ".join(text.split())
    if not SHORTEST_PLEA <= len(words) <= LONGEST_PLEA:
        said = f"写明理由和凭据,{SHORTEST_PLEA}到{LONGEST_PLEA}个字。"
        raise InvalidInput(said, fields={"text": said})
    if any(plea.is_granted is None for plea in event.pleas):
        raise Conflict(UNDER_WAY)
    if standing_of(event, china_date(now)) is not CreditStanding.COUNTS:
        raise Conflict(NOT_COUNTED)
    if kind is PleaKind.OBJECTION and _was_objected(event):
        raise Conflict(OBJECTED)
    plea = CreditPlea(event_id=event.id, user_id=user_id, kind=kind, text=words, asked_at=now)
    event.pleas.append(plea)
    event.version += 1
    session.flush()
    tell_staff(session, f"credit-plea-{plea.id}", f"企业信用{PLEA_NAMES[kind]}待定:{event.company.name}", now)
    log.info("credit_plea", event_id=event.id, kind=kind)
    return plea


def decide_plea(
    session: Session, staff: Staff, plea_id: int, *, is_granted: bool, answer: str, now: datetime
) -> CreditPlea:
    """What was said is right and the event ends, or it goes on counting; the firm reads the answer. Raises Forbidden
    also for who proposed the event, NotFound, InvalidInput, Conflict where it was decided."""
    plea = get_plea_to_decide(session, staff, plea_id)
    event = plea.event
    if event.author_id == staff.id:
        raise Forbidden(NOT_OWN)
    if plea.is_granted is not None:
        raise Conflict("这条同事已经答复了。")
    plea.answer = check_note(answer).rstrip("。")
    plea.is_granted, plea.staff_id, plea.decided_at = is_granted, staff.id, now
    session.flush()
    action = "credit_plea_granted" if is_granted else "credit_plea_refused"
    target = f"credit:{event.public_id}"
    record_action(session, staff=staff, action=action, target=target, now=now, kind=plea.kind)
    if is_granted:
        finish(session, staff, event, f"{GRANTED[PleaKind(plea.kind)]},{plea.answer}", now)
    else:
        event.version += 1
        tell_firm_refused(session, plea, now)
    session.flush()
    return plea


def _was_objected(event: CreditEvent) -> bool:
    return any(plea.kind == PleaKind.OBJECTION for plea in event.pleas)
