"""Sessions of courses for everybody, and the caller's own bookings: the same ones as in chat."""

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.market_shapes import board_out
from miniapp_api.once import Keep, once
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.market import SimilarPostsOut
from miniapp_api.schemas.services import field_out
from miniapp_api.schemas.training import (
    AnswersIn,
    BookingIn,
    BookingOut,
    BookingsOut,
    CheckInIn,
    CourseSessionOut,
    CourseSessionsOut,
    MaterialOut,
    SessionsQuery,
    ShownServiceOut,
)
from models import Booking, BookingState, CourseSession, WeChatIdentity
from services.catalogue.fields import fields_of
from services.credit.record import kept_deals_shown
from services.identities import find_or_create_conversation
from services.market.board import kept_of
from services.training.bookings import Overlapping, find_overlapping, get_own_booking, list_all_own_bookings
from services.training.calendar_files import MEDIA_TYPE, calendar_of_booking
from services.training.certificates import count_claimable
from services.training.door_codes import check_in_by_code
from services.training.line import is_waited_for, list_waited_for
from services.training.questions import form_of, list_unanswered, replace_answers
from services.training.seats import accept_offer, book, cancel, place_in_line
from services.training.shown_posts import list_session_posts
from services.training.shown_services import list_shown
from services.training.signed_links import make_join_link
from services.training.standing import standing_of
from services.training.timetable import TRACK_NAMES, Asked, get_session, list_upcoming

CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "日历文件",
        "content": {"text/calendar": {"schema": {"type": "string"}, "example": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"}},
    }
}


def add_routes(api: APIBlueprint) -> None:
    api.get("/course-sessions")(
        api.input(SessionsQuery, location="query")(api.output(CourseSessionsOut)(list_sessions))
    )
    api.get("/course-sessions/<id>")(api.output(CourseSessionOut)(show_session))
    api.get("/course-sessions/<id>/posts")(api.output(SimilarPostsOut)(show_posts))
    api.post("/course-sessions/<id>/bookings")(api.input(BookingIn)(api.output(BookingOut, 201)(create_booking)))
    api.get("/bookings")(api.input(Page, location="query")(api.output(BookingsOut)(list_bookings)))
    api.get("/bookings/<number>")(api.output(BookingOut)(show_booking))
    api.delete("/bookings/<number>")(api.output(BookingOut)(cancel_booking))
    api.post("/bookings/<number>/acceptance")(api.output(BookingOut)(accept_booking))
    api.put("/bookings/<number>/answers")(api.input(AnswersIn)(api.output(BookingOut)(put_answers)))
    api.get("/bookings/<number>/calendar")(api.doc(responses=CALENDAR)(show_calendar))
    api.post("/course-sessions/<id>/check-in")(api.input(CheckInIn)(api.output(BookingOut)(check_in_oneself)))


def list_sessions(query_data: SessionsQuery) -> CourseSessionsOut:
    """近期的培训

    还没结束、没取消的场次。`topic` 按课程名和内容对,不必一字不差。
    """
    api = current_api()
    now = api.clock.now()
    asked = Asked(query_data.topic, query_data.day, query_data.region)
    scope = f"course-sessions:{asked.topic}:{asked.day}:{asked.region}"
    start = int(api.cursors.read(scope, query_data.cursor)["start"]) if query_data.cursor else 0
    with api.database.reading() as session:
        found = list_upcoming(session, now, asked)
        shown = found[start : start + query_data.limit]
        waited_for = list_waited_for(session, shown, now)
        page = [session_out(each, now, is_waited_for=each.id in waited_for) for each in shown]
    end = start + len(page)
    next_cursor = api.cursors.make(scope, {"start": end}) if len(found) > end else None
    return CourseSessionsOut(items=page, next_cursor=next_cursor)


def show_session(id: str) -> CourseSessionOut:
    """一场培训"""
    api = current_api()
    with api.database.reading() as session:
        held, now = get_session(session, id), api.clock.now()
        return session_out(held, now, is_waited_for=is_waited_for(session, held, now))


def show_posts(id: str) -> SimilarPostsOut:
    """这一场旁边的供需

    讲到的供给和需求,和 `/market/board` 里一样;撤下、到期的不在其中。要谈用 `POST /deals`,带上 `course_session_id`。
    """
    api, caller = current_api(), current_caller()
    today = china_date(api.clock.now())
    with api.database.reading() as session:
        posts = list_session_posts(session, get_session(session, id), today)
        kept, deals = kept_of(session, caller.user_id, posts), kept_deals_shown(session, posts, today)
        return SimilarPostsOut(
            items=[
                board_out(each, user_id=caller.user_id, is_kept=each.id in kept, kept_deals=deals.get(each.id))
                for each in posts
            ]
        )


def create_booking(id: str, json_data: BookingIn) -> BaseModel | dict[str, Any]:
    """报名

    有名额就报上;满了就排进候补,`state` 是 `waiting`。和自己另一场时间重了返回 409,`code` 是 `overlapping`,
    确认还要报就带上 `accepts_overlap`。已经报过返回 409,`code` 是 `already_booked`。
    带了 `answers` 就按主办方的问题整张核对,哪一项不对在 `fields` 里说明,没有报上;不带就先报上,以后再答。
    """
    return once(json_data, lambda _key, keep: _book(id, json_data, keep))


