"""一起办: what one request's form holds begins the next one's, and the cases know of each other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseStatus
from services.case_records import add_event, list_events, lock_case
from services.casework.access import get_own_case
from services.catalogue import catalogue, find_service, service_of
from services.catalogue.fields import fields_of
from services.catalogue.model import Service

# What means the same in every form that asks for it. An amount does not: of a loan, of shares, of a sum insured.
COMMON = frozenset({"patents", "has_co_owners", "is_encumbered", "company", "region", "phone"})
LINKED = "linked"


def list_companions(session: Session, case: Case) -> list[Service]:
    """The services that often go with a case's, are offered now, and that its owner has nothing open of."""
    has = set(session.scalars(select(Case.kind).where(Case.user_id == case.user_id, Case.status != CaseStatus.CLOSED)))
    found = [find_service(key) for key in service_of(case.kind).goes_with]
    return [each for each in found if each is not None and each.pause is None and each.key not in has]


def find_origin(session: Session, user_id: int, service: Service) -> Case | None:
    """The person's latest open case that the service goes with."""
    kinds = [each.key for each in catalogue().values() if service.key in each.goes_with]
    query = select(Case).where(Case.user_id == user_id, Case.kind.in_(kinds), Case.status != CaseStatus.CLOSED)
    return session.scalar(query.order_by(Case.id.desc()).limit(1))


def shared_values(case: Case, service: Service) -> Mapping[str, Any]:
    """What a service's form need not ask again after that case."""
    wanted = {field.name for field in fields_of(service.form)} & COMMON
    return {name: value for name, value in case.form.items() if name in wanted and value is not None}


def link_cases(session: Session, *, case: Case, user_id: int, number: str, now: datetime) -> None:
    """Write into both histories that they were asked for together. Raises NotFound for a case that is not theirs."""
    other = lock_case(session, get_own_case(session, user_id, number).id)
    for one, companion in ((case, other), (other, case)):
        add_event(session, one, LINKED, now, number=companion.number)
    session.flush()


def linked_numbers(session: Session, case: Case) -> list[str]:
    """The numbers of the cases that were asked for together with it."""
    return [event.details["number"] for event in list_events(session, case.id) if event.kind == LINKED]
