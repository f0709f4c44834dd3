"""Somebody who has written to us and was told what a watch of theirs found."""

from datetime import timedelta

from sqlalchemy import select

from core.clock import FixedClock
from models import Patent, Topic, WeChatIdentity
from nlp.types import PatentQuery
from services.notices.preferences import Pace, prefer
from services.notices.telling import tell
from services.notices.writing import write_due
from services.resources import Resources
from services.watching import watch_search


def prepare_watch(resources: Resources, openid: str, clock: FixedClock) -> None:
    """Two patents of the demonstration, in one summary, as the last thing said."""
    now = clock.now()
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == openid)).one()
        prefer(session, user_id, {"hours": "00:00-23:59"}, now)
        row = watch_search(session, user_id, PatentQuery(topic="石墨烯散热膜"), now, pace=Pace.DAILY)
        about = Patent.title.contains("石墨烯")
        found = session.scalars(select(Patent).where(about).order_by(Patent.id).limit(2)).all()
        lines = [f"{place}. {each.title} · {each.publication_number}" for place, each in enumerate(found, start=1)]
        tell(
            session, user_id=user_id, topic=Topic.WATCH, key="watch-1-to-9", subject=f"watches:{row.public_id}",
            title="“石墨烯散热膜”有2件新公开", text="\n".join(["“石墨烯散热膜”有2件新公开(演示数据):", *lines]),
            patents=[each.publication_number for each in found], watch=row.public_id, choices=("不再关注",),
            is_urgent=True, now=now,
        )  # fmt: skip
    clock.advance(timedelta(seconds=30))
    with resources.database.unit_of_work() as session:
        assert write_due(session, user_id, clock.now()) == 1
