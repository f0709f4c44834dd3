"""Sending what waits in the ledger."""

from jobs.runtime import outbox_job
from models import Platform, WeChatIdentity
from services.deliveries import send_waiting
from services.resources import Resources


@outbox_job
def deliver(resources: Resources, identity_id: int) -> None:
    """Send everything that waits for one identity, in order."""
    with resources.database.reading() as session:
        identity = session.get(WeChatIdentity, identity_id)
    if identity is None:
        return
    wechat = resources.wechat.get(Platform(identity.platform))
    if wechat is not None:
        send_waiting(resources.database, wechat, resources.clock, identity_id=identity_id)
