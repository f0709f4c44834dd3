"""What happens by the clock: one readable list, run by one process."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis

from core.clock import CHINA
from core.logs import get_logger
from core.outbox import take_up_failed
from jobs.knowledge_upkeep import request_upkeep
from jobs.relay import purge_outbox, relay_once, sweep_outbox
from services.case_sweeps import close_idle_cases, mark_missed_promises, rescue_unrouted_cases
from services.casework.clocks import rescue_forgotten_clocks
from services.casework.drafts import delete_old_drafts
from services.casework.investor_tasks import tell_of_shut_out
from services.casework.system_work import rescue_forgotten_work
from services.casework.windows import request_windows
from services.custody import reminders as custody_reminders
from services.custody.status_changes import note_changes
from services.deals import clock_work as deal_clock
from services.deals.next_need import ask_what_is_next
from services.delivery_sweeps import rescue_stuck_deliveries
from services.evidence.reverifying import request_verification
from services.idempotency import delete_expired_keys
from services.job_names import UNTIL_DONE
from services.market.night import begin_night
from services.market.posting import expire_posts
from services.notices.grants import forget_old_events
from services.notices.sweeps import rescue_mailings, rescue_notices, rescue_pushes
from services.resources import Resources
from services.retention import forget_old_rows
from services.sessions import delete_ended_sessions
from services.training.absences import offer_to_held_back
from services.training.broadcasts import rescue_broadcasts
from services.training.callers import forget_old_callers
from services.training.demonstration import renew_demonstration
from services.training.feedback import request_feedback
from services.training.reminders import request_reminders
from services.training.seats import rescue_forgotten_offers
from services.turn_sweeps import rescue_stuck_turns
from services.watch_changes import note_changed
from services.watch_looks import request_looks

log = get_logger(__name__)

NIGHT_HOUR = 2
COURSES = Path(__file__).resolve().parents[1] / "data" / "training" / "courses.yaml"


@dataclass(frozen=True)
class Every:
    """A task and the seconds between its runs."""

    seconds: float
    task: Callable[[Resources], None]


def relay(resources: Resources) -> None:
    relay_once(resources.database, resources.redis, resources.clock.now())


def sweep_queue(resources: Resources) -> None:
    sweep_outbox(resources.database, resources.redis, resources.clock.now())


def sweep_rows(resources: Resources) -> None:
    """Find the turns, messages and cases that a crash left behind."""
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        found = {
            "turns": rescue_stuck_turns(session, now=now),
            "deliveries": rescue_stuck_deliveries(session, now=now),
            "cases": rescue_unrouted_cases(session, now=now),
            "promises": mark_missed_promises(session, now=now),
            "clocks": rescue_forgotten_clocks(session, now=now),
            "system_work": rescue_forgotten_work(session, now=now),
            "idle_cases": close_idle_cases(session, now=now),
            "offers": rescue_forgotten_offers(session, now),
            "broadcasts": rescue_broadcasts(session, now),
            "notices": rescue_notices(session, now),
            "pushes": rescue_pushes(session, now),
            "mailings": rescue_mailings(session, now),
        }
    if any(found.values()):
        log.info("swept", **found)


def remind_of_sessions(resources: Resources) -> None:
    """A day and an hour before; portion by portion, so that a large session holds nothing up.

    On the last day seats that are left go to who was held back.
    """
    with resources.database.unit_of_work() as session:
        offer_to_held_back(session, resources.clock.now())
    while True:
        with resources.database.unit_of_work() as session:
            if not request_reminders(session, resources.clock.now()):
                return


def remind_keepers(resources: Resources) -> None:
    """Of what is due for rights in custody; portion by portion as well, by day only."""
    after: int | None = 0
    while after is not None:
        with resources.database.unit_of_work() as session:
            after = custody_reminders.request_reminders(session, resources.clock.now(), after=after)


def note_changed_rights(resources: Resources) -> None:
    """Read on in what imports changed, in short transactions."""
    count: int | None = 0
    while count is not None:
        with resources.database.unit_of_work() as session:
            count = note_changes(session, resources.clock.now())


def note_watched_patents(resources: Resources) -> None:
    """The same for what people watch; they are told by jobs."""
    count: int | None = 0
    while count is not None:
        with resources.database.unit_of_work() as session:
            count = note_changed(session, resources.clock.now())


def look_at_watches(resources: Resources) -> None:
    """Ask for the watches of applicants, classes and searches that are due."""
    with resources.database.unit_of_work() as session:
        request_looks(session, resources.clock.now())


def ask_how_it_was(resources: Resources) -> None:
    """Whoever came to a session, once; portion by portion as well."""
    while True:
        with resources.database.unit_of_work() as session:
            if not request_feedback(session, resources.clock.now()):
                return


def renew_timetable(resources: Resources) -> None:
    """The demonstration's sessions are days from the day they were loaded: new ones take the place of those held."""
    with resources.database.unit_of_work() as session:
        renew_demonstration(session, COURSES, resources.clock.now())


