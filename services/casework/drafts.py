"""Forms that are being filled in, the same in chat and mini-program: kept for days, checked field by field."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from models import Conversation, FormDraft, User
from services.casework.offering import check_offered
from services.casework.opening import Opened, open_service_case
from services.catalogue import service_of
from services.catalogue.fields import FormField, check_value, fields_of
from services.catalogue.model import Service

KEPT_FOR = timedelta(days=14)
CHANGED = "这张表刚在别处改过,请刷新后再填。"


def find_draft(session: Session, user_id: int, kind: str) -> FormDraft | None:
    """The person's draft of a service, as it is now."""
    return session.scalar(
        select(FormDraft)
        .where(FormDraft.user_id == user_id, FormDraft.kind == kind)
        .execution_options(populate_existing=True)
    )


def lock_draft(session: Session, user_id: int, kind: str) -> FormDraft | None:
    """The same, locked until this transaction ends."""
    return session.scalar(
        select(FormDraft)
        .where(FormDraft.user_id == user_id, FormDraft.kind == kind)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def list_drafts(session: Session, user_id: int) -> list[FormDraft]:
    """The person's drafts, the latest first."""
    query = select(FormDraft).where(FormDraft.user_id == user_id)
    return list(session.scalars(query.order_by(FormDraft.updated_at.desc())))


def start_draft(session: Session, *, user: User, service: Service, said: Mapping[str, Any], now: datetime) -> FormDraft:
    """The draft there is, or a new one that begins with what the profile knows. What was `said` (by field name) is
    taken where it can be used, and left out where not."""
    draft = find_draft(session, user.id, service.key)
    if draft is None:
        draft = FormDraft(user_id=user.id, kind=service.key, values={}, created_at=now, updated_at=now)
        try:
            with session.begin_nested():
                session.add(draft)
        except IntegrityError:  # begun in the mini-program at this very moment
            return start_draft(session, user=user, service=service, said=said, now=now)
        _take(draft, service, known_values(user, service))
    _take(draft, service, said)
    _go_on(draft, service, now)
    session.flush()
    return draft


def set_value(
    session: Session, draft: FormDraft, service: Service, field: FormField, value: Any, now: datetime
) -> None:
    """Take one answer, None where an optional field is skipped; the next open field is asked for.

    Raises InvalidInput with what is wanted.
    """
    is_skipped = value is None and not field.is_required
    taken = None if is_skipped else check_value(service.form, field, value)
    draft.values = {**draft.values, field.name: taken}
    _go_on(draft, service, now)
    session.flush()


def save_draft(
    session: Session, draft: FormDraft, service: Service, values: Mapping[str, Any], *, version: int, now: datetime
) -> None:
    """Replace the answers by what the mini-program has. What cannot be used is refused by name, the rest is kept.

    Raises Conflict where the draft was changed elsewhere meanwhile, InvalidInput.
    """
    if draft.version != version:
        raise Conflict(CHANGED)
    known = {field.name: field for field in fields_of(service.form)}
    kept: dict[str, Any] = {}
    problems = {name: "没有这一项。" for name in values if name not in known}
    for name, value in values.items():
        if name not in known:
            continue
        if value is None or value in ("", []):
            kept |= {} if known[name].is_required else {name: None}
            continue
        try:
            kept[name] = check_value(service.form, known[name], value)
        except InvalidInput as error:
            problems |= error.fields
    if problems:
        raise InvalidInput(fields=problems)
    draft.values = kept
    _go_on(draft, service, now)
    session.flush()


def replace_values(
    session: Session, *, user: User, service: Service, values: Mapping[str, Any], version: int, now: datetime
) -> FormDraft:
    """What the mini-program has becomes the person's draft; `version` is 0 where it knows of none.

    Raises Conflict where there is another version (or none any more), InvalidInput, NotOffered for a first one.
    """
    draft = lock_draft(session, user.id, service.key)
    if (draft.version if draft is not None else 0) != version:
        raise Conflict(CHANGED)
    if draft is None:
        check_offered(service)
        draft = start_draft(session, user=user, service=service, said={}, now=now)
    save_draft(session, draft, service, values, version=draft.version, now=now)
    return draft


def step_back(session: Session, draft: FormDraft, service: Service, now: datetime) -> FormField | None:
    """Ask again for the field before the present one; None where there is none."""
    answered = [field for field in _wanted(draft, service) if field.name in draft.values]
    if draft.current is not None:
        order = [field.name for field in fields_of(service.form)]
        answered = [field for field in answered if order.index(field.name) < order.index(draft.current)]
    if not answered:
        return None
    ask_again(session, draft, answered[-1], now)
    return answered[-1]


def ask_again(session: Session, draft: FormDraft, field: FormField, now: datetime) -> None:
    """The field is asked for next; its answer stays until there is a new one."""
    draft.current = field.name
    draft.updated_at, draft.version = now, draft.version + 1
    session.flush()


def current_field(draft: FormDraft, service: Service) -> FormField | None:
    """What is asked for now; None where only the yes to the summary is missing."""
    return next((field for field in fields_of(service.form) if field.name == draft.current), None)


def drop_draft(session: Session, draft: FormDraft) -> None:
    """The person does not want it any more."""
    session.delete(draft)
    session.flush()


def submit_draft(
    session: Session, *, draft: FormDraft, conversation: Conversation, channel: str, now: datetime
) -> Opened:
    """File what was filled in; the draft is gone, so that a second yes files nothing. Raises InvalidInput."""
    opened = open_service_case(
        session,
        service=service_of(draft.kind),
        values=draft.values,
        conversation=conversation,
        channel=channel,
        now=now,
    )
    drop_draft(session, draft)
    return opened


def delete_old_drafts(session: Session, *, now: datetime) -> None:
    """Forget what nobody went on with for two weeks."""
    session.execute(delete(FormDraft).where(FormDraft.updated_at < now - KEPT_FOR))


def _wanted(draft: FormDraft, service: Service) -> Iterable[FormField]:
    return [field for field in fields_of(service.form) if field.is_wanted(draft.values)]


def _go_on(draft: FormDraft, service: Service, now: datetime) -> None:
    """The first field without an answer is next; one that may be left out has None once it was skipped. Answers to
    fields that are not wanted any more go."""
    wanted = {field.name: field for field in _wanted(draft, service)}
    draft.values = {name: value for name, value in draft.values.items() if name in wanted}
    draft.current = next((name for name in wanted if name not in draft.values), None)
    draft.updated_at, draft.version = now, (draft.version or 0) + 1


def _take(draft: FormDraft, service: Service, values: Mapping[str, Any]) -> None:
    for field in fields_of(service.form):
        if values.get(field.name) is None:
            continue
        try:
            draft.values = {**draft.values, field.name: check_value(service.form, field, values[field.name])}
        except InvalidInput:
            continue  # it will be asked for


def known_values(user: User, service: Service) -> dict[str, Any]:
    """What we know of the person, by field name; None where we do not."""
    profile = {
        "phone": user.phone,
        "region": user.region or (user.company.region if user.company else None),
        "company": user.company.name if user.company else None,
    }
    return {field.name: profile.get(field.ask.profile) for field in fields_of(service.form) if field.ask.profile}
