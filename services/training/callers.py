"""People without an account, whom staff booked by name and number: how long we know them, forgotten when they ask, one
with the account whose owner proves to have that number."""

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.logs import get_logger
from models import Booking, BookingState, Certificate, CourseSession, Staff, User, WeChatIdentity
from models.training import OPEN
from services.audit import record_action
from services.case_records import lock_person
from services.identities import find_or_create_conversation
from services.privacy import erase_user
from services.training.desk import get_booking_for
from services.training.giving_up import give_up_doubles
from services.training.seats import tell

log = get_logger(__name__)

# Counted from the end of the last session that they booked.
KEEP = timedelta(days=365)
PORTION = 200
# A certificate must stand as long as somebody may want to check it: the name on it goes when its holder asks.
HAS_CERTIFICATE = exists().where(Booking.user_id == User.id, Certificate.booking_id == Booking.id)
HAS_ACCOUNT = exists().where(WeChatIdentity.user_id == User.id)


def forget_old_callers(session: Session, now: datetime) -> int:
    """One portion; answers how many. Of who has a certificate the name on it stays, and nothing else."""
    recent = exists().where(
        Booking.user_id == User.id, CourseSession.id == Booking.session_id, CourseSession.ends_at > now - KEEP
    )
    by_hand = select(Booking.user_id).where(Booking.conversation_id.is_(None))
    old = session.scalars(
        select(User)
        .where(User.id.in_(by_hand), User.erased_at.is_(None), ~HAS_ACCOUNT, ~recent)
        .where(or_(User.phone.is_not(None), ~HAS_CERTIFICATE))
        .order_by(User.id)
        .limit(PORTION)
    ).all()
    for person in old:
        lock_person(session, person)  # a certificate may be given at this moment
        if session.scalar(select(User.id).where(User.id == person.id, HAS_CERTIFICATE)) is None:
            erase_user(session, person, now)
            continue
        person.phone = person.display_name = None
        session.execute(update(Booking).where(Booking.user_id == person.id).values(answers={}, remark=None))
    return len(old)


def forget_caller(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """They asked for it on the telephone; seats to come are given up with it. Raises NotFound, Conflict."""
    booking = get_booking_for(session, staff, public_id, booking_id)
    if session.scalar(select(User.id).where(User.id == booking.user_id, HAS_ACCOUNT)) is not None:
        raise Conflict("他有账号,请他自己在公众号里说“删除我的数据”。")
    erase_user(session, booking.user, now)
    record_action(session, staff=staff, action="caller_forgotten", target=f"booking:{booking.number}", now=now)
    return booking


def take_over_bookings(session: Session, identity: WeChatIdentity, phone: str, now: datetime) -> int:
    """WeChat says that this number is theirs: what staff booked under it is theirs too; answers how many.

    Call it before the person's row is locked. They hear in their conversation of what is still to come. An absence from
    before counts no more than it did: they could not have called it off here.
    """
    callers = select(User).where(
        User.phone == phone, User.id != identity.user_id, User.erased_at.is_(None), ~HAS_ACCOUNT
    )
    if session.scalars(callers.limit(1)).first() is None:
        return 0
    conversation = find_or_create_conversation(session, identity, now)
    person = identity.user
    for each in sorted([person, *session.scalars(callers).all()], key=lambda user: user.id):
        lock_person(session, each)
    moved = 0
    for caller in session.scalars(callers.execution_options(populate_existing=True)).all():
        give_up_doubles(session, caller.id, person.id, now)
        theirs = session.scalars(select(Booking).where(Booking.user_id == caller.id).order_by(Booking.id)).all()
        for booking in theirs:
            booking.user_id = person.id
            if booking.state in OPEN and booking.session.starts_at > now:
                booking.conversation_id = conversation.id
                tell(session, booking, "offered" if booking.state == BookingState.OFFERED else "by_hand", now)
        person.display_name = person.display_name or caller.display_name
        # The emptied row keeps nothing about the person.
        caller.display_name = caller.phone = None
        session.flush()
        moved += len(theirs)
    log.info("bookings_taken_over", user_id=person.id, bookings=moved)
    return moved
