"""What /metrics reads from the rows and the queue when it is asked: depths and ages."""

from collections.abc import Iterator
from datetime import datetime

import redis
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from rq import Queue as RqQueue
from sqlalchemy import func, select

from core.outbox import OutboxRow, OutboxState
from models import Case, CaseStatus, Delivery, DeliveryState, Turn
from services.job_names import Queue
from services.resources import Resources
from services.turns import UNFINISHED

# Named one by one: "not sent" would read every row that ever was, "one of these" reads the index.
NOT_DELIVERED = [state for state in DeliveryState if state is not DeliveryState.SENT]
OPEN_CASES = [status for status in CaseStatus if status is not CaseStatus.CLOSED]


class BacklogCollector(Collector):
    """Depth and age of everything that waits."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._queue_depth()
        yield from self._rows(self._resources.clock.now())

    def _queue_depth(self) -> GaugeMetricFamily:
        depth = GaugeMetricFamily("zhiqiao_queue_depth", "Jobs waiting in the queue", labels=["queue"])
        try:
            for queue in Queue:
                depth.add_metric([queue.value], RqQueue(queue.value, connection=self._resources.redis).count)
        except redis.RedisError:
            # No sample says more than a zero that is not true.
            return GaugeMetricFamily("zhiqiao_queue_depth", "Jobs waiting in the queue", labels=["queue"])
        return depth

    def _rows(self, now: datetime) -> Iterator[GaugeMetricFamily]:
        with self._resources.database.reading() as session:
            outbox = session.execute(
                select(OutboxRow.queue, func.count(), func.min(OutboxRow.run_after))
                .where(OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.SENT]), OutboxRow.run_after <= now)
                .group_by(OutboxRow.queue)
            ).all()
            failed = session.execute(
                select(OutboxRow.job_name, func.count())
                .where(OutboxRow.state == OutboxState.FAILED)
                .group_by(OutboxRow.job_name)
            ).all()
            deliveries = session.execute(
                select(Delivery.channel, Delivery.state, func.count())
                .where(Delivery.state.in_(NOT_DELIVERED))
                .group_by(Delivery.channel, Delivery.state)
            ).all()
            turns = session.scalar(select(func.count()).select_from(Turn).where(Turn.state.in_(UNFINISHED))) or 0
            cases = session.execute(
                select(Case.status, func.count()).where(Case.status.in_(OPEN_CASES)).group_by(Case.status)
            ).all()
        depth = GaugeMetricFamily("zhiqiao_outbox_depth", "Jobs asked for and not done", labels=["queue"])
        age = GaugeMetricFamily("zhiqiao_outbox_age_seconds", "Age of the oldest of them", labels=["queue"])
        for queue, count, oldest in outbox:
            depth.add_metric([queue], count)
            age.add_metric([queue], (now - oldest).total_seconds())
        given_up = GaugeMetricFamily("zhiqiao_outbox_failed", "Jobs given up after their last try", labels=["job"])
        for job, count in failed:
            given_up.add_metric([job], count)
        waiting = GaugeMetricFamily("zhiqiao_deliveries", "Messages not delivered", labels=["channel", "state"])
        for channel, state, count in deliveries:
            waiting.add_metric([channel, state], count)
        open_cases = GaugeMetricFamily("zhiqiao_cases_open", "Cases not closed", labels=["status"])
        for status, count in cases:
            open_cases.add_metric([status], count)
        yield from (depth, age, given_up, waiting, open_cases)
        yield GaugeMetricFamily("zhiqiao_turns_unfinished", "Turns not finished", value=turns)
