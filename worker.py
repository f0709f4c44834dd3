"""A worker of one queue, or the scheduler: `python worker.py QUEUE [--burst]`, `python worker.py --schedule`."""

import argparse
import os
import signal
import threading

from rq import Queue as RqQueue
from rq import SimpleWorker

from app import create_app
from core.config import Settings
from core.memory import keep_for_good
from jobs.schedule import run_schedule
from services.job_names import Queue


def main() -> None:
    """Run until SIGTERM or SIGINT; a job under way is finished first."""
    parser = argparse.ArgumentParser(description="知桥 background work")
    parser.add_argument("queue", nargs="?", choices=[queue.value for queue in Queue], help="the queue to serve")
    parser.add_argument("--burst", action="store_true", help="end when the queue is empty")
    parser.add_argument("--schedule", action="store_true", help="run the relay and the sweeps instead")
    arguments = parser.parse_args()
    if bool(arguments.queue) == arguments.schedule:
        parser.error("name a queue, or --schedule")
    app = create_app(Settings.from_env())
    keep_for_good()
    with app.app_context():
        resources = app.extensions["resources"]
        if arguments.schedule:
            stop = threading.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
            run_schedule(resources, stop)
            return
        # Our jobs are short and our own: a fork a job would cost twice the time of the work (see docs/decisions.md).
        worker = SimpleWorker(
            [RqQueue(arguments.queue, connection=resources.redis)],
            connection=resources.redis,
            name=f"{arguments.queue}-{os.getpid()}-{os.urandom(3).hex()}",
            # A killed worker is forgotten after a minute, so that /readyz tells the truth soon.
            worker_ttl=60,
        )
        worker.work(burst=arguments.burst, logging_level="WARNING")


if __name__ == "__main__":
    main()
