"""What whoever runs a firm hears of its credit, and the supervisors of what it answered."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_date
from models import CreditEvent, CreditKind, CreditPlea, PleaKind, Topic
from services.credit.settings import credit_settings
from services.credit.wording import KIND_NAMES, MINE, PLEA_NAMES, said_source
from services.memberships import list_owners
from services.notices.facts import Fact
from services.notices.telling import tell
from services.notifications import list_supervisors, notify

HOW = "信用记录怎么修复"


def tell_firm_recorded(session: Session, event: CreditEvent, now: datetime) -> None:
    """Everybody who runs it, with what it rests on, how long it counts and how one objects."""
    days = credit_settings(china_date(now)).answer_workdays
    text = (
        f"“{event.company.name}”记了一条信用记录:{KIND_NAMES[CreditKind(event.kind)]}。{event.facts}\n"
        f"来源:{said_source(event)}。计到{chinese_date(event.counts_until)}。\n"
        f"不是这样就提异议,提了先不计,{days}个工作日内由专员答复;已经改正的可以申请修复。说“{MINE}”看怎么办。"
    )
    _tell_owners(session, event, "recorded", text, now)


def tell_firm_ended(session: Session, event: CreditEvent, now: datetime) -> None:
    text = f"“{event.company.name}”的一条信用记录({KIND_NAMES[CreditKind(event.kind)]})不再计入:{event.note}"
    _tell_owners(session, event, "ended", text, now)


def tell_firm_refused(session: Session, plea: CreditPlea, now: datetime) -> None:
    """The answer to what it said, where nothing changes."""
    event = plea.event
    after = f"这条计到{chinese_date(event.counts_until)}。" if event.counts_until >= china_date(now) else ""
    text = (
        f"“{event.company.name}”的{PLEA_NAMES[PleaKind(plea.kind)]}({KIND_NAMES[CreditKind(event.kind)]})"
        f"专员看过,没有采纳:{plea.answer}。{after}不同意请说“转人工”。"
    )
    _tell_owners(session, event, f"plea-{plea.id}", text, now)


def _tell_owners(session: Session, event: CreditEvent, what: str, text: str, now: datetime) -> None:
    for owner in list_owners(session, event.company_id):
        tell(
            session, user_id=owner.user_id, topic=Topic.CASE, key=f"credit-{event.id}-{what}-{owner.user_id}",
            title="企业信用记录有变动", text=text, facts={Fact.DETAIL: KIND_NAMES[CreditKind(event.kind)]},
            choices=(MINE, HOW), is_urgent=True, now=now,
        )  # fmt: skip


def tell_staff(session: Session, key: str, text: str, now: datetime, *, besides: int | None = None) -> None:
    """Supervisors, without who did it."""
    for person in list_supervisors(session):
        if person.id != besides:
            notify(session, staff_id=person.id, kind="credit", key=key, text=text, now=now)
