"""How the owner judges the work once it is done."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from models import Case, CaseStatus
from services.case_records import add_event, lock_case

SCORES = range(1, 4)


def rate_case(session: Session, *, case_id: int, score: int, now: datetime) -> Case:
    """1 not good, 2 all right, 3 good; the last word counts. Raises Conflict while the case is open, InvalidInput."""
    if score not in SCORES:
        raise InvalidInput("评价只能是1、2、3。", fields={"score": "只能是1、2、3。"})
    case = lock_case(session, case_id)
    if case.status != CaseStatus.CLOSED:
        raise Conflict("这一单还在办,办完再评。")
    if case.satisfaction != score:
        case.satisfaction = score
        add_event(session, case, "rated", now, score=score)
        session.flush()
    return case
