"""What a course could answer: questions that the chat found no answer to, with the sessions to come on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import CourseSession, Staff
from services.knowledge_upkeep.misses import MissGroup, list_groups
from services.permissions import Action, check_may
from services.training.session_form import LONGEST_SUMMARY
from services.training.timetable import Asked, list_upcoming

MOST_SESSIONS = 2
FROM_QUESTIONS = "回答这些问题:"


@dataclass(frozen=True)
class Wish:
    """A group of questions, and what is to come on it already."""

    group: MissGroup
    sessions: Sequence[CourseSession]

    @property
    def summary(self) -> str:
        """With which a course for it could begin; staff write it anew."""
        return (FROM_QUESTIONS + ";".join(each.text for each in self.group.examples))[:LONGEST_SUMMARY]


def list_wishes(session: Session, staff: Staff, *, page: int, now: datetime) -> tuple[list[Wish], bool]:
    """One page, the most asked first, and whether there are more."""
    check_may(staff, Action.RUN_TRAINING)
    overview = list_groups(session, page=page)
    wishes = []
    for group in overview.groups:
        topic = group.examples[0].text if group.examples else ""
        found = list_upcoming(session, now, Asked(topic=topic)) if topic else []
        wishes.append(Wish(group, found[:MOST_SESSIONS]))
    return wishes, overview.has_more
