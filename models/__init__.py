"""Every table, imported so that Alembic and the tests see the whole schema."""

from core.outbox import OutboxRow, OutboxState
from models.api import ApiSession, IdempotencyRecord
from models.calendar import CalendarDay
from models.case import HANDOFF, Case, CaseEvent, CaseOutcome, CaseSerial, CaseStatus, HandoffReason
from models.casework import CaseClock, CaseDocument, CaseMinutes, CaseTask, FormDraft, TaskState
from models.company import Company, Platform, User, WeChatIdentity
from models.conversation import Author, Conversation, ConversationStatus, Message, Turn, TurnState
from models.dated_record import DatedRecord, RecordState
from models.delivery import (
    Allowance,
    AllowanceKind,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    DeliveryState,
)
from models.institution import Institution
from models.knowledge import Document, DocumentKind, DocumentVersion, Passage
from models.knowledge_upkeep import (
    AnswerFeedback,
    AnswerState,
    CuratedAnswer,
    DocumentCheck,
    DocumentUse,
    EvaluationRun,
    EvaluationState,
    Miss,
    MissKind,
    UpkeepMark,
    Verdict,
)
from models.membership import IdentityMerge, MemberRole, Membership, MemberState
from models.patent import ImportReport, LegalStatus, Patent, PatentKind
from models.saved_search import SavedSearch
from models.staff import AuditEntry, QuickReply, Role, Staff, StaffNotification
from models.training import (
    Booking,
    BookingState,
    BroadcastRecipient,
    Course,
    CourseSession,
    SessionBroadcast,
    Track,
)

__all__ = [
    "HANDOFF",
    "Allowance",
    "AllowanceKind",
    "AnswerFeedback",
    "AnswerState",
    "ApiSession",
    "AuditEntry",
    "Author",
    "Booking",
    "BookingState",
    "BroadcastRecipient",
    "CalendarDay",
    "Case",
    "CaseClock",
    "CaseDocument",
    "CaseEvent",
    "CaseMinutes",
    "CaseOutcome",
    "CaseSerial",
    "CaseStatus",
    "CaseTask",
    "Company",
    "Conversation",
    "ConversationStatus",
    "Course",
    "CourseSession",
    "CuratedAnswer",
    "DatedRecord",
    "Delivery",
    "DeliveryChannel",
    "DeliveryReason",
    "DeliveryState",
    "Document",
    "DocumentCheck",
    "DocumentKind",
    "DocumentUse",
    "DocumentVersion",
    "EvaluationRun",
    "EvaluationState",
    "FormDraft",
    "HandoffReason",
    "IdempotencyRecord",
    "IdentityMerge",
    "ImportReport",
    "Institution",
    "LegalStatus",
    "MemberRole",
    "MemberState",
    "Membership",
    "Message",
    "Miss",
    "MissKind",
    "OutboxRow",
    "OutboxState",
    "Passage",
    "Patent",
    "PatentKind",
    "Platform",
    "QuickReply",
    "RecordState",
    "Role",
    "SavedSearch",
    "SessionBroadcast",
    "Staff",
    "StaffNotification",
    "TaskState",
    "Track",
    "Turn",
    "TurnState",
    "UpkeepMark",
    "User",
    "Verdict",
    "WeChatIdentity",
]
