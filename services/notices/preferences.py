"""How a person wants to be told: by topic, in which hours, how often a day, and whether chosen for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from core.errors import InvalidInput, Unauthorized
from core.logs import get_logger
from models import NoticePreference, Topic, User
from services.notices.settings import NoticeSettings, notice_settings

log = get_logger(__name__)


class Pace(StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    OFF = "off"


TOPIC_NAMES = {
    Topic.OPPORTUNITY: "供需机会", Topic.DEADLINE: "期限提醒", Topic.CASE: "办理进度", Topic.COURSE: "培训课程",
    Topic.WATCH: "专利监控",
}  # fmt: skip
PACE_NAMES = {Pace.AT_ONCE: "随时", Pace.DAILY: "每天汇总", Pace.WEEKLY: "每周汇总", Pace.MONTHLY: "每月汇总",
    Pace.OFF: "不提醒",
}  # fmt: skip
# Keys of preferences besides the topics.
PERSONAL, HOURS, MOST_A_DAY = "personal", "hours", "most_a_day"
YES, NO = "yes", "no"
# What nobody asked for by name comes in one message a day; what has a date or a case of theirs at once.
DEFAULTS = {
    Topic.OPPORTUNITY: Pace.DAILY, Topic.DEADLINE: Pace.AT_ONCE, Topic.CASE: Pace.AT_ONCE, Topic.COURSE: Pace.DAILY,
    Topic.WATCH: Pace.DAILY,
}  # fmt: skip
MOST_OF_ALL = 20
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Preferences:
    """What holds for one person now: their own wishes over the house's rules."""

    rules: NoticeSettings
    said: Mapping[str, str] = field(default_factory=dict)

    def pace(self, topic: str) -> Pace:
        return Pace(self.said.get(topic, DEFAULTS[Topic(topic)]))

    @property
    def is_personal(self) -> bool:
        """Only a yes is a yes (PIPL art. 24): what was never asked is no."""
        return self.said.get(PERSONAL) == YES

    @property
    def most_a_day(self) -> int:
        return int(self.said.get(MOST_A_DAY, self.rules.most_a_day))

    @property
    def hours(self) -> tuple[time, time]:
        """From when until when they may be written to."""
        found = _HOURS.fullmatch(self.said.get(HOURS, ""))
        if found is None:
            return self.rules.opens, self.rules.closes
        return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))

    def is_quiet(self, now: datetime) -> bool:
        opens, closes = self.hours
        at = now.astimezone(CHINA).time()
        return not (opens <= at < closes if opens < closes else at >= opens or at < closes)

    def when_awake(self, at: datetime) -> datetime:
        """That moment, or the next at which they may be written to."""
        if not self.is_quiet(at):
            return at
        return _next(at, self.hours[0])

    def next_digest(self, now: datetime, pace: Pace) -> datetime:
        """When the next summary goes out."""
        return self.when_awake(self.next_summary(now, pace))

    def next_summary(self, now: datetime, pace: Pace) -> datetime:
        """When the next summaries of this pace are made, whatever the hours of this person."""
        at = _next(now, self.rules.digest_at)
        if pace is Pace.WEEKLY:
            at += timedelta(days=(self.rules.digest_weekday - at.astimezone(CHINA).isoweekday()) % 7)
        while pace is Pace.MONTHLY and at.astimezone(CHINA).day != 1:
            at += timedelta(days=1)
        return at

    def due_at(self, topic: str, now: datetime, *, is_urgent: bool, pace: Pace | None = None) -> datetime:
        """When something of this topic is told, at a pace of its own where it has one; what is urgent does not wait for
        a summary or for more of its kind."""
        pace = pace or self.pace(topic)
        if is_urgent:
            return self.when_awake(now)
        if pace in (Pace.DAILY, Pace.WEEKLY, Pace.MONTHLY):
            return self.next_digest(now, pace)
        # At the end of the present gathering: whatever is told until then has the same moment.
        length = self.rules.gathering.total_seconds()
        ends = (now.timestamp() // length + 1) * length
        return self.when_awake(datetime.fromtimestamp(ends, UTC))


def _next(now: datetime, at: time) -> datetime:
    """The next time that a clock in China shows this."""
    local = now.astimezone(CHINA)
    moment = datetime.combine(local.date(), at, CHINA)
    return moment if moment > local else moment + timedelta(days=1)


def preferences_of(session: Session, user_id: int, now: datetime) -> Preferences:
    """Those of one person."""
    rows = session.execute(
        select(NoticePreference.key, NoticePreference.value).where(NoticePreference.user_id == user_id)
    )
    return Preferences(notice_settings(china_date(now)), dict(rows.all()))


def list_preferences(session: Session, user_ids: Sequence[int], now: datetime) -> dict[int, Preferences]:
    """Of those among many who said anything; for the others the house's rules hold."""
    said: dict[int, dict[str, str]] = {}
    rows = session.execute(
        select(NoticePreference.user_id, NoticePreference.key, NoticePreference.value).where(
            NoticePreference.user_id.in_(user_ids)
        )
    )
    for user_id, key, value in rows:
        said.setdefault(user_id, {})[key] = value
    rules = notice_settings(china_date(now))
    return {user_id: Preferences(rules, wishes) for user_id, wishes in said.items()}


def prefer(session: Session, user_id: int, wishes: Mapping[str, str], now: datetime) -> Preferences:
    """Keep what a person said, wish by wish; an empty value goes back to the default. Raises InvalidInput."""
    problems = {key: "选项不对" for key, value in wishes.items() if value and not _is_valid(key, value)}
    problems |= {key: "没有这一项" for key in wishes if key not in {*Topic, PERSONAL, HOURS, MOST_A_DAY}}
    if problems:
        raise InvalidInput("通知设置有几处不对。", fields=problems)
    # One at a time for each person, and nothing is kept of somebody just erased.
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.erased_at is not None:
        raise Unauthorized
    kept = {
        row.key: row for row in session.scalars(select(NoticePreference).where(NoticePreference.user_id == user_id))
    }
    for key, value in wishes.items():
        row = kept.get(key)
        if not value:
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(NoticePreference(user_id=user_id, key=key, value=value, changed_at=now))
        else:
            row.value, row.changed_at = value, now
    session.flush()
    log.info("notice_preferences_set", user_id=user_id, keys=sorted(wishes))
    return preferences_of(session, user_id, now)


def _is_valid(key: str, value: str) -> bool:
    if key in set(Topic):
        return value in set(Pace)
    if key == PERSONAL:
        return value in (YES, NO)
    if key == MOST_A_DAY:
        return value.isascii() and value.isdigit() and 1 <= int(value) <= MOST_OF_ALL
    found = _HOURS.fullmatch(value)
    return found is not None and value[:5] != value[6:]
