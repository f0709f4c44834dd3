"""Routing of cases: to a member of staff, to the next one, to a supervisor."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job, outbox_job
from models import Case
from services import routing
from services.casework import clocks, news, task_dates, windows
from services.catalogue import service_of
from services.catalogue.model import Work
from services.evidence import reverifying
from services.evidence.notarising import file_case
from services.evidence.stamping import stamp_case
from services.resources import Resources


@atomic_job
def route_case(session: Session, resources: Resources, case_id: int) -> None:
    """Offer a waiting case; a case that somebody has already is left alone."""
    routing.route_case(session, case_id, resources.clock.now())


@atomic_job
def check_offer(session: Session, resources: Resources, case_id: int, offer: int) -> None:
    """Pass the case on if this offer still stands and its time is over."""
    routing.check_offer(session, case_id, offer, resources.clock.now())


@atomic_job
def check_clock(session: Session, resources: Resources, clock_id: int) -> None:
    """Remind of a time limit, or say that it has passed."""
    clocks.check_clock(session, clock_id, resources.clock.now())


@atomic_job
def recount_clocks(session: Session, resources: Resources, change: str, after: int) -> None:
    """The running clocks by the calendar as it is now, some at a time."""
    clocks.recount_clocks(session, change=change, after=after, now=resources.clock.now())


@atomic_job
def recount_tasks(session: Session, resources: Resources, change: str, after: int) -> None:
    """The dates of partners' tasks by the calendar as it is now, some at a time."""
    task_dates.recount_tasks(session, change=change, after=after, now=resources.clock.now())


@atomic_job
def tell_news(session: Session, resources: Resources, record_id: int, after: int) -> None:
    """Those who asked for it hear that a record that fits their request holds now, some at a time."""
    news.tell_news(session, record_id=record_id, after=after, now=resources.clock.now())


@atomic_job
def tell_windows(session: Session, resources: Resources, kind: str, after: int) -> None:
    """Those with a case of the service hear which windows close soon, some at a time."""
    windows.tell_windows(session, kind=kind, after=after, now=resources.clock.now())


@outbox_job
def do_work(resources: Resources, case_id: int) -> None:
    """What the system does in the case's present stage; a case that has moved on asks for nothing or for its own."""
    with resources.database.reading() as session:
        case = session.get(Case, case_id)
        work = service_of(case.kind).stage(case.stage).work if case is not None else None
    now = resources.clock.now()
    if work is Work.TIME_STAMP:
        stamp_case(
            resources.database, resources.files, resources.timestamps,
            base_url=resources.settings.public_base_url, case_id=case_id, now=now,
        )  # fmt: skip
    elif work is Work.NOTARY:
        file_case(resources.database, resources.files, resources.notary, case_id=case_id, now=now)


@outbox_job
def verify_tokens(resources: Resources, after: int) -> None:
    """This week's round over the stored time stamps, some at a time."""
    reverifying.verify_tokens(
        resources.database, resources.files, resources.timestamps, after=after, now=resources.clock.now()
    )