def verify_stamps(resources: Resources) -> None:
    """Ask for this week's check of the stored time stamps; the outbox keeps it to one."""
    with resources.database.unit_of_work() as session:
        request_verification(session, resources.clock.now())


def look_at_investors(resources: Resources) -> None:
    """Whoever has a case with an investor whose record has ended is told to find another one."""
    with resources.database.unit_of_work() as session:
        tell_of_shut_out(session, resources.clock.now())


def look_at_windows(resources: Resources) -> None:
    """Whoever could still apply for something hears of it before its window closes, once a day, by day."""
    with resources.database.unit_of_work() as session:
        request_windows(session, resources.clock.now())


def keep_market(resources: Resources) -> None:
    """End the posts whose last day is over. From the small hours on, once a day: ask for the rules to be asked again
    about every post and then for the night's matches, a chain of jobs."""
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        expire_posts(session, now)
        if now.astimezone(CHINA).hour >= NIGHT_HOUR:
            begin_night(session, now)


def keep_deals(resources: Resources) -> None:
    """Look at the deals whose day has come, by day only; supervisors hear of those that nobody brokers."""
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        deal_clock.escalate_unbrokered(session, now)
        ask_what_is_next(session, now)
    after: int | None = 0
    while after is not None:
        with resources.database.unit_of_work() as session:
            after = deal_clock.request_looks(session, now, after=after)


def heartbeat(resources: Resources) -> None:
    """Tells /readyz that the scheduler lives."""
    resources.redis.set("zhiqiao:heartbeat:scheduler", int(time.time()), ex=15)


def purge(resources: Resources) -> None:
    """Forget what has done its service: finished jobs, used idempotency keys, ended logins, old turns and notices."""
    now = resources.clock.now()
    purge_outbox(resources.database, now)
    with resources.database.unit_of_work() as session:
        delete_expired_keys(session, now=now)
        delete_ended_sessions(session, now=now)
        delete_old_drafts(session, now=now)
        forget_old_callers(session, now)
        forget_old_events(session, now)
    forget_old_rows(resources.database, now)


def take_up_deletions(resources: Resources) -> None:
    """Try again the deletions that failed so often that their back-off ended; a failure is logged as its own."""
    with resources.database.unit_of_work() as session:
        count = take_up_failed(session, UNTIL_DONE, resources.clock.now())
    if count:
        log.warning("deletions_taken_up", count=count)


SCHEDULE = (
    Every(0.1, relay),
    Every(3, heartbeat),
    Every(5, sweep_rows),
    Every(5, sweep_queue),
    Every(30, remind_of_sessions),
    Every(60, ask_how_it_was),
    Every(300, note_changed_rights),
    Every(300, note_watched_patents),
    Every(300, look_at_watches),
    Every(600, remind_keepers),
    Every(3600, purge),
    Every(3600, take_up_deletions),
    Every(3600, renew_timetable),
    Every(3600, verify_stamps),
    Every(3600, look_at_investors),
    Every(1800, look_at_windows),
    Every(600, request_upkeep),
    Every(600, keep_market),
    Every(300, keep_deals),
)


def run_schedule(resources: Resources, stop: threading.Event) -> None:
    """Run the list until told to stop. A task that fails is logged and tried again at its next time."""
    due = dict.fromkeys(SCHEDULE, 0.0)
    while not stop.is_set():
        for entry in SCHEDULE:
            if time.monotonic() < due[entry]:
                continue
            due[entry] = time.monotonic() + entry.seconds
            _run(entry, resources)
        stop.wait(max(0.01, min(due.values()) - time.monotonic()))


def _run(entry: Every, resources: Resources) -> None:
    name = entry.task.__name__
    try:
        entry.task(resources)
    except redis.RedisError as error:
        # Rows wait in the outbox until the queue is back; a line for each tenth of a second would drown the log.
        if entry.seconds >= 1:
            log.warning("queue_unavailable", task=name, error_type=type(error).__name__)
    except Exception:
        log.exception("scheduled_task_failed", task=name)
