"""What is shown beside a session: services that it speaks of, each begun in chat by its name."""

from collections.abc import Sequence

from models import CourseSession
from services.catalogue import catalogue, find_service
from services.catalogue.model import Service

MOST_SHOWN = 4


def check_shown(keys: Sequence[str]) -> str | None:
    """What is wrong with the keys that staff chose; None where nothing is."""
    if len(keys) > MOST_SHOWN:
        return f"最多{MOST_SHOWN}项"
    return None if set(keys) <= set(catalogue()) else "没有这项服务"


def list_shown(held: CourseSession) -> list[Service]:
    """As staff chose them; one that takes nothing new is left out while it does not."""
    found = (find_service(key) for key in held.shown_services)
    return [each for each in found if each is not None and each.pause is None]


def shown_line(held: CourseSession) -> str | None:
    """讲到的服务:专利质押融资、知识产权保险。要办就说名称。"""
    names = "、".join(each.name for each in list_shown(held))
    return f"讲到的服务:{names}。要办就说名称。" if names else None
