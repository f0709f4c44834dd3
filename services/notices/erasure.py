"""What becomes of notices when a person is erased: what they were told goes, that they were told stays countable."""

from collections.abc import Sequence

from sqlalchemy import String, cast, delete, update
from sqlalchemy.orm import Session

from models import Notice, NoticePreference, NoticeState, SubscriptionGrant, Watch


def forget_notices_of(session: Session, user_id: int, identity_ids: Sequence[int]) -> None:
    """Nothing more is told, and nothing is kept of what was."""
    of_user = Notice.user_id == user_id
    session.execute(update(Notice).where(of_user, Notice.state == NoticeState.WAITING).values(state=NoticeState.HELD))
    # The key names what it was about, such as the number of a patent that they watched.
    session.execute(
        update(Notice)
        .where(of_user)
        .values(
            key="erased-" + cast(Notice.id, String), title="", text="", facts={}, subject=None, page=None, choices=[]
        )
    )
    session.execute(delete(Watch).where(Watch.user_id == user_id))
    session.execute(delete(NoticePreference).where(NoticePreference.user_id == user_id))
    session.execute(delete(SubscriptionGrant).where(SubscriptionGrant.identity_id.in_(identity_ids)))
