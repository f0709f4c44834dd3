"""Certificates that staff give to who came and has no account: nobody could ask for one, or be sent one, in chat."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, NotFound
from models import Booking, BookingState, Certificate, Staff, User
from services.audit import record_action
from services.case_records import lock_person
from services.training.callers import HAS_ACCOUNT
from services.training.certificates import count_claimable, issue_certificate
from services.training.desk import get_booking_for, get_session_for, target_of

MOST_SHOWN = 100
THEIRS = "他有微信账号,请他自己在公众号里说“我的证书”。"
FORGOTTEN = "这个人的个人信息已经删除,不能再开证书。"


def list_to_give(session: Session, *, staff: Staff, public_id: str, now: datetime) -> list[tuple[Booking, int]]:
    """Who came and has no account, each with how many certificates there still are to be had."""
    held = get_session_for(session, staff, public_id)
    found = session.scalars(
        select(Booking)
        .join(Booking.user)
        .where(
            Booking.session_id == held.id,
            Booking.state == BookingState.ATTENDED,
            ~HAS_ACCOUNT,
            User.erased_at.is_(None),
        )
        .options(joinedload(Booking.user))
        .order_by(Booking.id)
        .limit(MOST_SHOWN)
    ).all()
    left = [(each, count_claimable(session, each, now)) for each in found]
    return [(each, count) for each, count in left if count]


def give_certificate(
    session: Session, *, staff: Staff, public_id: str, booking_id: int, holder: str, now: datetime
) -> Certificate:
    """Issued with the name that the person says. Raises Conflict for who has an account or was forgotten,
    InvalidInput, NotFound."""
    booking = get_booking_for(session, staff, public_id, booking_id)
    lock_person(session, booking.user)  # nobody is forgotten meanwhile
    if booking.user.erased_at is not None:
        raise Conflict(FORGOTTEN)
    _check_has_no_account(session, booking)
    made = issue_certificate(session, booking_id=booking.id, holder=holder, now=now)
    record_action(
        session, staff=staff, action="certificate_given", target=target_of(booking.session), now=now,
        certificate=made.number,
    )  # fmt: skip
    return made


def ids_to_hand_out(session: Session, certificates: Sequence[Certificate]) -> set[int]:
    """Those of the certificates whose PDF is there and which staff hand out themselves."""
    there = [each.booking.user_id for each in certificates if each.storage_key is not None]
    alone = set(session.scalars(select(User.id).where(User.id.in_(there), ~HAS_ACCOUNT)).all())
    return {each.id for each in certificates if each.storage_key is not None and each.booking.user_id in alone}


def get_to_hand_out(session: Session, *, staff: Staff, public_id: str, certificate_id: int) -> Certificate:
    """To be printed or handed over. Raises NotFound, Conflict where it is its owner's to open."""
    held = get_session_for(session, staff, public_id)
    found = session.get(Certificate, certificate_id)
    if found is None or found.booking.session_id != held.id:
        raise NotFound("这一场没有这份证书。")
    _check_has_no_account(session, found.booking)
    return found


def _check_has_no_account(session: Session, booking: Booking) -> None:
    if session.scalar(select(User.id).where(User.id == booking.user_id, HAS_ACCOUNT)) is not None:
        raise Conflict(THEIRS)
