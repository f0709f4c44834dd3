"""Out of custody, or into a colleague's: what ends, what goes along, who hears of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from core.clock import china_date
from core.errors import Conflict
from core.logs import get_logger
from models import CustodyRight, OwnershipProof
from services.custody.access import get_member, get_right_to_decide, is_active_member
from services.custody.changes import note
from services.custody.due_dates import plan_notice
from services.custody.papers import drop_papers
from services.memberships import find_owner
from services.working_hours import load_calendar

log = get_logger(__name__)

NO_COMPANY_RIGHT = "这件不在企业名下,不能交给同事。先登记企业,再重新托管到企业名下。"


def end_custody(
    session: Session, *, user_id: int, public_id: str, now: datetime, version: int | None = None
) -> CustodyRight:
    """Nothing is reminded of any more; its history stays. Raises NotFound, Forbidden, Conflict."""
    right = get_right_to_decide(session, user_id, public_id, version=version)
    _close(right, now, user_id)
    session.flush()
    log.info("custody_ended", right_id=right.id)
    return right


def _close(right: CustodyRight, now: datetime, user_id: int) -> None:
    """The right is in nobody's custody any more; its number is free to be brought back."""
    right.ended_at = now
    right.key = f"{right.key}:{right.id}"
    right.next_due_on = right.next_notice_on = None
    session = object_session(right)
    assert session is not None
    drop_papers(session, right, now)
    for letter in right.letters:
        letter.next_notice_on = None
    if right.proof == OwnershipProof.SUBMITTED:
        right.proof = OwnershipProof.CLAIMED
    note(right, "ended", now, user_id=user_id)


def hand_over(
    session: Session, *, user_id: int, public_id: str, member_id: int, now: datetime, version: int | None = None
) -> CustodyRight:
    """A colleague looks after it from now on. Raises NotFound, Forbidden, and Conflict for a right of no company and
    one that the colleague keeps already for themselves."""
    right = get_right_to_decide(session, user_id, public_id, version=version)
    if right.company_id is None:
        raise Conflict(NO_COMPANY_RIGHT)
    member = get_member(session, company_id=right.company_id, member_id=member_id)
    if member.user_id != right.user_id:
        if has_same(session, member.user_id, right):
            raise Conflict("这位同事自己已经托管了同一件,请先让他停掉那一件。")
        give_to(right, member.user_id, now, by=user_id)
        session.flush()
    return right


def give_to(right: CustodyRight, keeper_id: int, now: datetime, *, by: int | None) -> None:
    """Make somebody its keeper."""
    note(right, "handed_over", now, user_id=by, details={"from": right.user_id, "to": keeper_id})
    right.user_id = keeper_id


def has_same(session: Session, user_id: int, right: CustodyRight) -> bool:
    """Whether somebody keeps the same right in another row."""
    same = select(CustodyRight.id).where(
        CustodyRight.user_id == user_id, CustodyRight.key == right.key, CustodyRight.id != right.id
    )
    return session.scalar(same) is not None


def settle_keeper(session: Session, right: CustodyRight, now: datetime) -> bool:
    """See that somebody of the company keeps a right of it: whoever left is followed by who runs it; where nobody does
    nobody is told today, and on the next planned day it is seen again. Answers whether the keeper stays."""
    if right.company_id is None or is_active_member(session, right.user_id, right.company_id):
        return True
    owner = find_owner(session, right.company_id)
    if owner is None or has_same(session, owner.id, right):
        plan_notice(right, china_date(now), load_calendar(session, china_date(now)))
    else:
        give_to(right, owner.id, now, by=None)
    session.flush()
    return False
