"""Keeps a process's catalogue in line with the settings that its database holds, within seconds of an approval."""

import time
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session, SessionTransaction

from core.clock import Clock, china_date
from core.db import Database
from core.errors import InvalidInput
from core.logs import get_logger
from models import DatedRecord
from services.catalogue import CatalogueError, declared, in_force
from services.catalogue.fields import check_form
from services.catalogue.model import Service
from services.catalogue.settings import Setting, with_settings
from services.dated_data.lookup import holding
from services.dated_data.service_settings import SERVICE_SETTING, check_one, find_place, setting_form

log = get_logger(__name__)

LOOK_EVERY_SECONDS = 2.0
Stamp = tuple[Any, ...]


def apply_records(records: Iterable[Row[Any]]) -> dict[str, Service]:
    """The declarations with the values of the records (key, values, valid_to) in them; empty where there are none.

    What no longer fits a newer declaration is left out: the service goes on with its own words.
    """
    settings: dict[str, dict[tuple[str, ...], Setting]] = {}
    for record in records:
        place = find_place(record.key)
        try:
            values = check_form(setting_form(record.key), record.values)
        except InvalidInput:
            log.warning("service_setting_left_out", key=record.key)
            continue
        assert place is not None
        settings.setdefault(place.service, {})[place.path] = Setting(values, record.valid_to)
    if not settings:
        return {}
    return {key: _changed(service, settings.get(key, {})) for key, service in declared().items()}


def _changed(service: Service, settings: dict[tuple[str, ...], Setting]) -> Service:
    if not settings:
        return service
    changed = with_settings(service, settings)
    try:
        check_one(changed)
    except CatalogueError:
        log.warning("service_settings_left_out", service=service.key)
        return service
    return changed


class SettingsFollower:
    """Looks, as a session begins, whether settings have changed; at most once in two seconds, by one small query."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._look_at = 0.0
        self._stamp: Stamp | None = None
        self._services: dict[str, Service] = {}

    def follow(self, database: Database) -> None:
        """Begin to; the process's readers have what this database says."""
        database.on_begin(self._begun)

    def _begun(self, session: Session, _: SessionTransaction, connection: Connection) -> None:
        if time.monotonic() >= self._look_at:
            self._look(connection)
        # Two databases in one process (tests, tools): the one that was asked last counts.
        in_force.put(self._services)

    def _look(self, connection: Connection) -> None:
        self._look_at = time.monotonic() + LOOK_EVERY_SECONDS
        today = china_date(self._clock.now())
        try:
            with connection.begin_nested():
                stamp = _stamp(connection, today)
                if stamp != self._stamp:
                    self._services = apply_records(_records(connection, today))
                    self._stamp = stamp
        except (OperationalError, ProgrammingError):
            # A database before its migration has no such table; what else is wrong the caller's own query says.
            log.debug("service_settings_not_read")


def _stamp(connection: Connection, today: date) -> Stamp:
    """Changes with every step on a setting, and with the day."""
    of_kind = DatedRecord.kind == SERVICE_SETTING
    counted = select(func.count(), func.sum(DatedRecord.version), func.max(DatedRecord.updated_at)).where(of_kind)
    return (today, *connection.execute(counted).one())


def _records(connection: Connection, today: date) -> list[Row[Any]]:
    """Of versions of one entry that hold on the same day the latest one."""
    query = select(DatedRecord.key, DatedRecord.values, DatedRecord.valid_to).where(*holding(SERVICE_SETTING, today))
    ordered = query.order_by(DatedRecord.valid_from.asc().nulls_first(), DatedRecord.id)
    return list({row.key: row for row in connection.execute(ordered)}.values())
