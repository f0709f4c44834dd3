"""Campaigns: courses under one name for a while, with a page for everybody and figures for the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.clock import china_date
from core.errors import Conflict, InvalidInput, NotFound
from models import Booking, Campaign, Course, CourseSession, Staff
from services.audit import record_action
from services.permissions import Action, check_may
from services.training.figures import By, Figures, Period, training_figures
from services.training.line import list_waited_for
from services.training.session_form import one_line
from services.training.standing import Standing, standing_of
from services.training.timetable import Asked, list_upcoming

STALE = "同事刚改过这个专题,请刷新后再改。"
WITHDRAWN = "这个专题已经撤下,不能再改。"
NO_CAMPAIGN = "没有找到这个专题,可能已经撤下。"
LONGEST_NAME, LONGEST_ABOUT, MOST_COURSES = 40, 300, 30
MOST_LISTED, MOST_SHOWN = 100, 20


@dataclass(frozen=True)
class CampaignContent:
    """What staff write; None for a day that was not typed so that it can be read."""

    name: str
    about: str
    first_on: date | None
    last_on: date | None
    course_ids: Sequence[int]


def list_campaigns(session: Session, staff: Staff) -> Sequence[Campaign]:
    """The latest first, those withdrawn among them."""
    check_may(staff, Action.RUN_TRAINING)
    query = select(Campaign).options(selectinload(Campaign.courses))
    return session.scalars(query.order_by(Campaign.first_on.desc(), Campaign.id.desc()).limit(MOST_LISTED)).all()


def get_campaign_for(session: Session, staff: Staff, public_id: str, *, lock: bool = False) -> Campaign:
    """The desk's door. Raises Forbidden, NotFound."""
    check_may(staff, Action.RUN_TRAINING)
    query = select(Campaign).where(Campaign.public_id == public_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    if (found := session.scalar(query)) is None:
        raise NotFound(NO_CAMPAIGN)
    return found


def get_shown_campaign(session: Session, public_id: str) -> Campaign:
    """The door for everybody: what is withdrawn looks like what never was. Raises NotFound."""
    found = session.scalar(select(Campaign).where(Campaign.public_id == public_id, Campaign.withdrawn_at.is_(None)))
    if found is None:
        raise NotFound(NO_CAMPAIGN)
    return found


def list_running(session: Session, now: datetime) -> Sequence[Campaign]:
    """What goes on or is to come, for everybody; the first to begin comes first."""
    query = select(Campaign).where(Campaign.withdrawn_at.is_(None), Campaign.last_on >= china_date(now))
    ordered = query.options(selectinload(Campaign.courses)).order_by(Campaign.first_on, Campaign.id)
    return session.scalars(ordered.limit(MOST_SHOWN)).all()


def find_lesson(
    session: Session, *, user_id: int, topic: str, region: str | None, now: datetime
) -> tuple[Campaign, CourseSession] | None:
    """The next session with free seats that a campaign has for people with this matter at this place: a course's track
    and a service's topic are the same word where there is one. None where no campaign has any, or where they have been
    to its course or have a place in it."""
    running = list_running(session, now)
    upcoming = list_upcoming(session, now, Asked(region=region)) if running else []
    fitting = [
        (campaign, held)
        for held in upcoming
        if held.course.track == topic and standing_of(held, now) is Standing.OPEN
        for campaign in running
        if campaign.first_on <= china_date(held.starts_at) <= campaign.last_on and held.course in campaign.courses
    ]
    if not fitting:
        return None
    theirs = set(
        session.scalars(
            select(CourseSession.course_id).join(Booking).where(Booking.user_id == user_id, Booking.is_live.is_(True))
        )
    )
    waited_for = list_waited_for(session, [held for _, held in fitting], now)
    return next((each for each in fitting if each[1].course_id not in theirs and each[1].id not in waited_for), None)


def create_campaign(session: Session, *, staff: Staff, content: CampaignContent, now: datetime) -> Campaign:
    """Raises InvalidInput by field name."""
    check_may(staff, Action.RUN_TRAINING)
    period, courses = _check(session, content)
    made = Campaign(
        name=one_line(content.name), about=content.about.strip(), first_on=period.first, last_on=period.last,
        created_at=now, courses=courses,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _note(session, staff, "campaign_created", made, now)
    return made


def change_campaign(
    session: Session, *, staff: Staff, public_id: str, content: CampaignContent, version: int, now: datetime
) -> Campaign:
    """Raises Conflict for an older version or one that is withdrawn, InvalidInput by field name."""
    found = _lock(session, staff, public_id, version)
    period, courses = _check(session, content)
    found.name, found.about = one_line(content.name), content.about.strip()
    found.first_on, found.last_on, found.courses = period.first, period.last, courses
    found.version += 1
    session.flush()
    _note(session, staff, "campaign_changed", found, now)
    return found


def withdraw_campaign(session: Session, *, staff: Staff, public_id: str, version: int, now: datetime) -> Campaign:
    """Its page is gone; courses, sessions and bookings stay, and so do its figures for the desk."""
    found = _lock(session, staff, public_id, version)
    found.withdrawn_at = now
    found.version += 1
    session.flush()
    _note(session, staff, "campaign_withdrawn", found, now)
    return found


def sessions_of(session: Session, campaign: Campaign) -> Sequence[CourseSession]:
    """What is held in its days, the first one first; what was called off is left out."""
    begins, ends = period_of(campaign).bounds
    return session.scalars(
        select(CourseSession)
        .where(
            CourseSession.course_id.in_([each.id for each in campaign.courses]),
            CourseSession.starts_at >= begins,
            CourseSession.starts_at < ends,
            CourseSession.cancelled_at.is_(None),
        )
        .options(joinedload(CourseSession.course))
        .order_by(CourseSession.starts_at, CourseSession.id)
    ).all()


def campaign_figures(
    session: Session, staff: Staff, campaign: Campaign, now: datetime
) -> tuple[list[Figures], Figures]:
    """By course and in all, of what is over: the figures of training for its days and courses."""
    ids = [each.id for each in campaign.courses]
    return training_figures(session, staff, period=period_of(campaign), by=By.COURSE, now=now, course_ids=ids)


def period_of(campaign: Campaign) -> Period:
    return Period(campaign.first_on, campaign.last_on)


def is_over(campaign: Campaign, now: datetime) -> bool:
    """Its last day has gone by in China."""
    return campaign.last_on < china_date(now)


def _check(session: Session, content: CampaignContent) -> tuple[Period, list[Course]]:
    problems = {}
    if not 2 <= len(one_line(content.name)) <= LONGEST_NAME:
        problems["name"] = f"2到{LONGEST_NAME}个字"
    if not 2 <= len(content.about.strip()) <= LONGEST_ABOUT:
        problems["about"] = f"2到{LONGEST_ABOUT}个字"
    wanted = set(content.course_ids)
    courses = list(session.scalars(select(Course).where(Course.id.in_(wanted)).order_by(Course.title)).all())
    if not courses or len(courses) != len(wanted) or len(wanted) > MOST_COURSES:
        problems["courses"] = f"选1到{MOST_COURSES}门课程"
    period = None
    for name, day in (("first_on", content.first_on), ("last_on", content.last_on)):
        if day is None:
            problems[name] = "写日期"
    if content.first_on is not None and content.last_on is not None:
        try:
            period = Period(content.first_on, content.last_on)
        except InvalidInput as error:
            problems["last_on"] = error.fields["last"]
    if problems or period is None:
        raise InvalidInput(fields=problems)
    return period, courses


def _lock(session: Session, staff: Staff, public_id: str, version: int) -> Campaign:
    found = get_campaign_for(session, staff, public_id, lock=True)
    if found.version != version:
        raise Conflict(STALE)
    if found.withdrawn_at is not None:
        raise Conflict(WITHDRAWN)
    return found


def _note(session: Session, staff: Staff, action: str, campaign: Campaign, now: datetime) -> None:
    record_action(session, staff=staff, action=action, target=f"campaign:{campaign.id}", now=now)
