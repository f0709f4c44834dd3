"""Events that count against a firm: one member of staff proposes, a second one confirms, the firm is told at once."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, Forbidden, InvalidInput
from core.logs import get_logger
from models import (
    Company,
    CreditEvent,
    CreditKind,
    CreditState,
    Deal,
    DealParty,
    FlagState,
    MarketPost,
    PostState,
    Staff,
    TransferFlag,
)
from nlp.rules.periods import add_months
from services.audit import record_action
from services.credit.access import get_company_to_keep, get_event_to_keep
from services.credit.settings import credit_settings
from services.credit.telling import tell_firm_ended, tell_firm_recorded, tell_staff
from services.credit.wording import KIND_NAMES, OURS
from services.memberships import find_owner

log = get_logger(__name__)

STALE = "这条刚有变动,请刷新后再看。"
NO_CODE = "这家企业还没登记统一社会信用代码,名字可能重,不能记。"
NO_OWNER = "这家企业还没有负责人,通知不到,不能生效。有人认领后再确认。"
FOUR_EYES = "自己提的要请另一位主管或管理员确认。"
PUBLIC = frozenset({CreditKind.BREACH, CreditKind.PENALTY})
LONGEST_SOURCE = LONGEST_NUMBER = 80
LONGEST_LINK = LONGEST_TEXT = 300
SHORTEST_TEXT = 4


@dataclass(frozen=True)
class EventForm:
    """What staff write of an event. `source` and `link` are of a public decision; of a record of ours `number` is the
    post's id or the deal's number. Without `counts_until` it counts as long as the rules let it."""

    kind: CreditKind | None
    number: str
    facts: str
    evidence: str
    happened_on: date | None
    source: str = ""
    link: str = ""
    counts_until: date | None = None


def propose_event(session: Session, staff: Staff, company_id: str, form: EventForm, now: datetime) -> CreditEvent:
    """Nothing follows from it and nobody outside hears of it before a second person confirmed it. Raises Forbidden,
    NotFound, InvalidInput by field, Conflict where the firm has it already or is not known by its code."""
    company, today = get_company_to_keep(session, staff, company_id), china_date(now)
    if company.credit_code is None:
        raise Conflict(NO_CODE)
    fields = _problems(form, today)
    if form.kind is None or form.happened_on is None or fields:
        raise InvalidInput(fields=fields)
    number = _line(form.number)
    source, link, flag_id = _line(form.source), form.link.strip(), None
    if form.kind not in PUBLIC:
        source, link = OURS, ""
        flag_id = _check_record(session, company, form.kind, number)
    last = add_months(form.happened_on, credit_settings(today).months[form.kind])
    _check_until(form.counts_until, last, today)
    _check_new(session, company, form.kind, number)
    event = CreditEvent(
        company_id=company.id, kind=form.kind, source=source, number=number, link=link, facts=_line(form.facts),
        evidence=_line(form.evidence), happened_on=form.happened_on, counts_until=form.counts_until or last,
        flag_id=flag_id, author_id=staff.id, created_at=now,
    )  # fmt: skip
    session.add(event)
    session.flush()
    text = f"企业信用待确认:{company.name} · {KIND_NAMES[form.kind]}"
    tell_staff(session, f"credit-{event.id}-proposed", text, now, besides=staff.id)
    return _noted(session, staff, event, "credit_proposed", now)


def confirm_event(session: Session, staff: Staff, public_id: str, now: datetime, *, version: int) -> CreditEvent:
    """It counts from now on, and whoever runs the firm is told. Raises Forbidden for who proposed it, NotFound, and
    Conflict also where nobody runs the firm, so that nobody could be told and object."""
    event = _in_state(session, staff, public_id, CreditState.PROPOSED, version)
    if event.author_id == staff.id:
        raise Forbidden(FOUR_EYES)
    if event.counts_until < china_date(now):
        raise Conflict("这条已经过了计入的期限。")
    if event.company.credit_code is None:
        raise Conflict(NO_CODE)
    if find_owner(session, event.company_id) is None:
        raise Conflict(NO_OWNER)
    event.state, event.decided_by_id, event.decided_at = CreditState.COUNTS, staff.id, now
    _noted(session, staff, event, "credit_confirmed", now)
    tell_firm_recorded(session, event, now)
    return event


def drop_event(
    session: Session, staff: Staff, public_id: str, note: str, now: datetime, *, version: int
) -> CreditEvent:
    """A proposal that is not confirmed, by anybody of the desk. Raises Forbidden, NotFound, InvalidInput, Conflict."""
    event = _in_state(session, staff, public_id, CreditState.PROPOSED, version)
    event.note = check_note(note)
    event.state, event.decided_by_id, event.decided_at = CreditState.DROPPED, staff.id, now
    return _noted(session, staff, event, "credit_dropped", now)


def end_event(session: Session, staff: Staff, public_id: str, note: str, now: datetime, *, version: int) -> CreditEvent:
    """We found that it was wrong, or has been put right: it counts no longer, and the firm is told why. Raises
    Forbidden, NotFound, InvalidInput, Conflict."""
    event = _in_state(session, staff, public_id, CreditState.COUNTS, version)
    if any(plea.is_granted is None for plea in event.pleas):
        raise Conflict("企业提了异议或修复,先答复它。")
    return finish(session, staff, event, check_note(note), now)


def finish(session: Session, staff: Staff, event: CreditEvent, note: str, now: datetime) -> CreditEvent:
    """The event, locked, counts no longer."""
    event.state, event.note, event.ended_on = CreditState.ENDED, note, china_date(now)
    _noted(session, staff, event, "credit_ended", now)
    tell_firm_ended(session, event, now)
    return event


def check_note(note: str) -> str:
    """One line. Raises InvalidInput."""
    words = _line(note)
    if not 2 <= len(words) <= LONGEST_TEXT:
        said = f"写明理由,2到{LONGEST_TEXT}个字。"
        raise InvalidInput(said, fields={"note": said})
    return words


def _problems(form: EventForm, today: date) -> dict[str, str]:
    problems = {}
    if form.kind is None:
        problems["kind"] = "请选一类"
    for name, value in (("facts", form.facts), ("evidence", form.evidence)):
        if not SHORTEST_TEXT <= len(_line(value)) <= LONGEST_TEXT:
            problems[name] = f"写{SHORTEST_TEXT}到{LONGEST_TEXT}个字"
    if not 1 <= len(_line(form.number)) <= LONGEST_NUMBER:
        problems["number"] = "必填"
    if form.happened_on is None or form.happened_on > today:
        problems["happened_on"] = "发生的日期要填,不能在今天以后"
    if form.kind in PUBLIC:
        if not 2 <= len(_line(form.source)) <= LONGEST_SOURCE:
            problems["source"] = "写作出决定的法院或机关"
        link = form.link.strip()
        if not link.startswith(("https://", "http://")) or len(link) > LONGEST_LINK or " " in link:
            problems["link"] = "填公开决定的网址"
    return problems


def _check_record(session: Session, company: Company, kind: CreditKind, number: str) -> int | None:
    """That our own record says so: a refused post of the firm, or a transfer of its that is to be looked into. Answers
    the flag's id."""
    if kind is CreditKind.FALSE_POST:
        found = select(MarketPost.id).where(
            MarketPost.public_id == number,
            MarketPost.company_id == company.id,
            MarketPost.state == PostState.REFUSED,
            MarketPost.reviewed_by_id.is_not(None),
        )
        if session.scalar(found) is None:
            said = "没有这家企业被审核退回的这条供需"
            raise InvalidInput(said, fields={"number": said})
        return None
    flags = (
        select(TransferFlag.id)
        .join(Deal, TransferFlag.deal_id == Deal.id)
        .join(DealParty, DealParty.deal_id == Deal.id)
        .where(Deal.number == number, DealParty.company_id == company.id, TransferFlag.state == FlagState.PURSUE)
    )
    flag_id = session.scalar(flags.order_by(TransferFlag.id).limit(1))
    if flag_id is None:
        said = "这家企业的这笔交易没有定为“要查”的转让线索"
        raise InvalidInput(said, fields={"number": said})
    return flag_id


