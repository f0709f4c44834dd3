"""Running what the outbox asks for with a real RQ worker, in this process."""

from rq import Queue as RqQueue
from rq import SimpleWorker

from jobs.relay import relay_once
from jobs.schedule import sweep_rows
from services.job_names import Queue
from services.resources import Resources


def run_outbox(resources: Resources, *, sweep: bool = False, rounds: int = 5) -> None:
    """Relay and work until nothing is due; the caller has pushed the app's context."""
    if sweep:
        sweep_rows(resources)
    for _ in range(rounds):
        if not relay_once(resources.database, resources.redis, resources.clock.now()):
            return
        for queue in (RqQueue(each.value, connection=resources.redis) for each in Queue):
            if queue.count:  # to start a worker takes longer than most jobs
                SimpleWorker([queue], connection=resources.redis).work(burst=True, logging_level="WARNING")
