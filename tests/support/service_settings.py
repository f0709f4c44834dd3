"""Settings of services in force, and processes that notice them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models import DatedRecord
from services.catalogue import in_force
from services.dated_data import following
from services.dated_data.service_settings import SERVICE_SETTING
from tests.support.dated_data import make_record


def make_setting(
    session: Session, now: datetime, key: str, values: Mapping[str, Any], *, valid_to: date | None = None
) -> DatedRecord:
    """An approved one, since the beginning of 2026."""
    return make_record(session, now, kind=SERVICE_SETTING, key=key, values=dict(values), name=key, valid_to=valid_to)


@contextmanager
def noticed_at_once(monkeypatch: Any) -> Iterator[None]:
    """Every session looks; afterwards the process has the declarations again."""
    monkeypatch.setattr(following, "LOOK_EVERY_SECONDS", 0)
    yield
    in_force.put({})
