"""What each role may do, in one place; a stranger's object looks like a missing one."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import Forbidden, NotFound
from models import HANDOFF, AnswerState, Case, CaseStatus, Conversation, CuratedAnswer, Role, Staff
from services.topics import SKILL_NAMES

NATIONWIDE = "全国"
FREE = (CaseStatus.WAITING, CaseStatus.ESCALATED)
# What was published has been said to everybody.
READ_BY_ALL = (AnswerState.PUBLISHED, AnswerState.RETIRED)


class Action(StrEnum):
    """What can be asked for. READ is the door: whoever may not read is told that there is nothing."""

    READ = "read"
    ACCEPT = "accept"
    REPLY = "reply"
    NOTE = "note"
    TRANSFER = "transfer"
    CLOSE = "close"
    TAKE_OVER = "take_over"
    MOVE = "move"
    ASSIGN = "assign"
    REOPEN = "reopen"
    SEE_ALL = "see_all"
    READ_AUDIT = "read_audit"
    EDIT_QUICK_REPLIES = "edit_quick_replies"
    MANAGE_STAFF = "manage_staff"
    CHECK_DOCUMENT = "check_document"
    READ_ANSWER = "read_answer"
    EDIT_ANSWER = "edit_answer"
    REVIEW_ANSWER = "review_answer"
    RETIRE_ANSWER = "retire_answer"
    READ_RECORDS = "read_records"
    EDIT_RECORDS = "edit_records"
    MANAGE_INSTITUTIONS = "manage_institutions"
    DECIDE_CLAIMS = "decide_claims"
    RUN_TRAINING = "run_training"
    CHECK_PROOFS = "check_proofs"
    REVIEW_POSTS = "review_posts"
    REVIEW_TRANSFERS = "review_transfers"
    EDIT_TEMPLATES = "edit_templates"
    SEND_MAILINGS = "send_mailings"
    BROKER_DEALS = "broker_deals"
    RUN_EVENTS = "run_events"
    KEEP_CREDIT = "keep_credit"
    KEEP_ACCOUNTS = "keep_accounts"


@dataclass(frozen=True)
class Desk:
    """A conversation with its latest case, as a member of staff finds it."""

    conversation: Conversation
    case: Case | None

    @property
    def open_case(self) -> Case | None:
        return self.case if self.case is not None and self.case.status != CaseStatus.CLOSED else None


WITHOUT_OBJECT = {
    Action.SEE_ALL: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.READ_AUDIT: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.EDIT_QUICK_REPLIES: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.MANAGE_STAFF: {Role.ADMINISTRATOR},
    Action.CHECK_DOCUMENT: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.READ_RECORDS: {Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.EDIT_RECORDS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.MANAGE_INSTITUTIONS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.DECIDE_CLAIMS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.CHECK_PROOFS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.REVIEW_POSTS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.REVIEW_TRANSFERS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.KEEP_ACCOUNTS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.KEEP_CREDIT: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.EDIT_TEMPLATES: {Role.SUPERVISOR, Role.ADMINISTRATOR},
    Action.SEND_MAILINGS: {Role.SUPERVISOR, Role.ADMINISTRATOR},
}


def oversees(staff: Staff) -> bool:
    """Supervisors and administrators see every conversation."""
    return staff.role in WITHOUT_OBJECT[Action.SEE_ALL]


def may(staff: Staff, action: Action, desk: Desk | None = None) -> bool:
    """Whether this person may do this, to this conversation where the action has one."""
    if staff.role == Role.PARTNER:
        return False
    if action in {Action.BROKER_DEALS, Action.RUN_EVENTS}:
        return oversees(staff) or _knows(staff, "market")
    if action is Action.RUN_TRAINING:
        return oversees(staff) or _knows(staff, "training")
    if action in WITHOUT_OBJECT:
        return staff.role in WITHOUT_OBJECT[action]
    if desk is None or not _may_read(staff, desk):
        return False
    case = desk.open_case
    if action is Action.ACCEPT:
        return case is not None and case.status != CaseStatus.ACCEPTED and _may_take(staff, case)
    if action is Action.TAKE_OVER:
        return case is None
    if action is Action.REPLY:
        return case is not None and (
            case.assignee_id == staff.id or (case.status != CaseStatus.ACCEPTED and _may_take(staff, case))
        )
    if action in {Action.TRANSFER, Action.CLOSE}:
        return case is not None and (case.assignee_id == staff.id or oversees(staff))
    return True


def _may_take(staff: Staff, case: Case) -> bool:
    return oversees(staff) or case.assignee_id == staff.id or case.status in FREE


def _may_read(staff: Staff, desk: Desk) -> bool:
    if oversees(staff) or desk.conversation.assignee_id == staff.id:
        return True
    case = desk.case
    return case is not None and (case.assignee_id == staff.id or (case.status in FREE and is_matching(staff, case)))


def is_matching(staff: Staff, case: Case) -> bool:
    """Whether the topic and the region of a case are this person's."""
    return (case.topic == "general" or _knows(staff, case.topic)) and region_rank(staff, case.region) > 0


