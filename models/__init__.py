"""Every table, imported so that Alembic and the tests see the whole schema."""

from core.outbox import OutboxRow, OutboxState
from models.api import ApiSession, IdempotencyRecord
from models.calendar import CalendarDay
from models.case import Case, CaseEvent, CaseSerial, CaseStatus, HandoffReason
from models.company import Company, Platform, User, WeChatIdentity
from models.conversation import Author, Conversation, ConversationStatus, Message, Turn, TurnState
from models.delivery import (
    Allowance,
    AllowanceKind,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    DeliveryState,
)
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
from models.patent import ImportReport, LegalStatus, Patent, PatentKind
from models.saved_search import SavedSearch
from models.staff import AuditEntry, QuickReply, Role, Staff, StaffNotification

__all__ = [
    "Allowance",
    "AllowanceKind",
    "AnswerFeedback",
    "AnswerState",
    "ApiSession",
    "AuditEntry",
    "Author",
    "CalendarDay",
    "Case",
    "CaseEvent",
    "CaseSerial",
    "CaseStatus",
    "Company",
    "Conversation",
    "ConversationStatus",
    "CuratedAnswer",
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
    "HandoffReason",
    "IdempotencyRecord",
    "ImportReport",
    "LegalStatus",
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
    "Role",
    "SavedSearch",
    "Staff",
    "StaffNotification",
    "Turn",
    "TurnState",
    "UpkeepMark",
    "User",
    "Verdict",
    "WeChatIdentity",
]
