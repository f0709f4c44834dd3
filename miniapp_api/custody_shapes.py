"""From rights, fees and advice to what the API answers."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from miniapp_api.schemas.custody import (
    AddedOut,
    AdviceOut,
    ArticleOut,
    DormantOut,
    DormantRightsOut,
    EffectOut,
    FeeCalendarOut,
    FeeLineOut,
    FeeYearOut,
    GapOut,
    LateStepOut,
    ProductOut,
    ProductsOut,
    RefusedOut,
    RightOut,
    RightPageOut,
    YearSumOut,
)
from models import Company, CustodyRight, OwnershipProof, RightSource
from nlp.rules.model import Article
from services.custody.adding import Added
from services.custody.dormant import Dormant
from services.custody.due_dates import Due, find_due
from services.custody.fees import FeeYear
from services.custody.portfolio import FeeCalendar, RightPage
from services.custody.products import Products
from services.custody.wording import said_due, said_status
from services.working_hours import load_calendar


def right_out(right: CustodyRight, due: Due | None, today: date, *, session: Session | None = None) -> RightOut:
    """A right; with a session what is due is looked up."""
    if session is not None:
        due = find_due(right, today, load_calendar(session, today))
    return RightOut.model_validate(_values(right, due, today))


def _values(right: CustodyRight, due: Due | None, today: date) -> dict[str, object]:
    company: Company | None = right.company
    return {
        "id": right.public_id,
        "company": company.name if company is not None else None,
        "status_label": said_status(right),
        "is_from_records": right.source == RightSource.RECORD,
        "is_paid_assumed": right.paid_year is not None and right.paid_said_on is None,
        "due_label": said_due(due, today) if due is not None else None,
        # What staff write with a yes is for the file; only a no is told with its reason.
        "proof_reason": right.proof_reason if right.proof == OwnershipProof.REFUSED else None,
        **{
            name: getattr(right, name)
            for name in (
                "kind", "patent_kind", "number", "title", "owner_names", "filed_on", "granted_on", "expires_on",
                "status", "status_on", "data_date", "is_demo", "proof", "reduction", "product", "paid_year",
                "department", "inventors",
                "next_due_on", "is_reminded", "set_aside_until", "version",
            )
        },
    }  # fmt: skip


def added_out(session: Session, added: Added, today: date) -> AddedOut:
    refused = sorted(added.refused, key=lambda each: each.wanted.row or 0)
    return AddedOut(
        added=[right_out(each, None, today, session=session) for each in added.rights],
        known=[right_out(each, None, today, session=session) for each in added.known],
        refused=[
            RefusedOut(number=each.wanted.number, row=each.wanted.row, reason=each.reason, repairs=list(each.repairs))
            for each in refused
        ],
    )


def page_out(page: RightPage, today: date) -> RightPageOut:
    outlook = page.outlook
    articles: dict[Article, None] = {}
    if page.due is not None:
        articles |= dict.fromkeys(page.due.articles)
    if outlook is not None:
        articles |= dict.fromkeys(outlook.articles)
    return RightPageOut.model_validate(
        {
            **_values(page.right, page.due, today),
            "fees": [_fee_year(each) for each in (outlook.years if outlook else ())],
            "total_fen": _fen(outlook.total) if outlook else 0,
            "effects": [
                EffectOut(text=each.text, article=_article(each.article), case_number=each.case_number)
                for each in page.effects
            ],
            "articles": articles_out(articles),
            "warnings": [*(outlook.warnings if outlook else ()), *([page.note] if page.note else [])],
        }
    )


def calendar_out(found: FeeCalendar) -> FeeCalendarOut:
    return FeeCalendarOut(
        items=[
            FeeLineOut.model_validate(
                {
                    "right_id": line.right.public_id, "number": line.right.number, "title": line.right.title,
                    **_fee_values(line.fee),
                }
            )
            for line in found.lines
        ],
        by_year=[YearSumOut(year=year, total_fen=_fen(total)) for year, total in found.by_year],
        total_fen=_fen(found.total),
        unknown=[right.number for right in found.unknown],
        articles=articles_out(found.articles),
        warnings=list(found.warnings),
    )  # fmt: skip


def dormant_out(found: Sequence[Dormant]) -> DormantRightsOut:
    return DormantRightsOut(
        items=[
            DormantOut(
                id=each.right.public_id, number=each.right.number, title=each.right.title,
                granted_on=each.right.granted_on, cost_fen=_fen(each.cost),
                advice=[
                    AdviceOut.model_validate(
                        {"key": advice.key, "text": advice.text, "article": _article(advice.article)}
                    )
                    for advice in each.advice
                ],
            )
            for each in found
        ]
    )  # fmt: skip


def products_out(session: Session, found: Products, today: date) -> ProductsOut:
    return ProductsOut(
        items=[
            ProductOut(
                name=each.name,
                rights=[right_out(right, None, today, session=session) for right in each.rights],
                gaps=[
                    GapOut.model_validate({"key": gap.key, "text": gap.text, "article": _article(gap.article)})
                    for gap in each.gaps
                ],
            )
            for each in found.items
        ],
        unassigned=found.unassigned,
    )


def articles_out(articles: Iterable[Article]) -> list[ArticleOut]:
    return [ArticleOut(law=law, article=article) for law, article in articles]


def _article(article: Article | None) -> ArticleOut | None:
    return ArticleOut(law=article[0], article=article[1]) if article is not None else None


def _fen(yuan: Decimal) -> int:
    return int(yuan * 100)


def _fee_year(fee: FeeYear) -> FeeYearOut:
    steps = [
        LateStepOut(until=step.until, surcharge_fen=_fen(step.surcharge), total_fen=_fen(step.total))
        for step in fee.late
    ]
    return FeeYearOut.model_validate({**_fee_values(fee), "late": steps})


def _fee_values(fee: FeeYear) -> dict[str, object]:
    return {
        "year": fee.year, "due_on": fee.due_on, "full_fen": _fen(fee.full), "payable_fen": _fen(fee.payable),
        "is_reduced": fee.is_reduced,
        "grace_until": fee.grace_until,
    }  # fmt: skip
