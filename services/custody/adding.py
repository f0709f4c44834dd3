"""Rights brought into custody: one or a list, each kept or refused with its reason, whatever becomes of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from core.clock import china_date
from core.errors import Conflict, InvalidInput, Unauthorized
from core.logs import get_logger
from models import (
    Company,
    CustodyEvent,
    CustodyRight,
    LegalStatus,
    Patent,
    PatentKind,
    RightKind,
    RightSource,
    User,
)
from nlp.rules import RuleResult, compute
from services.custody.access import company_of, is_active_member
from services.custody.due_dates import assume_paid, is_plausible, plan_notice
from services.custody.leaving import settle_keeper
from services.custody.numbers import kind_of_number, read_number
from services.patents import find_patent
from services.working_hours import load_calendar

log = get_logger(__name__)

MOST_AT_ONCE = 500
MOST_KEPT = 10_000
LONGEST_TITLE = 200
BY_OWNER = "权利人自述"
LEFT_BEHIND = "这件还在您原来的企业名下,请那家企业的负责人接过去再托管。"


class CustodyFull(Conflict):
    """This owner has as many rights in custody as one may."""

    code = "custody_full"
    default_message = f"最多托管{MOST_KEPT}件,再多请联系专员。"


@dataclass(frozen=True)
class Wanted:
    """A right as its owner gives it; what our records know better they say."""

    number: str
    kind: RightKind = RightKind.PATENT
    title: str = ""
    owner_names: tuple[str, ...] = ()
    patent_kind: PatentKind | None = None
    filed_on: date | None = None
    granted_on: date | None = None
    registered_on: date | None = None
    expires_on: date | None = None
    published_in: int | None = None
    department: str = ""
    inventors: tuple[str, ...] = ()
    # Where it stands in a table, for whoever has to mend it.
    row: int | None = None


@dataclass(frozen=True)
class Refused:
    """A right that was not taken, why, and which numbers of our records may have been meant."""

    wanted: Wanted
    reason: str
    repairs: tuple[str, ...] = ()


@dataclass
class Added:
    """`known` were in custody already."""

    rights: list[CustodyRight] = field(default_factory=list)
    known: list[CustodyRight] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def add_rights(
    session: Session, *, user_id: int, wanted: Sequence[Wanted], now: datetime, company_id: str | None = None
) -> Added:
    """Keep what can be kept, for the company that is named, else the one that the person acts for.

    Raises InvalidInput for too many at once and for a company that is not theirs, CustodyFull.
    """
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(f"一次最多{MOST_AT_ONCE}件,请分几次加。")
    # One at a time for each owner: two at once could keep the same right twice, and nothing is kept of somebody erased.
    session.flush()  # reading the row again must not undo what this transaction has changed
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or user.erased_at is not None:
        raise Unauthorized
    company = company_of(session, user_id, company_id)
    if company is not None:
        session.get_one(Company, company.id, with_for_update=True)
        # Whoever runs it may have ended the membership meanwhile.
        company_of(session, user_id, company.public_id)
    kept = _keys_of(session, user_id, company)
    calendar = load_calendar(session, china_date(now))
    added = Added()
    for each in wanted:
        _add_one(session, user, company, each, kept, added, calendar, now)
    session.flush()
    log.info("custody_added", user_id=user_id, added=len(added.rights), refused=len(added.refused))
    return added


def _add_one(
    session: Session,
    user: User,
    company: Company | None,
    wanted: Wanted,
    kept: dict[str, CustodyRight],
    added: Added,
    calendar: WorkingCalendar,
    now: datetime,
) -> None:
    read = read_number(session, wanted.kind, wanted.number)
    if not read.is_usable:
        added.refused.append(Refused(wanted, read.reason, read.repairs))
        return
    patent = find_patent(session, read.normal) if wanted.kind is RightKind.PATENT else None
    number = (patent.application_number or patent.publication_number) if patent is not None else read.normal
    key = key_of(wanted.kind, number)
    there = kept.get(key)
    if there is not None and not _is_seen(session, user.id, there):
        # Of a company that they left: whoever runs it takes it over, or it stands in the way.
        settle_keeper(session, there, now)
        if there.user_id == user.id:
            added.refused.append(Refused(wanted, LEFT_BEHIND))
            return
        there = None
    if there is not None:
        added.known.append(there)
        return
    today = china_date(now)
    reason = _contradiction(wanted, today)
    if reason:
        added.refused.append(Refused(wanted, reason))
        return
    if len(kept) >= MOST_KEPT:
        raise CustodyFull
    right = CustodyRight(
        user_id=user.id, company_id=company.id if company else None, key=key, kind=wanted.kind, number=number,
        created_at=now, changed_at=now, source=RightSource.OWNER, status=LegalStatus.UNKNOWN, reduction="none",
        is_reminded=True, version=1, proof="claimed", owner_names=list(wanted.owner_names),
    )  # fmt: skip
    _fill(right, wanted, read.normal, patent, today)
    assume_paid(right, today, calendar)
    plan_notice(right, today, calendar)
    right.events.append(CustodyEvent(kind="added", user_id=user.id, details={"source": right.source}, created_at=now))
    session.add(right)
    kept[key] = right
    added.rights.append(right)


def _fill(right: CustodyRight, wanted: Wanted, number: str, patent: Patent | None, today: date) -> None:
    right.department, right.inventors = wanted.department or None, list(wanted.inventors)
    if patent is not None:
        take_record(right, patent)
        return
    right.title = wanted.title[:LONGEST_TITLE]
    right.status_source = BY_OWNER
    right.filed_on, right.granted_on, right.published_in = wanted.filed_on, wanted.granted_on, wanted.published_in
    right.expires_on = wanted.expires_on
    if wanted.kind is RightKind.PATENT:
        right.patent_kind = wanted.patent_kind or kind_of_number(number)
        is_application = "." in number
        right.application_number = number if is_application else None
        right.publication_number = None if is_application else number
    elif wanted.kind is RightKind.TRADEMARK and wanted.expires_on is None and wanted.registered_on is not None:
        term = compute("trademark_term", {"registered_on": wanted.registered_on}, on=today)
        assert isinstance(term, RuleResult)
        end = next(figure.value for figure in term.figures if figure.name == "有效期届满日")
        assert isinstance(end, date)
        right.expires_on = end


def take_record(right: CustodyRight, patent: Patent) -> None:
    """Let the right say what the record says."""
    right.patent_kind = patent.kind
    right.application_number, right.publication_number = patent.application_number, patent.publication_number
    right.title = patent.title
    right.owner_names = [str(each["name"]) for each in patent.applicants]
    right.filed_on, right.granted_on = patent.application_date, patent.grant_date
    right.inventors = list(patent.inventors) or right.inventors
    right.source, right.data_date, right.is_demo = RightSource.RECORD, patent.data_date, patent.is_demo
    right.status, right.status_on, right.status_source = patent.legal_status, patent.status_date, patent.source


def _is_seen(session: Session, user_id: int, right: CustodyRight) -> bool:
    return right.company_id is None or is_active_member(session, user_id, right.company_id)


def key_of(kind: RightKind, number: str) -> str:
    return f"{kind.value}:{number}"


def _contradiction(wanted: Wanted, today: date) -> str:
    """Days that cannot be; "" where they can."""
    days = (wanted.filed_on, wanted.granted_on, wanted.registered_on, wanted.expires_on)
    if not all(is_plausible(day) for day in days if day is not None):
        return "日期不对,请核对。"
    if wanted.filed_on is not None and wanted.filed_on > today:
        return "申请日在今天以后,请核对。"
    if wanted.filed_on is not None and wanted.granted_on is not None and wanted.granted_on < wanted.filed_on:
        return "授权日早于申请日,请核对。"
    if wanted.registered_on is not None and wanted.registered_on > today:
        return "注册日在今天以后,请核对。"
    return ""


def _keys_of(session: Session, user_id: int, company: Company | None) -> dict[str, CustodyRight]:
    """What this owner has in custody: the company's, and what this person keeps."""
    theirs = CustodyRight.user_id == user_id
    if company is not None:
        theirs = theirs | (CustodyRight.company_id == company.id)
    rows = session.scalars(select(CustodyRight).where(theirs, CustodyRight.ended_at.is_(None)))
    return {row.key: row for row in rows}
