"""Certificates of who came: asked for with the name to be printed, made by a job, checked by anybody, revoked by
staff."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, joinedload

from core.clock import china_date
from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import Booking, BookingState, Certificate, Conversation, Course, CourseSession, Staff
from services.audit import record_action
from services.job_names import JobName, request_job
from services.training.desk import LONGEST_REASON, get_session_for, target_of
from services.training.notices import say
from services.training.session_form import one_line

log = get_logger(__name__)

PUBLIC_PATH = "/certificates"
LETTERS = "ZS"
# None that are taken for each other when a number is read from paper.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SIGNS_IN_NUMBER = 8
NUMBER = re.compile(f"{LETTERS}\\d{{6}}-[{SIGNS}]{{{SIGNS_IN_NUMBER}}}")
# As it may stand in an address: the page takes small letters too.
NUMBER_IN_PATH = re.compile(NUMBER.pattern, re.IGNORECASE)
SHORTEST_HOLDER, LONGEST_HOLDER = 2, 30
# 王小明, 阿卜杜拉·买买提, O'Neil-Smith Anna
HOLDER = re.compile(r"[^\W\d_]+(?:[ ·.'’-]+[^\W\d_]+)*\.?")
# Phones have several dots for the one between the parts of a name.
DOTS = str.maketrans("\u2022\u30fb\u2027\uff0e", "····")
SHOWN = 20


def find_claimable(session: Session, *, user_id: int, now: datetime) -> Booking | None:
    """The latest booking of somebody who came for which there still is a certificate to be had."""
    valid = (
        select(func.count())
        .where(Certificate.booking_id == Booking.id, Certificate.revoked_at.is_(None))
        .correlate(Booking)
        .scalar_subquery()
    )
    wanted = (
        select(Booking)
        .join(Booking.session)
        .join(CourseSession.course)
        .where(
            Booking.user_id == user_id,
            Booking.state == BookingState.ATTENDED,
            CourseSession.ends_at <= now,
            Course.gives_certificate.is_(True),
            valid < Booking.seats,
        )
        .options(joinedload(Booking.session).joinedload(CourseSession.course))
    )
    return session.scalar(wanted.order_by(CourseSession.ends_at.desc(), Booking.id.desc()).limit(1))


def count_claimable(session: Session, booking: Booking, now: datetime) -> int:
    """How many certificates there still are to be had for a booking."""
    if not (booking.state == BookingState.ATTENDED and booking.session.course.gives_certificate):
        return 0
    if now < booking.session.ends_at:
        return 0
    return max(booking.seats - _count_valid(session, booking), 0)


def has_certificate(session: Session, booking: Booking) -> bool:
    """Whether one that is valid says that they came."""
    return _count_valid(session, booking) > 0


def _count_valid(session: Session, booking: Booking) -> int:
    valid = select(func.count()).where(Certificate.booking_id == booking.id, Certificate.revoked_at.is_(None))
    return session.scalar(valid) or 0


def issue_certificate(session: Session, *, booking_id: int, holder: str, now: datetime) -> Certificate:
    """As many as there were seats, one for each name; the same name again is the same certificate.

    The caller has been through the booking's door. Raises Conflict, InvalidInput.
    """
    holder = check_holder(holder)
    session.flush()
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    held = booking.session
    if booking.state != BookingState.ATTENDED:
        raise Conflict("签到参加过的人才能领证书。")
    if not held.course.gives_certificate:
        raise Conflict("这门课程不发证书。")
    if now < held.ends_at:
        raise Conflict("这一场还没结束,结束后再领证书。")
    there = session.scalars(
        select(Certificate).where(Certificate.booking_id == booking.id, Certificate.revoked_at.is_(None))
    ).all()
    for each in there:
        if each.holder == holder:
            return each
    if len(there) >= booking.seats:
        raise Conflict("这个报名的证书已经领过了。名字写错了,请说“转人工”找培训专员。")
    made = Certificate(
        number=_new_number(now), booking_id=booking.id, holder=holder, course_title=held.course.title,
        held_on=china_date(held.starts_at), issued_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    request_job(session, JobName.MAKE_CERTIFICATE, key=str(made.id), now=now, certificate_id=made.id)
    # Not by its number: whoever has that may open its page.
    log.info("certificate_issued", certificate_id=made.id, booking=booking.number)
    return made


def check_holder(text: str) -> str:
    """The name as it is printed. Raises InvalidInput."""
    name = one_line(text).translate(DOTS)
    if not SHORTEST_HOLDER <= len(name) <= LONGEST_HOLDER or not HOLDER.fullmatch(name):
        said = f"姓名写{SHORTEST_HOLDER}到{LONGEST_HOLDER}个字,不带数字和符号。"
        raise InvalidInput(said, fields={"holder": said})
    if missing := [sign for sign in name if not can_print(sign)]:
        said = f"“{missing[0]}”这个字现在印不出来,请说“转人工”由培训专员办。"
        raise InvalidInput(said, fields={"holder": said})
    return name


def can_print(sign: str) -> bool:
    """Whether the font of the certificate has it: it was cut by this very rule (data/fonts/README.md)."""
    try:
        sign.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def list_own_certificates(
    session: Session, *, user_id: int, before: int | None = None, limit: int = SHOWN
) -> Sequence[Certificate]:
    """The latest first, revoked ones among them; `before` is the id of the last one seen."""
    wanted = _with_booking().where(Booking.user_id == user_id)
    if before is not None:
        wanted = wanted.where(Certificate.id < before)
    return session.scalars(wanted.order_by(Certificate.id.desc()).limit(limit)).all()


def get_own_certificate(session: Session, *, user_id: int, number: str) -> Certificate:
    """The owner's door. A stranger's and a missing one raise the same NotFound."""
    found = session.scalar(_with_booking().where(Certificate.number == number, Booking.user_id == user_id))
    if found is None:
        raise NotFound("没有找到这份证书。")
    return found


def find_certificate(session: Session, number: str) -> Certificate | None:
    """For everybody who has the number in hand."""
    if not NUMBER.fullmatch(number):
        return None
    return session.scalar(_with_booking().where(Certificate.number == number))


def list_certificates_of(session: Session, session_id: int, *, limit: int) -> Sequence[Certificate]:
    """Those of a session, the latest first."""
    wanted = _with_booking().where(Booking.session_id == session_id)
    return session.scalars(wanted.order_by(Certificate.id.desc()).limit(limit)).all()


def masked(name: str) -> str:
    """王*, 王*明, A***a: enough to be compared with a paper in hand, too little to learn a name."""
    return f"{name[0]}{'*' * max(len(name) - 2, 1)}{name[-1] if len(name) > 2 else ''}"


def set_gives_certificate(session: Session, *, staff: Staff, public_id: str, gives: bool, now: datetime) -> None:
    """Whether who came to a course may have a certificate; those that were issued stay."""
    held = get_session_for(session, staff, public_id)
    course = session.get_one(Course, held.course_id, with_for_update=True, populate_existing=True)
    if course.gives_certificate == gives:
        return
    course.gives_certificate = gives
    action = "certificates_on" if gives else "certificates_off"
    record_action(session, staff=staff, action=action, target=target_of(held), now=now)
    session.flush()


def revoke_certificate(
    session: Session, *, staff: Staff, public_id: str, number: str, reason: str, now: datetime
) -> Certificate:
    """Its page says so from now on, the PDF is deleted and its owner reads why. Twice is once.

    Raises InvalidInput, NotFound.
    """
    held = get_session_for(session, staff, public_id)
    reason = one_line(reason).rstrip("。")
    if not reason or len(reason) > LONGEST_REASON:
        said = f"写一句原因,{LONGEST_REASON}个字以内,证书的主人会看到。"
        raise InvalidInput(said, fields={"reason": said})
    found = find_certificate(session, number)
    if found is None or found.booking.session_id != held.id:
        raise NotFound("这一场没有这份证书。")
    conversation = lock_with_conversation(session, found)
    if found.revoked_at is not None:
        return found
    found.revoked_at, found.revoked_by_id, found.reason = now, staff.id, reason
    _drop_file(session, found, "revoked", now)
    record_action(
        session, staff=staff, action="certificate_revoked", target=target_of(held), now=now, certificate=found.number
    )
    if conversation is not None:
        text = f"结业证书{found.number}(“{found.course_title}”)已撤销:{reason}。有疑问请说“转人工”。"
        say(session, conversation, text, now)
    session.flush()
    return found


def lock_with_conversation(session: Session, certificate: Certificate) -> Conversation | None:
    """In the order of a turn and of an erasure: first the conversation in which its owner is told, then the row."""
    number = session.scalars(select(Booking.conversation_id).where(Booking.id == certificate.booking_id)).one()
    conversation = session.get_one(Conversation, number, with_for_update=True) if number is not None else None
    session.get_one(Certificate, certificate.id, with_for_update=True, populate_existing=True)
    return conversation


def forget_certificates_of(session: Session, user_id: int, now: datetime) -> None:
    """The person is erased: rows, bytes and the public page go."""
    of_person = select(Booking.id).where(Booking.user_id == user_id)
    for row in session.scalars(select(Certificate).where(Certificate.booking_id.in_(of_person))).all():
        _drop_file(session, row, "erased", now)
    session.execute(delete(Certificate).where(Certificate.booking_id.in_(of_person)))


def _drop_file(session: Session, row: Certificate, because: str, now: datetime) -> None:
    if row.storage_key is not None:
        key, row.storage_key = row.storage_key, None
        request_job(session, JobName.COLLECT_FILE, key=f"{key}-{because}", now=now, storage_key=key)


def _new_number(now: datetime) -> str:
    signs = "".join(secrets.choice(SIGNS) for _ in range(SIGNS_IN_NUMBER))
    return f"{LETTERS}{china_date(now):%y%m%d}-{signs}"


def _with_booking() -> Select[Certificate]:
    join = select(Certificate).join(Certificate.booking)
    return join.options(
        joinedload(Certificate.booking).joinedload(Booking.session).joinedload(CourseSession.course)
    )  # fmt: skip
