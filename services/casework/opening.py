"""A filled-in form becomes a case: number, history, first stage, clocks, tasks, and somebody is asked to take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.logs import get_logger
from models import Case, CaseStatus, Company, Conversation, HandoffReason, User
from services.case_records import add_event, lock_conversation, next_case_number
from services.casework.clocks import set_clocks
from services.casework.notices import worded
from services.casework.offering import check_offered
from services.casework.system_work import request_work
from services.casework.tasks import open_tasks
from services.catalogue.facts import Estimate, Facts, Finding
from services.catalogue.fields import check_form, fields_of
from services.catalogue.model import Service
from services.handoff_package import build_package
from services.routing import route_at_once
from services.working_hours import promise_reply

log = get_logger(__name__)


@dataclass(frozen=True)
class Opened:
    """The case, what to tell its owner, and what the check by rule found."""

    case: Case
    text_for_user: str
    findings: tuple[Finding, ...]


def open_service_case(
    session: Session,
    *,
    service: Service,
    values: Mapping[str, Any],
    conversation: Conversation,
    channel: str,
    now: datetime,
) -> Opened:
    """File a request and offer it to staff. Raises InvalidInput with a reason for each field that is not right,
    NotOffered where the service takes nothing new."""
    check_offered(service)
    form = check_form(service.form, values)
    conversation = lock_conversation(session, conversation.id)
    user = conversation.user
    company = _learn(session, user, service, form, now)
    region = region_of(service, form, user, company)
    findings = check_by_rule(session, service, form, region, now)
    promise = promise_reply(session, now)
    package = build_package(
        session, conversation=conversation, reason=HandoffReason.SERVICE, topic=service.topic, region=region,
        question=service.name, now=now,
    )  # fmt: skip
    case = Case(
        # Last of all that takes time: from here on whoever files for the same service waits.
        number=next_case_number(session, service.letters, now),
        service=service.letters,
        kind=service.key,
        user_id=user.id,
        company_id=company.id if company else None,
        conversation_id=conversation.id,
        status=CaseStatus.WAITING,
        reason=HandoffReason.SERVICE,
        topic=service.topic,
        region=region,
        stage=service.first_stage.key,
        stage_since=now,
        form=form,
        results={"check": [_kept(each) for each in findings]},
        opponent=str(form.get(service.opponent_field) or "")[:120] or None if service.opponent_field else None,
        channel=channel,
        package=package,
        promised_at=promise.at,
        created_at=now,
    )  # fmt: skip
    session.add(case)
    session.flush()  # assigns case.id
    add_event(session, case, "opened", now, channel=channel, stage=case.stage)
    set_clocks(session, case, service, now)
    open_tasks(session, case, service, service.first_stage.tasks, now)
    request_work(session, case, service.first_stage, now)
    route_at_once(session, case, now)
    log.info("service_case_opened", case=case.number, service=service.key, channel=channel)
    return Opened(case, worded(service.submitted, case, service, now), tuple(findings))


def _kept(finding: Finding) -> dict[str, str]:
    """As it was found on the day of filing: what is planned by a day stays by that day."""
    due = {"due": finding.due.isoformat()} if finding.due is not None else {}
    return {"level": finding.level, "text": finding.text, "source": finding.source, **due}


def check_by_rule(
    session: Session, service: Service, form: Mapping[str, Any], region: str | None, now: datetime
) -> list[Finding]:
    """What the service's own rules say of a form; empty where it has none."""
    if service.check is None:
        return []
    return service.check(Facts(session, form, region, china_date(now)))


def estimate_by_rule(
    session: Session,
    service: Service,
    form: Mapping[str, Any],
    region: str | None,
    now: datetime,
    *,
    results: Mapping[str, Any] | None = None,
) -> Estimate | None:
    """What the service's own rules reckon from a form, or from a case's form and `results`; None for nothing."""
    if service.estimate is None:
        return None
    return service.estimate(Facts(session, form, region, china_date(now), results or {}))


def region_of(service: Service, form: Mapping[str, Any], user: User, company: Company | None = None) -> str | None:
    """The place that a request belongs to: as the form says, else where the person or the company is."""
    company = company or user.company
    return str(form.get(service.region_field) or user.region or (company.region if company else "") or "") or None


def _learn(session: Session, user: User, service: Service, form: Mapping[str, Any], now: datetime) -> Company | None:
    """What the form says of the person is known from now on, so that the next form does not ask again."""
    said = {field.ask.profile: form.get(field.name) for field in fields_of(service.form) if field.ask.profile}
    if said.get("phone") and not user.phone:
        user.phone = str(said["phone"])
    if said.get("region") and not user.region:
        user.region = str(said["region"])
    name = str(said.get("company") or "")
    if not name:
        return user.company
    company = session.scalar(select(Company).where(Company.name == name))
    if company is None:
        company = Company(name=name, region=said.get("region"), created_at=now)
        session.add(company)
        session.flush()
    if user.company_id is None:
        user.company = company
        session.flush()
    return company