def _book(public_id: str, wanted: BookingIn, keep: Keep) -> BookingOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        held = get_session(session, public_id)
        identity = session.get_one(WeChatIdentity, caller.identity_id)
        conversation = find_or_create_conversation(session, identity, now)
        other = find_overlapping(session, user_id=caller.user_id, held=held)
        if other is not None and not wanted.accepts_overlap:
            raise Overlapping(other)
        booking = book(
            session, session_id=held.id, conversation=conversation, seats=wanted.seats, answers=wanted.answers,
            company_id=conversation.user.company_id, channel="api", now=now,
        )  # fmt: skip
        answer = booking_out(session, booking, now)
        keep(session, answer, [])
    return answer


def list_bookings(query_data: Page) -> BookingsOut:
    """我的报名"""
    api, caller = current_api(), current_caller()
    scope = f"bookings:{caller.user_id}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        rows = list_all_own_bookings(session, user_id=caller.user_id, before=before, limit=query_data.limit + 1)
        shown = rows[: query_data.limit]
        items = [booking_out(session, row, api.clock.now()) for row in shown]
    next_cursor = api.cursors.make(scope, {"before": shown[-1].id}) if len(rows) > len(shown) else None
    return BookingsOut(items=items, next_cursor=next_cursor)


def show_booking(number: str) -> BookingOut:
    """一个报名"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        return booking_out(session, booking, api.clock.now())


def cancel_booking(number: str) -> BookingOut:
    """取消报名、退出候补或不要名额

    名额按顺序留给候补的人。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        cancel(session, booking, api.clock.now())
        return booking_out(session, booking, api.clock.now())


def accept_booking(number: str) -> BookingOut:
    """接受留着的名额

    过了 `offer_until` 返回 409,`code` 是 `offer_gone`。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        accept_offer(session, booking, api.clock.now())
        return booking_out(session, booking, api.clock.now())


def put_answers(number: str, json_data: AnswersIn) -> BookingOut:
    """回答主办方的问题

    整体替换,公众号里答过的也在其中。哪一项不对在 `fields` 里说明,什么都不改。开始后返回 409。答不答都不影响名额。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        replace_answers(session, booking, json_data.answers, api.clock.now())
        return booking_out(session, booking, api.clock.now())


def show_calendar(number: str) -> Response:
    """一个报名的日历文件

    iCalendar 格式。报名或场次有变动后再取,`SEQUENCE` 会变大;取消了的,`METHOD` 是 `CANCEL`。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        settings = api.resources.settings
        content = calendar_of_booking(
            booking, settings.public_base_url, api.clock.now(), join_link=make_join_link(settings, booking)
        )
    response = Response(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{booking.number}.ics"'
    return response


def check_in_oneself(id: str, json_data: CheckInIn) -> BookingOut:
    """现场签到

    `code` 是签到屏幕上的数字;屏幕上的二维码是一个地址,`c` 就是它。签过再签还是签到。
    没有报名返回 409;码不对返回 422,`code` 是 `wrong_code`;10分钟里错5次返回 429。
    """
    api, caller = current_api(), current_caller()
    now, secret = api.clock.now(), api.resources.settings.secret_key.get_secret_value()
    with api.database.unit_of_work() as session:
        get_session(session, id)
        tried = check_in_by_code(session, secret, user_id=caller.user_id, typed=json_data.code, now=now, public_id=id)
        answer = booking_out(session, tried.booking, now) if tried.booking is not None else None
    if answer is None:
        assert tried.refusal is not None
        raise tried.refusal
    return answer


def session_out(held: CourseSession, now: datetime, *, is_waited_for: bool) -> CourseSessionOut:
    course = held.course
    return CourseSessionOut(
        id=held.public_id,
        title=course.title,
        track=TRACK_NAMES[course.track],
        summary=course.summary,
        audience=course.audience,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        enrolment_closes_at=held.enrolment_closes_at,
        cancel_until=held.cancel_until,
        speaker=held.speaker,
        is_online=held.is_online,
        place=held.place,
        latitude=held.latitude,
        longitude=held.longitude,
        region=held.region,
        price_fen=held.price_fen,
        capacity=held.capacity,
        free_seats=held.capacity - held.taken,
        is_waited_for=is_waited_for,
        standing=standing_of(held, now).value,
        questions=[field_out(field) for field in fields_of(form_of(held.questions))],
        services=[ShownServiceOut(key=each.key, name=each.name) for each in list_shown(held)],
        is_demonstration=course.is_demonstration,
    )


def booking_out(session: Session, booking: Booking, now: datetime) -> BookingOut:
    came = booking.state == BookingState.ATTENDED
    is_in = booking.state in {BookingState.BOOKED, BookingState.ATTENDED}
    join_url = make_join_link(current_api().resources.settings, booking)
    return BookingOut(
        number=booking.number,
        state=BookingState(booking.state).value,
        seats=booking.seats,
        place_in_line=place_in_line(session, booking) if booking.state == BookingState.WAITING else None,
        offer_until=booking.offer_until,
        is_held_back=booking.is_held_back and booking.state == BookingState.WAITING,
        live_url=booking.session.live_url if is_in else None,
        join_url=join_url if is_in and booking.session.live_url else None,
        checked_in_at=booking.checked_in_at,
        replay_url=booking.session.replay_url if came else None,
        materials=[MaterialOut(**each) for each in booking.session.materials] if came else [],
        satisfaction=booking.satisfaction,
        remark=booking.remark,
        answers={name: value for name, value in booking.answers.items() if value is not None},
        unanswered=[field.name for field in list_unanswered(booking)],
        certificates_left=count_claimable(session, booking, now),
        booked_at=booking.created_at,
        session=session_out(booking.session, now, is_waited_for=is_waited_for(session, booking.session, now)),
    )
