"""The live stream: server-sent events, one thread each, no database connection while it waits."""

import json
import queue
import time
from collections.abc import Iterator

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.input import row_number
from console.live import LiveEvent, LiveFeed, Subscription
from console.sessions import looking
from core.db import Database
from core.errors import NotFound
from models import Staff, StaffNotification
from services.permissions import get_desk
from services.resources import Resources
from services.staff import touch

HEARTBEAT_SECONDS = 15
# A page that was left open comes back by itself; a process that must end is not held up for longer.
LIFETIME_SECONDS = 600
PRESENCE_SECONDS = 60
MISSED = 20


def add_routes(blueprint: Blueprint, resources: Resources, feed: LiveFeed) -> None:
    @blueprint.get("/stream")
    def stream() -> Response:
        # Until a notice came by this stream, the page says up to which one it knows.
        last_id = request.headers.get("Last-Event-ID", type=row_number)
        known_id = request.args.get("known", type=row_number) if last_id is None else last_id
        with looking(resources) as (reader, staff):
            watched = _watched(reader, staff)
            staff_id, version = staff.id, staff.session_version
        subscription = feed.subscribe(staff_id, watched)
        try:
            # Looked for when the feed listens already: nothing can come in between. What both find is written once.
            for event in _missed(resources.database, staff_id, known_id):
                subscription.put(event)
        except Exception:
            feed.unsubscribe(subscription)
            raise
        # Whatever changed between the page and this moment: look once.
        subscription.put(LiveEvent("queue"))
        if watched is not None:
            subscription.put(LiveEvent("conversation"))
        response = Response(
            _events(feed, subscription, version, resources), content_type="text/event-stream; charset=utf-8"
        )
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(lambda: feed.unsubscribe(subscription))
        return response


def _events(feed: LiveFeed, subscription: Subscription, version: int, resources: Resources) -> Iterator[str]:
    ends = time.monotonic() + LIFETIME_SECONDS
    present_until = 0.0
    told: set[int] = set()
    try:
        yield "retry: 2000\n\n"
        while time.monotonic() < ends:
            if time.monotonic() >= present_until:
                if not _note_presence(resources.database, subscription.staff_id, version, resources):
                    return
                present_until = time.monotonic() + PRESENCE_SECONDS
            try:
                event = subscription.events.get(timeout=HEARTBEAT_SECONDS)
            except queue.Empty:
                yield ": alive\n\n"
                continue
            if event.kind == "end":
                return
            if event.id is not None:
                if event.id in told:
                    continue
                told.add(event.id)
            yield _written(event)
    finally:
        feed.unsubscribe(subscription)


def _written(event: LiveEvent) -> str:
    number = f"id: {event.id}\n" if event.id is not None else ""
    return f"{number}event: {event.kind}\ndata: {json.dumps(event.data, ensure_ascii=False)}\n\n"


def _note_presence(database: Database, staff_id: int, version: int, resources: Resources) -> bool:
    """Whether the login that opened this stream still stands; a reset password must end what a thief has open."""
    with database.unit_of_work() as work:
        person = work.get(Staff, staff_id)
        if person is None or not person.is_active or person.session_version != version:
            return False
        touch(work, staff_id, resources.clock.now())
    return True


def _watched(reader: Session, staff: Staff) -> int | None:
    public_id = request.args.get("conversation", "")
    if not public_id:
        return None
    try:
        return get_desk(reader, staff, public_id).conversation.id
    except NotFound:
        return None


def _missed(database: Database, staff_id: int, known_id: int | None) -> list[LiveEvent]:
    if known_id is None:
        return []
    with database.reading() as session:
        rows = session.scalars(
            select(StaffNotification)
            .where(
                StaffNotification.staff_id == staff_id,
                StaffNotification.id > known_id,
                StaffNotification.read_at.is_(None),
            )
            .order_by(StaffNotification.id)
            .limit(MISSED)
        )
        return [LiveEvent("notice", row.id, {"text": row.text, "kind": row.kind}) for row in rows]
