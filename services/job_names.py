"""Every background job by name and queue. Named by string, so that nothing below jobs/ imports jobs/."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core import outbox


class Queue(StrEnum):
    """One worker serves one queue (RQ can orphan a job of a worker with several)."""

    TURNS = "turns"
    DELIVERIES = "deliveries"
    CASES = "cases"
    INDEX = "index"


class JobName(StrEnum):
    """The dotted path that the worker imports."""

    RUN_TURN = "jobs.turns.run_turn"
    DELIVER = "jobs.deliveries.deliver"
    ROUTE_CASE = "jobs.cases.route_case"
    CHECK_OFFER = "jobs.cases.check_offer"
    INDEX_PATENTS = "jobs.indexing.index_patents"
    INDEX_PASSAGES = "jobs.indexing.index_passages"
    EMBED_QUESTIONS = "jobs.indexing.embed_questions"
    CREATE_MENU = "jobs.menu.create_menu"
    CHECK_CLOCK = "jobs.cases.check_clock"
    RECOUNT_CLOCKS = "jobs.cases.recount_clocks"
    RECOUNT_TASKS = "jobs.cases.recount_tasks"
    TELL_NEWS = "jobs.cases.tell_news"
    TELL_WINDOWS = "jobs.cases.tell_windows"
    DO_WORK = "jobs.cases.do_work"
    VERIFY_TOKENS = "jobs.cases.verify_tokens"
    COLLECT_FILE = "jobs.files.collect_file"
    ERASE_USER = "jobs.privacy.erase_user"
    LEARN_UNIONIDS = "jobs.identities.learn_unionids"
    SORT_MISSES = "jobs.knowledge_upkeep.sort_misses"
    COUNT_USES = "jobs.knowledge_upkeep.count_uses"
    EVALUATE_ANSWER = "jobs.knowledge_upkeep.evaluate_answer"
    SEND_CHART = "jobs.portfolios.send_chart"
    LAPSE_OFFERS = "jobs.training.lapse_offers"
    TELL_BOOKING = "jobs.training.tell_booking"
    BROADCAST = "jobs.training.broadcast"
    MAKE_CERTIFICATE = "jobs.training.make_certificate"
    REMIND_KEEPER = "jobs.custody.remind_keeper"
    TELL_RIGHT_CHANGED = "jobs.custody.tell_right_changed"
    TELL_WATCHERS = "jobs.watches.tell_watchers"
    LOOK_AT_WATCHES = "jobs.watches.look_at_watches"
    WRITE_NOTICES = "jobs.notices.write_notices"
    SEND_PUSH = "jobs.notices.send_push"
    SEND_MAILING = "jobs.notices.send_mailing"
    MATCH_POST = "jobs.market.match_post"
    MATCH_NEEDS = "jobs.market.match_needs"
    CHECK_POST = "jobs.market.check_post"
    RECHECK_POSTS = "jobs.market.recheck_posts"
    TELL_POST = "jobs.market.tell_post"
    TELL_MATCHES = "jobs.market.tell_matches"
    REMIND_EVENT = "jobs.market.remind_event"
    TELL_DEAL = "jobs.deals.tell_side"
    LOOK_AT_DEAL = "jobs.deals.look_at_deal"

    @property
    def queue(self) -> Queue:
        return QUEUES[self]


QUEUES = {
    JobName.RUN_TURN: Queue.TURNS,
    JobName.DELIVER: Queue.DELIVERIES,
    JobName.ROUTE_CASE: Queue.CASES,
    JobName.CHECK_OFFER: Queue.CASES,
    JobName.INDEX_PATENTS: Queue.INDEX,
    JobName.INDEX_PASSAGES: Queue.INDEX,
    JobName.EMBED_QUESTIONS: Queue.INDEX,
    JobName.CREATE_MENU: Queue.CASES,
    JobName.CHECK_CLOCK: Queue.CASES,
    # They go through all that is open, and nobody waits for them.
    JobName.RECOUNT_CLOCKS: Queue.INDEX,
    JobName.RECOUNT_TASKS: Queue.INDEX,
    JobName.TELL_NEWS: Queue.INDEX,
    JobName.TELL_WINDOWS: Queue.INDEX,
    JobName.DO_WORK: Queue.CASES,
    JobName.VERIFY_TOKENS: Queue.INDEX,
    JobName.COLLECT_FILE: Queue.CASES,
    JobName.ERASE_USER: Queue.CASES,
    # Nobody waits for it, and a call to WeChat must not stand before anybody's case.
    JobName.LEARN_UNIONIDS: Queue.INDEX,
    JobName.SORT_MISSES: Queue.INDEX,
    JobName.COUNT_USES: Queue.INDEX,
    JobName.EVALUATE_ANSWER: Queue.INDEX,
    JobName.SEND_CHART: Queue.CASES,
    JobName.LAPSE_OFFERS: Queue.CASES,
    JobName.TELL_BOOKING: Queue.CASES,
    # Ten thousand people must not stand before anybody's case.
    JobName.BROADCAST: Queue.INDEX,
    # A font of some megabytes is read for it.
    JobName.MAKE_CERTIFICATE: Queue.INDEX,
    # A deadline of weeks must not stand before anybody's case.
    JobName.REMIND_KEEPER: Queue.INDEX,
    JobName.TELL_RIGHT_CHANGED: Queue.INDEX,
    # What a night's import brought must not stand before anybody's case.
    JobName.TELL_WATCHERS: Queue.INDEX,
    JobName.LOOK_AT_WATCHES: Queue.INDEX,
    # The summaries of a morning must not stand before anybody's answer; what they bring is sent as they are written.
    JobName.WRITE_NOTICES: Queue.INDEX,
    JobName.SEND_PUSH: Queue.DELIVERIES,
    # Hundreds of thousands of people must not stand before anybody's answer.
    JobName.SEND_MAILING: Queue.INDEX,
    # One process holds the posts in memory.
    JobName.MATCH_POST: Queue.INDEX,
    JobName.MATCH_NEEDS: Queue.INDEX,
    # It looks for like posts among those in memory.
    JobName.CHECK_POST: Queue.INDEX,
    JobName.RECHECK_POSTS: Queue.INDEX,
    JobName.TELL_POST: Queue.INDEX,
    JobName.TELL_MATCHES: Queue.INDEX,
    JobName.REMIND_EVENT: Queue.INDEX,
    # Somebody waits for the other side's word.
    JobName.TELL_DEAL: Queue.CASES,
    JobName.LOOK_AT_DEAL: Queue.INDEX,
}


# The law wants what these delete to be gone, and no sweep of rows finds it left over: they are never given up.
UNTIL_DONE = (JobName.COLLECT_FILE, JobName.ERASE_USER)


def request_job(
    session: Session, job: JobName, *, key: str, now: datetime, delay: timedelta = timedelta(0), **arguments: Any
) -> None:
    """Ask for a job once this unit of work commits; asking twice for the same key is one job."""
    outbox.request_job(session, job, queue=job.queue, key=key, now=now, delay=delay, **arguments)


def request_recount(
    session: Session, job: JobName, *, change: str, after: int = 0, now: datetime, delay: timedelta = timedelta(0)
) -> None:
    """Ask for what is counted by the working calendar to be counted anew after a change of it."""
    request_job(session, job, key=f"{change}-{after}", now=now, delay=delay, change=change, after=after)


def request_rescues(
    session: Session, job: JobName, asks: Mapping[str, Mapping[str, Any]], *, every: timedelta, now: datetime
) -> None:
    """Ask for a job for each stuck piece of work, by its name, with the job's arguments: one in the time `every`,
    because the outbox runs one key once, and none while one still waits, because the queue may be away."""
    asked = {key.rpartition("-")[0] for key in outbox.overdue_keys(session, job, now)} if asks else set()
    period = int(now.timestamp() // every.total_seconds())
    for name, arguments in asks.items():
        if name not in asked:
            request_job(session, job, key=f"{name}-{period}", now=now, **arguments)
