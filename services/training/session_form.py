"""What staff write of a course and of a session, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.errors import InvalidInput
from models import CourseSession, Track
from services.dated_data.lookup import NATIONWIDE, full_place
from services.training.questions import MOST_QUESTIONS, check_questions, stored_questions
from services.training.shown_services import check_shown

TIMES = ("starts_at", "ends_at", "enrolment_opens_at", "enrolment_closes_at", "cancel_until")
PLAIN = ("is_online", "latitude", "longitude", "price_fen", "capacity")
# What may still be written once it is over.
AFTERWARDS = {"replay_url", "materials"}
FARTHEST, LONGEST_SESSION = timedelta(days=3 * 365), timedelta(days=31)
# So long that a notice with the old and the new of each fits into its column.
LONGEST_SPEAKER, LONGEST_PLACE, LONGEST_TITLE = 40, 80, 60
LONGEST_SUMMARY, LONGEST_AUDIENCE, LONGEST_ADDRESS = 300, 100, 300
MOST_SEATS, MOST_FEN, MOST_MATERIALS = 20_000, 10_000_000, 20
ADDRESS = ("https://", "http://")


@dataclass(frozen=True)
class CourseContent:
    """`follows` is the code of the course that should come before it, or ""; who came may have a certificate or not."""

    title: str
    track: str
    summary: str
    audience: str
    follows: str = ""
    gives_certificate: bool = False


@dataclass(frozen=True)
class SessionContent:
    """None where nothing was typed that can be read; a place in degrees may be missing, both or neither."""

    starts_at: datetime | None
    ends_at: datetime | None
    enrolment_opens_at: datetime | None
    enrolment_closes_at: datetime | None
    cancel_until: datetime | None
    speaker: str
    is_online: bool
    place: str
    region: str
    latitude: float | None
    longitude: float | None
    live_url: str
    replay_url: str
    price_fen: int | None
    capacity: int | None
    # Each {"title", "url"}.
    materials: Sequence[Mapping[str, str]] = ()
    # The organiser's own, as questions.py checks them; "key" is "" for a new one.
    questions: Sequence[Mapping[str, Any]] = ()
    shown_services: Sequence[str] = ()


def check_course(content: CourseContent, codes: Sequence[str]) -> None:
    """Raises InvalidInput by field name; `codes` are those of the courses there are."""
    problems = {}
    for name, most in (("title", LONGEST_TITLE), ("summary", LONGEST_SUMMARY), ("audience", LONGEST_AUDIENCE)):
        if not 2 <= len(one_line(getattr(content, name))) <= most:
            problems[name] = f"2到{most}个字"
    if content.track not in set(Track):
        problems["track"] = "请选一种"
    if content.follows and content.follows not in codes:
        problems["follows"] = "没有这门课程"
    if problems:
        raise InvalidInput(fields=problems)


def check_session(content: SessionContent, held: CourseSession | None, now: datetime) -> None:
    """Raises InvalidInput by field name. `held` is the session as it is, locked, and None for a new one."""
    problems = _time_problems(content, held, now) | _place_problems(content) | _asked_and_shown_problems(content)
    message = None
    if content.capacity is None or not 1 <= content.capacity <= MOST_SEATS:
        problems["capacity"] = f"1到{MOST_SEATS}"
    elif held is not None and content.capacity < held.taken:
        problems["capacity"] = f"不能少于{held.taken}"
        message = f"已经有{held.taken}个名额有人,名额不能比这少。先请他们取消,再减名额。"
    if content.price_fen is None or not 0 <= content.price_fen <= MOST_FEN:
        problems["price"] = "写0或金额,如200、99.5"
    if not 1 <= len(one_line(content.speaker)) <= LONGEST_SPEAKER:
        problems["speaker"] = f"1到{LONGEST_SPEAKER}个字"
    for name in ("live_url", "replay_url"):
        if getattr(content, name) and not _is_address(getattr(content, name)):
            problems[name] = f"以https://开头,最多{LONGEST_ADDRESS}个字符"
    if len(content.materials) > MOST_MATERIALS:
        problems["materials"] = f"最多{MOST_MATERIALS}份"
    elif not all(_is_address(each["url"]) and 1 <= len(each["title"]) <= 80 for each in content.materials):
        problems["materials"] = "一行一份:标题,空格,https://开头的地址"
    if problems:
        raise InvalidInput(message, fields=problems)


def columns_of(content: SessionContent, held: CourseSession | None) -> dict[str, Any]:
    """A checked content as columns; a time that is typed to the minute as it was stays what it was."""
    columns: dict[str, Any] = {name: getattr(content, name) for name in (*TIMES, *PLAIN)}
    for name in TIMES:
        if held is not None and is_same_minute(getattr(held, name), columns[name]):
            columns[name] = getattr(held, name)
    columns |= {"speaker": one_line(content.speaker), "materials": [dict(each) for each in content.materials]}
    columns |= {"live_url": content.live_url or None, "replay_url": content.replay_url or None}
    columns["questions"] = stored_questions(content.questions, held.questions if held is not None else [])
    columns["shown_services"] = list(content.shown_services)
    if content.is_online:
        return columns | {"place": None, "region": None, "latitude": None, "longitude": None}
    region = full_place(content.region)
    return columns | {"place": one_line(content.place), "region": None if region == NATIONWIDE else region}


def one_line(text: str) -> str:
    return " ".join(text.split())


def is_same_minute(one: datetime, other: datetime) -> bool:
    """Forms know no seconds."""
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def _time_problems(content: SessionContent, held: CourseSession | None, now: datetime) -> dict[str, str]:
    problems = {name: "写日期和时间" for name in TIMES if getattr(content, name) is None}
    starts, opens, closes = content.starts_at, content.enrolment_opens_at, content.enrolment_closes_at
    if opens is not None and closes is not None and opens >= closes:
        problems["enrolment_opens_at"] = "要早于报名截止"
    if starts is None:
        return problems
    if held is None or not is_same_minute(held.starts_at, starts):
        if held is not None and held.starts_at <= now:
            problems["starts_at"] = "已经开始,开始时间不能再改"
        elif not now < starts <= now + FARTHEST:
            problems["starts_at"] = "要在现在之后、3年以内"
    if content.ends_at is not None and not starts < content.ends_at <= starts + LONGEST_SESSION:
        problems["ends_at"] = "要在开始之后、一个月以内"
    for name in ("enrolment_closes_at", "cancel_until"):
        at = getattr(content, name)
        if at is not None and at > starts:
            problems[name] = "不能晚于开始"
    return problems


def _place_problems(content: SessionContent) -> dict[str, str]:
    if content.is_online:
        return {}
    problems = {}
    if not 2 <= len(one_line(content.place)) <= LONGEST_PLACE:
        problems["place"] = f"线下要写地点,2到{LONGEST_PLACE}个字"
    if len(full_place(content.region)) > 60:
        problems["region"] = "最多60个字"
    for name, other, most in (("latitude", "longitude", 90), ("longitude", "latitude", 180)):
        value = getattr(content, name)
        if value is None and getattr(content, other) is not None:
            problems[name] = "经度和纬度要一起写"
        elif value is not None and not -most <= value <= most:
            problems[name] = f"-{most}到{most}之间的度数"
    return problems


def _asked_and_shown_problems(content: SessionContent) -> dict[str, str]:
    """By the place of a question, counted from 1, and the name of its field: question_1_label."""
    wrong_services = check_shown(content.shown_services)
    problems = {"shown_services": wrong_services} if wrong_services is not None else {}
    if len(content.questions) > MOST_QUESTIONS:
        return problems | {"questions": f"最多{MOST_QUESTIONS}个问题"}
    wrong = check_questions(content.questions)
    return problems | {
        f"question_{place + 1}_{name}": said for place, each in wrong.items() for name, said in each.items()
    }


def _is_address(text: str) -> bool:
    return text.startswith(ADDRESS) and len(text) <= LONGEST_ADDRESS and not any(each.isspace() for each in text)
