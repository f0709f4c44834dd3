"""Cases of services from nothing, through the services that make them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import Case, Conversation, Institution, Staff
from services.casework.assignment import take_case
from services.casework.opening import open_service_case
from services.catalogue import service_of
from services.catalogue.model import Party
from tests.support.dated_data import make_record
from tests.support.people import make_conversation, make_identity
from tests.support.staff import make_staff

PLEDGE = {
    "amount": 3_000_000, "term_months": 12, "patents": ["CN202110123456.7"], "has_co_owners": False,
    "is_encumbered": False, "use": "working_capital", "linked": "loan_only", "company": "广州云测科技有限公司",
    "region": "广东省广州市南沙区", "phone": "13800138000",
}  # fmt: skip
RECOMMEND = {"bank": "演示银行南沙支行", "reason": "接受发明专利质押", "is_register_clear": True}


def make_service_case(
    session: Session,
    now: datetime,
    *,
    kind: str = "pledge_financing",
    values: Mapping[str, Any] = PLEDGE,
    conversation: Conversation | None = None,
    is_taken: bool = False,
) -> Case:
    """A request just filed, by a new person unless a conversation is given; if wanted, somebody fitting is on duty and
    whoever it is offered to takes it."""
    conversation = conversation or make_conversation(session, make_identity(session, now), now)
    service = service_of(kind)
    handler = make_staff(session, now, skills=[service.topic]) if is_taken else None
    case = open_service_case(
        session, service=service, values=values, conversation=conversation, channel="chat", now=now
    ).case
    if handler is not None:
        offered = session.get(Staff, case.assignee_id) if case.assignee_id else None
        take_case(session, staff=offered or handler, case_id=case.id, now=now)
    return case


def make_institution(session: Session, now: datetime, *, party: str, name: str = "", **columns: Any) -> Institution:
    row = Institution(name=name or f"演示机构{party}", party=party, is_demonstration=True, created_at=now, **columns)
    session.add(row)
    session.flush()
    if party == Party.EXPERT:
        # What an expert is drawn by is an approved record, not the row.
        region, *more = row.regions or ["全国"]
        assert not more, "an expert's record has one region"
        values = {"skills": row.skills, "conflicts": "\n".join(row.conflicts)}
        make_record(session, now, kind="expert", key=row.name, name=row.name, region=region, values=values,
                    valid_from=None)  # fmt: skip
    if party == Party.INVESTOR:
        # So is what shows an investor equity projects.
        make_record(session, now, kind="qualified_investor", key=row.name, name=row.name, region="全国",
                    values={"basis": "已登记", "proof": "登记证明", "knows_risk": True}, valid_from=None)  # fmt: skip
    return row
