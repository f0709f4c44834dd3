"""Two accounts of one person become one: everything moves, nothing is lost, and what moved is written down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import Base
from core.logs import get_logger
from models import (
    AnswerFeedback,
    ApiSession,
    BenefitShare,
    Booking,
    Case,
    CaseDocument,
    Conversation,
    CreditPlea,
    CustodyEvent,
    CustodyPaper,
    CustodyRight,
    DealParty,
    ExamAnswer,
    ExamRun,
    FormDraft,
    IdempotencyRecord,
    IdentityMerge,
    LeaderboardEntry,
    MailingRecipient,
    MarketFavourite,
    MarketPost,
    MarketPromise,
    MemberRole,
    Membership,
    MemberState,
    Miss,
    Notice,
    NoticePreference,
    QuoteRequest,
    SavedSearch,
    SessionQuestion,
    User,
    Watch,
    WeChatIdentity,
    WrongAnswer,
)
from services.case_records import lock_person
from services.custody.erasure import join_rights, keep_companies_apart
from services.deals.erasure import end_with_oneself
from services.events.erasure import drop_meetings_with_oneself
from services.training.giving_up import give_up_doubles

log = get_logger(__name__)

# Every table with a user_id: a test compares this list with the models.
# Of these a person has any number …
MOVED: tuple[type[Base], ...] = (
    Conversation,
    ApiSession,
    Case,
    CaseDocument,
    Miss,
    QuoteRequest,
    AnswerFeedback,
    Booking,
    ExamRun,
    ExamAnswer,
    SessionQuestion,
    CustodyEvent,
    CustodyPaper,
    MarketPost,
    Notice,
    DealParty,
    BenefitShare,
    CreditPlea,
)
# … and of these one a key, so that both may have the same.
ONE_A_KEY: dict[type[Base], str] = {
    FormDraft: "kind",
    SavedSearch: "fingerprint",
    Membership: "company_id",
    IdempotencyRecord: "key",
    WrongAnswer: "question_id",
    LeaderboardEntry: "board",
    CustodyRight: "key",
    MarketFavourite: "post_id",
    MarketPromise: "post_id",
    NoticePreference: "key",
    Watch: "key",
    MailingRecipient: "mailing_id",
}
PROFILE = ("display_name", "region", "company_id")
# A number goes with the proof that it is theirs.
NUMBER = ("phone", "phone_verified_at")
STATES = (MemberState.ENDED, MemberState.PENDING, MemberState.ACTIVE)
ROLES = (MemberRole.MEMBER, MemberRole.OWNER)


def merge_into(session: Session, *, identity: WeChatIdentity, loser: User, winner: User, now: datetime) -> None:
    """Give `identity` to the winner. Where it was the loser's only one, all that is the loser's goes along, else what
    was said and asked for under this identity. Where that was done meanwhile, nothing changes."""
    for person in (loser, winner):
        lock_person(session, person)
    session.refresh(identity)
    if identity.user_id != loser.id or loser.unionid is not None or winner.unionid is None:
        return
    is_last = not session.scalar(
        select(func.count())
        .select_from(WeChatIdentity)
        .where(WeChatIdentity.user_id == loser.id, WeChatIdentity.id != identity.id)
    )
    session.flush()
    give_up_doubles(session, loser.id, winner.id, now)
    if is_last:
        keep_companies_apart(session, loser.id, winner.id, now)
    moved = _move_all(session, loser, winner) if is_last else _move_of_identity(session, identity, loser, winner)
    end_with_oneself(session, winner.id, now)
    identity.user = winner
    session.flush()
    drop_meetings_with_oneself(session, winner.id, now)
    session.add(
        IdentityMerge(identity_id=identity.id, from_user_id=loser.id, to_user_id=winner.id, moved=moved, created_at=now)
    )
    session.flush()
    # Rows that this session holds already say whose they are anew.
    session.expire_all()
    log.info("identity_merged", identity_id=identity.id, from_user_id=loser.id, to_user_id=winner.id)


def _move_all(session: Session, loser: User, winner: User) -> dict[str, Any]:
    moved: dict[str, Any] = {}
    for table in MOVED:
        _note(moved, table, _give(session, table, winner, table.user_id == loser.id))  # type: ignore[attr-defined]
    for table, key in ONE_A_KEY.items():
        _note(moved, table, _give_keyed(session, table, key, loser, winner, moved))
    filled = [name for name in PROFILE if getattr(loser, name) is not None and getattr(winner, name) is None]
    if _has_better_number(loser, winner):
        filled += NUMBER
    for name in (*PROFILE, *NUMBER):
        if name in filled:
            setattr(winner, name, getattr(loser, name))
        # The emptied account keeps nothing about the person.
        setattr(loser, name, None)
    if filled:
        moved["profile"] = filled
    return moved


def _has_better_number(loser: User, winner: User) -> bool:
    """One that is proved goes before one that was typed."""
    if loser.phone is None or winner.phone is None:
        return loser.phone is not None
    return loser.phone_verified_at is not None and winner.phone_verified_at is None


def _move_of_identity(session: Session, identity: WeChatIdentity, loser: User, winner: User) -> dict[str, Any]:
    """Drafts, searches and memberships are the person's, not an account's: they stay with whom they are."""
    moved: dict[str, Any] = {}
    own = select(Conversation.id).where(Conversation.identity_id == identity.id)
    _note(moved, Case, _give(session, Case, winner, Case.conversation_id.in_(own), Case.user_id == loser.id))
    _note(
        moved, Booking, _give(session, Booking, winner, Booking.conversation_id.in_(own), Booking.user_id == loser.id)
    )
    for table in (Conversation, ApiSession):
        _note(moved, table, _give(session, table, winner, table.identity_id == identity.id))
    return moved


def _give(session: Session, table: Any, winner: User, *which: Any) -> list[int]:
    ids = list(session.scalars(select(table.id).where(*which).order_by(table.id)))
    if ids:
        session.execute(update(table).where(*which).values(user_id=winner.id))
    return ids


def _give_keyed(session: Session, table: Any, key: str, loser: User, winner: User, moved: dict[str, Any]) -> list[int]:
    """Rows of a key that both have become one: the winner's, with what the loser's says more."""
    theirs = {getattr(row, key): row for row in session.scalars(select(table).where(table.user_id == winner.id))}
    given: list[int] = []
    joined: list[list[int]] = []
    for row in session.scalars(select(table).where(table.user_id == loser.id).order_by(table.id)).all():
        kept = theirs.get(getattr(row, key))
        if kept is None:
            row.user_id = winner.id
            given.append(row.id)
            continue
        _join(kept, row)
        joined.append([row.id, kept.id])
        session.delete(row)
    session.flush()
    if joined:
        moved[f"{table.__tablename__}_joined"] = joined
    return given


def _join(kept: Any, row: Any) -> None:
    match kept, row:
        case FormDraft(), FormDraft():
            newer, older = (kept, row) if kept.updated_at >= row.updated_at else (row, kept)
            kept.values = {**older.values, **newer.values}
            kept.current, kept.updated_at = newer.current, newer.updated_at
            kept.version = max(kept.version, row.version) + 1
        case SavedSearch(), SavedSearch() if row.last_looked_at > kept.last_looked_at:
            kept.last_total, kept.last_looked_at = row.last_total, row.last_looked_at
        case NoticePreference(), NoticePreference() if row.changed_at > kept.changed_at:
            kept.value, kept.changed_at = row.value, row.changed_at
        case CustodyRight(), CustodyRight():
            join_rights(kept, row)
        case WrongAnswer(), WrongAnswer():
            kept.wrong_count += row.wrong_count
            # What one account has learnt and the other has not is not learnt.
            kept.step = min(kept.step, row.step)
            kept.due_at = min((each for each in (kept.due_at, row.due_at) if each is not None), default=None)
        case Membership(), Membership():
            kept.role, kept.state, kept.decided_at = _stronger(kept, row)


def _stronger(one: Membership, other: Membership) -> tuple[str, str, datetime | None]:
    best = max(
        (other, one), key=lambda each: (STATES.index(MemberState(each.state)), ROLES.index(MemberRole(each.role)))
    )
    return best.role, best.state, best.decided_at


def _note(moved: dict[str, Any], table: type[Base], ids: Sequence[int]) -> None:
    if ids:
        moved[table.__tablename__] = list(ids)
