"""Erasing what a person withdrew: WeChat tells us, or they ask, and the law (PIPL art. 47) wants it gone."""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, delete, select, update
from sqlalchemy.orm import Session

from core.errors import Unauthorized
from core.logs import get_logger
from core.outbox import OutboxRow
from models import (
    ApiSession,
    Booking,
    Case,
    CaseStatus,
    Conversation,
    Delivery,
    DeliveryState,
    FormDraft,
    IdempotencyRecord,
    Membership,
    Message,
    SavedSearch,
    SessionQuestion,
    StaffNotification,
    Turn,
    TurnState,
    User,
    WeChatIdentity,
)
from services.allowances import close_allowances
from services.case_records import add_event, finish_case, lock_case, lock_person
from services.casework.clocks import set_clocks
from services.casework.documents import forget_documents_of
from services.casework.minutes import forget_minutes_of
from services.casework.tasks import cancel_open_tasks, forget_tasks_of
from services.catalogue import service_of
from services.credit.forgetting import forget_pleas_of
from services.custody.erasure import forget_keeper
from services.deals.erasure import forget_deals_of
from services.events.erasure import forget_events_of
from services.exams.erasure import forget_learner
from services.job_names import JobName, request_job
from services.knowledge_upkeep.erasure import forget_person
from services.market.erasure import forget_posts_of
from services.notices.erasure import forget_notices_of
from services.sessions import LOGIN_ENDED, get_session_of
from services.training.certificates import forget_certificates_of
from services.training.giving_up import give_up_all

log = get_logger(__name__)

# RevokeInfo codes (wechat-contract §1.4) by what we may hold: nickname and avatar, phone, location.
REVOKED_NAME = {"205", "6", "19", "20"}
REVOKED_PHONE = {"8"}
REVOKED_PLACE = {"206", "13", "18"}
# Long enough for the answer "it will be deleted" to reach the person before we forget who they are.
ERASED_AFTER = timedelta(minutes=1)


def revoke_authorization(session: Session, identity: WeChatIdentity, revoked: set[str]) -> None:
    """Delete the kinds of data whose use the person took back."""
    if revoked & REVOKED_NAME:
        identity.user.display_name = None
    if revoked & REVOKED_PHONE:
        identity.user.phone = identity.user.phone_verified_at = None
    if revoked & REVOKED_PLACE:
        identity.user.region = None
    log.info("authorization_revoked", user_id=identity.user_id, kinds=sorted(revoked))


def ask_for_erasure(session: Session, *, user_id: int, now: datetime) -> datetime:
    """The person confirmed that they want everything deleted; answers when it will be. Asking twice is one erasure."""
    due = now + ERASED_AFTER
    request_job(session, JobName.ERASE_USER, key=str(user_id), now=now, delay=ERASED_AFTER, user_id=user_id)
    session.flush()
    log.info("erasure_asked_for", user_id=user_id)
    return find_erasure(session, user_id=user_id) or due


def find_erasure(session: Session, *, user_id: int) -> datetime | None:
    """When a person who asked for it is erased, or was; None where they did not ask."""
    return session.scalar(select(OutboxRow.run_after).where(OutboxRow.key == f"{JobName.ERASE_USER}/{user_id}"))


def get_session_of_leaver(session: Session, *, access_token: str, now: datetime) -> ApiSession:
    """As sessions.get_session_of, but the asking for erasure, which ended the login, may be repeated with it."""
    row = get_session_of(session, access_token=access_token, now=now, even_if_revoked=True)
    if row.revoked_at is not None and find_erasure(session, user_id=row.user_id) is None:
        raise Unauthorized(LOGIN_ENDED)
    return row


def erase_user_by_id(session: Session, user_id: int, now: datetime) -> None:
    """As erase_user; somebody who never was is left alone."""
    user = session.get(User, user_id)
    if user is not None:
        erase_user(session, user, now)


