"""How staff change dated data: a draft, a second person's approval, versions that follow each other in time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.ids import new_public_id
from models import DatedRecord, RecordState, Staff
from services.audit import record_action
from services.casework.news import request_news
from services.catalogue.fields import Form, check_form
from services.dated_data.brokers import BROKER_LICENCE, check_broker
from services.dated_data.effects import count_anew, end_earlier, seat_expert
from services.dated_data.experts import EXPERT
from services.dated_data.kinds import KINDS, Kind
from services.dated_data.lookup import CONFIDENCE_WORDS, NATIONWIDE, full_place
from services.permissions import Action, check_may, may

STALE = "同事刚改过这一条,请刷新后再看。"
OVERTAKEN = "同事刚改过这一条。对一下同事存的,再交一次就用您写的。"
GONE_ON = "这一版已经不是草稿,没有保存。要改就先建新版本。"
# The advisory locks with two numbers whose first is this one are of entries.
ENTRY_LOCKS = 1
SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class RecordContent:
    """What staff write of a record. Days are inclusive; `values` are by field name, as a form sends them."""

    name: str
    region: str
    source: str
    confidence: str
    checked_at: date | None
    valid_from: date | None
    valid_to: date | None
    values: Mapping[str, Any]


def kind_of(record: DatedRecord) -> Kind:
    return KINDS[record.kind]


def form_of(record: DatedRecord) -> type[Form]:
    """The form of its values."""
    return kind_of(record).form_of(record.key)


def get_record(session: Session, staff: Staff, record_id: int, *, lock: bool = False) -> DatedRecord:
    """The door to a record. Raises NotFound, Forbidden."""
    check_may(staff, Action.READ_RECORDS)
    record = session.get(DatedRecord, record_id, with_for_update=lock or None, populate_existing=lock)
    if record is None or record.kind not in KINDS:
        raise NotFound("没有找到这条数据。")
    return record


def may_approve(staff: Staff, record: DatedRecord) -> bool:
    """Four eyes: a pending record, and never by whoever wrote it."""
    is_waiting = record.state == RecordState.PENDING
    return is_waiting and may(staff, Action.EDIT_RECORDS) and record.author_id != staff.id


def start_record(session: Session, *, staff: Staff, kind: str, now: datetime) -> DatedRecord:
    """An empty draft of a new entry. Raises NotFound for a kind that does not exist."""
    check_may(staff, Action.EDIT_RECORDS)
    if kind not in KINDS or KINDS[kind].values_by_key is not None:
        raise NotFound("没有这种数据。")
    record = DatedRecord(
        kind=kind, key=f"staff-{new_public_id()}", name="", values={}, source="", confidence="V2",
        checked_at=china_date(now), valid_from=china_date(now), state=RecordState.DRAFT, author_id=staff.id,
        created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(record)
    return _noted(session, staff, record, "record_drafted", now)


def start_version(session: Session, *, staff: Staff, record_id: int, now: datetime) -> DatedRecord:
    """A draft that begins with what an approved or retired version says. One under way is answered instead."""
    check_may(staff, Action.EDIT_RECORDS)
    before = get_record(session, staff, record_id)
    lock_entry(session, before.kind, before.key)
    before = get_record(session, staff, record_id, lock=True)
    if before.state not in {RecordState.APPROVED, RecordState.RETIRED}:
        raise Conflict("这一版还没批准,直接改它就行。")
    unfinished = session.scalar(
        select(DatedRecord).where(
            DatedRecord.kind == before.kind,
            DatedRecord.key == before.key,
            DatedRecord.state.in_((RecordState.DRAFT, RecordState.PENDING)),
        )
    )
    if unfinished is not None:
        return unfinished
    record = DatedRecord(
        kind=before.kind, key=before.key, name=before.name, region=before.region, values=dict(before.values),
        source=before.source, confidence=before.confidence, checked_at=china_date(now), valid_from=china_date(now),
        valid_to=before.valid_to, state=RecordState.DRAFT, author_id=staff.id, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(record)
    return _noted(session, staff, record, "record_drafted", now)


def lock_entry(session: Session, kind: str, key: str) -> None:
    """Until this transaction ends nobody else begins a version of the entry: two may come from two of its versions, or
    there is none yet, so that no row can be waited for."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite lets one write at a time anyway
        locked = text("SELECT pg_advisory_xact_lock(:space, hashtext(:entry))")
        session.execute(locked, {"space": ENTRY_LOCKS, "entry": f"{kind}/{key}"})


def save_record(
    session: Session, *, staff: Staff, record_id: int, content: RecordContent, version: int, now: datetime
) -> DatedRecord:
    """Write a draft down; whoever writes last is its author. Raises Conflict, InvalidInput by field name."""
    check_may(staff, Action.EDIT_RECORDS)
    record = get_record(session, staff, record_id, lock=True)
    if record.version != version:
        raise Conflict(OVERTAKEN if record.state == RecordState.DRAFT else GONE_ON)
    if record.state != RecordState.DRAFT:
        raise Conflict(GONE_ON)
    problems = _problems(content, china_date(now))
    if kind_of(record).is_nationwide and full_place(content.region) != NATIONWIDE:
        problems["region"] = "这类数据全国一份,填全国"
    try:
        record.values = check_form(form_of(record), content.values)
    except InvalidInput as error:
        problems |= error.fields
    if problems:
        raise InvalidInput(fields=problems)
    record.name, record.region = _line(content.name), full_place(content.region)
    record.source, record.confidence = _line(content.source), content.confidence
    record.checked_at = content.checked_at or china_date(now)
    record.valid_from, record.valid_to = content.valid_from, content.valid_to
    record.author_id = staff.id
    return _noted(session, staff, record, "record_saved", now)


