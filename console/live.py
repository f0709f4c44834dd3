"""What happened just now, for every open console: one poller a process reads the rows and fans out."""

import queue
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.logs import get_logger
from models import CaseEvent, Conversation, Delivery, Message, Staff, StaffNotification

log = get_logger(__name__)

POLL_SECONDS = 0.5
# Ids are looked at again for a while: on PostgreSQL a lower id may be committed after a higher one.
WINDOW = 200
BACKLOG = 100
NOTICE_COLUMNS = (StaffNotification.staff_id, StaffNotification.kind, StaffNotification.text)


@dataclass(frozen=True)
class LiveEvent:
    """queue: the list may have changed · conversation: the one that is watched has · notice: told to this person ·
    end: the stream is over, the page comes back by itself"""

    kind: Literal["queue", "conversation", "notice", "end"]
    id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Subscription:
    """One open page. Events that it is too slow to take are dropped: the next one makes it read everything anew."""

    staff_id: int
    conversation_id: int | None
    events: "queue.Queue[LiveEvent]" = field(default_factory=lambda: queue.Queue(BACKLOG))

    def put(self, event: LiveEvent) -> None:
        try:
            self.events.put_nowait(event)
        except queue.Full:
            log.warning("live_event_dropped", staff_id=self.staff_id)


class LiveFeed:
    """Polls while somebody listens. Needs no Redis; holds a connection only for the moment of a poll."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._subscriptions: set[Subscription] = set()
        self._thread: threading.Thread | None = None

    def subscribe(self, staff_id: int, conversation_id: int | None) -> Subscription:
        """Begin to listen; `conversation_id` is what the page shows (already checked)."""
        subscription = Subscription(staff_id, conversation_id)
        with self._lock:
            self._subscriptions.add(subscription)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, args=(_Watch(self._database),), daemon=True)
                self._thread.start()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End every stream and the poller; answers when no connection of theirs is in use any more."""
        with self._lock:
            listeners, thread = list(self._subscriptions), self._thread
            self._subscriptions.clear()
        for listener in listeners:
            listener.put(LiveEvent("end"))
        if thread is not None:
            thread.join(10)

    def _run(self, watch: "_Watch") -> None:
        pause = threading.Event()
        while True:
            with self._lock:
                listeners = list(self._subscriptions)
                if not listeners:
                    self._thread = None
                    return
            try:
                watch.tell(listeners)
            except Exception:
                # The database may be away for a moment; the pages stay open and hear of it when it is back.
                log.exception("live_poll_failed")
            pause.wait(POLL_SECONDS)


class _Watch:
    """What has been seen so far."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, set[int]] = {}
        self._people: tuple[Any, ...] = ()
        self._deliveries: dict[Any, tuple[Any, ...]] = {}
        self._find(set())

    def tell(self, listeners: Iterable[Subscription]) -> None:
        watched = {listener.conversation_id for listener in listeners if listener.conversation_id is not None}
        notices, changed, is_queue_changed = self._find(watched)
        for listener in listeners:
            for notice in notices:
                if notice.staff_id == listener.staff_id:
                    listener.put(LiveEvent("notice", notice.id, {"text": notice.text, "kind": notice.kind}))
            if is_queue_changed:
                listener.put(LiveEvent("queue"))
            if listener.conversation_id in changed:
                listener.put(LiveEvent("conversation"))

    def _find(self, watched: set[int]) -> tuple[list[Row[Any]], set[int], bool]:
        with self._database.reading() as session:
            notices = self._new(session, StaffNotification.id, *NOTICE_COLUMNS)
            messages = self._new(session, Message.id, Message.conversation_id)
            events = self._new(session, CaseEvent.id)
            people = tuple(session.execute(select(func.count(Staff.id), func.sum(Staff.session_version))).one())
            states = (
                session.execute(
                    select(Message.conversation_id, Delivery.channel, Delivery.state, func.count())
                    .join(Message, Message.id == Delivery.message_id)
                    .where(Message.conversation_id.in_(watched))
                    .group_by(Message.conversation_id, Delivery.channel, Delivery.state)
                ).all()
                if watched
                else []
            )
            holders = (
                session.execute(
                    select(Conversation.id, Conversation.status, Conversation.owner_token).where(
                        Conversation.id.in_(watched)
                    )
                ).all()
                if watched
                else []
            )
        now: dict[Any, tuple[Any, ...]] = {}
        for row in [*holders, *states]:
            now[row[0]] = (*now.get(row[0], ()), tuple(row[1:]))
        changed = {number for number, facts in now.items() if self._deliveries.get(number, facts) != facts}
        self._deliveries = now
        changed |= {message.conversation_id for message in messages}
        is_queue_changed = bool(messages or events or changed or people != self._people)
        self._people = people
        return sorted(notices, key=lambda notice: notice.id), changed, is_queue_changed

    def _new(self, session: Session, number: Any, *columns: Any) -> list[Row[Any]]:
        """The rows that were not there before; none at the first look."""
        rows = session.execute(select(number, *columns).order_by(number.desc()).limit(WINDOW)).all()
        table = str(number.class_.__tablename__)
        seen = self._seen.get(table)
        self._seen[table] = {row[0] for row in rows}
        return [] if seen is None else [row for row in rows if row[0] not in seen and row[0] > min(seen, default=0)]
