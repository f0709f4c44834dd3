"""What the page of a session needs to show posts of the market beside it."""

from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import InvalidInput
from models import CourseSession, Staff
from nlp.segmenter import default_segmenter
from services.market.board import BoardQuery, search_board
from services.market.wording import SIDES, called, called_by_others, owner_called, said_state, said_terms
from services.training.shown_posts import attach_post, detach_post, list_attached

POSTS = {"show": attach_post, "away": detach_post}
FOUND = 6
LONGEST_WORDS = 60


def take_post_step(session: Session, staff: Staff, public_id: str, now: datetime) -> None:
    """Show a post beside the session, or take it away, as the form says."""
    step = POSTS.get(request.form.get("step", ""))
    if step is None:
        raise InvalidInput("请从页面上的按钮操作。")
    step(session, staff=staff, public_id=public_id, post_id=request.form.get("post", ""), now=now)


def posts_beside(session: Session, staff: Staff, held: CourseSession, now: datetime) -> dict[str, Any]:
    """Those that staff put there, and what of the board has the words that were asked for."""
    today, words = china_date(now), request.args.get("posts", "").strip()[:LONGEST_WORDS]
    found = None
    if words:
        query = BoardQuery(words=words)
        found = search_board(session, default_segmenter(), query, user_id=0, today=today, limit=FOUND).items
    return {
        "posts": list_attached(session, staff, held), "board": found, "today": today, "called": called,
        "called_by_others": called_by_others, "owner_called": owner_called, "said_terms": said_terms,
        "said_post_state": said_state, "SIDES": SIDES,
    }  # fmt: skip
