"""The page of a session of a course, to be shared: what, when, where, whether there are seats and how to book."""

from datetime import datetime

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from core.clock import CHINA, china_date
from core.errors import NotFound
from core.i18n import WEEKDAYS, chinese_date
from models import CourseSession
from public.files import attachment
from services.market.wording import SIDES, called_by_others, owner_called, said_terms
from services.resources import Resources
from services.training.absences import RULE
from services.training.calendar_files import MEDIA_TYPE, calendar_of_booking, calendar_of_session
from services.training.line import is_waited_for
from services.training.shown_posts import list_session_posts, posts_words
from services.training.shown_services import list_shown
from services.training.signed_links import CALENDAR_PATH, make_join_link, open_calendar_link
from services.training.standing import Standing, standing_of
from services.training.timetable import booking_words, get_session, said_place, said_price, said_seats

# How the state looks, and what to do next.
LOOKS = {Standing.OPEN: "is-good", Standing.CANCELLED: "is-bad"}
OTHERS = "看别的场次,在微信里关注公众号“知桥”,发送“最近有什么培训”。"
NEXT = {
    Standing.UPCOMING: "{opens}开放报名。",
    Standing.OPEN: "在微信里关注公众号“知桥”,发送“{words}”就能报名。",
    Standing.FULL: "在微信里关注公众号“知桥”,发送“{words}”排候补,有名额空出来按顺序通知。",
}
TO_COME = (*NEXT, Standing.CLOSED)


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/courses/<public_id>")
    def course_page(public_id: str) -> Response:
        now = resources.clock.now()
        with resources.database.reading() as session:
            try:
                held = get_session(session, public_id)
            except NotFound as error:
                title = "没有这一场培训"
                return make_response(render_template("public/nothing.html", title=title, message=error.message), 404)
            standing = standing_of(held, now)
            has_line = is_waited_for(session, held, now)
            page = render_template(
                "public/course.html", held=held, look="is-open" if has_line else LOOKS.get(standing, "is-open"),
                seats=said_seats(held, now, is_waited_for=has_line),
                next_step=_next_step(held, standing, has_line=has_line), time=_period(held), place=said_place(held),
                price=said_price(held), cancel_until=_moment(held.cancel_until), is_bookable=standing in NEXT,
                is_to_come=standing in TO_COME, absence_rule=RULE, services=list_shown(held),
                posts=list_session_posts(session, held, china_date(now)), posts_words=posts_words(held),
                called_by_others=called_by_others, said_terms=said_terms, owner_called=owner_called, SIDES=SIDES,
            )  # fmt: skip
        return make_response(page)

    @blueprint.get("/courses/<public_id>/calendar.ics")
    def course_calendar(public_id: str) -> Response:
        with resources.database.reading() as session:
            held = get_session(session, public_id)
            content = calendar_of_session(held, resources.settings.public_base_url, resources.clock.now())
            name = f"{held.course.title}.ics"
        return attachment(content, name, MEDIA_TYPE, len(content))

    @blueprint.get(CALENDAR_PATH)
    def booking_calendar() -> Response:
        """Whoever got the link in their conversation."""
        secret, now = resources.settings.secret_key.get_secret_value(), resources.clock.now()
        with resources.database.reading() as session:
            try:
                booking = open_calendar_link(session, secret, request.args.get("t", ""), now)
            except NotFound as error:
                page = render_template("public/nothing.html", title="没有这个日历文件", message=error.message)
                return make_response(page, 404)
            content = calendar_of_booking(
                booking, resources.settings.public_base_url, now, join_link=make_join_link(resources.settings, booking)
            )
            name = f"{booking.session.course.title}.ics"
        return attachment(content, name, MEDIA_TYPE, len(content))


def _next_step(held: CourseSession, standing: Standing, *, has_line: bool) -> str:
    if standing is Standing.OPEN and has_line:
        standing = Standing.FULL  # whoever books now waits
    return NEXT.get(standing, OTHERS).format(opens=_moment(held.enrolment_opens_at), words=booking_words(held))


def _moment(at: datetime) -> str:
    """2026年12月4日周五 14:30"""
    local = at.astimezone(CHINA)
    return f"{chinese_date(local.date())}{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def _period(held: CourseSession) -> str:
    """With the second day where it ends on another one."""
    ends = held.ends_at.astimezone(CHINA)
    is_same_day = ends.date() == held.starts_at.astimezone(CHINA).date()
    return f"{_moment(held.starts_at)}到{f'{ends:%H:%M}' if is_same_day else _moment(held.ends_at)}(北京时间)"
