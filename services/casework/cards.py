"""A case as one card of a board or list: what tells it from the next one at a glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from models import Case, Staff
from services.casework.access import readable_cases
from services.casework.wording import shown_value
from services.catalogue import catalogue
from services.catalogue.fields import Privacy, Reads, fields_of
from services.catalogue.model import Service
from services.notifications import user_label

# The kinds of answer that tell a request from the next one at a glance, the most telling first.
TELLING = (Reads.AMOUNT, Reads.PATENTS, Reads.CHOICE, Reads.CHOICES, Reads.LINE)
LONGEST_FIGURE = 24


@dataclass(frozen=True)
class Card:
    """A case as lists show it: nothing personal, nothing secret."""

    number: str
    version: int
    service: Service
    stage: str
    who: str
    figure: str
    region: str
    status: str
    handler: str | None
    respond_by: datetime | None
    next_due_at: datetime | None
    since: datetime


def list_cards(session: Session, ids: Sequence[int]) -> list[Card]:
    """The cases with these ids, in this order."""
    cards = load_cards(session, ids)
    return [cards[each] for each in ids if each in cards]


def list_cases_of(session: Session, staff: Staff, user_id: int, *, limit: int = 10) -> list[Card]:
    """The latest service cases of one person, as far as this member of staff may read them."""
    query = select(Case.id).where(Case.user_id == user_id, readable_cases(staff)).order_by(Case.id.desc())
    return list_cards(session, list(session.scalars(query.limit(limit))))


def load_cards(session: Session, ids: Sequence[int]) -> dict[int, Card]:
    """The same by id."""
    if not ids:
        return {}
    query = (
        select(Case)
        .where(Case.id.in_(ids))
        .options(joinedload(Case.user), joinedload(Case.company), joinedload(Case.assignee))
        .options(defer(Case.package), defer(Case.results))
    )
    return {row.id: _card(row) for row in session.scalars(query)}


def key_figure(service: Service, form: Mapping[str, Any]) -> str:
    """The one value of a form that tells it from the next: an amount, how many patents, a choice, a short line."""
    for kind in TELLING:
        for field in fields_of(service.form):
            is_open = field.ask.privacy in {Privacy.PARTIES, Privacy.STAFF}
            value = form.get(field.name)
            if field.reads is not kind or not is_open or value in (None, "", []):
                continue
            if kind is Reads.PATENTS:
                return f"{len(value)}件专利"
            shown = shown_value(field, value)
            return shown if len(shown) <= LONGEST_FIGURE else shown[: LONGEST_FIGURE - 1] + "…"
    return ""


def _card(row: Case) -> Card:
    service = catalogue()[row.kind]
    return Card(
        number=row.number,
        version=row.version,
        service=service,
        stage=service.stage(row.stage).name,
        who=row.company.name if row.company else user_label(row.user),
        figure=key_figure(service, row.form),
        region=row.region or "",
        status=row.status,
        handler=row.assignee.display_name if row.assignee else None,
        respond_by=row.respond_by,
        next_due_at=row.next_due_at,
        since=row.stage_since or row.created_at,
    )
