"""Turns that did not run in the web process: slow by nature, waiting behind another, or cut off by a crash."""

from flask import current_app

from bot.turn import PassiveSlot
from jobs.runtime import outbox_job
from services.intake import resume_turn
from services.job_names import JobName, request_job
from services.resources import Resources
from services.turns import JOB_LEASE, WEB_LEASE


@outbox_job
def run_turn(resources: Resources, turn_id: int) -> None:
    """Run the turn if it is its time, else ask for another try when the present lease has run out."""
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        receipt = resume_turn(session, turn_id, now=now, lasting=JOB_LEASE)
        if receipt.kind == "wait":
            key = f"{turn_id}-again-{int(now.timestamp())}"
            request_job(session, JobName.RUN_TURN, key=key, now=now, delay=WEB_LEASE, turn_id=turn_id)
    if receipt.work is not None:
        current_app.extensions["turn_runner"].run(receipt.work, PassiveSlot(seconds=0), may_be_slow=True)
