"""Members of staff and cases from nothing."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Case, Conversation, HandoffReason, Role, Staff
from services.handoffs import open_handoff
from services.passwords import hash_password
from tests.support.people import make_conversation, make_identity, make_message

_numbers = itertools.count(1)
PASSWORD = "teal-Bridge-2026"


@cache
def _hash() -> str:
    return hash_password(PASSWORD)


def make_staff(
    session: Session,
    now: datetime,
    *,
    username: str | None = None,
    display_name: str = "陈敏",
    role: Role = Role.AGENT,
    skills: Sequence[str] = (),
    regions: Sequence[str] = (),
    is_available: bool = True,
    must_change_password: bool = False,
) -> Staff:
    """Available, and the password PASSWORD is theirs already."""
    person = Staff(
        username=username or f"staff{next(_numbers)}",
        display_name=display_name,
        role=role,
        password_hash=_hash(),
        must_change_password=must_change_password,
        is_available=is_available,
        skills=list(skills),
        regions=list(regions),
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def send_everybody_away(session: Session) -> None:
    """Nobody takes new cases: what is asked for from here on is free to whoever takes it first."""
    session.execute(update(Staff).values(is_available=False))


def make_case(
    session: Session,
    now: datetime,
    *,
    conversation: Conversation | None = None,
    reason: HandoffReason = HandoffReason.REQUESTED,
    topic: str = "financing",
    region: str | None = "广东省广州市",
    question: str = "专利质押贷款要什么材料",
) -> Case:
    """A user who asked for a person."""
    if conversation is None:
        conversation = make_conversation(session, make_identity(session, now), now)
        make_message(session, conversation, now, text=question, author="user")
    return open_handoff(
        session,
        conversation=conversation,
        reason=reason,
        topic=topic,
        region=region,
        question=question,
        now=now,
    ).case
