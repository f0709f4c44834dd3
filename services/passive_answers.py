"""Passive answers become `sent` once they are written out, several in one transaction where many end together."""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from core import metrics
from core.db import Database, table_of
from core.statements import Statement
from models import Delivery, DeliveryChannel, DeliveryState
from services.deliveries import mark_sent

_table = table_of(Delivery)
CONFIRM = Statement(
    update(_table)
    .where(_table.c.id == bindparam("of"), _table.c.state == DeliveryState.QUEUED)
    .values(state=DeliveryState.SENT, sent_at=bindparam("now"), claimed_until=None)
)


class PassiveAnswers:
    """What this process has answered and not yet recorded. The first to come writes for all who come while it waits
    for the database: nobody waits for a clock, and under load one transaction serves many."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[dict[str, Any]] = []
        self._has_writer = False

    def confirm(self, delivery_id: int, payload: Mapping[str, Any], now: datetime) -> None:
        """The HTTP answer has been written out. What dies unrecorded is settled as unknown."""
        if payload.get("carries"):
            with self._database.unit_of_work() as session:
                delivery = session.get(Delivery, delivery_id, with_for_update=True)
                if delivery is not None and delivery.state == DeliveryState.QUEUED:
                    mark_sent(session, delivery, now)
            return
        with self._lock:
            self._waiting.append({"of": delivery_id, "now": now})
            if self._has_writer:
                return
            self._has_writer = True
        taken: list[dict[str, Any]] | None = None
        try:
            with self._database.writing() as connection:
                taken = self._take()
                changed = sum(CONFIRM.change_on(connection, values) for values in taken)
        except BaseException:
            if taken is None:
                self._take()  # the next to come leads again
            raise
        metrics.deliveries_total.labels(DeliveryChannel.PASSIVE, DeliveryState.SENT).inc(changed)

    def _take(self) -> list[dict[str, Any]]:
        with self._lock:
            taken, self._waiting, self._has_writer = self._waiting, [], False
        return taken
