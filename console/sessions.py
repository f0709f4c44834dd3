"""Who is at the console: a signed cookie that ends after half an hour without a hand on it, or twelve hours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import NotFound
from models import Role, Staff
from services.audit import ADDRESS
from services.resources import Resources

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# Not a hand on the keyboard: what the page asks for by itself.
UNATTENDED = {"console.stream", "console.queue", "console.updates", "console.unread", "console.static"}
UNATTENDED |= {"console.answer_run", "console.board_news"}
OPEN = {"console.login", "console.static"}
BEFORE_FIRST_PASSWORD = OPEN | {"console.password", "console.logout"}
# All that somebody of a partner institution can reach: everything else is not there.
FOR_PARTNERS = BEFORE_FIRST_PASSWORD | {"console.stream", "console.unread", "console.presence"}
FOR_PARTNERS |= {"console.notifications", "console.read_notifications"}
FOR_PARTNERS |= {"console.tasks", "console.task", "console.task_report", "console.task_refuse"}
FOR_PARTNERS |= {"console.task_minutes"}
# As far as a task of theirs shows them (services/casework/access.py, keys_for_partner).
FOR_PARTNERS |= {"console.case_documents", "console.case_document"}


class StaffUser(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """The member of staff behind a session. A changed password or role (session_version) ends it."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff

    def get_id(self) -> str:
        return f"{self.staff.id}.{self.staff.session_version}"


def signed_in() -> Staff:
    """The member of staff of this request, as read at its beginning."""
    staff: Staff = current_user.staff
    return staff


@contextmanager
def working(resources: Resources) -> Iterator[tuple[Session, Staff]]:
    """One unit of work in the name of who is signed in; audit entries know the address."""
    with resources.database.unit_of_work() as work:
        work.info[ADDRESS] = request.remote_addr
        yield work, work.get_one(Staff, signed_in().id)


@contextmanager
def looking(resources: Resources) -> Iterator[tuple[Session, Staff]]:
    """A session that only reads."""
    with resources.database.reading() as reader:
        yield reader, signed_in()


def begin_session(staff: Staff, now: datetime) -> None:
    """A fresh session: nothing of what the browser had before is kept."""
    session.clear()
    session["started"] = session["seen"] = int(now.timestamp())
    login_user(StaffUser(staff))


def add_sessions(blueprint: Blueprint, resources: Resources) -> None:
    """Every page but the login needs a session; who has a first password must change it before anything else."""
    manager = LoginManager()
    manager.session_protection = None  # it binds to the address, which changes on a phone

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(user_id: str) -> StaffUser | None:
        return _load(resources.database, user_id, resources.clock.now())

    def start(state: BlueprintSetupState) -> None:
        app = state.app
        if isinstance(app, Flask):
            manager.init_app(app)

    blueprint.record_once(start)

    @blueprint.before_request
    def require_session() -> Response | None:
        if request.endpoint in OPEN:
            return None
        if not current_user.is_authenticated:
            return _to_login()
        if signed_in().must_change_password and request.endpoint not in BEFORE_FIRST_PASSWORD:
            return _go(url_for("console.password"))
        if signed_in().role == Role.PARTNER and (elsewhere := _keep_partner_out()):
            return elsewhere
        if request.endpoint not in UNATTENDED:
            session["seen"] = int(resources.clock.now().timestamp())
        return None


def _keep_partner_out() -> Response | None:
    """Raises NotFound for what partners have no business with; the first page leads to their tasks."""
    if request.endpoint in FOR_PARTNERS:
        return None
    if request.endpoint == "console.inbox":
        return _go(url_for("console.tasks"))
    raise NotFound("没有这个页面。")


def _load(database: Database, user_id: str, now: datetime) -> StaffUser | None:
    if not _is_fresh(now):
        return None
    number, _, version = user_id.partition(".")
    if not number.isdigit():
        return None
    with database.reading() as reader:
        staff = reader.get(Staff, int(number))
    if staff is None or not staff.is_active or str(staff.session_version) != version:
        return None
    return StaffUser(staff)


def _is_fresh(now: datetime) -> bool:
    at = now.timestamp()
    started, seen = _number(session.get("started")), _number(session.get("seen"))
    return at - started < ABSOLUTE.total_seconds() and at - seen < IDLE.total_seconds()


def _number(value: Any) -> float:
    return value if isinstance(value, int) else 0


def _to_login() -> Response:
    if request.endpoint == "console.stream":
        return Response(status=401)
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not request.headers.get("HX-Request") else ""
    return _go(url_for("console.login", next=wanted or None))


def _go(address: str) -> Response:
    """A redirect that htmx follows with the whole page, not with a part of it."""
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": address})
    response = redirect(address)
    return current_app.make_response(response)
