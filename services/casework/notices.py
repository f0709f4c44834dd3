"""What owner, handler and partners hear of a service's case, each once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_date, chinese_time
from models import Case, CaseTask, Message, Role, Staff, Topic
from services.catalogue.model import Service
from services.notices.facts import Fact, said_moment
from services.notices.telling import attach
from services.notifications import list_supervisors, notify
from services.outgoing import write_to_user


def worded(text: str, case: Case, service: Service, now: datetime, *, due_at: datetime | None = None) -> str:
    """A declaration's text with the facts of the case in it, and the end of the clock that it is about."""
    stage = service.by_key.get(str(case.stage))
    return text.format(
        number=case.number,
        name=service.name,
        promised=chinese_time(case.promised_at, now),
        stage=stage.name if stage else "",
        due=chinese_date(china_date(due_at)) if due_at else "",
    )


def tell_owner(session: Session, case: Case, text: str, now: datetime, *, choices: Sequence[str] = ()) -> Message:
    """A notice about the case, in the conversation in which it was asked for; where its window is closed, by whatever
    the owner subscribed to."""
    details = {"choices": list(choices)} if choices else None
    message = write_to_user(session, case.conversation, text, now, case=case, details=details)
    facts = {
        Fact.NUMBER: case.number, Fact.STATE: "有新进展", Fact.DETAIL: text, Fact.TIME: said_moment(now),
    }  # fmt: skip
    attach(session, message, user_id=case.user_id, topic=Topic.CASE, title=f"{case.number}有新进展", facts=facts)
    return message


def tell_handler(session: Session, case: Case, text: str, *, key: str, now: datetime, kind: str = "case_news") -> int:
    """Whoever has the case, else the supervisors; answers how many were told for the first time."""
    holder = session.get(Staff, case.assignee_id) if case.assignee_id else None
    people = [holder] if holder is not None and holder.is_active else list_supervisors(session)
    return sum(
        notify(session, staff_id=person.id, kind=kind, key=key, text=text, now=now, case=case) for person in people
    )


def tell_partner(session: Session, task: CaseTask, text: str, *, key: str, now: datetime) -> None:
    """Everybody who logs in for the institution that has the task."""
    people = session.scalars(
        select(Staff).where(Staff.institution_id == task.institution_id, Staff.is_active, Staff.role == Role.PARTNER)
    )
    for person in people.all():
        notify(session, staff_id=person.id, kind="task", key=key, text=text, now=now, case=task.case)
