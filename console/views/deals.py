"""The brokers' desk: deals that want somebody, and one deal with both sides, each in a conversation of its own."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from console.views import deal_benefits, deal_publicity
from core.clock import china_date
from core.errors import AppError, Conflict, Forbidden, InvalidInput
from core.ids import new_token
from models import PostSide, Staff
from nlp.market.conditions import MODE_NAMES
from services.deals.benefit_law import PEOPLE, percent
from services.deals.benefit_view import BASIS_NAMES, HOLDER_NAMES, ROLE_NAMES, WORD_NAMES
from services.deals.broker import LONGEST_NOTE, hand_deal_on, note_for_staff, take_deal
from services.deals.checklist import CHECKER_NAMES, Checker, confirm_as_broker
from services.deals.contract import (
    ContractForm,
    PaymentPart,
    RegistrationForm,
    back_to_talks,
    register,
    sign_contract,
)
from services.deals.desk import view_desk
from services.deals.ending import REASON_NAMES, SAID, Reason, end_as_broker
from services.deals.graph import STATE_NAMES
from services.deals.listing import list_desk
from services.deals.messages import say_to_party
from services.deals.payments import said_payment
from services.deals.radar_desk import KIND_NAMES as FLAG_NAMES
from services.deals.radar_desk import STATE_NAMES as FLAG_STATES
from services.deals.radar_desk import said_flag
from services.deals.splits import MOST_AMOUNT
from services.deals.wording import SIDE_NAMES, said_offer
from services.market.promises import said_promise_given
from services.resources import Resources

# Kinds of the history, in words.
EVENT_NAMES = {
    "enquired": "提出洽谈", "introduced": "活动后撮合", "agreed": "同意洽谈", "declined": "不谈",
    "unanswered": "到期没答复",
    "answer_awaited": "催答复",
    "shared": "恢复互看联系方式", "unshared": "收回联系方式", "offered": "出价", "offer_accepted": "接受出价",
    "offer_refused": "不接受出价", "offer_taken_back": "收回出价", "offer_lapsed": "出价过期",
    "offer_ends": "提醒出价到期",
    "checked": "确认清单", "checklist_done": "清单核对完", "taken": "接单", "handed_on": "转给同事", "noted": "备注",
    "wrote": "写给一方", "signed": "登记合同", "completed": "登记合同并办完", "registered": "登记备案办好",
    "registration_due": "提醒备案", "registration_open": "提醒登记", "back": "退回洽谈", "ended": "终止",
    "disputed": "提出交易纠纷",
    "publicity_started": "登记公示",
    "publicity_earlier": "登记谈成前的公示,核对过名称和价格一致",
    "publicity_lifted": "登记不用公示", "publicity_objected": "记公示异议",
    "publicity_handled": "处理公示异议", "publicity_over": "公示完了",
    "barrier": "有不能办的", "taken_over": "换了同事来谈", "rights_named": "写明谈的权利", "terms_taken": "照单接受",
    "benefit_planned": "写收益分配方案", "benefit_dropped": "删收益分配方案", "benefit_word": "记对分配方案的声明",
    "payment_said": "说付款了", "payment_received": "说收到款",
}  # fmt: skip
Step = Callable[[Session, Staff], object]
Chosen = TypeVar("Chosen", PostSide, Reason)
PARTS = 4


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/deals")
    def deals() -> Response:
        closed = request.args.get("closed") == "1"
        with looking(resources) as (reader, staff):
            lines = list_desk(reader, staff, closed=closed)
            page = render_template("console/deals.html", lines=lines, closed=closed, STATE_NAMES=STATE_NAMES)
        return make_response(page)

    @blueprint.get("/deals/<number>")
    def deal(number: str) -> Response:
        return _page(resources, number)

    _add_holders(blueprint, resources)
    _add_work(blueprint, resources)
    for part in (deal_publicity, deal_benefits):
        part.add_routes(
            blueprint, lambda number, name, step: _do(resources, number, name, step), lambda: _now(resources)
        )


def _add_holders(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/deals/<number>/take")
    def deal_take(number: str) -> Response:
        return _do(resources, number, "take", lambda work, staff: take_deal(work, staff, number, _now(resources)))

    @blueprint.post("/deals/<number>/hand-on")
    def deal_hand_on(number: str) -> Response:
        to = request.form.get("to", default=0, type=row_number)
        return _do(
            resources,
            number,
            "hand-on",
            lambda work, staff: hand_deal_on(work, staff, number, to, _now(resources), version=_version()),
        )

    @blueprint.post("/deals/<number>/note")
    def deal_note(number: str) -> Response:
        text = request.form.get("text", "")
        return _do(
            resources,
            number,
            "note",
            lambda work, staff: note_for_staff(work, staff, number, text, _now(resources)),
        )

    @blueprint.post("/deals/<number>/write")
    def deal_write(number: str) -> Response:
        def step(work: Session, staff: Staff) -> object:
            side = _chosen(PostSide, "side", "写给哪一方?")
            text, key = request.form.get("text", ""), request.form.get("form_key", "")[:60]
            return say_to_party(work, staff, number, side, text, _now(resources), form_key=key)

        return _do(resources, number, f"write-{request.form.get('side', '')}", step)


def _add_work(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.post("/deals/<number>/check")
    def deal_check(number: str) -> Response:
        key = request.form.get("key", "")
        return _do(
            resources,
            number,
            "check",
            lambda work, staff: confirm_as_broker(work, staff, number, key, _now(resources), version=_version()),
        )

    @blueprint.post("/deals/<number>/sign")
    def deal_sign(number: str) -> Response:
        return _do(
            resources,
            number,
            "sign",
            lambda work, staff: sign_contract(work, staff, number, _contract(), _now(resources), version=_version()),
        )

    @blueprint.post("/deals/<number>/register")
    def deal_register(number: str) -> Response:
        def step(work: Session, staff: Staff) -> object:
            form = RegistrationForm(registered_on=_day("registered_on"), number=request.form.get("number", "")[:60])
            return register(work, staff, number, form, _now(resources), version=_version())

        return _do(resources, number, "register", step)

    @blueprint.post("/deals/<number>/back")
    def deal_back(number: str) -> Response:
        return _do(
            resources,
            number,
            "back",
            lambda work, staff: back_to_talks(work, staff, number, _now(resources), version=_version()),
        )

    @blueprint.post("/deals/<number>/end")
    def deal_end(number: str) -> Response:
        def step(work: Session, staff: Staff) -> object:
            reason = _chosen(Reason, "reason", "请选原因。")
            return end_as_broker(work, staff, number, reason, _now(resources), version=_version())

        return _do(resources, number, "end", step)


def _do(resources: Resources, number: str, name: str, step: Step) -> Response:
    """Carry it out and show the deal; after a refusal with the reason and what was typed."""
    try:
        with working(resources) as (work, staff):
            step(work, staff)
    except (InvalidInput, Conflict, Forbidden) as error:
        return _page(resources, number, problem=error, step=name)
    return redirect(url_for("console.deal", number=number), 303)


def _page(resources: Resources, number: str, *, problem: AppError | None = None, step: str = "") -> Response:
    today = china_date(resources.clock.now())
    with looking(resources) as (reader, staff):
        view = view_desk(reader, staff, number, _now(resources))
        page = render_template(
            "console/deal.html",
            view=view,
            problem=problem,
            step=step,
            typed=request.form,
            form_key=new_token(8),
            today=today,
            parts=range(PARTS),
            said_offer=said_offer,
            said_promise_given=said_promise_given,
            said_payment=lambda payment: said_payment(view.deal, payment, resources.payments),
            broker=Checker.BROKER,
            longest_note=LONGEST_NOTE,
            reasons=[(reason, REASON_NAMES[reason]) for reason in SAID],
            STATE_NAMES=STATE_NAMES,
            SIDE_NAMES=SIDE_NAMES,
            MODE_NAMES=MODE_NAMES,
            CHECKER_NAMES=CHECKER_NAMES,
            DEAL_EVENTS=EVENT_NAMES,
            FLAG_NAMES=FLAG_NAMES,
            FLAG_STATES=FLAG_STATES,
            said_flag=said_flag,
            yuan=deal_benefits.yuan,
            percent=percent,
            PEOPLE=PEOPLE,
            ROLE_NAMES=ROLE_NAMES,
            BASIS_NAMES=BASIS_NAMES,
            HOLDER_NAMES=HOLDER_NAMES,
            WORD_NAMES=WORD_NAMES,
            STANDING_NAMES=deal_publicity.STANDING_NAMES,
            WAY_NAMES=deal_publicity.WAY_NAMES,
            OBJECTION_NAMES=deal_publicity.OBJECTION_NAMES,
            REASON_NAMES=REASON_NAMES,
        )
    return make_response(page, problem.http_status if problem else 200)


def _contract() -> ContractForm:
    names = request.form.getlist("part_name")[:PARTS]
    amounts, days = request.form.getlist("part_amount"), request.form.getlist("part_due")
    parts = []
    for place, name in enumerate(names):
        if not name.strip():
            continue
        amount = amounts[place].strip() if place < len(amounts) else ""
        if not _is_amount(amount) or len(name.strip()) > 40:
            raise InvalidInput("每期写名称和整数的元。", fields={"payments": "每期写名称和整数的元。"})
        due = days[place].strip() if place < len(days) else ""
        parts.append(PaymentPart(name=name.strip(), amount=int(amount), due_on=_read_day(due) if due else None))
    return ContractForm(signed_on=_day("signed_on"), effective_on=_day("effective_on"), payments=parts)


def _is_amount(text: str) -> bool:
    """Whole yuan; zeros in front are nothing, so that they hide no longer number."""
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MOST_AMOUNT)):
        return False
    return int(digits) <= MOST_AMOUNT


def _day(name: str) -> date:
    return _read_day(request.form.get(name, ""))


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("日期没写对。") from None


def _chosen(kind: type[Chosen], name: str, question: str) -> Chosen:
    value = request.form.get(name, "")
    if value not in {each.value for each in kind}:
        raise InvalidInput(question, fields={name: question})
    return kind(value)


def _version() -> int | None:
    return request.form.get("version", default=None, type=row_number)


def _now(resources: Resources) -> datetime:
    return resources.clock.now()