def _knows(staff: Staff, topic: str) -> bool:
    fields = _fields_of(staff)
    return not fields or "general" in fields or topic in fields


def _fields_of(staff: Staff) -> list[str]:
    """Without the talents: those shut nobody out."""
    return [skill for skill in staff.skills if skill in SKILL_NAMES]


def region_rank(staff: Staff, region: str | None) -> int:
    """2 where the region is named among theirs, 1 where they serve everybody or the case has none, else 0."""
    own = [name for name in staff.regions if name != NATIONWIDE]
    if region and any(region.startswith(name) or name.startswith(region) for name in own):
        return 2
    return 1 if not region or not own or NATIONWIDE in staff.regions else 0


def readable_by(staff: Staff) -> ColumnElement[bool]:
    """The same rule as READ, for a query over conversations."""
    if staff.role == Role.PARTNER:
        return literal(False)
    if oversees(staff):
        return literal(True)
    latest = (
        select(Case.id)
        .where(Case.conversation_id == Conversation.id, Case.kind == HANDOFF)
        .order_by(Case.id.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return or_(
        Conversation.assignee_id == staff.id,
        exists().where(Case.id == latest, or_(Case.assignee_id == staff.id, free_for(staff))),
    )


def free_for(staff: Staff) -> ColumnElement[bool]:
    """Cases that nobody has and that are this person's by topic and region."""
    return Case.status.in_(FREE) & _topic_matches(staff) & region_matches(staff, Case.region)


def _topic_matches(staff: Staff) -> ColumnElement[bool]:
    fields = _fields_of(staff)
    if not fields or "general" in fields:
        return literal(True)
    return Case.topic.in_(["general", *fields])


def region_matches(staff: Staff, region: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    """Where `region_rank` is not 0, for a query."""
    own = [name for name in staff.regions if name != NATIONWIDE]
    if not own or NATIONWIDE in staff.regions:
        return literal(True)
    named = [region.startswith(name, autoescape=True) | literal(name).startswith(region) for name in own]
    return or_(region.is_(None), region == "", *named)


def check_may(staff: Staff, action: Action, desk: Desk | None = None) -> None:
    """Raises NotFound where the object may not even be read, Forbidden where only the action is refused."""
    if may(staff, action, desk):
        return
    if desk is not None and not may(staff, Action.READ, desk):
        raise NotFound
    raise Forbidden


def may_with_answer(staff: Staff, action: Action, answer: CuratedAnswer) -> bool:
    """Whether this person may do this with this curated answer, whatever its state asks for besides.

    Nobody reviews words of their own: whoever wrote them last is the author.
    """
    if not (oversees(staff) or staff.id in {answer.author_id, answer.owner_id} or answer.state in READ_BY_ALL):
        return False
    if action is Action.EDIT_ANSWER:
        return oversees(staff) or staff.id == answer.author_id
    if action is Action.REVIEW_ANSWER:
        return oversees(staff) and staff.id != answer.author_id
    if action is Action.RETIRE_ANSWER:
        return oversees(staff) or staff.id == answer.owner_id
    return action is Action.READ_ANSWER


def check_may_with_answer(staff: Staff, action: Action, answer: CuratedAnswer) -> None:
    """Raises NotFound where the answer may not even be read, Forbidden where only the action is refused."""
    if may_with_answer(staff, action, answer):
        return
    if not may_with_answer(staff, Action.READ_ANSWER, answer):
        raise NotFound("没有找到这条答案。")
    raise Forbidden("自己写的答案要请另一位主管审。" if staff.id == answer.author_id else None)


def readable_answers(staff: Staff) -> ColumnElement[bool]:
    """The same rule as READ_ANSWER, for a query over answers."""
    if oversees(staff):
        return literal(True)
    own = or_(CuratedAnswer.author_id == staff.id, CuratedAnswer.owner_id == staff.id)
    return or_(own, CuratedAnswer.state.in_(READ_BY_ALL))


def find_latest_case(session: Session, conversation_id: int) -> Case | None:
    """The latest hand-off of a conversation."""
    of_it = select(Case).where(Case.conversation_id == conversation_id, Case.kind == HANDOFF)
    return session.scalar(of_it.order_by(Case.id.desc()).limit(1))


def find_taker(session: Session, staff: Staff, public_id: str) -> str | None:
    """The name of the colleague who took a case that could have been this person's, else None."""
    conversation_id = session.scalar(select(Conversation.id).where(Conversation.public_id == public_id))
    case = find_latest_case(session, conversation_id) if conversation_id is not None else None
    if case is None or case.status != CaseStatus.ACCEPTED or case.assignee is None or not is_matching(staff, case):
        return None
    return case.assignee.display_name


def get_desk(session: Session, staff: Staff, public_id: str, action: Action = Action.READ) -> Desk:
    """The one door to a conversation for staff. Raises NotFound, or Forbidden for a refused action."""
    conversation = session.scalar(select(Conversation).where(Conversation.public_id == public_id))
    if conversation is None:
        raise NotFound("没有找到这个会话。")
    desk = Desk(conversation, find_latest_case(session, conversation.id))
    check_may(staff, action, desk)
    return desk
