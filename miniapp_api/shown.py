"""The in-app inbox: what an answer of the API carries is delivered once the answer has gone out."""

from collections.abc import Sequence

from flask import after_this_request, g
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.logs import get_logger
from miniapp_api.context import Api, current_api
from models import Delivery, DeliveryState
from services.deliveries import UNKNOWN_OUTCOME, mark_sent

log = get_logger(__name__)

IS_NOT_DELIVERED = or_(
    # Also what is still on its way through WeChat: were that to fail, it would be offered again as unread.
    Delivery.state == DeliveryState.QUEUED,
    # WeChat never said whether it had this one; now the person surely has.
    (Delivery.state == DeliveryState.FAILED) & (Delivery.error_code == UNKNOWN_OUTCOME),
)


def list_waiting(session: Session, message_ids: Sequence[int]) -> list[int]:
    """The ledger rows of these messages that nobody has yet, as far as we know."""
    return list(session.scalars(select(Delivery.id).where(Delivery.message_id.in_(message_ids), IS_NOT_DELIVERED)))


def confirm_when_sent(delivery_ids: Sequence[int]) -> None:
    """Record these rows as sent after this request's answer was written out, not before."""
    if not delivery_ids:
        return
    if "streamed_deliveries" in g:
        # Whoever writes the stream knows when its last event is out.
        g.streamed_deliveries.extend(delivery_ids)
        return
    api = current_api()

    @after_this_request
    def attach(response: Response) -> Response:
        if response.status_code < 400:
            response.call_on_close(lambda: confirm_sent(api, delivery_ids))
        return response


def confirm_sent(api: Api, delivery_ids: Sequence[int]) -> None:
    """The rows have been read: record it."""
    if not delivery_ids:
        return
    now = api.clock.now()
    try:
        with api.database.unit_of_work() as session:
            rows = select(Delivery).where(Delivery.id.in_(delivery_ids), IS_NOT_DELIVERED).order_by(Delivery.id)
            for delivery in session.scalars(rows.with_for_update()):
                mark_sent(session, delivery, now)
    except SQLAlchemyError:
        # The answer is out; the rows stay as they are and are offered again.
        log.exception("shown_not_confirmed", delivery_ids=list(delivery_ids))
