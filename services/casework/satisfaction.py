"""How the owner judges the work once it is done."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from models import Case, CaseOutcome, CaseStatus
from services.case_records import add_event, list_events, lock_case
from services.casework.access import check_may_decide

SCORES = range(1, 4)
# The words that the chat understands as a verdict, the best first.
VERDICTS = ("满意", "一般", "不满意")
INVITATION = "我们的服务怎么样?回复“满意”“一般”或“不满意”。"


def is_to_be_invited(session: Session, case: Case) -> bool:
    """Whether a case that just ended asks its owner for a verdict: once a case, and not where they took it back."""
    if case.outcome == CaseOutcome.WITHDRAWN or case.satisfaction is not None:
        return False
    return not any(event.kind == "closed" and event.details.get("invited") for event in list_events(session, case.id))


def rate_case(session: Session, *, user_id: int, case_id: int, score: int, now: datetime) -> Case:
    """1 not good, 2 all right, 3 good; the last word counts. Raises Conflict while the case is open, InvalidInput,
    Forbidden for a colleague who may only see it."""
    if score not in SCORES:
        raise InvalidInput("评价只能是1、2、3。", fields={"score": "只能是1、2、3。"})
    case = lock_case(session, case_id)
    check_may_decide(session, user_id, case)
    if case.status != CaseStatus.CLOSED:
        raise Conflict("这一单还在办,办完再评。")
    if case.satisfaction != score:
        case.satisfaction = score
        add_event(session, case, "rated", now, score=score)
        session.flush()
    return case
