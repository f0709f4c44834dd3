"""News that an owner asked for with a request: a dated record that fits begins to hold. Never at night, once each."""

from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from core.errors import Conflict
from core.logs import get_logger
from models import Case, CaseOutcome, CaseStatus, DatedRecord
from services.case_records import add_event, list_events, lock_case
from services.casework.access import check_may_decide
from services.casework.night import waking_time
from services.casework.notices import tell_owner
from services.casework.windows import are_windows_wanted, set_windows_of
from services.catalogue import catalogue, service_of
from services.catalogue.facts import Facts
from services.catalogue.model import Service
from services.catalogue.news import News
from services.dated_data.lookup import find_record, places_above, said_source
from services.job_names import JobName, request_job

log = get_logger(__name__)

BATCH = 50
# The same record is no news again within this time, however often it is edited.
SAME_FOR = timedelta(days=30)
TOLD = "news_told"


def request_news(session: Session, record: DatedRecord, now: datetime) -> None:
    """An approved record may be news to somebody, from the morning of its first day on."""
    if not _services_of(record.kind):
        return
    first = datetime.combine(record.valid_from, time(), CHINA) if record.valid_from else now
    _request(session, record.id, 0, waking_time(max(first, now), now + timedelta(days=36_500)), now)


def tell_news(session: Session, *, record_id: int, after: int, now: datetime) -> None:
    """Tell those who asked, a batch at a time, those after the case of that number. Repeating it changes nothing."""
    record = session.get(DatedRecord, record_id)
    if record is None:
        return
    present = find_record(session, record.kind, record.key, on=china_date(now))
    if present is None or present.id != record.id:
        return
    morning = waking_time(now, now + timedelta(days=36_500))
    if morning > now:  # a worker was late
        _request(session, record_id, after, morning, now)
        return
    wanted = [
        (Case.kind == service.key) & Case.form[service.news.consent].as_boolean().is_(True)
        for service in _services_of(record.kind)
        if service.news is not None
    ]
    is_looking = or_(Case.status != CaseStatus.CLOSED, Case.outcome == CaseOutcome.REFUSED)
    query = select(Case.id).where(Case.id > after, or_(*wanted), is_looking).order_by(Case.id).limit(BATCH)
    ids = session.scalars(query).all()
    told = sum(_tell(session, case_id, record, now) for case_id in ids)
    if len(ids) == BATCH:
        _request(session, record_id, ids[-1], now, now)
    if told:
        log.info("news_told", record_id=record_id, count=told)


def _tell(session: Session, case_id: int, record: DatedRecord, now: datetime) -> bool:
    case = lock_case(session, case_id)
    news = service_of(case.kind).news
    if news is None or case.form.get(news.consent) is not True or record.region not in places_above(case.region):
        return False
    since = now - SAME_FOR
    if any(
        event.kind == TOLD and event.details["record"] == record.key and event.created_at > since
        for event in list_events(session, case.id)
    ):
        return False
    text = news.said(Facts(session, case.form, case.region, china_date(now), case.results), record)
    if text is None:
        return False
    stop = f"不想再收就回复“不用通知{news.name}”。"
    tell_owner(session, case, f"{text}({said_source(record)})\n单号 {case.number}。{stop}", now)
    add_event(session, case, TOLD, now, record=record.key)
    session.flush()
    return True


def set_news(session: Session, *, user_id: int, service: Service, wanted: bool, now: datetime) -> int:
    """Turn the news of a service on or off for all that a person asked of it; answers for how many."""
    ids = session.scalars(select(Case.id).where(Case.user_id == user_id, Case.kind == service.key)).all()
    return sum(_set(session, lock_case(session, case_id), wanted, now) for case_id in ids)


def set_news_of(session: Session, *, user_id: int, case_id: int, wanted: bool, now: datetime) -> Case:
    """The same for one case, also for windows that close (windows.py). Raises Forbidden for a colleague, Conflict where
    the service has neither."""
    case = lock_case(session, case_id)
    check_may_decide(session, user_id, case)
    service = service_of(case.kind)
    if service.news is None and service.windows is None:
        raise Conflict("这项服务没有这种通知。")
    if service.news is not None:
        _set(session, case, wanted, now)
    if service.windows is not None:
        set_windows_of(session, case, wanted=wanted, now=now)
    return case


def news_of(session: Session, case: Case) -> tuple[str, bool] | None:
    """What its owner is told of, and whether they want it; None where the service has no such news."""
    service = service_of(case.kind)
    if service.news is not None:
        return service.news.name, case.form.get(service.news.consent) is True
    return (service.windows.name, are_windows_wanted(session, case)) if service.windows is not None else None


def find_news(name_in: str) -> tuple[Service, News] | None:
    """The service whose news a sentence names."""
    found = [(service, service.news) for service in catalogue().values() if service.news is not None]
    return next(((service, news) for service, news in found if news.name in name_in), None)


def _set(session: Session, case: Case, wanted: bool, now: datetime) -> bool:
    news = service_of(case.kind).news
    if news is None or not case.form or case.form.get(news.consent) is wanted:
        return False
    case.form = {**case.form, news.consent: wanted}
    add_event(session, case, "form_changed", now)
    session.flush()
    return True


def _services_of(kind: str) -> list[Service]:
    return [service for service in catalogue().values() if service.news is not None and service.news.kind == kind]


def _request(session: Session, record_id: int, after: int, at: datetime, now: datetime) -> None:
    request_job(
        session, JobName.TELL_NEWS, key=f"{record_id}-{after}-{int(at.timestamp())}", now=now,
        delay=max(at - now, timedelta(0)), record_id=record_id, after=after,
    )  # fmt: skip
