"""A case as its owner sees it: where it stands and what they can do, nothing of the house's or a partner's inside."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from miniapp_api.schemas.cases import (
    AnswerOut,
    CaseItemOut,
    CaseOut,
    ClockOut,
    CompanionOut,
    HistoryOut,
    MinutesOut,
    MissingDocumentOut,
    MoveOut,
    NewsOut,
    StepOut,
    TaskProgressOut,
)
from miniapp_api.schemas.services import FindingOut, field_out
from models import Case, CaseDocument, CaseStatus
from services.case_records import list_events
from services.casework.access import may_decide
from services.casework.clocks import list_clocks
from services.casework.history import history_in_words
from services.casework.minutes import find_confirmed, units_of
from services.casework.moves import Mover, allowed_moves
from services.casework.news import news_of
from services.casework.notices import worded
from services.casework.steps import list_steps
from services.casework.tasks import list_tasks
from services.casework.together import linked_numbers, list_companions, shared_values
from services.casework.wording import shown_form
from services.catalogue import service_of
from services.catalogue.fields import Privacy, fields_of
from services.catalogue.model import PARTY_NAMES, Party, Service


def case_item_out(case: Case, user_id: int, now: datetime) -> CaseItemOut:
    """One line of the list."""
    service = service_of(case.kind)
    stage = service.by_key.get(str(case.stage))
    return CaseItemOut.model_validate(
        {
            "number": case.number,
            "service": case.kind,
            "name": service.name,
            "stage": str(case.stage),
            "stage_name": stage.name if stage else "",
            "says": worded(stage.says, case, service, now) if stage else "",
            "status": case.status,
            "outcome": case.outcome,
            "company": case.company.name if case.company else None,
            "is_mine": case.user_id == user_id,
            "created_at": case.created_at,
            "closed_at": case.closed_at,
        }
    )


def case_out(session: Session, case: Case, user_id: int, now: datetime) -> CaseOut:
    """All of it."""
    service = service_of(case.kind)
    form = _form(case, service, user_id)
    return CaseOut(
        **case_item_out(case, user_id, now).model_dump(),
        version=case.version,
        form=form,
        answers=[
            AnswerOut(name=field.name, label=field.ask.label, text=text)
            for field, text in shown_form(service.form, form)
        ],
        findings=[FindingOut.model_validate(each) for each in case.results.get("check", ())],
        handler=case.assignee.display_name if case.assignee and case.status == CaseStatus.ACCEPTED else None,
        promised_at=case.promised_at,
        satisfaction=case.satisfaction,
        moves=_moves(session, case, user_id),
        clocks=_clocks(session, case, service, now),
        missing_documents=_missing(session, case, service),
        steps=[StepOut.model_validate(each) for each in list_steps(case, list_events(session, case.id))],
        tasks=_tasks(session, case, service),
        minutes=_minutes(session, case),
        history=[HistoryOut.model_validate(line) for line in history_in_words(session, case)],
        linked=linked_numbers(session, case),
        companions=_companions(session, case, user_id),
        news=_news(session, case),
    )


def _companions(session: Session, case: Case, user_id: int) -> list[CompanionOut]:
    """Only whoever filed it goes on with what they filled in."""
    if case.user_id != user_id or case.status == CaseStatus.CLOSED:
        return []
    return [
        CompanionOut(service=each.key, name=each.name, known=dict(shared_values(case, each)))
        for each in list_companions(session, case)
    ]


def _news(session: Session, case: Case) -> NewsOut | None:
    told = news_of(session, case)
    return NewsOut(name=told[0], wanted=told[1]) if told is not None else None


def _form(case: Case, service: Service, user_id: int) -> dict[str, object]:
    """What is personal stays between whoever filed it and the handler."""
    hidden = {
        field.name
        for field in fields_of(service.form)
        if field.ask.privacy is Privacy.PERSONAL and case.user_id != user_id
    }
    return {name: value for name, value in case.form.items() if name not in hidden}


def _moves(session: Session, case: Case, user_id: int) -> list[MoveOut]:
    if not may_decide(session, user_id, case):
        return []
    return [
        MoveOut(
            to=move.to,
            name=move.name,
            missing=missing,
            asks=[field_out(field) for field in fields_of(move.asks)] if move.asks else [],
        )
        for move, missing in allowed_moves(session, case, Mover(user_id=user_id))
    ]


def _clocks(session: Session, case: Case, service: Service, now: datetime) -> list[ClockOut]:
    """Limits by law, and those of ours of which the owner hears anyway; how long we give ourselves is our affair."""
    declared = {clock.key: clock for clock in service.clocks if clock.is_statutory or clock.tells_owner}
    return [
        ClockOut(
            name=declared[row.key].name,
            due_at=row.due_at,
            is_statutory=row.is_statutory,
            source=declared[row.key].source,
            is_overdue=row.due_at <= now,
        )
        for row in list_clocks(session, case.id)
        if row.key in declared and row.stopped_at is None
    ]


def _missing(session: Session, case: Case, service: Service) -> list[MissingDocumentOut]:
    if case.status == CaseStatus.CLOSED:
        return []
    there = set(
        session.scalars(
            select(CaseDocument.key).where(CaseDocument.case_id == case.id, CaseDocument.removed_at.is_(None))
        )
    )
    return [
        MissingDocumentOut(key=each.key, name=each.name, reason=each.reason)
        for each in service.documents
        if each.key not in there and each.is_asked_for(case.form)
    ]


def _minutes(session: Session, case: Case) -> MinutesOut | None:
    row = find_confirmed(session, case.id)
    if row is None or row.confirmed_at is None:
        return None
    return MinutesOut(conclusion=row.conclusion, units=units_of(row), confirmed_at=row.confirmed_at)


def _tasks(session: Session, case: Case, service: Service) -> list[TaskProgressOut]:
    names = {task.key: task.name for task in service.tasks}
    return [
        TaskProgressOut.model_validate(
            {"name": names[row.key], "party": PARTY_NAMES[Party(row.party)], "state": row.state}
        )
        for row in list_tasks(session, case.id)
        if row.key in names
    ]
