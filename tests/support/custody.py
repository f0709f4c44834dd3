"""Rights in custody from nothing, brought as an owner would."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Company, Conversation, CustodyRight, MemberRole, Membership, MemberState, User
from services.custody.adding import Wanted, add_rights
from tests.support.people import make_conversation, make_identity

NUMBER = "CN202110123456.7"
COMPANY = "广州云测科技有限公司"


def make_owner(session: Session, now: datetime) -> Conversation:
    """Somebody who can be written to."""
    return make_conversation(session, make_identity(session, now), now)


def join(
    session: Session, user_id: int, now: datetime, *, name: str = COMPANY, role: MemberRole = MemberRole.OWNER
) -> Company:
    """Let somebody act for a company from now on."""
    company = session.scalar(select(Company).where(Company.name == name))
    if company is None:
        company = Company(name=name, created_at=now)
        session.add(company)
        session.flush()
    session.add(
        Membership(
            user_id=user_id, company_id=company.id, role=role, state=MemberState.ACTIVE, created_at=now, decided_at=now
        )
    )
    session.get_one(User, user_id).company_id = company.id
    session.flush()
    return company


def bring(session: Session, user_id: int, now: datetime, *, number: str = NUMBER, **facts: Any) -> CustodyRight:
    """One right into custody; it must be taken."""
    added = add_rights(session, user_id=user_id, wanted=[Wanted(number=number, **facts)], now=now)
    assert not added.refused, added.refused
    return (added.rights or added.known)[0]
