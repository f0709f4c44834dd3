"""How the seller of a deal shares what it brings; nothing of it is the buyer's to read."""

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.deal_benefits import (
    BenefitPartOut,
    BenefitPaymentOut,
    BenefitPlanOut,
    BenefitShareOut,
    BenefitsIn,
    BenefitsOut,
    BenefitsQuery,
    BenefitSumOut,
    BenefitWarningOut,
    BenefitWordIn,
    LawPointOut,
)
from models import BenefitBasis, BenefitPlan, BenefitRole, BenefitShare, BenefitWord
from services.deals.benefit_law import LawPoint
from services.deals.benefit_view import (
    BASIS_NAMES,
    ROLE_NAMES,
    WORD_NAMES,
    BenefitView,
    PaidPortion,
    Portion,
    noted_by,
    view_benefits,
)
from services.deals.benefits import BenefitForm, ShareForm, WordForm, drop_plan, note_word, write_plan
from services.deals.payments import state_of
from services.ports import PaymentReports


def add_routes(api: APIBlueprint) -> None:
    path = "/deals/<number>/benefits"
    api.get(path)(api.output(BenefitsOut)(show_benefits))
    api.put(path)(api.input(BenefitsIn)(api.output(BenefitsOut)(put_benefits)))
    api.delete(path)(api.input(BenefitsQuery, location="query")(api.output(BenefitsOut)(delete_benefits)))
    api.put(f"{path}/words")(api.input(BenefitWordIn)(api.output(BenefitsOut)(put_benefit_word)))


def show_benefits(number: str) -> BenefitsOut:
    """这一单的收益怎么分

    只有出让方看得到。没写时 `plan` 为 null,对照的法条和法定下限都在。
    """
    return _answer(number)


def put_benefits(number: str, json_data: BenefitsIn) -> BenefitsOut:
    """写收益分配方案

    各项加起来正好100%。低于法定下限的在 `warnings` 里提醒,不拦。换了分法或依据,本人说过的要重新记。
    """
    try:
        shares = [
            ShareForm(role=each.role, name=each.name, share_bp=_hundredths(each.percent)) for each in json_data.shares
        ]
    except ValueError:
        raise InvalidInput(fields={"shares": "发明人要写姓名。"}) from None
    form = BenefitForm(
        basis=json_data.basis, rests_on=json_data.rests_on, holder=json_data.holder, costs_fen=json_data.costs_fen,
        shares=shares,
    )  # fmt: skip

    def work(session: Session, user_id: int) -> object:
        return write_plan(session, user_id, number, form, current_api().clock.now(), version=json_data.version)

    return _answer(number, work)


def delete_benefits(number: str, query_data: BenefitsQuery) -> BenefitsOut:
    """删掉收益分配方案

    连同各人说过的一起删。
    """

    def work(session: Session, user_id: int) -> None:
        drop_plan(session, user_id, number, current_api().clock.now(), version=query_data.version)

    return _answer(number, work)


def put_benefit_word(number: str, json_data: BenefitWordIn) -> BenefitsOut:
    """记一位发明人的声明

    本人知道、同意还是不同意这个分法,哪天说的。记下是谁记的。
    """
    form = WordForm(share=json_data.share, word=json_data.word, said_on=json_data.said_on)

    def work(session: Session, user_id: int) -> object:
        return note_word(session, user_id, number, form, current_api().clock.now(), version=json_data.version)

    return _answer(number, work)


def _hundredths(percent: float) -> int:
    found = round(percent * 100)
    if abs(percent * 100 - found) > 1e-6:
        raise InvalidInput(fields={"shares": "百分数最多两位小数。"})
    return found


def _answer(number: str, work: Callable[[Session, int], object] | None = None) -> BenefitsOut:
    api, caller = current_api(), current_caller()
    opened = api.database.unit_of_work() if work is not None else api.database.reading()
    with opened as session:
        if work is not None:
            work(session, caller.user_id)
        view = view_benefits(session, caller.user_id, number, api.clock.now())
        return benefits_out(session, view, api.resources.payments)


def benefits_out(session: Session, view: BenefitView, reports: PaymentReports) -> BenefitsOut:
    plan = view.plan
    return BenefitsOut(
        version=plan.version if plan is not None else 0,
        holder=view.holder,
        least_percent=view.least_bp / 100,
        plan=_plan(session, plan, view, reports) if plan is not None else None,
        warnings=[
            BenefitWarningOut(key=each.key, text=each.text, article=_point(each.point) if each.point else None)
            for each in view.warnings
        ],
        law=[_point(each) for each in view.law],
    )


def _plan(session: Session, plan: BenefitPlan, view: BenefitView, reports: PaymentReports) -> BenefitPlanOut:
    parts = view.price.parts if view.price is not None else [None] * len(plan.shares)
    return BenefitPlanOut(
        basis=BenefitBasis(plan.basis),
        basis_label=BASIS_NAMES[BenefitBasis(plan.basis)],
        rests_on=plan.rests_on,
        costs_fen=plan.costs_fen,
        shares=[_share(session, share, part) for share, part in zip(plan.shares, parts, strict=True)],
        people_percent=view.people_bp / 100,
        price=BenefitSumOut(**_sum(view.price)) if view.price is not None else None,
        payments=[_payment(plan, paid, view, reports) for paid in view.payments],
        changed_at=plan.changed_at,
    )


def _share(session: Session, share: BenefitShare, amount: int | None) -> BenefitShareOut:
    word = BenefitWord(share.word) if share.word is not None else None
    return BenefitShareOut(
        number=share.number,
        role=BenefitRole(share.role),
        role_label=ROLE_NAMES[BenefitRole(share.role)],
        name=share.name,
        percent=share.share_bp / 100,
        word=word,
        word_label=WORD_NAMES[word] if word is not None else None,
        said_on=share.said_on,
        noted_by=noted_by(session, share),
        noted_at=share.noted_at,
        amount_fen=amount,
    )


def _payment(plan: BenefitPlan, paid: PaidPortion, view: BenefitView, reports: PaymentReports) -> BenefitPaymentOut:
    return BenefitPaymentOut(
        number=paid.payment.number,
        name=paid.payment.name,
        state=state_of(view.deal, paid.payment, reports),
        shares=[
            BenefitPartOut(number=share.number, amount_fen=part)
            for share, part in zip(plan.shares, paid.portion.parts, strict=True)
        ],
        **_sum(paid.portion),
    )


def _sum(portion: Portion) -> dict[str, Any]:
    return {"gross_fen": portion.gross_fen, "net_fen": portion.net_fen}


def _point(point: LawPoint) -> LawPointOut:
    return LawPointOut(law=point.law, version=point.version, article=point.article, text=point.text)
