"""Running what the outbox asks for with a real RQ worker, in this process."""

from rq import Queue as RqQueue
from rq import SimpleWorker

from jobs.relay import relay_once
from jobs.schedule import sweep_rows
from services.job_names import Queue
from services.resources import Resources


class PromptWorker(SimpleWorker):
    """Goes at once when there is nothing left. RQ's own ends its listener's subscription before it tells it to stop:
    by then that waits again, and is waited for, a second each time."""

    def unsubscribe(self) -> None:
        if self.pubsub_thread:
            self.pubsub_thread.stop()
        super().unsubscribe()


def run_outbox(resources: Resources, *, sweep: bool = False, rounds: int = 5) -> None:
    """Relay and work until nothing is due; the caller has pushed the app's context."""
    if sweep:
        sweep_rows(resources)
    for _ in range(rounds):
        if not relay_once(resources.database, resources.redis, resources.clock.now()):
            return
        for queue in (RqQueue(each.value, connection=resources.redis) for each in Queue):
            if queue.count:  # to start a worker takes longer than most jobs
                PromptWorker([queue], connection=resources.redis).work(burst=True, logging_level="WARNING")
