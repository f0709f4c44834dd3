"""From the bot to a person: one case per conversation, a number, a promise, and a package for staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_time
from core.logs import get_logger
from models import Case, CaseEvent, CaseStatus, Conversation, HandoffReason
from services.case_records import add_event, find_open_case, lock_conversation, next_case_number
from services.handoff_package import build_package
from services.notifications import withdraw_notices
from services.routing import route_at_once
from services.topics import SKILL_NAMES
from services.working_hours import Promise, promise_reply

log = get_logger(__name__)

LETTERS = "KF"
# What tells staff that somebody waits for one of them.
ASKED_TO_TAKE = ("case_assigned", "transfer", "case_escalated")


@dataclass(frozen=True)
class Handoff:
    """The case and what to tell the user. `is_new` is false where the conversation had an open case already."""

    case: Case
    is_new: bool
    is_off_hours: bool
    text_for_user: str


def open_handoff(
    session: Session,
    *,
    conversation: Conversation,
    reason: HandoffReason,
    topic: str,
    region: str | None,
    question: str,
    now: datetime,
) -> Handoff:
    """Open a case and offer it to staff, or find the open one and say where it stands.

    The bot goes on answering until a member of staff accepts.
    """
    conversation = lock_conversation(session, conversation.id)
    promise = promise_reply(session, now)
    found = find_open_case(session, conversation.id)
    if found is not None:
        text = _standing(session, found, promise, now)
        return Handoff(found, False, promise.is_off_hours, text)
    case = create_case(
        session,
        conversation=conversation,
        reason=reason,
        topic=topic,
        region=region,
        question=question,
        promise=promise,
        now=now,
    )
    text = _opened(session, case, promise, now)
    add_event(session, case, "opened", now, reason=reason, off_hours_notice=promise.is_off_hours)
    route_at_once(session, case, now)
    log.info("handoff_opened", case=case.number, reason=reason, topic=case.topic, off_hours=promise.is_off_hours)
    return Handoff(case, True, promise.is_off_hours, text)


def withdraw_handoff(session: Session, *, conversation: Conversation, now: datetime) -> str:
    """The person does not want anybody any more; answers what to tell them. Whoever is at work on it goes on."""
    conversation = lock_conversation(session, conversation.id)
    found = find_open_case(session, conversation.id)
    if found is None:
        return "好,先不转。"
    if found.status == CaseStatus.ACCEPTED:
        holder = found.assignee.display_name if found.assignee else "专员"
        return f"单号 {found.number} {holder}已经接了,不需要就直接告诉{holder}一声。"
    # It was only offered: whoever was asked has no part in it and reads the conversation no more.
    found.status, found.closed_at, found.respond_by, found.assignee_id = CaseStatus.CLOSED, now, None, None
    add_event(session, found, "closed", now, because="withdrawn")
    withdraw_notices(session, found, ASKED_TO_TAKE)
    session.flush()
    log.info("handoff_withdrawn", case=found.number)
    return f"好,单号 {found.number} 撤了,专员不再找您。"


def create_case(
    session: Session,
    *,
    conversation: Conversation,
    reason: HandoffReason,
    topic: str,
    region: str | None,
    question: str,
    promise: Promise,
    now: datetime,
) -> Case:
    """The row with its number and package; the caller writes the first event."""
    topic = topic if topic in SKILL_NAMES else "general"
    company = conversation.user.company
    region = region or conversation.user.region or (company.region if company else None)
    package = build_package(
        session,
        conversation=conversation,
        reason=reason,
        topic=topic,
        region=region,
        question=question,
        now=now,
    )
    case = Case(
        # Last of all that takes time: from here on whoever opens another one waits.
        number=next_case_number(session, LETTERS, now),
        user_id=conversation.user_id,
        conversation_id=conversation.id,
        status=CaseStatus.WAITING,
        reason=reason,
        topic=topic,
        region=region,
        package=package,
        promised_at=promise.at,
        created_at=now,
    )
    session.add(case)
    session.flush()
    return case


def _opened(session: Session, case: Case, promise: Promise, now: datetime) -> str:
    by = chinese_time(promise.at, now)
    if not promise.is_off_hours:
        return f"已请专员接手。单号 {case.number},{by}前回复您。\n前面说的都看得到,不用再讲一遍。"
    if _was_told_off_hours_today(session, case.conversation_id, now):
        return f"已请专员接手。单号 {case.number},{by}前回复您。\n急的话接着说,我先帮您查。"
    pause = "午休" if promise.is_break else "下班"
    return f"现在是{pause}时间,{by}前专员会回您,单号 {case.number}。\n急的话接着说,我先帮您查。"


def _standing(session: Session, case: Case, promise: Promise, now: datetime) -> str:
    by = chinese_time(case.promised_at, now)
    if case.status == CaseStatus.ACCEPTED and case.assignee is not None:
        skill = SKILL_NAMES.get(case.topic, SKILL_NAMES["general"])
        if case.first_reply_at is not None or case.promised_at <= now:
            return f"{case.assignee.display_name}({skill})在处理,单号 {case.number}。有补充直接发,都看得到。"
        return f"已转给 {case.assignee.display_name}({skill})。单号 {case.number},{by}前回复您。"
    if case.promised_at <= now:
        return f"单号 {case.number} 比答应的{by}晚了,已请主管催办。\n急的话接着说,我先帮您查。"
    if promise.is_off_hours and not _was_told_off_hours_today(session, case.conversation_id, now):
        add_event(session, case, "asked_again", now, off_hours_notice=True)
        pause = "午休" if promise.is_break else "下班"
        return f"现在是{pause}时间,{by}前专员会回您,单号 {case.number}。\n急的话接着说,我先帮您查。"
    return f"单号 {case.number} 正在安排专员,{by}前回复您,不用重复提交。"


def _was_told_off_hours_today(session: Session, conversation_id: int, now: datetime) -> bool:
    """The notice of closed hours comes once a day, however many cases that day brings."""
    events = session.scalars(
        select(CaseEvent)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.conversation_id == conversation_id, CaseEvent.created_at > now - timedelta(days=1))
    )
    today = china_date(now)
    return any(event.details.get("off_hours_notice") and china_date(event.created_at) == today for event in events)
