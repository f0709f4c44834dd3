"""Whether a service takes new requests now. What was filed goes on whatever this says."""

from datetime import timedelta

from core.errors import Conflict
from core.i18n import chinese_date
from services.catalogue.model import Service


class NotOffered(Conflict):
    """Nothing new is taken for now; the message says why, until when, and what one can do."""

    code = "service_paused"


def pause_of(service: Service) -> str:
    """Why and until when nothing new is taken, in one sentence; "" while the service is offered."""
    if service.pause is None:
        return ""
    last = service.pause.until
    until = f",{chinese_date(last + timedelta(days=1))}恢复" if last else ",恢复时间还没定"
    return f"{service.name}暂停受理新申请:{service.pause.reason.rstrip('。')}{until}。"


def check_offered(service: Service) -> None:
    """Raises NotOffered."""
    if said := pause_of(service):
        raise NotOffered(f"{said}在办的照常办,着急可以转人工。")
