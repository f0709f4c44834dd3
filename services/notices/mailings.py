"""A message to everybody of a segment, at the desk: written, looked at, tried, started, paused, counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import (
    Delivery,
    DeliveryChannel,
    DeliveryState,
    HeldBecause,
    Mailing,
    MailingRecipient,
    MailingState,
    Notice,
    NoticeState,
    Staff,
    Topic,
    User,
)
from services.audit import record_action
from services.job_names import JobName, request_job
from services.notices.segments import Segment
from services.outgoing import write_to_user
from services.permissions import Action, check_may
from services.reaching import find_conversation

log = get_logger(__name__)

STALE = "同事刚动过这条群发,请刷新后再做。"
LONGEST_TITLE, LONGEST_TEXT, MOST_LISTED = 20, 300, 100
# A mailing is news, never a deadline or a case: those are one person's.
TOPICS = (Topic.OPPORTUNITY, Topic.COURSE)
STATE_NAMES = {
    MailingState.DRAFT: "草稿", MailingState.GATHERING: "正在列名单", MailingState.SENDING: "发送中",
    MailingState.PAUSED: "已暂停", MailingState.DONE: "已发完", MailingState.CANCELLED: "已取消",
}  # fmt: skip
UNDER_WAY = (MailingState.GATHERING, MailingState.SENDING)


@dataclass(frozen=True)
class MailingContent:
    """What staff write."""

    title: str
    text: str
    topic: str
    segment: Segment


@dataclass(frozen=True)
class Figures:
    """What became of a mailing: everybody of its list is in exactly one of these."""

    waiting: int
    held: int
    sent_as_message: int
    sent_as_template: int
    in_app: int
    on_the_way: int
    failed: int

    @property
    def total(self) -> int:
        return sum(
            (self.waiting, self.held, self.sent_as_message, self.sent_as_template, self.in_app, self.on_the_way,
             self.failed)
        )  # fmt: skip


def list_mailings(session: Session, staff: Staff) -> Sequence[Mailing]:
    """The latest first."""
    check_may(staff, Action.SEND_MAILINGS)
    return session.scalars(select(Mailing).order_by(Mailing.id.desc()).limit(MOST_LISTED)).all()


def get_mailing(session: Session, staff: Staff, public_id: str, *, lock: bool = False) -> Mailing:
    """The one door. Raises Forbidden, NotFound."""
    check_may(staff, Action.SEND_MAILINGS)
    wanted = select(Mailing).where(Mailing.public_id == public_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    if (found := session.scalar(wanted)) is None:
        raise NotFound("没有找到这条群发。")
    return found


def count_segment(session: Session, staff: Staff, segment: Segment) -> int:
    """How many people it would be for now."""
    check_may(staff, Action.SEND_MAILINGS)
    return session.scalar(select(func.count()).select_from(User).where(segment.condition())) or 0


def write_mailing(
    session: Session, staff: Staff, content: MailingContent, now: datetime, *, public_id: str | None = None,
    version: int = 0,
) -> Mailing:  # fmt: skip
    """A new draft, or a changed one. Raises InvalidInput by field name, Conflict for what is no draft any more."""
    check_may(staff, Action.SEND_MAILINGS)
    title, text = content.title.strip(), content.text.replace("\r\n", "\n").strip()
    problems = {}
    if not 2 <= len(title) <= LONGEST_TITLE:
        problems["title"] = f"2到{LONGEST_TITLE}个字"
    if not 2 <= len(text) <= LONGEST_TEXT:
        problems["text"] = f"2到{LONGEST_TEXT}个字"
    if content.topic not in TOPICS:
        problems["topic"] = "请选一个主题"
    if problems:
        raise InvalidInput(fields=problems)
    if public_id is None:
        mailing = Mailing(state=MailingState.DRAFT, staff_id=staff.id, created_at=now)
        session.add(mailing)
    else:
        mailing = _lock(session, staff, public_id, version, (MailingState.DRAFT,))
        mailing.version += 1
    mailing.title, mailing.text, mailing.topic = title, text, content.topic
    mailing.segment = content.segment.to_dict()
    session.flush()
    _note(session, staff, "mailing_written", mailing, now)
    return mailing


def send_test(session: Session, staff: Staff, public_id: str, phone: str, now: datetime) -> None:
    """Send it, marked as a test, to one person by the number that WeChat confirmed as theirs. Raises InvalidInput."""
    mailing = get_mailing(session, staff, public_id)
    user = session.scalar(
        select(User).where(User.phone == phone.strip(), User.phone_verified_at.is_not(None), User.erased_at.is_(None))
    )
    conversation = find_conversation(session, user.id, now) if user is not None else None
    if conversation is None:
        raise InvalidInput(fields={"phone": "没有这个手机号的用户,请先用这个号登录小程序"})
    write_to_user(session, conversation, f"【测试】{mailing.text}", now)
    _note(session, staff, "mailing_tested", mailing, now)


def start_mailing(session: Session, staff: Staff, public_id: str, version: int, now: datetime) -> Mailing:
    """From here on its text and its segment are fixed: first the list is written down, then it is sent."""
    mailing = _lock(session, staff, public_id, version, (MailingState.DRAFT,))
    mailing.state, mailing.started_at = MailingState.GATHERING, now
    _go_on(session, mailing, now)
    _note(session, staff, "mailing_started", mailing, now)
    return mailing


def pause_mailing(session: Session, staff: Staff, public_id: str, version: int, now: datetime) -> Mailing:
    """The portion that is being sent ends; nobody else is told until it goes on."""
    mailing = _lock(session, staff, public_id, version, UNDER_WAY)
    mailing.resumes_as, mailing.state = mailing.state, MailingState.PAUSED
    mailing.version += 1
    _note(session, staff, "mailing_paused", mailing, now)
    return mailing


def resume_mailing(session: Session, staff: Staff, public_id: str, version: int, now: datetime) -> Mailing:
    """It goes on where it stopped."""
    mailing = _lock(session, staff, public_id, version, (MailingState.PAUSED,))
    mailing.state, mailing.resumes_as = str(mailing.resumes_as), None
    _go_on(session, mailing, now)
    _note(session, staff, "mailing_resumed", mailing, now)
    return mailing


def cancel_mailing(session: Session, staff: Staff, public_id: str, version: int, now: datetime) -> Mailing:
    """Who has not been told is not told any more; the list stays, for the count."""
    states = (MailingState.DRAFT, MailingState.PAUSED, *UNDER_WAY)
    mailing = _lock(session, staff, public_id, version, states)
    mailing.state, mailing.done_at = MailingState.CANCELLED, now
    mailing.version += 1
    for_later = Notice.mailing_id == mailing.id, Notice.state == NoticeState.WAITING
    held = {"state": NoticeState.HELD, "held_because": HeldBecause.CANCELLED}
    session.execute(update(Notice).where(*for_later).values(held).execution_options(synchronize_session=False))
    _note(session, staff, "mailing_cancelled", mailing, now)
    return mailing


def figures_of(session: Session, mailing: Mailing) -> Figures:
    """Counted, not kept: from the list and the ledger."""
    left = session.scalar(select(func.count()).where(MailingRecipient.mailing_id == mailing.id)) or 0
    rows: dict[tuple[str, str], int] = {
        (channel, state): count
        for channel, state, count in session.execute(
            select(Delivery.channel, Delivery.state, func.count())
            .join(Notice, Notice.message_id == Delivery.message_id)
            .where(Notice.mailing_id == mailing.id, Delivery.part == 1)
            .group_by(Delivery.channel, Delivery.state)
        )
    }
    # Of those who are told in a summary or in hours of their own.
    later: dict[str, int] = dict(
        session.execute(
            select(Notice.state, func.count())
            .where(Notice.mailing_id == mailing.id, Notice.state != NoticeState.WRITTEN)
            .group_by(Notice.state)
        ).all()
    )
    return Figures(
        waiting=left + later.get(NoticeState.WAITING, 0),
        held=mailing.held_count + later.get(NoticeState.HELD, 0),
        sent_as_message=rows.get((DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.SENT), 0),
        sent_as_template=rows.get((DeliveryChannel.SUBSCRIPTION, DeliveryState.SENT), 0),
        in_app=_sum(rows, channel=DeliveryChannel.INBOX),
        on_the_way=_sum(rows, state=DeliveryState.QUEUED, but=DeliveryChannel.INBOX),
        failed=sum(
            _sum(rows, state=state, but=DeliveryChannel.INBOX)
            for state in (DeliveryState.FAILED, DeliveryState.EXPIRED)
        ),
    )


def _sum(
    rows: Mapping[tuple[str, str], int], *, channel: str | None = None, state: str | None = None, but: str = ""
) -> int:
    return sum(
        count
        for (of_channel, of_state), count in rows.items()
        if of_channel != but and channel in (None, of_channel) and state in (None, of_state)
    )


def _lock(session: Session, staff: Staff, public_id: str, version: int, states: Sequence[str]) -> Mailing:
    mailing = get_mailing(session, staff, public_id, lock=True)
    if mailing.version != version or mailing.state not in states:
        raise Conflict(STALE)
    return mailing


def _go_on(session: Session, mailing: Mailing, now: datetime) -> None:
    mailing.version += 1
    mailing.stepped_at = now
    session.flush()
    request_job(session, JobName.SEND_MAILING, key=f"{mailing.id}-{mailing.version}", now=now, mailing_id=mailing.id)


def _note(session: Session, staff: Staff, action: str, mailing: Mailing, now: datetime, **details: Any) -> None:
    record_action(session, staff=staff, action=action, target=f"mailing:{mailing.id}", now=now, **details)
    log.info(action, mailing_id=mailing.id)