def erase_user(session: Session, user: User, now: datetime) -> None:
    """Remove what identifies a person and what they said; numbers, states and times of the work remain.

    Open cases are closed, what waited to be sent expires, and a turn that is running must not speak any more.
    Somebody who is erased already is left alone.
    """
    conversations = lock_person(session, user)
    if user.erased_at is not None:
        return
    _close_cases(session, user, now)
    for conversation in conversations:
        _erase_conversation(session, conversation, now)
    user.display_name = user.phone = user.region = user.unionid = None
    user.company_id = user.phone_verified_at = None
    user.erased_at = now
    for identity in user.identities:
        identity.openid = f"erased-{identity.id}"
        identity.session_key = None
        identity.is_subscribed = False
        close_allowances(session, identity_id=identity.id)
        _erase_deliveries(session, identity.id)
    session.execute(
        update(Case).where(Case.user_id == user.id).values(package={}, region=None, form={}, results={}, opponent=None)
    )
    give_up_all(session, user.id, now)
    session.execute(update(Booking).where(Booking.user_id == user.id).values(answers={}, company_id=None, remark=None))
    forget_certificates_of(session, user.id, now)
    session.execute(delete(SessionQuestion).where(SessionQuestion.user_id == user.id))
    forget_learner(session, user.id)
    forget_documents_of(session, user.id, now)
    forget_minutes_of(session, user.id)
    forget_tasks_of(session, user.id)
    session.execute(delete(FormDraft).where(FormDraft.user_id == user.id))
    # While they still are members: a company's rights go to who else runs it.
    forget_keeper(session, user.id, now)
    session.execute(delete(Membership).where(Membership.user_id == user.id))
    session.execute(update(ApiSession).where(ApiSession.user_id == user.id).values(revoked_at=now))
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.user_id == user.id))
    session.execute(delete(SavedSearch).where(SavedSearch.user_id == user.id))
    # Deals refer to posts.
    forget_deals_of(session, user.id, now)
    forget_events_of(session, user.id, now)
    forget_posts_of(session, user.id)
    forget_pleas_of(session, user.id)
    forget_notices_of(session, user.id, [identity.id for identity in user.identities])
    forget_person(session, user.id)
    session.flush()
    log.info("user_erased", user_id=user.id)


def _close_cases(session: Session, user: User, now: datetime) -> None:
    open_ids = session.scalars(
        select(Case.id).where(Case.user_id == user.id, Case.status != CaseStatus.CLOSED).order_by(Case.id)
    ).all()
    for case_id in open_ids:
        case = lock_case(session, case_id)
        finish_case(session, case, now)
        add_event(session, case, "closed", now, because="erased")
        if not case.is_handoff:
            # Nothing is done, counted or reminded of for somebody who is gone.
            cancel_open_tasks(session, case, now)
            set_clocks(session, case, service_of(case.kind), now)


def _erase_conversation(session: Session, conversation: Conversation, now: datetime) -> None:
    conversation.memory = {}
    # A turn under way, in another process perhaps, finds neither its lease nor its holder any more.
    conversation.lease_token = conversation.lease_until = None
    conversation.owner_token += 1
    of_conversation = conversation.id
    session.execute(update(Message).where(Message.conversation_id == of_conversation).values(text="", details={}))
    session.execute(
        update(Turn)
        .where(Turn.conversation_id == of_conversation)
        .values(inbound={"kind": "erased"}, dedupe_key="erased-" + cast(Turn.id, String))
    )
    session.execute(
        update(Turn)
        .where(Turn.conversation_id == of_conversation, Turn.state.in_([TurnState.QUEUED, TurnState.RUNNING]))
        .values(state=TurnState.SUPPRESSED, done_at=now)
    )
    told = StaffNotification.conversation_id == of_conversation
    session.execute(update(StaffNotification).where(told, StaffNotification.read_at.is_(None)).values(read_at=now))
    session.execute(update(StaffNotification).where(told).values(text="这位用户的内容已按其要求删除"))


def _erase_deliveries(session: Session, identity_id: int) -> None:
    of_identity = Delivery.identity_id == identity_id
    waiting = Delivery.state == DeliveryState.QUEUED
    session.execute(update(Delivery).where(of_identity, waiting).values(state=DeliveryState.EXPIRED))
    session.execute(update(Delivery).where(of_identity).values(payload={}, error_detail=None))