def _problems(content: RecordContent, today: date) -> dict[str, str]:
    problems = {}
    for name, value, most in (
        ("name", content.name, 120),
        ("source", content.source, 300),
        ("region", content.region, 60),
    ):
        if not _line(value):
            problems[name] = "必填"
        elif len(_line(value)) > most:
            problems[name] = f"最多{most}个字"
    if content.confidence not in CONFIDENCE_WORDS:
        problems["confidence"] = "请选一个"
    if content.checked_at is None or content.checked_at > today:
        problems["checked_at"] = "核对日期要填,不能在今天以后"
    if content.valid_from and content.valid_to and content.valid_to < content.valid_from:
        problems["valid_to"] = "早于生效日期"
    return problems


def submit_record(session: Session, *, staff: Staff, record_id: int, now: datetime) -> DatedRecord:
    """Hand a complete draft to a second person."""
    check_may(staff, Action.EDIT_RECORDS)
    record = _in_state(session, staff, record_id, RecordState.DRAFT)
    check_form(form_of(record), record.values)
    if not record.name or not record.source:
        raise InvalidInput("还差名称或来源。", fields={"name": "必填", "source": "必填"})
    if record.valid_to is not None and record.valid_to < china_date(now):
        raise InvalidInput("这一版已经过了失效日期。", fields={"valid_to": "已经过了"})
    record.state, record.review_note = RecordState.PENDING, None
    return _noted(session, staff, record, "record_submitted", now)


def withdraw_record(session: Session, *, staff: Staff, record_id: int, now: datetime) -> DatedRecord:
    """The author takes it back to go on writing."""
    record = _in_state(session, staff, record_id, RecordState.PENDING)
    if record.author_id != staff.id:
        raise Forbidden("不是您写的,要改就退回给作者。")
    record.state = RecordState.DRAFT
    return _noted(session, staff, record, "record_withdrawn", now)


def approve_record(session: Session, *, staff: Staff, record_id: int, version: int, now: datetime) -> DatedRecord:
    """It holds from its day on; the version before it ends the day before. Raises Forbidden for its author."""
    check_may(staff, Action.EDIT_RECORDS)
    record = _in_state(session, staff, record_id, RecordState.PENDING)
    if record.version != version:
        raise Conflict(STALE)
    if KINDS[record.kind].values_by_key is not None:
        check_form(form_of(record), record.values)  # the declaration may be a newer one than when it was written
    if record.author_id == staff.id:
        raise Forbidden("自己写的数据要请另一位主管或管理员批准。")
    if record.kind == EXPERT:
        seat_expert(session, record, now)
    if record.kind == BROKER_LICENCE:
        check_broker(session, record)
    end_earlier(session, record, now)
    record.state, record.approved_by_id = RecordState.APPROVED, staff.id
    _noted(session, staff, record, "record_approved", now)
    count_anew(session, record, now)
    request_news(session, record, now)
    return record


def reject_record(session: Session, *, staff: Staff, record_id: int, note: str, now: datetime) -> DatedRecord:
    """Send it back with a word on what is wrong."""
    check_may(staff, Action.EDIT_RECORDS)
    record = _in_state(session, staff, record_id, RecordState.PENDING)
    if record.author_id == staff.id:
        raise Forbidden("自己写的数据可以直接撤回修改。")
    if not note.strip():
        raise InvalidInput("请写一句退回的原因。", fields={"note": "没写原因"})
    record.state, record.review_note = RecordState.DRAFT, _line(note)[:300]
    return _noted(session, staff, record, "record_rejected", now)


def retire_record(session: Session, *, staff: Staff, record_id: int, note: str, now: datetime) -> DatedRecord:
    """It holds no longer; a draft that nobody wants goes the same way. Raises InvalidInput without a reason."""
    check_may(staff, Action.EDIT_RECORDS)
    record = get_record(session, staff, record_id, lock=True)
    if record.state == RecordState.RETIRED:
        return record
    if not note.strip():
        raise InvalidInput("请写一句停用的原因。", fields={"note": "没写原因"})
    did_hold = record.state == RecordState.APPROVED
    record.state, record.review_note = RecordState.RETIRED, _line(note)[:300]
    _noted(session, staff, record, "record_retired", now)
    if did_hold:
        count_anew(session, record, now)
    return record


def mark_record_checked(session: Session, *, staff: Staff, record_id: int, on: date, now: datetime) -> DatedRecord:
    """Somebody compared an approved version with its source that day and found it right."""
    check_may(staff, Action.EDIT_RECORDS)
    record = _in_state(session, staff, record_id, RecordState.APPROVED)
    if on > china_date(now) or on < record.checked_at:
        raise InvalidInput("核对日期要在上次核对和今天之间。", fields={"checked_at": "日期不对"})
    record.checked_at = on
    return _noted(session, staff, record, "record_checked", now)


def _in_state(session: Session, staff: Staff, record_id: int, state: RecordState) -> DatedRecord:
    record = get_record(session, staff, record_id, lock=True)
    if record.state != state:
        raise Conflict("这条数据的状态已经变了,请刷新后再看。")
    return record


def _line(text: str) -> str:
    return SPACE.sub(" ", text).strip()


def _noted(session: Session, staff: Staff, record: DatedRecord, action: str, now: datetime) -> DatedRecord:
    record.version = (record.version or 0) + 1
    record.updated_at = now
    session.flush()  # assigns record.id
    target = f"record:{record.id}"
    record_action(session, staff=staff, action=action, target=target, now=now, kind=record.kind, key=record.key)
    return record
