"""`python -m dev.prepare`: the staff of a development run, and the account's menu. Safe to repeat."""

import os
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.clock import SandboxOffset
from core.clock import Clock, OffsetClock, SystemClock
from core.config import Environment, Settings
from core.db import Database
from models import Role, Staff
from services.job_names import JobName, request_job
from services.passwords import hash_password, is_password
from services.staff import create_staff, set_availability

PEOPLE = (
    ("admin", "系统管理员", Role.ADMINISTRATOR, ()),
    ("chenmin", "陈敏", Role.AGENT, ("financing", "policy", "training", "general")),
    ("liwei", "李伟", Role.AGENT, ("patent", "enforcement", "market", "general")),
)


def prepare_staff(session: Session, *, password: str, now: datetime) -> None:
    """An administrator and two agents who take cases; all have the password of this machine's development file."""
    for username, display_name, role, skills in PEOPLE:
        person = session.scalar(select(Staff).where(Staff.username == username))
        if person is None:
            person, _first = create_staff(
                session,
                username=username,
                display_name=display_name,
                role=role,
                skills=skills,
                regions=["全国"] if skills else [],
                now=now,
            )
            person.must_change_password = False
            if skills:
                set_availability(session, staff=person, is_available=True, now=now)
        if not is_password(person.password_hash, password):
            person.password_hash = hash_password(password)


def main() -> None:
    settings = Settings.from_env()
    if settings.environment is not Environment.DEVELOPMENT:
        raise SystemExit("dev.prepare runs with ENVIRONMENT=development only.")
    base_url = settings.wechat_api_base_url
    clock: Clock = OffsetClock(SandboxOffset(base_url)) if settings.uses_wechat_sandbox else SystemClock()
    now = clock.now()
    database = Database(settings.sqlalchemy_url)
    with database.unit_of_work() as session:
        # This name is no setting of the product: only the development run knows it.
        prepare_staff(session, password=os.environ["DEVELOPMENT_STAFF_PASSWORD"], now=now)
        request_job(session, JobName.CREATE_MENU, key=f"development-{now.timestamp():.3f}", now=now)
    database.engine.dispose()


if __name__ == "__main__":
    main()
