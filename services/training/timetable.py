"""Which sessions there are, and which of them fit what somebody said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import CHINA, china_date
from core.errors import NotFound
from core.i18n import WEEKDAYS
from models import Booking, CourseSession, Track
from services.topics import ABILITY_NAMES
from services.training.standing import STANDING_NAMES, Standing, standing_of

TRACK_NAMES: dict[str, str] = {
    Track.PATENT_AGENT: "专利代理师考试",
    Track.PATENT_ENGINEER: "企业专利工程师",
    Track.FINANCING: "质押融资与保险",
    Track.ENFORCEMENT: "维权",
    Track.FILING: "申请与布局",
    Track.MANAGEMENT: "知识产权管理",
    Track.DATA_MINING: "专利数据挖掘",
    Track.POLICY: "政策法规",
    Track.BROKERAGE: "技术经纪",
}
# Where each talent of the profession's list is taught.
TRACK_OF_TALENT: dict[str, Track] = {
    "data_mining": Track.DATA_MINING,
    "layout": Track.FILING,
    "policy": Track.POLICY,
    "enforcement": Track.ENFORCEMENT,
    "brokerage": Track.BROKERAGE,
    "accounting": Track.FINANCING,
    "management": Track.MANAGEMENT,
}
# As many as are read through for one sentence; a timetable of the weeks to come is far shorter.
MOST_READ = 500
# So much of what was said must be found in a course (by pairs of characters) for it to be meant.
LIKE_ENOUGH = 0.5


@dataclass(frozen=True)
class Asked:
    """What somebody wants: in what, on which day, where. None and "" ask for nothing."""

    topic: str = ""
    day: date | None = None
    region: str | None = None

    @property
    def is_anything(self) -> bool:
        return bool(self.topic or self.day or self.region)


def list_upcoming(session: Session, now: datetime, asked: Asked | None = None) -> list[CourseSession]:
    """Sessions that have not ended, the next one first; with `asked` only those that fit, the best topic first."""
    found = session.scalars(
        select(CourseSession)
        .where(CourseSession.ends_at > now, CourseSession.cancelled_at.is_(None))
        .options(joinedload(CourseSession.course))
        .order_by(CourseSession.starts_at, CourseSession.id)
        .limit(MOST_READ)
    ).all()
    if asked is None:
        return list(found)
    fitting = [each for each in found if _is_on(each, asked.day) and _is_in(each, asked.region)]
    return _about(fitting, asked.topic) if asked.topic else fitting


def get_session(session: Session, public_id: str) -> CourseSession:
    """Raises NotFound."""
    wanted = select(CourseSession).where(CourseSession.public_id == public_id).options(joinedload(CourseSession.course))
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("没有找到这一场培训,可能已经撤下。")
    return found


def said_time(held: CourseSession) -> str:
    """12月4日周五14:30到16:30, in China; with the year where that is not the one of its making."""
    starts, ends = held.starts_at.astimezone(CHINA), held.ends_at.astimezone(CHINA)
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends.month}月{ends.day}日{ends:%H:%M}"
    year = f"{starts.year}年" if starts.year != china_date(held.created_at).year else ""
    return f"{year}{starts.month}月{starts.day}日{WEEKDAYS[starts.weekday()]}{starts:%H:%M}到{until}"


def booking_words(held: CourseSession) -> str:
    """报名12月4日的专利质押融资实务: it books this session in chat, whatever its title sounds like."""
    starts = held.starts_at.astimezone(CHINA)
    return f"报名{starts.month}月{starts.day}日的{held.course.title}"


def said_place(held: CourseSession) -> str:
    return "线上" if held.is_online else (held.place or held.region or "地点待定")


def said_price(held: CourseSession) -> str:
    """免费, 每位200元, 每位99.5元."""
    if not held.price_fen:
        return "免费"
    yuan = f"{held.price_fen / 100:,.2f}".rstrip("0").rstrip(".")
    return f"每位{yuan}元"


def said_seats(held: CourseSession, now: datetime, *, is_waited_for: bool) -> str:
    """余12个名额, or why there are none to be had; `is_waited_for` (line.py): the line is asked first."""
    standing = standing_of(held, now)
    if standing is Standing.OPEN:
        line = ",先给候补的人" if is_waited_for else ""
        return f"余{held.capacity - held.taken}个名额{line}"
    return STANDING_NAMES[standing]


def watch_line(booking: Booking, join_link: str | None) -> str:
    """How to watch: by the own link, where a phone can open one."""
    return f"进直播并签到:{join_link}" if join_link else f"观看地址:{booking.session.live_url}"


def _is_on(held: CourseSession, day: date | None) -> bool:
    return day is None or china_date(held.starts_at) <= day <= china_date(held.ends_at)


def _is_in(held: CourseSession, region: str | None) -> bool:
    """Online is everywhere; 广东省 takes in 广州市, and somebody in 南沙区 comes to what is held for 广州市."""
    if region is None or held.is_online or not held.region:
        return True
    return held.region.startswith(region) or region.startswith(held.region)


def _about(found: Sequence[CourseSession], topic: str) -> list[CourseSession]:
    likeness = {each.id: _likeness(each, topic) for each in found}
    best = max(likeness.values(), default=0.0)
    wanted = max(best * 0.8, LIKE_ENOUGH)
    return [each for each in found if likeness[each.id] >= wanted]


def _likeness(held: CourseSession, topic: str) -> float:
    """The share of the topic's pairs of characters that the course speaks of; its title counts for more."""
    course = held.course
    pairs = [part[place : place + 2] for part in topic.split() for place in range(max(len(part) - 1, 1))]
    taught = " ".join(ABILITY_NAMES[talent] for talent, track in TRACK_OF_TALENT.items() if track == course.track)
    rest = f"{course.title} {TRACK_NAMES[course.track]} {taught} {course.summary} {course.audience}"
    inside = sum(1.0 if pair in course.title else 0.7 if pair in rest else 0.0 for pair in pairs)
    return inside / len(pairs) if pairs else 0.0
