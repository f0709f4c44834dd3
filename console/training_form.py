"""The forms of a course and of a session: as they are shown, as they were typed, and what was typed as a service
takes it."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from console.training_questions import question_values, read_questions
from core.clock import CHINA
from models import CourseSession
from services.catalogue import catalogue
from services.training.session_form import TIMES, CourseContent, SessionContent

COURSE_FIELDS = ("title", "track", "summary", "audience", "follows")
LINES = ("speaker", "place", "region", "latitude", "longitude", "live_url", "replay_url", "price", "capacity")
FIELDS = (*TIMES, *LINES, "is_online", "materials")
AMOUNT = re.compile(r"(\d{1,6})(?:\.(\d{1,2}))?", re.ASCII)
DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,8})?", re.ASCII)
COUNT = re.compile(r"\d{1,6}", re.ASCII)
MOST_TYPED = 8_000


def read_course(form: Mapping[str, str]) -> CourseContent:
    lines = {name: form.get(name, "") for name in COURSE_FIELDS}
    return CourseContent(**lines, gives_certificate=form.get("gives_certificate") == "yes")


def read_session(form: Mapping[str, str]) -> SessionContent:
    lines = {name: form.get(name, "").strip() for name in LINES}
    return SessionContent(
        starts_at=read_moment(form.get("starts_at", "")),
        ends_at=read_moment(form.get("ends_at", "")),
        enrolment_opens_at=read_moment(form.get("enrolment_opens_at", "")),
        enrolment_closes_at=read_moment(form.get("enrolment_closes_at", "")),
        cancel_until=read_moment(form.get("cancel_until", "")),
        speaker=lines["speaker"],
        is_online=form.get("is_online") == "yes",
        place=lines["place"],
        region=lines["region"],
        latitude=_degrees(lines["latitude"]),
        longitude=_degrees(lines["longitude"]),
        live_url=lines["live_url"],
        replay_url=lines["replay_url"],
        price_fen=_fen(lines["price"]),
        capacity=int(lines["capacity"]) if COUNT.fullmatch(lines["capacity"]) else None,
        questions=read_questions(form),
        shown_services=[key for key in catalogue() if form.get(_shown(key)) == "yes"],
        materials=[_material(line) for line in form.get("materials", "")[:MOST_TYPED].splitlines() if line.strip()],
    )


def read_person(form: Mapping[str, str]) -> dict[str, Any]:
    """Who is to come, as it was typed: what the service takes by name."""
    seats = form.get("seats", "").strip() or "1"
    return {
        "name": form.get("name", "")[:MOST_TYPED],
        "phone": form.get("phone", "")[:MOST_TYPED],
        "seats": int(seats) if COUNT.fullmatch(seats) else 0,
    }


def read_moment(text: str) -> datetime | None:
    """A time in China as the browser's field writes it; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=CHINA) if at.tzinfo is None and 2000 <= at.year < 2100 else None


def typed_values(form: Mapping[str, str]) -> dict[str, str]:
    chosen = {_shown(key): form.get(_shown(key), "") for key in catalogue()}
    return {name: form.get(name, "") for name in FIELDS} | chosen | question_values(read_questions(form))


def blank_values(now: datetime) -> dict[str, str]:
    """A free afternoon two weeks from now, which is the least to be typed over."""
    day: date = (now.astimezone(CHINA) + timedelta(days=14)).date()
    starts = datetime.combine(day, time(14), CHINA)
    times = {
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "enrolment_opens_at": now,
        "enrolment_closes_at": starts - timedelta(hours=1),
        "cancel_until": starts - timedelta(days=1),
    }
    blank = dict.fromkeys(FIELDS, "") | question_values(())
    return blank | {name: _moment(at) for name, at in times.items()} | {"price": "0"}


def shown_values(held: CourseSession) -> dict[str, str]:
    lines = {name: getattr(held, name) for name in LINES if name != "price"}
    return {
        **{name: _moment(getattr(held, name)) for name in TIMES},
        **{name: "" if value is None else str(value) for name, value in lines.items()},
        **question_values(held.questions),
        **{_shown(key): "yes" for key in held.shown_services},
        "price": f"{held.price_fen // 100}" if held.price_fen % 100 == 0 else f"{held.price_fen / 100:.2f}",
        "is_online": "yes" if held.is_online else "",
        "materials": "\n".join(f"{each['title']} {each['url']}" for each in held.materials),
    }


def _shown(key: str) -> str:
    return f"shows_{key}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"


def _degrees(text: str) -> float | None:
    """What is no number lies outside every range."""
    if not text:
        return None
    return float(text) if DEGREES.fullmatch(text) else math.inf


def _fen(text: str) -> int | None:
    match = AMOUNT.fullmatch(text.replace(",", "").removesuffix("元") or "0")
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else None


def _material(line: str) -> dict[str, str]:
    """标题 https://…: the address is what stands behind the last space."""
    title, _, url = line.strip().rpartition(" ")
    return {"title": " ".join(title.split()), "url": url}
