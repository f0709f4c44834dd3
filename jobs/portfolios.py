"""The picture that follows an applicant's summary."""

from datetime import datetime

from jobs.runtime import outbox_job
from models import Platform
from services import portfolio_pictures
from services.resources import Resources


@outbox_job
def send_chart(resources: Resources, conversation_id: int, chart_key: str, asked_at: str) -> None:
    """Draw the years, upload the picture and queue it; the official account's chat is the only place for it."""
    wechat = resources.wechat.get(Platform.OFFICIAL_ACCOUNT)
    if wechat is not None:
        portfolio_pictures.send_chart(
            resources.database,
            wechat,
            resources.patent_search,
            resources.clock,
            conversation_id=conversation_id,
            chart_key=chart_key,
            asked_at=datetime.fromisoformat(asked_at),
        )
