"""What is made public of decisions: only after them, only what the owner agreed to, with where to object."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models import Case
from services.catalogue import SERVICES
from services.catalogue.model import Publication, Service

# How long a notice stays to be read after its last day.
KEPT = timedelta(days=180)


@dataclass(frozen=True)
class Notice:
    """One line of the public list, and nothing else of its case. `row_id` is for turning pages only."""

    row_id: int
    service: str
    company: str
    subject: str
    outcome: str
    public_from: date
    public_to: date
    objections: str
    is_open: bool


def list_notices(
    session: Session, *, today: date, is_open: bool | None = None, before_id: int | None = None, limit: int = 50
) -> list[Notice]:
    """What is public on that day, the latest case first; with `is_open` only what can be objected to, or no more."""
    conditions = [_published(service, each, today, is_open) for service, each in _publishing()]
    query = select(Case).where(or_(*conditions))
    if before_id is not None:
        query = query.where(Case.id < before_id)
    by_kind = {service.key: (service, each) for service, each in _publishing()}
    rows = session.scalars(query.order_by(Case.id.desc()).limit(limit))
    return [_notice(case, *by_kind[case.kind], today) for case in rows]


def _publishing() -> Iterator[tuple[Service, Publication]]:
    for service in SERVICES:
        if service.publication is not None:
            yield service, service.publication


def _published(service: Service, publication: Publication, today: date, is_open: bool | None) -> ColumnElement[bool]:
    """The case is decided, its owner said yes, and the notice has begun. ISO days compare as text."""
    decision = Case.results[publication.stage]
    first, last = decision["public_from"].as_string(), decision["public_to"].as_string()
    found = and_(
        Case.kind == service.key,
        Case.stage.in_((publication.stage, *publication.stays)),
        Case.form[publication.consent].as_boolean().is_(True),
        first <= today.isoformat(),
        last >= (today - KEPT).isoformat(),
    )
    if is_open is None:
        return found
    return and_(found, last >= today.isoformat() if is_open else last < today.isoformat())


def _notice(case: Case, service: Service, publication: Publication, today: date) -> Notice:
    decision = case.results[publication.stage]
    stage, field = publication.subject
    last = date.fromisoformat(decision["public_to"])
    return Notice(
        row_id=case.id,
        service=service.name,
        company=case.form[publication.who],
        subject=case.results[stage][field],
        outcome=service.stage(publication.stage).name,
        public_from=date.fromisoformat(decision["public_from"]),
        public_to=last,
        objections=decision["objections"],
        is_open=last >= today,
    )
