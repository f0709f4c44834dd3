"""The running product as the end-to-end tests hold it: its processes, its rows, its staff, and what day it is."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import requests
from sqlalchemy import select

from core.clock import CHINA
from core.db import Database
from models import Case, CaseStatus, Role, Staff
from services.case_records import finish_case, lock_case
from services.job_names import JobName, request_job
from services.reference_data import load_calendar_days, load_quick_replies
from services.staff import change_password, create_staff, set_availability
from services.working_hours import load_calendar
from tests.support.prepared import prepare_folder
from tests.support.stack import Stack

DATA = Path(__file__).resolve().parents[2] / "data"
# The first day of a run. A fixed date, so that what the pages show does not depend on the day of the test.
FIRST_MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
PASSWORD = "teal-Bridge-2026"


@dataclass(frozen=True)
class Member:
    """A member of staff and the password that works now."""

    id: int
    username: str
    name: str
    password: str


class Product:
    """Everything runs for real; this only starts it, moves the sandbox's clock and makes accounts."""

    def __init__(self, folder: Path) -> None:
        prepare_folder(folder).engine.dispose()
        self.database = Database(f"sqlite:///{folder / 'zhiqiao.db'}")
        with self.database.unit_of_work() as session:
            load_calendar_days(session, DATA / "calendar" / "holidays.yaml")
            load_quick_replies(session, DATA / "quick_replies.yaml")
        self.stack = Stack(folder, database_url=f"sqlite:///{folder / 'zhiqiao.db'}", is_forked=True)
        self._hired = 0

    def start(self) -> None:
        """All processes, on the first Monday, with the account's menu made by the product's own job."""
        self.stack.valkey.start()
        self.stack.start("sandbox")
        self.stack.move_clock(now=FIRST_MONDAY.isoformat())
        self.stack.start(*(name for name in self.stack.commands() if name != "sandbox"))
        with self.database.unit_of_work() as session:
            request_job(session, JobName.CREATE_MENU, key="end-to-end", now=self.now())
        self.stack.wait_until(lambda: self._sandbox("apps")["official"]["menu"])

    def stop(self) -> None:
        self.stack.stop()
        self.database.engine.dispose()

    def _sandbox(self, path: str) -> dict:
        return requests.get(f"{self.stack.sandbox_url}/sandbox/api/{path}", timeout=5).json()

    def now(self) -> datetime:
        """What the sandbox's clock says, and with it the product's."""
        return datetime.fromisoformat(self._sandbox("clock")["now"])

    def move_to(self, at: datetime) -> None:
        """Set the clock of both; it only ever goes forward."""
        assert at > self.now(), "the clock goes forward"
        self.stack.move_clock(now=at.isoformat())

    def move_to_monday(self) -> None:
        """The next worked Monday, 10:00 in China, unless it is that morning already."""
        now = self.now().astimezone(CHINA)
        if now - FIRST_MONDAY < timedelta(minutes=5):
            return
        with self.database.reading() as session:
            calendar = load_calendar(session, now.date())
        monday = now.date() + timedelta(days=7 - now.weekday())
        while not calendar.is_working_day(monday):
            monday += timedelta(days=7)
        self.move_to(at(monday, 10))

    def clear_desks(self) -> None:
        """What an earlier test left: its staff go, its cases end, its faults are lifted."""
        self.stack.clear_faults()
        with self.database.unit_of_work() as session:
            for staff in session.scalars(select(Staff).where(Staff.is_active)):
                staff.is_active = staff.is_available = False
            for case_id in session.scalars(select(Case.id).where(Case.status != CaseStatus.CLOSED)).all():
                finish_case(session, lock_case(session, case_id), self.now())

    def hire(
        self,
        name: str,
        role: Role = Role.AGENT,
        *,
        is_available: bool = True,
        is_new: bool = False,
        institution_id: int | None = None,
    ) -> Member:
        """An account; `is_new` leaves the first password, which must be changed at the first login."""
        self._hired += 1
        username = f"staff{self._hired}"
        now = self.now()
        with self.database.unit_of_work() as session:
            staff, password = create_staff(
                session, username=username, display_name=name, role=role, institution_id=institution_id, now=now
            )
            if not is_new:
                change_password(session, staff=staff, old_password=password, new_password=PASSWORD, now=now)
                password = PASSWORD
            if role is not Role.PARTNER:
                set_availability(session, staff=staff, is_available=is_available and not is_new, now=now)
            return Member(staff.id, username, name, password)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of day in China."""
    return datetime.combine(day, time(hour, minute), CHINA)
