"""What lapse of a right would do: to requests and offers that rest on it, to licences, to what products may say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from models import (
    HANDOFF,
    Case,
    CaseOutcome,
    CaseStatus,
    CustodyRight,
    MarketPost,
    MarketPostRight,
    Membership,
    MemberState,
    PostState,
    RightKind,
)
from nlp.rules.model import Article
from services.catalogue import find_service
from services.custody.due_dates import Due

RULES = "专利法实施细则"
# After these are done the right still bears what was agreed: a pledge, an insurance, a bundle that was sold.
STANDING = ("pledge_financing", "securitisation", "ip_insurance")


@dataclass(frozen=True)
class Effect:
    """One consequence in a line, with its article, and the request that it is about where there is one."""

    text: str
    article: Article | None = None
    case_number: str | None = None


def effects_of_lapse(session: Session, right: CustodyRight, due: Due | None) -> list[Effect]:
    """Consequences, those of requests first."""
    found = [Effect(_said_case(case), case_number=case.number) for case in cases_resting_on(session, right)]
    found += [Effect(f"展示中的供给“{title}”用到这件,会暂停展示") for title in _listings(session, right)]
    if right.kind == RightKind.TRADEMARK and due is not None:
        return [*found, Effect("宽展期满没续展,商标会被注销", due.articles[-1])]
    if right.kind != RightKind.PATENT or due is None:
        return found
    return [
        *found,
        Effect("没缴足年费,不能声明开放许可", (RULES, "第八十六条")),
        Effect("终止后产品上再标专利,算假冒专利", (RULES, "第一百零一条")),
    ]


def cases_resting_on(session: Session, right: CustodyRight) -> list[Case]:
    """The owner's requests whose form names this right, the oldest first: open ones, and those that were done and leave
    the right bound."""
    return find_resting_cases(session, [right])[right.id]


def find_resting_cases(session: Session, rights: Iterable[CustodyRight]) -> dict[int, list[Case]]:
    """The same for many rights, by the right's id: one query for each owner."""
    named: dict[tuple[int | None, int | None], list[tuple[set[str], Case]]] = {}
    found: dict[int, list[Case]] = {}
    for right in rights:
        owner = (right.company_id, None if right.company_id is not None else right.user_id)
        if owner not in named:
            named[owner] = [(set(_named(case)), case) for case in _bearing_cases(session, right)]
        numbers = {right.number, right.application_number, right.publication_number} - {None}
        found[right.id] = [case for has, case in named[owner] if numbers & has]
    return found


def _bearing_cases(session: Session, right: CustodyRight) -> Sequence[Case]:
    """Of the right's owner those requests that may rest on a right. A company's are those of its members for it: the
    name alone, which anybody may write in a form, shows nobody's request to it, nor does a member's for another."""
    owner: ColumnElement[bool] = Case.user_id == right.user_id
    if right.company_id is not None:
        is_members = exists().where(
            Membership.company_id == Case.company_id,
            Membership.user_id == Case.user_id,
            Membership.state == MemberState.ACTIVE,
        )
        owner = and_(Case.company_id == right.company_id, is_members)
    is_bound = and_(Case.kind.in_(STANDING), Case.outcome == CaseOutcome.DONE)
    rests = or_(Case.status != CaseStatus.CLOSED, is_bound)
    return session.scalars(select(Case).where(owner, Case.kind != HANDOFF, rests).order_by(Case.id)).all()


def _listings(session: Session, right: CustodyRight) -> Sequence[str]:
    """The owner's offers on the market that rest on this right: a company's right has the company's."""
    numbers = {right.number, right.application_number, right.publication_number} - {None}
    owner: ColumnElement[bool] = MarketPost.user_id == right.user_id
    if right.company_id is not None:
        owner = MarketPost.company_id == right.company_id
    wanted = select(MarketPost.title).join(MarketPostRight, MarketPostRight.post_id == MarketPost.id)
    wanted = wanted.where(owner, MarketPost.state == PostState.PUBLISHED, MarketPostRight.key.in_(numbers))
    return session.scalars(wanted.order_by(MarketPost.id)).all()


def _named(case: Case) -> Sequence[str]:
    """The numbers in a form, wherever a service asks for them: texts and lists of texts."""
    named: list[str] = []
    for value in (case.form or {}).values():
        named += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
    return named


def _said_case(case: Case) -> str:
    if case.status == CaseStatus.CLOSED:
        return f"办成的{_name_of(case)} {case.number} 用着这件,还没了结的先问对方"
    return f"在办的{_name_of(case)} {case.number} 用到这件"


def _name_of(case: Case) -> str:
    service = find_service(case.kind)
    return service.name if service is not None else "业务"
