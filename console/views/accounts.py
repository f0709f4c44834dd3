"""Login, logout, one's own password, whether one takes cases."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from console.login_guard import LoginGuard
from console.sessions import begin_session, looking, working
from core.errors import AppError, InvalidInput, RateLimited
from models import Staff
from services.audit import ADDRESS, record_action
from services.notifications import case_numbers, conversation_addresses, list_notifications, mark_read
from services.passwords import place_for_check
from services.resources import Resources
from services.staff import authenticate, change_password, set_availability, touch

MAX_PASSWORD = 200


def add_routes(blueprint: Blueprint, resources: Resources, guard: LoginGuard) -> None:
    @blueprint.route("/login", methods=["GET", "POST"])
    def login() -> AnyResponse:
        if request.method == "GET":
            return redirect(url_for("console.inbox")) if current_user.is_authenticated else _login_page()
        username = request.form.get("username", "")
        address = request.remote_addr or "unknown"
        try:
            guard.check(address, username)
            with place_for_check():
                # Again: those who waited here together must not all have a try.
                guard.check(address, username)
                staff = _authenticated(resources, username, request.form.get("password", "")[:MAX_PASSWORD])
                if staff is None:
                    guard.count_failure(address, username)
        except RateLimited as error:
            return _login_page(error.message, error.http_status)
        if staff is None:
            return _login_page("用户名或密码不对。", 401)
        begin_session(staff, resources.clock.now())
        return redirect(_inside(request.args.get("next", "")))

    @blueprint.post("/logout")
    def logout() -> AnyResponse:
        with working(resources) as (work, staff):
            # The cookie is signed, not stored: only a new version makes a copy of it worthless.
            staff.session_version += 1
            staff.is_available = False
            record_action(work, staff=staff, action="logout", target=f"staff:{staff.id}", now=resources.clock.now())
        logout_user()
        session.clear()
        return redirect(url_for("console.login"))

    _add_password(blueprint, resources)
    _add_presence(blueprint, resources)


def _add_password(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/password", methods=["GET", "POST"])
    def password() -> AnyResponse:
        if request.method == "GET":
            return make_response(render_template("console/password.html"))
        now = resources.clock.now()
        try:
            if request.form.get("new_password") != request.form.get("repeated"):
                raise InvalidInput("两次输入的新密码不一样。", fields={"repeated": "和上面不一样"})
            with working(resources) as (work, staff):
                change_password(
                    work,
                    staff=staff,
                    old_password=request.form.get("old_password", "")[:MAX_PASSWORD],
                    new_password=request.form.get("new_password", "")[:MAX_PASSWORD],
                    now=now,
                )
        except AppError as error:
            page = render_template("console/password.html", problem=error.message, fields=error.fields)
            return make_response(page, 422)
        begin_session(staff, now)
        return redirect(url_for("console.inbox"))


def _add_presence(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/availability")
    def availability() -> AnyResponse:
        is_available = request.form.get("is_available") == "yes"
        with working(resources) as (work, staff):
            set_availability(work, staff=staff, is_available=is_available, now=resources.clock.now())
        if request.headers.get("HX-Request"):
            return make_response(render_template("console/_availability.html", me=staff))
        return redirect(url_for("console.inbox"))

    @blueprint.post("/presence")
    def presence() -> AnyResponse:
        """A hand moved on the page: the session goes on (the guard of sessions wrote that down)."""
        with working(resources) as (work, staff):
            touch(work, staff.id, resources.clock.now())
        return Response(status=204)

    @blueprint.get("/notifications")
    def notifications() -> AnyResponse:
        with looking(resources) as (reader, staff):
            items = list_notifications(reader, staff.id)
            public_ids, numbers = conversation_addresses(reader, items), case_numbers(reader, items)
        page = render_template("console/notifications.html", items=items, public_ids=public_ids, numbers=numbers)
        return make_response(page)

    @blueprint.get("/unread")
    def unread() -> AnyResponse:
        """The number on the bell."""
        return make_response(render_template("console/_unread.html"))

    @blueprint.post("/notifications/read")
    def read_notifications() -> AnyResponse:
        with working(resources) as (work, staff):
            mark_read(work, staff.id, resources.clock.now())
        return redirect(url_for("console.notifications"))


def _authenticated(resources: Resources, username: str, password: str) -> Staff | None:
    with resources.database.unit_of_work() as work:
        work.info[ADDRESS] = request.remote_addr
        return authenticate(work, username=username, password=password, now=resources.clock.now())


def _login_page(problem: str = "", status: int = 200) -> Response:
    return make_response(render_template("console/login.html", problem=problem), status)


def _inside(address: str) -> str:
    """Where to go after the login: only ever a page of the console."""
    parts = urlsplit(address)
    is_plain = address.isprintable() and "\\" not in address
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/console/") and is_plain
    return address if is_ours else url_for("console.inbox")
