"""A session or a booking as a calendar file (RFC 5545): a change replaces what a calendar has, what is off leaves it.

The file of a session and the file of a booking are two entries: one is for everybody, the other follows one person's
seats. Each keeps its UID for good, and its SEQUENCE only ever rises.
"""

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText

from core.clock import CHINA
from models import Booking, BookingState, CourseSession
from services.training.timetable import said_place, said_price, watch_line

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCER = "-//ZhiQiao//Training//ZH"
# Not the address of the deployment, which may change.
UID_DOMAIN = "training.zhiqiao"
ALARM_BEFORE = timedelta(hours=1)
SEATED = (BookingState.BOOKED, BookingState.ATTENDED, BookingState.ABSENT)
HOPING = (BookingState.OFFERED, BookingState.WAITING)


def calendar_of_session(held: CourseSession, base_url: str, now: datetime) -> bytes:
    """For everybody: nothing that only those with a seat may know."""
    status = "CANCELLED" if held.cancelled_at is not None else "CONFIRMED"
    event = _event(held, base_url, now, uid=f"session-{held.public_id}", sequence=held.version - 1, status=status)
    event.add("summary", held.course.title)
    event.add("description", "\n".join(_lines(held)))
    return _calendar(event, status)


def calendar_of_booking(booking: Booking, base_url: str, now: datetime, *, join_link: str | None = None) -> bytes:
    """For its owner. Who waits has a tentative entry."""
    held = booking.session
    is_off = held.cancelled_at is not None or booking.state not in (*SEATED, *HOPING)
    is_hoping = booking.state in HOPING
    status = "CANCELLED" if is_off else "TENTATIVE" if is_hoping else "CONFIRMED"
    # Both versions only rise, so their sum rises with either.
    sequence = held.version + booking.version - 2
    event = _event(held, base_url, now, uid=f"booking-{booking.number}", sequence=sequence, status=status)
    event.add("summary", f"候补:{held.course.title}" if is_hoping else held.course.title)
    seats = f",{booking.seats}个名额" if booking.seats > 1 else ""
    lines = [f"单号{booking.number}{seats}", *_lines(held)]
    if booking.state in SEATED and not is_off:
        if held.live_url:
            lines.append(watch_line(booking, join_link))
        event.add_component(_alarm(held))
    event.add("description", "\n".join(lines))
    return _calendar(event, status)


def page_of(held: CourseSession, base_url: str) -> str:
    """The address of the session's public page."""
    return f"{base_url.rstrip('/')}/courses/{held.public_id}"


def _event(held: CourseSession, base_url: str, now: datetime, *, uid: str, sequence: int, status: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{UID_DOMAIN}")
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("dtstart", held.starts_at.astimezone(CHINA))
    event.add("dtend", held.ends_at.astimezone(CHINA))
    event.add("status", status)
    event.add("location", said_place(held))
    event.add("url", page_of(held, base_url))
    # RFC 5546 wants one; it may be any address.
    organiser = vCalAddress(base_url.rstrip("/"))
    organiser.params["CN"] = vText("知桥")
    event.add("organizer", organiser)
    if held.latitude is not None and held.longitude is not None:
        event.add("geo", (held.latitude, held.longitude))
    return event


def _lines(held: CourseSession) -> list[str]:
    demonstration = ["演示数据"] if held.course.is_demonstration else []
    return [f"{held.speaker}讲 · {said_price(held)}", held.course.summary, *demonstration]


def _alarm(held: CourseSession) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", held.course.title)
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def _calendar(event: Event, status: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if status == "CANCELLED" else "PUBLISH")
    calendar.add_component(_china())
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _china() -> Timezone:
    """One time all year since 1992."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", CHINA.key)
    standard.add("dtstart", datetime(1992, 1, 1))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone
