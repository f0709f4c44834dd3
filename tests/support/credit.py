"""A firm with somebody who runs it, two who keep its credit, and an event that counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.clock import china_date
from models import Company, CreditEvent, CreditKind, MemberRole, Membership, MemberState, Role, Staff, User
from services.credit.entering import EventForm, confirm_event, propose_event
from tests.support.deals import make_person
from tests.support.staff import make_staff

CODE = "91440101MA59BBBB0A"


def judgment(now: datetime, **other: Any) -> EventForm:
    """A public judgment of ten days ago."""
    said = {
        "kind": CreditKind.BREACH, "source": "佛山市南海区人民法院", "number": "(2026)粤0605民初123号",
        "link": "https://example.com/wenshu/123", "facts": "没有按合同支付专利转让款,判令支付。",
        "evidence": "看过裁判文书网的判决书和生效证明", "happened_on": china_date(now) - timedelta(days=10),
    }  # fmt: skip
    return EventForm(**{**said, **other})


@dataclass
class Firm:
    company: Company
    owner: User
    author: Staff
    second: Staff

    def record(self, session: Session, now: datetime, **other: Any) -> CreditEvent:
        """Proposed by one and confirmed by the other."""
        event = propose_event(session, self.author, self.company.public_id, judgment(now, **other), now)
        return confirm_event(session, self.second, event.public_id, now, version=event.version)


def make_firm(session: Session, now: datetime, *, name: str = "佛山守约科技有限公司", code: str | None = CODE) -> Firm:
    company = Company(name=name, credit_code=code, created_at=now)
    owner = make_person(session, now)
    session.add(company)
    session.flush()
    make_member(session, owner, company, now, role=MemberRole.OWNER)
    keepers = [make_staff(session, now, role=Role.SUPERVISOR, display_name=name) for name in ("王芳", "赵磊")]
    return Firm(company, owner, *keepers)


def make_member(
    session: Session, user: User, company: Company, now: datetime, *, role: MemberRole = MemberRole.MEMBER
) -> None:
    session.add(
        Membership(
            user_id=user.id, company_id=company.id, role=role, state=MemberState.ACTIVE, created_at=now, decided_at=now
        )
    )  # fmt: skip
    session.flush()