def _check_until(until: date | None, last: date, today: date) -> None:
    if last < today:
        raise InvalidInput(fields={"happened_on": "太久了,已经过了计入的期限"})
    if until is not None and not today <= until <= last:
        raise InvalidInput(fields={"counts_until": f"今天到{last.isoformat()}之间"})


def _check_new(session: Session, company: Company, kind: CreditKind, number: str) -> None:
    same = select(CreditEvent.id).where(
        CreditEvent.company_id == company.id,
        CreditEvent.kind == kind,
        CreditEvent.number == number,
        CreditEvent.state != CreditState.DROPPED,
    )
    if session.scalar(same.limit(1)) is not None:
        raise Conflict("这一条已经提过或记过了。")


def _in_state(session: Session, staff: Staff, public_id: str, state: CreditState, version: int) -> CreditEvent:
    event = get_event_to_keep(session, staff, public_id)
    if event.version != version or event.state != state:
        raise Conflict(STALE)
    return event


def _line(text: str) -> str:
    return " ".join(text.split())


def _noted(session: Session, staff: Staff, event: CreditEvent, action: str, now: datetime) -> CreditEvent:
    event.version += 1
    session.flush()
    target = f"credit:{event.public_id}"
    record_action(
        session, staff=staff, action=action, target=target, now=now, kind=event.kind, company_id=event.company_id
    )
    log.info(action, event_id=event.id, kind=event.kind, staff_id=staff.id)
    return event
