"""The catalogue as staff look through and change it: each place with its default, what holds, and what is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import china_date
from core.errors import Conflict, NotFound
from models import DatedRecord, RecordState, Staff
from services.audit import record_action
from services.casework.wording import shown_form
from services.catalogue import declared
from services.catalogue.model import Service
from services.catalogue.settings import Place, places_of
from services.dated_data.editing import lock_entry, start_version
from services.dated_data.lookup import NATIONWIDE, find_record, list_in_force
from services.dated_data.service_settings import SERVICE_SETTING, default_values, find_place, setting_form
from services.permissions import Action, check_may


@dataclass(frozen=True)
class PlaceView:
    """`present` is the record that holds now, `proposed` the draft or the one that waits, `coming` what is approved for
    later."""

    place: Place
    default: str
    value: str
    present: DatedRecord | None
    proposed: DatedRecord | None
    coming: DatedRecord | None


@dataclass(frozen=True)
class ServiceLine:
    """A service in the list: how much of it is set, and how many changes are under way."""

    service: Service
    changed: int
    proposed: int
    is_paused: bool


def list_services(session: Session, staff: Staff, now: datetime) -> list[ServiceLine]:
    """Every service of the catalogue."""
    check_may(staff, Action.READ_RECORDS)
    present = {record.key: record for record in list_in_force(session, SERVICE_SETTING, china_date(now))}
    open_keys = [record.key for record in _unfinished(session, "")]

    def is_of(key: str, service: Service) -> bool:
        return key.startswith(f"{service.key}/")

    return [
        ServiceLine(
            service,
            sum(is_of(key, service) for key in present),
            sum(is_of(key, service) for key in open_keys),
            (offer := present.get(f"{service.key}/offer")) is not None and offer.values.get("offer") == "paused",
        )
        for service in declared().values()
    ]


def view_service(session: Session, staff: Staff, key: str, now: datetime) -> list[PlaceView]:
    """Every place of a service. Raises NotFound."""
    check_may(staff, Action.READ_RECORDS)
    service = declared().get(key)
    if service is None:
        raise NotFound("没有这项服务。")
    today = china_date(now)
    present = {record.key: record for record in list_in_force(session, SERVICE_SETTING, today)}
    proposed = {record.key: record for record in _unfinished(session, key)}
    later = {record.key: record for record in _approved_later(session, key, now)}
    return [
        PlaceView(
            place,
            said(place, default_values(place)),
            said(place, present[place.key].values) if place.key in present else said(place, default_values(place)),
            present.get(place.key),
            proposed.get(place.key),
            later.get(place.key),
        )
        for place in places_of(service)
    ]


def said(place: Place, values: dict[str, Any]) -> str:
    """A value in words."""
    text = " · ".join(text for _, text in shown_form(setting_form(place.key), values))
    return f"{text}个工作小时" if "hours" in values else text


def start_setting(session: Session, *, staff: Staff, key: str, now: datetime) -> DatedRecord:
    """A draft for a place that begins with what holds there; one under way is answered instead.

    Raises NotFound for a place that does not exist, Conflict for one that cannot be changed.
    """
    check_may(staff, Action.EDIT_RECORDS)
    place = find_place(key)
    if place is None:
        raise NotFound("没有这一处。")
    if place.locked:
        raise Conflict(f"{place.locked}。")
    lock_entry(session, SERVICE_SETTING, key)
    under_way = next((each for each in _unfinished(session, place.service) if each.key == key), None)
    if under_way is not None:
        return under_way
    today = china_date(now)
    present = find_record(session, SERVICE_SETTING, key, on=today)
    if present is not None:
        return start_version(session, staff=staff, record_id=present.id, now=now)
    record = DatedRecord(
        kind=SERVICE_SETTING, key=key, name=f"{declared()[place.service].name}·{place.name}"[:120], region=NATIONWIDE,
        values=default_values(place), source="", confidence="V", checked_at=today, valid_from=today,
        state=RecordState.DRAFT, author_id=staff.id, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(record)
    session.flush()  # assigns record.id
    target = f"record:{record.id}"
    record_action(session, staff=staff, action="record_drafted", target=target, now=now, kind=record.kind, key=key)
    return record


def differences(session: Session, record: DatedRecord, now: datetime) -> list[tuple[str, str]]:
    """What a record changes of what holds now: pieces that are kept ("equal"), go ("delete") and come ("insert").

    Empty where it is no setting, or of a place that is gone, or changes nothing (yet).
    """
    place = find_place(record.key) if record.kind == SERVICE_SETTING else None
    if place is None:
        return []
    present = find_record(session, SERVICE_SETTING, record.key, on=china_date(now))
    before = said(place, present.values if present is not None else default_values(place))
    after = said(place, record.values)
    pieces: list[tuple[str, str]] = []
    if before == after:
        return pieces
    for step, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            pieces.append(("equal", before[start:end]))
            continue
        pieces += [(what, text) for what, text in (("delete", before[start:end]), ("insert", after[new_start:new_end]))
                   if text]  # fmt: skip
    return pieces


def service_of_setting(record: DatedRecord) -> Service | None:
    """The service that a setting is of; None for other records, and where the service is gone."""
    return declared().get(record.key.partition("/")[0]) if record.kind == SERVICE_SETTING else None


BRACES = {"number": "单号", "promised": "答复时间", "name": "服务名", "stage": "进度", "due": "到期日"}


def braces_of(record: DatedRecord) -> str:
    """What a setting's text may mention, with what each stands for."""
    place = find_place(record.key) if record.kind == SERVICE_SETTING else None
    names = [name for name in BRACES if name in place.braces] if place is not None else []
    return "、".join(f"{{{name}}} {BRACES[name]}" for name in names)


def _unfinished(session: Session, service: str) -> Sequence[DatedRecord]:
    waiting = DatedRecord.state.in_((RecordState.DRAFT, RecordState.PENDING))
    return _of(session, service, waiting)


def _approved_later(session: Session, service: str, now: datetime) -> Sequence[DatedRecord]:
    return _of(session, service, DatedRecord.state == RecordState.APPROVED, DatedRecord.valid_from > china_date(now))


def _of(session: Session, service: str, *conditions: Any) -> Sequence[DatedRecord]:
    query = select(DatedRecord).where(DatedRecord.kind == SERVICE_SETTING, *conditions).order_by(DatedRecord.id)
    query = query.options(joinedload(DatedRecord.author), joinedload(DatedRecord.approved_by))
    rows = session.scalars(query).all()
    return [row for row in rows if not service or row.key.startswith(f"{service}/")]
